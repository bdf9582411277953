use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::walk::Reason;

static INFO: RuleInfo = RuleInfo {
    id: "missing-venv",
    summary: "a path leads into a virtual environment that nothing makes",
    docs: r#"## What it does
Finds commands that run a program of a virtual environment, or activate one, that no command makes.

## Why it fails
An install override takes the place of the provider's whole command, the part that makes `/opt/venv` included.

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
The environment is made first, in the place that the commands count on; or the override goes, where the provider would install the same.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::calls(cx)
        .filter(|(_, call)| call.reason() == Some(Reason::VenvMissing))
        .filter_map(|(command, call)| {
            let message = "nothing makes this virtual environment".to_owned();
            let label = call.error().unwrap_or_default().to_owned();
            Found::call(cx, command, call, Severity::Error, message).map(|found| found.label(&label))
        })
        .collect()
}
