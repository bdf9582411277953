//! GitHub's GraphQL API: commits without git, several refs at once.

use super::bare::{Bare, Signature};
use super::call::Call;
use super::github::{door, refuse};
use super::http::{Request, Response, from_base64};
use super::shared::Shared;
use super::state::{Found, LOGIN};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Answers `/api/graphql`.
pub fn serve(shared: &Shared, request: &Request) -> Response {
    if let Some(refused) = door(shared, request) {
        return refused;
    }
    let call = match Call::new(shared, request) {
        Ok(call) if request.method == "POST" => call,
        Ok(_) => return refuse(404, "Not Found"),
        Err(refused) => return refused,
    };
    call.knows(&[], &["query", "variables", "operationName"]);
    let text = call.text("query").unwrap_or_default();
    let variables = &call.body["variables"];
    let (field, answered) = if text.contains("createCommitOnBranch") {
        ("createCommitOnBranch", create_commit(&call, &variables["input"]))
    } else if text.contains("updateRefs") {
        ("updateRefs", update_refs(&call, &variables["input"]))
    } else if text.contains("viewer") {
        ("viewer", viewer(&call))
    } else if text.contains("repository(") {
        ("repository", repository(&call, variables))
    } else {
        call.violation("no operation that is known here");
        ("unknown", Err(("INVALID", "unknown".to_owned())))
    };
    match answered {
        Ok(value) => Response::json(200, &json!({"data": {field: value}})),
        Err((kind, message)) => {
            let error = json!({"type": kind, "path": [field], "message": message});
            // A field that is never null makes all of the data null.
            let data = if field == "viewer" { Value::Null } else { json!({field: Value::Null}) };
            Response::json(200, &json!({"data": data, "errors": [error]}))
        }
    }
}

/// The value, or the type and the message of an error.
type Answered = Result<Value, (&'static str, String)>;

fn only(call: &Call<'_>, value: &Value, names: &[&str]) {
    for name in value.as_object().into_iter().flatten().map(|(name, _)| name) {
        if !names.contains(&name.as_str()) {
            call.violation(&format!("no input field `{name}`"));
        }
    }
}

fn text(value: &Value) -> Result<&str, (&'static str, String)> {
    value.as_str().ok_or_else(|| ("INVALID", "a text was expected".to_owned()))
}

fn locate(call: &Call<'_>, name: &str) -> Result<(String, Bare), (&'static str, String)> {
    let missing = || ("NOT_FOUND", format!("Could not resolve to a Repository with the name '{name}'."));
    let world = call.world();
    let (Found::Here(key) | Found::Moved(key, _)) = world.find(name) else {
        return Err(missing());
    };
    let repository = &world.repositories[&key];
    let settings = &repository.settings;
    if !settings.pull && !settings.public {
        return Err(missing());
    }
    let bare = repository.bare.clone();
    Ok((key, bare))
}

fn may_write(call: &Call<'_>, key: &str) -> Result<(), (&'static str, String)> {
    let world = call.world();
    let settings = &world.repositories[key].settings;
    if settings.push && !settings.archived {
        return Ok(());
    }
    Err(("FORBIDDEN", "Resource not accessible by personal access token".to_owned()))
}

/// Whose the token is: an App's has an account, too.
fn viewer(call: &Call<'_>) -> Answered {
    let world = call.world();
    if world.hides_viewer {
        return Err(("FORBIDDEN", "Resource not accessible by integration".to_owned()));
    }
    let login = super::github::login(call);
    Ok(json!({"login": login, "databaseId": world.users[login]}))
}

fn repository(call: &Call<'_>, variables: &Value) -> Answered {
    let (owner, name) = (text(&variables["owner"])?, text(&variables["name"])?);
    let (key, _) = locate(call, &format!("{owner}/{name}"))?;
    let id = call.world().repositories[&key].id;
    Ok(json!({"id": format!("R_{id}")}))
}

fn create_commit(call: &Call<'_>, input: &Value) -> Answered {
    only(call, input, &["branch", "message", "fileChanges", "expectedHeadOid", "clientMutationId"]);
    only(call, &input["branch"], &["repositoryNameWithOwner", "branchName", "id"]);
    only(call, &input["message"], &["headline", "body"]);
    only(call, &input["fileChanges"], &["additions", "deletions"]);
    let (key, bare) = locate(call, text(&input["branch"]["repositoryNameWithOwner"])?)?;
    may_write(call, &key)?;
    let branch = text(&input["branch"]["branchName"])?;
    let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
    let expected = text(&input["expectedHeadOid"])?;
    let mut world = call.world();
    let Some(tip) = bare.tip(branch) else {
        return Err((
            "NOT_FOUND",
            format!("A ref named refs/heads/{branch} does not exist in the repository."),
        ));
    };
    if tip != expected {
        let message = format!("Expected branch to point to \"{expected}\" but it points to \"{tip}\"");
        return Err(("STALE_DATA", message));
    }
    let mut files = Vec::new();
    for addition in input["fileChanges"]["additions"].as_array().into_iter().flatten() {
        only(call, addition, &["path", "contents"]);
        let contents = from_base64(text(&addition["contents"])?);
        let contents = contents.ok_or_else(|| ("UNPROCESSABLE", "contents are no base64".to_owned()))?;
        files.push((text(&addition["path"])?.to_owned(), Some(contents)));
    }
    for deletion in input["fileChanges"]["deletions"].as_array().into_iter().flatten() {
        only(call, deletion, &["path"]);
        files.push((text(&deletion["path"])?.to_owned(), None));
    }
    let headline = text(&input["message"]["headline"])?;
    let message = match input["message"]["body"].as_str().filter(|body| !body.is_empty()) {
        Some(body) => format!("{headline}\n\n{body}"),
        None => headline.to_owned(),
    };
    let author = format!("{LOGIN} <{}+{LOGIN}@users.noreply.github.com>", world.users[LOGIN]);
    let by = Signature { author: &author, committer: "GitHub <noreply@github.com>", date: world.now() };
    let oid = bare.commit(branch, Some(&tip), &files, &message, &by);
    world.follow(&key);
    Ok(json!({"commit": {"oid": oid}}))
}

fn update_refs(call: &Call<'_>, input: &Value) -> Answered {
    only(call, input, &["repositoryId", "refUpdates", "clientMutationId"]);
    let id = text(&input["repositoryId"])?;
    let mut world = call.world();
    let held = world.repositories.values().find(|repository| format!("R_{}", repository.id) == id);
    let Some((key, bare, settings)) =
        held.map(|held| (held.name.clone(), held.bare.clone(), held.settings.clone()))
    else {
        return Err(("NOT_FOUND", format!("Could not resolve to a node with the global id of '{id}'")));
    };
    if !settings.push || settings.archived {
        return Err(("FORBIDDEN", "Resource not accessible by personal access token".to_owned()));
    }
    let mut plan = String::from("start\n");
    for update in input["refUpdates"].as_array().into_iter().flatten() {
        only(call, update, &["name", "beforeOid", "afterOid", "force"]);
        let (name, after) = (text(&update["name"])?, text(&update["afterOid"])?);
        if !name.starts_with("refs/heads/") && !name.starts_with("refs/tags/") {
            return Err(("UNPROCESSABLE", format!("{name} is no fully qualified name of a ref")));
        }
        let zero = after.bytes().all(|byte| byte == b'0');
        let forced = zero || update["force"] == json!(true);
        if !forced && bare.resolve(name).is_some_and(|now| !bare.contains(after, &now)) {
            return Err(("UNPROCESSABLE", format!("{name} cannot be fast-forwarded to {after}")));
        }
        // Without a value before, any will do.
        let before = update["beforeOid"].as_str().unwrap_or_default();
        let line =
            if zero { format!("delete {name} {before}") } else { format!("update {name} {after} {before}") };
        let _ = writeln!(plan, "{}", line.trim_end());
    }
    plan.push_str("prepare\ncommit\n");
    bare.try_git(&["update-ref", "--stdin"], plan.as_bytes())
        .map_err(|error| ("STALE_DATA", format!("Refs cannot be updated: {}", error.trim())))?;
    world.follow(&key);
    Ok(json!({"clientMutationId": input["clientMutationId"]}))
}
