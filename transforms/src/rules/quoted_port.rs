use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::web_server::web_server;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::shell::{self, Word};
use crate::simulate::Command;

static INFO: RuleInfo = RuleInfo {
    id: "quoted-port",
    summary: "`$PORT` in single quotes stays as it is written",
    docs: r#"## What it does
Finds web servers in the start command that are told `'$PORT'`, in single quotes.

## Why it fails
Between single quotes the shell replaces nothing, so the server gets the five characters `$PORT` and stops: `'$PORT' is not a valid integer`.

## Example
```toml
[start]
cmd = "uvicorn main:app --port '$PORT'"
```
becomes
```toml
[start]
cmd = "uvicorn main:app --port $PORT"
```

## Fix
Removes the quotes, or makes double quotes of them where the word needs some.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::AfterStrategy, fix) };

/// The word of a web server's port that the shell passes on as `$PORT`.
fn literal_port(command: &Command) -> Option<&Word> {
    let unexpanded = |word: &&Word| {
        let text = word.text.as_deref().unwrap_or_default();
        (text.contains("$PORT") || text.contains("${PORT")) && word.raw.contains('\'')
    };
    web_server(command)?.ports.into_iter().find(unexpanded)
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let found = support::start_command(cx).and_then(|command| {
        let word = literal_port(command)?;
        let severity = if command.fails() { Severity::Error } else { Severity::Warning };
        let message =
            format!("the shell replaces nothing in `{}`: the server gets `$PORT` as it is", word.raw);
        let found = Found::within(cx, command, word.span, severity, message)?;
        Some(match command.fails_with() {
            Some(detail) => found.label(detail),
            None => found.label("'$PORT' is not a valid port number"),
        })
    });
    found.into_iter().collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(command) = support::start_command(cx) else { return false };
    let Some(word) = literal_port(command) else { return false };
    let raw = word.raw.as_str();
    let mut parts = raw.split('\'');
    let (Some(before), Some(inside), Some(after), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let plain = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '$' | '{' | '}' | ':' | '.' | '-' | '_' | '=' | '/')
    };
    let new = if inside.chars().all(plain) {
        format!("{before}{inside}{after}")
    } else if inside.contains(['"', '`', '\\']) {
        return false;
    } else {
        format!("{before}\"{inside}\"{after}")
    };
    support::change_command(cx, finding, draft, |text| {
        let (start, rest) = text.split_at_checked(word.span.start)?;
        let rest = rest.strip_prefix(raw)?;
        let line = format!("{start}{new}{rest}");
        shell::parse(&line).ok()?;
        Some((line, "let the shell replace `$PORT`".to_owned()))
    })
}
