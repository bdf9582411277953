use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "pip-self-upgrade",
    summary: "an upgrade of a pip that is not there",
    docs: r#"## What it does
Finds `pip install --upgrade pip` outside a virtual environment, where it fails.

## Why it fails
There is no system pip to upgrade, and one from nixpkgs may not change the store.

## Example
```toml
[phases.install]
cmds = ["pip install --upgrade pip setuptools", "pip install -r requirements/prod.txt"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.install]
cmds = [
    "python -m venv --copies /opt/venv",
    "pip install --upgrade pip setuptools",
    "pip install -r requirements/prod.txt",
]

[start]
cmd = "python main.py"
```

## Fix
Inside a virtual environment the command works as it stands. Where the environment is named by its path, or nothing else is left of the override, pip goes from the command; setuptools,
wheel and anything else that it names stays.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::pip_calls(cx)
        .filter(|(_, call, pip)| call.venv.is_none() && call.fails() && pip.command.is_self_upgrade())
        .filter_map(|(command, call, _)| {
            let message = "there is no system pip to upgrade".to_owned();
            Found::call(cx, command, call, Severity::Note, message)
                .map(|found| found.label("a virtual environment brings its own"))
        })
        .collect()
}
