use super::registry::Rule;
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "nix-pip-package",
    summary: "nixpkgs' package of pip serves no one",
    docs: r#"## What it does
Finds `python311Packages.pip`, `python3.pkgs.pip`, `(python311.withPackages (ps: [ ps.pip ]))` and their like in `nixPkgs`.

## Why it fails
The package puts a `pip` on `PATH` that belongs to the store: it stops with `externally-managed-environment`, and `python -m pip` does not see it at all.

## Example
```toml
[phases.setup]
nixPkgs = ["python311", "python311Packages.pip", "gcc"]

[phases.install]
cmds = ["pip install -r requirements.txt"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
nixPkgs = ["python311", "gcc"]

[start]
cmd = "python main.py"
```

## Fix
The entry goes, and the list with it where nothing else is in it. What stands beside it stays: `python311Packages.setuptools` does no harm. An interpreter that carries more than pip, setuptools and wheel is shown and left.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Ok(plan) = &cx.model.plan else { return Vec::new() };
    let items = plan.phases.values().flat_map(|phase| phase.nix_pkgs.iter().flatten());
    items
        .filter_map(|item| {
            let text = item.value.as_str();
            let carried = text.contains("withPackages") && text.contains("pip");
            if !(crate::repair::is_pip_package(text) || carried) {
                return None;
            }
            let message = format!("`{text}` gives the build no pip that can install");
            let mut found = Found::at(item, Severity::Warning, message)?.label("belongs to the immutable store");
            if carried && crate::repair::with_only_installers(text).is_none() {
                found = found.note("it carries other packages too, so it is left as it is: install those with pip into the virtual environment");
            }
            Some(found)
        })
        .collect()
}
