use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::app::Kind;
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "misnamed-file",
    summary: "a file has nearly the name of one that is read",
    docs: r#"## What it does
Finds files such as `Procfile.txt`, `Nixpacks.toml` or `Requirements.txt` in the directory of the app.

## Why it fails
Names are compared letter by letter. A file of another name is ignored without a word, so its commands never run and its packages are never installed.

## Example
```toml
[start]
cmd = "python main.py"
```
beside a file named `Procfile.txt`.

## Fix
None: rename the file with `git mv`, if its content is meant to be used.
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
    files
        .filter_map(|entry| {
            let meant = meant(&entry.name).filter(|meant| !has(meant))?;
            let message = format!("nothing reads `{}`: the name is `{meant}`", entry.name);
            let extension = entry.name.rsplit('.').next().unwrap_or_default().to_lowercase();
            let how = if matches!(extension.as_str(), "yaml" | "yml") {
                format!("write the settings as `{meant}`: YAML is not read")
            } else {
                format!("rename it, if its content is meant to be used: `git mv {} {meant}`", entry.name)
            };
            Some(Found::app(Severity::Warning, message).note(&how))
        })
        .collect()
}
