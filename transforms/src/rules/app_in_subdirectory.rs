use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::app::Kind;
use crate::context::Context;
use crate::plan::PYTHON_FILES;
use crate::simulate::{Outcome, Stage};

static INFO: RuleInfo = RuleInfo {
    id: "app-in-subdirectory",
    summary: "the Python app is in a subdirectory, and the service builds the directory above",
    docs: r#"## What it does
Finds repositories whose root has no Python app, while one subdirectory has one.

## Why it fails
Nixpacks looks at the directory that the service is set to, the root of the repository by default. Without a `requirements.txt`, `pyproject.toml`, `Pipfile` or `main.py` there, it does not install Python.

## Example
```toml
[variables]
DEBUG = "0"
```
beside `backend/requirements.txt`.

## Fix
None: set the root directory of the service to that subdirectory, in the settings of the platform.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let is_app = |dir: &str| PYTHON_FILES.iter().any(|name| cx.app.is_file(&format!("{dir}{name}")));
    let runs_python = cx.model.plan.active_providers.iter().any(|name| name == "python");
    let no_plan = matches!(cx.simulation.verdict.outcome, Outcome::Fails { stage: Stage::Plan, .. });
    if !no_plan || runs_python || is_app("") {
        return Vec::new();
    }
    let dirs =
        cx.app.list("").into_iter().filter(|entry| entry.kind == Kind::Dir && !entry.name.starts_with('.'));
    let apps: Vec<String> = dirs.map(|entry| entry.name).filter(|name| is_app(&format!("{name}/"))).collect();
    let [only] = apps.as_slice() else { return Vec::new() };
    let message = format!("the Python app is in `{only}`, and Nixpacks looks at the directory above it");
    let note = format!("set the root directory of the service to `{only}` in the settings of the platform");
    vec![Found::app(Severity::Note, message).note(&note)]
}
