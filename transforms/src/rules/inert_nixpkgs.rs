use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::{NIX_PKGS, NIX_PKGS_MISSPELLINGS};
use crate::document::{Document, Key, Node};
use crate::fix::Draft;
use crate::plan::Place;
use crate::simulate::{Command, InvocationKind, Reason};
use std::collections::HashSet;

static INFO: RuleInfo = RuleInfo {
    id: "inert-nixpkgs",
    summary: "a misspelt `nixPkgs`, which Nixpacks ignores",
    docs: r#"## What it does
Finds `nixpkgs`, `nix_pkgs` and other wrong spellings of `nixPkgs`.

## Why it fails
Nixpacks silently ignores keys that it does not know, and it distinguishes upper and lower case. So the packages are never installed.

See also: https://nixpacks.com/docs/configuration/file

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
Renames the key. This is done without asking only if the app needs it, for example because no other line installs Python. Otherwise the fix needs `--unsafe-fixes`, because it would install packages that were never installed before.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

/// The phases with such a key and no right one: the phase's name and the key.
pub(super) fn inert_keys(doc: &Document) -> Vec<(&str, &Key)> {
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

/// The Nix attributes of the interpreters that commands run and do not find: `python311` for `python3.11`.
fn missed_interpreters(cx: &Context<'_>) -> HashSet<String> {
    let calls = cx.simulation.commands.iter().flat_map(Command::all_invocations);
    let missed = calls.filter(|call| call.reason() == Some(Reason::PythonNotFound));
    let names = missed.filter_map(|call| match &call.kind {
        InvocationKind::Pip(pip) => Some(pip.name.as_str()),
        InvocationKind::Python { name } => Some(name.as_str()),
        InvocationKind::EnsurePip | InvocationKind::RunGetPip | InvocationKind::MakeVenv { .. } => {
            Some(call.program.as_str())
        }
        _ => None,
    });
    names.map(|name| name.replace('.', "")).collect()
}

/// Whether the list under such a key names one of the interpreters that commands do not find.
fn is_needed(doc: &Document, phase: &str, key: &Key, missed: &HashSet<String>) -> bool {
    let listed = doc.get(&["phases", phase, &key.name]).and_then(|node| node.as_array());
    let mut names = listed.into_iter().flat_map(|array| &array.elements).filter_map(Node::as_str);
    names.any(|name| missed.contains(&name.decoded))
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(doc) = cx.config() else { return Vec::new() };
    let missed = missed_interpreters(cx);
    inert_keys(doc)
        .into_iter()
        .map(|(phase, key)| {
            let place = Place { path: doc.path.clone(), span: key.span };
            let message = format!("Nixpacks ignores `{}`: the right spelling is `nixPkgs`", key.name);
            let (severity, label) = if is_needed(doc, phase, key, &missed) {
                let label = "so the Python that your commands run is not installed";
                (Severity::Error, label)
            } else {
                (Severity::Warning, "these packages are not installed")
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
