use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::app::Kind;
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::Origin;
use crate::simulate::Command;

static INFO: RuleInfo = RuleInfo {
    id: "cd-outside-app",
    summary: "a command leaves the directory of the app with `cd ..`",
    docs: r#"## What it does
Finds entries that begin with `cd ../backend` where `backend` is a directory of the app.

## Why it fails
Each entry of `cmds`, and the start command, begins in `/app` again, whatever the entry before it did. `cd ../backend` looks for `/backend` and stops: `No such file or directory`.

## Example
```toml
[start]
cmd = "cd ../backend && python assets.py"
```
becomes
```toml
[start]
cmd = "cd backend && python assets.py"
```

## Fix
The `../` is removed.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

/// The command without the `../` of its first `cd`, where the app has that directory.
fn inside(cx: &Context<'_>, command: &str) -> Option<String> {
    let rest = command.trim_start().strip_prefix("cd ../")?.trim_start_matches("../");
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ';' | '&' | '|')).unwrap_or(rest.len());
    let dir = rest.get(..end)?.trim_end_matches('/');
    let root = cx.model.plan.dir.as_str();
    let path = if root.is_empty() { dir.to_owned() } else { format!("{root}/{dir}") };
    let there = !dir.is_empty() && !dir.contains("..") && cx.app.kind(&path) == Some(Kind::Dir);
    there.then(|| format!("cd {rest}"))
}

fn broken<'c>(cx: &'c Context<'_>) -> impl Iterator<Item = (&'c Command, String)> {
    cx.simulation.commands.iter().filter_map(|command| Some((command, inside(cx, &command.item.value)?)))
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    broken(cx)
        .filter_map(|(command, _)| {
            let message = "every command starts in `/app`, so this `cd` leaves the app".to_owned();
            Some(Found::at(&command.item, Severity::Error, message)?.label("No such file or directory"))
        })
        .collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let in_list = support::change_entry(finding, draft, |entry| {
        let title = "remove the `../` from `cd`: each command starts in the directory of the app";
        Some((Some(inside(cx, entry)?), title.to_owned()))
    });
    if in_list {
        return true;
    }
    let Some(place) = &finding.place else { return false };
    let at_place =
        |command: &&Command| matches!(&command.item.origin, Origin::Deploy(other) if other == place);
    let Some(command) = cx.simulation.commands.iter().find(at_place) else { return false };
    let Some(text) = draft.text(&command.item) else { return false };
    let Some(new) = inside(cx, &text) else { return false };
    draft.set_text(place, &text, new, INFO.id);
    true
}
