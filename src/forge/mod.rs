//! Forges: what GitHub, GitLab and Gitea have in common. No decision about a pull request is made here.
//!
//! A forge reads directly, and describes what it would change as [`Request`]s, so that a dry run prints exactly
//! what a real one sends.

mod account;
pub(crate) mod address;
mod gitea;
mod github;
mod github_like;
mod gitlab;
pub(crate) mod graphql;
mod http;
mod pages;
mod response;
mod retry;
pub(crate) mod secret;

pub(crate) use account::{Account, AccountResult};
pub(crate) use address::Address;
pub(crate) use gitea::Gitea;
pub(crate) use github::{ACTIONS, GitHub};
pub(crate) use gitlab::GitLab;
pub(crate) use http::{Client, ForgeError, Request, certificates};

use serde_json::Value;

/// The forges that are spoken with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// github.com and GitHub Enterprise.
    GitHub,
    /// gitlab.com and GitLab of one's own.
    GitLab,
    /// Gitea, Forgejo, codeberg.org.
    Gitea,
}

impl Kind {
    /// The name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::GitHub => "GitHub",
            Kind::GitLab => "GitLab",
            Kind::Gitea => "Gitea",
        }
    }

    /// What the forge calls a pull request.
    pub(crate) fn pull_request(self) -> &'static str {
        if self == Kind::GitLab { "merge request" } else { "pull request" }
    }

    /// The mark before its number.
    pub(crate) fn sigil(self) -> char {
        if self == Kind::GitLab { '!' } else { '#' }
    }
}

/// What not every forge can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capabilities {
    /// Commits through its interface, signed by the forge.
    pub(crate) verified_commits: bool,
    /// Forks that are ready when the call returns, or soon after.
    pub(crate) forks: bool,
    /// Labels and reviewers are part of the call that opens, not calls of their own.
    pub(crate) asks_at_once: bool,
}

/// A repository at a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repository {
    /// `owner/name`, as the forge has it now.
    pub(crate) name: String,
    /// What the forge's own interface calls it, where that is a number.
    pub(crate) id: String,
    /// `None` where it has no commit.
    pub(crate) default_branch: Option<String>,
    /// Nothing can be changed in it.
    pub(crate) archived: bool,
    /// It is a fork of another.
    pub(crate) fork: bool,
    /// Of which, where the forge says so.
    pub(crate) parent: Option<String>,
    /// Whether the token may push; `None` where the forge does not say.
    pub(crate) can_push: Option<bool>,
    /// Where git clones it.
    pub(crate) clone_url: String,
}

/// What became of a pull request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It waits.
    Open,
    /// Somebody closed it.
    Closed,
    /// Its branch is part of the base.
    Merged,
}

/// A pull request, as the forge tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pull {
    /// The number in its repository.
    pub(crate) number: u64,
    /// Where people read it.
    pub(crate) url: String,
    /// What became of it.
    pub(crate) state: State,
    /// Its title, a mark for drafts left out.
    pub(crate) title: String,
    /// That mark, where the title of a draft has one.
    pub(crate) mark: &'static str,
    /// Its description.
    pub(crate) body: String,
    /// The branch that it wants to change.
    pub(crate) base: String,
    /// When it was opened, as RFC 3339 has it.
    pub(crate) created: String,
    /// Who opened it; `None` where the account is gone.
    pub(crate) author: Option<Account>,
}

impl Pull {
    /// Whether this account opened it.
    pub(crate) fn is_by(&self, account: &Account) -> bool {
        self.author.as_ref().is_some_and(|author| author.is(account))
    }
}

/// The branch of a pull request, and the repository that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// The repository: the base's own, or a fork.
    pub(crate) repository: Repository,
    /// The branch, without `refs/heads/`.
    pub(crate) branch: String,
}

/// A change at a forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// Opens a pull request.
    Open {
        /// Its branch.
        head: Box<Head>,
        /// The branch that it wants to change.
        base: String,
        /// Its title.
        title: String,
        /// Its description.
        body: String,
        /// Not yet for review.
        draft: bool,
        /// For forges that take them at once.
        labels: Vec<String>,
        /// For forges that take them at once.
        reviewers: Vec<String>,
    },
    /// Changes a pull request.
    Edit {
        /// Which.
        number: Number,
        /// A new title.
        title: Option<String>,
        /// A new description.
        body: Option<String>,
        /// It is closed too.
        close: bool,
    },
    /// Says something below a pull request.
    Comment {
        /// Which.
        number: Number,
        /// What.
        body: String,
    },
    /// Makes the labels that the repository lacks, where adding one does not.
    MakeLabels {
        /// Which.
        labels: Vec<String>,
    },
    /// Adds labels.
    Label {
        /// Where.
        number: Number,
        /// Which.
        labels: Vec<String>,
    },
    /// Asks for reviews.
    Review {
        /// Of which.
        number: Number,
        /// Whom.
        reviewers: Vec<String>,
    },
    /// Makes a fork for the token's user.
    Fork,
}

/// The number of a pull request; a dry run does not know that of one that it would open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) Option<u64>);

impl std::fmt::Display for Number {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(number) => write!(out, "{number}"),
            None => out.write_str("{number}"),
        }
    }
}

/// A forge.
pub(crate) trait Forge: Send + Sync {
    /// Which.
    fn kind(&self) -> Kind;
    /// What it can do.
    fn capabilities(&self) -> Capabilities;
    /// Its client.
    fn client(&self) -> &Client;
    /// The repository `owner/name`; `None` where there is none that the token may see.
    fn repository(&self, name: &str) -> Result<Option<Repository>, ForgeError>;
    /// All repositories of an organisation, a group or a user.
    fn repositories(&self, owner: &str) -> Result<Vec<Repository>, ForgeError>;
    /// The paths of the files of a branch; `None` where the forge does not list all of them.
    fn files(&self, repository: &Repository, branch: &str) -> Result<Option<Vec<String>>, ForgeError>;
    /// All pull requests from a branch, whatever became of them, newest first.
    fn pulls(&self, repository: &Repository, head: &Head) -> Result<Vec<Pull>, ForgeError>;
    /// What an account said below a pull request.
    fn comments(&self, repository: &Repository, number: u64, by: &Account)
    -> Result<Vec<String>, ForgeError>;
    /// The account that the token is of, with which everything is opened and said. Asked for once.
    fn account(&self) -> AccountResult;
    /// The requests that make a change, in order. Looks up what they need, and changes nothing.
    fn requests(&self, repository: &Repository, change: &Change) -> Result<Vec<Request>, ForgeError>;
    /// The pull request in the answer to the call that opens one.
    fn opened(&self, response: &Value) -> Result<Pull, ForgeError>;
    /// The repository in the answer to the call that makes a fork.
    fn forked(&self, response: &Value) -> Result<Repository, ForgeError>;
}

/// The longest description that every forge takes, in characters (GitHub's limit).
pub(crate) const LONGEST: usize = 65_536;

/// The headers that every call to a forge carries.
pub(crate) fn headers(kind: Kind, token: Option<&str>) -> Vec<(&'static str, String)> {
    match kind {
        Kind::GitHub => github::headers(token),
        Kind::GitLab => gitlab::headers(token),
        Kind::Gitea => gitea::headers(token),
    }
}
