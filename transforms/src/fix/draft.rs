//! Changes being made to an app's deploy files, before they are edits.
//!
//! Several steps of a repair change one list; the draft holds its entries as text, so that each
//! step sees what the earlier ones did, and the list is rewritten once.

use super::list::List;
use crate::document::schema::Key;
use crate::document::{Document, KeyPath, Node};
use crate::edit::Edit;
use crate::plan::{Item, Model, Origin, Place};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet, btree_map};

/// Rule ids that a change answers to.
pub(crate) type Rules = BTreeSet<&'static str>;

/// What a change answers: indices of findings, or a strategy, which answers the findings of all its rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Answers {
    pub(crate) findings: BTreeSet<usize>,
    pub(crate) strategy: bool,
}

impl Answers {
    pub(super) fn extend(&mut self, other: &Answers) {
        self.findings.extend(&other.findings);
        self.strategy |= other.strategy;
    }
}

/// A set of edits with a title, for the engine.
#[derive(Clone, Debug)]
pub(crate) struct ProposedFix {
    pub(crate) title: String,
    /// The title names a key and no purpose: it is shown where nothing says more.
    pub(crate) plain_title: bool,
    pub(crate) rules: Rules,
    pub(crate) answers: Answers,
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
    pub(super) title: Option<String>,
    pub(super) rules: Rules,
    pub(super) answers: Answers,
}

/// A key to take out.
#[derive(Clone, Debug)]
pub(super) struct Removal {
    pub(super) keys: Vec<String>,
    pub(super) rules: Rules,
    pub(super) answers: Answers,
    pub(super) title: Option<String>,
}

/// A string to add to a table.
#[derive(Clone, Debug)]
pub(super) struct NewString {
    pub(super) path: String,
    pub(super) table: &'static str,
    pub(super) key: &'static str,
    pub(super) value: String,
    pub(super) title: String,
    pub(super) rules: Rules,
    pub(super) answers: Answers,
}

/// A key to rename.
#[derive(Clone, Debug)]
pub(super) struct Rename {
    pub(super) path: String,
    pub(super) keys: Vec<String>,
    pub(super) to: &'static str,
    pub(super) rules: Rules,
    pub(super) answers: Answers,
}

/// A string outside a list that becomes another.
#[derive(Clone, Debug, Default)]
pub(super) struct NewText {
    pub(super) text: String,
    pub(super) title: Option<String>,
    pub(super) rules: Rules,
    pub(super) answers: Answers,
}

/// A value that becomes one of another type.
#[derive(Clone, Debug)]
pub(super) struct Retype {
    pub(super) path: String,
    pub(super) touches: Vec<KeyPath>,
    pub(super) edits: Vec<Edit>,
    pub(super) title: String,
    pub(super) rules: Rules,
    pub(super) answers: Answers,
}

/// The draft.
pub(crate) struct Draft<'m> {
    pub(crate) model: &'m Model,
    config: Option<&'m Document>,
    pub(super) lists: BTreeMap<(String, Vec<String>), List>,
    pub(super) strings: BTreeMap<Place, NewText>,
    pub(super) inserts: Vec<Insert>,
    pub(super) new_strings: Vec<NewString>,
    pub(super) removes: BTreeMap<String, Vec<Removal>>,
    pub(super) renames: Vec<Rename>,
    pub(super) retypes: Vec<Retype>,
    /// Edits of files that cannot be parsed as they are.
    pub(super) unread: Vec<ProposedFix>,
    /// What the changes that are being made answer.
    answering: Answers,
}

impl<'m> Draft<'m> {
    pub(crate) fn new(model: &'m Model, config: Option<&'m Document>) -> Self {
        Self {
            model,
            config,
            lists: BTreeMap::new(),
            strings: BTreeMap::new(),
            inserts: Vec::new(),
            new_strings: Vec::new(),
            removes: BTreeMap::new(),
            renames: Vec::new(),
            retypes: Vec::new(),
            unread: Vec::new(),
            answering: Answers::default(),
        }
    }

    /// The changes that follow answer this finding.
    pub(crate) fn answer_finding(&mut self, index: usize) {
        self.answering = Answers { findings: BTreeSet::from([index]), strategy: false };
    }

    /// The changes that follow are a strategy's.
    pub(crate) fn answer_strategy(&mut self) {
        self.answering = Answers { findings: BTreeSet::new(), strategy: true };
    }

    /// The file that Nixpacks reads its configuration from.
    pub(crate) fn config(&self) -> Option<&'m Document> {
        self.config
    }

    /// The list of this key under `phases.<phase>`, under whichever of its names the file has it.
    pub(crate) fn list(&mut self, phase: &str, key: Key) -> Option<&mut List> {
        let doc = self.config()?;
        let (name, node) =
            key.names.iter().find_map(|name| Some((*name, doc.get(&["phases", phase, name])?)))?;
        self.list_at(doc, &["phases", phase, name], node)
    }

    /// The list at a path of keys.
    pub(crate) fn list_at(&mut self, doc: &Document, keys: &[&str], node: &Node) -> Option<&mut List> {
        let list = self.unsettled_list_at(doc, keys, node)?;
        list.settle();
        Some(list)
    }

    fn unsettled_list_at(&mut self, doc: &Document, keys: &[&str], node: &Node) -> Option<&mut List> {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let list = match self.lists.entry((doc.path.clone(), keys)) {
            btree_map::Entry::Occupied(list) => list.into_mut(),
            btree_map::Entry::Vacant(slot) => {
                let array = node.as_array().filter(|array| !array.of_tables)?;
                let text = |node: &Node| Some(node.as_str()?.decoded.clone());
                let before: Vec<String> = array.elements.iter().map(text).collect::<Option<_>>()?;
                let keys = slot.key().1.clone();
                slot.insert(List::new(doc.path.clone(), keys, before))
            }
        };
        list.answers.extend(&self.answering);
        Some(list)
    }

    /// The list that has the string at `place` as an entry, and where that now is; `None` where it has gone. Of the list
    /// only that entry may be changed.
    pub(crate) fn list_entry(&mut self, place: &Place) -> Option<(&mut List, usize)> {
        let doc = self.model.document(&place.path)?;
        let keys = doc.path_of(place.span.start)?;
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let node = doc.get(&keys)?;
        let elements = &node.as_array()?.elements;
        let index = elements.binary_search_by_key(&place.span.start, |element| element.span.start).ok()?;
        let list = self.unsettled_list_at(doc, &keys, node)?;
        let at = list.position(index)?;
        Some((list, at))
    }

    /// The current text of a string that stands in a file outside a list, and how to change it.
    pub(crate) fn text(&self, item: &Item) -> Option<String> {
        let Origin::Deploy(place) = &item.origin else { return None };
        Some(self.strings.get(place).map_or_else(|| item.value.clone(), |new| new.text.clone()))
    }

    /// Changes a string that stands in a file outside a list, and reads `old` there.
    pub(crate) fn set_text(&mut self, place: &Place, old: &str, text: String, rule: &'static str) {
        if text == old {
            return;
        }
        let new = self.strings.entry(place.clone()).or_default();
        new.text = text;
        new.rules.insert(rule);
        new.answers.extend(&self.answering);
    }

    /// Says what the change of a string that stands in a file outside a list is for.
    pub(crate) fn say_of_text(&mut self, place: &Place, title: String) {
        if let Some(new) = self.strings.get_mut(place) {
            new.title = Some(title);
        }
    }

    /// Adds `key = [values]` to `phases.<phase>` of the configuration, for a purpose of the caller's own.
    pub(crate) fn insert_all(
        &mut self,
        phase: &str,
        key: &'static str,
        values: &[&str],
        title: String,
        rule: &'static str,
    ) {
        let known = self.inserts.len();
        self.insert(phase, key, values, rule);
        if let Some(insert) = self.inserts.get_mut(known) {
            insert.title = Some(title);
        }
    }

    /// Adds `key = [values]` to `phases.<phase>` of the configuration.
    pub(crate) fn insert(&mut self, phase: &str, key: &'static str, values: &[&str], rule: &'static str) {
        let Some(doc) = self.config() else { return };
        self.inserts.push(Insert {
            path: doc.path.clone(),
            table: vec!["phases".to_owned(), phase.to_owned()],
            key,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            title: None,
            rules: Rules::from([rule]),
            answers: self.answering.clone(),
        });
    }

    /// Adds a value to a list that `phases.<phase>` does not have, behind those of `first` where it is a new one.
    pub(crate) fn insert_into(
        &mut self,
        phase: &str,
        key: &'static str,
        first: &[&str],
        value: &str,
        rule: &'static str,
    ) {
        let table = ["phases", phase];
        let same = |insert: &&mut Insert| insert.key == key && insert.table == table;
        if let Some(insert) = self.inserts.iter_mut().find(same) {
            if !insert.values.iter().any(|known| known == value) {
                insert.values.push(value.to_owned());
            }
            insert.answers.extend(&self.answering);
            return;
        }
        self.insert(phase, key, &[first, &[value]].concat(), rule);
    }

    /// Adds a key to the root of the configuration.
    pub(crate) fn insert_top(&mut self, key: &'static str, values: &[&str], rule: &'static str) {
        let Some(doc) = self.config() else { return };
        self.inserts.push(Insert {
            path: doc.path.clone(),
            table: Vec::new(),
            key,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
            title: None,
            rules: Rules::from([rule]),
            answers: self.answering.clone(),
        });
    }

    /// Whether a key comes into the root of the configuration.
    pub(crate) fn adds_to_top(&self, key: &str) -> bool {
        self.inserts.iter().any(|insert| insert.table.is_empty() && insert.key == key)
    }

    /// Sets a variable of the configuration that is not set.
    pub(crate) fn insert_variable(&mut self, name: &'static str, value: &str, rule: &'static str) {
        self.insert_string("variables", name, value, format!("set `{name}` to `{value}`"), rule);
    }

    /// Adds a string to a table of the configuration.
    pub(crate) fn insert_string(
        &mut self,
        table: &'static str,
        key: &'static str,
        value: &str,
        title: String,
        rule: &'static str,
    ) {
        let Some(doc) = self.config() else { return };
        self.new_strings.push(NewString {
            path: doc.path.clone(),
            table,
            key,
            value: value.to_owned(),
            title,
            rules: Rules::from([rule]),
            answers: self.answering.clone(),
        });
    }

    /// The string that comes into a table of the configuration.
    pub(crate) fn new_string(&self, table: &str, key: &str) -> Option<&str> {
        let is_it = |new: &&NewString| new.table == table && new.key == key;
        self.new_strings.iter().find(is_it).map(|new| new.value.as_str())
    }

    /// Adds a string to a table of the configuration, in place of the one that comes there.
    pub(crate) fn set_new_string(
        &mut self,
        table: &'static str,
        key: &'static str,
        value: &str,
        title: String,
        rule: &'static str,
    ) {
        let Some(new) = self.new_strings.iter_mut().find(|new| new.table == table && new.key == key) else {
            self.insert_string(table, key, value, title, rule);
            return;
        };
        value.clone_into(&mut new.value);
        new.rules.insert(rule);
        new.answers.extend(&self.answering);
    }

    /// Edits a file that cannot be parsed as it is.
    pub(crate) fn edit_unread(&mut self, path: &str, edits: Vec<Edit>, title: &str, rule: &'static str) {
        self.unread.push(ProposedFix {
            title: title.to_owned(),
            plain_title: false,
            rules: Rules::from([rule]),
            answers: self.answering.clone(),
            path: path.to_owned(),
            edits,
            touches: Vec::new(),
        });
    }

    /// Removes a key.
    pub(crate) fn remove_key(&mut self, doc: &Document, keys: &[&str], rule: &'static str) {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        self.removes.entry(doc.path.clone()).or_default().push(Removal {
            keys,
            rules: Rules::from([rule]),
            answers: self.answering.clone(),
            title: None,
        });
    }

    /// Removes a key, for a purpose of the caller's own.
    pub(crate) fn remove_key_for(
        &mut self,
        doc: &Document,
        keys: &[&str],
        title: String,
        rule: &'static str,
    ) {
        self.remove_key(doc, keys, rule);
        if let Some(removal) = self.removes.get_mut(&doc.path).and_then(|removals| removals.last_mut()) {
            removal.title = Some(title);
        }
    }

    /// Whether a key goes for this rule already.
    pub(crate) fn removes_for(&self, rule: &'static str) -> bool {
        self.removes.values().flatten().any(|removal| removal.rules.contains(rule))
    }

    /// Renames a key.
    pub(crate) fn rename(&mut self, doc: &Document, keys: &[&str], to: &'static str, rule: &'static str) {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        self.renames.push(Rename {
            path: doc.path.clone(),
            keys,
            to,
            rules: Rules::from([rule]),
            answers: self.answering.clone(),
        });
    }

    /// Makes a list of a string: `"x"` becomes `["x"]`.
    pub(crate) fn wrap_in_list(&mut self, place: &Place, rule: &'static str) {
        let keys = self.model.document(&place.path).and_then(|doc| doc.path_of(place.span.start));
        let Some(keys) = keys else { return };
        let title = format!("put `[` and `]` around the value of `{}`", keys.join("."));
        let Span { start, end } = place.span;
        self.retype(place, keys, vec![Edit::insertion(start, "["), Edit::insertion(end, "]")], title, rule);
    }

    /// Makes the value at a place one of another type; `keys` are its own, or those of its list.
    pub(crate) fn retype(
        &mut self,
        place: &Place,
        keys: KeyPath,
        edits: Vec<Edit>,
        title: String,
        rule: &'static str,
    ) {
        self.change_keys(&place.path, vec![keys], edits, title, rule);
    }

    /// Edits the text of a file, after which only what is at `touches` is another.
    pub(crate) fn change_keys(
        &mut self,
        path: &str,
        touches: Vec<KeyPath>,
        edits: Vec<Edit>,
        title: String,
        rule: &'static str,
    ) {
        self.retypes.push(Retype {
            path: path.to_owned(),
            touches,
            edits,
            title,
            rules: Rules::from([rule]),
            answers: self.answering.clone(),
        });
    }
}
