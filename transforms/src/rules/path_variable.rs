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
Values are passed as build arguments, so `$PATH` in them is not expanded, and the login shell sets `PATH` anew (builder/docker/dockerfile_generation.rs).

## Example
```toml
[variables]
PATH = "/opt/venv/bin:$PATH"

[start]
cmd = "python main.py"
```

## Fix
None: shown only. `paths` of a phase is what puts a directory on `PATH`; where the app needs one, other fixes add it.
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
            let message = "`PATH` in `[variables]` has no effect: use `paths` of a phase".to_owned();
            Found::place(place, Severity::Warning, message).label("the login shell sets PATH anew")
        })
        .into_iter()
        .collect()
}
