use crate::document::ParseError;
use crate::edit::Edit;
use crate::plan::Plan;
use crate::rules::Finding;
use crate::walk::Verdict;

/// What a fix may claim, computed by the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Applicability {
    /// Only a person can decide.
    Display,
    /// May change what works, or brings an ignored setting to life.
    Unsafe,
    /// The app is predicted to fail, this edits what makes it fail, and the prediction improves.
    Safe,
}

impl Applicability {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Applicability::Display => "display",
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
    /// What it may claim.
    pub applicability: Applicability,
    /// The edits, against the files as they were read.
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
}

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
    /// Fixes held back as unsafe, each with the reason: indices into [`Outcome::fixes`].
    pub held: Vec<(usize, String)>,
    /// Why a repair was computed and then not offered: the prediction did not improve enough.
    pub refused: Option<String>,
    /// Deploy files that cannot be parsed.
    pub broken: Vec<ParseError>,
    /// The effective plan before, where Nixpacks makes one.
    pub plan_before: Option<Plan>,
    /// The effective plan after.
    pub plan_after: Option<Plan>,
    /// Sentences on what the prediction assumes (packages outside the tables, and so on).
    pub assumed: Vec<String>,
}

/// The fixes did not settle: nothing may be written, and it is a bug in the tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsettled {
    /// The rules whose fixes went on.
    pub rules: Vec<String>,
    /// What happened.
    pub message: String,
}
