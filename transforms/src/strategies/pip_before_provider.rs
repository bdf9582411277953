//! pip commands that run before the provider's own install, and count on it.

use super::managed::{classify, provider};
use super::target::Target;
use super::venv::{installs_outside, place};
use crate::context::Context;
use crate::document::schema::CMDS;
use crate::fix::{Draft, Piece};
use crate::plan::Origin;
use crate::simulate::{Command, in_file};
use std::collections::{BTreeMap, BTreeSet};

/// Drops what the provider does, and moves the rest behind it. `false` where nothing runs too early.
pub(crate) fn apply(cx: &Context<'_>, draft: &mut Draft<'_>) -> bool {
    let first = cx.model.plan.active_providers.first().is_some_and(|name| name == "python");
    let Some(manager) = provider(cx, "install").filter(|_| first) else { return false };
    let target = Target::provided();
    let own = |command: &Command| {
        command.phase.as_deref() == Some("install")
            && matches!(command.item.origin, Origin::Provider("python"))
    };
    let Some(end) = cx.simulation.commands.iter().position(own) else { return false };
    let early = cx
        .simulation
        .commands
        .iter()
        .take(end)
        .filter(|command| in_file(&command.item) && installs_outside(command, &target));
    let mut moved: Vec<Piece> = Vec::new();
    let mut gone: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut found = false;
    for command in early {
        let Some(phase) = command.phase.as_deref() else { continue };
        let Some(list) = draft.list(phase, CMDS) else { continue };
        let Some(at) = place(list, command) else { continue };
        let part = classify(cx, command, manager, &target);
        found = true;
        list.rules.extend(part.rules);
        list.rules.insert("pip-outside-venv");
        list.title = Some(format!("remove the pip commands here: Nixpacks later {}", manager.does()));
        match part.rest {
            Some((text, false)) => {
                if let Some(piece) = list.pieces.get_mut(at) {
                    piece.text = text;
                }
            }
            rest => {
                gone.entry(phase).or_default().insert(at);
                // Within the list it keeps what belongs to it.
                let was = (phase == "install").then_some(command.list_index);
                moved.extend(rest.map(|(text, _)| Piece { was, text, ..Piece::default() }));
            }
        }
    }
    for (phase, gone) in &gone {
        if let Some(list) = draft.list(phase, CMDS) {
            list.remove_all(gone);
        }
    }
    if moved.is_empty() {
        return found;
    }
    if let Some(list) = draft.list("install", CMDS) {
        list.rules.insert("pip-outside-venv");
        list.pieces.extend(moved);
    } else {
        let cmds: Vec<&str> =
            std::iter::once("...").chain(moved.iter().map(|piece| piece.text.as_str())).collect();
        draft.insert("install", "cmds", &cmds, "pip-outside-venv");
    }
    true
}
