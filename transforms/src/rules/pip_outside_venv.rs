use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::walk::Reason;

static INFO: RuleInfo = RuleInfo {
    id: "pip-outside-venv",
    summary: "pip runs where it is not, or may not install",
    docs: r#"## What it does
Finds pip commands (`pip`, `pip3`, `python -m pip`, `sudo pip`) that do not reach a virtual environment.

## Why it fails
Nix's Python has no pip, and its store is externally managed (PEP 668). An override of `[phases.install]` takes the place of the command with which Nixpacks makes a virtual environment (providers/python.rs, `install`).

## Example
```toml
[phases.install]
cmds = ["pip install -r requirements.txt"]

[start]
cmd = "python main.py"
```
becomes
```toml
[start]
cmd = "python main.py"
```

## Fix
Where the provider's own install brings the same packages the override goes. Elsewhere a virtual environment is made, pip is run from it, and `paths` carries it to the start command.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::pip_calls(cx)
        .filter(|(_, call, pip)| call.venv.is_none() && call.fails() && !pip.name.contains("venv/bin/"))
        .filter(|(_, call, _)| call.reason().is_some_and(Reason::is_pip_family))
        .filter_map(|(command, call, pip)| {
            let message = match call.reason() {
                Some(Reason::PipNotFound) => "no pip is on PATH here",
                Some(Reason::NoPipModule) => "Nix's Python has no pip module",
                Some(Reason::PythonNotFound) => "no Python is on PATH here",
                _ => "pip may not write into the Nix store",
            };
            let label = call.error().unwrap_or_default().to_owned();
            let found = Found::call(cx, command, call, Severity::Error, message.to_owned())?.label(&label);
            let provider = cx.model.provided.phases.get("install").is_some_and(|phase| phase.cmds.is_some());
            let overridden = provider && command.phase.as_deref() == Some("install");
            let why =
                "this list takes the place of the command with which Nixpacks makes a virtual environment";
            Some(if overridden && pip.command.is_install() { found.note(why) } else { found })
        })
        .collect()
}
