use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::simulate::{Command, base_name};
use crate::text::Span;

static INFO: RuleInfo = RuleInfo {
    id: "script-not-executable",
    summary: "a command runs a script that is not executable in git",
    docs: r#"## What it does
Finds commands such as `./start.sh`, where the file is in the repository without the permission to execute it.

## Why it fails
Git keeps that permission, and the image gets it from there. Without it the shell stops: `./start.sh: Permission denied`. Files that were added on Windows never have it.

## Example
```toml
[start]
cmd = "./start.sh"
```
becomes
```toml
[start]
cmd = "bash ./start.sh"
```

## Fix
Names the program that runs the script, as its first line does: `bash`, `sh` or `python`. The other way is to give the permission: `git update-index --chmod=+x start.sh`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::AfterStrategy, fix) };

/// The script that a command may not execute: the word's place in the command, and the program for it.
fn denied<'c>(cx: &Context<'_>, command: &'c Command) -> Option<(&'c str, Span, Option<&'static str>)> {
    let name = command.fails_with()?.strip_suffix(": Permission denied")?;
    if command.fails_in().is_some() {
        return None;
    }
    let script = command.script.as_ref().ok()?;
    let mut calls = script.simple_commands().map(|at| at.simple);
    let word = calls.find_map(|simple| {
        simple.unwrapped().words.first().filter(|word| word.text.as_deref() == Some(name))
    })?;
    // A `cd` before it makes the path another one: then the program is bash, as it is without a first line.
    let path = support::script_of(cx, name)?;
    let bytes = cx.app.read(&path).ok().flatten();
    // A file that a command of the build has written is not in git.
    if bytes.is_none() && !name.starts_with("..") && !command.item.value.contains("cd ") {
        return None;
    }
    let first =
        bytes.as_ref().and_then(|bytes| bytes.split(|byte| *byte == b'\n').next()).unwrap_or_default();
    Some((name, word.span, interpreter(&String::from_utf8_lossy(first))))
}

/// The program of a script's first line, where it is one of those that are everywhere.
fn interpreter(first: &str) -> Option<&'static str> {
    let Some(line) = first.strip_prefix("#!") else { return Some("bash") };
    let mut words = line.split_whitespace();
    let program = words.next().map(base_name)?;
    let program = if program == "env" { words.next().map(base_name)? } else { program };
    ["bash", "sh", "python", "python3"].into_iter().find(|known| *known == program && words.next().is_none())
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let commands = cx.simulation.commands.iter().filter(|command| support::in_file(&command.item));
    let found = commands.filter_map(|command| {
        let (name, _, _) = denied(cx, command)?;
        let message = format!("`{name}` is not executable in git");
        let found = Found::at(&command.item, Severity::Error, message)?;
        Some(found.label(command.fails_with()?).note(command.hint()?))
    });
    found.collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let place = finding.place.as_ref();
    let start = || {
        support::start_command(cx)
            .filter(|command| support::place_of(command).zip(place).is_some_and(|(own, place)| own == place))
    };
    let Some(command) = place.and_then(|place| cx.command_at(place)).or_else(start) else { return false };
    let Some((name, span, Some(program))) = denied(cx, command) else { return false };
    support::change_command(cx, finding, draft, |text| {
        let (before, rest) = text.split_at_checked(span.start)?;
        let rest = rest.starts_with(name).then_some(rest)?;
        Some((format!("{before}{program} {rest}"), format!("run `{name}` with `{program}`")))
    })
}
