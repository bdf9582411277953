use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::shell;
use crate::simulate::{Command, NOT_JSON, stray_word};

static INFO: RuleInfo = RuleInfo {
    id: "line-break-in-command",
    summary: "a command that Docker does not read as one command",
    docs: r#"## What it does
Finds commands of several lines, and start commands with a `\$` or a tab.

## Why it fails
Nixpacks pastes each command into a Dockerfile as it is. Docker takes the second line as an instruction of its own and stops: `dockerfile parse error: unknown instruction: uvicorn`. For the start command even a line break at the very end is enough. A `\$` or a tab in the start command makes a list that Docker cannot read, and the container exits at once without an error.

## Example
```toml
[start]
cmd = """
python stats.py
uvicorn main:app
"""
```
becomes
```toml
[start]
cmd = """
python stats.py && uvicorn main:app"""
```

## Fix
Joins the lines with `&&`, so that a command runs only if the ones before it worked. Removes the backslash before `$`. Commands with `if`, `for`, here-documents or quotes over several lines stay as they are: put them into a script of the repository, and run it with `bash`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let found = cx.simulation.commands.iter().filter_map(|command| {
        let text = command.item.value.as_str();
        if !text.contains(['\n', '\\', '\t']) {
            return None;
        }
        let detail = refusal(command)?;
        let message = if detail == NOT_JSON {
            "Docker cannot read this start command"
        } else {
            "Docker takes each line of this command for an instruction of its own"
        };
        let found = Found::at(&command.item, Severity::Error, message.to_owned())?.label(&detail);
        Some(if mended(text, command.phase.is_none()).is_some() {
            found
        } else {
            found.note("put these lines into a script of the repository, and run it with `bash`")
        })
    });
    found.collect()
}

/// What Docker says of a command.
fn refusal(command: &Command) -> Option<String> {
    if let Some(detail) = command.fails_with()
        && (detail == NOT_JSON || detail.starts_with("dockerfile parse error"))
    {
        return Some(detail.to_owned());
    }
    // Its first line fails by itself, and the second one stops the build before that.
    let word = stray_word(&command.item.value)
        .filter(|_| command.phase.is_some() && command.fails() && !command.item.value.contains("<<"))?;
    Some(format!("dockerfile parse error: unknown instruction: {word}"))
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let start = support::start_command(cx);
    support::change_command(cx, finding, draft, |text| {
        let is_start = start.is_some_and(|command| command.item.value == text);
        let title = if text.trim().contains('\n') {
            "join the lines of the command with `&&`"
        } else if text.contains("\\$") {
            "remove the backslash before `$`"
        } else {
            "write the command on one line"
        };
        Some((mended(text, is_start)?, title.to_owned()))
    })
}

/// The command on one line.
fn mended(text: &str, start: bool) -> Option<String> {
    let before = shell::parse(text).ok()?;
    let is_simple =
        |step: &shell::Step| matches!(step.command, shell::Command::Simple(_) | shell::Command::Pipeline(_));
    if text.contains("<<") || !before.steps.iter().all(is_simple) {
        return None;
    }
    let words = || before.all_simple_commands().flat_map(|simple| &simple.words);
    // Ex) `python -c '…'` over several lines; a line break after a backslash is none.
    if words().any(|word| word.raw.replace("\\\n", "").contains('\n')) {
        return None;
    }
    let mut line = String::with_capacity(text.len());
    for part in text.lines().map(str::trim) {
        if part.is_empty() || part.starts_with('#') {
            continue;
        }
        // Behind a comment the rest of the line would be one.
        if part.contains(" #") || part.contains("\t#") {
            return None;
        }
        if !line.is_empty() {
            let open = line.trim_end().strip_suffix('\\').map(str::trim_end);
            if let Some(kept) = open.map(str::len) {
                line.truncate(kept);
                line.push(' ');
            } else if line.ends_with(['&', '|', ';']) {
                line.push(' ');
            } else {
                line.push_str(" && ");
            }
        }
        line.push_str(part);
    }
    let mut line = line.trim_end_matches('\\').trim_end().to_owned();
    if start {
        line = line.replace('\t', " ").replace("\\$", "$");
    }
    let after = shell::parse(&line).ok()?;
    let same = after.all_simple_commands().count() == before.all_simple_commands().count();
    (same && line != text).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::mended;

    #[test]
    fn joins_lines_only_where_they_stay_the_same_commands() {
        let cases = [
            ("a\nb\n", Some("a && b")),
            ("a\n", Some("a")),
            ("# c\na\n\nb", Some("a && b")),
            ("a &&\nb", Some("a && b")),
            ("a |\n  b", Some("a | b")),
            ("a;\nb &\nc", Some("a; b & c")),
            ("a \\\n  b\nc", Some("a b && c")),
            ("a # x\nb", None),
            ("if a; then\nb\nfi", None),
            ("a 'x\ny'", None),
            ("cat <<E\nx\nE", None),
            ("a \\$PORT", Some("a $PORT")),
            ("a\tb", Some("a b")),
        ];
        for (text, line) in cases {
            assert_eq!(mended(text, true).as_deref(), line, "{text:?}");
        }
        assert_eq!(mended("a \\$X\nb", false).as_deref(), Some("a \\$X && b"));
    }
}
