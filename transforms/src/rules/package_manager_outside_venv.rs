use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::walk::CallKind;

static INFO: RuleInfo = RuleInfo {
    id: "package-manager-outside-venv",
    summary: "poetry, pdm, pipenv or uv runs where it is not",
    docs: r#"## What it does
Finds `poetry install`, `uv sync` and the like where nothing installs the tool.

## Why it fails
The provider installs the tool with pip into `/opt/venv` first (providers/python.rs, `install`); the override takes the place of all of it.

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
The override goes where the app's lock file makes the provider use the same tool. Elsewhere the tool is installed into a virtual environment first, and run there.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::calls(cx)
        .filter_map(|(command, call)| {
            let CallKind::Manager { tool, .. } = &call.kind else { return None };
            if !call.fails() {
                return None;
            }
            let message = format!("nothing installs `{tool}` before it runs");
            let label = call.error().unwrap_or_default().to_owned();
            Found::call(cx, command, call, Severity::Error, message).map(|found| found.label(&label))
        })
        .collect()
}
