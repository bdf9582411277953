//! Changes being made to an app's deploy files, before they are edits.
//!
//! Several steps of a repair change one list; the draft holds its entries as text, so that each
//! step sees what the earlier ones did, and the list is rewritten once.

use crate::document::{Document, KeyPath, Node};
use crate::edit::Edit;
use crate::plan::{Item, Model, Origin, Place};
use std::collections::{BTreeMap, BTreeSet, btree_map};

/// Rule ids that a change answers to.
pub(crate) type Rules = BTreeSet<&'static str>;

/// One entry of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Its place in the file's list; `None` for a new one.
    pub(crate) was: Option<usize>,
    /// Its text.
    pub(crate) text: String,
}

/// A list of a deploy file: an array of strings.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) path: String,
    pub(crate) keys: Vec<String>,
    pub(crate) pieces: Vec<Piece>,
    pub(super) before: Vec<String>,
    pub(crate) rules: Rules,
    pub(crate) title: Option<String>,
}

impl List {
    fn new(path: String, keys: Vec<String>, before: Vec<String>) -> Self {
        let pieces = before.iter().enumerate();
        let pieces = pieces.map(|(at, text)| Piece { was: Some(at), text: text.clone() }).collect();
        Self { path, keys, pieces, before, rules: Rules::new(), title: None }
    }

    pub(super) fn changed(&self) -> bool {
        self.pieces.len() != self.before.len()
            || self
                .pieces
                .iter()
                .enumerate()
                .any(|(at, piece)| piece.was != Some(at) || self.before.get(at) != Some(&piece.text))
    }

    /// Adds an entry before the one at `at`.
    pub(crate) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.pieces.insert(at.min(self.pieces.len()), Piece { was: None, text: text.into() });
    }

    /// Takes an entry out.
    pub(crate) fn remove(&mut self, at: usize) {
        if at < self.pieces.len() {
            self.pieces.remove(at);
        }
    }

    /// Takes the entries at these places out.
    pub(crate) fn remove_all(&mut self, gone: &BTreeSet<usize>) {
        let mut at = 0;
        self.pieces.retain(|_| {
            at += 1;
            !gone.contains(&(at - 1))
        });
    }

    /// Whether an entry is one of the markers that stand for the lower layers.
    pub(crate) fn has_marker(&self) -> bool {
        self.pieces.iter().any(|piece| is_marker(&piece.text))
    }
}

/// Whether a list entry stands for what the lower layers give.
pub(crate) fn is_marker(text: &str) -> bool {
    matches!(text, "..." | "@auto")
}

/// A set of edits with a title, for the engine.
#[derive(Clone, Debug)]
pub(crate) struct Proposed {
    pub(crate) title: String,
    pub(crate) rules: Rules,
    pub(crate) path: String,
    pub(crate) edits: Vec<Edit>,
    /// The keys whose values it changes, adds or takes.
    pub(crate) touches: Vec<KeyPath>,
}

/// A key to add to a table.
#[derive(Clone, Debug)]
pub(super) struct Insert {
    pub(super) path: String,
    pub(super) table: Vec<String>,
    pub(super) key: &'static str,
    pub(super) values: Vec<String>,
    pub(super) rules: Rules,
}

/// A key to take out.
#[derive(Clone, Debug)]
pub(super) struct Removal {
    pub(super) keys: Vec<String>,
    pub(super) rules: Rules,
    pub(super) title: Option<String>,
}

/// The draft.
pub(crate) struct Draft<'m> {
    pub(crate) model: &'m Model,
    config: Option<&'m Document>,
    pub(super) lists: BTreeMap<(String, Vec<String>), List>,
    pub(super) strings: BTreeMap<Place, (String, Rules)>,
    pub(super) inserts: Vec<Insert>,
    pub(super) variables: Vec<(String, &'static str, String, Rules)>,
    pub(super) removes: BTreeMap<String, Vec<Removal>>,
    pub(super) renames: Vec<(String, Vec<String>, &'static str, Rules)>,
}

impl<'m> Draft<'m> {
    pub(crate) fn new(model: &'m Model, config: Option<&'m Document>) -> Self {
        Self {
            model,
            config,
            lists: BTreeMap::new(),
            strings: BTreeMap::new(),
            inserts: Vec::new(),
            variables: Vec::new(),
            removes: BTreeMap::new(),
            renames: Vec::new(),
        }
    }

    /// The file that Nixpacks reads its configuration from.
    pub(crate) fn config(&self) -> Option<&'m Document> {
        self.config
    }

    /// The list under `phases.<phase>` that is called by one of these names, where the file has it.
    pub(crate) fn list(&mut self, phase: &str, names: &[&str]) -> Option<&mut List> {
        let doc = self.config()?;
        let (name, node) = names.iter().find_map(|name| Some((*name, doc.get(&["phases", phase, name])?)))?;
        self.list_at(doc, &["phases", phase, name], node)
    }

    /// The list at a path of keys.
    pub(crate) fn list_at(&mut self, doc: &Document, keys: &[&str], node: &Node) -> Option<&mut List> {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        match self.lists.entry((doc.path.clone(), keys)) {
            btree_map::Entry::Occupied(list) => Some(list.into_mut()),
            btree_map::Entry::Vacant(slot) => {
                let array = node.as_array().filter(|array| !array.of_tables)?;
                let text = |node: &Node| Some(node.as_str()?.decoded.clone());
                let before: Vec<String> = array.elements.iter().map(text).collect::<Option<_>>()?;
                let keys = slot.key().1.clone();
                Some(slot.insert(List::new(doc.path.clone(), keys, before)))
            }
        }
    }

    /// The current text of a string that stands in a file outside a list, and how to change it.
    pub(crate) fn text(&self, item: &Item) -> Option<String> {
        let Origin::Deploy(place) = &item.origin else { return None };
        Some(self.strings.get(place).map_or_else(|| item.value.clone(), |(text, _)| text.clone()))
    }

    /// Changes a string that stands in a file outside a list.
    pub(crate) fn set_text(&mut self, place: &Place, text: String, rule: &'static str) {
        if self
            .model
            .document(&place.path)
            .and_then(|doc| doc.string_at(place.span))
            .and_then(Node::as_str)
            .is_some_and(|old| old.decoded == text)
        {
            return;
        }
        let slot = self.strings.entry(place.clone()).or_insert_with(|| (String::new(), Rules::new()));
        slot.0 = text;
        slot.1.insert(rule);
    }

    /// Adds `key = [values]` to `phases.<phase>` of the configuration.
    pub(crate) fn insert(&mut self, phase: &str, key: &'static str, values: &[&str], rule: &'static str) {
        let Some(doc) = self.config() else { return };
        self.inserts.push(Insert {
            path: doc.path.clone(),
            table: vec!["phases".to_owned(), phase.to_owned()],
            key,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            rules: Rules::from([rule]),
        });
    }

    /// Adds a key to the root of the configuration.
    pub(crate) fn insert_top(&mut self, key: &'static str, values: &[&str], rule: &'static str) {
        let Some(doc) = self.config() else { return };
        self.inserts.push(Insert {
            path: doc.path.clone(),
            table: Vec::new(),
            key,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            rules: Rules::from([rule]),
        });
    }

    /// Sets a variable of the configuration that is not set.
    pub(crate) fn insert_variable(&mut self, name: &'static str, value: &str, rule: &'static str) {
        let Some(doc) = self.config() else { return };
        self.variables.push((doc.path.clone(), name, value.to_owned(), Rules::from([rule])));
    }

    /// Removes a key.
    pub(crate) fn remove_key(&mut self, doc: &Document, keys: &[&str], rule: &'static str) {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        self.removes.entry(doc.path.clone()).or_default().push(Removal {
            keys,
            rules: Rules::from([rule]),
            title: None,
        });
    }

    /// Renames a key.
    pub(crate) fn rename(&mut self, doc: &Document, keys: &[&str], to: &'static str, rule: &'static str) {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        self.renames.push((doc.path.clone(), keys, to, Rules::from([rule])));
    }
}
