//! A list under a key that Nixpacks does not read, where one that it reads is meant.

use super::draft::Draft;
use crate::context::Context;
use crate::document::schema::NIX_PKGS_MISSPELLINGS;
use crate::document::{Document, Key};
use crate::walk::{CallKind, Reason};

/// The phases with such a key and no right one: the phase's name and the key.
pub(crate) fn inert_keys(doc: &Document) -> Vec<(&str, &Key)> {
    let phases = doc.get(&["phases"]).and_then(|node| node.as_table());
    let mut found = Vec::new();
    for phase in phases.into_iter().flat_map(|table| &table.entries) {
        let Some(table) = phase.node.as_table() else { continue };
        if super::NIX_PKGS.iter().any(|key| table.entry(key).is_some()) {
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
pub(crate) fn needed(cx: &Context<'_>, doc: &Document, phase: &str, key: &Key) -> bool {
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

/// Renames them. The next pass sees the packages.
pub(crate) fn rename(cx: &Context<'_>, draft: &mut Draft<'_>) -> bool {
    let Some(doc) = cx.config().filter(|_| cx.has("inert-nixpkgs")) else { return false };
    let keys = inert_keys(doc);
    for (phase, key) in &keys {
        draft.rename(doc, &["phases", phase, &key.name], "nixPkgs", "inert-nixpkgs");
    }
    !keys.is_empty()
}
