use super::registry::Rule;
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "python-provider-left-out",
    summary: "the app needs Python and only another provider runs",
    docs: r#"## What it does
Finds apps with a Python manifest whose commands need Python while another provider, Node as a rule, was detected.

## Why it fails
Nixpacks uses the first provider that matches, and Node comes before Python (lib.rs, `get_providers`), so nothing installs the requirements.

## Example
```toml
[start]
cmd = "python main.py"
```
becomes
```toml
providers = ["...", "python"]

[start]
cmd = "python main.py"
```

## Fix
Python is added as a second provider; the first one stays.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(manifest) = crate::repair::left_out(cx) else { return Vec::new() };
    let first = cx.model.plan.as_ref().ok().and_then(|plan| plan.ran.first().cloned()).unwrap_or_default();
    let failing = cx.walk.commands.iter().find(|command| command.fails());
    let message = format!("only the {first} provider runs, so nothing installs `{manifest}`");
    let found = failing.and_then(|command| Found::at(&command.item, Severity::Error, message.clone()));
    let label = cx.walk.verdict.detail.clone();
    vec![found.unwrap_or_else(|| Found::app(Severity::Error, message)).label(&label)]
}
