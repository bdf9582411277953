//! Tables and keys that a TOML file has twice: one of each is left, with what both say, where that is one thing.

use super::Mend;
use super::scan::without_comment;
use crate::document::{Document, FileKind, KeyPath, Layout, Node, Table, Value};
use crate::edit::{self, Edit};
use crate::intent::array::{self, Slot};
use crate::text::{Eol, Span};

/// A header or a key with its value, and the lines that it is on.
struct Statement {
    span: Span,
    is_header: bool,
}

/// The statements of a file, as far as brackets and quotes tell them apart.
fn statements(text: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let line_end = rest.find('\n').map_or(text.len(), |at| start + at + 1);
        let line = text.get(start..line_end).unwrap_or_default().trim();
        if line.is_empty() || line.starts_with('#') {
            start = line_end;
            continue;
        }
        let is_header = line.starts_with('[');
        let end = if is_header { line_end } else { start + length(rest) };
        found.push(Statement { span: Span::new(start, end), is_header });
        start = end;
    }
    found
}

/// How many bytes the key with its value takes that a text begins with, the end of its line included.
fn length(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let skip = match rest.as_bytes().first() {
            Some(b'\n') if depth == 0 => return at + 1,
            Some(b'#') => rest.find('\n').unwrap_or(rest.len()),
            Some(b'[' | b'{') => {
                depth += 1;
                1
            }
            Some(b']' | b'}') => {
                depth = depth.saturating_sub(1);
                1
            }
            Some(b'"' | b'\'') => quoted(rest),
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        at += skip;
    }
    text.len()
}

/// How many bytes the string takes that a text begins with. One that is not closed ends with its line.
fn quoted(text: &str) -> usize {
    let mark = text.get(..1).unwrap_or_default();
    let long = mark.repeat(3);
    let (mark, is_long) = if text.starts_with(&long) { (long.as_str(), true) } else { (mark, false) };
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(mark.len()) {
        match c {
            _ if escaped => escaped = false,
            '\\' if mark.starts_with('"') => escaped = true,
            '\n' if !is_long => return at,
            _ if text.get(at..).is_some_and(|rest| rest.starts_with(mark)) => return at + mark.len(),
            _ => {}
        }
    }
    text.len()
}

fn parse(path: &str, kind: FileKind, text: &str) -> Option<Document> {
    Document::parse(path, kind, text).ok()
}

/// The first mistake in a statement alone.
pub(super) fn mistake_elsewhere(path: &str, kind: FileKind, text: &str) -> Option<usize> {
    statements(text).iter().find_map(|statement| {
        let part = statement.span.of(text);
        let error = Document::parse(path, kind, part).err()?;
        Some(statement.span.start + error.span.map_or(0, |span| span.start.min(part.len())))
    })
}

/// Makes one of the two that the statement at this byte is the second of.
pub(super) fn merged(path: &str, kind: FileKind, text: &str, at: usize) -> Option<Mend> {
    let all = statements(text);
    let second = all.iter().position(|statement| statement.span.start <= at && at < statement.span.end)?;
    let merge = Merge { path, kind, text, all: &all };
    if all.get(second)?.is_header { merge.tables(second) } else { merge.keys(second) }
}

struct Merge<'t> {
    path: &'t str,
    kind: FileKind,
    text: &'t str,
    all: &'t [Statement],
}

impl Merge<'_> {
    fn parsed(&self, at: usize) -> Option<Document> {
        parse(self.path, self.kind, self.all.get(at)?.span.of(self.text))
    }

    /// The first statement behind this one that begins a table, or the number of all.
    fn table_end(&self, at: usize) -> usize {
        let next = self.all.iter().skip(at + 1).position(|statement| statement.is_header);
        next.map_or(self.all.len(), |next| at + 1 + next)
    }

    /// Two tables of one name: what the second one has is written below what the first one has.
    fn tables(&self, second: usize) -> Option<Mend> {
        let name = header(&self.parsed(second)?.root)?;
        let plain = |at: usize| {
            let raw = self.all.get(at)?.span.of(self.text);
            Some(raw.chars().filter(|c| !c.is_whitespace() && !matches!(c, '"' | '\'')).collect::<String>())
        };
        let wanted = plain(second)?;
        let wanted = wanted.split('#').next()?;
        let first = (0..second).find(|at| {
            self.all.get(*at).is_some_and(|statement| statement.is_header)
                && plain(*at).is_some_and(|raw| raw.starts_with(wanted))
                && self.parsed(*at).and_then(|doc| header(&doc.root)).as_ref() == Some(&name)
        })?;
        let (first_end, second_end) = (self.table_end(first), self.table_end(second));
        let last = self.all.get(first_end.checked_sub(1)?)?.span;
        let header = self.all.get(second)?.span;
        let end = self.all.get(second_end.checked_sub(1)?)?.span.end;
        let mut edits = Vec::new();
        // What of the second table is written already.
        let mut known: Vec<Edit> = Vec::new();
        for at in second + 1..second_end {
            let own = self.parsed(at)?;
            let (key, _) = leaf(&own)?;
            let same = (first + 1..first_end).find_map(|at| {
                let doc = self.parsed(at)?;
                let (other, _) = leaf(&doc)?;
                (other == key).then_some((at, doc))
            });
            let Some((other, doc)) = same else { continue };
            edits.extend(self.united(other, &doc, &own)?);
            let span = self.all.get(at)?.span;
            known.push(Edit::deletion(Span::new(span.start - header.end, span.end - header.end)));
        }
        let rest = edit::apply(self.text.get(header.end..end)?, &known).ok()?;
        let eol = Eol::near(self.text, header.start).as_str();
        let rest = rest.trim_matches(['\n', '\r']);
        if !rest.is_empty() {
            let closed = last.of(self.text).ends_with('\n');
            let moved = if closed { format!("{rest}{eol}") } else { format!("{eol}{rest}") };
            edits.push(Edit::insertion(last.end, moved));
        }
        // With the blank line behind it, so that two of them do not meet.
        let behind = self.text.get(end..)?;
        let blank = [eol, "\n"].into_iter().find(|eol| behind.starts_with(*eol)).map_or(0, str::len);
        edits.push(Edit::deletion(Span::new(header.start, end + blank)));
        Some(Mend::new(edits, format!("make one table of the two `[{}]`", name.join("."))))
    }

    /// A key that a table has twice.
    fn keys(&self, second: usize) -> Option<Mend> {
        let own = self.parsed(second)?;
        let (key, _) = leaf(&own)?;
        let start = (0..second).rev().find(|at| self.all.get(*at).is_some_and(|one| one.is_header));
        let (first, doc) = (start.map_or(0, |at| at + 1)..second).find_map(|at| {
            let doc = self.parsed(at)?;
            let same = leaf(&doc).is_some_and(|(other, _)| other == key);
            same.then_some((at, doc))
        })?;
        let mut edits = self.united(first, &doc, &own)?;
        edits.push(Edit::deletion(self.all.get(second)?.span));
        Some(Mend::new(edits, format!("write `{}` once", key.join("."))))
    }

    /// The edits after which the value of the statement says what the one in `other` says as well: `None` where the two
    /// are not one thing. The comments in one of the lists stay.
    fn united(&self, at: usize, doc: &Document, other: &Document) -> Option<Vec<Edit>> {
        let ((key, node), (_, more)) = (leaf(doc)?, leaf(other)?);
        let start = self.all.get(at)?.span.start;
        let shift = |span: Span| Span::new(span.start + start, span.end + start);
        let keys: Vec<&str> = key.iter().map(String::as_str).collect();
        let (own, new) = match (&node.value, &more.value) {
            (Value::Array(_), Value::Array(_)) => (texts(node)?, texts(more)?),
            (Value::Str(own), Value::Str(more)) if own.decoded == more.decoded => return Some(Vec::new()),
            _ => return None,
        };
        if !has_comments(more.span.of(&other.text)) {
            let new = new.into_iter().filter(|text| !own.contains(text)).map(Slot::New);
            let slots: Vec<Slot> = (0..own.len()).map(Slot::Keep).chain(new).collect();
            let edits = array::rewrite(doc, &keys, &slots).ok()?.into_iter();
            return Some(edits.map(|edit| Edit::replacement(shift(edit.span), edit.content)).collect());
        }
        if has_comments(node.span.of(&doc.text)) {
            return None;
        }
        // The list with the comments takes the place of the other one.
        let all = own.iter().chain(new.iter().filter(|text| !own.contains(text)));
        let mut slots = Vec::new();
        let mut next = 0;
        for text in all {
            slots.push(match new.iter().position(|known| known == text) {
                Some(at) if at < next => return None,
                Some(at) => {
                    next = at + 1;
                    Slot::Keep(at)
                }
                None => Slot::New(text.clone()),
            });
        }
        let text = edit::apply(&other.text, &array::rewrite(other, &keys, &slots).ok()?).ok()?;
        let whole = parse(self.path, self.kind, &text)?;
        let (_, whole) = leaf(&whole)?;
        Some(vec![Edit::replacement(shift(node.span), whole.span.of(&text))])
    }
}

/// Whether a list has a comment inside.
fn has_comments(list: &str) -> bool {
    list.lines().any(|line| without_comment(line).len() != line.len())
}

/// The name of the table that a header alone begins.
fn header(root: &Table) -> Option<KeyPath> {
    let [entry] = root.entries.as_slice() else { return None };
    let mut name = vec![entry.key.name.clone()];
    let table = entry.node.as_table()?;
    if table.layout != Layout::Header {
        name.extend(header(table)?);
    }
    Some(name)
}

/// The only key of a document, and its value.
fn leaf(doc: &Document) -> Option<(KeyPath, &Node)> {
    let mut table = &doc.root;
    let mut keys = KeyPath::new();
    loop {
        let [entry] = table.entries.as_slice() else { return None };
        keys.push(entry.key.name.clone());
        match entry.node.as_table().filter(|inner| inner.layout == Layout::Dotted) {
            Some(inner) => table = inner,
            None => return Some((keys, &entry.node)),
        }
    }
}

fn texts(node: &Node) -> Option<Vec<String>> {
    let elements = &node.as_array().filter(|array| !array.of_tables)?.elements;
    elements.iter().map(|element| Some(element.as_str()?.decoded.clone())).collect()
}
