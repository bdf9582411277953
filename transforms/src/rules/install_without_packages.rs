use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::Node;
use crate::document::schema::CMDS;
use crate::fix::{Draft, is_splice};
use crate::plan::Place;
use crate::simulate::{Command, Invocation, InvocationKind, Outcome, Reason, Verdict};

static INFO: RuleInfo = RuleInfo {
    id: "install-without-packages",
    summary: "the install commands replace Nixpacks' own install step, and install nothing",
    docs: r#"## What it does
Finds `cmds` under `[phases.install]` that install no packages, in an app that then does not find its packages.

## Why it fails
A list in `cmds` replaces the commands of Nixpacks, so nothing in your requirements is installed. The app stops with `ModuleNotFoundError`, or with `command not found` for a program such as gunicorn.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[phases.install]
cmds = ["echo 'installing'"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.install]
cmds = ["...", "echo 'installing'"]

[start]
cmd = "python main.py"
```

## Fix
Adds `"..."`, which stands for Nixpacks' own commands, before yours. An empty list is removed.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::AfterStrategy, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let first = cx.model.plan.active_providers.first().is_some_and(|name| name == "python");
    let provided = cx.model.provider_plan.phases.get("install").and_then(|phase| phase.cmds.as_ref());
    if !first || provided.is_none_or(Vec::is_empty) {
        return Vec::new();
    }
    let Some((doc, node)) = listed(cx) else { return Vec::new() };
    let Some(list) = node.as_array() else { return Vec::new() };
    let marked =
        list.elements.iter().filter_map(|element| element.as_str()).any(|text| is_splice(&text.decoded));
    let commands = &cx.simulation.commands;
    let build = || commands.iter().filter(|command| command.phase.is_some());
    let own = build().filter(|command| command.phase.as_deref() == Some("install"));
    // Code of the app may install what it likes.
    let runs_code = |call: &Invocation| matches!(call.kind, InvocationKind::Python { .. });
    if marked
        || build().any(Command::is_unknown)
        || own.clone().any(Command::fails)
        || own.flat_map(Command::all_invocations).any(runs_code)
        || commands.iter().flat_map(Command::all_invocations).any(installs)
        || !cx.simulation.stops.iter().any(|stop| misses_packages(cx, stop))
    {
        return Vec::new();
    }
    let place = Place { path: doc.to_owned(), span: node.span };
    let message = "your install commands replace Nixpacks' own, and install no packages".to_owned();
    vec![Found::place(place, Severity::Error, message).label("nothing in your requirements is installed")]
}

/// The file's own list of install commands, and the path of the file.
fn listed<'m>(cx: &Context<'m>) -> Option<(&'m str, &'m Node)> {
    let doc = cx.config()?;
    let node = CMDS.names.iter().find_map(|key| doc.get(&["phases", "install", key]))?;
    Some((doc.path.as_str(), node))
}

/// Whether a call brings packages, or would if it worked.
fn installs(call: &Invocation) -> bool {
    match &call.kind {
        InvocationKind::Pip(pip) => pip.command.is_install(),
        InvocationKind::UvPip { .. } => true,
        InvocationKind::Manager { verb, .. } => {
            matches!(verb.as_str(), "install" | "sync" | "run" | "update" | "add")
        }
        _ => false,
    }
}

/// Whether the run stops for want of what the requirements bring.
fn misses_packages(cx: &Context<'_>, stop: &Verdict) -> bool {
    let Outcome::Fails { reason, .. } = stop.outcome else { return false };
    let listed = |program: &str| support::manifest_with(cx, program).is_some();
    match reason {
        Reason::ModuleNotFound => true,
        Reason::CommandNotFound => stop.detail.split_once(": ").is_some_and(|(program, _)| listed(program)),
        // Ex) a script that looks for gunicorn before it starts it
        Reason::Other => {
            let asked = stop.detail.split_once("no `").and_then(|(_, rest)| rest.split_once('`'));
            asked.is_some_and(|(program, _)| listed(program))
        }
        _ => false,
    }
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(doc) = cx.config() else { return false };
    let own = CMDS.names.iter().find(|key| doc.get(&["phases", "install", key]).is_some());
    let Some(key) = own else { return false };
    let Some(list) = draft.list("install", CMDS) else { return false };
    if list.has_marker() {
        return false;
    }
    if list.pieces.is_empty() {
        draft.remove_key(doc, &["phases", "install", key], finding.rule.id);
        return true;
    }
    list.insert(0, "...");
    list.rules.insert(finding.rule.id);
    list.say("add `\"...\"` in front of your install commands: it stands for Nixpacks' own");
    true
}
