use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::app::{Entry, Kind};
use crate::context::Context;
use crate::document::FileKind;
use crate::plan::is_settings_file;

static INFO: RuleInfo = RuleInfo {
    id: "misnamed-file",
    summary: "a file has nearly the name of one that is read",
    docs: r#"## What it does
Finds files such as `Procfile.txt`, `Nixpacks.toml` or `Requirements.txt` in the directory of the app, and a `nixpacks.toml` in a directory with nothing but settings, such as `config/nixpacks.toml`, if the app itself has none; and a `nixpacks.json` beside a `nixpacks.toml`.

## Why it fails
Names are compared letter by letter. A file of another name is ignored without a word, so its commands never run and its packages are never installed.

## Example
```toml
[start]
cmd = "python main.py"
```
beside a file named `Procfile.txt`.

## Fix
None: rename the file with `git mv`, if its content is meant to be used. Of a `nixpacks.toml` and a `nixpacks.json`, only the first is read.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

/// Files that are read.
const READ: [&str; 9] = [
    "Pipfile",
    "Procfile",
    "nixpacks.json",
    "nixpacks.toml",
    "poetry.lock",
    "pyproject.toml",
    "railway.json",
    "railway.toml",
    "requirements.txt",
];

/// Names that differ by more than case, and the one that is meant.
const SLIPS: &[(&str, &str)] = &[
    (".nixpacks.toml", "nixpacks.toml"),
    ("nixpack.json", "nixpacks.json"),
    ("nixpack.toml", "nixpacks.toml"),
    ("nixpacks.toml.txt", "nixpacks.toml"),
    ("nixpacks.yaml", "nixpacks.toml"),
    ("nixpacks.yml", "nixpacks.toml"),
    ("procfile.txt", "Procfile"),
    ("railway.js", "railway.json"),
    ("railway.json.txt", "railway.json"),
    ("railway.toml.txt", "railway.toml"),
    ("railway.yaml", "railway.toml"),
    ("railway.yml", "railway.toml"),
    ("railways.json", "railway.json"),
    ("railways.toml", "railway.toml"),
    ("requirement.txt", "requirements.txt"),
    ("requirements.text", "requirements.txt"),
    ("requirements.txt.txt", "requirements.txt"),
    ("requirments.txt", "requirements.txt"),
];

fn meant(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let cased = READ.into_iter().find(|read| *read != name && read.to_lowercase() == lower);
    cased.or_else(|| SLIPS.iter().find(|(slip, _)| *slip == lower).map(|(_, meant)| *meant))
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let dir = cx.model.plan.dir.as_str();
    let entries = cx.app.list(dir);
    let has = |name: &str| entries.iter().any(|entry| entry.name == name);
    let files = entries.iter().filter(|entry| entry.kind == Kind::File);
    let near = files.filter_map(|entry| {
        let meant = meant(&entry.name).filter(|meant| !has(meant))?;
        let extension = entry.name.rsplit('.').next().unwrap_or_default().to_lowercase();
        let (message, how) = if matches!(extension.as_str(), "yaml" | "yml") {
            let reader = if meant.starts_with("railway") { "Railway" } else { "Nixpacks" };
            let json = meant.replace(".toml", ".json");
            (
                format!("nothing reads `{}`: {reader} reads `{meant}` and `{json}`, and no YAML", entry.name),
                format!("write its settings in TOML, as `{meant}`: renaming it is not enough"),
            )
        } else {
            (
                format!("nothing reads `{}`: the name is `{meant}`", entry.name),
                format!("rename it, if its content is meant to be used: `git mv {} {meant}`", entry.name),
            )
        };
        Some(Found::app(Severity::Warning, message).note(&how))
    });
    near.chain(elsewhere(cx)).chain(second(cx)).collect()
}

/// A `nixpacks.json` beside the `nixpacks.toml` that is read in its place.
fn second(cx: &Context<'_>) -> Option<Found> {
    let config = cx.model.config.as_ref()?;
    let json = FileKind::NixpacksJson.name();
    let path = support::in_app(cx, json);
    if *config != support::in_app(cx, FileKind::NixpacksToml.name()) || !cx.app.is_file(&path) {
        return None;
    }
    let message = format!("nothing reads `{path}`: Nixpacks reads `{config}` in its place");
    Some(
        Found::app(Severity::Warning, message)
            .note(&format!("move what it says to `{config}`, if it is meant to be used, and remove it")),
    )
}

/// Directories that are looked into.
const MOST: usize = 200;

/// A config in a directory that is no app of its own, where the app has none.
fn elsewhere(cx: &Context<'_>) -> Option<Found> {
    let model = cx.model;
    if model.config.is_some() || !model.plan.dir.is_empty() || model.plan.active_providers.is_empty() {
        return None;
    }
    let dirs = cx.app.list("").into_iter().filter(|entry| entry.kind == Kind::Dir).take(MOST);
    let path = dirs
        .flat_map(|dir| FileKind::CONFIGS.map(|kind| format!("{}/{}", dir.name, kind.name())))
        .find(|path| {
            let dir = path.rsplit_once('/').map_or("", |(dir, _)| dir);
            let only_settings = |entry: &Entry| entry.kind == Kind::Dir || is_settings_file(&entry.name);
            cx.app.is_file(path) && cx.app.list(dir).iter().all(only_settings)
        })?;
    let name = path.rsplit('/').next().unwrap_or(&path);
    let message = format!("nothing reads `{path}`: Nixpacks reads `{name}` in the directory of the app");
    Some(Found::app(Severity::Warning, message).note(&format!(
        "if it is meant for this app, move it (`git mv {path} {name}`), or set the variable \
         `NIXPACKS_CONFIG_FILE` of the service to `{path}`"
    )))
}
