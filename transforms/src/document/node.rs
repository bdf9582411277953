use super::Str;
use crate::text::Span;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// The value's own bytes: quotes and brackets included, comments and commas not. For a table
    /// with headers or dotted keys, the first place where it is opened.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Value {
    /// A string.
    Str(Str),
    /// An array, TOML's arrays of tables included.
    Array(Array),
    /// A table (TOML) or an object (JSON).
    Table(Table),
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Float,
    /// `true` or `false`.
    Bool(bool),
    /// TOML's date and time values.
    Datetime,
    /// JSON's `null`.
    Null,
}

/// An array: elements in order.
#[derive(Clone, Debug)]
pub struct Array {
    /// The elements.
    pub elements: Vec<Node>,
    /// Whether it is TOML's `[[…]]`.
    pub of_tables: bool,
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The root of the file.
    Root,
    /// `[a.b]`. The span is that of the header with its brackets.
    Header,
    /// Only named as a parent: `a` of `[a.b]`.
    Implicit,
    /// `a.b = 1`: `a` is a dotted table.
    Dotted,
    /// `{ … }`, and JSON's objects. The span includes the braces.
    Braces,
    /// The mapping of a Procfile.
    Yaml,
}

/// A table: entries in the order in which the file gives them.
#[derive(Clone, Debug)]
pub struct Table {
    /// How it is written.
    pub layout: Layout,
    /// The entries.
    pub entries: Vec<Entry>,
    index: Index,
}

/// Places by name, made at the first look-up in a table that is not small.
#[derive(Clone, Debug, Default)]
struct Index(OnceLock<HashMap<String, usize>>);

/// Up to so many entries a look-up compares names.
const SMALL: usize = 16;

/// A key of a table and its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub node: Node,
}

/// A key.
#[derive(Clone, Debug)]
pub struct Key {
    /// Decoded name.
    pub name: String,
    /// The key's own bytes, quotes included: of a dotted key its own part only.
    pub span: Span,
}

impl Table {
    /// A table of these entries.
    pub(crate) fn new(layout: Layout, entries: Vec<Entry>) -> Self {
        Self { layout, entries, index: Index::default() }
    }

    /// The value of a key, exact case.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The entry of a key, exact case.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        if self.entries.len() <= SMALL {
            return self.entries.iter().find(|entry| entry.key.name == key);
        }
        let index = self.index.0.get_or_init(|| {
            let names = self.entries.iter().enumerate().rev();
            names.map(|(at, entry)| (entry.key.name.clone(), at)).collect()
        });
        self.entries.get(*index.get(key)?)
    }
}

impl Node {
    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&Str> {
        if let Value::Str(s) = &self.value { Some(s) } else { None }
    }

    /// The array, if it is one.
    pub fn as_array(&self) -> Option<&Array> {
        if let Value::Array(a) = &self.value { Some(a) } else { None }
    }

    /// The table, if it is one.
    pub fn as_table(&self) -> Option<&Table> {
        if let Value::Table(t) = &self.value { Some(t) } else { None }
    }

    /// Adds the strings in this value. The parser bounds the nesting.
    pub(super) fn strings<'n>(&'n self, found: &mut Vec<&'n Node>) {
        match &self.value {
            Value::Str(_) => found.push(self),
            Value::Array(array) => array.elements.iter().for_each(|node| node.strings(found)),
            Value::Table(table) => table.entries.iter().for_each(|entry| entry.node.strings(found)),
            _ => {}
        }
    }

    /// What the value is, in TOML's words.
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Str(_) => "string",
            Value::Array(_) => "array",
            Value::Table(_) => "table",
            Value::Integer => "integer",
            Value::Float => "float",
            Value::Bool(_) => "boolean",
            Value::Datetime => "datetime",
            Value::Null => "null",
        }
    }
}
