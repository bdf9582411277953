use super::registry::Rule;
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::plan::names;

static INFO: RuleInfo = RuleInfo {
    id: "undefined-nix-package",
    summary: "a name in `nixPkgs` is no attribute of nixpkgs",
    docs: r#"## What it does
Finds names such as `pip`, `python3.11`, `npm` or `nodejs-20_x` in `nixPkgs`.

## Why it fails
Entries are pasted into a Nix expression (nix/mod.rs), which stops with `undefined variable` before anything is built.

## Example
```toml
[phases.setup]
nixPkgs = ["python311", "pip"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
nixPkgs = ["python311"]

[start]
cmd = "python main.py"
```

## Fix
A name that another package brings goes; one with a known right spelling is renamed.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Ok(plan) = &cx.model.plan else { return Vec::new() };
    let items = plan.phases.values().flat_map(|phase| phase.nix_pkgs.iter().flatten());
    items
        .filter_map(|item| {
            let name = names::undefined(item.value.trim())?;
            let message = format!("`{}` {}", item.value.trim(), name.why);
            let label = names::error(item.value.trim());
            Found::at(item, Severity::Error, message).map(|found| found.label(&label))
        })
        .collect()
}
