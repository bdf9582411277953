use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::simulate::Reason;

static INFO: RuleInfo = RuleInfo {
    id: "pip-outside-venv",
    summary: "pip is missing, or is not allowed to install",
    docs: r#"## What it does
Finds pip commands (`pip`, `pip3`, `python -m pip`, `sudo pip`) that do not run in a virtual environment.

## Why it fails
The Python from Nix has no pip, and Nix marks it as externally managed (PEP 668), so nothing may be installed into it. Nixpacks' own install step creates a virtual environment with pip, but `cmds` under `[phases.install]` replaces that step.

See also: https://nixpacks.com/docs/providers/python

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
If Nixpacks' own install step would install the same packages, removes your install command. Otherwise creates a virtual environment, runs pip there, and adds it to `paths`, so that the start command finds it too.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    support::pip_calls(cx)
        .filter(|(_, call, pip)| call.venv.is_none() && call.fails() && !pip.name.contains("venv/bin/"))
        .filter(|(_, call, _)| call.reason().is_some_and(Reason::is_pip_family))
        .filter_map(|(command, call, pip)| {
            let message = match call.reason() {
                Some(Reason::PipNotFound) => "pip does not exist at this step",
                Some(Reason::NoPipModule) => "the Python from Nix has no pip",
                Some(Reason::PythonNotFound) => "Python does not exist at this step",
                _ => "pip is not allowed to install into the Python from Nix",
            };
            let label = call.error().unwrap_or_default().to_owned();
            let found = Found::call(cx, command, call, Severity::Error, message.to_owned())?.label(&label);
            let provider = cx.model.provider_plan.phases.get("install").is_some_and(|phase| phase.cmds.is_some());
            let overridden = provider && command.phase.as_deref() == Some("install");
            let why =
                "your `cmds` replaces Nixpacks' own install step, which would have created a virtual environment with pip";
            Some(if overridden && pip.command.is_install() { found.note(why) } else { found })
        })
        .collect()
}
