use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::edit::Edit;
use crate::fix::Draft;
use crate::plan::Place;
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
where the lines of `start.sh` end with CR LF, and with LF after the fix. The command stays as it is:
```toml
[start]
cmd = "bash start.sh"
```

## Fix
Ends the lines of the script with LF. Where a script works by chance it is changed with `--unsafe-fixes` only. So that git on Windows does not bring the CR back, add a line `*.sh text eol=lf` to `.gitattributes`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::AfterStrategy, fix) };

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
        let path = word.text.as_deref()?;
        let path = path.strip_prefix("/app/").or_else(|| path.strip_prefix("./")).unwrap_or(path);
        let path = support::in_app(cx, path);
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
            Some(
                found
                    .label(command.fails_with().unwrap_or_default())
                    .note("the shell takes the CR for a part of each line's last word"),
            )
        })
    });
    found.collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let is_here = |place: &Place, own: &Place| {
        own.path == place.path && own.span.start <= place.span.start && place.span.end <= own.span.end
    };
    let commands = cx.simulation.commands.iter().filter(|command| {
        finding.place.as_ref().zip(support::place_of(command)).is_some_and(|(place, own)| is_here(place, own))
    });
    let found = commands
        .flat_map(|command| scripts(cx, command))
        .find(|(_, path)| finding.message.contains(&format!("`{path}`")));
    let Some((_, path)) = found else { return false };
    let Some(bytes) = cx.app.read(&path).ok().flatten() else { return false };
    let Ok(text) = std::str::from_utf8(&bytes) else { return false };
    let edits = text.match_indices("\r\n").map(|(at, _)| Edit::deletion(Span { start: at, end: at + 1 }));
    draft.edit_unread(&path, edits.collect(), &format!("end the lines of `{path}` with LF"), finding.rule.id);
    true
}
