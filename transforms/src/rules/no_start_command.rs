use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
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
[phases.build]
cmds = ["python -m compileall -q ."]
```

## Fix
None: only you know what starts the app. Write it as `cmd` under `[start]`, or as a `web:` line in a file named `Procfile`. If the platform's dashboard has a start command, give it with `--start-cmd`, so that it takes part in the check.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    if !cx.model.lacks_start() {
        return Vec::new();
    }
    let found = Found::app(Severity::Error, format!("Nixpacks stops: {NO_START}"));
    vec![found.note("write it as `cmd` under `[start]` in nixpacks.toml; if the platform's dashboard has one, check again with `--start-cmd '…'`")]
}
