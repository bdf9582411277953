use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::plan::{Origin, PROVIDER_VENV};

static INFO: RuleInfo = RuleInfo {
    id: "version-variable",
    summary: "the version of uv, Poetry or PDM may be empty in the build",
    docs: r#"## What it does
Tells which variables to set on the service where Nixpacks installs uv, Poetry or PDM itself.

## Why it fails
Nixpacks runs `pip install uv==$NIXPACKS_UV_VERSION`, with a variable of its own plan. Where the platform does not pass it to the build, pip stops: `Invalid requirement: 'uv=='`. Coolify does not pass it, and on Railway it has been empty now and then.

## Example
For an app with a `uv.lock`:
```toml
[start]
cmd = "python main.py"
```

## Fix
None in a file: set the variables on the service, in the dashboard. If they are set there, give them with `--env`, so that they take part in the check.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

const VARIABLES: [(&str, &str); 3] =
    [("uv", "NIXPACKS_UV_VERSION"), ("poetry", "NIXPACKS_POETRY_VERSION"), ("pdm", "NIXPACKS_PDM_VERSION")];

fn check(cx: &Context<'_>) -> Vec<Found> {
    if !cx.simulation.verdict.builds() {
        return Vec::new();
    }
    let commands = cx.model.plan.phases.values().flat_map(|phase| phase.cmds.iter().flatten());
    let own: Vec<&str> = commands
        .filter(|item| matches!(item.origin, Origin::Provider(_)))
        .map(|item| item.value.as_str())
        .collect();
    let found = VARIABLES.iter().filter_map(|(tool, name)| {
        let variable = cx.model.plan.variables.get(*name)?;
        let asks = own.iter().any(|command| command.contains(&format!("{tool}==${name}")));
        if !asks || !matches!(variable.origin, Origin::Provider(_)) {
            return None;
        }
        let mut set = format!("`{name}={}`", variable.value);
        if *tool == "uv" {
            set = format!("{set} and `UV_PROJECT_ENVIRONMENT={PROVIDER_VENV}`");
        }
        let message = format!(
            "the version of {tool} comes from a variable that the platform may not pass to the build"
        );
        let note =
            format!("if the build stops at `Invalid requirement: '{tool}=='`, set {set} on the service");
        Some(Found::app(Severity::Note, message).note(&note))
    });
    found.collect()
}
