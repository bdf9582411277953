//! How a file indents its multi-line arrays and objects.

use crate::document::{Document, Node, Table, Value};
use crate::text::Span;

/// Columns that a line may have.
pub(super) const WIDTH: usize = 100;

/// What the multi-line arrays of a file do.
#[derive(Clone)]
pub(super) struct ListStyle {
    /// One level of indentation.
    pub(super) unit: String,
    /// Whether the last element has a comma.
    pub(super) trailing_comma: bool,
}

impl ListStyle {
    /// Reads it off the first multi-line array, else four spaces (two in JSON), and a comma after
    /// the last element where that is allowed.
    pub(super) fn of(doc: &Document, json: bool) -> Self {
        let mut found = None;
        table(&doc.root, &doc.text, &mut found);
        let (unit, trailing_comma) = found.unwrap_or((None, !json));
        let fallback = if json { "  " } else { "    " };
        let unit = unit.unwrap_or_else(|| fallback.to_owned());
        Self { unit, trailing_comma: trailing_comma && !json }
    }
}

type Found = Option<(Option<String>, bool)>;

fn table(of: &Table, text: &str, found: &mut Found) {
    for entry in &of.entries {
        if found.is_none() {
            node(&entry.node, text, found);
        }
    }
}

fn node(of: &Node, text: &str, found: &mut Found) {
    match &of.value {
        Value::Table(inner) => {
            let last = inner.entries.last().map(|entry| entry.node.span);
            let first = inner.entries.first().map(|entry| entry.key.span);
            if of.span.of(text).starts_with('{') {
                consider(of.span, first, last, text, found);
            }
            table(inner, text, found);
        }
        Value::Array(array) if !array.of_tables => {
            let (first, last) = (array.elements.first(), array.elements.last());
            consider(of.span, first.map(|n| n.span), last.map(|n| n.span), text, found);
        }
        _ => {}
    }
}

fn consider(outer: Span, first: Option<Span>, last: Option<Span>, text: &str, found: &mut Found) {
    let (Some(first), Some(last)) = (first, last) else { return };
    let Some(head) = text.get(outer.start..first.start).filter(|head| head.contains('\n')) else { return };
    if found.is_some() {
        return;
    }
    let own = head.rsplit('\n').next().unwrap_or_default();
    let unit = own.strip_prefix(of_line(text, outer.start)).filter(|unit| !unit.is_empty());
    let unit = unit.filter(|unit| unit.chars().all(|c| c == ' ' || c == '\t')).map(ToOwned::to_owned);
    let tail = text.get(last.end..outer.end).unwrap_or_default();
    *found = Some((unit, tail.trim_start().starts_with(',')));
}

/// The blanks at the start of the line that holds the byte at `at`.
pub(super) fn of_line(text: &str, at: usize) -> &str {
    let start = line_start(text, at);
    let line = text.get(start..).unwrap_or_default();
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Where the line that holds the byte at `at` starts, a byte order mark left out.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let head = text.get(..at).unwrap_or_default();
    match head.rfind('\n') {
        Some(newline) => newline + 1,
        None if text.starts_with(crate::text::BOM) => crate::text::BOM.len_utf8(),
        None => 0,
    }
}

/// Where the line that holds the byte at `at` ends, its line ending left out.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    match rest.find('\n') {
        Some(newline) if rest[..newline].ends_with('\r') => at + newline - 1,
        Some(newline) => at + newline,
        None => text.len(),
    }
}
