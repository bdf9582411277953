use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::simulate::{Command, base_name};
use crate::text::Span;

static INFO: RuleInfo = RuleInfo {
    id: "script-line-endings",
    summary: "a shell script has the line endings of Windows",
    docs: r#"## What it does
Finds shell scripts of the repository whose lines end with CR LF, as editors on Windows write them, and which a command runs.

## Why it fails
A shell on Linux ends a line at LF alone, so the CR becomes a part of the last word of each line: `cd app` looks for a directory `app\r`, and `./start.sh` for a program `/bin/bash\r`, which the shell reports as `cannot execute: required file not found`.

## Example
```toml
[start]
cmd = "bash start.sh"
```
where the lines of `start.sh` end with CR LF.

## Fix
There is no automatic fix: only deploy files are edited. `sed -i 's/\r$//' start.sh` ends the lines with LF, and a line `*.sh text eol=lf` in `.gitattributes` keeps git on Windows from bringing the CR back.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

/// The scripts with CR LF that a command runs, each with the word that names it.
fn scripts(cx: &Context<'_>, command: &Command) -> Vec<(Span, String)> {
    let Ok(script) = &command.script else { return Vec::new() };
    let named = script.simple_commands().filter_map(|at| {
        let words = at.simple.unwrapped().words;
        let first = words.first()?;
        let runs = matches!(base_name(first.text.as_deref()?), "bash" | "sh" | "source" | ".");
        let is_option = |text: &str| text.starts_with('-');
        let word = if runs {
            words.iter().skip(1).find(|word| !word.text.as_deref().is_some_and(is_option))?
        } else {
            first
        };
        let path = support::script_of(cx, word.text.as_deref()?)?;
        (runs || path.contains('.')).then_some(())?;
        let bytes = cx.app.read(&path).ok().flatten()?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let is_python =
            text.lines().next().is_some_and(|line| line.starts_with("#!") && line.contains("python"));
        (text.contains("\r\n") && !is_python).then_some((word.span, path))
    });
    named.collect()
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let commands = cx.simulation.commands.iter().filter(|command| support::in_file(&command.item));
    let found = commands.flat_map(|command| {
        let severity = if command.fails() { Severity::Error } else { Severity::Warning };
        scripts(cx, command).into_iter().filter_map(move |(word, path)| {
            let message = format!("the lines of `{path}` end with CR LF, as on Windows");
            let found = Found::within(cx, command, word, severity, message)?;
            let label = command.fails_with().unwrap_or_default();
            Some(
                found
                    .label(label)
                    .note("save it with LF: the shell takes a CR for a part of each line's last word"),
            )
        })
    });
    found.collect()
}
