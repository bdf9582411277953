//! Changes to an app's deploy files on their way from a rule or a strategy to edits.

mod draft;
mod draft_to_fixes;
mod list;
mod provider_libs;

pub(crate) use draft::{Draft, ProposedFix};
pub(crate) use draft_to_fixes::Proposals;
pub(crate) use list::{List, Piece, is_splice};

use crate::edit::Edit;

/// Whether a fix is made without being asked for, computed by the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Applicability {
    /// Only the user can decide: it is never made automatically.
    Manual,
    /// May change what works, changes nothing that is predicted, or could not be judged.
    Unsafe,
    /// The app is predicted to fail, and the fix takes part in getting it further.
    Safe,
}

impl Applicability {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Applicability::Manual => "manual",
            Applicability::Unsafe => "unsafe",
            Applicability::Safe => "safe",
        }
    }
}

/// An edit of one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileEdit {
    /// Path relative to the app's root.
    pub path: String,
    /// The edit, in bytes of the file as it was read.
    pub edit: Edit,
}

/// A titled set of edits that applies whole or not at all. Several findings may share one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Lower-case imperative.
    pub title: String,
    /// Whether it is made without being asked for.
    pub applicability: Applicability,
    /// Whether it is part of the changes that are made.
    pub applied: bool,
    /// What it changes by itself, against the files as they were read. Two fixes may both change the bytes between
    /// their places; [`FileChange::edits`] has what all of them come to together.
    pub edits: Vec<FileEdit>,
}

/// A file that `fix` would write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    /// Path relative to the app's root.
    pub path: String,
    /// The text as read.
    pub before: String,
    /// The text to write.
    pub after: String,
    /// The edits that make the one of the other.
    pub edits: Vec<Edit>,
    /// The file is not there yet: `before` is empty.
    pub created: bool,
    /// The file goes: nothing is left in `after` but blanks, or an empty object.
    pub removed: bool,
}

impl FileChange {
    /// The text that is written; empty where the file goes.
    pub fn written(&self) -> &str {
        if self.removed { "" } else { &self.after }
    }
}
