//! Edits inside one string.

mod procfile;

use super::{Refusal, quote};
use crate::document::{Document, FileKind, Node, Quote, Str};
use crate::edit::{Edit, apply, difference};
use crate::text::Span;
use std::ops::Range;

/// Gives the string at `node` the value `new`, by the smallest edit that its quotes allow.
pub fn set(doc: &Document, node: &Node, new: &str) -> Result<Vec<Edit>, Refusal> {
    match changed(&string(doc, node)?.decoded, new) {
        Some((range, part)) => replace(doc, node, range, &part),
        None => Ok(Vec::new()),
    }
}

/// As [`set`] for several strings of one document: the edits of each. A Procfile is parsed a few times
/// for all of them together, and not once for each.
pub fn set_many(doc: &Document, strings: &[(&Node, &str)]) -> Vec<Result<Vec<Edit>, Refusal>> {
    if doc.kind != FileKind::Procfile || strings.len() < 2 {
        return strings.iter().map(|(node, new)| set(doc, node, new)).collect();
    }
    procfile::set_many(doc, strings)
}

/// The part of `old` that changes, and what takes its place; `None` where nothing does.
fn changed(old: &str, new: &str) -> Option<(Range<usize>, String)> {
    if old == new {
        return None;
    }
    let change = difference(old, new);
    Some((change.span.start..change.span.end, change.content))
}

/// Replaces `range` of the decoded string at `node`. The rest of the string keeps its bytes where
/// its quotes can hold the new text; else the whole string is written anew.
pub fn replace(doc: &Document, node: &Node, range: Range<usize>, new: &str) -> Result<Vec<Edit>, Refusal> {
    replace_where(doc, node, range, new, |edit, whole| reads_as(doc, node, edit, whole))
}

/// As [`replace`]; `accept` says whether the file reads as it should after an edit.
fn replace_where(
    doc: &Document,
    node: &Node,
    range: Range<usize>,
    new: &str,
    accept: impl Fn(&Edit, &str) -> bool,
) -> Result<Vec<Edit>, Refusal> {
    let s = string(doc, node)?;
    let (Some(head), Some(_), Some(tail)) =
        (s.decoded.get(..range.start), s.decoded.get(range.clone()), s.decoded.get(range.end..))
    else {
        return Err(Refusal::new(doc, node.span, "the place is not one of whole characters of the string"));
    };
    let whole = format!("{head}{new}{tail}");
    let eol = doc.eol_near(node.span.start).as_str();
    if let Some(span) = s.source(&doc.text, range) {
        let as_is = (s.quote == Quote::MultilineBasic).then(|| new.replace('\\', "\\\\").replace('\n', eol));
        for body in [as_is, quote::body(new, s.quote, eol)].into_iter().flatten() {
            let edit = Edit::replacement(span, body);
            if accept(&edit, &whole) {
                return Ok(vec![edit]);
            }
        }
    }
    let styles: &[Quote] = match s.quote {
        Quote::Plain => &[Quote::Plain, Quote::YamlSingle, Quote::YamlDouble],
        Quote::YamlBlock => &[],
        Quote::Basic => &[Quote::Basic],
        Quote::Literal => &[Quote::Literal, Quote::Basic],
        Quote::MultilineBasic => &[Quote::MultilineBasic],
        Quote::MultilineLiteral => &[Quote::MultilineLiteral, Quote::MultilineBasic],
        Quote::YamlSingle => &[Quote::YamlSingle, Quote::YamlDouble],
        Quote::YamlDouble => &[Quote::YamlDouble],
    };
    for style in styles {
        let edit = Edit::replacement(node.span, quote::literal(&whole, *style, eol));
        if accept(&edit, &whole) {
            return Ok(vec![edit]);
        }
    }
    Err(Refusal::new(doc, node.span, "the string is written in a way that this edit does not follow"))
}

fn string<'n>(doc: &Document, node: &'n Node) -> Result<&'n Str, Refusal> {
    let found = || format!("expected a string, found {}", node.type_name());
    node.as_str().ok_or_else(|| Refusal::new(doc, node.span, found()))
}

/// Whether the string at `node` has the value `whole` after `edit`, says the file's own parser.
fn reads_as(doc: &Document, node: &Node, edit: &Edit, whole: &str) -> bool {
    let (before, after, keys): (&str, &str, usize) = match doc.kind {
        FileKind::NixpacksToml | FileKind::RailwayToml => ("k = ", "\n", 1),
        FileKind::NixpacksJson | FileKind::RailwayJson => ("{\"k\": ", "}", 1),
        // A scalar of YAML means nothing without its surroundings.
        FileKind::Procfile => ("", "", doc.root.entries.len()),
    };
    let span = if doc.kind == FileKind::Procfile { Span::new(0, doc.text.len()) } else { node.span };
    let local = Span::new(edit.span.start - span.start, edit.span.end - span.start);
    let edit = Edit::replacement(local, edit.content.clone());
    let Ok(literal) = apply(span.of(&doc.text), &[edit]) else {
        return false;
    };
    let Ok(read) = Document::parse("", doc.kind, format!("{before}{literal}{after}")) else {
        return false;
    };
    let value = |entry: Option<&crate::document::Entry>| {
        entry.and_then(|entry| entry.node.as_str()).map(|s| s.decoded.clone())
    };
    if doc.kind != FileKind::Procfile {
        return read.root.entries.len() == keys && value(read.root.entries.first()).as_deref() == Some(whole);
    }
    let pairs = doc.root.entries.iter().zip(&read.root.entries);
    let as_wanted = |(old, new): (&crate::document::Entry, &crate::document::Entry)| {
        let wanted = if old.node.span == node.span { Some(whole.to_owned()) } else { value(Some(old)) };
        old.key.name == new.key.name && value(Some(new)) == wanted
    };
    read.root.entries.len() == keys && { pairs }.all(as_wanted)
}

#[cfg(test)]
mod tests;
