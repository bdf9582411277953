//! TOML through `toml_edit`'s parser, which has right byte spans on CRLF, BOM and multi-byte text.

use super::{Array, Entry, Key, Layout, Node, Quote, Str, Table, Value, source, toml_1_0};
use crate::text::Span;
use toml_edit::{Document as Toml, Item, TableLike};

type Failure = (Option<Span>, String);

pub(super) fn parse(text: &str) -> Result<Table, Failure> {
    let toml = Toml::parse(text).map_err(|e| (e.span().map(Span::from), e.message().to_owned()))?;
    let root = Table::new(Layout::Root, entries(toml.as_table(), text));
    toml_1_0::check(&root, text)?;
    Ok(root)
}

fn entries(table: &dyn TableLike, text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .iter()
        .filter_map(|(name, item)| {
            let (key, _) = table.get_key_value(name)?;
            let node = item_node(item, text)?;
            let span = key.span().map_or(Span::at(node.span.start), Span::from);
            Some(Entry { key: Key { name: name.to_owned(), span }, node })
        })
        .collect();
    entries.sort_by_key(|entry| entry.key.span.start);
    entries
}

fn item_node(item: &Item, text: &str) -> Option<Node> {
    Some(match item {
        Item::None => return None,
        Item::Value(value) => value_node(value, text),
        Item::Table(table) => table_node(table, text),
        Item::ArrayOfTables(tables) => {
            let elements: Vec<Node> = tables.iter().map(|table| table_node(table, text)).collect();
            let start = elements.first().map_or(0, |node| node.span.start);
            let end = elements.last().map_or(start, |node| node.span.end);
            Node { span: Span::new(start, end), value: Value::Array(Array { elements, of_tables: true }) }
        }
    })
}

fn table_node(table: &toml_edit::Table, text: &str) -> Node {
    let layout = if table.is_dotted() {
        Layout::Dotted
    } else if table.is_implicit() {
        Layout::Implicit
    } else {
        Layout::Header
    };
    let entries = entries(table, text);
    let first = entries.first().map_or(Span::at(0), |entry| entry.key.span);
    let span = table.span().map_or(first, Span::from);
    Node { span, value: Value::Table(Table::new(layout, entries)) }
}

fn value_node(value: &toml_edit::Value, text: &str) -> Node {
    let span = value.span().map_or(Span::at(0), Span::from);
    let value = match value {
        toml_edit::Value::String(s) => Value::Str(string(s.value(), span, text)),
        toml_edit::Value::Integer(_) => Value::Integer,
        toml_edit::Value::Float(_) => Value::Float,
        toml_edit::Value::Boolean(b) => Value::Bool(*b.value()),
        toml_edit::Value::Datetime(_) => Value::Datetime,
        toml_edit::Value::Array(array) => {
            let elements = array.iter().map(|element| value_node(element, text)).collect();
            Value::Array(Array { elements, of_tables: false })
        }
        toml_edit::Value::InlineTable(table) => {
            let layout = if table.is_dotted() { Layout::Dotted } else { Layout::Braces };
            Value::Table(Table::new(layout, entries(table, text)))
        }
    };
    Node { span, value }
}

fn string(decoded: &str, span: Span, text: &str) -> Str {
    let raw = span.of(text);
    let (quote, width) = if raw.starts_with("\"\"\"") {
        (Quote::MultilineBasic, 3)
    } else if raw.starts_with("'''") {
        (Quote::MultilineLiteral, 3)
    } else if raw.starts_with('\'') {
        (Quote::Literal, 1)
    } else {
        (Quote::Basic, 1)
    };
    let inner =
        Span::new((span.start + width).min(span.end), span.end.saturating_sub(width).max(span.start + width));
    // Nixpacks turns CRLF into LF before it parses; the parser would keep it in the value.
    let lines = if inner.of(text).contains('\r') { source::decode(inner, quote, text) } else { None };
    Str { decoded: lines.unwrap_or_else(|| decoded.to_owned()), quote, inner }
}
