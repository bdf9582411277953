use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::names;

static INFO: RuleInfo = RuleInfo {
    id: "unknown-nix-package",
    summary: "a name in `nixPkgs` that is nearly that of a Nix package",
    docs: r#"## What it does
Finds names in `nixPkgs` that are in none of the lists that this tool has, and that differ from a known name by a letter or two.

## Why it fails
If Nix does not know the name, it stops with `undefined variable` before anything is built. Nix has very many packages, and this tool does not have all of their names: the name may exist.

See also: https://search.nixos.org/packages

## Example
```toml
[phases.setup]
nixPkgs = ["...", "ffmpg"]

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
Replaces the name with the known one, only with `--unsafe-fixes`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let items = cx.model.plan.phases.values().flat_map(|phase| phase.nix_pkgs.iter().flatten());
    let read = items.filter(|item| names::syntax_error(&item.value).is_none());
    let unknown = read.filter(|item| !names::is_known(&item.value));
    unknown
        .filter_map(|item| {
            let near = names::near(&item.value)?;
            let message = format!("`{}` may be no Nix package: did you mean `{near}`?", item.value.trim());
            Found::at(item, Severity::Warning, message)
        })
        .collect()
}

fn fix(_: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    support::change_entry(finding, draft, |entry| {
        let near = names::near(entry)?;
        let title = format!("replace `{}` with `{near}` in `nixPkgs`", entry.trim());
        Some((Some(near.to_owned()), title))
    })
}
