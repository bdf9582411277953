//! Commands outside the configuration's lists that go past `PATH`: an absolute interpreter, a
//! virtual environment that nothing makes, a start under another user.

use super::command::Changes;
use super::simples::Simples;
use super::target::Target;
use super::venv::{installs_outside, is_versioned, rewrite};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::Origin;
use crate::simulate::{Command, InvocationKind, Reason, base_name, join};

/// Points them at the target.
pub(crate) fn mend(cx: &Context<'_>, draft: &mut Draft<'_>, target: &Target) {
    if !cx.has("interpreter-bypasses-venv") {
        return;
    }
    let other_user = cx.model.plan.start.as_ref().is_some_and(|start| start.user.is_some());
    for command in &cx.simulation.commands {
        let in_list = command.phase.is_some() && draft.config().is_some_and(|doc| is_in(command, &doc.path));
        if in_list {
            continue;
        }
        let Origin::Deploy(place) = &command.item.origin else { continue };
        let Ok(script) = &command.script else { continue };
        let mut changes = changes(command, target, other_user && command.phase.is_none());
        // Ex) `sudo pip install …` as Railway's build command
        let installs = command.phase.is_some() && installs_outside(command, target);
        let mut rules = Vec::new();
        if changes.is_empty() && installs && target.is_made_before(command) {
            let rewritten = rewrite(cx, command, target);
            if rewritten.tools.is_empty() {
                (changes, rules) = (rewritten.changes, rewritten.rules);
            }
        }
        if changes.is_empty() {
            continue;
        }
        let Some(text) = draft.text(&command.item) else { continue };
        if text == command.item.value
            && let Some(text) = changes.apply(&text, script)
        {
            let missing = command.invocations.iter().any(|call| call.reason() == Some(Reason::VenvMissing));
            let rule = if missing { "missing-venv" } else { "interpreter-bypasses-venv" };
            let rule = rules.first().copied().unwrap_or(rule);
            draft.set_text(place, &command.item.value, text, rule);
        }
    }
}

fn is_in(command: &Command, path: &str) -> bool {
    matches!(&command.item.origin, Origin::Deploy(place) if place.path == path)
}

fn changes(command: &Command, target: &Target, other_user: bool) -> Changes {
    let mut changes = Changes::default();
    let Ok(script) = &command.script else { return changes };
    let simples = Simples::of(script);
    for call in &command.invocations {
        if call.venv.is_some() && !other_user {
            continue;
        }
        match &call.kind {
            InvocationKind::Activate { dir } if call.fails() && *dir != target.dir => {
                changes.drop.push(call.span);
            }
            InvocationKind::Python { name }
                if call.reason() == Some(Reason::PythonNotFound) && is_versioned(name) =>
            {
                let Some(span) = simples.program_at(call.span) else { continue };
                changes.parts.push((span, "python".to_owned()));
            }
            InvocationKind::Python { name } | InvocationKind::Program { name }
                if call.fails() && (name.contains('/') || other_user) =>
            {
                let Some(span) = simples.program_at(call.span) else { continue };
                let program = base_name(name);
                // Ex) `python3.9`: a venv of an old Python has no name with the minor version
                let program = if program.starts_with("python3.") { "python" } else { program };
                let bypasses = name.contains("/bin/") || other_user;
                if bypasses && join(&call.cwd, name) != target.bin(program) {
                    changes.parts.push((span, target.bin(program)));
                }
            }
            _ => {}
        }
    }
    changes
}
