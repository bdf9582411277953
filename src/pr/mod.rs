//! Pull requests: what to propose to a repository, what stands there already, and what to do about it.
//!
//! A run surveys (`survey`, which only reads), decides (`decide`, which is pure), and acts (`act`). All state is
//! in the name of the branch and in a marker in the description.

pub(crate) mod act;
mod api_commits;
mod app_report;
mod body;
mod branch_names;
mod closing;
pub(crate) mod decide;
mod destination;
mod fingerprint;
pub(crate) mod identity;
pub(crate) mod kind;
pub(crate) mod list;
pub(crate) mod marker;
mod migration_texts;
mod proposal;
mod remake;
mod remark;
mod reread;
pub(crate) mod row;
pub(crate) mod run;
pub(crate) mod scratch;
mod status_and_close;
pub(crate) mod survey;
mod texts;
pub(crate) mod transport;

pub(crate) use row::{Row, Status, Step};

use crate::settings::Resolver;
use identity::Identity;
use kind::ProposalKind;
use nixpacks_railpack::release::Target;

/// The options of `pr`, the same for every repository.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct PrOptions {
    /// What is proposed.
    pub(crate) kind: ProposalKind,
    /// Which version of Railpack a migration is for; that of the platform of each app, if none.
    pub(crate) target: Option<Target>,
    /// The branch to repair; the default branch, if none.
    pub(crate) base: Option<String>,
    /// What our branches of this kind start with.
    pub(crate) prefix: String,
    /// A pull request for each app.
    pub(crate) per_app: bool,
    /// Push to a fork of the token's user.
    pub(crate) fork: bool,
    /// Take repositories that are forks.
    pub(crate) include_forks: bool,
    /// Open as drafts.
    pub(crate) draft: bool,
    /// Labels for what is opened.
    pub(crate) labels: Vec<String>,
    /// Reviewers for what is opened.
    pub(crate) reviewers: Vec<String>,
    /// Let the forge make the commits.
    pub(crate) api_commits: bool,
    /// List the files before cloning: most repositories of an organisation have no config.
    pub(crate) list_first: bool,
    /// Show what would be sent.
    pub(crate) dry_run: bool,
    /// What the engine is told.
    pub(crate) engine: Resolver,
    /// Who commits, if git knows.
    pub(crate) identity: Option<Identity>,
}
