//! GitLab's REST interface, version 4 (<https://docs.gitlab.com/api/rest/>).

use super::account::{Own, if_allowed};
use super::http::{Client, ForgeError, Method, Request, part};
use super::{Account, AccountResult, Capabilities, Change, Forge, Head, Kind, Pull, Repository, State};
use serde::Deserialize;
use serde_json::{Value, json};

/// Pages of a list that are read; 100 things each.
const PAGES: usize = 100;
/// Pages of a tree: a larger one is cloned sooner than listed.
const TREE_PAGES: usize = 20;
/// The access level of a developer, who may push
/// (<https://docs.gitlab.com/api/access_requests/#valid-access-levels>).
const DEVELOPER: u32 = 30;
/// The mark of a draft, in the title.
const DRAFT: &str = "Draft: ";

/// gitlab.com, or a GitLab of one's own.
pub(crate) struct GitLab {
    client: Client,
    own: Own,
}

/// The headers that every call carries.
pub(super) fn headers(token: Option<&str>) -> Vec<(&'static str, String)> {
    // Taken for personal, project, group and OAuth tokens alike.
    token.map(|token| ("Authorization", format!("Bearer {token}"))).into_iter().collect()
}

#[derive(Deserialize)]
struct Project {
    id: u64,
    path_with_namespace: String,
    default_branch: Option<String>,
    #[serde(default)]
    archived: bool,
    #[serde(rename = "forked_from_project")]
    origin: Option<Value>,
    http_url_to_repo: String,
    permissions: Option<Permissions>,
}

#[derive(Deserialize)]
struct Permissions {
    project_access: Option<Access>,
    group_access: Option<Access>,
}

#[derive(Deserialize)]
struct Access {
    access_level: u32,
}

#[derive(Deserialize)]
struct MergeRequest {
    iid: u64,
    web_url: String,
    state: String,
    title: String,
    description: Option<String>,
    target_branch: String,
    source_project_id: Option<u64>,
    created_at: String,
    author: Option<User>,
}

#[derive(Deserialize)]
struct Entry {
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Note {
    body: String,
    author: Option<User>,
}

#[derive(Deserialize)]
struct User {
    id: Option<i64>,
    username: String,
}

impl User {
    fn neutral(self) -> Account {
        Account { name: self.username, id: self.id }
    }
}

impl Project {
    fn neutral(self) -> Repository {
        let level = |access: Option<Access>| access.map_or(0, |access| access.access_level);
        let can_push =
            self.permissions.map(|may| level(may.project_access).max(level(may.group_access)) >= DEVELOPER);
        Repository {
            name: self.path_with_namespace,
            id: self.id.to_string(),
            default_branch: self.default_branch,
            archived: self.archived,
            fork: self.origin.is_some(),
            parent: None,
            can_push,
            clone_url: self.http_url_to_repo,
        }
    }
}

impl MergeRequest {
    fn neutral(self) -> Pull {
        let bare = self.title.strip_prefix(DRAFT).map(str::to_owned);
        Pull {
            mark: if bare.is_some() { DRAFT } else { "" },
            number: self.iid,
            url: self.web_url,
            state: match self.state.as_str() {
                "merged" => State::Merged,
                "closed" => State::Closed,
                _ => State::Open,
            },
            title: bare.unwrap_or(self.title),
            body: self.description.unwrap_or_default(),
            base: self.target_branch,
            created: self.created_at,
            author: self.author.map(User::neutral),
        }
    }
}

impl GitLab {
    /// Speaks through `client`.
    pub(crate) fn new(client: Client) -> Self {
        Self { client, own: Own::default() }
    }

    /// The numbers of users, which is how GitLab takes reviewers.
    fn users(&self, names: &[String]) -> Result<Vec<i64>, ForgeError> {
        let id = |name: &String| {
            let found: Vec<User> = self.client.get(&format!("/users?username={}", part(name)))?;
            let first = found.into_iter().next();
            first
                .and_then(|user| user.id)
                .ok_or_else(|| ForgeError::new(format!("there is no user `{name}`")))
        };
        names.iter().map(id).collect()
    }
}

impl Forge for GitLab {
    fn kind(&self) -> Kind {
        Kind::GitLab
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { verified_commits: false, forks: false, asks_at_once: true }
    }

    fn client(&self) -> &Client {
        &self.client
    }

    fn repository(&self, name: &str) -> Result<Option<Repository>, ForgeError> {
        let found: Option<Project> = self.client.find(&format!("/projects/{}", part(name)))?;
        Ok(found.map(Project::neutral))
    }

    fn repositories(&self, owner: &str) -> Result<Vec<Repository>, ForgeError> {
        let path = format!("/groups/{}/projects?include_subgroups=true&per_page=100", part(owner));
        let all = |found: Project| Some(found.neutral());
        match self.client.list(&path, PAGES, all) {
            Err(ForgeError { status: Some(404), .. }) => {
                self.client.list(&format!("/users/{}/projects?per_page=100", part(owner)), PAGES, all)
            }
            found => found,
        }
    }

    fn files(&self, repository: &Repository, branch: &str) -> Result<Option<Vec<String>>, ForgeError> {
        let path = format!(
            "/projects/{}/repository/tree?recursive=true&ref={}&per_page=100",
            repository.id,
            part(branch)
        );
        let file = |entry: Entry| (entry.kind == "blob").then_some(entry.path);
        match self.client.list_if_short(&path, TREE_PAGES, file) {
            // A project without a commit has no tree.
            Err(ForgeError { status: Some(404), .. }) => Ok(None),
            found => found,
        }
    }

    fn pulls(&self, repository: &Repository, head: &Head) -> Result<Vec<Pull>, ForgeError> {
        let path = format!(
            "/projects/{}/merge_requests?state=all&source_branch={}&per_page=100",
            repository.id,
            part(&head.branch)
        );
        let ours = |found: MergeRequest| {
            let here = found.source_project_id.is_some_and(|id| id.to_string() == head.repository.id);
            here.then(|| found.neutral())
        };
        self.client.list(&path, PAGES, ours)
    }

    fn comments(
        &self,
        repository: &Repository,
        number: u64,
        by: &Account,
    ) -> Result<Vec<String>, ForgeError> {
        let path = format!("/projects/{}/merge_requests/{number}/notes?per_page=100", repository.id);
        let own = |note: Note| note.author?.neutral().is(by).then_some(note.body);
        self.client.list(&path, PAGES, own)
    }

    fn account(&self) -> AccountResult {
        self.own.get(|| if_allowed(self.client.get::<User>("/user").map(User::neutral)))
    }

    fn requests(&self, repository: &Repository, change: &Change) -> Result<Vec<Request>, ForgeError> {
        let requests = format!("/projects/{}/merge_requests", repository.id);
        Ok(vec![match change {
            Change::Open { head, base, title, body, draft, labels, reviewers } => {
                let title = if *draft { format!("{DRAFT}{title}") } else { title.clone() };
                let mut fields = json!({ "source_branch": head.branch, "target_branch": base, "title": title,
                    "description": body, "remove_source_branch": true });
                if !labels.is_empty() {
                    fields["labels"] = json!(labels.join(","));
                }
                if !reviewers.is_empty() {
                    fields["reviewer_ids"] = json!(self.users(reviewers)?);
                }
                Request::new(Method::Post, requests, fields)
            }
            Change::Edit { number, title, body, close } => {
                let mut fields = serde_json::Map::new();
                fields.extend(title.iter().map(|title| ("title".to_owned(), json!(title))));
                fields.extend(body.iter().map(|body| ("description".to_owned(), json!(body))));
                fields.extend(close.then(|| ("state_event".to_owned(), json!("close"))));
                Request::new(Method::Put, format!("{requests}/{number}"), Value::Object(fields))
            }
            Change::Comment { number, body } => {
                Request::new(Method::Post, format!("{requests}/{number}/notes"), json!({ "body": body }))
            }
            Change::MakeLabels { .. } => return Ok(Vec::new()),
            Change::Label { number, labels } => Request::new(
                Method::Put,
                format!("{requests}/{number}"),
                json!({ "add_labels": labels.join(",") }),
            ),
            Change::Review { number, reviewers } => Request::new(
                Method::Put,
                format!("{requests}/{number}"),
                json!({ "reviewer_ids": self.users(reviewers)? }),
            ),
            Change::Fork => return Err(ForgeError::new("forks on GitLab are not made by this tool")),
        }])
    }

    fn opened(&self, answer: &Value) -> Result<Pull, ForgeError> {
        self.client.read("POST /merge_requests", answer.clone()).map(MergeRequest::neutral)
    }

    fn forked(&self, answer: &Value) -> Result<Repository, ForgeError> {
        self.client.read("POST /fork", answer.clone()).map(Project::neutral)
    }
}
