use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::Document;
use crate::fix::Draft;
use crate::intent::syntax::{Repeated, repeated, written_once};
use crate::plan::Place;
use crate::text::LineIndex;

static INFO: RuleInfo = RuleInfo {
    id: "repeated-key",
    summary: "a key is there twice in nixpacks.json, and only the last one counts",
    docs: r#"## What it does
Finds a phase, a variable or another key that `nixpacks.json` has twice, where Nixpacks accepts that.

## Why it fails
Of two phases or variables with one name, Nixpacks takes the last, without a word: what the first one says has no effect. Other keys that are there twice, such as `start`, stop the build with `duplicate field`.

## Example
In `nixpacks.json`:
```json
{
  "phases": {
    "setup": { "nixPkgs": ["...", "ffmpeg"] },
    "setup": { "aptPkgs": ["tini"] }
  }
}
```
becomes
```json
{
  "phases": {
    "setup": { "nixPkgs": ["...", "ffmpeg"], "aptPkgs": ["tini"] }
  }
}
```

## Fix
With `--unsafe-fixes` one key is left, with what both say, if they do not say different things of one setting. Otherwise remove the one that is wrong.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

/// So many keys are looked at: each is mended by itself.
const MOST: usize = 50;

fn keys(doc: &Document) -> Vec<Repeated> {
    let mut keys = if doc.kind.is_json() { repeated(&doc.text) } else { Vec::new() };
    keys.truncate(MOST);
    keys
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(doc) = cx.config() else { return Vec::new() };
    let lines = LineIndex::new(&doc.text);
    let found = keys(doc).into_iter().map(|Repeated { path, first, next }| {
        let line = lines.line(next.start);
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        let message =
            format!("`{}` is there again in line {line}, and only the last one counts", keys.join("."));
        let place = Place { path: doc.path.clone(), span: first };
        let found = Found::place(place, Severity::Warning, message).label("has no effect").keys(&keys);
        found.note("keep one of them, with all that you need")
    });
    found.collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let (Some(doc), Some(place)) = (cx.config(), &finding.place) else { return false };
    let this = keys(doc).into_iter().find(|one| one.first == place.span && place.path == doc.path);
    let Some(Repeated { path, next, .. }) = this else { return false };
    let Some(edits) = written_once(&doc.text, next.start) else { return false };
    let title = format!("write `{}` once, with what both say", path.join("."));
    draft.change_keys(&doc.path, vec![path], edits, title, INFO.id);
    true
}
