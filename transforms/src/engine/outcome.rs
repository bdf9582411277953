use crate::app::ReadError;
use crate::document::ParseError;
use crate::plan::Plan;
use crate::rules::Finding;
use crate::walk::Verdict;

pub use crate::fix::{Applicability, FileChange, FileEdit, Fix};

/// Everything that is known of one app.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The prediction for the app as it stands.
    pub before: Verdict,
    /// The prediction with [`Outcome::changes`] made. Equal to `before` where there are none.
    pub after: Verdict,
    /// What is wrong with the app as it stands, in order of place.
    pub findings: Vec<Finding>,
    /// The fixes that findings refer to.
    pub fixes: Vec<Fix>,
    /// What `fix` would write under the options: empty when nothing is allowed or nothing helps.
    pub changes: Vec<FileChange>,
    /// What is still wrong once [`Outcome::changes`] are made.
    pub remaining: Vec<Finding>,
    /// Fixes held back as unsafe, each with the reason: indices into [`Outcome::fixes`], rising.
    pub held: Vec<(usize, String)>,
    /// Fixes that were tried and are not offered.
    pub refused: Vec<RefusedFix>,
    /// Files that are there and could not be read: nothing is known of the app then, and nothing is changed.
    pub unread: Vec<ReadError>,
    /// Deploy files that cannot be parsed.
    pub broken: Vec<ParseError>,
    /// The effective plan before, where Nixpacks makes one.
    pub plan_before: Option<Plan>,
    /// The effective plan after.
    pub plan_after: Option<Plan>,
    /// Sentences on what the prediction assumes (packages outside the tables, and so on).
    pub assumed: Vec<String>,
}

/// A fix that was tried and is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedFix {
    /// The findings that it would have answered: indices into [`Outcome::findings`].
    pub findings: Vec<usize>,
    /// Why: a lower-case phrase, with the place where there is one.
    pub reason: String,
}

/// The fixes went on making changes: nothing may be written, and it is a bug in the tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotConverged {
    /// The rules whose fixes went on.
    pub rules: Vec<String>,
    /// What happened.
    pub message: String,
}
