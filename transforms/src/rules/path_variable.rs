use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::plan::Place;

static INFO: RuleInfo = RuleInfo {
    id: "path-variable",
    summary: "`PATH` in `[variables]` has no effect",
    docs: r#"## What it does
Finds `PATH` under `[variables]`.

## Why it fails
Nixpacks does not expand `$PATH` in these values, and the shell that runs the commands sets `PATH` again at its start.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[variables]
PATH = "/opt/venv/bin:$PATH"

[start]
cmd = "python main.py"
```

## Fix
There is no fix for this alone. To put a directory on `PATH`, list it in `paths` of a phase. If the app needs one, other fixes add it.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(doc) = cx.config() else { return Vec::new() };
    let entry =
        doc.get(&["variables"]).and_then(|node| node.as_table()).and_then(|table| table.entry("PATH"));
    entry
        .map(|entry| {
            let place = Place { path: doc.path.clone(), span: entry.key.span };
            let message =
                "`PATH` in `[variables]` has no effect: use `paths` under `[phases.install]`".to_owned();
            Found::place(place, Severity::Warning, message)
                .label("the shell that runs the commands sets PATH again")
        })
        .into_iter()
        .collect()
}
