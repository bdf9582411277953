use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::APT_PKGS;
use crate::fix::Draft;
use crate::plan::names::{self, Replacement};

static INFO: RuleInfo = RuleInfo {
    id: "undefined-nix-package",
    summary: "a name in `nixPkgs` is not the name of a Nix package",
    docs: r#"## What it does
Finds names such as `pip`, `python3.11`, `npm` or `nodejs-20_x` in `nixPkgs`.

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
Removes the name if another package already contains it. Otherwise replaces it with the right name, if that is known.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let plan = &cx.model.plan;
    let items = plan.phases.values().flat_map(|phase| {
        let archive = phase.nixpkgs_archive.as_ref().map(|item| item.value.as_str());
        phase.nix_pkgs.iter().flatten().map(move |item| (item, archive))
    });
    items
        .filter_map(|(item, archive)| {
            let name = names::undefined_in(item.value.trim(), archive)?;
            let message = format!("there is no Nix package `{}`: {}", item.value.trim(), name.why);
            let label = names::error(item.value.trim());
            Found::at(item, Severity::Error, message).map(|found| found.label(&label))
        })
        .collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let mut to_apt = None;
    let changed = support::change_entry(finding, draft, |entry| {
        let text = entry.trim();
        match names::undefined_in(text, None)?.replacement {
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
