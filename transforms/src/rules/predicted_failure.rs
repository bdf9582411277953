use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::plan::PlanError;
use crate::walk::{Outcome, Reason, Stage, Verdict};

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

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let verdict = &cx.walk.verdict;
    let Outcome::Fails { stage, .. } = verdict.outcome else { return Vec::new() };
    let detail = verdict.detail.clone();
    if !cx.model.errors.is_empty() {
        return cx.model.errors.iter().map(refused).collect();
    }
    if stage == Stage::Plan {
        return vec![Found::app(Severity::Error, format!("Nixpacks refuses the app: {detail}"))];
    }
    let failing = cx
        .walk
        .commands
        .iter()
        .find(|command| Some(&command.item.value) == verdict.command.as_ref() && command.fails());
    let message = format!("this command is predicted to fail at {stage}");
    let found = failing.and_then(|command| Found::at(&command.item, Severity::Error, message));
    let found = found.map(|found| found.label(&detail));
    let found = found
        .unwrap_or_else(|| Found::app(Severity::Error, format!("predicted to fail at {stage}: {detail}")));
    vec![match advice(cx, verdict) {
        Some(advice) => found.note(advice),
        None => found,
    }]
}

fn refused(error: &PlanError) -> Found {
    let message = &error.message;
    match &error.place {
        Some(place) => {
            Found::place(place.clone(), Severity::Error, format!("Nixpacks refuses this file: {message}"))
        }
        None => Found::app(Severity::Error, format!("Nixpacks refuses the app: {message}")),
    }
}

/// What a person can do about a cause that no edit of a deploy file mends.
fn advice(cx: &Context<'_>, verdict: &Verdict) -> Option<&'static str> {
    let detail = verdict.detail.as_str();
    Some(match verdict.reason()? {
        Reason::NoSuchFile if detail.contains("requirements file") => {
            "the app has no such file: commit it, or name the one that it has"
        }
        Reason::NoSuchFile => "the app has no such file or directory: commit it, or name the one that it has",
        Reason::CommandNotFound if !is_installed(cx) => {
            "nothing that is installed is known to bring this program: add its package to the requirements file, or to `nixPkgs`"
        }
        Reason::ModuleNotFound if detail.contains("__main__") => {
            "`python -m` runs a module, or a package with a `__main__.py`: name the module that starts the app"
        }
        Reason::Other if detail.contains("uv.lock") => "write it anew with `uv lock`, and commit it",
        Reason::BuildBackend => {
            "this is for `pyproject.toml` to settle: see the build backend's documentation"
        }
        _ => return None,
    })
}

/// Whether an environment has a program that a command does not find.
fn is_installed(cx: &Context<'_>) -> bool {
    let mut calls = cx.walk.commands.iter().flat_map(|command| &command.calls);
    calls.any(|call| {
        call.reason() == Some(Reason::CommandNotFound)
            && cx.walk.envs.iter().any(|env| env.dists.script(&call.program))
    })
}
