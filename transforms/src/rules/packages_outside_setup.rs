use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::{Key, NIX_LIBS, NIX_PKGS};
use crate::document::{Document, Entry, Node};
use crate::fix::{Draft, is_splice};
use crate::plan::{Place, names};
use std::collections::HashSet;

static INFO: RuleInfo = RuleInfo {
    id: "packages-outside-setup",
    summary: "Nix packages in another phase than `setup` come from an old nixpkgs",
    docs: r#"## What it does
Finds `nixPkgs` and `nixLibs` in phases other than `setup`, where `setup` installs from another revision of nixpkgs.

## Why it fails
Each phase has its own revision of nixpkgs, and Nixpacks sets a newer one for `setup` alone. In any other phase the packages are those of September 2023, and two revisions in one image may hold the same files twice, at which Nix stops: `Unable to build profile. There is a conflict for the following files`.

## Example
```toml
[phases.build]
nixPkgs = ["ffmpeg"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
nixPkgs = ["...", "ffmpeg"]

[start]
cmd = "python main.py"
```

## Fix
With `--unsafe-fixes` the packages move to `[phases.setup]`, behind `"..."` where Nixpacks has packages of its own there. Their versions change. When they are installed does not: Nixpacks installs the packages of all phases before it runs a command.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

/// So many lists move: each is an edit of its own, and more are no work of a person.
const MOST_FIXED: usize = 16;

/// The lists of packages of the config in phases with a revision that is not setup's, each with the phase and its key.
fn lists<'c>(cx: &'c Context<'_>, doc: &'c Document) -> Vec<(&'c str, Key, &'c Entry)> {
    let plan = &cx.model.plan;
    let archive = |phase: &str| Some(plan.phases.get(phase)?.nixpkgs_archive.as_ref()?.value.as_str());
    let Some(setup) = archive("setup") else { return Vec::new() };
    let phases = doc.get(&["phases"]).and_then(|node| node.as_table());
    let mut found = Vec::new();
    for phase in phases.into_iter().flat_map(|table| &table.entries) {
        let name = phase.key.name.as_str();
        let Some(table) = phase.node.as_table().filter(|table| table.entry("nixpkgsArchive").is_none())
        else {
            continue;
        };
        if name == "setup" || name.ends_with(":setup") || archive(name).is_none_or(|own| own == setup) {
            continue;
        }
        for key in [NIX_PKGS, NIX_LIBS] {
            let own = key.names.iter().find_map(|key| table.entry(key));
            found.extend(own.filter(|entry| is_plain(&entry.node)).map(|entry| (name, key, entry)));
        }
    }
    found
}

/// The names in a list, without those that stand for others.
fn listed(node: &Node) -> impl Iterator<Item = &str> {
    let elements = node.as_array().map(|array| array.elements.as_slice()).unwrap_or_default();
    let names = elements.iter().filter_map(|element| element.as_str());
    names.map(|name| name.decoded.as_str()).filter(|name| !name.trim().is_empty() && !is_splice(name))
}

/// Whether it names packages, and no interpreter: where a second one belongs is another question.
fn is_plain(node: &Node) -> bool {
    listed(node).next().is_some() && !listed(node).any(|name| names::python(name, None).is_some())
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(doc) = cx.config() else { return Vec::new() };
    let found = lists(cx, doc);
    let few = found.len() <= MOST_FIXED;
    let found = found.into_iter().map(|(phase, _, entry)| {
        let key = entry.key.name.as_str();
        let message =
            format!("`{key}` of `phases.{phase}` installs from an older nixpkgs than `phases.setup`");
        let place = Place { path: doc.path.clone(), span: entry.key.span };
        let found = Found::place(place, Severity::Warning, message).label("packages of September 2023");
        if few { found.keys(&["phases", phase, key]) } else { found }
    });
    found.collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(doc) = cx.config().filter(|_| !finding.keys.is_empty()) else { return false };
    let found = lists(cx, doc).into_iter().find(|(phase, _, entry)| {
        let keys: Vec<&str> = finding.keys.iter().map(String::as_str).collect();
        keys == ["phases", *phase, entry.key.name.as_str()]
    });
    let Some((phase, key, entry)) = found else { return false };
    let names: Vec<&str> = listed(&entry.node).collect();
    let lower = cx.model.provider_plan.phases.get("setup");
    let lower = lower.and_then(|phase| {
        if key.name() == "nixPkgs" { phase.nix_pkgs.as_ref() } else { phase.nix_libs.as_ref() }
    });
    let first: &[&str] = if lower.is_some_and(|items| !items.is_empty()) { &["..."] } else { &[] };
    let title = format!("move `{}` of `phases.{phase}` to `phases.setup`", entry.key.name);
    if let Some(list) = draft.list("setup", key) {
        let known: HashSet<String> = list.pieces.iter().map(|piece| piece.text.clone()).collect();
        for name in names.into_iter().filter(|name| !known.contains(*name)) {
            list.insert(list.pieces.len(), name);
        }
        list.rules.insert(INFO.id);
        list.say(&title);
    } else {
        for name in names {
            draft.insert_into("setup", key.name(), first, name, INFO.id);
        }
    }
    draft.remove_key_for(doc, &["phases", phase, &entry.key.name], title, INFO.id);
    true
}
