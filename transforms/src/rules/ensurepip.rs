use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::simulate::InvocationKind;

static INFO: RuleInfo = RuleInfo {
    id: "ensurepip",
    summary: "ensurepip cannot add pip to the Python from Nix",
    docs: r#"## What it does
Finds `python -m ensurepip` outside a virtual environment.

## Why it fails
Nix marks its Python as externally managed (PEP 668), which means that nothing may install into it. The command stops with `externally-managed-environment`.

See also: https://peps.python.org/pep-0668/

## Example
```toml
[phases.install]
cmds = ["python -m ensurepip --upgrade", "python -m pip install -r requirements/prod.txt"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.install]
cmds = ["python -m venv --copies /opt/venv", "python -m pip install -r requirements/prod.txt"]

[start]
cmd = "python main.py"
```

## Fix
Removes the command. A virtual environment has its own pip.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::calls(cx)
        .filter(|(_, call)| matches!(call.kind, InvocationKind::EnsurePip) && call.venv.is_none())
        .filter_map(|(command, call)| {
            let severity = if call.fails() { Severity::Error } else { Severity::Warning };
            let message = "`ensurepip` cannot add pip to the Python from Nix".to_owned();
            Found::call(cx, command, call, severity, message)
                .map(|found| found.label(call.error().unwrap_or("works, but it changes Nix's own Python")))
        })
        .collect()
}
