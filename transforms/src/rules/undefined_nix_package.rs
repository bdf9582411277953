use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::{APT_PKGS, NIX_OVERLAYS, NIX_PKGS};
use crate::fix::{Draft, is_splice};
use crate::plan::names::{self, Nixpkgs, Replacement, Undefined};
use crate::plan::{Item, Origin, Place};

static INFO: RuleInfo = RuleInfo {
    id: "undefined-nix-package",
    summary: "a name in `nixPkgs` is not the name of a Nix package",
    docs: r#"## What it does
Finds names such as `pip`, `python3.11`, `npm` or `nodejs-20_x` in `nixPkgs`, names that are younger than the nixpkgs that Nixpacks uses, such as `nodejs_24`, and `npm-9_x` and its like where Nixpacks' Node step does not run.

## Why it fails
Nix does not know the name and stops with `undefined variable` before anything is built.

See also: https://search.nixos.org/packages

## Example
```toml
[phases.setup]
nixPkgs = ["python311", "pip"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
nixPkgs = ["python311"]

[start]
cmd = "python main.py"
```

## Fix
Removes the name if another package already contains it. Otherwise replaces it with the right name, if that is known. For Python 3.7 to 3.9 with psycopg, where Nixpacks itself adds a name that does not exist, lists its packages with `postgresql`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

/// The name with what is known of it and its phase, for each of the plan that is no attribute.
fn undefined<'c>(cx: &Context<'c>) -> impl Iterator<Item = (&'c Item, Undefined, &'c str)> {
    let plan = &cx.model.plan;
    let phases = plan.phases.keys().map(String::as_str).zip(Nixpkgs::of(plan));
    let items = phases.flat_map(|(name, (phase, nixpkgs))| {
        phase.nix_pkgs.iter().flatten().map(move |item| (item, nixpkgs, name))
    });
    items.filter_map(|(item, nixpkgs, phase)| {
        Some((item, names::undefined_in(item.value.trim(), nixpkgs)?, phase))
    })
}

/// The variables by which versions are chosen, and what Nixpacks' own package of the version begins with.
const CHOSEN_BY: [(&str, &str); 2] =
    [("NIXPACKS_NODE_VERSION", "nodejs_"), ("NIXPACKS_PYTHON_VERSION", "postgresql")];

fn check(cx: &Context<'_>) -> Vec<Found> {
    let found = undefined(cx).filter_map(|(item, name, phase)| {
        let text = item.value.trim();
        let message = format!("there is no Nix package `{text}`: {}", name.why);
        let label = names::error(text);
        if support::in_file(item) {
            let found = Found::at(item, Severity::Error, message)?.label(&label);
            return Some(if name.replacement == Replacement::None && text.starts_with("nodejs_") {
                found.note("name an older version, such as `nodejs_20`, or set `nixpkgsArchive` of this phase to a newer revision of nixpkgs")
            } else {
                found
            });
        }
        // What a provider adds follows from a setting.
        let Origin::Provider(_) = item.origin else { return None };
        // Ex) `nixOverlays = []`, without which there is no `npm-9_x`
        let overlays = ["phases", phase, NIX_OVERLAYS.name()];
        if let Some(doc) = cx.config()
            && let Some(node) = doc.get(&overlays)
            && text.ends_with("_x")
        {
            let message = format!("this list leaves out the overlay that has Nixpacks' own package `{text}`");
            let place = Place { path: doc.path.clone(), span: node.span };
            return Some(Found::place(place, Severity::Error, message).label(&label).keys(&overlays));
        }
        let variable = CHOSEN_BY.iter().find(|(_, prefix)| text.starts_with(prefix)).map(|(name, _)| *name)?;
        let message = format!("Nixpacks adds the Nix package `{text}`, which does not exist: {}", name.why);
        let chosen = cx.model.plan.variables.get(variable);
        let found = chosen.and_then(|chosen| Found::at(chosen, Severity::Error, message.clone()));
        let found = found.unwrap_or_else(|| Found::app(Severity::Error, message)).label(&label);
        Some(if variable == "NIXPACKS_NODE_VERSION" {
            found.note("set the version as `engines.node` in package.json instead: Nixpacks then also uses a nixpkgs that has it")
        } else {
            found.keys(&["nixPkgs"])
        })
    });
    found.collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let keys: Vec<&str> = finding.keys.iter().map(String::as_str).collect();
    match (keys.as_slice(), cx.config()) {
        (["nixPkgs"], _) => return name_the_packages(cx, draft),
        (keys @ ["phases", ..], Some(doc)) => {
            draft.remove_key(doc, keys, INFO.id);
            return true;
        }
        _ => {}
    }
    let place = finding.place.as_ref();
    let keys = place.and_then(|place| cx.model.document(&place.path)?.path_of(place.span.start));
    let nixpkgs = keys.and_then(|keys| Some(cx.nixpkgs(keys.get(1)?))).unwrap_or_default();
    let mut to_apt = None;
    let changed = support::change_entry(finding, draft, |entry| {
        let text = entry.trim();
        match names::undefined_in(text, nixpkgs)?.replacement {
            Replacement::Drop => Some((None, format!("remove `{text}` from `nixPkgs`"))),
            Replacement::Rename(attribute) => Some((
                Some(attribute.to_owned()),
                format!("replace `{text}` with `{attribute}` in `nixPkgs`"),
            )),
            Replacement::Apt => {
                to_apt = Some(text.to_owned());
                Some((None, format!("move `{text}` to `aptPkgs`")))
            }
            Replacement::None => None,
        }
    });
    if let Some(name) = to_apt {
        add_to_apt(cx, finding, draft, &name);
    }
    changed
}

/// Lists what Nixpacks installs itself, with names that exist.
fn name_the_packages(cx: &Context<'_>, draft: &mut Draft<'_>) -> bool {
    let provided = cx.model.provider_plan.phases.get("setup").and_then(|phase| phase.nix_pkgs.as_ref());
    let archive = cx.model.provider_plan.phases.get("setup").and_then(|phase| phase.nixpkgs_archive.as_ref());
    let nixpkgs = Nixpkgs { archive: archive.map(|item| item.value.as_str()), has_overlays: false };
    let names: Option<Vec<&str>> = provided
        .into_iter()
        .flatten()
        .map(|item| match names::undefined_in(&item.value, nixpkgs) {
            None => Some(item.value.as_str()),
            Some(Undefined { replacement: Replacement::Rename(name), .. }) => Some(name),
            Some(_) => None,
        })
        .collect();
    let Some(names) = names.filter(|names| !names.is_empty()) else { return false };
    let title =
        "list the packages that Nixpacks installs itself, with `postgresql` for its headers".to_owned();
    let Some(list) = draft.list("setup", NIX_PKGS) else {
        draft.insert_all("setup", "nixPkgs", &names, title, INFO.id);
        return true;
    };
    let Some(at) = list.pieces.iter().position(|piece| is_splice(&piece.text)) else { return false };
    list.remove(at);
    for (nth, name) in names.into_iter().enumerate() {
        list.insert(at + nth, name);
    }
    list.rules.insert(INFO.id);
    list.say(&title);
    true
}

/// Adds a name to `aptPkgs` of the phase that has the finding.
fn add_to_apt(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>, name: &str) {
    let place = finding.place.as_ref();
    let keys = place.and_then(|place| cx.model.document(&place.path)?.path_of(place.span.start));
    let Some(phase) = keys.and_then(|keys| keys.get(1).cloned()) else { return };
    if let Some(list) = draft.list(&phase, APT_PKGS) {
        if !list.pieces.iter().any(|piece| piece.text == name) {
            let end = list.pieces.len();
            list.insert(end, name);
            list.rules.insert(finding.rule.id);
        }
        return;
    }
    let provided = cx.model.provider_plan.phases.get(&phase).and_then(|phase| phase.apt_pkgs.as_ref());
    let first: &[&str] = if provided.is_some_and(|names| !names.is_empty()) { &["..."] } else { &[] };
    draft.insert_into(&phase, "aptPkgs", first, name, finding.rule.id);
}
