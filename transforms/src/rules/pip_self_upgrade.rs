use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "pip-self-upgrade",
    summary: "a command upgrades pip, but there is no pip to upgrade",
    docs: r#"## What it does
Finds `pip install --upgrade pip` that fails because it does not run in a virtual environment.

## Why it fails
The Python from Nix has no pip to upgrade, and a pip from nixpkgs is not allowed to change itself.

See also: https://peps.python.org/pep-0668/

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
In a virtual environment the command works, so it usually stays. If it is no longer needed, `pip` is removed from it; setuptools, wheel and anything else in the command stays.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::pip_calls(cx)
        .filter(|(_, call, pip)| call.venv.is_none() && call.fails() && pip.command.is_self_upgrade())
        .filter_map(|(command, call, _)| {
            let message = "there is no pip to upgrade at this step".to_owned();
            Found::call(cx, command, call, Severity::Note, message)
                .map(|found| found.label("a virtual environment has its own pip"))
        })
        .collect()
}
