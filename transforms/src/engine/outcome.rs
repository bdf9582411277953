use crate::app::ReadError;
use crate::document::ParseError;
use crate::plan::{OtherBuilder, Plan, Platform};
use crate::rules::Finding;
use crate::simulate::{Steps, Verdict};

pub use crate::fix::{Applicability, FileChange, FileEdit, Fix};

/// The results for one app.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The prediction for the files as they are.
    pub before: Verdict,
    /// The prediction with [`Outcome::changes`] made. Equal to `before` where there are none.
    pub after: Verdict,
    /// What is wrong with the files as they are, in order of place.
    pub findings: Vec<Finding>,
    /// The fixes that findings refer to.
    pub fixes: Vec<Fix>,
    /// What `fix` would write with these options: empty if no fix is allowed, or none helps.
    pub changes: Vec<FileChange>,
    /// What is still wrong once [`Outcome::changes`] are made.
    pub remaining: Vec<Finding>,
    /// Fixes that are made only with `unsafe_fixes`, each with the reason: ascending indices into [`Outcome::fixes`].
    pub held: Vec<(usize, String)>,
    /// Fixes that were tried and are not made.
    pub refused: Vec<RefusedFix>,
    /// Files that exist and could not be read. Then nothing is predicted for the app, and nothing is changed.
    pub unread: Vec<ReadError>,
    /// Deploy files that cannot be parsed.
    pub broken: Vec<ParseError>,
    /// The effective plan before, where Nixpacks makes one.
    pub plan_before: Option<Plan>,
    /// The effective plan after.
    pub plan_after: Option<Plan>,
    /// The predicted run before, step by step.
    pub steps_before: Steps,
    /// The predicted run after. Equal to the one before where there are no changes.
    pub steps_after: Steps,
    /// Packages that the tables do not have, and which are assumed to exist.
    pub assumed: Vec<String>,
    /// How many findings comments in the files leave out.
    pub suppressed: usize,
    /// The prediction for the files as they are, without those that Railway stops reading on 2026-12-01. `None` where
    /// there are none of those, or where another builder takes the app.
    pub retired_before: Option<Verdict>,
    /// The same with [`Outcome::changes`] made.
    pub retired_after: Option<Verdict>,
    /// The platform that was named, or that the files speak of.
    pub platform: Platform,
    /// The builder that takes the app before Nixpacks does. Then nothing is changed, and the predictions are for
    /// the case that Nixpacks built it.
    pub other_builder: Option<OtherBuilder>,
}

impl Outcome {
    /// Whether the deploy is predicted to fail as the files stand.
    pub fn fails(&self) -> bool {
        self.other_builder.is_none() && self.before.fails()
    }

    /// Whether it is predicted to fail with the changes made.
    pub fn fails_after(&self) -> bool {
        self.other_builder.is_none() && self.after.fails()
    }
}

/// A fix that was tried and is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedFix {
    /// The findings that it would have answered: indices into [`Outcome::findings`].
    pub findings: Vec<usize>,
    /// Why: a lower-case phrase, with the place where there is one.
    pub reason: String,
}

/// The fixes did not stop making changes. This is a bug in the tool, and nothing is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotConverged {
    /// The rules whose fixes went on.
    pub rules: Vec<String>,
    /// What happened.
    pub message: String,
}
