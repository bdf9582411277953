use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::simulate::InvocationKind;

static INFO: RuleInfo = RuleInfo {
    id: "uv-outside-venv",
    summary: "uv has no virtual environment to install into",
    docs: r#"## What it does
Finds `uv pip install --system`, and `uv pip install` without an environment.

## Why it fails
Nix marks its Python as externally managed (PEP 668), and uv refuses to install into such a Python: `The interpreter at /nix/store/… is externally managed`.

See also: https://peps.python.org/pep-0668/

## Example
```toml
[phases.setup]
nixPkgs = ["python311", "uv"]

[phases.install]
cmds = ["uv pip install --system -r requirements.txt"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
nixPkgs = ["python311", "uv"]

[phases.install]
cmds = [
    "python -m venv --copies /opt/venv",
    "uv pip install --python /opt/venv/bin/python -r requirements.txt",
]

[start]
cmd = "python main.py"
```

## Fix
Makes uv install into a virtual environment. If uv is not installed, uses pip instead.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::calls(cx)
        .filter(|(_, call)| matches!(call.kind, InvocationKind::UvPip { .. }) && call.fails())
        .filter_map(|(command, call)| {
            let message = "uv has no virtual environment to install into".to_owned();
            let label = call.error().unwrap_or_default().to_owned();
            Found::call(cx, command, call, Severity::Error, message).map(|found| found.label(&label))
        })
        .collect()
}
