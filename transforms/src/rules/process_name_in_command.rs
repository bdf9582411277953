use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;

static INFO: RuleInfo = RuleInfo {
    id: "process-name-in-command",
    summary: "a start command begins with the name of a Procfile process",
    docs: r#"## What it does
Finds start commands such as `web: gunicorn app:app` outside of a Procfile.

## Why it fails
Only a Procfile has names before its commands. Here the shell looks for a program called `web:` and stops: `web:: command not found`.

## Example
```toml
[start]
cmd = "web: python main.py"
```
becomes
```toml
[start]
cmd = "python main.py"
```

## Fix
The name and its colon are removed.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

/// The name, and the command behind it.
fn named(command: &str) -> Option<(&str, &str)> {
    let (name, rest) = command.trim_start().split_once(':')?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    (plain && rest.starts_with([' ', '\t'])).then(|| (name, rest.trim_start()))
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let start = cx.model.plan.start.as_ref().and_then(|start| start.cmd.as_ref());
    let found = start.and_then(|item| {
        let (name, _) = named(&item.value)?;
        let message = format!("`{name}:` is the name of a process, which belongs in a Procfile alone");
        Some(Found::at(item, Severity::Error, message)?.label(&format!("{name}:: command not found")))
    });
    found.into_iter().collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(item) = cx.model.plan.start.as_ref().and_then(|start| start.cmd.as_ref()) else { return false };
    let (Some(place), Some(text)) = (&finding.place, draft.text(item)) else { return false };
    let Some((_, command)) = named(&text) else { return false };
    draft.set_text(place, &text, command.to_owned(), INFO.id);
    true
}
