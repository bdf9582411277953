//! GitHub's REST interface, version 2022-11-28 (<https://docs.github.com/rest>).

use super::account::{Own, if_allowed};
use super::github_like::{self, Base, Comment, FullName, Permissions, Tree, User};
use super::http::{Client, ForgeError, Method, Request, part};
use super::{
    Account, AccountResult, Capabilities, Change, Forge, Head, Kind, Pull, Repository, State, graphql,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Pages of a list that are read; 100 things each.
const PAGES: usize = 100;

/// Who opens pull requests with the token that a run of GitHub Actions is given.
pub(crate) const ACTIONS: &str = "github-actions[bot]";

/// github.com, or GitHub Enterprise.
pub(crate) struct GitHub {
    client: Client,
    /// Where the App is installed that the token is of.
    installed: OnceLock<Result<BTreeSet<String>, ForgeError>>,
    own: Own,
}

/// The headers that every call carries.
pub(super) fn headers(token: Option<&str>) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("Accept", "application/vnd.github+json".to_owned()),
        ("X-GitHub-Api-Version", "2022-11-28".to_owned()),
    ];
    headers.extend(token.map(|token| ("Authorization", format!("Bearer {token}"))));
    headers
}

#[derive(Deserialize)]
struct WireRepository {
    full_name: String,
    default_branch: Option<String>,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    disabled: bool,
    fork: bool,
    clone_url: Option<String>,
    permissions: Option<Permissions>,
    parent: Option<FullName>,
}

#[derive(Deserialize)]
struct WirePull {
    number: u64,
    html_url: String,
    state: String,
    merged_at: Option<String>,
    title: String,
    body: Option<String>,
    created_at: String,
    user: Option<User>,
    head: WireHead,
    base: Base,
}

#[derive(Deserialize)]
struct WireHead {
    #[serde(rename = "ref")]
    branch: String,
    repo: Option<FullName>,
}

/// A page of the repositories where an App is installed.
#[derive(Deserialize)]
struct Installed {
    repositories: Vec<WireRepository>,
}

impl WireRepository {
    fn neutral(self) -> Repository {
        Repository {
            id: self.full_name.clone(),
            name: self.full_name,
            default_branch: self.default_branch,
            archived: self.archived || self.disabled,
            fork: self.fork,
            parent: self.parent.map(|parent| parent.full_name),
            can_push: self.permissions.map(|may| may.push),
            clone_url: self.clone_url.unwrap_or_default(),
        }
    }
}

impl WirePull {
    fn neutral(self) -> Pull {
        let state = match (self.state.as_str(), self.merged_at) {
            (_, Some(_)) => State::Merged,
            ("open", None) => State::Open,
            _ => State::Closed,
        };
        Pull {
            number: self.number,
            url: self.html_url,
            state,
            title: self.title,
            mark: "",
            body: self.body.unwrap_or_default(),
            base: self.base.branch,
            created: self.created_at,
            author: self.user.map(User::neutral),
        }
    }
}

impl GitHub {
    /// Speaks through `client`.
    pub(crate) fn new(client: Client) -> Self {
        Self { client, installed: OnceLock::new(), own: Own::default() }
    }

    /// The repository, with the right to push to it. GitHub tells what a person may; of an App it says no, and
    /// what counts is whether it is installed there.
    fn known(&self, found: WireRepository) -> Result<Repository, ForgeError> {
        let mut known = found.neutral();
        let is_app = self.client.token().is_some_and(super::secret::Secret::is_of_app);
        if is_app && known.can_push != Some(true) {
            let installed = self.installed.get_or_init(|| self.installation()).as_ref();
            let installed = installed.map_err(Clone::clone)?;
            known.can_push = Some(installed.contains(&known.name.to_lowercase()));
        }
        Ok(known)
    }

    fn installation(&self) -> Result<BTreeSet<String>, ForgeError> {
        let path = "/installation/repositories?per_page=100";
        let name = |found: WireRepository| Some(found.full_name.to_lowercase());
        let found = self.client.list_in(path, PAGES, |page: Installed| page.repositories, name)?;
        Ok(found.into_iter().collect())
    }

    /// Whose the token is. An App that is installed somewhere may not ask `/user`, and GraphQL tells it.
    fn ask_account(&self) -> AccountResult {
        if !self.client.token().is_some_and(super::secret::Secret::is_of_app) {
            let person = if_allowed(self.client.get::<User>("/user").map(User::neutral))?;
            if person.is_some() {
                return Ok(person);
            }
        }
        if self.client.token().is_none() {
            return Ok(None);
        }
        if_allowed(graphql::viewer(&self.client))
    }

    fn issue(repository: &Repository, number: super::Number, what: &str) -> String {
        format!("/repos/{}/issues/{number}/{what}", repository.name)
    }
}

impl Forge for GitHub {
    fn kind(&self) -> Kind {
        Kind::GitHub
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { verified_commits: true, forks: true, asks_at_once: false }
    }

    fn client(&self) -> &Client {
        &self.client
    }

    fn repository(&self, name: &str) -> Result<Option<Repository>, ForgeError> {
        let found: Option<WireRepository> = self.client.find(&format!("/repos/{name}"))?;
        found.map(|found| self.known(found)).transpose()
    }

    fn repositories(&self, owner: &str) -> Result<Vec<Repository>, ForgeError> {
        let all = |found: WireRepository| found;
        let found = github_like::owned(&self.client, owner, "type=all&per_page=100", PAGES, all)?;
        found.into_iter().map(|found| self.known(found)).collect()
    }

    fn files(&self, repository: &Repository, branch: &str) -> Result<Option<Vec<String>>, ForgeError> {
        let path = format!("/repos/{}/git/trees/{}?recursive=1", repository.name, part(branch));
        let tree: Tree = match self.client.get(&path) {
            // A repository without a commit has no tree.
            Err(ForgeError { status: Some(404 | 409), .. }) => return Ok(None),
            found => found?,
        };
        Ok(tree.files())
    }

    fn pulls(&self, repository: &Repository, head: &Head) -> Result<Vec<Pull>, ForgeError> {
        let owner = head.repository.name.split('/').next().unwrap_or_default();
        let path = format!(
            "/repos/{}/pulls?state=all&head={}:{}&per_page=100",
            repository.name,
            part(owner),
            part(&head.branch)
        );
        // A fork may have a branch of the same name, and a fork that is gone has none.
        let own = head.repository.name == repository.name;
        let ours = |pull: WirePull| {
            let here = pull.head.branch == head.branch
                && pull.head.repo.as_ref().map_or(!own, |repo| repo.full_name == head.repository.name);
            here.then(|| pull.neutral())
        };
        self.client.list(&path, PAGES, ours)
    }

    fn comments(
        &self,
        repository: &Repository,
        number: u64,
        by: &Account,
    ) -> Result<Vec<String>, ForgeError> {
        let path = Self::issue(repository, super::Number(Some(number)), "comments?per_page=100");
        self.client.list(&path, PAGES, |comment: Comment| comment.by(by))
    }

    fn account(&self) -> AccountResult {
        self.own.get(|| self.ask_account())
    }

    fn requests(&self, repository: &Repository, change: &Change) -> Result<Vec<Request>, ForgeError> {
        let repos = format!("/repos/{}", repository.name);
        Ok(vec![match change {
            Change::Open { head, base, title, body, draft, .. } => {
                let from = github_like::head(repository, head);
                let body = json!({ "title": title, "head": from, "base": base, "body": body, "draft": draft,
                    "maintainer_can_modify": true });
                Request::new(Method::Post, format!("{repos}/pulls"), body)
            }
            Change::MakeLabels { .. } => return Ok(Vec::new()),
            Change::Label { number, labels } => Request::new(
                Method::Post,
                Self::issue(repository, *number, "labels"),
                json!({ "labels": labels }),
            ),
            Change::Review { number, reviewers } => {
                // A team is written as GitHub writes it: with its organisation.
                let (teams, people): (Vec<&String>, Vec<&String>) =
                    reviewers.iter().partition(|name| name.contains('/'));
                let teams: Vec<&str> = teams.iter().filter_map(|name| name.rsplit('/').next()).collect();
                let body = json!({ "reviewers": people, "team_reviewers": teams });
                Request::new(Method::Post, format!("{repos}/pulls/{number}/requested_reviewers"), body)
            }
            Change::Fork => {
                Request::new(Method::Post, format!("{repos}/forks"), json!({ "default_branch_only": true }))
            }
            shared => github_like::request(repository, shared)?,
        }])
    }

    fn opened(&self, answer: &Value) -> Result<Pull, ForgeError> {
        self.client.read("POST /pulls", answer.clone()).map(WirePull::neutral)
    }

    fn forked(&self, answer: &Value) -> Result<Repository, ForgeError> {
        self.client.read("POST /forks", answer.clone()).map(WireRepository::neutral)
    }
}
