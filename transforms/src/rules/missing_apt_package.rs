use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::names::{Gone, gone_from_apt};

static INFO: RuleInfo = RuleInfo {
    id: "missing-apt-package",
    summary: "a name in `aptPkgs` is not a package of Ubuntu 24.04",
    docs: r#"## What it does
Finds names such as `libgl1-mesa-glx` or `python3.11-venv` in `aptPkgs`.

## Why it fails
The image is Ubuntu 24.04, which renamed or dropped some packages of older releases and of Debian. apt stops with `Unable to locate package` or `has no installation candidate`.

## Example
```toml
[phases.setup]
aptPkgs = ["libgl1-mesa-glx"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
aptPkgs = ["libgl1"]

[start]
cmd = "python main.py"
```

## Fix
A renamed package gets its new name, and one that is not needed any more is removed. For any other, choose a package that Ubuntu 24.04 has: https://packages.ubuntu.com/noble/ lists them.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let items = cx.model.plan.phases.values().flat_map(|phase| phase.apt_pkgs.iter().flatten());
    items
        .filter_map(|item| {
            let name = item.value.trim();
            let gone = gone_from_apt(name)?;
            let found = Found::at(item, Severity::Error, format!("Ubuntu 24.04 has no package `{name}`"))?;
            let found = found.label(&format!("E: Unable to locate package {name}"));
            Some(if gone == Gone::Unknown {
                found.note(
                    "choose a package that it has (https://packages.ubuntu.com/noble/), or remove the name",
                )
            } else {
                found
            })
        })
        .collect()
}

fn fix(_: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some((list, at)) = finding.place.as_ref().and_then(|place| draft.list_entry(place)) else {
        return false;
    };
    let name = list.pieces.get(at).map(|piece| piece.text.trim().to_owned()).unwrap_or_default();
    match gone_from_apt(&name) {
        Some(Gone::Drop) => list.drop_entry(at),
        Some(Gone::Rename(package)) => list.replace_or_drop(at, package),
        _ => return false,
    }
    list.rules.insert(INFO.id);
    list.say("use the names of Ubuntu 24.04 in `aptPkgs`");
    true
}
