use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::names::{Replacement, gone_from_apt};

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
            Some(if gone == Replacement::None {
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
    support::change_entry(finding, draft, |entry| {
        let new = match gone_from_apt(entry.trim())? {
            Replacement::Drop => None,
            Replacement::Rename(package) => Some(package.to_owned()),
            Replacement::None | Replacement::Apt => return None,
        };
        Some((new, "use the names of Ubuntu 24.04 in `aptPkgs`".to_owned()))
    })
}
