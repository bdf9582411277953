//! Every Python program by its path in the virtual environment, in every deploy file.

use super::command::Changes;
use super::target::Target;
use crate::context::Context;
use crate::document::schema::CMDS;
use crate::document::schema::{RAILWAY_BUILD_COMMAND, RAILWAY_ENVIRONMENTS, RAILWAY_START_COMMAND};
use crate::document::{Document, FileKind, Node, Table};
use crate::fix::Draft;
use crate::plan::Place;
use crate::requirements::scripts;
use crate::shell::{self, SimpleCommand, Word};
use crate::simulate::base_name;

/// Rewrites start commands, and the later commands of the configuration.
pub(crate) fn apply(cx: &Context<'_>, draft: &mut Draft<'_>, target: &Target) {
    let mut strings: Vec<(Place, String)> = Vec::new();
    for doc in &cx.model.documents {
        for node in starts(doc) {
            if let Some(text) = node.as_str() {
                strings.push((Place { path: doc.path.clone(), span: node.span }, text.decoded.clone()));
            }
        }
    }
    for (place, text) in strings {
        if let Some(new) = explicit(cx, &text, target) {
            draft.set_text(&place, &text, new, "interpreter-bypasses-venv");
        }
    }
    let phases: Vec<String> = cx.model.plan.phases.keys().cloned().collect();
    for phase in phases {
        let Some(list) = draft.list(&phase, CMDS) else { continue };
        for piece in &mut list.pieces {
            if let Some(new) = explicit(cx, &piece.text, target) {
                piece.text = new;
                list.rules.insert("interpreter-bypasses-venv");
            }
        }
    }
}

/// The start commands that a file holds.
fn starts(doc: &Document) -> Vec<&Node> {
    match doc.kind {
        FileKind::NixpacksToml | FileKind::NixpacksJson => doc.get(&["start", "cmd"]).into_iter().collect(),
        FileKind::RailwayToml | FileKind::RailwayJson => {
            let own = doc.get(&[RAILWAY_ENVIRONMENTS]).and_then(Node::as_table);
            let own =
                own.into_iter().flat_map(|table| &table.entries).filter_map(|entry| entry.node.as_table());
            own.chain([&doc.root]).flat_map(railway_commands).collect()
        }
        FileKind::Procfile => doc.root.entries.iter().map(|entry| &entry.node).collect(),
    }
}

/// The start and build commands of Railway's file, or of one environment in it.
fn railway_commands(table: &Table) -> impl Iterator<Item = &Node> {
    let both = [RAILWAY_START_COMMAND, RAILWAY_BUILD_COMMAND].into_iter();
    both.filter_map(|[section, key]| table.get(section)?.as_table()?.get(key))
}

/// The command with its Python programs by path; `None` where none is bare.
fn explicit(cx: &Context<'_>, text: &str, target: &Target) -> Option<String> {
    let script = shell::parse(text).ok()?;
    let mut changes = Changes::default();
    // Up to where the environment is made nothing has a path in it.
    let made = script.simple_commands().enumerate().filter(|(_, at)| makes_venv(at.simple)).last();
    let made = made.map_or(0, |(place, _)| place + 1);
    for at in script.simple_commands().skip(made) {
        let unwrapped = at.simple.unwrapped();
        let Some(name) = unwrapped.words.first().and_then(|word| word.text.as_deref()) else { continue };
        let word = unwrapped.words.first().map(|word| word.span)?;
        if name.contains('/') {
            continue;
        }
        let python = name
            .strip_prefix("python")
            .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'));
        let pip =
            name.strip_prefix("pip").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'));
        let activates = matches!(name, "source" | ".")
            && unwrapped
                .words
                .get(1)
                .and_then(|word| word.text.as_deref())
                .is_some_and(|file| file.ends_with("/bin/activate"));
        // Ex) `which pip`, whose answer is asked for by path too
        let asks = matches!(name, "which" | "type") || (name == "command" && unwrapped.words.len() == 3);
        if asks {
            let asked =
                unwrapped.words.iter().skip(1).filter_map(|word| Some((word.span, word.text.as_deref()?)));
            let own = asked.filter(|(_, name)| matches!(*name, "pip" | "pip3" | "python" | "python3"));
            changes.parts.extend(own.map(|(span, name)| (span, target.bin(name))));
        } else if activates {
            changes.drop.push(at.simple.span);
        } else if python {
            changes.parts.push((word, target.bin("python")));
        } else if pip {
            changes.parts.push((word, target.bin("pip")));
        } else if is_script(cx, name) {
            changes.parts.push((word, target.bin(base_name(name))));
        }
    }
    if changes.is_empty() { None } else { changes.apply(text, &script) }
}

/// `python -m venv …`
fn makes_venv(simple: &SimpleCommand) -> bool {
    let text = |word: &Word| word.text.clone().unwrap_or_default();
    simple
        .words
        .windows(2)
        .any(|pair| matches!(pair, [flag, module] if text(flag) == "-m" && text(module) == "venv"))
}

/// Whether a program is a console script of what the app installs. Where that is not all known, one that
/// comes with a well-known package is taken to be, unless a Nix package brings it.
fn is_script(cx: &Context<'_>, name: &str) -> bool {
    let held = cx.held();
    let known = || scripts::distributions_with_script(name).next().is_some() && !cx.is_packaged(name);
    held.script(name) || (held.has_unknown && known())
}
