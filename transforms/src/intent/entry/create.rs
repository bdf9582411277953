//! Tables that are not there yet.

use super::super::lines::Lines;
use super::super::{Refusal, quote};
use super::insert::{New, Place, below, end, inline_entry, owns_lines};
use crate::document::{Document, Entry, Layout, Table, Value};
use crate::edit::Edit;
use crate::text::{Span, Style};

/// Makes the tables named by `missing` but its last, which is the key, in the way of the siblings.
pub(super) fn table(place: &Place<'_>, missing: &[&str], new: &New<'_>) -> Result<Vec<Edit>, Refusal> {
    let lines = Lines::new(place.doc);
    let text = &place.doc.text;
    let siblings = || place.table.entries.iter().filter(|entry| entry.node.as_table().is_some());
    let headers = siblings().any(|entry| !owns_lines(entry));
    let own = place.table.entries.iter().filter(|entry| owns_lines(entry));
    let last = own.max_by_key(|entry| end(entry));
    let model = siblings().filter(|entry| owns_lines(entry)).max_by_key(|entry| end(entry));
    if let (Some(last), Some(model), false) = (last, model, headers) {
        let first = lines.index.line(model.key.span.start);
        let head = text.get(lines.start(first)..model.key.span.start).unwrap_or_default();
        let statement = if layout(model) == Some(Layout::Braces) {
            // Ex) `install = { cmds = [] }` -> `build = { cmds = [] }`
            let keys: Vec<String> = missing.iter().map(|name| quote::key(name, place.doc.kind)).collect();
            format!("{head}{}", inline_entry(&keys, new, place.style()).inline)
        } else {
            // Ex) `install.cmds = []` -> `build.cmds = []`
            place.statement(head, missing, new)
        };
        let line = lines.index.line(end(last).saturating_sub(1));
        return Ok(vec![below(&lines, text, line, &statement)]);
    }
    if place.table.layout == Layout::Dotted {
        return Err(Refusal::new(place.doc, place.span, "the table is written in an unusual way"));
    }
    Ok(section(place, &lines, missing, new))
}

fn layout(entry: &Entry) -> Option<Layout> {
    entry.node.as_table().map(|table| table.layout)
}

/// Ex) `[phases.install]` before `[start]`
fn section(place: &Place<'_>, lines: &Lines<'_>, missing: &[&str], new: &New<'_>) -> Vec<Edit> {
    let doc = place.doc;
    let eol = Style::of(&doc.text).eol.as_str();
    let Some((key, tables)) = missing.split_last() else { return Vec::new() };
    let path: Vec<&str> = place.path.iter().chain(tables).copied().collect();
    let names: Vec<String> = path.iter().map(|name| quote::key(name, doc.kind)).collect();
    let all = headers(doc);
    let indent = all.last().map_or("", |(_, span)| lines.indent(lines.index.line(span.start)));
    let statement = place.statement(indent, &[key], new);
    let body = format!("{indent}[{}]{eol}{statement}{eol}", names.join("."));
    let line_of = |span: &Span| lines.block_start(lines.index.line(span.start));
    let spaced = all.len() < 2 || all.iter().skip(1).any(|(_, span)| lines.is_blank(line_of(span) - 1));
    let blank = if spaced { eol } else { "" };
    let rank = rank(&path);
    let later = all.iter().find(|(path, _)| {
        let other = self::rank(&path.iter().map(String::as_str).collect::<Vec<_>>());
        rank.zip(other).is_some_and(|(own, other)| other > own)
    });
    if let Some((_, span)) = later {
        return vec![Edit::insertion(lines.start(line_of(span)), format!("{body}{blank}"))];
    }
    vec![at_end(doc, lines, &body, eol, blank)]
}

/// Behind all else. A file without a final newline stays without one.
fn at_end(doc: &Document, lines: &Lines<'_>, body: &str, eol: &str, blank: &str) -> Edit {
    let (text, end) = (&doc.text, doc.text.len());
    let count = lines.count();
    if text.trim_start_matches(crate::text::BOM).is_empty() {
        return Edit::insertion(end, body);
    }
    if !text.ends_with('\n') {
        let body = body.strip_suffix(eol).unwrap_or(body);
        return Edit::insertion(end, format!("{eol}{blank}{body}"));
    }
    let blank = if lines.is_blank(count) { "" } else { blank };
    Edit::insertion(end, format!("{blank}{body}"))
}

/// A first key of the root: before the first header and the comments that it owns.
pub(super) fn first_in_root(
    place: &Place<'_>,
    lines: &Lines<'_>,
    missing: &[&str],
    new: &New<'_>,
) -> Vec<Edit> {
    let doc = place.doc;
    let eol = Style::of(&doc.text).eol.as_str();
    let statement = place.statement("", missing, new);
    match headers(doc).first() {
        Some((_, span)) => {
            let at = lines.start(lines.block_start(lines.index.line(span.start)));
            vec![Edit::insertion(at, format!("{statement}{eol}{eol}"))]
        }
        None => vec![at_end(doc, lines, &format!("{statement}{eol}"), eol, "")],
    }
}

/// The order of sections: phases as they run, then `[start]`, then `[variables]`.
fn rank(path: &[&str]) -> Option<usize> {
    match path {
        ["phases", "setup"] => Some(0),
        ["phases", "install"] => Some(1),
        ["phases", "build"] => Some(2),
        ["phases", _] => Some(3),
        ["start"] => Some(4),
        ["variables"] => Some(5),
        _ => None,
    }
}

/// Every header of the file, in its order.
fn headers(doc: &Document) -> Vec<(Vec<String>, Span)> {
    let mut found = Vec::new();
    collect(&doc.root, &[], &mut found);
    found.sort_by_key(|(_, span)| span.start);
    found
}

fn collect(table: &Table, path: &[String], found: &mut Vec<(Vec<String>, Span)>) {
    for entry in &table.entries {
        let own: Vec<String> = path.iter().cloned().chain([entry.key.name.clone()]).collect();
        match &entry.node.value {
            Value::Table(inner) => {
                if inner.layout == Layout::Header {
                    found.push((own.clone(), entry.node.span));
                }
                collect(inner, &own, found);
            }
            Value::Array(array) if array.of_tables => {
                for element in &array.elements {
                    found.push((own.clone(), element.span));
                }
            }
            _ => {}
        }
    }
}
