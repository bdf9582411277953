use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::web_server::{fixed_port, web_server};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::Platform;
use crate::simulate::Command;
use crate::text::Span;

static INFO: RuleInfo = RuleInfo {
    id: "fixed-port",
    summary: "a web server listens on a fixed port, and Railway chooses the port",
    docs: r#"## What it does
Finds web servers in the start command of an app on Railway that are told a number in place of `$PORT`.

## Why it fails
Railway sets `PORT` when the app starts and sends requests there, unless the service has a variable `PORT` or a target port of its own. A server that listens elsewhere is not reached: `Application failed to respond`. A `PORT` under `[variables]` changes nothing: what Railway sets takes its place.

See also: https://docs.railway.com/reference/errors/application-failed-to-respond

## Example
With a `railway.json` beside it:
```toml
[start]
cmd = "uvicorn main:app --host 0.0.0.0 --port 8000"
```
becomes
```toml
[start]
cmd = "uvicorn main:app --host 0.0.0.0 --port ${PORT:-8000}"
```

## Fix
With `--unsafe-fixes` the number becomes `${PORT:-8000}`: the port that Railway sets, and the number where none is set.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::AfterStrategy, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    if cx.platform() != Platform::Railway {
        return Vec::new();
    }
    let Some(command) = support::start_command(cx) else { return Vec::new() };
    let Some(server) = web_server(command) else { return Vec::new() };
    let found = port(command).and_then(|(digits, span)| {
        let message =
            format!("`{}` listens on port {digits}, and Railway sets another one as `PORT`", server.name);
        let found = Found::within(cx, command, span, Severity::Warning, message)?;
        Some(found.label("Application failed to respond").note(&format!(
            "if the service has a variable `PORT` or a target port with the value {digits}, this works"
        )))
    });
    found.into_iter().collect()
}

/// The fixed port of the server in a command that does not look at `PORT`.
fn port(command: &Command) -> Option<(&str, Span)> {
    if command.item.value.contains("PORT") {
        return None;
    }
    web_server(command)?.ports.into_iter().find_map(fixed_port)
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(command) = support::start_command(cx) else {
        return false;
    };
    let Some((digits, span)) = port(command) else { return false };
    let Ok(script) = &command.script else { return false };
    let words = script.all_simple_commands().flat_map(|simple| &simple.words);
    let mut words = words.filter(|word| word.span.start <= span.start && span.end <= word.span.end);
    // Inside single quotes nothing is expanded.
    if words.any(|word| word.raw.contains('\'')) {
        return false;
    }
    support::change_command(cx, finding, draft, |text| {
        let (before, rest) = text.split_at_checked(span.start)?;
        let after = rest.strip_prefix(digits)?;
        let new = format!("{before}${{PORT:-{digits}}}{after}");
        Some((new, "listen on the port that Railway sets".to_owned()))
    })
}
