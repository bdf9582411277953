use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::NIX_PKGS;
use crate::fix::{Draft, is_splice};
use crate::plan::names;
use crate::simulate::{Command, Invocation, InvocationKind, Reason};

static INFO: RuleInfo = RuleInfo {
    id: "missing-interpreter",
    summary: "no package installs Python",
    docs: r#"## What it does
Finds commands that need Python, or one version of it, when no package installs it.

## Why it fails
A `nixPkgs` list without `"..."` replaces the packages that Nixpacks installs itself, and Python is one of them.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[phases.setup]
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
If Nixpacks treats the app as a Python app, adds `"..."`, which keeps its own packages. Otherwise adds the Python version that `.python-version` or `runtime.txt` asks for, or `python3`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Interpreter, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let setup = cx.model.plan.phases.get("setup");
    let listed =
        || setup.and_then(|phase| phase.nix_pkgs.iter().flatten().find(|item| support::in_file(item)));
    if is_missing(cx) {
        if let Some(item) = commenting(cx) {
            let message =
                "the `#` in this entry leaves out the packages behind it, Python among them".to_owned();
            let found = Found::at(item, Severity::Error, message);
            let label = "Nixpacks writes all packages on one line, and Nix reads nothing behind a `#`";
            return found.map(|found| found.label(label)).into_iter().collect();
        }
        let message = "no package installs Python".to_owned();
        return match listed() {
            Some(item) => Found::at(item, Severity::Error, message)
                .map(|found| {
                    found.label("this list replaces Nixpacks' own packages, and Python is one of them")
                })
                .into_iter()
                .collect(),
            None => vec![Found::app(Severity::Error, message)],
        };
    }
    let Some(version) = missed_version(cx) else { return Vec::new() };
    let generic = setup.and_then(|phase| phase.nix_pkgs.iter().flatten().find(|item| item.value == GENERIC));
    let message = format!("no package installs `python{version}`, which a command runs");
    let found = generic.and_then(|item| Found::at(item, Severity::Error, message));
    found.map(|found| found.label("installs another version")).into_iter().collect()
}

/// The attribute of whichever Python the archive has by default.
const GENERIC: &str = "python3";

/// The version that a command names and that no package brings: `3.11`.
fn missed_version<'c>(cx: &Context<'c>) -> Option<&'c str> {
    cx.simulation.commands.iter().flat_map(Command::all_invocations).find_map(|call| {
        let minor = call.program.strip_prefix("python3.")?;
        let known = matches!(minor, "9" | "10" | "11" | "12" | "13");
        (known && call.reason() == Some(Reason::PythonNotFound))
            .then(|| call.program.strip_prefix("python"))?
    })
}

/// The entry with a `#` that leaves out Python.
fn commenting<'c>(cx: &Context<'c>) -> Option<&'c crate::plan::Item> {
    let (entry, lost) = cx.simulation.profile.comment.as_ref()?;
    lost.iter().find(|name| name.starts_with("python"))?;
    let mut listed = cx.model.plan.phases.values().flat_map(|phase| phase.nix_pkgs.iter().flatten());
    listed.find(|item| item.value == *entry && support::in_file(item))
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    if let Some(entry) = commenting(cx).filter(|_| is_missing(cx)) {
        let name = entry.value.split('#').next().unwrap_or_default().trim().to_owned();
        let Some((list, at)) = finding.place.as_ref().and_then(|place| draft.list_entry(place)) else {
            return false;
        };
        list.say(&format!("leave out the comment in `{}`", entry.value));
        list.replace_or_drop(at, &name);
        list.rules.insert(INFO.id);
        return true;
    }
    if is_missing(cx) {
        return provide(cx, draft);
    }
    let Some(version) = missed_version(cx) else { return false };
    let Some((list, at)) = finding.place.as_ref().and_then(|place| draft.list_entry(place)) else {
        return false;
    };
    if list.has_marker() {
        return false;
    }
    let package = format!("python{}", version.replace('.', ""));
    list.replace_or_drop(at, &package);
    list.rules.insert(INFO.id);
    list.say(&format!("replace `{GENERIC}` with `{package}` in `nixPkgs`"));
    true
}

/// Adds the provider's packages back, or an interpreter.
fn provide(cx: &Context<'_>, draft: &mut Draft<'_>) -> bool {
    let plan = &cx.model.plan;
    if plan.active_providers.first().is_some_and(|name| name == "python") {
        // A list that is not there would have the provider's packages: there is one without "...".
        let Some(list) = draft.list("setup", NIX_PKGS).filter(|list| !list.has_marker()) else {
            return false;
        };
        if list.pieces.is_empty() {
            // Ex) `nixPkgs = []`: without the key the provider's packages are there
            let key = list.keys.last().cloned().unwrap_or_default();
            if let Some(doc) = cx.config() {
                draft.remove_key(doc, &["phases", "setup", &key], INFO.id);
            }
            return true;
        }
        list.insert(0, "...");
        list.rules.insert(INFO.id);
        list.say(
            "add `\"...\"` to `nixPkgs`: it stands for Nixpacks' own packages, and Python is one of them",
        );
        return true;
    }
    let python = wanted_interpreter(cx);
    if let Some(list) = draft.list("setup", NIX_PKGS) {
        let at = list.pieces.iter().rposition(|piece| is_splice(&piece.text)).map_or(0, |at| at + 1);
        list.say(&format!("add `{python}` to `nixPkgs`"));
        list.insert(at, python);
        list.rules.insert(INFO.id);
    } else if cx.config().is_none() {
        // Python alone would not install the packages: no file is created for that.
        return false;
    } else if plan.active_providers.is_empty() {
        draft.insert("setup", "nixPkgs", &[&python], INFO.id);
    } else {
        draft.insert("setup", "nixPkgs", &["...", &python], INFO.id);
    }
    true
}

/// Whether some command needs an interpreter and no package brings one.
fn is_missing(cx: &Context<'_>) -> bool {
    // An entry that is nearly `"..."` has a rule of its own.
    let mut listed =
        cx.model.plan.phases.get("setup").and_then(|phase| phase.nix_pkgs.as_ref()).into_iter().flatten();
    if cx.has("misspelt-dots") && listed.any(|item| names::meant_entries(&item.value).is_some()) {
        return false;
    }
    let profile = &cx.simulation.profile;
    let calls = || cx.simulation.commands.iter().flat_map(Command::all_invocations);
    let misses = |call: &Invocation| call.reason() == Some(Reason::PythonNotFound);
    let needs = |call: &Invocation| {
        call.fails()
            && matches!(
                call.kind,
                InvocationKind::Pip(_) | InvocationKind::Python { .. } | InvocationKind::MakeVenv { .. }
            )
    };
    profile.pythons.is_empty()
        && (cx.simulation.verdict.reason() == Some(Reason::PythonNotFound)
            || calls().any(misses)
            || (!profile.apt_named && calls().any(needs)))
}

/// The interpreter that the version files name, else `python3`.
pub(super) fn wanted_interpreter(cx: &Context<'_>) -> String {
    let variable = cx.model.plan.variables.get("NIXPACKS_PYTHON_VERSION");
    let mut texts: Vec<String> = variable.map(|item| item.value.clone()).into_iter().collect();
    for file in [".python-version", "runtime.txt"] {
        if let Ok(Some(bytes)) = cx.app.read(file) {
            texts.push(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    let version = texts.iter().find_map(|text| {
        let text = text.trim().trim_start_matches(|c: char| !c.is_ascii_digit());
        let mut parts = text.split('.');
        let (major, minor) = (parts.next()?, parts.next()?);
        (major == "3" && matches!(minor, "8" | "9" | "10" | "11" | "12" | "13"))
            .then(|| format!("python3{minor}"))
    });
    version.unwrap_or_else(|| "python3".to_owned())
}
