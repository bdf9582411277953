use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::app::Kind;
use crate::context::Context;
use crate::plan::PYTHON_FILES;
use crate::simulate::{Command, Outcome, Stage};

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

/// Directories that are named at most.
const MOST_NAMED: usize = 6;

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let is_app = |dir: &str| PYTHON_FILES.iter().any(|name| cx.app.is_file(&format!("{dir}{name}")));
    let runs_python = cx.model.plan.active_providers.iter().any(|name| name == "python");
    let (verdict, plan) = (&cx.simulation.verdict, &cx.model.plan);
    let no_plan = matches!(verdict.outcome, Outcome::Fails { stage: Stage::Plan, .. });
    // Commands from elsewhere make a plan of an app that Nixpacks sees nothing of.
    let has_packages = plan.phases.contains_key("setup");
    let sees_nothing = verdict.fails() && plan.active_providers.is_empty() && !has_packages;
    if !(no_plan || sees_nothing) || runs_python || is_app("") {
        return Vec::new();
    }
    let dirs =
        cx.app.list("").into_iter().filter(|entry| entry.kind == Kind::Dir && !entry.name.starts_with('.'));
    let apps: Vec<String> = dirs.map(|entry| entry.name).filter(|name| is_app(&format!("{name}/"))).collect();
    let [first, others @ ..] = apps.as_slice() else { return Vec::new() };
    if !others.is_empty() {
        let apps: Vec<String> = apps.iter().take(MOST_NAMED).map(|app| format!("`{app}`")).collect();
        let message =
            format!("Python apps are in {}, and Nixpacks looks at the directory above", apps.join(", "));
        let note = "make a service for each, with that directory as its root directory in the settings";
        return vec![Found::app(Severity::Note, message).note(note)];
    }
    let message = format!("the Python app is in `{first}`, and Nixpacks looks at the directory above it");
    let note = format!("set the root directory of the service to `{first}` in the settings of the platform");
    let found = Found::app(Severity::Note, message).note(&note);
    let goes_there =
        |command: &&Command| command.item.value.trim_start().starts_with(&format!("cd {first} "));
    if cx.simulation.commands.iter().any(|command| goes_there(&command)) {
        return vec![found.note(&format!("then take `cd {first}` out of the commands: they start in it"))];
    }
    vec![found]
}
