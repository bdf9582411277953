//! A list under a key that Nixpacks does not read, where one that it reads is meant.

use super::draft::Draft;
use crate::context::Context;
use crate::document::{Document, Key};

/// Spellings that can only mean `nixPkgs`.
const MEANT: [&str; 7] = ["nixpkgs", "nixPKGS", "nix_pkgs", "NixPkgs", "nix-pkgs", "nixpkg", "nixPkg"];

/// The phases with such a key and no right one: the phase's name and the key.
pub(crate) fn inert_keys(doc: &Document) -> Vec<(&str, &Key)> {
    let phases = doc.get(&["phases"]).and_then(|node| node.as_table());
    let mut found = Vec::new();
    for phase in phases.into_iter().flat_map(|table| &table.entries) {
        let Some(table) = phase.node.as_table() else { continue };
        if super::NIX_PKGS.iter().any(|key| table.entry(key).is_some()) {
            continue;
        }
        let meant = table
            .entries
            .iter()
            .find(|entry| MEANT.contains(&entry.key.name.as_str()) && entry.node.as_array().is_some());
        found.extend(meant.map(|entry| (phase.key.name.as_str(), &entry.key)));
    }
    found
}

/// Renames them. The next pass sees the packages.
pub(crate) fn rename(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let Some(doc) = cx.config().filter(|_| cx.has("inert-nixpkgs")) else { return };
    for (phase, key) in inert_keys(doc) {
        draft.rename(doc, &["phases", phase, &key.name], "nixPkgs", "inert-nixpkgs");
    }
}
