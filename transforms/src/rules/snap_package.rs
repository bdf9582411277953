use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::NIX_PKGS;
use crate::fix::Draft;

static INFO: RuleInfo = RuleInfo {
    id: "snap-package",
    summary: "a package of Ubuntu that is only a pointer to a snap",
    docs: r#"## What it does
Finds `chromium-browser`, `chromium-chromedriver` and `firefox` in `aptPkgs`.

## Why it fails
In Ubuntu these packages have no program in them. What they install asks for a snap, and there are none in an image: `Command '/usr/bin/chromium-browser' requires the chromium snap to be installed`.

## Example
```toml
[phases.setup]
aptPkgs = ["chromium-browser", "chromium-chromedriver"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
nixPkgs = ["...", "chromium", "chromedriver"]

[start]
cmd = "python main.py"
```

## Fix
With `--unsafe-fixes` the entry moves to `nixPkgs`, as `chromium`, `chromedriver` or `firefox`. The programs then are below `/root/.nix-profile/bin` and on `PATH`: a path such as `/usr/bin/chromedriver` in your code has to go.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

/// Names of Ubuntu, and of Nix.
const SNAPS: [(&str, &str); 3] =
    [("chromium-browser", "chromium"), ("chromium-chromedriver", "chromedriver"), ("firefox", "firefox")];

fn in_nix(name: &str) -> Option<&'static str> {
    SNAPS.iter().find(|(snap, _)| *snap == name.trim()).map(|(_, package)| *package)
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let items = cx.model.plan.phases.values().flat_map(|phase| phase.apt_pkgs.iter().flatten());
    let found = items.filter_map(|item| {
        let package = in_nix(&item.value)?;
        let name = item.value.trim();
        let message = format!("`{name}` of Ubuntu has no program in it, only a pointer to a snap");
        let found = Found::at(item, Severity::Warning, message)?;
        Some(found.label(&format!(
            "requires the {} snap to be installed",
            package.replace("chromedriver", "chromium")
        )))
    });
    found.collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let mut package = None;
    let moved = support::change_entry(finding, draft, |entry| {
        package = in_nix(entry);
        let title = format!("move `{}` from `aptPkgs` to `nixPkgs` as `{}`", entry.trim(), package?);
        Some((None, title))
    });
    let Some(package) = package.filter(|_| moved) else { return false };
    if let Some(list) = draft.list("setup", NIX_PKGS) {
        if !list.pieces.iter().any(|piece| piece.text == package) {
            list.insert(list.pieces.len(), package);
            list.rules.insert(INFO.id);
            list.say(&format!("add `{package}` to `nixPkgs`"));
        }
        return true;
    }
    let lower = cx.model.provider_plan.phases.get("setup").and_then(|phase| phase.nix_pkgs.as_ref());
    let first: &[&str] = if lower.is_some_and(|items| !items.is_empty()) { &["..."] } else { &[] };
    draft.insert_into("setup", "nixPkgs", first, package, INFO.id);
    true
}
