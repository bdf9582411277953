use super::super::indent::{ListStyle, WIDTH, of_line};
use super::super::lines::Lines;
use super::super::list::{NewItem, Piece};
use super::super::{Refusal, check, join, quote};
use super::{create, object};
use crate::document::{Document, Entry, Layout, Quote, Table, Value};
use crate::edit::Edit;
use crate::text::{Eol, Span};

/// Adds `key = [values]` to the table at `table`: behind the key `after` where it is given, else
/// behind the last key. A table that is not there is made, in the file's own way.
pub fn insert_array(
    doc: &Document,
    table: &[&str],
    key: &str,
    values: &[String],
    after: Option<&str>,
) -> Result<Vec<Edit>, Refusal> {
    insert(doc, table, key, &New::Array(values), after)
}

/// Adds `key = "value"` to the table at `table`, where [`insert_array`] would.
pub fn insert_string(
    doc: &Document,
    table: &[&str],
    key: &str,
    value: &str,
    after: Option<&str>,
) -> Result<Vec<Edit>, Refusal> {
    insert(doc, table, key, &New::Text(value), after)
}

/// A value to write.
pub(super) enum New<'v> {
    Array(&'v [String]),
    Text(&'v str),
}

impl New<'_> {
    /// Ex) `['a', 'b']`
    pub(super) fn inline(&self, style: Quote) -> String {
        let literal = |text: &str| quote::literal(text, style, "\n");
        match self {
            Self::Text(text) => literal(text),
            Self::Array(values) => {
                let each: Vec<String> = values.iter().map(|value| literal(value)).collect();
                format!("[{}]", each.join(", "))
            }
        }
    }

    /// One line for each element, `\n` between, against the column of the key.
    pub(super) fn multiline(&self, style: Quote, list_style: &ListStyle) -> String {
        let Self::Array(values @ [_, ..]) = self else { return self.inline(style) };
        let comma = if list_style.trailing_comma { "," } else { "" };
        let line = |value: &String| format!("{}{}", list_style.unit, quote::literal(value, style, "\n"));
        let each: Vec<String> = values.iter().map(line).collect();
        format!("[\n{}{comma}\n]", each.join(",\n"))
    }
}

fn insert(
    doc: &Document,
    path: &[&str],
    key: &str,
    new: &New<'_>,
    after: Option<&str>,
) -> Result<Vec<Edit>, Refusal> {
    if doc.root.layout == Layout::Yaml {
        return Err(Refusal::new(doc, None, "adding to a Procfile is not supported"));
    }
    let full: Vec<&str> = path.iter().copied().chain([key]).collect();
    if let Some(node) = doc.get(&full) {
        return Err(Refusal::new(doc, node.span, format!("`{}` is there already", full.join("."))));
    }
    // The deepest table on the way that is there.
    let (mut depth, mut at, mut span) = (0, &doc.root, None);
    while let Some(entry) = path.get(depth).and_then(|name| at.entry(name)) {
        let Value::Table(table) = &entry.node.value else {
            let message = format!("`{}` is no table", path[..=depth].join("."));
            return Err(Refusal::new(doc, entry.node.span, message));
        };
        (depth, at, span) = (depth + 1, table, Some(entry.node.span));
    }
    let missing = &full[depth..];
    let place =
        Place { doc, table: at, span, path: &path[..depth], after: after.filter(|_| missing.len() == 1) };
    let edits = if at.layout == Layout::Braces {
        place.in_braces(missing, new)?
    } else if missing.len() == 1 && at.layout != Layout::Implicit {
        place.line(missing, new)?
    } else {
        create::table(&place, missing, new)?
    };
    let edits = join(edits);
    let result = check(doc, &edits)?;
    if result.get(&full).is_none() {
        return Err(Refusal::new(doc, span, format!("`{}` would not be read there", full.join("."))));
    }
    Ok(edits)
}

/// Where an entry is to go.
pub(super) struct Place<'d> {
    pub(super) doc: &'d Document,
    /// The deepest table that is there, and its path.
    pub(super) table: &'d Table,
    pub(super) span: Option<Span>,
    pub(super) path: &'d [&'d str],
    after: Option<&'d str>,
}

impl Place<'_> {
    /// The quote style for new strings.
    pub(super) fn style(&self) -> Quote {
        let near: Vec<_> = self.table.entries.iter().map(|entry| entry.node.clone()).collect();
        if self.doc.kind.is_json() { Quote::Basic } else { quote::style(self.doc, &near) }
    }

    /// Ex) `install = { cmds = [] }`, and JSON
    fn in_braces(&self, missing: &[&str], new: &New<'_>) -> Result<Vec<Edit>, Refusal> {
        let json = self.doc.kind.is_json();
        let span = self.span.unwrap_or_else(|| object::root_span(self.doc));
        let list = object::list(self.doc, self.table, span, &ListStyle::of(self.doc, json));
        let at = match self.after.and_then(|after| self.table.entry(after)) {
            Some(entry) => {
                let end = entry.node.span.end;
                list.items.iter().position(|item| item.end == end).map_or(list.items.len(), |index| index + 1)
            }
            None => list.items.len(),
        };
        let keys: Vec<String> = missing.iter().map(|name| quote::key(name, self.doc.kind)).collect();
        let fresh = if json {
            object_entry(&keys, new, &list.indentation)
        } else {
            inline_entry(&keys, new, self.style())
        };
        let mut pieces: Vec<Piece> = (0..list.items.len()).map(Piece::Keep).collect();
        pieces.insert(at, Piece::New(fresh));
        list.rewrite(pieces).map_err(|(span, message)| Refusal::new(self.doc, span, message))
    }

    /// A line of its own behind a line of the table.
    fn line(&self, missing: &[&str], new: &New<'_>) -> Result<Vec<Edit>, Refusal> {
        let lines = Lines::new(self.doc);
        let text = &self.doc.text;
        let own = |entry: &&Entry| owns_lines(entry);
        let after = self.after.and_then(|after| self.table.entry(after)).filter(own);
        let last = || self.table.entries.iter().filter(own).max_by_key(|entry| end(entry));
        let (line, indent, prefix) = match (after.or_else(last), self.span) {
            (Some(entry), _) => {
                let line = lines.index.line(end(entry).saturating_sub(1));
                let first = lines.index.line(entry.key.span.start);
                let head = text.get(lines.start(first)..entry.key.span.start).unwrap_or_default();
                let head = head.trim_start();
                (line, lines.indent(first), head)
            }
            // Ex) `[start]` with nothing below
            (None, Some(header)) if self.table.layout == Layout::Header => {
                let line = lines.index.line(header.start);
                (line, lines.indent(line), "")
            }
            (None, None) => return Ok(create::first_in_root(self, &lines, missing, new)),
            _ => return Err(Refusal::new(self.doc, self.span, "the table is written in an unusual way")),
        };
        let statement = self.statement(&format!("{indent}{prefix}"), missing, new);
        Ok(vec![below(&lines, text, line, &statement)])
    }

    /// `key = value` over one line where that fits, else over several; `head` is the indentation
    /// with the dotted prefix. Line breaks as the file has them.
    pub(super) fn statement(&self, head: &str, missing: &[&str], new: &New<'_>) -> String {
        let keys: Vec<String> = missing.iter().map(|name| quote::key(name, self.doc.kind)).collect();
        let (style, keys) = (self.style(), keys.join("."));
        let inline = format!("{head}{keys} = {}", new.inline(style));
        if inline.chars().count() <= WIDTH {
            return inline;
        }
        let eol = Eol::near(&self.doc.text, self.doc.text.len()).as_str();
        let indent = of_line(head, 0);
        let multiline = new.multiline(style, &ListStyle::of(self.doc, false));
        format!("{head}{keys} = {}", multiline.replace('\n', &format!("{eol}{indent}")))
    }
}

/// Inserts a statement as a line of its own below `line`.
pub(super) fn below(lines: &Lines<'_>, text: &str, line: usize, statement: &str) -> Edit {
    let eol = Eol::near(text, lines.index.start(line)).as_str();
    let at = lines.index.start(line + 1);
    if at == text.len() && !text.ends_with('\n') {
        return Edit::insertion(at, format!("{eol}{statement}"));
    }
    Edit::insertion(at, format!("{statement}{eol}"))
}

/// Whether an entry is written on lines of its table, not under a header of its own.
pub(super) fn owns_lines(entry: &Entry) -> bool {
    match &entry.node.value {
        Value::Table(inner) => match inner.layout {
            Layout::Braces => true,
            Layout::Dotted => inner.entries.iter().any(owns_lines),
            _ => false,
        },
        Value::Array(array) => !array.of_tables,
        _ => true,
    }
}

/// Where the last value of an entry ends, dotted ones included.
pub(super) fn end(entry: &Entry) -> usize {
    match &entry.node.value {
        Value::Table(inner) if inner.layout == Layout::Dotted => inner
            .entries
            .iter()
            .filter(|entry| owns_lines(entry))
            .map(end)
            .max()
            .unwrap_or(entry.node.span.end),
        _ => entry.node.span.end,
    }
}

/// Ex) `build = { cmds = ['x'] }` for a missing table
pub(super) fn inline_entry(keys: &[String], new: &New<'_>, style: Quote) -> NewItem {
    let mut inline = new.inline(style);
    for (depth, key) in keys.iter().enumerate().rev() {
        inline = format!("{key} = {inline}");
        if depth > 0 {
            inline = format!("{{ {inline} }}");
        }
    }
    NewItem::inline(inline)
}

/// Ex) `"build": {"cmds": ["x"]}`
fn object_entry(keys: &[String], new: &New<'_>, list_style: &ListStyle) -> NewItem {
    let mut inline = new.inline(Quote::Basic);
    let fits = inline.chars().count() + 20 <= WIDTH;
    let mut multiline = if fits { inline.clone() } else { new.multiline(Quote::Basic, list_style) };
    for (depth, key) in keys.iter().enumerate().rev() {
        inline = format!("{key}: {inline}");
        multiline = format!("{key}: {multiline}");
        if depth > 0 {
            inline = format!("{{{inline}}}");
            multiline = format!(
                "{{\n{}{}\n}}",
                list_style.unit,
                multiline.replace('\n', &format!("\n{}", list_style.unit))
            );
        }
    }
    NewItem { multiline: Some(multiline), ..NewItem::inline(inline) }
}
