//! GitHub's GraphQL interface, for commits that GitHub signs (<https://docs.github.com/graphql>).
//!
//! The commit is built on a branch of its own, which nobody looks at; then one call moves the real branch
//! there and removes the other, all or nothing.

use super::http::{Client, ForgeError, Method, Request};
use super::{Account, Repository};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Value, json};

/// The name of no object: a ref that must not exist, or is to go.
const NONE: &str = "0000000000000000000000000000000000000000";
const ID: &str = "query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { id } }";
const VIEWER: &str = "query { viewer { login databaseId } }";
const COMMIT: &str =
    "mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }";
const MOVE: &str = "mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }";

/// A ref and where it goes.
pub(crate) struct Move<'a> {
    /// The branch.
    pub(crate) branch: &'a str,
    /// Where it has to be; `None` is nowhere.
    pub(crate) from: Option<&'a str>,
    /// Where it goes; `None` removes it.
    pub(crate) to: Option<&'a str>,
}

/// The call that asks for the repository's number.
pub(crate) fn id(repository: &Repository) -> Request {
    let (owner, name) = repository.name.split_once('/').unwrap_or_default();
    request(ID, &json!({ "owner": owner, "name": name }))
}

/// The call that moves refs, all of them or none.
pub(crate) fn moves(id: &str, moves: &[Move<'_>]) -> Request {
    let updates: Vec<Value> = moves
        .iter()
        .map(|step| {
            json!({
                "name": format!("refs/heads/{}", step.branch),
                "beforeOid": step.from.unwrap_or(NONE),
                "afterOid": step.to.unwrap_or(NONE),
                "force": true,
            })
        })
        .collect();
    request(MOVE, &json!({ "input": { "repositoryId": id, "refUpdates": updates } }))
}

/// The call that commits `files`, paths and texts, on the branch whose tip is `parent`. One without a text goes.
pub(crate) fn commit(
    repository: &Repository,
    branch: &str,
    parent: &str,
    message: (&str, &str),
    files: &[(&str, Option<&str>)],
) -> Request {
    let texts = files.iter().filter_map(|(path, text)| Some((path, (*text)?)));
    let additions: Vec<Value> =
        texts.map(|(path, text)| json!({ "path": path, "contents": BASE64.encode(text) })).collect();
    let gone = files.iter().filter(|(_, text)| text.is_none());
    let deletions: Vec<Value> = gone.map(|(path, _)| json!({ "path": path })).collect();
    let mut changes = json!({ "additions": additions });
    if let Some(changes) = changes.as_object_mut().filter(|_| !deletions.is_empty()) {
        changes.insert("deletions".to_owned(), deletions.into());
    }
    let input = json!({
        "branch": { "repositoryNameWithOwner": repository.name, "branchName": branch },
        "message": { "headline": message.0, "body": message.1 },
        "fileChanges": changes,
        "expectedHeadOid": parent,
    });
    request(COMMIT, &json!({ "input": input }))
}

fn request(query: &str, variables: &Value) -> Request {
    Request::new(Method::Post, String::new(), json!({ "query": query, "variables": variables }))
}

/// The account that the token is of: that of an App, `…[bot]`, too.
pub(super) fn viewer(client: &Client) -> Result<Account, ForgeError> {
    let answer = answer(client, &request(VIEWER, &json!({})))?;
    let viewer = answer.pointer("/data/viewer");
    let name = viewer.and_then(|viewer| viewer.get("login")).and_then(Value::as_str);
    let name = name.ok_or_else(|| ForgeError::new("GraphQL answered without `/viewer/login`"))?;
    let id = viewer.and_then(|viewer| viewer.get("databaseId")).and_then(Value::as_i64);
    Ok(Account { name: name.to_owned(), id })
}

/// Sends a call: what stands at `pointer` in its data.
pub(crate) fn send(client: &Client, request: &Request, pointer: &str) -> Result<String, ForgeError> {
    let answer = answer(client, request)?;
    if pointer.is_empty() {
        return Ok(String::new());
    }
    let found = answer.get("data").and_then(|data| data.pointer(pointer)).and_then(Value::as_str);
    found.map(str::to_owned).ok_or_else(|| ForgeError::new(format!("GraphQL answered without `{pointer}`")))
}

fn answer(client: &Client, request: &Request) -> Result<Value, ForgeError> {
    let answer = client.send_to(&address(client.base()), request)?;
    // A failure comes with status 200.
    if let Some(errors) = answer.get("errors").and_then(Value::as_array).filter(|errors| !errors.is_empty()) {
        let said: Vec<&str> = errors.iter().filter_map(|error| error.get("message")?.as_str()).collect();
        let message = client.clean(&format!("GraphQL refused: {}", said.join("; ")));
        return Err(ForgeError { status: Some(200), message });
    }
    Ok(answer)
}

/// Where GraphQL stands beside the REST interface at `base`.
pub(crate) fn address(base: &str) -> String {
    match base.strip_suffix("/v3") {
        Some(enterprise) => format!("{enterprise}/graphql"),
        None => format!("{base}/graphql"),
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn stands_beside_the_rest() {
        assert_eq!(address("https://api.github.com"), "https://api.github.com/graphql");
        assert_eq!(address("https://git.acme.org/api/v3"), "https://git.acme.org/api/graphql");
    }
}
