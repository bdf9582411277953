use super::registry::Rule;
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "dropped-provider-packages",
    summary: "a list without \"...\" took the place of the provider's packages",
    docs: r#"## What it does
Finds plans in which a command misses a program that the provider would have brought.

## Why it fails
A `nixPkgs` list takes the place of what the provider installs (plan/merge.rs); only an entry that is exactly `"..."` keeps it.

## Example
```toml
[phases.setup]
nixPkgs = ["ffmpeg"]

[start]
cmd = "npm start"
```
becomes
```toml
[phases.setup]
nixPkgs = ["...", "ffmpeg"]

[start]
cmd = "npm start"
```

## Fix
`"..."` puts them back; beside the Python provider only the package that is missed, since `"..."` would bring a second interpreter.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some((package, missing)) = crate::repair::dropped(cx) else { return Vec::new() };
    let Ok(plan) = &cx.model.plan else { return Vec::new() };
    let setup = plan.phases.get("setup");
    let listed = setup.and_then(|phase| phase.nix_pkgs.iter().flatten().find(|item| support::in_file(item)));
    let message = format!("this list leaves out `{package}`, which brings `{missing}`");
    listed
        .and_then(|item| Found::at(item, Severity::Error, message))
        .map(|found| found.label(&format!("{missing}: command not found")))
        .into_iter()
        .collect()
}
