//! A document as plain values, and what each intent should make of them.

use nixpacks_transforms::document::{Document, Node, Table, Value};
use nixpacks_transforms::text::Span;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    Text(String),
    List(Vec<Tree>),
    Map(BTreeMap<String, Tree>),
}

pub fn tree(doc: &Document) -> Tree {
    map(&doc.root)
}

fn map(table: &Table) -> Tree {
    Tree::Map(table.entries.iter().map(|e| (e.key.name.clone(), node(&e.node))).collect())
}

fn node(node: &Node) -> Tree {
    match &node.value {
        Value::Str(s) => Tree::Text(s.decoded.clone()),
        Value::Array(array) => Tree::List(array.elements.iter().map(self::node).collect()),
        Value::Table(table) => map(table),
        other => panic!("not drawn: {other:?}"),
    }
}

impl Tree {
    pub fn at(&mut self, path: &[&str]) -> &mut Tree {
        path.iter().fold(self, |tree, key| match tree {
            Tree::Map(map) => map.entry((*key).to_owned()).or_insert_with(|| Tree::Map(BTreeMap::new())),
            other => panic!("no table: {other:?}"),
        })
    }

    /// Removes a path, and the tables that this leaves empty.
    pub fn remove(&mut self, path: &[&str]) {
        let Tree::Map(map) = self else { panic!("no table") };
        let (first, rest) = path.split_first().unwrap();
        if rest.is_empty() {
            map.remove(*first);
            return;
        }
        let Some(below) = map.get_mut(*first) else { return };
        below.remove(rest);
        if *below == Tree::Map(BTreeMap::new()) {
            map.remove(*first);
        }
    }
}

/// Paths of the arrays, of all values, and of the tables.
#[derive(Default)]
pub struct Paths {
    pub arrays: Vec<Vec<String>>,
    pub strings: Vec<Vec<String>>,
    pub values: Vec<Vec<String>>,
    pub tables: Vec<Vec<String>>,
    /// Each string of the file, and its own path; `[n]` for an element.
    pub leaves: Vec<(String, Span)>,
}

pub fn paths(doc: &Document) -> Paths {
    let mut found = Paths::default();
    collect(&doc.root, &[], &mut found);
    found
}

fn collect(table: &Table, above: &[String], found: &mut Paths) {
    for entry in &table.entries {
        let path: Vec<String> = above.iter().cloned().chain([entry.key.name.clone()]).collect();
        let name = path.join(".");
        match &entry.node.value {
            Value::Table(inner) => {
                collect(inner, &path, found);
                found.tables.push(path);
                continue;
            }
            Value::Array(array) => {
                for (i, element) in array.elements.iter().enumerate() {
                    found.leaves.push((format!("{name}[{i}]"), element.span));
                }
                found.arrays.push(path.clone());
            }
            _ => {
                found.leaves.push((name, entry.node.span));
                found.strings.push(path.clone());
            }
        }
        found.values.push(path);
    }
}
