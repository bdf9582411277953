//! GitHub's REST API: pull requests.

use super::call::Call;
use super::github::{invalid, listing, refuse};
use super::github_extras;
use super::http::Response;
use super::state::{LOGIN, Pull, Settings, State, World};
use serde_json::{Value, json};

/// Answers what is below a repository; nothing if there is no such operation.
pub fn route(call: &Call<'_>, key: &str, rest: &[&str], settings: &Settings) -> Option<Response> {
    let method = call.request.method.as_str();
    match (method, rest) {
        ("GET", ["pulls"]) => return Some(list(call, key)),
        ("POST", ["pulls"]) => return Some(create(call, key, settings)),
        _ => {}
    }
    let [area @ ("pulls" | "issues"), number, rest @ ..] = rest else {
        return None;
    };
    let number = number.parse().ok()?;
    let known = matches!(
        (method, *area, rest),
        ("PATCH", "pulls", [])
            | ("GET" | "POST", "issues", ["comments"])
            | ("POST", "issues", ["labels"])
            | ("POST", "pulls", ["requested_reviewers"])
    );
    if !known {
        return None;
    }
    if call.world().repositories[key].pull(number).is_none() {
        return Some(refuse(404, "Not Found"));
    }
    Some(match (method, rest) {
        ("PATCH", _) => edit(call, key, number, settings),
        ("GET", _) => github_extras::comments(call, key, number),
        (_, ["comments"]) => github_extras::comment(call, key, number, settings),
        (_, ["labels"]) => github_extras::label(call, key, number, settings),
        _ => github_extras::review(call, key, number, settings),
    })
}

/// Whoever deleted the account is nobody.
pub fn user(world: &World, login: &str) -> Value {
    if login.is_empty() { Value::Null } else { json!({"login": login, "id": world.account(login)}) }
}

pub fn describe(call: &Call<'_>, world: &World, key: &str, pull: &Pull) -> Value {
    let name = world.repositories[key].full_name();
    let head = pull.head_repository.as_ref().and_then(|head| world.repositories.get(head));
    let owner = head.map_or("unknown", |head| head.owner());
    json!({
        "number": pull.number,
        "html_url": format!("{}/{name}/pull/{}", call.shared.url, pull.number),
        "state": if pull.state == State::Open { "open" } else { "closed" },
        "merged_at": pull.merged_at,
        "title": pull.title,
        "body": if pull.body.is_empty() { Value::Null } else { json!(pull.body) },
        "draft": pull.draft,
        "created_at": pull.created_at,
        "user": user(world, &pull.author),
        "head": {
            "ref": pull.head,
            "sha": pull.sha,
            "label": format!("{owner}:{}", pull.head),
            "repo": head.map(|head| json!({"full_name": head.full_name()})),
        },
        "base": {"ref": pull.base},
        "labels": pull.labels.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
    })
}

fn list(call: &Call<'_>, key: &str) -> Response {
    call.knows(&["state", "head", "base", "per_page", "page", "sort", "direction"], &[]);
    let head = call.query("head");
    if head.is_some_and(|head| !head.contains(':')) {
        call.violation("`head` without `owner:` is ignored");
    }
    let state = call.query("state").unwrap_or("open");
    if !["open", "closed", "all"].contains(&state) {
        call.violation(&format!("no state `{state}`"));
    }
    let world = call.world();
    let mut pulls: Vec<&Pull> = world.repositories[key]
        .pulls
        .iter()
        .filter(|pull| state == "all" || (state == "open") == (pull.state == State::Open))
        .filter(|pull| call.query("base").is_none_or(|base| base == pull.base))
        .filter(|pull| {
            let Some((owner, branch)) = head.and_then(|head| head.split_once(':')) else {
                return true;
            };
            let from = pull.head_repository.as_ref().and_then(|head| world.repositories.get(head));
            pull.head == branch && from.is_some_and(|from| from.owner() == owner)
        })
        .collect();
    let ascending = match (call.query("sort"), call.query("direction")) {
        (_, Some(direction)) => direction == "asc",
        (None | Some("created"), None) => false,
        (Some(_), None) => true,
    };
    if !ascending {
        pulls.reverse();
    }
    let items = pulls.into_iter().map(|pull| describe(call, &world, key, pull)).collect();
    listing(call, &call.page(items, "per_page", 30, world.page_limit))
}

pub fn too_long(title: Option<&str>, body: Option<&str>) -> Option<Response> {
    [("title", title, 256), ("body", body, 65536)].into_iter().find_map(|(field, text, most)| {
        let message = format!("{field} is too long (maximum is {most} characters)");
        let error = json!({"resource": "Issue", "code": "custom", "field": field, "message": message});
        text.is_some_and(|text| text.chars().count() > most).then(|| invalid(&error))
    })
}

fn custom(message: &str) -> Response {
    invalid(&json!({"resource": "PullRequest", "code": "custom", "message": message}))
}

fn create(call: &Call<'_>, key: &str, settings: &Settings) -> Response {
    call.knows(
        &[],
        &["title", "head", "head_repo", "base", "body", "maintainer_can_modify", "draft", "issue"],
    );
    if settings.refuses_pulls {
        return refuse(403, "Resource not accessible by integration");
    }
    let field =
        |name: &str, code: &str| invalid(&json!({"resource": "PullRequest", "field": name, "code": code}));
    let (Some(title), Some(head), Some(base)) = (call.text("title"), call.text("head"), call.text("base"))
    else {
        return field("head", "missing_field");
    };
    let body = call.text("body");
    if let Some(refused) = too_long(call.text("title").as_deref(), body.as_deref()) {
        return refused;
    }
    let mut world = call.world();
    let own = world.repositories[key].owner().to_owned();
    let (owner, branch) =
        head.split_once(':').map_or((own.as_str(), head.as_str()), |(owner, name)| (owner, name));
    let from = world.head_repository(key, owner).map(|from| from.name.clone());
    let Some(sha) = world.tip(from.as_deref(), branch) else {
        return field("head", "invalid");
    };
    let Some(base_sha) = world.repositories[key].bare.tip(&base) else {
        return field("base", "invalid");
    };
    let same = |pull: &&Pull| {
        pull.state == State::Open && pull.head == branch && pull.base == base && pull.head_repository == from
    };
    if world.repositories[key].pulls.iter().any(|pull| same(&pull)) {
        return custom(&format!("A pull request already exists for {owner}:{branch}."));
    }
    let from_name = from.clone().unwrap_or_default();
    if world.repositories[&from_name].bare.contains(&base_sha, &sha) || base_sha == sha {
        return if owner == own {
            custom(&format!("No commits between {base} and {branch}"))
        } else {
            custom(&format!("No commits between {own}:{base} and {owner}:{branch}"))
        };
    }
    let pull = Pull {
        number: world.repositories[key].pulls.len() as u64 + 1,
        state: State::Open,
        title,
        body: body.unwrap_or_default(),
        draft: call.body["draft"] == json!(true),
        author: super::github::login(call).to_owned(),
        head: branch.to_owned(),
        head_repository: from,
        base,
        sha,
        labels: Vec::new(),
        reviewers: Vec::new(),
        team_reviewers: Vec::new(),
        comments: Vec::new(),
        maintainer_can_modify: call.body["maintainer_can_modify"] != json!(false),
        created_at: world.now_text(),
        merged_at: None,
    };
    world.keep_head(key, &pull);
    let answer = describe(call, &world, key, &pull);
    world.repositories.get_mut(key).unwrap().pulls.push(pull);
    Response::json(201, &answer)
}

/// Whether one that is closed can be opened again, or why not.
fn may_reopen(world: &World, key: &str, pull: &Pull) -> Result<(), String> {
    if pull.state == State::Merged {
        return Err("The pull request is merged.".to_owned());
    }
    let branch = &pull.head;
    let Some(tip) = world.tip(pull.head_repository.as_deref(), branch) else {
        return Err(format!("The {branch} branch was deleted."));
    };
    let source = &world.repositories[pull.head_repository.as_deref().unwrap()].bare;
    if !source.contains(&tip, &pull.sha) {
        return Err(format!("The {branch} branch was force-pushed or recreated."));
    }
    if world.tip(Some(key), &pull.base).is_some_and(|base| source.contains(&base, &tip)) {
        return Err(format!("There are no new commits on the {branch} branch."));
    }
    let same = |other: &&Pull| other.state == State::Open && other.head == *branch && other.base == pull.base;
    if world.repositories[key]
        .pulls
        .iter()
        .any(|other| same(&other) && other.head_repository == pull.head_repository)
    {
        return Err(format!("A pull request already exists for {branch}."));
    }
    Ok(())
}

fn edit(call: &Call<'_>, key: &str, number: u64, settings: &Settings) -> Response {
    call.knows(&[], &["title", "body", "state", "base", "maintainer_can_modify"]);
    let mut world = call.world();
    let pull = world.repositories[key].pull(number).unwrap();
    if pull.author != LOGIN && !settings.push {
        return refuse(403, "Must have admin rights to Repository.");
    }
    let body = call.text("body");
    if let Some(refused) = too_long(call.text("title").as_deref(), body.as_deref()) {
        return refused;
    }
    let state = call.text("state");
    let reopens = state.as_deref() == Some("open") && pull.state != State::Open;
    if let Err(message) = if reopens { may_reopen(&world, key, pull) } else { Ok(()) } {
        let message = format!("state cannot be changed. {message}");
        let error =
            json!({"resource": "PullRequest", "code": "custom", "field": "state", "message": message});
        return invalid(&error);
    }
    let title = call.text("title");
    let pull = world.repositories.get_mut(key).unwrap().pull_mut(number).unwrap();
    match state.as_deref() {
        Some("open") => pull.state = State::Open,
        Some("closed") if pull.state == State::Open => pull.state = State::Closed,
        Some("closed") | None => {}
        Some(state) => call.violation(&format!("no state `{state}`")),
    }
    pull.title = title.unwrap_or_else(|| pull.title.clone());
    pull.body = body.unwrap_or_else(|| pull.body.clone());
    // One that is opened again has what was pushed in the meantime.
    world.follow(key);
    let pull = world.repositories[key].pull(number).unwrap();
    Response::json(200, &describe(call, &world, key, pull))
}
