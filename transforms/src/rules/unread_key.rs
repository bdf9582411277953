use super::inert_nixpkgs;
use super::misplaced_setting::move_home;
use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::wrong_type::joined;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::{self, NIX_PKGS, NIX_PKGS_MISSPELLINGS, NIXPACKS, PHASE, START_PHASE};
use crate::document::{Document, Entry, Node, Value};
use crate::fix::Draft;
use crate::plan::Place;
use crate::text::Span;

static INFO: RuleInfo = RuleInfo {
    id: "unread-key",
    summary: "Nixpacks does not read this setting",
    docs: r#"## What it does
Finds keys and tables of a Nixpacks config that Nixpacks does not have, such as `command` under `[start]`, `packages` in a phase, or a table `[env]`.

## Why it fails
Nixpacks ignores unknown keys without a word, so the command never runs and the package is never installed.

## Example
```toml
[start]
command = "python stats.py"
```
becomes
```toml
[start]
cmd = "python stats.py"
```

## Fix
The key is renamed to the one that was meant, where that is clear and the table does not have it yet. A setting that belongs in another table moves there if that is one of `providers`, the start command, `[setup]`, `[install]`, `[build]` and `[phase.…]`; the place of others is named, and you move them. The fix is safe only if it gets the app further; otherwise it needs `--unsafe-fixes`, because it brings a setting to life that never had an effect.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

/// Keys that people write in a phase, and the one that is meant.
const IN_PHASE: &[(&str, &str)] = &[
    ("apt", "aptPkgs"),
    ("apt_packages", "aptPkgs"),
    ("apt_pkgs", "aptPkgs"),
    ("cache", "cacheDirectories"),
    ("cmd", "cmds"),
    ("command", "cmds"),
    ("depends", "dependsOn"),
    ("depends_on", "dependsOn"),
    ("libraries", "nixLibs"),
    ("libs", "nixLibs"),
    ("nix_libs", "nixLibs"),
    ("packages", "nixPkgs"),
    ("path", "paths"),
    ("pkgs", "nixPkgs"),
    ("run", "cmds"),
    ("script", "cmds"),
    ("scripts", "cmds"),
];

/// Keys that people write under `[start]`.
const IN_START: &[(&str, &str)] = &[
    ("cmds", "cmd"),
    ("command", "cmd"),
    ("run", "cmd"),
    ("script", "cmd"),
    ("start", "cmd"),
    ("startCommand", "cmd"),
    ("start_command", "cmd"),
];

/// Keys and tables that people write at the top.
const AT_THE_TOP: &[(&str, &str)] =
    &[("env", "variables"), ("environment", "variables"), ("vars", "variables"), ("phase", "phases")];

/// What belongs elsewhere, and where.
const HOMES: &[(&str, &str)] = &[
    ("apt", "list the packages as `aptPkgs` under `[phases.setup]`"),
    ("aptPkgs", "move it under `[phases.setup]`"),
    ("build", "name the table `[phases.build]`"),
    ("cmds", "move it under `[phases.build]` or the phase that it belongs to"),
    ("deploy", "write the start command as `cmd` under `[start]`: `[deploy]` is a table of railway.toml"),
    ("install", "name the table `[phases.install]`"),
    ("nixLibs", "move it under `[phases.setup]`"),
    ("nixPkgs", "move it under `[phases.setup]`"),
    ("nixpacks", "take its keys out of this table: they belong at the top of the file"),
    ("packages", "list the packages as `nixPkgs` under `[phases.setup]`"),
    ("python", "set `NIXPACKS_PYTHON_VERSION` under `[variables]`"),
    ("setup", "name the table `[phases.setup]`"),
    ("startCommand", "write it as `cmd` under `[start]`"),
    ("web", "write the command as `cmd` under `[start]`"),
];

/// The keys that are not read, each with its path.
fn unread(doc: &Document) -> Vec<(Vec<&str>, &Entry)> {
    let mut found = Vec::new();
    let inert: Vec<Span> = inert_nixpkgs::inert_keys(doc).iter().map(|(_, key)| key.span).collect();
    for entry in &doc.root.entries {
        let name = entry.key.name.as_str();
        match (name, &entry.node.value) {
            ("phases", Value::Table(phases)) => {
                // What `phases.start` holds is not meant for a phase at all.
                for phase in phases.entries.iter().filter(|phase| phase.key.name != "start") {
                    let Some(table) = phase.node.as_table() else { continue };
                    for entry in &table.entries {
                        let key = entry.key.name.as_str();
                        if schema::find(PHASE, key).is_none() && !inert.contains(&entry.key.span) {
                            found.push((vec![name, &phase.key.name, key], entry));
                        }
                    }
                }
            }
            ("start", Value::Table(table)) => {
                for entry in &table.entries {
                    let key = entry.key.name.as_str();
                    if schema::find(START_PHASE, key).is_none() {
                        found.push((vec![name, key], entry));
                    }
                }
            }
            _ if schema::find(NIXPACKS, name).is_none() => found.push((vec![name], entry)),
            _ => {}
        }
    }
    found
}

/// The key of the same table that is meant by the one at this path.
fn meant_at(keys: &[&str]) -> Option<&'static str> {
    match keys {
        ["phases", _, key] if NIX_PKGS_MISSPELLINGS.contains(key) => Some(NIX_PKGS.name()),
        ["phases", _, key] => meant(key, IN_PHASE, PHASE),
        ["start", key] => meant(key, IN_START, START_PHASE),
        [name] if home(name).is_none() => meant(name, AT_THE_TOP, NIXPACKS),
        _ => None,
    }
}

/// Where a key at the top belongs, if that is another table.
fn home(name: &str) -> Option<&'static str> {
    HOMES.iter().find(|(key, _)| *key == name).map(|(_, home)| *home)
}

/// The key that is meant: a word that people use for it, or a slip of a letter or two.
fn meant(name: &str, aliases: &[(&str, &'static str)], keys: &[schema::Key]) -> Option<&'static str> {
    let alias = aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name)).map(|(_, meant)| *meant);
    let lower = name.to_ascii_lowercase();
    let near = || {
        let distance = |key: &schema::Key| strsim::osa_distance(&key.name().to_ascii_lowercase(), &lower);
        let most = if name.len() > 5 { 2 } else { 1 };
        keys.iter()
            .map(|key| (distance(key), key.name()))
            .filter(|(far, _)| *far <= most)
            .min()
            .map(|(_, key)| key)
    };
    alias.or_else(near)
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(doc) = cx.config() else { return Vec::new() };
    let mut found: Vec<Found> = unread(doc)
        .into_iter()
        .map(|(keys, entry)| {
            let place = Place { path: doc.path.clone(), span: entry.key.span };
            let path = keys.join(".");
            let message = match meant_at(&keys) {
                Some(meant) => format!("Nixpacks does not read `{path}`: the key is `{meant}`"),
                None => format!("Nixpacks does not read `{path}`"),
            };
            let found = Found::place(place, Severity::Warning, message).label("has no effect").keys(&keys);
            match keys.as_slice() {
                [.., "providers"] => found.note("move it to the top of the file: below the header of a table a key is a part of that table"),
                [name] => home(name).into_iter().fold(found, Found::note),
                ["phases", phase, key] => match meant_at(&keys).filter(|meant| doc.get(&["phases", phase, meant]).is_some()) {
                    Some(meant) => found.note(&format!("add what you need of `{key}` to `{meant}`, which this phase has too, and remove `{key}`")),
                    None => found,
                },
                _ => found,
            }
        })
        .collect();
    // Its commands do run, in the build.
    if let Some(entry) = doc.get(&["phases"]).and_then(|node| node.as_table()?.entry("start"))
        && doc.get(&["start"]).is_none()
    {
        let place = Place { path: doc.path.clone(), span: entry.key.span };
        let message = "`[phases.start]` is a phase of the build: nothing in it starts the app".to_owned();
        found.push(
            Found::place(place, Severity::Warning, message)
                .label("runs while the image is built")
                .note("write the start command as `cmd`, a string, under `[start]`")
                .keys(&["phases", "start"]),
        );
    }
    found
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(doc) = cx.config() else { return false };
    let keys: Vec<&str> = finding.keys.iter().map(String::as_str).collect();
    if move_home(cx, &keys, draft, INFO.id) {
        return true;
    }
    let (Some(meant), Some(node)) = (meant_at(&keys), doc.get(&keys)) else { return false };
    let Some((_, parents)) = keys.split_last() else { return false };
    let table =
        if parents.is_empty() { Some(&doc.root) } else { doc.get(parents).and_then(|node| node.as_table()) };
    let is_text = node.as_str().is_some();
    let is_taken = table.is_some_and(|table| table.entry(meant).is_some());
    // A list of commands is no start command as it is, and only a table of texts and numbers is one of variables.
    let fits = match meant {
        "cmd" => is_text || commands(node).is_some(),
        "variables" => {
            let is_one =
                |entry: &Entry| !matches!(entry.node.value, Value::Table(_) | Value::Array(_) | Value::Null);
            node.as_table().is_some_and(|table| table.entries.iter().all(is_one))
        }
        "phases" => false,
        _ => is_text || node.as_array().is_some(),
    };
    if is_taken || !fits {
        return false;
    }
    draft.rename(doc, &keys, meant, INFO.id);
    true
}

/// What a list of commands is as one, which `wrong-type` then makes of it.
fn commands(node: &Node) -> Option<()> {
    let texts: Option<Vec<&str>> =
        node.as_array()?.elements.iter().map(|element| Some(element.as_str()?.decoded.as_str())).collect();
    match texts?.as_slice() {
        [] => None,
        [_] => Some(()),
        parts => joined(parts).map(drop),
    }
}
