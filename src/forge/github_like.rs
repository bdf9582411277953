//! The parts of the interfaces of GitHub and Gitea that are the same.

use super::account::Account;
use super::http::{Client, ForgeError, Method, Request, part};
use super::{Change, Repository};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// What the token may do.
#[derive(Deserialize)]
pub(super) struct Permissions {
    pub(super) push: bool,
}

/// A repository that another thing names.
#[derive(Deserialize)]
pub(super) struct FullName {
    pub(super) full_name: String,
}

/// The branch that a pull request wants to change.
#[derive(Deserialize)]
pub(super) struct Base {
    #[serde(rename = "ref")]
    pub(super) branch: String,
}

/// Who it is.
#[derive(Deserialize)]
pub(super) struct User {
    login: String,
    id: Option<i64>,
}

impl User {
    pub(super) fn neutral(self) -> Account {
        Account { name: self.login, id: self.id }
    }
}

/// What somebody said.
#[derive(Deserialize)]
pub(super) struct Comment {
    body: Option<String>,
    user: Option<User>,
}

impl Comment {
    /// What was said, if it was by this account.
    pub(super) fn by(self, account: &Account) -> Option<String> {
        self.user?.neutral().is(account).then_some(self.body)?
    }
}

/// The files of a branch.
#[derive(Deserialize)]
pub(super) struct Tree {
    truncated: bool,
    tree: Vec<TreeEntry>,
}

#[derive(Deserialize)]
struct TreeEntry {
    path: String,
    #[serde(rename = "type")]
    kind: String,
}

impl Tree {
    /// The paths of its files; `None` if some are left out.
    pub(super) fn files(self) -> Option<Vec<String>> {
        let files = self.tree.into_iter().filter(|entry| entry.kind == "blob").map(|entry| entry.path);
        (!self.truncated).then(|| files.collect())
    }
}

/// All repositories of an organisation, or of a user, who is listed elsewhere, as `keep` makes them.
pub(super) fn owned<T: DeserializeOwned, U>(
    client: &Client,
    owner: &str,
    query: &str,
    most: usize,
    keep: impl Fn(T) -> U,
) -> Result<Vec<U>, ForgeError> {
    let list = |kind: &str| {
        client.list(&format!("/{kind}/{}/repos?{query}", part(owner)), most, |found| Some(keep(found)))
    };
    match list("orgs") {
        Err(ForgeError { status: Some(404), .. }) => list("users"),
        found => found,
    }
}

/// The call that a change comes to, of those that the two have alike.
pub(super) fn request(repository: &Repository, change: &Change) -> Result<Request, ForgeError> {
    let repos = format!("/repos/{}", repository.name);
    Ok(match change {
        Change::Edit { number, title, body, close } => {
            let mut fields = serde_json::Map::new();
            fields.extend(title.iter().map(|title| ("title".to_owned(), json!(title))));
            fields.extend(body.iter().map(|body| ("body".to_owned(), json!(body))));
            fields.extend(close.then(|| ("state".to_owned(), json!("closed"))));
            Request::new(Method::Patch, format!("{repos}/pulls/{number}"), Value::Object(fields))
        }
        Change::Comment { number, body } => {
            Request::new(Method::Post, format!("{repos}/issues/{number}/comments"), json!({ "body": body }))
        }
        other => return Err(ForgeError::new(format!("no call makes this change: {other:?}"))),
    })
}

/// How the branch of a pull request is named: with its owner if it is in a fork.
pub(super) fn head(repository: &Repository, head: &super::Head) -> String {
    if head.repository.name == repository.name {
        return head.branch.clone();
    }
    let owner = head.repository.name.split('/').next().unwrap_or_default();
    format!("{owner}:{}", head.branch)
}
