use super::registry::Rule;
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "missing-interpreter",
    summary: "no package of the plan brings Python",
    docs: r#"## What it does
Finds commands that need Python in a plan whose packages bring none.

## Why it fails
A `nixPkgs` list without `"..."` takes the place of what the provider would have installed, its Python included (plan/merge.rs).

## Example
```toml
[phases.setup]
nixPkgs = ["ffmpeg"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
nixPkgs = ["...", "ffmpeg"]

[start]
cmd = "python main.py"
```

## Fix
With the Python provider first, `"..."` puts its packages back; else the interpreter that the version files name is added.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check };

fn check(cx: &Context<'_>) -> Vec<Found> {
    if !crate::repair::lacks_interpreter(cx) {
        return Vec::new();
    }
    let Ok(plan) = &cx.model.plan else { return Vec::new() };
    let listed = plan
        .phases
        .get("setup")
        .and_then(|phase| phase.nix_pkgs.iter().flatten().find(|item| support::in_file(item)));
    let message = "no package of this plan brings Python".to_owned();
    match listed {
        Some(item) => Found::at(item, Severity::Error, message)
            .map(|found| found.label("this list has none"))
            .into_iter()
            .collect(),
        None => vec![Found::app(Severity::Error, message)],
    }
}
