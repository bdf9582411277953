//! The strings of a file by their paths of keys.

use nixpacks_transforms::document::{Document, Entry, FileKind, Node, Table, Value};
use nixpacks_transforms::edit::Edit;
use nixpacks_transforms::text::Span;

/// A string of a file.
#[derive(Clone, Debug)]
pub(crate) struct Leaf<'d> {
    pub(crate) path: Vec<String>,
    /// Its place in a list.
    pub(crate) index: Option<usize>,
    pub(crate) text: &'d str,
    /// Its bytes in the file, quotes included, and their place.
    pub(crate) raw: &'d str,
    /// See `raw`.
    pub(crate) span: Span,
}

/// Which deploy file a path is.
pub(crate) fn kind(path: &str) -> Option<FileKind> {
    Some(match path.rsplit('/').next().unwrap_or(path) {
        "nixpacks.toml" => FileKind::NixpacksToml,
        "nixpacks.json" => FileKind::NixpacksJson,
        "railway.toml" => FileKind::RailwayToml,
        "railway.json" => FileKind::RailwayJson,
        "Procfile" => FileKind::Procfile,
        _ => return None,
    })
}

/// The strings of a document.
pub(crate) fn leaves(doc: &Document) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    table(doc, &doc.root, &mut Vec::new(), &mut found);
    found
}

fn table<'d>(doc: &'d Document, table_: &'d Table, path: &mut Vec<String>, found: &mut Vec<Leaf<'d>>) {
    for entry in &table_.entries {
        path.push(entry.key.name.clone());
        node(doc, &entry.node, path, None, found);
        path.pop();
    }
}

fn node<'d>(
    doc: &'d Document,
    node_: &'d Node,
    path: &mut Vec<String>,
    index: Option<usize>,
    found: &mut Vec<Leaf<'d>>,
) {
    match &node_.value {
        Value::Str(string) => found.push(Leaf {
            path: path.clone(),
            index,
            text: &string.decoded,
            raw: node_.span.of(&doc.text),
            span: node_.span,
        }),
        Value::Array(array) => {
            for (at, element) in array.elements.iter().enumerate() {
                // One in a table in a list has no path of keys of its own.
                node(doc, element, path, Some(at), found);
            }
        }
        Value::Table(below) => table(doc, below, path, found),
        _ => {}
    }
}

/// Whether a path is the other one with the key that was meant.
pub(crate) fn renamed(path: &[String], other: &[String]) -> bool {
    let split = path.split_last().zip(other.split_last());
    split.is_some_and(|((last, parents), (meant, above))| {
        parents == above && meant == "nixPkgs" && matches!(last.as_str(), "nixpkgs" | "nix_pkgs")
    })
}

/// Whether edits take the key at a path out whole; a later pass may have put it back.
pub(crate) fn taken_out(doc: &Document, path: &[String], edits: &[Edit]) -> bool {
    let Some((last, parents)) = path.split_last() else { return false };
    let keys: Vec<&str> = parents.iter().map(String::as_str).collect();
    let table = if keys.is_empty() { Some(&doc.root) } else { doc.get(&keys).and_then(Node::as_table) };
    table.and_then(|table| table.entry(last)).is_some_and(|entry| covered(entry, edits))
}

fn covered(entry: &Entry, edits: &[Edit]) -> bool {
    match &entry.node.value {
        Value::Table(table) if !table.entries.is_empty() => {
            table.entries.iter().all(|entry| covered(entry, edits))
        }
        _ => {
            let statement = Span::new(entry.key.span.start, entry.node.span.end);
            edits.iter().any(|edit| edit.span.contains(statement))
        }
    }
}

/// The value at a path of keys, also where a repair has renamed the last one.
pub(crate) fn get<'d>(doc: &'d Document, path: &[String]) -> Option<&'d Node> {
    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
    doc.get(&keys).or_else(|| {
        let (last, parents) = keys.split_last()?;
        let renamed: Vec<&str> = parents.iter().copied().chain(["nixPkgs"]).collect();
        doc.get(&renamed).filter(|_| matches!(*last, "nixpkgs" | "nix_pkgs"))
    })
}

/// How often a list has this text.
pub(crate) fn count(node: &Node, text: &str) -> usize {
    let elements = node.as_array().into_iter().flat_map(|array| &array.elements);
    elements.filter(|element| element.as_str().is_some_and(|string| string.decoded == text)).count()
}
