use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::walk::CallKind;

static INFO: RuleInfo = RuleInfo {
    id: "get-pip",
    summary: "get-pip.py installs pip into the Nix interpreter",
    docs: r#"## What it does
Finds get-pip.py being run outside a virtual environment, from a file or through a pipe.

## Why it fails
It stops with `externally-managed-environment`. With `--break-system-packages` it works, and pip ends up in `/nix/store`, where its scripts are not on `PATH`.

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
The download and the run go: a virtual environment brings its own pip. Unsafe where the app works as it is.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::calls(cx)
        .filter(|(_, call)| matches!(call.kind, CallKind::RunGetPip) && call.venv.is_none())
        .filter_map(|(command, call)| {
            let (severity, label) = if call.fails() {
                (Severity::Error, "error: externally-managed-environment")
            } else {
                (Severity::Warning, "works, but into the Nix store")
            };
            let message = "get-pip.py installs into the Nix store".to_owned();
            Found::call(cx, command, call, severity, message).map(|found| found.label(label))
        })
        .collect()
}
