//! Whether two versions of a file say the same outside what was to change.

use super::{Document, Layout, Node, Table, Value};
use crate::text::Span;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A path of keys.
pub type KeyPath = Vec<String>;
/// Those of a document, shared by the elements of an array.
pub(super) type KeyPaths = HashMap<usize, Arc<KeyPath>>;

impl Document {
    /// Whether `after` says the same as this document, apart from the values at `paths` and below.
    pub fn same_except(&self, after: &Document, paths: &BTreeSet<KeyPath>) -> bool {
        same_table(&self.root, &after.root, paths, &mut Vec::new())
    }

    /// The path of keys of the value whose own bytes, or whose key's bytes, start at `start`; one in an array has its
    /// array's. A table that only dotted keys or the headers of others name has no bytes of its own.
    pub fn path_of(&self, start: usize) -> Option<KeyPath> {
        self.key_paths().get(&start).map(|keys| keys.as_ref().clone())
    }

    /// The string whose own bytes are `span`.
    pub fn string_at(&self, span: Span) -> Option<&Node> {
        let keys = self.key_paths().get(&span.start)?;
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut node = self.get(&keys)?;
        if let Value::Array(array) = &node.value {
            let at = array.elements.binary_search_by_key(&span.start, |element| element.span.start).ok()?;
            node = array.elements.get(at)?;
        }
        (node.span == span && node.as_str().is_some()).then_some(node)
    }

    /// The paths of keys by the first bytes of what they lead to: many findings ask for theirs.
    fn key_paths(&self) -> &KeyPaths {
        self.key_paths.get_or_init(|| {
            let mut found = HashMap::new();
            add_paths(&self.root, &mut Vec::new(), &mut found);
            found
        })
    }
}

fn same_table(before: &Table, after: &Table, paths: &BTreeSet<KeyPath>, at: &mut KeyPath) -> bool {
    let names = before.entries.iter().chain(&after.entries).map(|entry| entry.key.name.as_str());
    let names: BTreeSet<&str> = names.collect();
    names.into_iter().all(|name| {
        at.push(name.to_owned());
        let same = paths.contains(at)
            || match (before.get(name), after.get(name)) {
                (Some(before), Some(after)) => same_node(before, after, paths, at),
                // A table that only held what went, or only holds what came.
                (Some(only), None) | (None, Some(only)) => all_declared(only, paths, at),
                (None, None) => true,
            };
        at.pop();
        same
    })
}

fn same_node(before: &Node, after: &Node, paths: &BTreeSet<KeyPath>, at: &mut KeyPath) -> bool {
    match (&before.value, &after.value) {
        (Value::Table(before), Value::Table(after)) => same_table(before, after, paths, at),
        (before, after) => same_value(before, after),
    }
}

fn same_value(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Str(before), Value::Str(after)) => before.decoded == after.decoded,
        (Value::Array(before), Value::Array(after)) => {
            let pairs = before.elements.iter().zip(&after.elements);
            before.elements.len() == after.elements.len()
                && pairs
                    .into_iter()
                    .all(|(before, after)| same_node(before, after, &BTreeSet::new(), &mut Vec::new()))
        }
        (Value::Bool(before), Value::Bool(after)) => before == after,
        (before, after) => std::mem::discriminant(before) == std::mem::discriminant(after),
    }
}

fn all_declared(node: &Node, paths: &BTreeSet<KeyPath>, at: &mut KeyPath) -> bool {
    let Value::Table(table) = &node.value else { return false };
    !table.entries.is_empty()
        && table.entries.iter().all(|entry| {
            at.push(entry.key.name.clone());
            let declared = paths.contains(at) || all_declared(&entry.node, paths, at);
            at.pop();
            declared
        })
}

fn add_paths(table: &Table, at: &mut KeyPath, found: &mut KeyPaths) {
    for entry in &table.entries {
        at.push(entry.key.name.clone());
        let keys = Arc::new(at.clone());
        let mut add = |start: usize| {
            found.entry(start).or_insert_with(|| Arc::clone(&keys));
        };
        add(entry.key.span.start);
        match &entry.node.value {
            Value::Array(array) => {
                add(entry.node.span.start);
                array.elements.iter().for_each(|element| add(element.span.start));
            }
            Value::Table(table) => {
                if matches!(table.layout, Layout::Header | Layout::Braces) {
                    add(entry.node.span.start);
                }
                add_paths(table, at, found);
            }
            _ => add(entry.node.span.start),
        }
        at.pop();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{Document, FileKind};
    use crate::text::Span;

    fn doc(text: &str) -> Document {
        Document::parse("nixpacks.toml", FileKind::NixpacksToml, text).unwrap()
    }

    fn path(keys: &str) -> Vec<String> {
        keys.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn sees_a_change_that_was_not_declared() {
        let before = doc("a = 'x'\n[phases.install]\ncmds = ['pip']\n[start]\ncmd = 's'\n");
        let after = doc("a = 'x'\n[start]\ncmd = 's'\n");
        assert!(before.same_except(&after, &[path("phases.install.cmds")].into()));
        assert!(!before.same_except(&after, &[path("phases.install.paths")].into()));
        assert!(
            !before.same_except(&doc("a = 'y'\n[start]\ncmd = 's'\n"), &[path("phases.install.cmds")].into())
        );
        assert!(!before.same_except(&doc("a = 'x'\n"), &[path("phases.install.cmds")].into()));
    }

    #[test]
    fn finds_the_path_of_a_string() {
        let doc = doc("[phases.install]\ncmds = ['pip']\n");
        let start = doc.text.find("'pip'").unwrap();
        assert_eq!(doc.path_of(start), Some(path("phases.install.cmds")));
        assert_eq!(doc.path_of(0), Some(path("phases.install")));
        assert_eq!(doc.path_of(doc.text.find("cmds").unwrap()), Some(path("phases.install.cmds")));
        assert_eq!(doc.path_of(3), None);
        assert!(doc.string_at(Span::new(start, start + 5)).is_some());
        assert!(doc.string_at(Span::new(start, start + 4)).is_none());
    }
}
