//! What a forge knows beside the repositories on disk: settings, pull requests, people.

use super::bare::Bare;
use std::collections::BTreeMap;

/// Whose rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    GitHub,
    GitLab,
    Gitea,
}

/// The user that the token belongs to.
pub const LOGIN: &str = "deploy-bot";

/// The account of the App that the other token is of.
pub const APP: &str = "github-actions[bot]";

/// 2023-11-15T00:00:00Z
const MIDNIGHT: u64 = 1_700_006_400;

/// What a test may set of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)]
pub struct Settings {
    pub archived: bool,
    pub disabled: bool,
    pub fork: bool,
    /// The full name of what it is a fork of.
    pub parent: Option<String>,
    /// Whether the token sees it, may push, may administrate.
    pub pull: bool,
    pub push: bool,
    pub admin: bool,
    /// Whether git may read it without the token.
    pub public: bool,
    pub allow_forking: bool,
    pub default_branch: String,
    /// Its new full name; the old one is answered with a redirect.
    pub renamed_to: Option<String>,
    /// Trees come cut off.
    pub truncated_tree: bool,
    /// Pull requests cannot be opened with this token: 403.
    pub refuses_pulls: bool,
    /// Labels, reviewers and comments cannot be set with this token: 403.
    pub refuses_extras: bool,
    /// Who may review, and which teams.
    pub collaborators: Vec<String>,
    pub teams: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            archived: false,
            disabled: false,
            fork: false,
            parent: None,
            pull: true,
            push: true,
            admin: false,
            public: false,
            allow_forking: true,
            default_branch: "main".to_owned(),
            renamed_to: None,
            truncated_tree: false,
            refuses_pulls: false,
            refuses_extras: false,
            collaborators: vec!["ada".to_owned(), LOGIN.to_owned()],
            teams: vec!["platform".to_owned()],
        }
    }
}

/// What became of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Open,
    Closed,
    Merged,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: u64,
    pub author: String,
    pub body: String,
}

/// A pull request, or a merge request.
#[derive(Debug, Clone)]
pub struct Pull {
    pub number: u64,
    pub state: State,
    pub title: String,
    pub body: String,
    pub draft: bool,
    /// At GitHub, nobody if it is empty.
    pub author: String,
    /// The branch, and the full name of where it is: nothing for a fork that was deleted.
    pub head: String,
    pub head_repository: Option<String>,
    pub base: String,
    pub sha: String,
    pub labels: Vec<String>,
    pub reviewers: Vec<String>,
    pub team_reviewers: Vec<String>,
    pub comments: Vec<Comment>,
    pub maintainer_can_modify: bool,
    pub created_at: String,
    pub merged_at: Option<String>,
}

/// A repository and all that belongs to it.
#[derive(Debug)]
pub struct Repository {
    pub id: u64,
    /// The name it was made with, which is where it is on disk.
    pub name: String,
    pub bare: Bare,
    pub settings: Settings,
    pub pulls: Vec<Pull>,
    /// Labels by number, which is one more than the index.
    pub labels: Vec<String>,
}

impl Repository {
    /// The name it goes by.
    pub fn full_name(&self) -> &str {
        self.settings.renamed_to.as_deref().unwrap_or(&self.name)
    }

    /// The owner that it goes by.
    pub fn owner(&self) -> &str {
        self.full_name().rsplit_once('/').map_or("", |(owner, _)| owner)
    }

    /// One of its pull requests.
    pub fn pull(&self, number: u64) -> Option<&Pull> {
        self.pulls.iter().find(|pull| pull.number == number)
    }

    /// The same, to change.
    pub fn pull_mut(&mut self, number: u64) -> Option<&mut Pull> {
        self.pulls.iter_mut().find(|pull| pull.number == number)
    }

    /// The number of a label, which is made if there is none.
    pub fn label(&mut self, name: &str) -> u64 {
        let index = self.labels.iter().position(|label| label == name).unwrap_or_else(|| {
            self.labels.push(name.to_owned());
            self.labels.len() - 1
        });
        index as u64 + 1
    }
}

/// Everything a forge knows.
#[derive(Debug)]
pub struct World {
    pub kind: Kind,
    /// By the name each was made with.
    pub repositories: BTreeMap<String, Repository>,
    /// People with their numbers. Any other owner is an organization.
    pub users: BTreeMap<String, u64>,
    /// No token may ask whose it is.
    pub hides_viewer: bool,
    /// The largest page that a listing has.
    pub page_limit: usize,
    clock: u64,
}

/// What a name stands for.
pub enum Found {
    Here(String),
    /// Renamed: the name it was made with, the new name.
    Moved(String, String),
    Nowhere,
}

impl World {
    /// One without repositories.
    pub fn new(kind: Kind) -> Self {
        let users = [
            (LOGIN.to_owned(), 1001),
            (APP.to_owned(), 1004),
            ("ada".to_owned(), 1002),
            ("grace".to_owned(), 1003),
        ];
        let page_limit = if kind == Kind::Gitea { 50 } else { 100 };
        Self {
            kind,
            repositories: BTreeMap::new(),
            users: users.into(),
            hides_viewer: false,
            page_limit,
            clock: 0,
        }
    }

    /// A second since 1970 that was not yet.
    pub fn now(&mut self) -> u64 {
        self.clock += 1;
        MIDNIGHT + self.clock
    }

    /// The same as text.
    pub fn now_text(&mut self) -> String {
        let second = self.now() - MIDNIGHT;
        format!("2023-11-15T{:02}:{:02}:{:02}Z", second / 3600 % 24, second / 60 % 60, second % 60)
    }

    /// A number that nothing has yet.
    pub fn id(&mut self) -> u64 {
        self.clock += 1;
        5000 + self.clock
    }

    /// What a full name stands for, in whatever case.
    pub fn find(&self, name: &str) -> Found {
        let called = |other: &str| other.eq_ignore_ascii_case(name);
        if let Some(found) = self.repositories.values().find(|held| called(held.full_name())) {
            return Found::Here(found.name.clone());
        }
        let moved = self.repositories.values().find(|held| called(&held.name));
        moved.map_or(Found::Nowhere, |held| Found::Moved(held.name.clone(), held.full_name().to_owned()))
    }

    /// The repository of an owner that pull requests to this one can come from.
    pub fn head_repository(&self, base: &str, owner: &str) -> Option<&Repository> {
        let of_owner = |repository: &&Repository| repository.owner() == owner;
        let forked = |repository: &&Repository| repository.settings.parent.as_deref() == Some(base);
        let itself = self.repositories.get(base).filter(of_owner);
        itself.or_else(|| self.repositories.values().filter(of_owner).find(forked))
    }

    /// The number of an account; one that is not among the people has one too.
    pub fn account(&self, login: &str) -> u64 {
        self.users.get(login).copied().unwrap_or_else(|| {
            2000 + login.bytes().fold(0, |sum, byte| (sum * 31 + u64::from(byte)) % 1_000_000)
        })
    }

    /// Makes a fork, of all branches or of one.
    pub fn fork(&mut self, of: &str, name: &str, only: Option<&str>) {
        let id = self.id();
        let parent = &self.repositories[of];
        let root = parent.bare.path.ancestors().nth(of.split('/').count()).unwrap();
        let settings = Settings {
            fork: true,
            parent: Some(of.to_owned()),
            push: true,
            admin: true,
            default_branch: parent.settings.default_branch.clone(),
            public: parent.settings.public,
            ..Settings::default()
        };
        let bare = parent.bare.clone_of(root.join(format!("{name}.git")), only);
        let (pulls, labels) = (Vec::new(), Vec::new());
        let made = Repository { id, name: name.to_owned(), bare, settings, pulls, labels };
        self.repositories.insert(name.to_owned(), made);
    }

    /// The commit at the head of a branch; nothing if either is gone.
    pub fn tip(&self, repository: Option<&str>, branch: &str) -> Option<String> {
        self.repositories.get(repository?)?.bare.tip(branch)
    }
}
