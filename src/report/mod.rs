//! Output: each format writes what is known of the apps into a page. No decision is made here.

pub(crate) mod commit;
mod concise;
mod human;
pub(crate) mod json;
pub(crate) mod patch;
pub(crate) mod plan;
pub(crate) mod prose;
pub(crate) mod pulls;
mod snippet;
mod summary;
pub(crate) mod text;

pub(crate) use concise::concise;
pub(crate) use human::human;

use crate::app::Home;
use nixpacks_transforms::engine::{Finding, NotConverged, Outcome};
use nixpacks_transforms::rules::Severity;
use nixpacks_transforms::text::LineIndex;
use std::collections::BTreeMap;

/// Texts of deploy files by their path in the app.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts(pub(crate) BTreeMap<String, LineIndex<'static>>);

impl Texts {
    /// The lines of a file that a place names.
    pub(crate) fn get(&self, path: &str) -> Option<&LineIndex<'static>> {
        self.0.get(path)
    }
}

/// What became of the changes of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// They are only shown.
    Shown,
    /// They stand in the files, or on standard output.
    Done,
    /// They stand in a commit on this branch; the files are as they were.
    OnBranch(String),
    /// They could not be written; a phrase says why.
    Failed(String),
}

/// What became of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Committed {
    /// The top of the work tree.
    pub(crate) repository: String,
    /// Its name, if it was made; without an error there was nothing to commit.
    pub(crate) oid: Option<String>,
    /// The branch that it is on; `None` where HEAD is detached.
    pub(crate) branch: Option<String>,
    /// It is on another branch than the one that is checked out.
    pub(crate) aside: bool,
    /// The first line of its message.
    pub(crate) subject: String,
    /// Why it was not made, in the lines of who said it.
    pub(crate) error: Option<String>,
    /// What else to know: what one that failed leaves behind, and what to type next.
    pub(crate) note: Option<String>,
}

impl Written {
    /// Whether they stand anywhere.
    pub(crate) fn stands(&self) -> bool {
        matches!(self, Written::Done | Written::OnBranch(_))
    }
}

/// Everything that there is to say of one app.
#[derive(Clone, Debug)]
pub(crate) struct Examined {
    /// Where it stands.
    pub(crate) home: Home,
    /// Its files as read.
    pub(crate) texts: Texts,
    /// The same with the changes made.
    pub(crate) fixed: Texts,
    /// What the engine says.
    pub(crate) result: Result<Outcome, NotConverged>,
    /// What became of the changes.
    pub(crate) written: Written,
}

/// What the command was asked to do; the formats differ by it in their words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Report.
    Check,
    /// Report beside a patch.
    Diff,
    /// Report what was written.
    Fix,
}

/// Whether a finding is fixed by the changes, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FixStatus {
    /// Its fix is part of the changes.
    Fixable,
    /// It has a fix, which is not applied without `--unsafe-fixes`.
    HeldBack,
    /// There is no automatic fix: the user has to fix it.
    Manual,
    /// A note: nothing has to be fixed.
    Informational,
}

/// The status of a finding of `outcome`.
pub(crate) fn fix_status(outcome: &Outcome, finding: &Finding) -> FixStatus {
    let without_fix =
        if finding.severity == Severity::Note { FixStatus::Informational } else { FixStatus::Manual };
    let Some(index) = finding.fix else { return without_fix };
    if outcome.held.binary_search_by_key(&index, |(held, _)| *held).is_ok() {
        return FixStatus::HeldBack;
    }
    if outcome.fixes.get(index).is_some_and(|fix| fix.applied) { FixStatus::Fixable } else { without_fix }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod sample;
