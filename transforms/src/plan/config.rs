//! `nixpacks.toml` and `nixpacks.json` as serde reads them: exact key case, a few aliases, unknown
//! keys ignored, and a hard error for a value of another type or a key given twice.

use super::types::{Item, Origin, Phase, Place, Plan, PlanError, PlanErrorKind, Start};
use crate::document::schema::{self, Key, ValueType};
use crate::document::{Document, Entry, Layout, Node, Table, Value};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A config file as a layer, as far as it can be read, and what serde would refuse in it, in the order of the text.
pub(super) fn decode(document: &Document) -> (Plan, Vec<PlanError>) {
    let mut check = Check { document, errors: Vec::new() };
    check.split_tables(&document.root);
    check.table(&document.root, schema::NIXPACKS, "");
    (Reader { document }.plan(&document.root), check.errors)
}

/// A config that stands inside another file, such as `build.nixpacksPlan` of `railway.json`.
pub(super) fn decode_table(document: &Document, table: &Table) -> (Plan, Vec<PlanError>) {
    let mut check = Check { document, errors: Vec::new() };
    check.table(table, schema::NIXPACKS, "");
    (Reader { document }.plan(table), check.errors)
}

/// What serde calls a list.
const LIST: &str = "a sequence";

/// What is wrong with a file, in the order of the text.
struct Check<'d> {
    document: &'d Document,
    errors: Vec<PlanError>,
}

impl Check<'_> {
    /// A table with these keys. One that is not among them is no error.
    fn table(&mut self, table: &Table, keys: &[Key], at: &str) {
        let mut seen = BTreeSet::new();
        for Entry { key, node } in &table.entries {
            let Some(known) = schema::find(keys, &key.name) else { continue };
            // Be it under its other name.
            if !seen.insert(known.name()) {
                let at = if at.is_empty() { String::new() } else { format!(" for key `{at}`") };
                self.error(
                    PlanErrorKind::DuplicateKey,
                    format!("duplicate field `{}`{at}", known.name()),
                    key.span,
                );
            }
            self.value(node, known.value, &join(at, &key.name));
        }
    }

    /// A value that may be `null`.
    fn value(&mut self, node: &Node, wanted: ValueType, at: &str) {
        match (wanted, &node.value) {
            (_, Value::Null) => {}
            (ValueType::String, _) => self.string(node, at),
            (ValueType::Strings, Value::Array(array)) => {
                array.elements.iter().for_each(|element| self.string(element, at));
            }
            (ValueType::Strings, _) => self.mismatch(node, LIST, at),
            (ValueType::StringMap, Value::Table(table)) => {
                table.entries.iter().for_each(|entry| self.string(&entry.node, &join(at, &entry.key.name)));
            }
            (ValueType::TableMap(keys, name), Value::Table(table)) => {
                for Entry { key, node } in &table.entries {
                    self.keys(node, keys, name, &join(at, &key.name));
                }
            }
            (ValueType::StringMap | ValueType::TableMap(..), _) => self.mismatch(node, "a map", at),
            (ValueType::Table(keys, name), _) => self.keys(node, keys, name, at),
        }
    }

    fn keys(&mut self, node: &Node, keys: &[Key], name: &str, at: &str) {
        match &node.value {
            Value::Table(table) => self.table(table, keys, at),
            Value::Array(array) => {
                let (length, elements) = (array.elements.len(), keys.len());
                let wanted = format!("expected {name} with {elements} elements");
                // Ex) `[[start]]`: the first table is read as the first key.
                let message = if array.of_tables {
                    format!("invalid type: map, expected a string for key `{at}`")
                } else {
                    format!("invalid length {length}, {wanted} for key `{at}`")
                };
                let kind = if at == "phases.providers" {
                    PlanErrorKind::Providers
                } else {
                    PlanErrorKind::WrongType
                };
                self.error(kind, message, node.span);
            }
            _ => self.mismatch(node, name, at),
        }
    }

    fn string(&mut self, node: &Node, at: &str) {
        if node.as_str().is_none() {
            self.mismatch(node, "a string", at);
        }
    }

    /// Refuses `phases.a.cmds = []` at the root beside `[phases.b]`. It is one table to TOML, and
    /// a key given twice to the planner's library.
    fn split_tables(&mut self, root: &Table) {
        for Entry { key, node } in &root.entries {
            let known = schema::find(schema::NIXPACKS, &key.name);
            let Some(table) = node.as_table().filter(|table| table.layout == Layout::Dotted) else {
                continue;
            };
            let mut below = table.entries.iter().filter_map(|entry| entry.node.as_table());
            let split = below.any(|table| matches!(table.layout, Layout::Header | Layout::Implicit));
            if split && known.is_some() {
                self.error(PlanErrorKind::DuplicateKey, format!("duplicate field `{}`", key.name), key.span);
            }
        }
    }

    fn mismatch(&mut self, node: &Node, expected: &str, at: &str) {
        let text = node.span.of(&self.document.text);
        let found = match &node.value {
            Value::Str(string) => format!("string {:?}", string.decoded),
            Value::Integer => format!("integer `{text}`"),
            Value::Float => format!("floating point `{text}`"),
            Value::Bool(value) => format!("boolean `{value}`"),
            Value::Array(_) => "sequence".to_owned(),
            Value::Table(_) | Value::Datetime => "map".to_owned(),
            Value::Null => "null".to_owned(),
        };
        let lone = matches!(node.value, Value::Str(_)) && expected == LIST;
        let kind = match at {
            _ if lone => PlanErrorKind::StringForList,
            "providers" => PlanErrorKind::Providers,
            _ => PlanErrorKind::WrongType,
        };
        self.error(kind, format!("invalid type: {found}, expected {expected} for key `{at}`"), node.span);
    }

    fn error(&mut self, kind: PlanErrorKind, message: String, span: Span) {
        let place = Place { path: self.document.path.clone(), span };
        self.errors.push(PlanError { kind, message, place: Some(place) });
    }
}

fn join(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") }
}

/// The values of a file, as far as they have the type that they have to.
struct Reader<'d> {
    document: &'d Document,
}

impl Reader<'_> {
    fn plan(&self, root: &Table) -> Plan {
        let assets = self.map(root, &schema::STATIC_ASSETS);
        let phases = value(root, &schema::PHASES).and_then(Node::as_table);
        let phases = phases.into_iter().flat_map(|table| &table.entries);
        let phase = |entry: &Entry| Some((entry.key.name.clone(), self.phase(entry.node.as_table()?)));
        // A list of tables is none of names, and an empty one would switch every provider off.
        let named = value(root, &schema::PROVIDERS)
            .and_then(Node::as_array)
            .is_none_or(|array| array.elements.iter().all(|element| element.as_str().is_some()));
        Plan {
            providers: self.strings(root, &schema::PROVIDERS).filter(|_| named),
            build_image: self.string(root, &schema::BUILD_IMAGE),
            variables: self.map(root, &schema::VARIABLES).unwrap_or_default(),
            static_assets: assets
                .map(|assets| assets.into_iter().map(|(name, item)| (name, item.value)).collect()),
            phases: phases.filter_map(phase).collect(),
            start: value(root, &schema::START).and_then(Node::as_table).map(|table| self.start(table)),
            ..Plan::default()
        }
    }

    fn phase(&self, table: &Table) -> Phase {
        let mut phase = Phase::default();
        for (key, list) in phase.lists_mut() {
            *list = self.strings(table, &key);
        }
        phase.nixpkgs_archive = self.string(table, &schema::NIXPKGS_ARCHIVE);
        phase
    }

    fn start(&self, table: &Table) -> Start {
        Start {
            cmd: self.string(table, &schema::START_CMD),
            run_image: self.string(table, &schema::RUN_IMAGE),
            only_include_files: self.strings(table, &schema::ONLY_INCLUDE_FILES),
            user: self.string(table, &schema::START_USER),
        }
    }

    fn map(&self, table: &Table, key: &Key) -> Option<BTreeMap<String, Item>> {
        let entries = &value(table, key)?.as_table()?.entries;
        Some(entries.iter().filter_map(|e| Some((e.key.name.clone(), self.item(&e.node)?))).collect())
    }

    /// A list. A lone string, which is an error, is taken for a list of one.
    fn strings(&self, table: &Table, key: &Key) -> Option<Vec<Item>> {
        let node = value(table, key)?;
        if node.as_str().is_some() {
            return self.item(node).map(|item| vec![item]);
        }
        let elements = &node.as_array()?.elements;
        Some(elements.iter().filter_map(|element| self.item(element)).collect())
    }

    fn string(&self, table: &Table, key: &Key) -> Option<Item> {
        self.item(value(table, key)?)
    }

    fn item(&self, node: &Node) -> Option<Item> {
        let place = Place { path: self.document.path.clone(), span: node.span };
        Some(Item { value: node.as_str()?.decoded.clone(), origin: Origin::Deploy(place) })
    }
}

/// The value of a key, under whichever of its names.
fn value<'t>(table: &'t Table, key: &Key) -> Option<&'t Node> {
    key.names.iter().find_map(|name| table.get(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::document::FileKind;

    #[test]
    fn finds_every_error_in_the_order_of_the_text() {
        let text = "providers = 'x'\n[phases.setup]\naptPkgs = 'ffmpeg'\nnixPkgs = ['a', 1]\nnixPackages = []\n\
                    other = 1\n[start]\ncmd = 2\n";
        let document = Document::parse("nixpacks.toml", FileKind::NixpacksToml, text).unwrap();
        let mut check = Check { document: &document, errors: Vec::new() };
        check.table(&document.root, schema::NIXPACKS, "");
        let at = |error: &PlanError| error.place.as_ref().map(|place| place.span.of(text).to_owned());
        let places: Vec<_> = check.errors.iter().filter_map(at).collect();
        assert_eq!(places, ["'x'", "'ffmpeg'", "1", "nixPackages", "2"]);
        let plan = Reader { document: &document }.plan(&document.root);
        let packages = plan.phases["setup"].nix_pkgs.as_ref().unwrap();
        assert_eq!(packages.iter().map(|item| item.value.as_str()).collect::<Vec<_>>(), ["a"]);
    }
}
