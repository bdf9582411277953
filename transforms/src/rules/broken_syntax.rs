use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::{FileKind, ParseError};
use crate::fix::Draft;
use crate::intent::syntax::{Mended, mend};
use crate::plan::Place;

static INFO: RuleInfo = RuleInfo {
    id: "broken-syntax",
    summary: "a file cannot be read because of a slip that has one plain meaning",
    docs: r#"## What it does
Finds mistakes in TOML and JSON files that can be mended without guessing:

- Markdown or a shell command around the settings, and blanks and quotation marks that a word processor or a web page wrote
- a missing or extra comma, a semicolon at the end of a line, `:` for `=`, and comments that begin with `//`
- values and list entries without quotes, and strings, lists and headers that are not closed
- a table or a key that is there twice, where both say different things that fit together
- a table in braces over several lines of TOML
- comments, single quotes, missing quotes and missing closing brackets in JSON

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
All mistakes of the file are mended in one run, where they are, and only if the whole file can be read then. Comments stay. Of a table that is there twice one is left, with the keys of both; lists are joined in their order. Where both give one key different texts, nothing is changed.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

/// What makes the file readable.
pub(super) fn mended(cx: &Context<'_>, broken: &ParseError) -> Option<Mended> {
    let name = broken.path.rsplit('/').next().unwrap_or(&broken.path);
    let extension = std::path::Path::new(name).extension();
    // A config may have any name.
    let kind = FileKind::of_name(name).or_else(|| match extension?.to_str()? {
        "toml" => Some(FileKind::NixpacksToml),
        "json" => Some(FileKind::NixpacksJson),
        _ => None,
    })?;
    let text = String::from_utf8(cx.app.read(&broken.path).ok()??.into_owned()).ok()?;
    mend(&broken.path, kind, &text)
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let found = cx.model.broken.iter().filter_map(|broken| {
        mended(cx, broken).filter(|mended| !mended.only_keys)?;
        let place = Place { path: broken.path.clone(), span: broken.span? };
        let message = format!("`{}` cannot be read: {}", broken.path, broken.message);
        Some(Found::place(place, Severity::Error, message))
    });
    found.collect()
}

pub(super) fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(place) = &finding.place else { return false };
    let Some(broken) = cx.model.broken.iter().find(|broken| broken.path == place.path) else { return false };
    let Some(mended) = mended(cx, broken) else { return false };
    draft.edit_unread(&place.path, mended.edits, &mended.done.join("; "), finding.rule.id);
    true
}
