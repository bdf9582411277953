//! A draft's changes as fixes: titled sets of edits.

use super::draft::{Draft, List, Proposed, Removal};
use crate::document::{Document, KeyPath};
use crate::edit;
use crate::intent::array::{self, Slot};
use crate::intent::{Refusal, entry, string};

type Fixes = Result<Vec<Proposed>, Refusal>;

impl Draft<'_> {
    /// The fixes. A shape that cannot be edited refuses the whole draft; a fix that answers only to
    /// rules which take no part is left out.
    pub(crate) fn finish(mut self, takes_part: impl Fn(&str) -> bool) -> Fixes {
        let mut fixes = self.list_fixes()?;
        fixes.extend(self.string_fixes()?);
        fixes.extend(self.removal_fixes()?);
        fixes.extend(self.insert_fixes()?);
        fixes.extend(self.variable_fixes()?);
        fixes.extend(self.rename_fixes()?);
        fixes.retain(|fix| fix.rules.is_empty() || fix.rules.iter().any(|rule| takes_part(rule)));
        Ok(fixes)
    }

    /// Lists that change; one that becomes empty is a key to remove.
    fn list_fixes(&mut self) -> Fixes {
        let mut fixes = Vec::new();
        let lists = std::mem::take(&mut self.lists).into_values().filter(List::changed);
        let (gone, lists): (Vec<List>, Vec<List>) = lists.partition(|list| list.pieces.is_empty());
        for list in gone {
            let removal = Removal { keys: list.keys, rules: list.rules, title: list.title };
            self.removes.entry(list.path).or_default().push(removal);
        }
        for lists in lists.chunk_by(|one, next| one.path == next.path) {
            let doc = lists.first().and_then(|list| self.model.document(&list.path));
            let Some(doc) = doc else { continue };
            let arrays: Vec<(Vec<&str>, Vec<Slot>)> = lists
                .iter()
                .map(|list| (list.keys.iter().map(String::as_str).collect(), slots(list)))
                .collect();
            for (list, edits) in lists.iter().zip(array::rewrite_many(doc, &arrays)?) {
                let title =
                    list.title.clone().unwrap_or_else(|| format!("rewrite `{}`", list.keys.join(".")));
                let touches = vec![list.keys.clone()];
                fixes.push(Proposed {
                    title,
                    rules: list.rules.clone(),
                    path: list.path.clone(),
                    edits,
                    touches,
                });
            }
        }
        Ok(fixes)
    }

    fn string_fixes(&self) -> Fixes {
        let mut fixes = Vec::new();
        for (place, (text, rules)) in &self.strings {
            let Some(doc) = self.model.document(&place.path) else { continue };
            let Some(node) = doc.string_at(place.span) else { continue };
            fixes.push(Proposed {
                title: "run the program of the virtual environment".to_owned(),
                rules: rules.clone(),
                path: place.path.clone(),
                edits: string::set(doc, node, text)?,
                touches: doc.path_of(place.span.start).into_iter().collect(),
            });
        }
        Ok(fixes)
    }

    fn removal_fixes(&self) -> Fixes {
        let mut fixes = Vec::new();
        for (path, removals) in &self.removes {
            let Some(doc) = self.model.document(path) else { continue };
            let keys: Vec<Vec<&str>> =
                removals.iter().map(|removal| removal.keys.iter().map(String::as_str).collect()).collect();
            let keys: Vec<&[&str]> = keys.iter().map(Vec::as_slice).collect();
            let said = |removal: &Removal| {
                removal.title.clone().unwrap_or_else(|| format!("remove `{}`", removal.keys.join(".")))
            };
            fixes.push(Proposed {
                title: removals.iter().map(said).collect::<Vec<_>>().join("; "),
                rules: removals.iter().flat_map(|removal| removal.rules.iter().copied()).collect(),
                path: path.clone(),
                edits: entry::remove_many(doc, &keys)?,
                touches: removals.iter().map(|removal| removal.keys.clone()).collect(),
            });
        }
        Ok(fixes)
    }

    fn insert_fixes(&self) -> Fixes {
        let mut fixes: Vec<Proposed> = Vec::new();
        for insert in &self.inserts {
            let Some(doc) = self.model.document(&insert.path) else { continue };
            let table: Vec<&str> = insert.table.iter().map(String::as_str).collect();
            let whole: KeyPath = insert.table.iter().cloned().chain([insert.key.to_owned()]).collect();
            let sibling = |fix: &&mut Proposed| {
                fix.path == insert.path
                    && fix
                        .touches
                        .iter()
                        .any(|keys| keys.split_last().is_some_and(|(_, table)| *table == *insert.table))
            };
            if let Some(first) = fixes.iter_mut().find(sibling) {
                // Both come in at one place, or in a table that the first one makes.
                let once =
                    edit::apply(&doc.text, &first.edits).map_err(|error| refused(doc, error.to_string()))?;
                let then = Document::parse(doc.path.clone(), doc.kind, once)
                    .map_err(|error| refused(doc, error.message))?;
                let edits = entry::insert_array(&then, &table, insert.key, &insert.values, None)?;
                let twice =
                    edit::apply(&then.text, &edits).map_err(|error| refused(doc, error.to_string()))?;
                first.edits = vec![edit::difference(&doc.text, &twice)];
                first.title = format!("{} and `{}`", first.title, whole.join("."));
                first.rules.extend(&insert.rules);
                first.touches.push(whole);
                continue;
            }
            fixes.push(Proposed {
                title: format!("add `{}`", whole.join(".")),
                rules: insert.rules.clone(),
                path: insert.path.clone(),
                edits: entry::insert_array(doc, &table, insert.key, &insert.values, None)?,
                touches: vec![whole],
            });
        }
        Ok(fixes)
    }

    fn variable_fixes(&self) -> Fixes {
        let mut fixes = Vec::new();
        for (path, name, value, rules) in &self.variables {
            let Some(doc) = self.model.document(path) else { continue };
            fixes.push(Proposed {
                title: format!("set `{name}`"),
                rules: rules.clone(),
                path: path.clone(),
                edits: entry::insert_string(doc, &["variables"], name, value, None)?,
                touches: vec![vec!["variables".to_owned(), (*name).to_owned()]],
            });
        }
        Ok(fixes)
    }

    fn rename_fixes(&self) -> Fixes {
        let mut fixes = Vec::new();
        for (path, keys, to, rules) in &self.renames {
            let Some(doc) = self.model.document(path) else { continue };
            let names: Vec<&str> = keys.iter().map(String::as_str).collect();
            let mut renamed = keys.clone();
            if let Some(last) = renamed.last_mut() {
                (*to).clone_into(last);
            }
            fixes.push(Proposed {
                title: format!("rename `{}` to `{to}`", keys.join(".")),
                rules: rules.clone(),
                path: path.clone(),
                edits: entry::rename_key(doc, &names, to)?,
                touches: vec![keys.clone(), renamed],
            });
        }
        Ok(fixes)
    }
}

fn refused(doc: &Document, message: String) -> Refusal {
    Refusal { path: doc.path.clone(), span: None, message }
}

fn slots(list: &List) -> Vec<Slot> {
    // An entry that moved is taken out and written anew: kept ones stay in the file's order.
    let mut furthest = None;
    list.pieces
        .iter()
        .map(|piece| match piece.was {
            Some(at) if furthest.is_none_or(|furthest| at > furthest) => {
                furthest = Some(at);
                if list.before.get(at) == Some(&piece.text) {
                    Slot::Keep(at)
                } else {
                    Slot::Change(at, piece.text.clone())
                }
            }
            _ => Slot::New(piece.text.clone()),
        })
        .collect()
}
