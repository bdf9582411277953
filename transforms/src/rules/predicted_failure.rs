use super::registry::Rule;
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::walk::{Outcome, Stage};

static INFO: RuleInfo = RuleInfo {
    id: "predicted-failure",
    summary: "the build or the start is predicted to fail",
    docs: r#"## What it does
Says where the predicted run stops, when no other rule explains it.

## Why it fails
The label is the error that the platform would show.

## Example
```toml
[start]
cmd = "celery -A tasks worker"
```

## Fix
None: the cause is outside what this tool edits, or only a person can decide. Here `celery` is missing from the requirements.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let verdict = &cx.walk.verdict;
    let Outcome::Fails { stage, .. } = verdict.outcome else { return Vec::new() };
    let detail = verdict.detail.clone();
    if stage == Stage::Plan {
        let place = cx.model.plan.as_ref().err().and_then(|error| error.place.clone());
        let found = match place {
            Some(place) => {
                Found::place(place, Severity::Error, format!("Nixpacks refuses this file: {detail}"))
            }
            None => Found::app(Severity::Error, format!("Nixpacks refuses the app: {detail}")),
        };
        return vec![found];
    }
    let failing = cx
        .walk
        .commands
        .iter()
        .find(|command| Some(&command.item.value) == verdict.command.as_ref() && command.fails());
    let message = format!("this command is predicted to fail at {stage}");
    let found = failing.and_then(|command| Found::at(&command.item, Severity::Error, message));
    let found = found.map(|found| found.label(&detail));
    vec![
        found.unwrap_or_else(|| {
            Found::app(Severity::Error, format!("predicted to fail at {stage}: {detail}"))
        }),
    ]
}
