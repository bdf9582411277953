use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::{self, Key};
use crate::document::{Node, Value};
use crate::fix::Draft;
use crate::plan::PlanErrorKind;

static INFO: RuleInfo = RuleInfo {
    id: "key-and-alias",
    summary: "a table has a setting under both of its names",
    docs: r#"## What it does
Finds tables that give one setting under two names: `nixPkgs` and `nixPackages`, `nixLibs` and `nixLibraries`, `aptPkgs` and `aptPackages`, `cmds` and `commands`, `paths` and `envPaths`.

## Why it fails
Both names mean the same to Nixpacks, so the setting is there twice. It rejects the whole file: ``duplicate field `aptPkgs` ``.

## Example
```toml
[phases.setup]
aptPkgs = ["ffmpeg"]
aptPackages = ["curl"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
aptPkgs = ["ffmpeg", "curl"]

[start]
cmd = "python main.py"
```

## Fix
The entries of the second list move behind those of the first one, each once, and the second key is removed.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

/// The key of a phase that is read under this name.
fn phase_key(keys: &[&str]) -> Option<&'static Key> {
    match keys {
        ["phases", _, name] => schema::find(schema::PHASE, name),
        _ => None,
    }
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let errors = cx.model.errors.iter().filter(|error| error.kind == PlanErrorKind::DuplicateKey);
    let found = errors.filter_map(|error| {
        let place = error.place.clone()?;
        let keys = cx.model.document(&place.path)?.path_of(place.span.start)?;
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let key = phase_key(&keys)?;
        let [name, alias] = key.names else { return None };
        let (_, table) = keys.split_last()?;
        let message = format!("`{name}` and `{alias}` of `{}` are one setting", table.join("."));
        let found = Found::place(place, Severity::Error, message).label("the same setting again").keys(&keys);
        Some(found.note(&format!("Nixpacks stops with this error: {}", error.message)))
    });
    found.collect()
}

fn texts(node: &Node) -> Option<Vec<String>> {
    let Value::Array(array) = &node.value else { return Some(vec![node.as_str()?.decoded.clone()]) };
    array.elements.iter().map(|element| Some(element.as_str()?.decoded.clone())).collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(place) = &finding.place else { return false };
    let Some(doc) = cx.model.document(&place.path) else { return false };
    let keys: Vec<&str> = finding.keys.iter().map(String::as_str).collect();
    let (Some(key), Some((second, table))) = (phase_key(&keys), keys.split_last()) else { return false };
    let Some(first) = key.names.iter().copied().find(|name| name != second) else { return false };
    let first = [table, &[first]].concat();
    let (Some(own), Some(other)) = (doc.get(&first), doc.get(&keys)) else { return false };
    let (Some(_), Some(more)) = (texts(own).filter(|_| own.as_array().is_some()), texts(other)) else {
        return false;
    };
    let Some(list) = draft.list_at(doc, &first, own) else { return false };
    let known: std::collections::HashSet<String> =
        list.pieces.iter().map(|piece| piece.text.clone()).collect();
    for text in more.into_iter().filter(|text| !known.contains(text)) {
        let end = list.pieces.len();
        list.insert(end, text);
    }
    list.rules.insert(INFO.id);
    list.say(&format!("write `{}` once, with the entries of both", first.join(".")));
    draft.remove_key(doc, &keys, INFO.id);
    true
}
