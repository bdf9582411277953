use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "break-system-packages",
    summary: "pip is told to write into the immutable Nix store",
    docs: r#"## What it does
Finds `--break-system-packages` (or `PIP_BREAK_SYSTEM_PACKAGES`) on a pip command that reaches no virtual environment.

## Why it fails
As root pip can write into `/nix/store`, so the build passes. But console scripts land in a directory that is not on `PATH`: at start, `uvicorn` and its like are not found.

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
The flag goes, and the install moves into a virtual environment. Unsafe where the app works as it is.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::pip_calls(cx)
        .filter(|(_, call, pip)| call.venv.is_none() && pip.command.has("--break-system-packages"))
        .filter_map(|(command, call, _)| {
            let severity = if call.fails() { Severity::Error } else { Severity::Warning };
            let message = "`--break-system-packages` writes into the Nix store".to_owned();
            Found::call(cx, command, call, severity, message)
                .map(|found| found.label("console scripts do not reach PATH from there"))
        })
        .collect()
}
