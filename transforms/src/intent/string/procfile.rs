//! Several commands of one Procfile at once.
//!
//! A YAML scalar depends on what surrounds it. An entry on lines of its own is tried on those lines
//! alone, and the file is parsed once with all edits made. Where entries share lines, or the whole does
//! not read as the parts did, each edit is tried in the whole file, up to a limit.

use super::{changed, reads_as, replace_where, set as set_one, string};
use crate::document::{Document, Entry, FileKind, Node};
use crate::edit::{Edit, apply};
use crate::intent::indent::{line_end, line_start};
use crate::intent::{MOST_ALONE, Refusal, check};
use crate::text::Span;
use std::cell::Cell;
use std::collections::HashMap;

/// See [`super::set_many`].
pub(super) fn set_many(doc: &Document, strings: &[(&Node, &str)]) -> Vec<Result<Vec<Edit>, Refusal>> {
    let entries: HashMap<usize, &Entry> =
        doc.root.entries.iter().map(|entry| (entry.node.span.start, entry)).collect();
    let parses = Cell::new(0);
    let reads = |node: &Node, edit: &Edit, whole: &str| match entries
        .get(&node.span.start)
        .and_then(|entry| Some((entry, own_lines(doc, entry)?)))
    {
        Some((entry, lines)) => reads_on(doc, entry, lines, edit, whole),
        None => parses.replace(parses.get() + 1) < MOST_ALONE && reads_as(doc, node, edit, whole),
    };
    let set = |(node, new): &(&Node, &str)| match changed(&string(doc, node)?.decoded, new) {
        Some((range, part)) => replace_where(doc, node, range, &part, |edit, whole| reads(node, edit, whole)),
        None => Ok(Vec::new()),
    };
    let each: Vec<Result<Vec<Edit>, Refusal>> = strings.iter().map(set).collect();
    if parses.get() <= MOST_ALONE && read_together(doc, strings, &each) {
        return each;
    }
    if strings.len() > MOST_ALONE {
        let message = format!(
            "it has more than {MOST_ALONE} commands to change, and some share a line with others or \
             are written in a way that this edit does not follow: write each command on a line of its own"
        );
        return vec![Err(Refusal::new(doc, None, message)); strings.len()];
    }
    strings.iter().map(|(node, new)| set_one(doc, node, new)).collect()
}

/// The lines of an entry that has them for itself.
fn own_lines(doc: &Document, entry: &Entry) -> Option<Span> {
    let (key, value) = (entry.key.span, entry.node.span);
    let lines = Span::new(line_start(&doc.text, key.start), line_end(&doc.text, value.end));
    let before = doc.text.get(lines.start..key.start)?;
    let after = doc.text.get(value.end..lines.end)?.trim_start();
    (before.trim().is_empty() && (after.is_empty() || after.starts_with('#'))).then_some(lines)
}

/// Whether the lines of one entry have the value `whole` after an edit.
fn reads_on(doc: &Document, entry: &Entry, lines: Span, edit: &Edit, whole: &str) -> bool {
    let local = Span::new(edit.span.start - lines.start, edit.span.end - lines.start);
    let edited = apply(lines.of(&doc.text), &[Edit::replacement(local, edit.content.clone())]);
    let read = edited.ok().and_then(|text| Document::parse("", FileKind::Procfile, text).ok());
    read.is_some_and(|read| match read.root.entries.as_slice() {
        [only] => {
            only.key.name == entry.key.name && only.node.as_str().is_some_and(|text| text.decoded == whole)
        }
        _ => false,
    })
}

/// Whether the file has all of the new values that there are edits for, and no other change, after all of
/// them.
fn read_together(doc: &Document, strings: &[(&Node, &str)], each: &[Result<Vec<Edit>, Refusal>]) -> bool {
    let made = strings.iter().zip(each).filter(|(_, edits)| edits.is_ok());
    let wanted: HashMap<usize, &str> = made.map(|((node, new), _)| (node.span.start, *new)).collect();
    let edits: Vec<Edit> = each.iter().flatten().flatten().cloned().collect();
    let value = |entry: &Entry| entry.node.as_str().map(|text| text.decoded.clone());
    let as_wanted = |(old, new): (&Entry, &Entry)| {
        let wanted = wanted.get(&old.node.span.start).map(|text| (*text).to_owned());
        old.key.name == new.key.name && value(new) == wanted.or_else(|| value(old))
    };
    check(doc, &edits).is_ok_and(|read| {
        read.root.entries.len() == doc.root.entries.len()
            && doc.root.entries.iter().zip(&read.root.entries).all(as_wanted)
    })
}
