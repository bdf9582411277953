//! Entries that only set variables, which a later entry of the same list uses: `export X=1`, then `build --to $X`.

use crate::context::Context;
use crate::document::schema::CMDS;
use crate::fix::Draft;
use crate::shell::{Assignment, SimpleCommand, Word, is_name};
use crate::simulate::Command;
use std::collections::BTreeMap;

/// The most entries of a list that set variables and are joined: each may become a part of all entries after it.
const MOST: usize = 16;

/// The names that an entry sets, if it does nothing else. A path of programs is another rule's.
pub(super) fn variables(command: &Command) -> Option<Vec<String>> {
    let script = command.script.as_ref().ok()?;
    let mut names = Vec::new();
    for at in script.simple_commands() {
        names.extend(set(at.simple)?);
    }
    let usable = !names.is_empty() && names.iter().all(|name| name != "PATH");
    (usable && !command.item.value.contains('\n')).then_some(names)
}

fn set(simple: &SimpleCommand) -> Option<Vec<String>> {
    if !simple.redirections.is_empty() {
        return None;
    }
    let own = |assignment: &Assignment| assignment.name.clone();
    match simple.text(0) {
        None if simple.words.is_empty() => Some(simple.assignments.iter().map(own).collect()),
        Some("export") => {
            let words = simple.words.get(1..)?;
            let name = |word: &Word| {
                let (name, _) = word.raw.split_once('=')?;
                is_name(name).then(|| name.to_owned())
            };
            words.iter().map(name).collect()
        }
        _ => None,
    }
}

/// Whether a command asks the shell for one of these.
fn uses(text: &str, names: &[String]) -> bool {
    names.iter().any(|name| {
        text.match_indices(name.as_str()).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + name.len()..]);
            let ends = !after.starts_with(|c: char| c == '_' || c.is_ascii_alphanumeric());
            ends && (before.ends_with('$') || before.ends_with("${")) && !before.ends_with("\\$")
        })
    })
}

/// Writes the entries that set variables in front of those that use them. `false` where none does.
pub(super) fn join(cx: &Context<'_>, phase: &str, draft: &mut Draft<'_>, rule: &'static str) -> bool {
    // Each finding of the list comes here, so what takes long is for the first of them alone.
    let Some(list) = draft.list(phase, CMDS) else { return false };
    if list.rules.contains(rule) {
        return true;
    }
    let in_phase = || cx.commands_of(phase);
    if in_phase().filter(|command| variables(command).is_some()).nth(MOST).is_some() {
        return false;
    }
    let here: BTreeMap<usize, &Command> =
        in_phase().rev().map(|command| (command.list_index, command)).collect();
    // A variable of the plan is there without any of this.
    let setter_names = |command: &&Command| {
        let names = variables(command)?;
        names.iter().all(|name| !cx.model.plan.variables.contains_key(name)).then_some(names)
    };
    let setting: BTreeMap<usize, Vec<String>> =
        here.iter().filter_map(|(at, command)| Some((*at, setter_names(command)?))).collect();
    if setting.is_empty() {
        return false;
    }
    // What stands before a piece and sets what it uses, in order; and whether anything uses it.
    let mut used: Vec<usize> = Vec::new();
    let mut prefixes: BTreeMap<usize, String> = BTreeMap::new();
    for (at, piece) in list.pieces.iter().enumerate() {
        let Some(was) = piece.was.filter(|was| !setting.contains_key(was)) else { continue };
        let mut text = piece.text.clone();
        let mut prefix = String::new();
        for (before, names) in setting.range(..was).rev() {
            if let Some(setter) = here.get(before).filter(|_| uses(&text, names)) {
                let words = setter.item.value.trim();
                prefix = format!("{words} && {prefix}");
                text = format!("{words} && {text}");
                used.push(*before);
            }
        }
        if !prefix.is_empty() {
            prefixes.insert(at, prefix);
        }
    }
    if used.is_empty() {
        return false;
    }
    let mut joins: Vec<usize> = Vec::new();
    let mut pieces = Vec::new();
    for (at, mut piece) in std::mem::take(&mut list.pieces).into_iter().enumerate() {
        if let Some(was) = piece.was.filter(|was| used.contains(was)) {
            joins.push(was);
            continue;
        }
        if let Some(prefix) = prefixes.get(&at) {
            piece.text = format!("{prefix}{}", piece.text);
            piece.joins = std::mem::take(&mut joins);
        }
        pieces.push(piece);
    }
    list.pieces = pieces;
    list.rules.insert(rule);
    list.say("write the variables in front of the commands that use them: `export … && …`");
    true
}

#[cfg(test)]
mod tests {
    use super::uses;

    #[test]
    fn only_what_the_shell_replaces_is_a_use() {
        for (text, want) in [
            ("build --to $OUT", true),
            ("build --to \"${OUT:-x}\"", true),
            ("build --to $OUTER", false),
            ("build --to OUT", false),
            ("build --to \\$OUT", false),
        ] {
            assert_eq!(uses(text, &["OUT".to_owned()]), want, "{text}");
        }
    }
}
