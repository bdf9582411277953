use super::apply::{conflict, sorted};
use super::{Edit, EditError, apply};
use std::collections::BTreeSet;

/// The edits of one text, gathered group by group: a group enters whole or not at all.
///
/// Groups that are not yet committed can be given up with [`Transaction::restore`], so that a fix
/// that touches several files can be taken back when one of them refuses.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    edits: BTreeSet<Edit>,
    /// In `edits`, but not committed.
    pending: Vec<Edit>,
}

impl Transaction {
    /// No edits yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a group, or nothing. An edit that is there already, word for word, is shared; where
    /// every edit of the group is, the error says `is_identical`.
    pub fn add(&mut self, text: &str, group: &[Edit]) -> Result<(), EditError> {
        // A group that does not apply by itself is refused by itself.
        sorted(text, group)?;
        if let Some(first) = group.first()
            && group.iter().all(|edit| self.edits.contains(edit))
        {
            return Err(EditError::AlreadyReplaced { span: first.span, is_identical: true });
        }
        for edit in group {
            if !self.edits.contains(edit) && self.meets(edit) {
                return Err(EditError::AlreadyReplaced { span: edit.span, is_identical: false });
            }
        }
        for edit in group {
            if self.edits.insert(edit.clone()) {
                self.pending.push(edit.clone());
            }
        }
        Ok(())
    }

    /// Keeps what was added since the last commit.
    pub fn commit(&mut self) {
        self.pending.clear();
    }

    /// Drops what was added since the last commit.
    pub fn restore(&mut self) {
        for edit in self.pending.drain(..) {
            self.edits.remove(&edit);
        }
    }

    /// The edits, in the order of the text.
    pub fn edits(&self) -> Vec<Edit> {
        self.edits.iter().cloned().collect()
    }

    /// Whether there is no edit.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The text with every edit applied.
    pub fn apply(&self, text: &str) -> Result<String, EditError> {
        apply(text, &self.edits())
    }

    /// The held edits do not overlap, so only the nearest on each side can meet the new one: a
    /// replaced span and the insertions at its two ends.
    fn meets(&self, edit: &Edit) -> bool {
        let before = self.edits.range(..edit.clone()).rev().take(3);
        let after = self.edits.range(edit.clone()..).take(3);
        before.chain(after).any(|held| conflict(held, edit))
    }
}
