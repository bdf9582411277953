//! One line of the result: a pull request, or a repository that has none.

use super::decide::{Close, Decision, Why};
use super::survey::{Plan, Surveyed};
use crate::forge::{Forge, Pull};

/// What became of one pull request, or of a repository that has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// It was opened.
    Opened,
    /// It was changed.
    Updated,
    /// It is as it should be.
    UpToDate,
    /// It was closed: nothing is left to repair.
    Closed,
    /// A person works there.
    HandsOff,
    /// A person declined it.
    Declined,
    /// It was merged.
    Merged,
    /// It was merged, and undone since.
    Undone,
    /// There is nothing to repair, or nothing that can be.
    Nothing,
    /// The repository wants none.
    OptedOut,
    /// The repository is not one to write to.
    Skipped,
    /// It waits for the next run.
    Limited,
    /// Something went wrong.
    Failed,
}

impl Status {
    /// The name for programs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Status::Opened => "opened",
            Status::Updated => "updated",
            Status::UpToDate => "up-to-date",
            Status::Closed => "closed",
            Status::HandsOff => "hands-off",
            Status::Declined => "declined",
            Status::Merged => "merged",
            Status::Undone => "reverted",
            Status::Nothing => "nothing",
            Status::OptedOut => "opted-out",
            Status::Skipped => "skipped",
            Status::Limited => "limited",
            Status::Failed => "failed",
        }
    }
}

/// One line of the result.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// `owner/name`, or what was typed.
    pub(crate) repository: String,
    /// The branch that is repaired.
    pub(crate) base: String,
    /// What happened to it, or would happen.
    pub(crate) status: Status,
    /// It has not happened yet: this is a dry run, or waits for `--yes`.
    pub(crate) pending: bool,
    /// The number of the pull request, with the mark before it.
    pub(crate) number: Option<(char, u64)>,
    /// Where people read it.
    pub(crate) url: String,
    /// Its branch.
    pub(crate) branch: String,
    /// Its commit.
    pub(crate) commit: String,
    /// Its title, or a phrase that says why nothing was done.
    pub(crate) detail: String,
    /// The apps that it repairs.
    pub(crate) apps: Vec<String>,
    /// No checks start by themselves on what this token opens.
    pub(crate) unchecked: bool,
    /// What a dry run would have sent.
    pub(crate) steps: Vec<Step>,
    /// The patch that it would have pushed.
    pub(crate) patch: String,
}

/// One thing that a dry run would have sent.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A call.
    Invocation {
        /// Its method in HTTP.
        method: &'static str,
        /// Its address.
        url: String,
        /// What it sends.
        body: Option<serde_json::Value>,
    },
    /// A push: the arguments of git.
    Push(Vec<String>),
}

impl Row {
    /// A line on a repository, with nothing else known.
    pub(crate) fn new(repository: &str, status: Status, detail: impl Into<String>) -> Self {
        Self {
            repository: repository.to_owned(),
            base: String::new(),
            status,
            pending: false,
            number: None,
            url: String::new(),
            branch: String::new(),
            commit: String::new(),
            detail: detail.into(),
            apps: Vec::new(),
            unchecked: false,
            steps: Vec::new(),
            patch: String::new(),
        }
    }
}

/// The row for a plan before it is carried out.
pub(crate) fn row(forge: &dyn Forge, surveyed: &Surveyed, plan: &Plan, pending: bool) -> Row {
    let kind = forge.kind();
    let title = plan.proposal.as_ref().map(|proposal| proposal.message.subject.clone()).unwrap_or_default();
    let mut row = Row::new(&surveyed.destination.repository.name, Status::Nothing, "");
    row.base.clone_from(&surveyed.destination.base);
    row.apps = plan.proposal.as_ref().map(|proposal| proposal.apps.clone()).unwrap_or_default();
    let mut about = |pull: &Pull, status: Status, detail: String| {
        row.status = status;
        row.number = Some((forge.kind().sigil(), pull.number));
        row.url.clone_from(&pull.url);
        row.detail = detail;
    };
    match &plan.decision {
        Decision::Nothing if surveyed.opted_out => {
            row.status = Status::OptedOut;
            "`pull-requests = false` in its `nixpacks-fix.toml`".clone_into(&mut row.detail);
        }
        Decision::Nothing => row.detail.clone_from(&surveyed.idle),
        Decision::UpToDate { pull, branch, tip } => {
            about(pull, Status::UpToDate, title);
            row.branch.clone_from(branch);
            row.commit.clone_from(tip);
        }
        Decision::Open { branch, .. } => {
            row.status = Status::Opened;
            row.branch.clone_from(branch);
            row.detail = title;
            row.pending = pending;
        }
        Decision::Update { pull, branch, .. } => {
            about(pull, Status::Updated, title);
            row.branch.clone_from(branch);
            row.pending = pending;
        }
        Decision::Close(Close { pull, branch, .. }) => {
            let why = if surveyed.opted_out { "the repository opted out" } else { surveyed.kind.needless() };
            about(pull, Status::Closed, why.to_owned());
            row.branch.clone_from(branch);
            row.pending = pending;
        }
        Decision::Sweep { branch, .. } => {
            row.branch.clone_from(branch);
            row.detail.clone_from(&surveyed.idle);
            row.pending = pending;
        }
        Decision::HandsOff { pull, why, .. } => {
            let why = match why {
                Why::Commits => "somebody else has worked on its branch",
                Why::NoMarker => "the marker is gone from the end of its description",
                Why::OtherAccount => "another account opened it, so its description is not ours",
                Why::UnknownAccount => {
                    "the token is not allowed to read its own account, so it is not known whether this is ours"
                }
                Why::NoBranch => "its branch is gone",
                Why::Base => "somebody pointed it at another branch",
                Why::Reopened => "it was closed, and somebody opened it again",
                Why::OtherKind => "it is for something else; `--head-prefix` gives this one another branch",
            };
            about(pull, Status::HandsOff, why.to_owned());
        }
        Decision::Declined(pull) => {
            let what = kind.pull_request();
            about(
                pull,
                Status::Declined,
                format!("the {what} for this was closed, so it is not proposed again"),
            );
        }
        Decision::Undone(pull) => {
            about(pull, Status::Undone, "this was merged, and reverted later".to_owned());
        }
    }
    row
}
