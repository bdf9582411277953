use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "apt-python",
    summary: "Python is installed with apt, but the Python from Nix is the one that runs",
    docs: r#"## What it does
Finds `python3`, `python3-pip`, `python3-venv` and similar packages in `aptPkgs` when `nixPkgs` also installs a Python.

## Why it fails
`PATH` lists the programs from Nix before `/usr/bin`, so `python` is the one from Nix. It does not see packages that are installed for the Python from apt. The pip from apt refuses to install as well (PEP 668: `externally-managed-environment`).

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[phases.setup]
nixPkgs = ["python311"]
aptPkgs = ["python3-pip"]

[start]
cmd = "python main.py"
```

## Fix
There is no automatic fix, because something else may need the package. If nothing does, remove it from `aptPkgs`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let plan = &cx.model.plan;
    let pythonic = |name: &str| {
        matches!(name, "python3" | "python3-pip" | "python3-venv" | "python3-full" | "python3-virtualenv")
    };
    let nix = !cx.simulation.profile.pythons.is_empty();
    let items = plan.phases.values().flat_map(|phase| phase.apt_pkgs.iter().flatten());
    items
        .filter(|item| pythonic(&item.value) && nix)
        .filter_map(|item| {
            Found::at(
                item,
                Severity::Note,
                format!("`{}` from apt is not used: the Python from Nix comes first on PATH", item.value),
            )
        })
        .map(|found| found.label("this is not the Python that runs"))
        .collect()
}
