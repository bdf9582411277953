use super::missing_program;
use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::simulate::{InvocationKind, Reason, base_name};

static INFO: RuleInfo = RuleInfo {
    id: "interpreter-bypasses-venv",
    summary: "a command runs a Python that does not see the virtual environment",
    docs: r#"## What it does
Finds start commands that name Python by an absolute path outside the virtual environment, activate a virtual environment that no command creates, or run as another user.

## Why it fails
Your requirements are installed in the virtual environment. `/usr/bin/python3` or `/root/.nix-profile/bin/python` does not see them.

See also: https://nixpacks.com/docs/providers/python

## Example
```toml
[start]
cmd = "/root/.nix-profile/bin/python main.py"
```
becomes
```toml
[start]
cmd = "/opt/venv/bin/python main.py"
```

## Fix
Runs the program from the virtual environment.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    // No environment has it, whoever runs it.
    let nowhere = missing_program::missing(cx).map(|(_, call, _)| call);
    support::calls(cx)
        .filter(|(_, call)| nowhere.is_none_or(|missing| !std::ptr::eq(missing, *call)))
        .filter(|(_, call)| call.fails() && call.reason() != Some(Reason::VenvMissing))
        .filter_map(|(command, call)| {
            let message = match &call.kind {
                InvocationKind::Python { name } | InvocationKind::Program { name }
                    if name.contains("/bin/") =>
                {
                    match call.reason() {
                        Some(Reason::NoSuchFile) => format!("`{name}` does not exist here"),
                        _ => format!("`{name}` does not use the virtual environment"),
                    }
                }
                InvocationKind::Activate { dir } if command.phase.is_none() => {
                    format!("no command creates the virtual environment `{dir}`")
                }
                _ => return None,
            };
            let label = call.error().unwrap_or_default().to_owned();
            let found = Found::call(cx, command, call, Severity::Error, message)?.label(&label);
            // A script stays as it is.
            Some(match (&call.kind, &call.file) {
                (InvocationKind::Python { name } | InvocationKind::Program { name }, Some(file)) => found
                    .note(&format!(
                        "write `{}` in `{file}`, without a path: a virtual environment on PATH is found by the name alone",
                        base_name(name)
                    )),
                _ => found,
            })
        })
        .collect()
}
