use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "apt-python",
    summary: "Python from apt stands behind the Nix profile",
    docs: r#"## What it does
Finds `python3`, `python3-pip`, `python3-venv` and their like in `aptPkgs`, where `nixPkgs` brings a Python too.

## Why it fails
The Nix profile comes before `/usr/bin` on `PATH`, so `python` is the one from Nix, and packages for the one from apt don't reach it. A pip from apt is externally managed as well (PEP 668).

## Example
```toml
[phases.setup]
nixPkgs = ["python311"]
aptPkgs = ["python3-pip"]

[start]
cmd = "python main.py"
```

## Fix
None: shown only. What else may use the package is not known.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let plan = &cx.model.plan;
    let pythonic = |name: &str| {
        matches!(name, "python3" | "python3-pip" | "python3-venv" | "python3-full" | "python3-virtualenv")
    };
    let nix = !cx.walk.profile.pythons.is_empty();
    let items = plan.phases.values().flat_map(|phase| phase.apt_pkgs.iter().flatten());
    items
        .filter(|item| pythonic(&item.value) && nix)
        .filter_map(|item| {
            Found::at(
                item,
                Severity::Note,
                format!("`{}` from apt is behind the Nix profile on PATH", item.value),
            )
        })
        .map(|found| found.label("not the Python that runs"))
        .collect()
}
