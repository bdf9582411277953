use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::simulate::{Command, InvocationKind};

static INFO: RuleInfo = RuleInfo {
    id: "split-activation",
    summary: "a virtual environment is activated in a separate command, which has no effect",
    docs: r#"## What it does
Finds `source …/bin/activate` as a separate entry of `cmds`.

## Why it fails
Each entry of `cmds` runs in a new shell. The next entry does not see what this one has set.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[phases.install]
cmds = ["python -m venv venv", "source venv/bin/activate", "pip install -r requirements.txt"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.install]
cmds = ["python -m venv venv", "pip install -r requirements.txt"]
paths = ["...", "/app/venv/bin"]

[start]
cmd = "python main.py"
```

## Fix
Removes the entry and adds the virtual environment to `paths`, so that the entries after it use it.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    // Of a command with many calls the script is gone through once.
    let mut last: Option<(&Command, bool)> = None;
    support::calls(cx)
        .filter(|(command, call)| {
            matches!(call.kind, InvocationKind::Activate { .. }) && command.phase.is_some() && !call.fails()
        })
        .filter(|(command, _)| match last {
            Some((known, alone)) if std::ptr::eq(known, *command) => alone,
            _ => {
                let alone = command.script.as_ref().is_ok_and(|script| script.simple_commands().count() == 1);
                last = Some((command, alone));
                alone
            }
        })
        .filter_map(|(command, call)| {
            let message =
                "activating a virtual environment here has no effect on the next command".to_owned();
            Found::call(cx, command, call, Severity::Warning, message)
                .map(|found| found.label("each entry of `cmds` runs in a new shell"))
        })
        .collect()
}
