use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::ONLY_INCLUDE_FILES;
use crate::fix::Draft;
use crate::plan::{Item, Origin};
use crate::simulate::{Command, Reason};

static INFO: RuleInfo = RuleInfo {
    id: "source-left-out",
    summary: "an install command needs files that are copied only after it",
    docs: r#"## What it does
Finds commands under `[phases.install]` that need a file of the app which is not there yet.

## Why it fails
For an app with a `pyproject.toml` and no lock file, Nixpacks copies `pyproject.toml` alone before it runs the install commands, and everything else after them. A build that needs the README, a `requirements.txt` or the code of the app does not find it.

## Example
```toml
[phases.install]
cmds = ["python -m venv --copies /opt/venv && . /opt/venv/bin/activate && pip install ."]

[start]
cmd = "uvicorn main:app"
```
becomes
```toml
[phases.install]
cmds = ["python -m venv --copies /opt/venv && . /opt/venv/bin/activate && pip install ."]
onlyIncludeFiles = ["."]

[start]
cmd = "uvicorn main:app"
```

## Fix
Adds `onlyIncludeFiles = ["."]`, with which all files are copied before the install commands.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::AfterStrategy, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let failing = cx.simulation.commands.iter().filter(|command| {
        let Some(phase) = command.phase.as_deref().and_then(|phase| cx.model.plan.phases.get(phase)) else {
            return false;
        };
        let by_provider = |item: &Item| matches!(item.origin, Origin::Provider(_));
        let some_files = phase.only_include_files.as_ref().filter(|files| files.iter().all(by_provider));
        some_files.is_some_and(|files| !files.is_empty()) && left_out(cx, command).is_some()
    });
    let found = failing.map(|command| {
        let file = left_out(cx, command).unwrap_or_default();
        let message = format!("`{file}` is not there yet when this command runs");
        let label = match command.fails_with() {
            Some(detail) => detail.to_owned(),
            None => String::new(),
        };
        let note = "before the install commands Nixpacks copies `pyproject.toml` alone";
        let found = Found::at(&command.item, Severity::Error, message.clone());
        found.unwrap_or_else(|| Found::app(Severity::Error, message)).label(&label).note(note)
    });
    found.collect()
}

/// The file of the app that a failing command does not find.
fn left_out(cx: &Context<'_>, command: &Command) -> Option<String> {
    if !matches!(command.reason(), Some(Reason::BuildBackend | Reason::NoSuchFile)) {
        return None;
    }
    let detail = command.fails_with()?;
    if let Some(module) = detail.strip_prefix("No file/folder found for package ") {
        let places = [module.to_owned(), format!("{module}.py"), format!("src/{module}")];
        return places.into_iter().find(|place| cx.app.kind(&support::in_app(cx, place)).is_some());
    }
    // Hatchling does not say what it looks for.
    if detail.starts_with("Unable to determine which files") {
        let places = cx.app.list(&cx.model.plan.dir).into_iter();
        let package = |name: &str| support::in_app(cx, &format!("{name}/__init__.py"));
        return places.map(|entry| entry.name).find(|name| cx.app.is_file(&package(name)));
    }
    let words = detail.split([' ', '\'', '`', '"', ':']).map(|word| word.trim_start_matches("/app/"));
    let mut words = words.filter(|word| word.contains(['.', '/']) && !word.ends_with('.'));
    words.find(|word| cx.app.is_file(&support::in_app(cx, word))).map(str::to_owned)
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(doc) = cx.config() else { return false };
    let listed = ONLY_INCLUDE_FILES.names.iter().any(|key| doc.get(&["phases", "install", key]).is_some());
    if listed {
        return false;
    }
    draft.insert("install", "onlyIncludeFiles", &["."], finding.rule.id);
    true
}
