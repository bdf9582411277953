use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "break-system-packages",
    summary: "pip installs into Nix's own Python, and its programs are not on PATH",
    docs: r#"## What it does
Finds `--break-system-packages` (or `PIP_BREAK_SYSTEM_PACKAGES`) on a pip command that does not run in a virtual environment.

## Why it fails
The build passes, because pip runs as root and can write into the directory of Nix's Python. But the programs that it installs, such as `uvicorn`, end up in a directory that is not on `PATH`: when the app starts, they are not found.

See also: https://peps.python.org/pep-0668/

## Example
```toml
[phases.setup]
nixPkgs = ["python311", "python311Packages.pip"]

[phases.install]
cmds = ["pip install --break-system-packages -r requirements/prod.txt"]

[start]
cmd = "uvicorn main:app"
```
becomes
```toml
[phases.setup]
nixPkgs = ["python311"]

[phases.install]
cmds = ["python -m venv --copies /opt/venv", "pip install -r requirements/prod.txt"]

[start]
cmd = "uvicorn main:app"
```

## Fix
Removes the flag and installs into a virtual environment. If the app works today, the fix needs `--unsafe-fixes`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::pip_calls(cx)
        .filter(|(_, call, pip)| call.venv.is_none() && pip.command.has("--break-system-packages"))
        .filter_map(|(command, call, _)| {
            let severity = if call.fails() { Severity::Error } else { Severity::Warning };
            let message = "`--break-system-packages` installs into Nix's own Python".to_owned();
            Found::call(cx, command, call, severity, message)
                .map(|found| found.label("programs that are installed there are not on PATH"))
        })
        .collect()
}
