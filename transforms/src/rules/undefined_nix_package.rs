use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
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

fn fix(_: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some((list, at)) = finding.place.as_ref().and_then(|place| draft.list_entry(place)) else {
        return false;
    };
    let text = list.pieces.get(at).map(|piece| piece.text.trim().to_owned()).unwrap_or_default();
    match names::undefined_in(&text, None).map(|name| name.replacement) {
        Some(Replacement::Drop) => {
            list.drop_entry(at);
            list.say(&format!("remove `{text}` from `nixPkgs`"));
        }
        Some(Replacement::Rename(attribute)) => {
            list.replace_or_drop(at, attribute);
            list.say(&format!("replace `{text}` with `{attribute}` in `nixPkgs`"));
        }
        _ => return false,
    }
    list.rules.insert(INFO.id);
    true
}
