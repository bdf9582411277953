use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::{NIX_PKGS, NIX_PKGS_MISSPELLINGS};
use crate::document::{Document, Key};
use crate::fix::Draft;
use crate::plan::Place;
use crate::walk::{CallKind, Reason};

static INFO: RuleInfo = RuleInfo {
    id: "inert-nixpkgs",
    summary: "a key of a phase is not one that Nixpacks reads",
    docs: r#"## What it does
Finds `nixpkgs`, `nix_pkgs` and other spellings where `nixPkgs` is meant.

## Why it fails
Keys are matched in exact case and unknown ones are ignored without a word (plan/phase.rs), so the packages are never installed.

## Example
```toml
[phases.setup]
nixpkgs = ["python311"]

[phases.install]
cmds = ["python3.11 -m pip install -r requirements.txt"]

[start]
cmd = "python3.11 main.py"
```
becomes
```toml
[phases.setup]
nixPkgs = ["python311"]

[start]
cmd = "python3.11 main.py"
```

## Fix
The key is renamed. Safe only where the app gets further by it, as where the commands need an interpreter that this key alone names; elsewhere unsafe, since packages would come that never did.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

/// The phases with such a key and no right one: the phase's name and the key.
fn inert_keys(doc: &Document) -> Vec<(&str, &Key)> {
    let phases = doc.get(&["phases"]).and_then(|node| node.as_table());
    let mut found = Vec::new();
    for phase in phases.into_iter().flat_map(|table| &table.entries) {
        let Some(table) = phase.node.as_table() else { continue };
        if NIX_PKGS.names.iter().any(|key| table.entry(key).is_some()) {
            continue;
        }
        let meant = table.entries.iter().find(|entry| {
            NIX_PKGS_MISSPELLINGS.contains(&entry.key.name.as_str()) && entry.node.as_array().is_some()
        });
        found.extend(meant.map(|entry| (phase.key.name.as_str(), &entry.key)));
    }
    found
}

/// Whether a command runs an interpreter that only this list names: `python3.11` and `python311`.
fn is_needed(cx: &Context<'_>, doc: &Document, phase: &str, key: &Key) -> bool {
    let listed = doc.get(&["phases", phase, &key.name]).and_then(|node| node.as_array());
    let attributes: Vec<&str> = listed
        .into_iter()
        .flat_map(|array| &array.elements)
        .filter_map(|node| Some(node.as_str()?.decoded.as_str()))
        .collect();
    cx.walk.commands.iter().flat_map(|command| &command.calls).any(|call| {
        let name = match &call.kind {
            CallKind::Pip(pip) => pip.name.as_str(),
            CallKind::Python { name } => name.as_str(),
            CallKind::EnsurePip | CallKind::RunGetPip | CallKind::MakeVenv { .. } => call.program.as_str(),
            _ => return false,
        };
        call.reason() == Some(Reason::PythonNotFound) && attributes.contains(&name.replace('.', "").as_str())
    })
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(doc) = cx.config() else { return Vec::new() };
    inert_keys(doc)
        .into_iter()
        .map(|(phase, key)| {
            let place = Place { path: doc.path.clone(), span: key.span };
            let message = format!("`{}` is ignored: the key is `nixPkgs`", key.name);
            let (severity, label) = if is_needed(cx, doc, phase, key) {
                let label = "not read by Nixpacks, and names the interpreter that the commands run";
                (Severity::Error, label)
            } else {
                (Severity::Warning, "not read by Nixpacks")
            };
            Found::place(place, severity, message).label(label).keys(&["phases", phase, &key.name])
        })
        .collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(doc) = cx.config() else { return false };
    let keys: Vec<&str> = finding.keys.iter().map(String::as_str).collect();
    draft.rename(doc, &keys, "nixPkgs", INFO.id);
    true
}
