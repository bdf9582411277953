use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::simulate::{InvocationKind, Reason};

static INFO: RuleInfo = RuleInfo {
    id: "package-manager-outside-venv",
    summary: "poetry, pdm, pipenv or uv is not installed, or may not install",
    docs: r#"## What it does
Finds `poetry install`, `uv sync` and similar commands when the tool is not installed at that point, or cannot install there.

## Why it fails
Nixpacks' own install step installs the tool with pip into `/opt/venv` first. Your install command replaces that whole step.

See also: https://nixpacks.com/docs/providers/python

## Example
```toml
[phases.install]
cmds = ["poetry install --no-dev"]

[start]
cmd = "python main.py"
```
becomes
```toml
[start]
cmd = "python main.py"
```

## Fix
If Nixpacks uses the same tool for this app, because of its lock file, removes your install command. Otherwise installs the tool into a virtual environment first and runs it there.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::calls(cx)
        .filter_map(|(command, call)| {
            let InvocationKind::Manager { tool, verb } = &call.kind else { return None };
            let own =
                || call.error().is_some_and(|error| error.starts_with(tool) || error.contains("uv.lock"));
            // What `uv run` runs has its own error.
            if !call.fails() || (verb == "run" && !own()) {
                return None;
            }
            // What Poetry cannot read is the same in every environment.
            if *tool == "poetry" && call.reason() == Some(Reason::Other) {
                return None;
            }
            let message = if call.reason() == Some(Reason::CommandNotFound) {
                format!("`{tool}` is not installed when this command runs")
            } else if call.reason() == Some(Reason::NoSuchFile) {
                "`uv.lock` is missing, and with `--frozen` uv does not make one".to_owned()
            } else {
                format!("`{tool}` cannot install here")
            };
            let lock = (call.reason() == Some(Reason::NoSuchFile))
                .then_some("run `uv lock`, and commit `uv.lock`; or leave out `--frozen`");
            let label = call.error().unwrap_or_default().to_owned();
            Found::call(cx, command, call, Severity::Error, message)
                .map(|found| found.label(&label))
                .map(|found| lock.into_iter().fold(found, Found::note))
        })
        .collect()
}
