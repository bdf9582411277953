use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::{CMDS, NIX_PKGS};
use crate::fix::Draft;
use crate::plan::{Item, Origin, Plan};
use crate::requirements::scripts;
use crate::simulate::{Command, InvocationKind, Reason, base_name, in_file, programs_of};

static INFO: RuleInfo = RuleInfo {
    id: "dropped-provider-packages",
    summary: "a `nixPkgs` list replaces the packages that Nixpacks installs itself",
    docs: r#"## What it does
Finds commands that need a program which Nixpacks would have installed by itself, such as `npm` for a Node app.

## Why it fails
A `nixPkgs` list replaces the packages that Nixpacks installs itself. Only an entry that is exactly `"..."` keeps them.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[phases.setup]
nixPkgs = ["ffmpeg"]

[start]
cmd = "npm start"
```
becomes
```toml
[phases.setup]
nixPkgs = ["...", "ffmpeg"]

[start]
cmd = "npm start"
```

## Fix
Adds `"..."`, which keeps those packages. In a Python app it adds only the missing package, because `"..."` would install a second Python.
If only a build step that Nixpacks added by itself needs them, and your own commands run nothing but Python, it sets `providers = ["python"]`: Nixpacks then runs its Python steps only.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Provider, fix) };

/// The provider's package that brings the program which the failing command does not find.
fn dropped(cx: &Context<'_>) -> Option<(String, String)> {
    if cx.simulation.verdict.reason() != Some(Reason::CommandNotFound) {
        return None;
    }
    let failing = cx.simulation.commands.iter().find(|command| command.fails())?;
    let missing = failing.all_invocations().find_map(|call| match &call.kind {
        InvocationKind::Program { name } if call.reason() == Some(Reason::CommandNotFound) => {
            Some(name.clone())
        }
        InvocationKind::Manager { tool, .. } if call.reason() == Some(Reason::CommandNotFound) => {
            Some((*tool).to_owned())
        }
        _ => None,
    })?;
    let provided = cx.model.provider_plan.phases.get("setup")?.nix_pkgs.as_ref()?;
    let package = provided.iter().find(|item| programs_of(&item.value).contains(&missing))?;
    Some((package.value.clone(), missing))
}

/// The command of another provider that nobody asked for: a list of the file leaves its packages out, no
/// command of the files runs a program of theirs, and what they run is Python.
///
/// Ex) `npm run build` of a `package.json` that stands beside a Python service, which is all that is deployed
fn unneeded_provider_build<'c>(cx: &'c Context<'_>) -> Option<&'c str> {
    let plan = &cx.model.plan;
    let [only] = plan.active_providers.as_slice() else { return None };
    let provided = cx.model.provider_plan.phases.get("setup")?.nix_pkgs.as_ref()?;
    let listed = plan.phases.get("setup")?.nix_pkgs.as_ref()?;
    let own = !listed.is_empty() && listed.iter().all(in_file);
    if only == "python" || plan.providers.is_some() || !own || !cx.simulation.verdict.fails() {
        return None;
    }
    let programs: Vec<String> = provided.iter().flat_map(|item| programs_of(&item.value)).collect();
    let runs = |command: &Command| command.all_invocations().any(|call| programs.contains(&call.program));
    let (files, others): (Vec<_>, Vec<_>) =
        cx.simulation.commands.iter().partition(|command| in_file(&command.item));
    let python = |command: &&Command| {
        command.phase.is_none()
            && command.all_invocations().any(|call| match &call.kind {
                InvocationKind::Python { .. } => true,
                InvocationKind::Program { name } => scripts::distributions_with_script(name).next().is_some(),
                _ => false,
            })
    };
    let missed = others.iter().find(|command| command.fails() && runs(command));
    let missed = missed.map(|command| command.item.value.as_str());
    let missed = missed.or_else(|| command_replaced_by_railway(cx, plan, &programs))?;
    let asked = files.iter().any(|command| runs(command) || command.is_unknown());
    (!asked && files.iter().any(python)).then_some(missed)
}

/// The provider's command that only Railway's own file takes the place of: elsewhere it runs, and misses its
/// program.
fn command_replaced_by_railway<'c>(cx: &'c Context<'_>, plan: &Plan, programs: &[String]) -> Option<&'c str> {
    let railway = |item: &Item| matches!(&item.origin, Origin::Deploy(place) if base_name(&place.path).starts_with("railway."));
    cx.model.provider_plan.phases.iter().find_map(|(name, phase)| {
        let item = phase.cmds.as_ref()?.first()?;
        let program = item.value.split_whitespace().next()?;
        let own = |key: &&str| cx.config().is_some_and(|doc| doc.get(&["phases", name, *key]).is_some());
        let replaced =
            plan.phases.get(name)?.cmds.as_ref()?.iter().all(railway) && !CMDS.names.iter().any(own);
        let missing =
            programs.iter().any(|own| own == program) && !cx.simulation.profile.programs.contains(program);
        (replaced && missing).then_some(item.value.as_str())
    })
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let plan = &cx.model.plan;
    let (message, label) = if let Some(build) = unneeded_provider_build(cx) {
        let provider = plan.active_providers.first().map_or("other", String::as_str);
        let message = format!(
            "Nixpacks also builds the {provider} part of this app, but this list leaves out its packages"
        );
        (message, format!("Nixpacks runs `{build}` without them"))
    } else if let Some((package, missing)) = dropped(cx) {
        let message = format!("this list leaves out `{package}`, which contains `{missing}`");
        (message, format!("{missing}: command not found"))
    } else {
        return Vec::new();
    };
    let setup = plan.phases.get("setup");
    let listed = setup.and_then(|phase| phase.nix_pkgs.iter().flatten().find(|item| support::in_file(item)));
    let found = listed.and_then(|item| Found::at(item, Severity::Error, message));
    found.map(|found| found.label(&label)).into_iter().collect()
}

/// Names Python as the provider in place of one whose build nobody asked for; else puts the provider's packages back.
/// Beside Python's own provider only the one that is missed: `"..."` would bring a second interpreter.
fn fix(cx: &Context<'_>, _: &Finding, draft: &mut Draft<'_>) -> bool {
    if unneeded_provider_build(cx).is_some() {
        draft.insert_top("providers", &["python"], INFO.id);
        return true;
    }
    let Some((package, _)) = dropped(cx) else { return false };
    let python = cx.model.plan.active_providers.first().is_some_and(|name| name == "python");
    let Some(list) = draft.list("setup", NIX_PKGS).filter(|list| !list.has_marker()) else {
        return false;
    };
    if python {
        list.say(&format!("add `{package}` to `nixPkgs`"));
        list.insert(list.pieces.len(), package);
    } else {
        list.say("add `\"...\"` to `nixPkgs`: it stands for the packages that Nixpacks installs itself");
        list.insert(0, "...");
    }
    list.rules.insert(INFO.id);
    true
}
