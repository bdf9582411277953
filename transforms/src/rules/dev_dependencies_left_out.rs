use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use serde_json::Value;

static INFO: RuleInfo = RuleInfo {
    id: "dev-dependencies-left-out",
    summary: "npm leaves out a program that the build runs",
    docs: r#"## What it does
Finds `NODE_ENV = "production"` under `[variables]` where the `build` script of package.json runs a program of `devDependencies`.

## Why it fails
With that variable, `npm ci` and `npm install` leave `devDependencies` out, and the build stops: `sh: 1: vite: not found`. Nixpacks' own Node step sets `NPM_CONFIG_PRODUCTION = "false"` against this; where npm runs without that step, nothing does.

## Example
For a Python app with `vite` in the `devDependencies` of its package.json:
```toml
providers = ["python"]

[phases.setup]
nixPkgs = ["...", "nodejs_20"]

[phases.build]
cmds = ["npm ci", "npm run build"]

[variables]
NODE_ENV = "production"

[start]
cmd = "python main.py"
```

## Fix
There is no automatic fix, since the app itself may read the variable. Move the package to `dependencies`, or add `NPM_CONFIG_INCLUDE = "dev"` under `[variables]`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

/// Programs with another name than their package.
const PROGRAMS: [(&str, &str); 4] = [
    ("tsc", "typescript"),
    ("webpack", "webpack-cli"),
    ("ng", "@angular/cli"),
    ("vue-cli-service", "@vue/cli-service"),
];

fn check(cx: &Context<'_>) -> Vec<Found> {
    found(cx).into_iter().collect()
}

fn found(cx: &Context<'_>) -> Option<Found> {
    let variables = &cx.model.plan.variables;
    let mode = variables.get("NODE_ENV").filter(|item| item.value == "production")?;
    if ["NPM_CONFIG_PRODUCTION", "NPM_CONFIG_INCLUDE", "NPM_CONFIG_OMIT"]
        .iter()
        .any(|name| variables.contains_key(*name))
    {
        return None;
    }
    let text = cx.app.read(&support::in_app(cx, "package.json")).ok()??;
    let package: Value = serde_json::from_slice(&text).ok()?;
    let script = package.get("scripts")?.get("build")?.as_str()?;
    let program = script.split_whitespace().next()?;
    let name = PROGRAMS.iter().find(|(own, _)| *own == program).map_or(program, |(_, name)| *name);
    package.get("devDependencies")?.get(name)?;
    let has = |list: &str| package.get(list).and_then(|list| list.get(name)).is_some();
    if has("dependencies") || has("optionalDependencies") {
        return None;
    }
    let mut commands = cx.model.plan.phases.values().flat_map(|phase| phase.cmds.iter().flatten());
    let installs = |text: &str| matches!(text.trim(), "npm ci" | "npm install" | "npm i");
    let (mut is_installed, mut is_built) = (false, false);
    for command in commands.by_ref() {
        is_installed |= command.value.split("&&").any(installs);
        is_built |= command.value.contains("npm run build");
    }
    if !(is_installed && is_built) {
        return None;
    }
    let message = format!("with this, npm leaves `{name}` out, which the build runs");
    let found = Found::at(mode, Severity::Warning, message)?.label(&format!("{program}: not found"));
    Some(found.note(
        "move the package to `dependencies`, or add `NPM_CONFIG_INCLUDE = \"dev\"` under `[variables]`",
    ))
}
