//! `cd` in an entry of its own, joined with the entries that it was meant for.

use super::CMDS;
use super::draft::Draft;
use crate::context::Context;
use crate::walk::{CallKind, Command, Reason, join as join_paths};

/// Where every entry starts.
const APP: &str = "/app";

/// The directory of an entry that does nothing but `cd`, and the entry's own words.
fn directory(command: &Command) -> Option<(&str, &str)> {
    let script = command.script.as_ref().ok()?;
    let [step] = script.steps.as_slice() else { return None };
    let crate::shell::Node::Simple(simple) = &step.node else { return None };
    let lone = simple.words.len() == 2 && simple.text(0) == Some("cd") && simple.redirects.is_empty();
    lone.then_some((simple.text(1)?, simple.span.of(&command.item.value)))
}

/// Where a shell that goes on from `from` is after a further `cd`: the words for one that starts in the
/// app's directory. `None` there itself.
///
/// Ex) `cd web`, then `cd ../api`: `cd api`
fn onward(from: Option<&Going>, to: &str, words: &str) -> Option<Going> {
    let dir = join_paths(from.map_or(APP, |going| going.dir.as_str()), to);
    if dir == APP {
        return None;
    }
    let words = match (from, dir.strip_prefix(&format!("{APP}/"))) {
        (None, _) => words.to_owned(),
        (Some(_), Some(inside)) => format!("cd {inside}"),
        (Some(_), None) => format!("cd {dir}"),
    };
    Some(Going { dir, words })
}

/// Where the entries so far would have gone.
struct Going {
    dir: String,
    words: String,
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
        let mut going: Option<Going> = None;
        let mut pieces = Vec::new();
        for mut piece in std::mem::take(&mut list.pieces) {
            let command = here.iter().find(|command| piece.was == Some(command.list_index));
            if let Some((dir, words)) = command.and_then(|command| directory(command)) {
                going = onward(going.as_ref(), dir, words);
                continue;
            }
            // A line that makes an environment names its directory in full.
            let makes = command.is_none_or(|command| {
                !command.calls.is_empty()
                    && command.calls.iter().all(|call| matches!(call.kind, CallKind::MakeVenv { .. }))
            });
            if let Some(going) = going.as_ref().filter(|_| !makes) {
                piece.text = format!("{} && {}", going.words, piece.text);
            }
            pieces.push(piece);
        }
        list.pieces = pieces;
        list.rules.insert("split-command");
        list.title.get_or_insert_with(|| "join `cd` with the commands that it was meant for".to_owned());
    }
}
