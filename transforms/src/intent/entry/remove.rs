use super::super::indent::ListStyle;
use super::super::lines::Lines;
use super::super::list::Piece;
use super::super::{Refusal, check, join};
use super::object;
use crate::document::{Document, Entry, Layout, Table, Value};
use crate::edit::Edit;
use crate::text::Span;
use std::collections::{BTreeSet, HashMap};

/// Removes the key at `keys`, with its comments; and its table where that leaves it empty.
pub fn remove(doc: &Document, keys: &[&str]) -> Result<Vec<Edit>, Refusal> {
    remove_many(doc, &[keys])
}

/// Removes several keys at once, so that a table that loses its last key with them goes too.
pub fn remove_many(doc: &Document, paths: &[&[&str]]) -> Result<Vec<Edit>, Refusal> {
    for keys in paths {
        if doc.get(keys).is_none() {
            return Err(Refusal::new(doc, None, format!("no key `{}`", keys.join("."))));
        }
    }
    let (lines, list_style) = (Lines::new(doc), ListStyle::of(doc, doc.kind.is_json()));
    let mut removal = Removal { doc, lines, list_style, gone: BTreeSet::new(), edits: Vec::new() };
    if doc.kind.is_json() {
        removal.braces(&doc.root, object::root_span(doc), paths, true)?;
    } else {
        removal.table(&doc.root, paths)?;
    }
    let mut edits = removal.lines.remove(&removal.gone);
    edits.append(&mut removal.edits);
    let edits = join(edits);
    check(doc, &edits)?;
    Ok(edits)
}

struct Removal<'d> {
    doc: &'d Document,
    lines: Lines<'d>,
    list_style: ListStyle,
    /// Numbers of the lines that go.
    gone: BTreeSet<usize>,
    /// Edits inside lines that stay.
    edits: Vec<Edit>,
}

impl Removal<'_> {
    /// Removes `paths` from a table that has lines of its own. Returns whether nothing is left.
    fn table(&mut self, table: &Table, paths: &[&[&str]]) -> Result<bool, Refusal> {
        let (mut left, paths) = (0, Below::new(paths));
        for entry in &table.entries {
            let (whole, below) = paths.of(entry);
            if whole {
                self.entry(entry)?;
            } else if below.is_empty() || !self.below(entry, below)? {
                left += 1;
            }
        }
        Ok(left == 0)
    }

    /// Removes `paths` from the table at an entry. Returns whether the entry goes with them.
    fn below(&mut self, entry: &Entry, paths: &[&[&str]]) -> Result<bool, Refusal> {
        let span = entry.node.span;
        let Value::Table(table) = &entry.node.value else {
            return Err(Refusal::new(self.doc, span, "not a table"));
        };
        if table.layout == Layout::Braces {
            let empty = self.braces(table, span, paths, false)?;
            if empty {
                self.statement(entry)?;
            }
            return Ok(empty);
        }
        let had = own_values(table, &|_| true);
        let empty = self.table(table, paths)?;
        if table.layout == Layout::Header {
            // Ex) `[phases]` with a last key of its own gone, `[phases.setup]` kept
            let gone = |entry: &Entry| !self.is_gone(entry);
            if empty || had > 0 && own_values(table, &gone) == 0 {
                self.header(span);
            }
        }
        Ok(empty)
    }

    /// Removes an entry with all that is in it.
    fn entry(&mut self, entry: &Entry) -> Result<(), Refusal> {
        match &entry.node.value {
            Value::Array(array) if array.of_tables => {
                let mut tables = array.elements.iter().filter_map(|node| Some((node, node.as_table()?)));
                tables.try_for_each(|(node, table)| self.whole_table(node.span, table))
            }
            Value::Table(table) if table.layout != Layout::Braces => self.whole_table(entry.node.span, table),
            _ => self.statement(entry),
        }
    }

    /// Removes a table that has lines of its own, with all that is in it.
    fn whole_table(&mut self, span: Span, table: &Table) -> Result<(), Refusal> {
        if table.layout == Layout::Header {
            self.header(span);
        }
        table.entries.iter().try_for_each(|entry| self.entry(entry))
    }

    fn header(&mut self, span: Span) {
        let line = self.lines.index.line(span.start);
        self.gone.extend(self.lines.block_start(line)..=line);
    }

    fn statement(&mut self, entry: &Entry) -> Result<(), Refusal> {
        let first = self.lines.index.line(entry.key.span.start);
        let head = self.doc.text.get(self.lines.start(first)..entry.key.span.start).unwrap_or_default();
        if self.doc.root.layout == Layout::Yaml && !head.trim().is_empty() {
            return Err(Refusal::new(self.doc, entry.key.span, "the entry shares its line with another"));
        }
        let last = self.lines.last(entry.node.span).max(first);
        self.gone.extend(self.lines.block_start(first)..=last);
        Ok(())
    }

    fn is_gone(&self, entry: &Entry) -> bool {
        self.gone.contains(&self.lines.index.line(entry.key.span.start))
    }

    /// Removes `paths` from a table in braces. Returns whether nothing is left; then the caller
    /// removes the whole, unless it is the root.
    fn braces(&mut self, table: &Table, span: Span, paths: &[&[&str]], root: bool) -> Result<bool, Refusal> {
        let held = self.edits.len();
        let mut gone = BTreeSet::new();
        let empty = self.in_braces(table, paths, &mut gone)?;
        if empty && !root {
            self.edits.truncate(held);
            return Ok(true);
        }
        if gone.is_empty() {
            return Ok(false);
        }
        let ends = object::ends(table);
        let kept = ends.iter().enumerate().filter(|(_, end)| !gone.contains(*end));
        let pieces = kept.map(|(index, _)| Piece::Keep(index)).collect();
        let edits = object::list(self.doc, table, span, &self.list_style).rewrite(pieces);
        self.edits.extend(edits.map_err(|(span, message)| Refusal::new(self.doc, span, message))?);
        Ok(empty)
    }

    /// Gathers the ends of the values that go. Returns whether nothing is left.
    fn in_braces(
        &mut self,
        table: &Table,
        paths: &[&[&str]],
        gone: &mut BTreeSet<usize>,
    ) -> Result<bool, Refusal> {
        let (mut left, paths) = (0, Below::new(paths));
        for entry in &table.entries {
            let (whole, below) = paths.of(entry);
            let inner = entry.node.as_table();
            let dotted = inner.filter(|inner| inner.layout == Layout::Dotted);
            let empty = match (whole, dotted, inner) {
                (false, ..) if below.is_empty() => false,
                (true, Some(dotted), _) => {
                    gone.extend(object::ends(dotted));
                    true
                }
                (false, Some(dotted), _) => self.in_braces(dotted, below, gone)?,
                (true, None, _) => {
                    gone.insert(entry.node.span.end);
                    true
                }
                (false, None, Some(inner)) => {
                    let empty = self.braces(inner, entry.node.span, below, false)?;
                    if empty {
                        gone.insert(entry.node.span.end);
                    }
                    empty
                }
                (false, None, None) => return Err(Refusal::new(self.doc, entry.node.span, "not a table")),
            };
            left += usize::from(!empty);
        }
        Ok(left == 0)
    }
}

/// Paths by their first keys, with what is left of each behind it.
struct Below<'p>(HashMap<&'p str, Vec<&'p [&'p str]>>);

impl<'p> Below<'p> {
    fn new(paths: &[&'p [&'p str]]) -> Self {
        let mut tails: HashMap<&str, Vec<&[&str]>> = HashMap::new();
        for (first, rest) in paths.iter().filter_map(|path| path.split_first()) {
            tails.entry(first).or_default().push(rest);
        }
        Self(tails)
    }

    /// Whether a path ends at the entry, and what is left of those that go on below it.
    fn of(&self, entry: &Entry) -> (bool, &[&'p [&'p str]]) {
        let tails = self.0.get(entry.key.name.as_str()).map(Vec::as_slice).unwrap_or_default();
        (tails.iter().any(|tail| tail.is_empty()), tails)
    }
}

/// How many values stand under a table's own header and pass `test`.
fn own_values(table: &Table, test: &dyn Fn(&Entry) -> bool) -> usize {
    let each = table.entries.iter().map(|entry| match &entry.node.value {
        Value::Table(inner) if inner.layout == Layout::Dotted => own_values(inner, test),
        Value::Table(inner) if inner.layout != Layout::Braces => 0,
        Value::Array(array) if array.of_tables => 0,
        _ => usize::from(test(entry)),
    });
    each.sum()
}
