//! Settings that are in a table where Nixpacks does not read them, and the one where it does. What `unread-key` finds.

use super::wrong_type::joined;
use crate::context::Context;
use crate::document::schema::{self, CMDS, PHASE};
use crate::document::{Document, Entry, Layout, Node, Table};
use crate::edit::Edit;
use crate::fix::Draft;

/// Moves the setting at this path to where it is read, if that is clear and nothing is there yet.
pub(super) fn move_home(cx: &Context<'_>, keys: &[&str], draft: &mut Draft<'_>, rule: &'static str) -> bool {
    let Some(doc) = cx.config() else { return false };
    // Then `no-start-command` writes it.
    let is_start = matches!(keys, ["deploy" | "startCommand"] | ["phases", "start"]);
    if is_start && cx.model.lacks_start() {
        return false;
    }
    match keys {
        ["start" | "variables", "providers"] | ["phases", _, "providers"] => {
            providers(doc, keys, draft, rule)
        }
        [name @ ("setup" | "install" | "build")] => phase(doc, name, draft, rule),
        ["phase"] => phases(doc, draft, rule),
        ["deploy"] => start(doc, &["deploy", "startCommand"], &["deploy", "startCommand"], draft, rule),
        ["startCommand"] => start(doc, keys, keys, draft, rule),
        ["phases", "start"] => {
            let Some(table) = doc.get(keys).and_then(Node::as_table) else { return false };
            let is_cmd =
                |entry: &&Entry| entry.key.name == "cmd" || CMDS.names.contains(&entry.key.name.as_str());
            let mut commands = table.entries.iter().filter(is_cmd);
            let (Some(command), None) = (commands.next(), commands.next()) else { return false };
            let is_other = |entry: &Entry| !is_cmd(&entry) && entry.key.name != "dependsOn";
            if table.entries.iter().any(is_other) {
                return false;
            }
            start(doc, &["phases", "start", &command.key.name], keys, draft, rule)
        }
        _ => false,
    }
}

fn texts(node: &Node) -> Option<Vec<&str>> {
    let elements = &node.as_array().filter(|array| !array.of_tables)?.elements;
    elements.iter().map(|element| Some(element.as_str()?.decoded.as_str())).collect()
}

fn providers(doc: &Document, keys: &[&str], draft: &mut Draft<'_>, rule: &'static str) -> bool {
    let names = doc.get(keys).and_then(texts).filter(|names| !names.is_empty());
    let (Some(names), None) = (names, doc.get(&["providers"])) else { return false };
    if draft.adds_to_top("providers") {
        return false;
    }
    draft.remove_key(doc, keys, rule);
    draft.insert_top("providers", &names, rule);
    true
}

/// Makes the value at `from` the start command, and removes what is at `gone`.
fn start(doc: &Document, from: &[&str], gone: &[&str], draft: &mut Draft<'_>, rule: &'static str) -> bool {
    let Some(node) = doc.get(from).filter(|_| doc.get(&["start", "cmd"]).is_none()) else { return false };
    // Of several that were to start the app only the one that runs at all, in the build, moves.
    let others: [&[&str]; 3] = [&["phases", "start"], &["deploy", "startCommand"], &["startCommand"]];
    if gone != ["phases", "start"]
        && others.into_iter().any(|other| other != gone && doc.get(other).is_some())
    {
        return false;
    }
    let command = match node.as_str() {
        Some(text) => text.decoded.clone(),
        None => match texts(node).as_deref() {
            Some([one]) => (*one).to_owned(),
            Some(parts @ [_, _, ..]) => match joined(parts) {
                Some((text, _)) => text,
                None => return false,
            },
            _ => return false,
        },
    };
    if command.trim().is_empty() || doc.get(&["start"]).is_some_and(|node| node.as_table().is_none()) {
        return false;
    }
    draft.remove_key(doc, gone, rule);
    let title = format!("write the command of `{}` as `cmd` of `[start]`", from.join("."));
    draft.insert_string("start", "cmd", &command, title, rule);
    true
}

/// Whether a header names the table, and nothing but the keys of a phase is in it.
fn is_phase(table: &Table) -> bool {
    let is_own = |entry: &Entry| {
        let below = entry.node.as_table().is_some_and(|table| table.layout != Layout::Braces);
        !below && schema::find(PHASE, &entry.key.name).is_some()
    };
    table.layout == Layout::Header && !table.entries.is_empty() && table.entries.iter().all(is_own)
}

/// Ex) `[install]` -> `[phases.install]`
fn phase(doc: &Document, name: &str, draft: &mut Draft<'_>, rule: &'static str) -> bool {
    let Some(entry) = doc.root.entry(name).filter(|_| !doc.kind.is_json()) else { return false };
    if !entry.node.as_table().is_some_and(is_phase) || !has_room(doc, name) {
        return false;
    }
    let edits = vec![Edit::insertion(entry.key.span.start, "phases.")];
    let keys = [name, "phases"].map(str::to_owned);
    let [old, phases] = keys;
    let touches = vec![vec![old.clone()], vec![phases, old]];
    draft.change_keys(&doc.path, touches, edits, format!("name the table `[phases.{name}]`"), rule);
    true
}

/// Ex) `[phase.install]` -> `[phases.install]`
fn phases(doc: &Document, draft: &mut Draft<'_>, rule: &'static str) -> bool {
    let table = doc.get(&["phase"]).and_then(Node::as_table).filter(|table| table.layout == Layout::Implicit);
    let Some(table) = table else { return false };
    let mut edits = Vec::new();
    let mut touches = vec![vec!["phase".to_owned()]];
    for entry in &table.entries {
        let header = entry.node.span;
        let raw = header.of(&doc.text);
        let at = raw.find("phase").map(|at| header.start + at + "phase".len());
        let (Some(at), true) = (at, entry.node.as_table().is_some_and(is_phase)) else { return false };
        if !has_room(doc, &entry.key.name) {
            return false;
        }
        edits.push(Edit::insertion(at, "s"));
        touches.push(vec!["phases".to_owned(), entry.key.name.clone()]);
    }
    draft.change_keys(
        &doc.path,
        touches,
        edits,
        "rename `phase` to `phases`, the table that Nixpacks reads".to_owned(),
        rule,
    );
    true
}

/// Whether a phase of that name can be made by a header of its own.
fn has_room(doc: &Document, name: &str) -> bool {
    doc.get(&["phases"]).is_none_or(|node| {
        node.as_table().is_some_and(|phases| {
            matches!(phases.layout, Layout::Header | Layout::Implicit) && phases.get(name).is_none()
        })
    })
}
