//! The output formats. Each writes the results for the apps; nothing is decided here.

pub(crate) mod account;
pub(crate) mod commit;
mod concise;
pub(crate) mod diagnosis;
mod difference;
pub(crate) mod digest;
mod fix_lines;
mod github;
mod gitlab;
mod human;
pub(crate) mod inert;
pub(crate) mod inert_markdown;
pub(crate) mod json;
pub(crate) mod markdown;
mod masked;
mod masked_outcome;
pub(crate) mod overview;
pub(crate) mod patch;
pub(crate) mod plan;
mod problems;
pub(crate) mod prose;
#[cfg(feature = "pr")]
pub(crate) mod pulls;
pub(crate) mod railpack;
pub(crate) mod rule_docs;
mod sarif;
pub(crate) mod simulate;
mod snippet;
mod summary;
pub(crate) mod text;

pub(crate) use concise::concise;
pub(crate) use github::github;
pub(crate) use gitlab::gitlab;
pub(crate) use human::human;
pub(crate) use masked_outcome::mask_outcome;
pub(crate) use sarif::sarif;

use crate::app::AppLocation;
use crate::cli::FailOn;
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

/// Whether the changes of an app were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// They are only shown.
    Shown,
    /// They are in the files, or were printed to standard output.
    Done,
    /// They are in a commit on this branch; the files did not change.
    OnBranch(String),
    /// They could not be written, and why.
    Failed(String),
}

/// The result of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Committed {
    /// The top of the work tree.
    pub(crate) repository: String,
    /// Its object name, if it was made. Without it and without an error there was nothing to commit.
    pub(crate) oid: Option<String>,
    /// The branch that it is on; `None` where HEAD is detached.
    pub(crate) branch: Option<String>,
    /// It is on another branch than the one that is checked out.
    pub(crate) aside: bool,
    /// The first line of its message.
    pub(crate) subject: String,
    /// Why it was not made; further lines are the output of git or of a hook.
    pub(crate) error: Option<String>,
    /// What a failed commit leaves behind, and what to type next.
    pub(crate) note: Option<String>,
}

impl Written {
    /// Whether they were written anywhere.
    pub(crate) fn stands(&self) -> bool {
        matches!(self, Written::Done | Written::OnBranch(_))
    }
}

/// The results for one app.
#[derive(Clone, Debug)]
pub(crate) struct Examined {
    /// Where it is.
    pub(crate) home: AppLocation,
    /// Its files as read.
    pub(crate) texts: Texts,
    /// The same with the changes made.
    pub(crate) fixed: Texts,
    /// The findings, fixes and predictions.
    pub(crate) result: Result<Outcome, NotConverged>,
    /// Whether the changes were written.
    pub(crate) written: Written,
    /// From which problems on the command fails.
    pub(crate) fail_on: FailOn,
    /// What was left out because a baseline lists it.
    pub(crate) known: Known,
    /// What Railpack makes of it, where that is what is asked: it is said in place of a prediction.
    pub(crate) comparison: Option<Comparison>,
}

/// What Railpack makes of an app, beside Nixpacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// Sentences for people, what is planned first.
    pub(crate) said: Vec<String>,
    /// `migrate` writes something.
    pub(crate) is_helped: bool,
    /// The plan of this language is known.
    pub(crate) is_modelled: bool,
}

/// What is said of an app before its problems: the prediction, or what Railpack makes of it.
fn said(app: &Examined, outcome: &Outcome, fixed: bool) -> Vec<String> {
    match &app.comparison {
        Some(comparison) => comparison.said.clone(),
        None if outcome.other_builder.is_some() => vec![prose::OTHER_BUILDER.to_owned()],
        None => vec![prose::verdict(if fixed { &outcome.after } else { &outcome.before })],
    }
}

/// What a baseline lists of an app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// Findings that were left out.
    pub(crate) problems: usize,
    /// The app is predicted to fail, as it was then.
    pub(crate) failure: bool,
}

impl Known {
    /// What is added to the prediction of an app that fails as it did then.
    fn mark(self) -> &'static str {
        if self.failure { " (known from the baseline)" } else { "" }
    }
}

/// The command; the formats use other words for each.
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
