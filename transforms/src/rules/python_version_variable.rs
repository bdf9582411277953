use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::{Origin, Place, names};

static INFO: RuleInfo = RuleInfo {
    id: "python-version-variable",
    summary: "`PYTHON_VERSION` does not choose the version of Python",
    docs: r#"## What it does
Finds `PYTHON_VERSION` under `[variables]` where Nixpacks installs another version.

## Why it fails
Nixpacks reads `NIXPACKS_PYTHON_VERSION`, `.python-version` and `runtime.txt`. `PYTHON_VERSION` is a variable like any other, so the app gets the version of Nixpacks' own choice, in which a package may not install or import: `No module named 'distutils'`.

See also: https://nixpacks.com/docs/providers/python

## Example
```toml
[variables]
PYTHON_VERSION = "3.11"

[start]
cmd = "python main.py"
```
becomes
```toml
[variables]
PYTHON_VERSION = "3.11"
NIXPACKS_PYTHON_VERSION = "3.11"

[start]
cmd = "python main.py"
```

## Fix
With `--unsafe-fixes` `NIXPACKS_PYTHON_VERSION` is set to the same version. `PYTHON_VERSION` stays: something else may read it.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Interpreter, fix) };

const MEANT: &str = "NIXPACKS_PYTHON_VERSION";

/// `3.11` of `3.11.4`: more of a version Nixpacks does not read.
fn minor(version: &str) -> Option<String> {
    let mut parts = version.trim().split('.');
    let (major, minor) = (parts.next()?, parts.next()?);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    // Those that the provider knows: any other version stands for its own choice there, too.
    let known = is_number(minor) && matches!(minor.parse::<u8>(), Ok(7..=13));
    (major == "3" && known).then(|| format!("{major}.{minor}"))
}

/// The variable, and the version that it asks for in vain.
fn asked(cx: &Context<'_>) -> Option<(Place, String)> {
    let plan = &cx.model.plan;
    let doc = cx.config()?;
    let entry = doc.get(&["variables"])?.as_table()?.entry("PYTHON_VERSION")?;
    let wanted = minor(&entry.node.as_str()?.decoded)?;
    let runs = plan.active_providers.iter().any(|name| name == "python");
    if !runs || plan.variables.contains_key(MEANT) {
        return None;
    }
    let provided = cx.model.provider_plan.phases.values().flat_map(|phase| {
        let archive = phase.nixpkgs_archive.as_ref().map(|item| item.value.as_str());
        let packages = phase.nix_pkgs.iter().flatten();
        packages.filter_map(move |item| names::python(&item.value, archive))
    });
    // An interpreter of the file's own list is no choice of Nixpacks.
    let listed = plan.phases.values().flat_map(|phase| phase.nix_pkgs.iter().flatten());
    let own = listed
        .filter(|item| matches!(item.origin, Origin::Deploy(_)))
        .any(|item| names::python(&item.value, None).is_some());
    let mut provided = provided.peekable();
    provided.peek()?;
    let differs = provided.all(|version| version != wanted);
    (differs && !own).then(|| (Place { path: doc.path.clone(), span: entry.key.span }, wanted))
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let found = asked(cx).map(|(place, wanted)| {
        let message = format!("`PYTHON_VERSION` chooses nothing: the app does not get Python {wanted}");
        Found::place(place, Severity::Warning, message).label("Nixpacks reads `NIXPACKS_PYTHON_VERSION`")
    });
    found.into_iter().collect()
}

fn fix(cx: &Context<'_>, _: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some((_, wanted)) = asked(cx) else { return false };
    draft.insert_variable(MEANT, &wanted, INFO.id);
    true
}
