//! Gitea's and Forgejo's interface, version 1 (`/swagger.v1.json` of any instance).

use super::account::{Own, if_allowed};
use super::github_like::{self, Base, Comment, FullName, Permissions, Tree, User};
use super::http::{Client, ForgeError, Method, Request, part};
use super::{Account, AccountResult, Capabilities, Change, Forge, Head, Kind, Pull, Repository, State};
use serde::Deserialize;
use serde_json::{Value, json};

/// Pages of a list that are read; 50 things each, which is the most that an instance gives by default.
const PAGES: usize = 200;
/// The marks of a draft, in the title.
const DRAFTS: [&str; 2] = ["WIP: ", "[WIP] "];
/// The colour of a label that is missing and made.
const COLOUR: &str = "#ededed";

/// An instance of Gitea or Forgejo.
pub(crate) struct Gitea {
    client: Client,
    own: Own,
}

/// The headers that every call carries.
pub(super) fn headers(token: Option<&str>) -> Vec<(&'static str, String)> {
    token.map(|token| ("Authorization", format!("token {token}"))).into_iter().collect()
}

#[derive(Deserialize)]
struct WireRepository {
    full_name: String,
    default_branch: String,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    empty: bool,
    fork: bool,
    clone_url: String,
    permissions: Option<Permissions>,
    parent: Option<FullName>,
}

#[derive(Deserialize)]
struct WirePull {
    number: u64,
    html_url: String,
    state: String,
    merged: bool,
    title: String,
    body: Option<String>,
    created_at: String,
    user: Option<User>,
    head: WireHead,
    base: Base,
}

#[derive(Deserialize)]
struct WireHead {
    // `ref` no longer names the branch once it is deleted.
    #[serde(rename = "label")]
    branch: String,
    repo: Option<FullName>,
}

#[derive(Deserialize)]
struct Label {
    id: u64,
    name: String,
}

impl WireRepository {
    fn neutral(self) -> Repository {
        Repository {
            id: self.full_name.clone(),
            name: self.full_name,
            default_branch: Some(self.default_branch).filter(|name| !self.empty && !name.is_empty()),
            archived: self.archived,
            fork: self.fork,
            parent: self.parent.map(|parent| parent.full_name),
            can_push: self.permissions.map(|may| may.push),
            clone_url: self.clone_url,
        }
    }
}

impl WirePull {
    fn neutral(self) -> Pull {
        let mark = DRAFTS.into_iter().find(|mark| self.title.starts_with(mark)).unwrap_or_default();
        Pull {
            mark,
            number: self.number,
            url: self.html_url,
            state: match self.state.as_str() {
                _ if self.merged => State::Merged,
                "open" => State::Open,
                _ => State::Closed,
            },
            title: self.title.strip_prefix(mark).unwrap_or_default().to_owned(),
            body: self.body.unwrap_or_default(),
            base: self.base.branch,
            created: self.created_at,
            author: self.user.map(User::neutral),
        }
    }
}

impl Gitea {
    /// Speaks through `client`.
    pub(crate) fn new(client: Client) -> Self {
        Self { client, own: Own::default() }
    }

    /// The numbers of the labels that the repository has, and the names of those that it has not.
    fn labels(
        &self,
        repository: &Repository,
        names: &[String],
    ) -> Result<(Vec<u64>, Vec<String>), ForgeError> {
        let path = format!("/repos/{}/labels?limit=50", repository.name);
        let wanted = |label: Label| names.contains(&label.name).then_some(label);
        let known = self.client.list(&path, PAGES, wanted)?;
        let (mut ids, mut missing) = (Vec::new(), Vec::new());
        for name in names {
            match known.iter().find(|label| label.name == *name) {
                Some(label) => ids.push(label.id),
                None => missing.push(name.clone()),
            }
        }
        Ok((ids, missing))
    }
}

impl Forge for Gitea {
    fn kind(&self) -> Kind {
        Kind::Gitea
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { verified_commits: false, forks: true, asks_at_once: false }
    }

    fn client(&self) -> &Client {
        &self.client
    }

    fn repository(&self, name: &str) -> Result<Option<Repository>, ForgeError> {
        let found: Option<WireRepository> = self.client.find(&format!("/repos/{name}"))?;
        Ok(found.map(WireRepository::neutral))
    }

    fn repositories(&self, owner: &str) -> Result<Vec<Repository>, ForgeError> {
        github_like::owned(&self.client, owner, "limit=50", PAGES, WireRepository::neutral)
    }

    fn files(&self, repository: &Repository, branch: &str) -> Result<Option<Vec<String>>, ForgeError> {
        let path =
            format!("/repos/{}/git/trees/{}?recursive=true&per_page=1000", repository.name, part(branch));
        let tree: Tree = match self.client.get(&path) {
            // A repository without a commit has no tree.
            Err(ForgeError { status: Some(404 | 409), .. }) => return Ok(None),
            found => found?,
        };
        Ok(tree.files())
    }

    fn pulls(&self, repository: &Repository, head: &Head) -> Result<Vec<Pull>, ForgeError> {
        // There is no filter by branch, so all are listed.
        let path = format!("/repos/{}/pulls?state=all&limit=50", repository.name);
        let own = head.repository.name == repository.name;
        let ours = |pull: WirePull| {
            let here = pull.head.branch == head.branch
                && pull.head.repo.as_ref().map_or(!own, |repo| repo.full_name == head.repository.name);
            here.then(|| pull.neutral())
        };
        let mut ours = self.client.list(&path, PAGES, ours)?;
        ours.sort_by_key(|pull| std::cmp::Reverse(pull.number));
        Ok(ours)
    }

    fn comments(
        &self,
        repository: &Repository,
        number: u64,
        by: &Account,
    ) -> Result<Vec<String>, ForgeError> {
        let found: Vec<Comment> =
            self.client.get(&format!("/repos/{}/issues/{number}/comments", repository.name))?;
        Ok(found.into_iter().filter_map(|comment| comment.by(by)).collect())
    }

    fn account(&self) -> AccountResult {
        self.own.get(|| if_allowed(self.client.get::<User>("/user").map(User::neutral)))
    }

    fn requests(&self, repository: &Repository, change: &Change) -> Result<Vec<Request>, ForgeError> {
        let repos = format!("/repos/{}", repository.name);
        Ok(vec![match change {
            Change::Open { head, base, title, body, draft, .. } => {
                let from = github_like::head(repository, head);
                let title = if *draft { format!("{}{title}", DRAFTS[0]) } else { title.clone() };
                let body = json!({ "title": title, "head": from, "base": base, "body": body });
                Request::new(Method::Post, format!("{repos}/pulls"), body)
            }
            Change::MakeLabels { labels } => {
                let (_, missing) = self.labels(repository, labels)?;
                let make = |name: String| {
                    let body = json!({ "name": name, "color": COLOUR });
                    Request::new(Method::Post, format!("{repos}/labels"), body)
                };
                return Ok(missing.into_iter().map(make).collect());
            }
            Change::Label { number, labels } => {
                let (ids, missing) = self.labels(repository, labels)?;
                // A dry run has not made those that are missing, so they have no number.
                let unknown = missing.iter().map(|name| json!(format!("{{number of {name}}}")));
                let labels: Vec<Value> = ids.into_iter().map(|id| json!(id)).chain(unknown).collect();
                let body = json!({ "labels": labels });
                Request::new(Method::Post, format!("{repos}/issues/{number}/labels"), body)
            }
            Change::Review { number, reviewers } => {
                let body = json!({ "reviewers": reviewers });
                Request::new(Method::Post, format!("{repos}/pulls/{number}/requested_reviewers"), body)
            }
            Change::Fork => Request::new(Method::Post, format!("{repos}/forks"), json!({})),
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
