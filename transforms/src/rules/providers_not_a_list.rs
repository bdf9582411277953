use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::{Document, Node, Table, Value};
use crate::fix::Draft;
use crate::plan::{PlanErrorKind, meant_provider, provider_names};

static INFO: RuleInfo = RuleInfo {
    id: "providers-not-a-list",
    summary: "`providers` is not a list at the top of the file",
    docs: r#"## What it does
Finds a table `[providers]` with `python = true` or `python = "3.11"` in it, tables `[[providers]]` with a `name` each, and `providers` inside `[phases]`.

## Why it fails
`providers` is a list of names at the top of the file. Anything else makes Nixpacks refuse the whole file: `invalid type: map, expected a sequence`.

## Example
```toml
[providers]
python = "3.11"

[start]
cmd = "python main.py"
```
becomes
```toml
[start]
cmd = "python main.py"

[variables]
NIXPACKS_PYTHON_VERSION = "3.11"
```

## Fix
The table is removed: Nixpacks finds out by itself which languages the app has. A version of Python moves to `NIXPACKS_PYTHON_VERSION`, which is where Nixpacks reads it. A list inside `[phases]` moves to the top.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let errors = cx.model.errors.iter().filter(|error| error.kind == PlanErrorKind::Providers);
    errors
        .filter_map(|error| {
            let message = "`providers` has to be a list of names at the top of the file".to_owned();
            let found =
                Found::place(error.place.clone()?, Severity::Error, message).label("not a list of names");
            let found = found.note(&format!("Nixpacks stops with an error: {}", error.message));
            let unknown: Vec<String> = cx.config().map(unknown_names).unwrap_or_default();
            Some(match unknown.as_slice() {
                [] => found,
                names => found.note(&format!(
                    "Nixpacks has no provider named {}: the fix removes what is there with the table, so write it elsewhere if it is a setting",
                    names.join(", ")
                )),
            })
        })
        .collect()
}

/// The keys of the table that name no provider.
fn unknown_names(doc: &Document) -> Vec<String> {
    let table = doc.get(&["providers"]).and_then(|node| node.as_table());
    let names = table.into_iter().flat_map(|table| &table.entries).map(|entry| entry.key.name.as_str());
    let unknown =
        names.filter(|name| !provider_names().any(|known| known == *name) && meant_provider(name).is_none());
    unknown.map(|name| format!("`{name}`")).collect()
}

/// The version in `python = "3.11"`, in `[providers.python]`, and beside `name = "python"` in `[[providers]]`.
fn python_version(doc: &Document) -> Option<&str> {
    let node = match &doc.get(&["providers"])?.value {
        Value::Array(array) => {
            let is_python = |table: &&Table| {
                table.get("name").and_then(Node::as_str).is_some_and(|name| name.decoded == "python")
            };
            array.elements.iter().filter_map(Node::as_table).find(is_python)?.get("version")?
        }
        Value::Table(table) => {
            let python = &table.entry("python")?.node;
            python.as_table().map_or(Some(python), |table| table.get("version"))?
        }
        _ => return None,
    };
    let version = match &node.value {
        Value::Str(text) => text.decoded.as_str(),
        // Ex) `python = 3.11`
        Value::Float => node.span.of(&doc.text),
        _ => return None,
    };
    let plain = version.starts_with('3') && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain.then_some(version)
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(doc) = cx.config() else { return false };
    // Each table of `[[providers]]` is a problem, and the fix of the first removes all of them.
    let first = cx.model.errors.iter().find(|error| error.kind == PlanErrorKind::Providers);
    if first.is_some_and(|error| error.place != finding.place) {
        return true;
    }
    let misplaced = doc.get(&["phases", "providers"]).and_then(|node| node.as_array());
    if let Some(array) = misplaced {
        let names: Vec<&str> =
            array.elements.iter().filter_map(|element| Some(element.as_str()?.decoded.as_str())).collect();
        draft.remove_key(doc, &["phases", "providers"], INFO.id);
        if doc.get(&["providers"]).is_none() && !names.is_empty() {
            draft.insert_top("providers", &names, INFO.id);
        }
        return true;
    }
    if !doc.get(&["providers"]).is_some_and(|node| matches!(node.value, Value::Table(_) | Value::Array(_))) {
        return false;
    }
    draft.remove_key(doc, &["providers"], INFO.id);
    if let Some(version) = python_version(doc)
        && !cx.model.plan.variables.contains_key("NIXPACKS_PYTHON_VERSION")
    {
        draft.insert_variable("NIXPACKS_PYTHON_VERSION", version, INFO.id);
    }
    true
}
