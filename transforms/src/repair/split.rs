//! `cd` in an entry of its own, joined with the entries that it was meant for.

use super::CMDS;
use super::draft::Draft;
use crate::context::Context;
use crate::walk::{CallKind, Command, Reason};

/// The `cd …` of an entry that does nothing else.
fn directory(command: &Command) -> Option<&str> {
    let script = command.script.as_ref().ok()?;
    let [step] = script.steps.as_slice() else { return None };
    let crate::shell::Node::Simple(simple) = &step.node else { return None };
    let lone = simple.words.len() == 2 && simple.text(0) == Some("cd") && simple.redirects.is_empty();
    lone.then(|| simple.span.of(&command.item.value))
}

/// Joins where a later entry of the list does not find its file: `cd backend && pip install …`.
pub(crate) fn join(cx: &Context<'_>, draft: &mut Draft<'_>) {
    if !cx.has("split-command") || !cx.walk.verdict.fails() {
        return;
    }
    let commands = cx.file_commands();
    let misses =
        |command: &Command| command.calls.iter().any(|call| call.reason() == Some(Reason::NoSuchFile));
    for phase in ["setup", "install", "build"] {
        let here: Vec<&Command> =
            commands.iter().copied().filter(|command| command.phase.as_deref() == Some(phase)).collect();
        if !here.iter().any(|command| directory(command).is_some())
            || !here.iter().any(|command| misses(command))
        {
            continue;
        }
        let Some(list) = draft.list(phase, CMDS) else { continue };
        let mut going: Option<String> = None;
        let mut pieces = Vec::new();
        for mut piece in std::mem::take(&mut list.pieces) {
            let command = here.iter().find(|command| piece.was == Some(command.list_index));
            if let Some(cd) = command.and_then(|command| directory(command)) {
                going = Some(cd.to_owned());
                continue;
            }
            // A line that makes an environment names its directory in full.
            let makes = command.is_none_or(|command| {
                !command.calls.is_empty()
                    && command.calls.iter().all(|call| matches!(call.kind, CallKind::MakeVenv { .. }))
            });
            if let Some(cd) = going.as_ref().filter(|_| !makes) {
                piece.text = format!("{cd} && {}", piece.text);
            }
            pieces.push(piece);
        }
        list.pieces = pieces;
        list.rules.insert("split-command");
        list.title.get_or_insert_with(|| "join `cd` with the commands that it was meant for".to_owned());
    }
}
