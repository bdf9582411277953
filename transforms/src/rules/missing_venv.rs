use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::simulate::Reason;

static INFO: RuleInfo = RuleInfo {
    id: "missing-venv",
    summary: "a command uses a virtual environment that no command creates",
    docs: r#"## What it does
Finds commands that activate a virtual environment, or run a program from it, when no command creates it.

## Why it fails
Your install command replaces the whole install step of Nixpacks, and that step is what creates `/opt/venv`.

See also: https://nixpacks.com/docs/providers/python

## Example
```toml
[phases.install]
cmds = ["/opt/venv/bin/pip install -r requirements/prod.txt"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.install]
cmds = ["python -m venv --copies /opt/venv", "/opt/venv/bin/pip install -r requirements/prod.txt"]

[start]
cmd = "python main.py"
```

## Fix
If Nixpacks would install the same packages, removes your install command, so that Nixpacks creates `/opt/venv` itself. Otherwise creates the virtual environment first, where your commands expect it.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::calls(cx)
        .filter(|(_, call)| call.reason() == Some(Reason::VenvMissing))
        .filter_map(|(command, call)| {
            let message = "this virtual environment does not exist at this step".to_owned();
            let label = call.error().unwrap_or_default().to_owned();
            let found = Found::call(cx, command, call, Severity::Error, message)?.label(&label);
            let is_not_needed = call.file.is_some() && cx.simulation.verdict.builds();
            Some(if is_not_needed {
                found.note("remove this line: the app is predicted to work without it")
            } else {
                found
            })
        })
        .collect()
}
