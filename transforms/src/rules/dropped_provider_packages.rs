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
Where only the provider's own build misses them, and the files run nothing but Python, the build is one that nobody asked for: `providers = ["python"]` ends it.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Ok(plan) = &cx.model.plan else { return Vec::new() };
    let (message, label) = if let Some(build) = crate::repair::unasked(cx) {
        let provider = plan.ran.first().map_or("other", String::as_str);
        let message = format!("the {provider} provider builds too, and this list leaves out its packages");
        (message, format!("`{build}` does not find them"))
    } else if let Some((package, missing)) = crate::repair::dropped(cx) {
        let message = format!("this list leaves out `{package}`, which brings `{missing}`");
        (message, format!("{missing}: command not found"))
    } else {
        return Vec::new();
    };
    let setup = plan.phases.get("setup");
    let listed = setup.and_then(|phase| phase.nix_pkgs.iter().flatten().find(|item| support::in_file(item)));
    let found = listed.and_then(|item| Found::at(item, Severity::Error, message));
    found.map(|found| found.label(&label)).into_iter().collect()
}
