//! Tables between braces as lists of entries.

use super::super::indent::ListStyle;
use super::super::list::List;
use crate::document::{Document, Layout, Table, Value};
use crate::text::{BOM, Span};

/// The span of JSON's root object: the root table has no node.
pub(super) fn root_span(doc: &Document) -> Span {
    let body = doc.text.trim_start_matches(BOM).trim_start();
    let start = doc.text.len() - body.len();
    Span::new(start, start + body.trim_end().len())
}

/// The list of a table in braces.
pub(super) fn list<'d>(doc: &'d Document, table: &Table, span: Span, list_style: &ListStyle) -> List<'d> {
    let mut items = Vec::new();
    let mut from = span.start + 1;
    for end in ends(table) {
        let gap = doc.text.get(from..end).unwrap_or_default();
        let start = end - gap.trim_start_matches([' ', '\t', '\r', '\n', ',']).len();
        items.push(Span::new(start, end));
        from = end;
    }
    let json = doc.kind.is_json();
    let mut list = List::new(doc, span, items, list_style.clone());
    list.flat_only = !json;
    list.comments = !json;
    list
}

/// Where the values of a table in braces end, in order; dotted keys count as their values.
pub(super) fn ends(table: &Table) -> Vec<usize> {
    let mut ends = Vec::new();
    collect(table, &mut ends);
    ends.sort_unstable();
    ends
}

fn collect(table: &Table, ends: &mut Vec<usize>) {
    for entry in &table.entries {
        match &entry.node.value {
            Value::Table(inner) if inner.layout == Layout::Dotted => collect(inner, ends),
            _ => ends.push(entry.node.span.end),
        }
    }
}
