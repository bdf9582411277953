//! A draft's changes as fixes: titled sets of edits.

use super::draft::{Answers, Draft, Insert, NewString, NewText, ProposedFix, Removal, Rename, Rules};
use super::list::{List, Piece, is_splice};
use crate::document::schema::NIX_PKGS;
use crate::document::{Document, KeyPath, Node};
use crate::edit::{self, Edit, EditError};
use crate::intent::array::{self, Slot};
use crate::intent::{Refusal, entry, string};
use crate::plan::Place;
use std::collections::{BTreeSet, HashSet};

/// What a draft comes to.
#[derive(Default)]
pub(crate) struct Proposals {
    /// The changes that can be made.
    pub(crate) fixes: Vec<ProposedFix>,
    /// The changes that meet a shape which is not followed, and what they would have answered.
    pub(crate) refused: Vec<(Refusal, Answers)>,
}

impl Draft<'_> {
    /// The fixes. One that answers only to rules which take no part is left out.
    pub(crate) fn finish(mut self, takes_part: impl Fn(&str) -> bool) -> Proposals {
        let mut out = Proposals::default();
        self.list_fixes(&mut out);
        self.string_fixes(&mut out);
        self.retype_fixes(&mut out);
        let mut keys = Proposals::default();
        self.insert_fixes(&mut keys);
        self.new_string_fixes(&mut keys);
        self.removal_fixes(&mut keys);
        out.fixes.append(&mut keys.fixes);
        out.refused.append(&mut keys.refused);
        self.rename_fixes(&mut out);
        out.fixes.append(&mut self.unread);
        out.fixes.retain(|fix| fix.rules.is_empty() || fix.rules.iter().any(|rule| takes_part(rule)));
        out
    }

    /// Lists that change; one that becomes empty is a key to remove, and so are packages of which only the
    /// marker is left, which says what the key's absence says.
    fn list_fixes(&mut self, out: &mut Proposals) {
        let lists = std::mem::take(&mut self.lists).into_values();
        let lists = lists.map(List::settled).filter(List::changed);
        let (gone, lists): (Vec<List>, Vec<List>) = lists.partition(|list| {
            let packages = list.keys.last().is_some_and(|key| NIX_PKGS.names.contains(&key.as_str()));
            list.pieces.iter().all(|piece| packages && is_splice(&piece.text))
        });
        for list in gone {
            let List { path, keys, rules, title, answers, .. } = list;
            self.removes.entry(path).or_default().push(Removal { keys, rules, answers, title });
        }
        for lists in lists.chunk_by(|one, next| one.path == next.path) {
            let doc = lists.first().and_then(|list| self.model.document(&list.path));
            let Some(doc) = doc else { continue };
            let arrays: Vec<(Vec<&str>, Vec<Slot>)> = lists
                .iter()
                .map(|list| (list.keys.iter().map(String::as_str).collect(), slots(list)))
                .collect();
            for (list, edits) in lists.iter().zip(array::rewrite_many(doc, &arrays)) {
                let title = list.title.clone().unwrap_or_else(|| format!("change `{}`", list.keys.join(".")));
                out.add(edits, &list.answers, |edits| ProposedFix {
                    title,
                    plain_title: list.title.is_none(),
                    rules: list.rules.clone(),
                    answers: list.answers.clone(),
                    path: list.path.clone(),
                    edits,
                    touches: vec![list.keys.clone()],
                });
            }
        }
    }

    fn string_fixes(&self, out: &mut Proposals) {
        let strings: Vec<(&Place, &NewText)> = self.strings.iter().collect();
        for strings in strings.chunk_by(|(one, _), (next, _)| one.path == next.path) {
            let doc = strings.first().and_then(|(place, _)| self.model.document(&place.path));
            let Some(doc) = doc else { continue };
            let found =
                strings.iter().filter_map(|(place, new)| Some((*place, doc.string_at(place.span)?, *new)));
            let found: Vec<(&Place, &Node, &NewText)> = found.collect();
            let texts: Vec<(&Node, &str)> =
                found.iter().map(|(_, node, new)| (*node, new.text.as_str())).collect();
            for ((place, _, new), edits) in found.iter().zip(string::set_many(doc, &texts)) {
                out.add(edits, &new.answers, |edits| ProposedFix {
                    title: new
                        .title
                        .clone()
                        .unwrap_or_else(|| "run the program from the virtual environment".to_owned()),
                    plain_title: new.title.is_none(),
                    rules: new.rules.clone(),
                    answers: new.answers.clone(),
                    path: place.path.clone(),
                    edits,
                    touches: doc.path_of(place.span.start).into_iter().collect(),
                });
            }
        }
    }

    fn retype_fixes(&mut self, out: &mut Proposals) {
        out.fixes.extend(self.retypes.drain(..).map(|retype| ProposedFix {
            title: retype.title,
            plain_title: false,
            rules: retype.rules,
            answers: retype.answers,
            path: retype.path,
            edits: retype.edits,
            touches: retype.touches,
        }));
    }

    /// With what comes into their tables: one that would be empty for a moment stays.
    fn removal_fixes(&self, out: &mut Proposals) {
        for (path, removals) in self.removes.iter().rev() {
            let Some(doc) = self.model.document(path) else { continue };
            let keys: Vec<Vec<&str>> =
                removals.iter().map(|removal| removal.keys.iter().map(String::as_str).collect()).collect();
            let keys: Vec<&[&str]> = keys.iter().map(Vec::as_slice).collect();
            let said = |removal: &Removal| removal.title.clone().unwrap_or_else(|| removed(&removal.keys));
            let mut answers = Answers::default();
            for removal in removals {
                answers.extend(&removal.answers);
            }
            let mut fix = ProposedFix {
                title: enumerated(removals.iter().map(said)),
                plain_title: removals.iter().all(|removal| removal.title.is_none()),
                rules: removals.iter().flat_map(|removal| removal.rules.iter().copied()).collect(),
                answers: answers.clone(),
                path: path.clone(),
                edits: Vec::new(),
                touches: removals.iter().map(|removal| removal.keys.clone()).collect(),
            };
            let alone = match entry::remove_many(doc, &keys) {
                Ok(edits) => edits,
                Err(refusal) => {
                    out.refused.push((refusal, answers));
                    continue;
                }
            };
            let shares = |other: &mut ProposedFix| {
                other.path == *path && (shares_table(other, &fix.touches) || is_lost(doc, &alone, other))
            };
            for added in out.fixes.extract_if(.., shares).collect::<Vec<_>>() {
                match (fix.plain_title, added.plain_title) {
                    (true, false) => fix.title = added.title,
                    (false, true) => {}
                    _ => fix.title = format!("{}; {}", fix.title, added.title),
                }
                fix.plain_title &= added.plain_title;
                fix.rules.extend(added.rules);
                fix.answers.extend(&added.answers);
                fix.edits.extend(added.edits);
                fix.touches.extend(added.touches);
            }
            let edits = if fix.edits.is_empty() {
                Ok(alone)
            } else {
                then(doc, &fix.edits, |doc| entry::remove_many(doc, &keys))
            };
            match edits {
                // What goes is told before what comes.
                Ok(edits) => out.fixes.insert(0, ProposedFix { edits, ..fix }),
                Err(refusal) => out.refused.push((refusal, fix.answers)),
            }
        }
    }

    fn insert_fixes(&self, out: &mut Proposals) {
        for insert in &self.inserts {
            let Some(doc) = self.model.document(&insert.path) else { continue };
            let table: Vec<&str> = insert.table.iter().map(String::as_str).collect();
            let edits = |doc: &Document| entry::insert_array(doc, &table, insert.key, &insert.values, None);
            let keys: KeyPath = insert.table.iter().cloned().chain([insert.key.to_owned()]).collect();
            let title = self.titled(doc, insert.title.clone().unwrap_or_else(|| added(&keys, insert)));
            add(out, doc, (title, &insert.rules, &insert.answers), keys, edits);
        }
    }

    fn new_string_fixes(&self, out: &mut Proposals) {
        for NewString { path, table, key, value, title, rules, answers } in &self.new_strings {
            let Some(doc) = self.model.document(path) else { continue };
            let edits = |doc: &Document| entry::insert_string(doc, &[table], key, value, None);
            let keys = vec![(*table).to_owned(), (*key).to_owned()];
            add(out, doc, (self.titled(doc, title.clone()), rules, answers), keys, edits);
        }
    }

    /// The title of an addition; one to a file that is not there yet makes that file.
    fn titled(&self, doc: &Document, title: String) -> String {
        let is_new = self.model.new_config.as_ref().is_some_and(|new| new.path == doc.path);
        match title.strip_prefix("add ").filter(|_| is_new) {
            Some(what) => format!("create `{}` with {what}", doc.path),
            None => title,
        }
    }

    fn rename_fixes(&self, out: &mut Proposals) {
        for renames in self.renames.chunk_by(|one, next| one.path == next.path) {
            let doc = renames.first().and_then(|rename| self.model.document(&rename.path));
            let Some(doc) = doc else { continue };
            let names: Vec<Vec<&str>> =
                renames.iter().map(|rename| rename.keys.iter().map(String::as_str).collect()).collect();
            let pairs: Vec<(&[&str], &str)> =
                names.iter().zip(renames).map(|(keys, rename)| (keys.as_slice(), rename.to)).collect();
            for (rename, edits) in renames.iter().zip(entry::rename_keys(doc, &pairs)) {
                let Rename { path, keys, to, rules, answers } = rename;
                let mut renamed = keys.clone();
                if let Some(last) = renamed.last_mut() {
                    (*to).clone_into(last);
                }
                out.add(edits, answers, |edits| ProposedFix {
                    title: format!("rename `{}` to `{to}`, the spelling that Nixpacks reads", keys.join(".")),
                    plain_title: false,
                    rules: rules.clone(),
                    answers: answers.clone(),
                    path: path.clone(),
                    edits,
                    touches: vec![keys.clone(), renamed],
                });
            }
        }
    }
}

impl Proposals {
    fn add(
        &mut self,
        edits: Result<Vec<Edit>, Refusal>,
        answers: &Answers,
        fix: impl FnOnce(Vec<Edit>) -> ProposedFix,
    ) {
        match edits {
            Ok(edits) => self.fixes.push(fix(edits)),
            Err(refusal) => self.refused.push((refusal, answers.clone())),
        }
    }
}

/// The most phrases that the title of one fix has.
const MOST_PHRASES: usize = 8;

/// What the removal of a key does.
fn removed(keys: &[String]) -> String {
    let path = keys.join(".");
    if keys.last().is_some_and(|key| NIX_PKGS.names.contains(&key.as_str())) {
        return format!("remove `{path}`: Nixpacks then installs its own packages");
    }
    if keys.first().is_some_and(|key| key == "variables") {
        return format!("remove `{path}`, which has no effect in a virtual environment");
    }
    format!("remove `{path}`")
}

/// What a new key does.
fn added(keys: &[String], insert: &Insert) -> String {
    let path = keys.join(".");
    let values: Vec<String> = insert.values.iter().map(|value| format!("\"{value}\"")).collect();
    let what = format!("add `{path} = [{}]`", values.join(", "));
    match insert.key {
        "paths" => format!("{what}, so that the virtual environment is on PATH"),
        "nixLibs" => format!("{what}: compiled packages such as numpy need these libraries"),
        "providers" if insert.values.len() == 1 => {
            format!("{what}: Nixpacks then runs its Python steps only")
        }
        "providers" => format!("{what}: Nixpacks then also runs its Python steps"),
        "dependsOn" => format!("{what}, so that it runs after the packages are installed"),
        "onlyIncludeFiles" => format!("{what}: all files are then there when the install commands run"),
        "cmds" => format!("add `{path}` with the commands that need pip, behind Nixpacks' own install step"),
        _ => what,
    }
}

/// Each phrase once, and of more than a reader wants only the first.
fn enumerated(phrases: impl Iterator<Item = String>) -> String {
    let mut seen = HashSet::new();
    let mut phrases: Vec<String> = phrases.filter(|phrase| seen.insert(phrase.clone())).collect();
    let more = phrases.len().saturating_sub(MOST_PHRASES);
    if more > 0 {
        phrases.truncate(MOST_PHRASES);
        phrases.push(format!("and {more} more"));
    }
    phrases.join("; ")
}

/// Adds a key. Where another fix adds one to the same table both become one: they come in at one place,
/// or in a table that the other one makes.
fn add(
    out: &mut Proposals,
    doc: &Document,
    (title, rules, answers): (String, &Rules, &Answers),
    keys: KeyPath,
    edits: impl Fn(&Document) -> Result<Vec<Edit>, Refusal>,
) {
    let touches = vec![keys];
    let joint = out.fixes.iter_mut().find(|fix| fix.path == doc.path && shares_table(fix, &touches));
    let Some(fix) = joint else {
        let (path, rules) = (doc.path.clone(), rules.clone());
        let answers_own = answers.clone();
        let fix = |edits| ProposedFix {
            title,
            plain_title: true,
            rules,
            answers: answers_own,
            path,
            edits,
            touches,
        };
        out.add(edits(doc), answers, fix);
        return;
    };
    match then(doc, &fix.edits, edits) {
        Ok(edits) => fix.edits = edits,
        Err(refusal) => {
            out.refused.push((refusal, answers.clone()));
            return;
        }
    }
    fix.answers.extend(answers);
    fix.title = format!("{}; {title}", fix.title);
    fix.rules.extend(rules);
    fix.touches.extend(touches);
}

/// Whether a fix changes a key of a table that has one of these keys.
fn shares_table(fix: &ProposedFix, keys: &[KeyPath]) -> bool {
    let table = |keys: &KeyPath| keys.split_last().map(|(_, table)| table.to_vec());
    fix.touches.iter().any(|own| keys.iter().any(|other| table(own) == table(other)))
}

/// Whether what a fix adds meets these edits, or does not come in beside them: a table above may go.
fn is_lost(doc: &Document, edits: &[Edit], added: &ProposedFix) -> bool {
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
        Some(was) if !piece.joins.is_empty() && stay.contains(&at) => {
            Slot::Joined(piece.joins.clone(), was, piece.text.clone())
        }
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
