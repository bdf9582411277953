//! The provider makes its own environment and installs: the part of the override that does the same goes.

use super::command::{Changes, is_within};
use super::target::{OPT_VENV, Target};
use super::venv::{installs_outside, place, rewrite};
use crate::context::Context;
use crate::document::schema::{CMDS, PATHS};
use crate::fix::{Draft, Piece, is_splice};
use crate::shell::{Separator, Step};
use crate::simulate::{Command, Invocation, InvocationKind, base_name};
use crate::text::Span;
use std::collections::{BTreeSet, HashSet};

/// What an entry of the override is to the provider's own install.
pub(super) struct Part {
    /// Whether it installs the app's packages, as the provider does.
    pub(super) installs: bool,
    /// What it does beside that, and whether that needs pip.
    pub(super) rest: Option<(String, bool)>,
    /// Whether all of that comes before the app's packages in the same entry.
    pub(super) leads: bool,
    /// Whether something else has to be done before the app's packages are installed that cannot be
    /// done before the provider makes its environment.
    pub(super) prepares: bool,
    /// The rules that dropping the part answers to.
    pub(super) rules: Vec<&'static str>,
}

/// How the provider installs (providers/python.rs, `PackageManagerType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manager {
    Requirements,
    Project,
    Tool(&'static str),
}

impl Manager {
    /// What the provider's install step does, as a phrase that goes on from "Nixpacks".
    pub(super) fn does(self) -> String {
        match self {
            Manager::Requirements => "creates /opt/venv and installs requirements.txt itself".to_owned(),
            Manager::Project => "creates /opt/venv and installs the project itself".to_owned(),
            Manager::Tool(tool) => {
                format!("creates /opt/venv, installs {tool} there and runs it itself")
            }
        }
    }
}

/// Drops the override, or puts `"..."` in place of the part that the provider does. `false` where
/// the provider would not bring the same packages.
pub(crate) fn apply(cx: &Context<'_>, draft: &mut Draft<'_>) -> bool {
    let plan = &cx.model.plan;
    let Some(position) = plan.active_providers.iter().position(|name| name == "python") else { return false };
    let phase = if position == 0 { "install".to_owned() } else { "python:install".to_owned() };
    let Some(manager) = provider(cx, &phase) else { return false };
    let target = Target::provided();
    let commands: Vec<&Command> = cx
        .file_commands()
        .into_iter()
        .filter(|command| command.phase.as_deref() == Some("install"))
        .collect();
    let astray =
        commands.iter().any(|command| installs_outside(command, &target) || uses_manager(command, manager));
    if commands.is_empty() || !astray || foreign_venv(cx, &commands) {
        return false;
    }
    let Some(list) = draft.list("install", CMDS) else { return false };
    let first = position == 0;
    let markers = list.pieces.iter().filter(|piece| is_splice(&piece.text)).count();
    if (first && markers > 0) || list.pieces.len() != commands.len() + markers {
        return false;
    }
    let mut before: Vec<(usize, String)> = Vec::new();
    let mut after: Vec<(usize, String)> = Vec::new();
    let mut installed = false;
    let mut prepares = false;
    let mut rules = Vec::new();
    for command in &commands {
        let Some(at) = place(list, command) else { return false };
        let part = classify(cx, command, manager, &target);
        // Ex) `pip install --upgrade setuptools` before the app's packages: would come too late
        prepares |= part.prepares || (!installed && part.rest.as_ref().is_some_and(|(_, pip)| *pip));
        rules.extend(part.rules);
        let done = installed || (part.installs && !part.leads);
        installed |= part.installs;
        // What needs pip can only come after the provider has made it.
        match part.rest {
            Some((text, pip)) if done || pip => after.push((at, text)),
            Some((text, _)) => before.push((at, text)),
            None => {}
        }
    }
    // Ex) `pip install --upgrade pip setuptools` alone: the app's packages are installed by nobody
    if commands
        .iter()
        .all(|command| !command.invocations.is_empty() && command.invocations.iter().all(is_upgrade))
    {
        before.clear();
        after.clear();
    } else if !installed || prepares {
        return false;
    }
    list.rules.extend(rules);
    list.rules.insert("pip-outside-venv");
    if !first && !after.is_empty() {
        return false;
    }
    if before.is_empty() && after.is_empty() {
        list.title = Some(format!("remove `{}`: Nixpacks then {}", list.keys.join("."), manager.does()));
        list.pieces.clear();
    } else {
        let was = list.pieces.clone();
        let kept = |(at, text): (usize, String)| Piece {
            was: was.get(at).and_then(|piece| piece.was),
            text,
            ..Piece::default()
        };
        list.title = Some(if first {
            format!("replace the install commands with `\"...\"`: Nixpacks then {}", manager.does())
        } else {
            format!("remove the install commands: Nixpacks {}", manager.does())
        });
        // A later provider's install is there already; its markers stand for the first one's.
        let marked = was.iter().enumerate().filter(|(_, piece)| is_splice(&piece.text));
        before.extend(marked.map(|(at, piece)| (at, piece.text.clone())));
        before.sort();
        list.pieces = before.into_iter().map(kept).collect();
        if first {
            list.pieces.push(Piece { text: "...".to_owned(), ..Piece::default() });
        }
        list.pieces.extend(after.into_iter().map(kept));
    }
    keep_paths(draft, first);
    true
}

/// A file's own `paths` without `"..."` would hide the provider's.
fn keep_paths(draft: &mut Draft<'_>, first: bool) {
    let bin = format!("{OPT_VENV}/bin");
    if first
        && let Some(list) = draft.list("install", PATHS)
        && !list.has_marker()
        && !list.pieces.iter().any(|piece| piece.text == bin)
    {
        let end = list.pieces.len();
        list.insert(end, bin);
        list.rules.insert("venv-off-path");
    }
}

/// `pip install --upgrade pip setuptools wheel`
fn is_upgrade(call: &Invocation) -> bool {
    matches!(&call.kind, InvocationKind::Pip(pip) if pip.command.is_self_upgrade())
}

/// How the provider's own install phase installs, where it does.
pub(super) fn provider(cx: &Context<'_>, phase: &str) -> Option<Manager> {
    let cmds = cx.model.provider_plan.phases.get(phase)?.cmds.as_ref()?;
    let text = cmds.iter().map(|item| item.value.as_str()).collect::<Vec<_>>().join(" && ");
    if text.contains("pip install -r requirements.txt") {
        return Some(Manager::Requirements);
    }
    let tool = [
        ("poetry install", "poetry"),
        ("pdm install", "pdm"),
        ("uv sync", "uv"),
        ("pipenv install", "pipenv"),
    ];
    let tool =
        tool.into_iter().find(|(text_of, _)| text.contains(text_of)).map(|(_, tool)| Manager::Tool(tool));
    tool.or_else(|| text.contains("pip install .").then_some(Manager::Project))
}

fn uses_manager(command: &Command, manager: Manager) -> bool {
    let Manager::Tool(own) = manager else { return false };
    command.invocations.iter().any(|call| {
        matches!(&call.kind, InvocationKind::Manager { tool, .. } if *tool == own) && call.venv.is_none()
    })
}

/// Whether the override makes an environment elsewhere, which other commands may count on.
fn foreign_venv(cx: &Context<'_>, commands: &[&Command]) -> bool {
    let elsewhere =
        |call: &Invocation| matches!(&call.kind, InvocationKind::MakeVenv { dir } if dir != OPT_VENV);
    let dead = |call: &Invocation| matches!(&call.kind, InvocationKind::Activate { dir } if dir != OPT_VENV && call.fails());
    commands.iter().flat_map(|command| &command.invocations).any(elsewhere)
        || cx.simulation.commands.iter().flat_map(|command| &command.invocations).any(dead)
}

pub(super) fn classify(cx: &Context<'_>, command: &Command, manager: Manager, target: &Target) -> Part {
    let text = &command.item.value;
    let mut part = Part {
        installs: false,
        rest: Some((text.clone(), false)),
        leads: false,
        prepares: false,
        rules: Vec::new(),
    };
    let Ok(script) = &command.script else { return part };
    let mut changes = Changes::default();
    let mut pip_left = false;
    let installs: BTreeSet<Span> = command
        .invocations
        .iter()
        .filter(|call| job(call, manager) == Some(true))
        .map(|call| call.span)
        .collect();
    let install = |step: &Step| {
        let mut from = installs.range(Span::at(step.span.start)..);
        from.next().is_some_and(|call| step.span.contains(*call))
    };
    let mut fallbacks: Vec<Span> = Vec::new();
    for pair in script.steps.windows(2) {
        let [first, second] = pair else { continue };
        if first.separator == Separator::Or && (install(first) || fallbacks.last() == Some(&first.span)) {
            // What was to be done where the install fails goes with it.
            fallbacks.push(second.span);
        } else if first.separator == Separator::Or && install(second) {
            part.prepares = true;
        }
    }
    for at in script.simple_commands() {
        if is_within(&fallbacks, at.simple.span) {
            changes.drop.push(at.simple.span);
        }
    }
    for call in &command.invocations {
        if is_within(&fallbacks, call.span) {
            continue;
        }
        match job(call, manager) {
            Some(does) => {
                part.prepares |= does && pip_left;
                part.installs |= does;
                changes.drop.push(call.span);
                part.rules.push(rule_of(call));
            }
            None => pip_left |= matches!(call.kind, InvocationKind::Pip(_) | InvocationKind::UvPip { .. }),
        }
    }
    // Going to the app's own directory prepares nothing.
    for at in script.simple_commands() {
        let words: Vec<&str> = at.simple.words.iter().filter_map(|word| word.text.as_deref()).collect();
        if matches!(words.as_slice(), ["cd", "/app" | "." | "/app/"] | ["set", "-e" | "-ex"]) {
            changes.drop.push(at.simple.span);
        }
    }
    pip_left |= command.script_invocations.iter().any(|call| {
        matches!(
            call.kind,
            InvocationKind::Pip(_) | InvocationKind::UvPip { .. } | InvocationKind::Manager { .. }
        )
    });
    let rewritten = rewrite(cx, command, target);
    let tidy = tidied(&rewritten.changes, &changes, pip_left);
    changes.drop.extend(tidy.drop);
    changes.parts.extend(tidy.parts);
    part.rules.extend(rewritten.rules);
    part.rest = changes.apply(text, script).map(|rest| (rest, pip_left));
    if part.installs {
        let at = command
            .invocations
            .iter()
            .find(|call| job(call, manager) == Some(true))
            .map(|call| call.span.start);
        let dropped: HashSet<Span> = changes.drop.iter().copied().collect();
        let kept =
            || script.simple_commands().map(|at| at.simple.span).filter(|span| !dropped.contains(span));
        part.leads = kept().all(|span| Some(span.start) < at);
        // Ex) `apt-get update && pip install … && rm -r cache`: its two halves belong on two sides
        part.prepares |= !part.leads && kept().any(|span| Some(span.start) < at);
    }
    part
}

/// Of the environment's rewriting only what a shell with the environment on PATH still needs: flags
/// that fail there, and leftovers. The program names reach the environment by themselves.
fn tidied(rewritten: &Changes, dropped: &Changes, pip_left: bool) -> Changes {
    let mut changes = Changes { drop: rewritten.drop.clone(), parts: Vec::new() };
    let known: HashSet<Span> = dropped.drop.iter().copied().collect();
    changes.drop.retain(|span| !known.contains(span));
    if pip_left {
        changes.parts.extend(rewritten.parts.iter().filter(|(_, new)| new.is_empty()).cloned());
    }
    changes
}

/// Whether a call is the provider's job: `Some(true)` where it installs the app's packages.
fn job(call: &Invocation, manager: Manager) -> Option<bool> {
    match &call.kind {
        InvocationKind::MakeVenv { .. }
        | InvocationKind::Activate { .. }
        | InvocationKind::EnsurePip
        | InvocationKind::RunGetPip
        | InvocationKind::FetchGetPip => Some(false),
        InvocationKind::Pip(pip) => {
            let command = &pip.command;
            if command.is_self_upgrade() && command.self_upgrade().is_some_and(|found| found.tools.is_empty())
            {
                return Some(false);
            }
            let plain = match manager {
                Manager::Requirements => {
                    call.cwd == "/app" && command.is_plain_install_of("requirements.txt")
                }
                Manager::Project => {
                    call.cwd == "/app"
                        && command.is_install()
                        && command.requirement_files.is_empty()
                        && command.flags.is_empty()
                        && matches!(command.packages.as_slice(), [(_, only)] if only == ".")
                }
                Manager::Tool(tool) => {
                    let names: Vec<String> = command.names().collect();
                    // A version that is asked for stays: the lock file may need it.
                    let any = command.packages.iter().all(|(_, text)| text.eq_ignore_ascii_case(tool));
                    let tool_alone = names == [tool] && any && command.requirement_files.is_empty();
                    return (command.is_install() && tool_alone).then_some(false);
                }
            };
            if plain {
                return Some(true);
            }
            // Ex) `pip --version`
            command.verb.is_none().then_some(false)
        }
        InvocationKind::Manager { tool, verb } if manager == Manager::Tool(tool) => match verb.as_str() {
            "install" | "sync" => Some(true),
            "config" | "self" | "lock" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn rule_of(call: &Invocation) -> &'static str {
    match &call.kind {
        InvocationKind::EnsurePip => "ensurepip",
        InvocationKind::RunGetPip | InvocationKind::FetchGetPip => "get-pip",
        InvocationKind::Activate { .. } | InvocationKind::MakeVenv { .. } => "split-activation",
        InvocationKind::Pip(pip) if pip.command.is_self_upgrade() => "pip-self-upgrade",
        InvocationKind::Pip(pip) if base_name(&pip.name) != pip.name => "missing-venv",
        InvocationKind::Manager { .. } => "package-manager-outside-venv",
        _ => "pip-outside-venv",
    }
}
