use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::simulate::NO_START;

static INFO: RuleInfo = RuleInfo {
    id: "no-start-command",
    summary: "no file says how the app starts",
    docs: r#"## What it does
Finds apps for which neither the deploy files nor Nixpacks' own step for the language gives a start command.

## Why it fails
Nixpacks stops before it builds anything: `No start command could be found`. For Python it starts `main.py` by itself, or a Django project that names its WSGI application, and no other file.

## Example
```toml
[deploy]
startCommand = "python bot.py"
```
becomes
```toml
[start]
cmd = "python bot.py"
```

## Fix
A start command that stands in nixpacks.toml where nothing reads it, under `[deploy]` or `[phases.start]`, is moved to `[start]`. Otherwise only you know what starts the app. Write it as `cmd` under `[start]`, or as a `web:` line in a file named `Procfile`. If the platform's dashboard has a start command, give it with `--start-cmd`, so that it takes part in the check.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    if !cx.model.lacks_start() {
        return Vec::new();
    }
    let found = Found::app(Severity::Error, format!("Nixpacks stops: {NO_START}"));
    vec![found.note("write it as `cmd` under `[start]` in nixpacks.toml; if the platform's dashboard has one, check again with `--start-cmd '…'`")]
}

/// Where people write a start command that nothing reads.
const ELSEWHERE: [&[&str]; 4] = [
    &["deploy", "startCommand"],
    &["deploy", "start"],
    &["phases", "start", "cmd"],
    &["phases", "start", "command"],
];

fn fix(cx: &Context<'_>, _: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(doc) = cx.config().filter(|doc| doc.get(&["start"]).is_none()) else { return false };
    let text = |keys: &&'static [&'static str]| {
        Some((*keys, doc.get(keys)?.as_str().filter(|text| !text.decoded.trim().is_empty())?))
    };
    let mut found = ELSEWHERE.iter().filter_map(text);
    let (Some((keys, command)), None) = (found.next(), found.next()) else { return false };
    draft.remove_key(doc, keys, INFO.id);
    let title = "write the command as `start.cmd`, which Nixpacks reads".to_owned();
    draft.insert_string("start", "cmd", &command.decoded, title, INFO.id);
    true
}
