use super::registry::Rule;
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::plan::{Item, names};
use std::collections::BTreeMap;

static INFO: RuleInfo = RuleInfo {
    id: "two-interpreters",
    summary: "two Pythons in one Nix profile",
    docs: r#"## What it does
Finds plans whose packages bring two versions of Python from one archive.

## Why it fails
Both want to be `bin/idle` of the profile, so `nix-env` stops with `collision between …`. Adding `"..."` to a list that names an interpreter does this.

## Example
```toml
[phases.setup]
nixPkgs = ["...", "python311"]

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
Beside the provider's own interpreter the listed one goes, and `NIXPACKS_PYTHON_VERSION` asks for its version; `python3` beside one with a version goes. Of two listed versions the one that a version file or a command names stays, else the first.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Ok(plan) = &cx.model.plan else { return Vec::new() };
    let mut by_archive: BTreeMap<String, Vec<(&Item, &'static str)>> = BTreeMap::new();
    for phase in plan.phases.values() {
        let archive = phase.nixpkgs_archive.as_ref().map(|item| item.value.clone()).unwrap_or_default();
        for item in phase.nix_pkgs.iter().flatten() {
            if let Some(version) =
                names::python(&item.value, phase.nixpkgs_archive.as_ref().map(|item| item.value.as_str()))
            {
                by_archive.entry(archive.clone()).or_default().push((item, version));
            }
        }
    }
    let mut found = Vec::new();
    for pythons in by_archive.values() {
        let Some((_, first)) = pythons.first() else { continue };
        if let Some((_, other)) = pythons.iter().find(|(_, version)| version != first)
            && let Some((item, _)) = pythons.iter().find(|(item, _)| support::in_file(item))
        {
            let message = format!("Python {first} and Python {other} are in one profile");
            found.extend(Found::at(item, Severity::Error, message).map(|found| {
                found.label("collides with the other").note("set `NIXPACKS_PYTHON_VERSION` under `[variables]` instead of listing a second interpreter")
            }));
        }
    }
    found
}
