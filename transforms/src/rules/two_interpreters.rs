use super::missing_interpreter::wanted_interpreter;
use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::{Item, Origin, names};
use std::collections::BTreeMap;

static INFO: RuleInfo = RuleInfo {
    id: "two-interpreters",
    summary: "two versions of Python are installed and collide",
    docs: r#"## What it does
Finds `nixPkgs` lists that install two versions of Python, or one beside the Python of Nixpacks' own Python step where that uses another revision of nixpkgs.

## Why it fails
Both contain a file `bin/idle`, so Nix stops with `collision between …`. This also happens if you add `"..."` to a list that names a Python, because `"..."` includes Nixpacks' own Python.

See also: https://nixpacks.com/docs/providers/python

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
If Nixpacks installs a Python itself, removes yours from the list and sets `NIXPACKS_PYTHON_VERSION` to its version. Of two entries in the list, removes `python3`, which has no version, or keeps the version that a command, `.python-version` or `runtime.txt` names, or else the first.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let plan = &cx.model.plan;
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
            let message =
                format!("Python {first} and Python {other} collide: only one of them can be installed");
            found.extend(Found::at(item, Severity::Error, message).map(|found| {
                found.label("remove one of them").note("to choose the version, set `NIXPACKS_PYTHON_VERSION` under `[variables]` instead of listing a second Python")
            }));
        }
    }
    if let [one, other] = by_archive.into_values().take(2).collect::<Vec<_>>().as_slice()
        && cx.simulation.profile.conflict.is_some()
        && let Some((item, version)) = one.iter().chain(other).find(|(item, _)| support::in_file(item))
    {
        let message =
            format!("Python {version} is installed from one nixpkgs, and Nixpacks' own Python from another");
        found.extend(Found::at(item, Severity::Error, message).map(|found| {
            found
                .label("error: Unable to build profile. There is a conflict for the following files")
                .note("each step of Nixpacks has its own revision of nixpkgs, and both Pythons have a file `bin/python3`")
        }));
    }
    found
}

/// As `fix`, where the two come from two revisions of nixpkgs, one of them by way of Nixpacks' own Python step.
fn fix_conflict(cx: &Context<'_>, draft: &mut Draft<'_>) -> bool {
    let plan = &cx.model.plan;
    let pythons = plan.phases.values().flat_map(|phase| {
        let archive = phase.nixpkgs_archive.as_ref().map(|item| item.value.as_str());
        let items = phase.nix_pkgs.iter().flatten();
        items.filter_map(move |item| Some((item, names::python(&item.value, archive)?)))
    });
    let (listed, provided): (Vec<_>, Vec<_>) = pythons.partition(|(item, _)| support::in_file(item));
    let ([(item, version)], false) = (listed.as_slice(), provided.is_empty()) else { return false };
    let done = take_out(draft, item);
    if done && !plan.variables.contains_key("NIXPACKS_PYTHON_VERSION") {
        draft.insert_variable("NIXPACKS_PYTHON_VERSION", version, INFO.id);
    }
    done
}

/// Takes out the interpreter that stands in the way of the other: the generic name beside one with
/// a version, and beside the provider's own the listed one, whose version the provider is then told.
fn fix(cx: &Context<'_>, _: &Finding, draft: &mut Draft<'_>) -> bool {
    if cx.simulation.profile.conflict.is_some() && cx.simulation.profile.collision.is_none() {
        return fix_conflict(cx, draft);
    }
    let plan = &cx.model.plan;
    let Some(phase) = plan.phases.get("setup").filter(|_| cx.simulation.profile.collision.is_some()) else {
        return false;
    };
    let archive = phase.nixpkgs_archive.as_ref().map(|item| item.value.as_str());
    let pythons: Vec<_> = phase
        .nix_pkgs
        .iter()
        .flatten()
        .filter_map(|item| Some((item, names::python(&item.value, archive)?)))
        .collect();
    let provided = pythons.iter().any(|(item, _)| !support::in_file(item));
    let listed: Vec<_> = pythons.iter().filter(|(item, _)| support::in_file(item)).collect();
    if provided {
        let [(item, version)] = listed.as_slice() else { return false };
        let told = plan.variables.contains_key("NIXPACKS_PYTHON_VERSION");
        let done = take_out(draft, item);
        if done && !told {
            draft.insert_variable("NIXPACKS_PYTHON_VERSION", version, INFO.id);
        }
        done
    } else if let [first, second] = listed.as_slice() {
        let keep = if is_generic(&first.0.value) {
            second
        } else if is_generic(&second.0.value) || !asked_for(cx, second.1) || asked_for(cx, first.1) {
            first
        } else {
            second
        };
        let gone = if std::ptr::eq(*keep, *first) { second } else { first };
        take_out(draft, gone.0)
    } else {
        false
    }
}

/// `python3` and its variants: any version will do.
fn is_generic(attribute: &str) -> bool {
    let base = attribute.trim_end_matches("Full").trim_end_matches("Minimal");
    matches!(base, "python" | "python3")
}

/// Whether the version files or a command name this version.
fn asked_for(cx: &Context<'_>, version: &str) -> bool {
    let named = format!("python{version}");
    wanted_interpreter(cx) == named.replace('.', "")
        || cx.simulation.commands.iter().any(|command| command.item.value.contains(&named))
}

/// Takes an entry out of the list that it is in, in whichever file that is.
fn take_out(draft: &mut Draft<'_>, item: &Item) -> bool {
    let Origin::Deploy(place) = &item.origin else { return false };
    let Some((list, at)) = draft.list_entry(place) else { return false };
    let name = &item.value;
    list.drop_entry(at);
    list.rules.insert(INFO.id);
    list.say(&format!("remove `{name}` from `nixPkgs`, so that only one Python is installed"));
    true
}
