use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "user-install",
    summary: "`pip install --user` installs where Python does not look",
    docs: r#"## What it does
Finds `pip install --user` in deploys, where it cannot work.

## Why it fails
Nix marks its Python as externally managed, for `--user` too (PEP 668). `~/.local/bin` is not on `PATH`, and pip refuses the flag in a virtual environment.

See also: https://peps.python.org/pep-0668/

## Example
```toml
[phases.install]
cmds = ["pip install --user -r requirements/prod.txt"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.install]
cmds = ["python -m venv --copies /opt/venv", "pip install -r requirements/prod.txt"]

[start]
cmd = "python main.py"
```

## Fix
Removes the flag and installs into a virtual environment.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::pip_calls(cx)
        .filter(|(_, call, pip)| (call.venv.is_none() || call.fails()) && pip.command.has("--user"))
        .filter_map(|(command, call, _)| {
            let severity = if call.fails() { Severity::Error } else { Severity::Warning };
            let message = "`--user` does not work in this build".to_owned();
            Found::call(cx, command, call, severity, message)
                .map(|found| found.label("`~/.local/bin` is not on PATH"))
        })
        .collect()
}
