use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::{FileKind, ParseError};
use crate::edit::Edit;
use crate::fix::Draft;
use crate::intent::syntax::mend;
use crate::plan::Place;

static INFO: RuleInfo = RuleInfo {
    id: "broken-syntax",
    summary: "a file cannot be read because of a slip that has one plain meaning",
    docs: r#"## What it does
Finds mistakes in TOML and JSON files that can be mended without guessing: Markdown around the settings, quotation marks of a word processor, a missing comma between two values, a comma that nothing follows, a table in braces over several lines, and comments in JSON.

## Why it fails
Nixpacks and Railway stop at the first character that they cannot read. Nothing in the file counts then.

See also: https://toml.io/en/v1.0.0

## Example
```toml
[phases.build]
cmds = [
    "python -m compileall ."
    "echo done",
]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.build]
cmds = [
    "python -m compileall .",
    "echo done",
]

[start]
cmd = "python main.py"
```

## Fix
The mistakes are mended where they stand, and only if the whole file can be read then. Comments stay.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

/// What makes the file readable.
fn mended(cx: &Context<'_>, broken: &ParseError) -> Option<(Vec<Edit>, Vec<&'static str>)> {
    let name = broken.path.rsplit('/').next().unwrap_or(&broken.path);
    let kind = FileKind::of_name(name).filter(|kind| *kind != FileKind::Procfile)?;
    let text = String::from_utf8(cx.app.read(&broken.path).ok()??.into_owned()).ok()?;
    mend(&broken.path, kind, &text)
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let found = cx.model.broken.iter().filter_map(|broken| {
        mended(cx, broken)?;
        let place = Place { path: broken.path.clone(), span: broken.span? };
        let message = format!("`{}` cannot be read: {}", broken.path, broken.message);
        Some(Found::place(place, Severity::Error, message))
    });
    found.collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(place) = &finding.place else { return false };
    let Some(broken) = cx.model.broken.iter().find(|broken| broken.path == place.path) else { return false };
    let Some((edits, what)) = mended(cx, broken) else { return false };
    draft.edit_unread(&place.path, edits, &what.join("; "), INFO.id);
    true
}
