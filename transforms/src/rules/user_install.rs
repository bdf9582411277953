use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "user-install",
    summary: "pip is told to install for a user",
    docs: r#"## What it does
Finds `pip install --user` where no user install can work.

## Why it fails
The store's Python is externally managed for `--user` too (PEP 668), `~/.local/bin` is not on `PATH`, and a virtual environment refuses the flag.

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
The flag goes with the move into a virtual environment.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::pip_calls(cx)
        .filter(|(_, call, pip)| (call.venv.is_none() || call.fails()) && pip.command.has("--user"))
        .filter_map(|(command, call, _)| {
            let severity = if call.fails() { Severity::Error } else { Severity::Warning };
            let message = "`--user` installs where nothing looks".to_owned();
            Found::call(cx, command, call, severity, message)
                .map(|found| found.label("`~/.local/bin` is not on PATH"))
        })
        .collect()
}
