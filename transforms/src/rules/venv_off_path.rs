use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::simulate::{InvocationKind, REMOVED, Reason, is_own};
use std::collections::HashSet;

static INFO: RuleInfo = RuleInfo {
    id: "venv-off-path",
    summary: "packages are installed into a virtual environment that later commands do not use",
    docs: r#"## What it does
Finds commands that do not find a program or module because it is in a virtual environment that is not on `PATH`.

## Why it fails
`PATH` has only the directories that `paths` lists. Nixpacks itself lists only `/opt/venv/bin` there.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[phases.install]
cmds = ["python -m venv venv && . venv/bin/activate && pip install -r requirements.txt"]

[start]
cmd = "uvicorn main:app"
```
becomes
```toml
[phases.install]
cmds = ["python -m venv venv && . venv/bin/activate && pip install -r requirements.txt"]
paths = ["...", "/app/venv/bin"]

[start]
cmd = "uvicorn main:app"
```

## Fix
Adds the virtual environment to `paths`. It stays where it is.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Strategy };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let filled_dirs: HashSet<&str> = cx
        .simulation
        .envs
        .iter()
        .filter(|env| env.dists.has_packages())
        .filter_map(|env| env.venv_dir())
        .filter(|dir| !dir.starts_with(REMOVED) && !is_own(dir))
        .collect();
    support::all_calls(cx)
        .filter(|(_, call)| {
            !filled_dirs.is_empty()
                && matches!(
                    call.reason(),
                    Some(Reason::CommandNotFound | Reason::ModuleNotFound | Reason::PythonNotFound)
                )
        })
        .filter_map(|(command, call)| {
            let (InvocationKind::Program { name } | InvocationKind::Python { name }) = &call.kind else {
                return None;
            };
            let there = name.starts_with("python") || cx.held().script(name);
            // A filled environment that the call reaches is one that it found.
            let reached = call.venv.as_deref().is_some_and(|dir| filled_dirs.contains(dir));
            if name.contains('/') || !there || reached {
                return None;
            }
            let other = other_version(cx, name);
            let message = match other {
                Some(installed) => format!("`{name}` is not installed: the app has Python {installed}"),
                None => format!("`{name}` does not use the virtual environment, because that is not on PATH"),
            };
            let label = call.error().unwrap_or_default().to_owned();
            let found = Found::call(cx, command, call, Severity::Error, message)?.label(&label);
            // A script stays as it is.
            Some(match other.filter(|_| call.file.is_some()) {
                Some(_) => found.note(&format!("write `python` in place of `{name}`")),
                None => found,
            })
        })
        .take(1)
        .collect()
}

/// Ex) 3.12, where a command asks for `python3.11` and the virtual environment has another one.
fn other_version<'c>(cx: &'c Context<'_>, name: &str) -> Option<&'c str> {
    let asked = name.strip_prefix("python").filter(|version| version.contains('.'))?;
    let env = cx.simulation.envs.iter().find(|env| env.venv_dir().is_some() && env.dists.has_packages())?;
    Some(env.version.as_str()).filter(|version| *version != asked)
}
