//! A draft's changes as fixes: titled sets of edits.

use super::NIX_PKGS;
use super::draft::{Draft, List, Piece, Proposed, Removal, Rules, is_marker};
use crate::document::{Document, KeyPath};
use crate::edit::{self, Edit, EditError};
use crate::intent::array::{self, Slot};
use crate::intent::{Refusal, entry, string};
use std::collections::BTreeSet;

type Fixes = Result<Vec<Proposed>, Refusal>;

impl Draft<'_> {
    /// The fixes. A shape that cannot be edited refuses the whole draft; a fix that answers only to
    /// rules which take no part is left out.
    pub(crate) fn finish(mut self, takes_part: impl Fn(&str) -> bool) -> Fixes {
        let mut fixes = self.list_fixes()?;
        fixes.extend(self.string_fixes()?);
        let mut keys = Vec::new();
        self.insert_fixes(&mut keys)?;
        self.variable_fixes(&mut keys)?;
        self.removal_fixes(&mut keys)?;
        fixes.extend(keys);
        fixes.extend(self.rename_fixes()?);
        fixes.retain(|fix| fix.rules.is_empty() || fix.rules.iter().any(|rule| takes_part(rule)));
        Ok(fixes)
    }

    /// Lists that change; one that becomes empty is a key to remove, and so are packages of which only the
    /// marker is left, which says what the key's absence says.
    fn list_fixes(&mut self) -> Fixes {
        let mut fixes = Vec::new();
        let lists = std::mem::take(&mut self.lists).into_values().filter(List::changed);
        let (gone, lists): (Vec<List>, Vec<List>) = lists.partition(|list| {
            let packages = list.keys.last().is_some_and(|key| NIX_PKGS.contains(&key.as_str()));
            list.pieces.iter().all(|piece| packages && is_marker(&piece.text))
        });
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

    /// With what comes into their tables: one that would be empty for a moment stays.
    fn removal_fixes(&self, fixes: &mut Vec<Proposed>) -> Result<(), Refusal> {
        for (path, removals) in self.removes.iter().rev() {
            let Some(doc) = self.model.document(path) else { continue };
            let keys: Vec<Vec<&str>> =
                removals.iter().map(|removal| removal.keys.iter().map(String::as_str).collect()).collect();
            let keys: Vec<&[&str]> = keys.iter().map(Vec::as_slice).collect();
            let said = |removal: &Removal| {
                removal.title.clone().unwrap_or_else(|| format!("remove `{}`", removal.keys.join(".")))
            };
            let mut fix = Proposed {
                title: removals.iter().map(said).collect::<Vec<_>>().join("; "),
                rules: removals.iter().flat_map(|removal| removal.rules.iter().copied()).collect(),
                path: path.clone(),
                edits: Vec::new(),
                touches: removals.iter().map(|removal| removal.keys.clone()).collect(),
            };
            let alone = entry::remove_many(doc, &keys)?;
            let shares = |other: &mut Proposed| {
                other.path == *path && (shares_table(other, &fix.touches) || is_lost(doc, &alone, other))
            };
            for added in fixes.extract_if(.., shares).collect::<Vec<_>>() {
                fix.title = format!("{}; {}", fix.title, added.title);
                fix.rules.extend(added.rules);
                fix.edits.extend(added.edits);
                fix.touches.extend(added.touches);
            }
            fix.edits = if fix.edits.is_empty() {
                alone
            } else {
                then(doc, &fix.edits, |doc| entry::remove_many(doc, &keys))?
            };
            // What goes is told before what comes.
            fixes.insert(0, fix);
        }
        Ok(())
    }

    fn insert_fixes(&self, fixes: &mut Vec<Proposed>) -> Result<(), Refusal> {
        for insert in &self.inserts {
            let Some(doc) = self.model.document(&insert.path) else { continue };
            let table: Vec<&str> = insert.table.iter().map(String::as_str).collect();
            let edits = |doc: &Document| entry::insert_array(doc, &table, insert.key, &insert.values, None);
            let keys: KeyPath = insert.table.iter().cloned().chain([insert.key.to_owned()]).collect();
            let title = format!("add `{}`", keys.join("."));
            add(fixes, doc, (title, &insert.rules), keys, edits)?;
        }
        Ok(())
    }

    fn variable_fixes(&self, fixes: &mut Vec<Proposed>) -> Result<(), Refusal> {
        for (path, name, value, rules) in &self.variables {
            let Some(doc) = self.model.document(path) else { continue };
            let edits = |doc: &Document| entry::insert_string(doc, &["variables"], name, value, None);
            let keys = vec!["variables".to_owned(), (*name).to_owned()];
            add(fixes, doc, (format!("set `{name}`"), rules), keys, edits)?;
        }
        Ok(())
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

/// Adds a key. Where another fix adds one to the same table both become one: they come in at one place,
/// or in a table that the other one makes.
fn add(
    fixes: &mut Vec<Proposed>,
    doc: &Document,
    (title, rules): (String, &Rules),
    keys: KeyPath,
    edits: impl Fn(&Document) -> Result<Vec<Edit>, Refusal>,
) -> Result<(), Refusal> {
    let touches = vec![keys];
    let Some(fix) = fixes.iter_mut().find(|fix| fix.path == doc.path && shares_table(fix, &touches)) else {
        let (path, edits) = (doc.path.clone(), edits(doc)?);
        fixes.push(Proposed { title, rules: rules.clone(), path, edits, touches });
        return Ok(());
    };
    fix.edits = then(doc, &fix.edits, edits)?;
    fix.title = format!("{} and {}", fix.title, title.strip_prefix("add ").unwrap_or(&title));
    fix.rules.extend(rules);
    fix.touches.extend(touches);
    Ok(())
}

/// Whether a fix changes a key of a table that has one of these keys.
fn shares_table(fix: &Proposed, keys: &[KeyPath]) -> bool {
    let table = |keys: &KeyPath| keys.split_last().map(|(_, table)| table.to_vec());
    fix.touches.iter().any(|own| keys.iter().any(|other| table(own) == table(other)))
}

/// Whether what a fix adds meets these edits, or does not come in beside them: a table above may go.
fn is_lost(doc: &Document, edits: &[Edit], added: &Proposed) -> bool {
    // Ex) a table that comes in right before the last one, which goes, ends the file as that did
    let near =
        |one: &Edit, other: &Edit| one.span.start <= other.span.end && other.span.start <= one.span.end;
    if added.edits.iter().any(|one| edits.iter().any(|other| near(one, other))) {
        return true;
    }
    let both = edit::apply(&doc.text, &[edits, &added.edits].concat());
    let Ok(text) = both else { return true };
    let after = Document::parse(doc.path.clone(), doc.kind, text).ok();
    let has = |after: &Document, keys: &KeyPath| {
        after.get(&keys.iter().map(String::as_str).collect::<Vec<_>>()).is_some()
    };
    !after.is_some_and(|after| added.touches.iter().all(|keys| has(&after, keys)))
}

/// The edits, and behind them those that `more` makes of the text that they give.
fn then(
    doc: &Document,
    edits: &[Edit],
    more: impl Fn(&Document) -> Result<Vec<Edit>, Refusal>,
) -> Result<Vec<Edit>, Refusal> {
    let failed = |error: EditError| refused(doc, error.to_string());
    let once = edit::apply(&doc.text, edits).map_err(failed)?;
    let once =
        Document::parse(doc.path.clone(), doc.kind, once).map_err(|error| refused(doc, error.message))?;
    edit::compose(&doc.text, edits, &more(&once)?).map_err(failed)
}

fn refused(doc: &Document, message: String) -> Refusal {
    Refusal { path: doc.path.clone(), span: None, message }
}

fn slots(list: &List) -> Vec<Slot> {
    // As many as can be stay in the file's order; one that moves is taken out and written at its new place.
    let stay = longest_rise(list.pieces.iter().map(|piece| piece.was));
    let slot = |(at, piece): (usize, &Piece)| match piece.was {
        Some(was) if !stay.contains(&at) => Slot::Moved(was, piece.text.clone()),
        Some(was) if list.before.get(was) == Some(&piece.text) => Slot::Keep(was),
        Some(was) => Slot::Change(was, piece.text.clone()),
        None => Slot::New(piece.text.clone()),
    };
    list.pieces.iter().enumerate().map(slot).collect()
}

/// The places of the most numbers that rise from one to the next.
fn longest_rise(numbers: impl Iterator<Item = Option<usize>>) -> BTreeSet<usize> {
    // For each length the rise with the least end: its last number, and the place of that.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::new();
    for (place, number) in numbers.enumerate() {
        before.push(None);
        let Some(number) = number else { continue };
        let length = ends.partition_point(|(end, _)| *end < number);
        let last = length.checked_sub(1).and_then(|shorter| ends.get(shorter));
        if let Some(slot) = before.last_mut() {
            *slot = last.map(|(_, place)| *place);
        }
        match ends.get_mut(length) {
            Some(end) => *end = (number, place),
            None => ends.push((number, place)),
        }
    }
    let mut at = ends.last().map(|(_, place)| *place);
    std::iter::from_fn(|| {
        let place = at?;
        at = before.get(place).copied().flatten();
        Some(place)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::longest_rise;

    #[test]
    fn as_many_as_can_be_stay() {
        for (numbers, stay) in [
            (&[Some(3), Some(0), None, Some(1), Some(2)][..], &[1, 3, 4][..]),
            (&[Some(1), Some(0)], &[1]),
            (&[Some(0), Some(4), Some(1), Some(2), Some(3), Some(5)], &[0, 2, 3, 4, 5]),
            (&[None], &[]),
            (&[], &[]),
        ] {
            let found: Vec<usize> = longest_rise(numbers.iter().copied()).into_iter().collect();
            assert_eq!(found, stay, "{numbers:?}");
        }
    }
}
