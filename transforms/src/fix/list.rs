//! The lists of a draft: their entries as text, until they are written once.

use super::draft::{Answers, Rules};
use std::collections::{BTreeSet, HashMap};

/// Bytes of a title from which on nothing is added to it.
const LONGEST_TITLE: usize = 300;

/// What a longer title ends with.
const AND_MORE: &str = "; and more";

/// One entry of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Its place in the file's list; `None` for a new one.
    pub(crate) was: Option<usize>,
    /// Its text.
    pub(crate) text: String,
    /// Places of entries before it that have become a part of it.
    pub(crate) joins: Vec<usize>,
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
    pub(super) answers: Answers,
    /// Entries of the file that are to go, by their places in it. They are taken out together, before the list is
    /// looked at as a whole.
    going: BTreeSet<usize>,
    /// How often each text is in the list, while single entries are looked at.
    counts: Option<HashMap<String, usize>>,
}

impl List {
    pub(super) fn new(path: String, keys: Vec<String>, before: Vec<String>) -> Self {
        let pieces = before.iter().enumerate();
        let pieces = pieces
            .map(|(at, text)| Piece { was: Some(at), text: text.clone(), ..Piece::default() })
            .collect();
        Self {
            path,
            keys,
            pieces,
            before,
            rules: Rules::new(),
            title: None,
            answers: Answers::default(),
            going: BTreeSet::new(),
            counts: None,
        }
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
        self.pieces.insert(at.min(self.pieces.len()), Piece { text: text.into(), ..Piece::default() });
    }

    /// Takes an entry out.
    pub(crate) fn remove(&mut self, at: usize) {
        if at < self.pieces.len() {
            self.pieces.remove(at);
        }
    }

    /// Takes out an entry that [`Draft::list_entry`](super::Draft::list_entry) gave, together with the others of its kind.
    pub(crate) fn drop_entry(&mut self, at: usize) {
        let Some(piece) = self.pieces.get(at) else { return };
        if let Some(count) = self.counts.as_mut().and_then(|counts| counts.get_mut(&piece.text)) {
            *count = count.saturating_sub(1);
        }
        self.going.extend(piece.was);
    }

    /// Gives such an entry another text; where one says that already, it goes instead.
    pub(crate) fn replace_or_drop(&mut self, at: usize, text: &str) {
        let Self { pieces, going, counts, .. } = self;
        let counts = counts.get_or_insert_with(|| {
            let stays = |piece: &&Piece| piece.was.is_none_or(|was| !going.contains(&was));
            let mut counts = HashMap::new();
            for piece in pieces.iter().filter(stays) {
                *counts.entry(piece.text.clone()).or_default() += 1;
            }
            counts
        });
        if counts.get(text).is_some_and(|count| *count > 0) {
            self.drop_entry(at);
        } else if let Some(piece) = pieces.get_mut(at) {
            let old = std::mem::replace(&mut piece.text, text.to_owned());
            counts.insert(text.to_owned(), 1);
            if let Some(count) = counts.get_mut(&old) {
                *count = count.saturating_sub(1);
            }
        }
    }

    pub(super) fn settled(mut self) -> Self {
        self.settle();
        self
    }

    /// Takes the entries out that are to go: from here on the list is looked at as a whole.
    pub(super) fn settle(&mut self) {
        self.counts = None;
        if !self.going.is_empty() {
            let going = std::mem::take(&mut self.going);
            self.pieces.retain(|piece| piece.was.is_none_or(|was| !going.contains(&was)));
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

    /// Says what the changes do to the list, behind what was said of it before.
    pub(crate) fn say(&mut self, title: &str) {
        match &mut self.title {
            Some(said) if said.contains(title) || said.ends_with(AND_MORE) => {}
            Some(said) if said.len() > LONGEST_TITLE => said.push_str(AND_MORE),
            Some(said) => *said = format!("{said}; {title}"),
            None => self.title = Some(title.to_owned()),
        }
    }

    /// The place of the entry that was the file's `index`th.
    pub(crate) fn position(&self, index: usize) -> Option<usize> {
        if self.going.contains(&index) {
            return None;
        }
        let is = |at: &usize| self.pieces.get(*at).is_some_and(|piece| piece.was == Some(index));
        // As a rule not much before it has come or gone.
        let farthest = self.pieces.len().max(index);
        (0..=farthest).flat_map(|by| [index.checked_sub(by), index.checked_add(by)]).flatten().find(is)
    }

    /// Whether an entry is one of the markers that stand for the lower layers.
    pub(crate) fn has_marker(&self) -> bool {
        self.pieces.iter().any(|piece| is_splice(&piece.text))
    }
}

/// Whether a list entry stands for what the lower layers give.
pub(crate) fn is_splice(text: &str) -> bool {
    matches!(text, "..." | "@auto")
}
