use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "pnpm-beside-corepack",
    summary: "pnpm is installed twice, with Nix and by corepack",
    docs: r#"## What it does
Finds pnpm in `nixPkgs` of an app whose package.json names pnpm as its `packageManager`.

## Why it fails
Nixpacks turns on corepack for such an app, and corepack installs the version that package.json names. The pnpm from Nix has another version: which of the two runs depends on the order of PATH, and pnpm refuses to work where its version is not the one that package.json asks for.

See also: https://nodejs.org/api/corepack.html

## Example
For an app with `"packageManager": "pnpm@9.1.0"` in its `package.json`:
```toml
[phases.setup]
nixPkgs = ["...", "pnpm"]

[start]
cmd = "node server.js"
```

## Fix
There is no automatic fix. Remove pnpm from `nixPkgs`: corepack installs it.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let node = cx.model.plan.active_providers.iter().any(|name| name == "node");
    let Some(version) = named_version(cx).filter(|_| node) else { return Vec::new() };
    let items = cx.model.plan.phases.values().flat_map(|phase| phase.nix_pkgs.iter().flatten());
    items
        .filter(|item| is_pnpm(item.value.trim()))
        .filter_map(|item| {
            let message =
                format!("package.json asks corepack for `pnpm@{version}`, and Nix installs another pnpm");
            let found = Found::at(item, Severity::Warning, message)?;
            Some(found.note(&format!("remove `{}` here: corepack installs pnpm", item.value.trim())))
        })
        .collect()
}

/// The version of pnpm in `packageManager` of package.json, without its checksum.
fn named_version(cx: &Context<'_>) -> Option<String> {
    let bytes = cx.app.read(&support::in_app(cx, "package.json")).ok()??;
    let package: serde_json::Value = serde_json::from_slice(&bytes).ok()?;
    let manager = package.get("packageManager")?.as_str()?;
    let version = manager.strip_prefix("pnpm@")?.split('+').next()?;
    let plain = version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    (plain && !version.is_empty()).then(|| version.to_owned())
}

/// Ex) `pnpm`, `pnpm_9`, `nodePackages.pnpm`; not `pnpm-9_x` of the planner's own overlay
fn is_pnpm(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name);
    name.strip_prefix("pnpm")
        .map(|rest| rest.trim_start_matches('_'))
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}
