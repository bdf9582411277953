use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::Place;
use std::collections::{HashMap, HashSet};

static INFO: RuleInfo = RuleInfo {
    id: "phase-before-install",
    summary: "a phase without `dependsOn` runs before the packages are installed",
    docs: r#"## What it does
Finds phases of your own, such as `[phases.run]`, that do not say which phase they come after.

## Why it fails
Nixpacks runs a phase without `dependsOn` first, before `install`. Its commands do not find the packages of the app.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[phases.assets]
cmds = ["python main.py"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.assets]
cmds = ["python main.py"]
dependsOn = ["install"]

[start]
cmd = "python main.py"
```

## Fix
Adds `dependsOn`. A command that starts the app belongs to `cmd` under `[start]` instead: a phase is a part of the build.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Provider, fix) };

/// The phases that Nixpacks itself puts in order, and the one that is meant to be the table `[start]`.
const OWN: [&str; 4] = ["setup", "install", "build", "start"];

/// Phases that are fixed at most.
const MOST_FIXED: usize = 16;

fn check(cx: &Context<'_>) -> Vec<Found> {
    let (plan, order) = (&cx.model.plan, &cx.model.order);
    let places: HashMap<&str, usize> =
        order.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let at = |name: &str| places.get(name).copied();
    let failing = cx.simulation.commands.iter().filter(|command| command.fails());
    let failing: HashSet<&str> = failing.filter_map(|command| command.phase.as_deref()).collect();
    let installs = plan.phases.get("install").and_then(|phase| phase.cmds.as_ref());
    let (Some(doc), Some(install)) = (cx.config(), at("install")) else { return Vec::new() };
    if installs.is_none_or(Vec::is_empty) {
        return Vec::new();
    }
    let phases = doc.get(&["phases"]).and_then(|node| node.as_table());
    let entries = phases.into_iter().flat_map(|table| &table.entries);
    let found = entries.filter_map(|entry| {
        let name = entry.key.name.as_str();
        let phase = plan.phases.get(name)?;
        let early = at(name).is_some_and(|at| at < install);
        let own = OWN.contains(&name) || cx.model.provider_plan.phases.contains_key(name);
        let runs = phase.cmds.as_ref().is_some_and(|cmds| !cmds.is_empty());
        if own || !early || !runs || phase.depends_on.as_ref().is_some_and(|after| !after.is_empty()) {
            return None;
        }
        let severity = if failing.contains(name) { Severity::Error } else { Severity::Warning };
        let place = Place { path: doc.path.clone(), span: entry.key.span };
        let message = format!("`phases.{name}` has no `dependsOn`, so it runs before the packages are installed");
        let found = Found::place(place, severity, message);
        Some((name, if matches!(name, "run" | "deploy" | "web" | "server") {
            found.note("a command that starts the app belongs to `cmd` under `[start]`: a phase is a part of the build")
        } else {
            found
        }))
    });
    let found: Vec<(&str, Found)> = found.collect();
    // Each is an edit of its own. A file with so many is no work of a person.
    let few = found.len() <= MOST_FIXED;
    let with_keys = |(name, found): (&str, Found)| if few { found.keys(&["phases", name]) } else { found };
    found.into_iter().map(with_keys).collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let [_, phase] = finding.keys.as_slice() else { return false };
    let builds = cx.model.plan.phases.get("build").and_then(|phase| phase.cmds.as_ref());
    let after = if builds.is_some_and(|cmds| !cmds.is_empty()) { "build" } else { "install" };
    let listed = draft.config().is_some_and(|doc| doc.get(&["phases", phase, "dependsOn"]).is_some());
    if listed {
        return false;
    }
    draft.insert(phase, "dependsOn", &[after], finding.rule.id);
    true
}
