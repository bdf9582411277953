use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::simulate::InvocationKind;

static INFO: RuleInfo = RuleInfo {
    id: "get-pip",
    summary: "get-pip.py cannot properly add pip to the Python from Nix",
    docs: r#"## What it does
Finds commands that run get-pip.py outside a virtual environment, from a file or through `curl … | python`.

## Why it fails
It stops with `externally-managed-environment`, because Nix marks its Python as externally managed (PEP 668). With `--break-system-packages` it works, but the programs that pip then installs are not on `PATH`.

See also: https://peps.python.org/pep-0668/

## Example
```toml
[phases.install]
cmds = [
    "curl -sS https://bootstrap.pypa.io/get-pip.py | python3 -",
    "python3 -m pip install -r requirements/prod.txt",
]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.install]
cmds = [
    "python3 -m venv --copies /opt/venv",
    "python3 -m pip install -r requirements/prod.txt",
]

[start]
cmd = "python main.py"
```

## Fix
Removes the download and the command that runs it. A virtual environment has its own pip. If the app works today, the fix needs `--unsafe-fixes`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::calls(cx)
        .filter(|(_, call)| matches!(call.kind, InvocationKind::RunGetPip) && call.venv.is_none())
        .filter_map(|(command, call)| {
            let (severity, label) = if call.fails() {
                (Severity::Error, "error: externally-managed-environment")
            } else {
                (Severity::Warning, "works, but it changes Nix's own Python")
            };
            let message = "get-pip.py installs pip into Nix's own Python".to_owned();
            Found::call(cx, command, call, severity, message).map(|found| found.label(label))
        })
        .collect()
}
