//! Gitea's REST API: pull requests, and what hangs on one.

use super::call::Call;
use super::gitea::{listing, missing, refuse};
use super::http::Response;
use super::state::{Comment, LOGIN, Pull, Repository, Settings, State, World};
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
        return Some(missing(call));
    }
    if method == "POST" && settings.refuses_extras {
        return Some(refuse(call, 403, "token does not have at least one of required scope(s)"));
    }
    Some(match (method, rest) {
        ("PATCH", _) => edit(call, key, number, settings),
        ("GET", _) => comments(call, key, number),
        (_, ["comments"]) => comment(call, key, number),
        (_, ["labels"]) => label(call, key, number, settings),
        _ => review(call, key, number, settings),
    })
}

fn is_draft(title: &str) -> bool {
    ["WIP:", "[WIP]"].iter().any(|prefix| title.to_ascii_uppercase().starts_with(prefix))
}

fn label_json(repository: &Repository, name: &str) -> Value {
    let index = repository.labels.iter().position(|label| label == name);
    json!({"id": index.map_or(0, |index| index + 1), "name": name})
}

fn describe(call: &Call<'_>, world: &World, key: &str, pull: &Pull) -> Value {
    let repository = &world.repositories[key];
    let name = repository.full_name();
    let head = pull.head_repository.as_ref().and_then(|head| world.repositories.get(head));
    json!({
        "number": pull.number,
        "html_url": format!("{}/{name}/pulls/{}", call.shared.url, pull.number),
        "state": if pull.state == State::Open { "open" } else { "closed" },
        "merged": pull.state == State::Merged,
        "merged_at": pull.merged_at,
        "title": pull.title,
        "body": pull.body,
        "draft": is_draft(&pull.title),
        "created_at": pull.created_at,
        "user": {"login": pull.author, "id": world.account(&pull.author)},
        "head": {
            "label": pull.head,
            // The branch only as long as it is there.
            "ref": if head.is_some_and(|head| head.bare.tip(&pull.head).is_some()) {
                pull.head.clone()
            } else {
                format!("refs/pull/{}/head", pull.number)
            },
            "sha": pull.sha,
            "repo": head.map(|head| json!({"full_name": head.full_name()})),
        },
        "base": {"ref": pull.base},
        "labels": pull.labels.iter().map(|name| label_json(repository, name)).collect::<Vec<_>>(),
    })
}

fn list(call: &Call<'_>, key: &str) -> Response {
    call.knows(&["state", "limit", "page", "sort", "base_branch", "poster"], &[]);
    let world = call.world();
    let state = call.query("state").unwrap_or("open");
    if !["open", "closed", "all"].contains(&state) {
        call.violation(&format!("no state `{state}`"));
    }
    let items = world.repositories[key]
        .pulls
        .iter()
        .rev()
        .filter(|pull| state == "all" || (state == "open") == (pull.state == State::Open))
        .map(|pull| describe(call, &world, key, pull))
        .collect();
    listing(call, &call.page(items, "limit", 30, world.page_limit))
}

/// The names of labels by number.
fn named(call: &Call<'_>, repository: &Repository) -> Option<Vec<String>> {
    let ids = call.numbers("labels");
    let name = |id: &u64| repository.labels.get(usize::try_from(*id).ok()?.checked_sub(1)?).cloned();
    ids.iter().map(name).collect()
}

fn create(call: &Call<'_>, key: &str, settings: &Settings) -> Response {
    let fields =
        ["title", "head", "base", "body", "labels", "assignee", "assignees", "milestone", "due_date"];
    let more = ["reviewers", "team_reviewers", "allow_maintainer_edit"];
    call.knows(&[], &[fields.as_slice(), more.as_slice()].concat());
    if settings.refuses_pulls {
        return refuse(call, 403, "token does not have at least one of required scope(s)");
    }
    let (Some(title), Some(head), Some(base)) = (call.text("title"), call.text("head"), call.text("base"))
    else {
        return refuse(call, 422, "[Title]: Required");
    };
    let mut world = call.world();
    let own = world.repositories[key].owner().to_owned();
    let (owner, branch) =
        head.split_once(':').map_or((own.as_str(), head.as_str()), |(owner, name)| (owner, name));
    let from = world.head_repository(key, owner).map(|from| from.name.clone());
    let (Some(sha), Some(base_sha)) = (world.tip(from.as_deref(), branch), world.tip(Some(key), &base))
    else {
        return missing(call);
    };
    let same = |pull: &&Pull| {
        pull.state == State::Open && pull.head == branch && pull.base == base && pull.head_repository == from
    };
    if let Some(pull) = world.repositories[key].pulls.iter().find(same) {
        let number = pull.number;
        let message = format!(
            "pull request already exists for these targets [id: {number}, issue_id: {number}, head_repo_id: 1, base_repo_id: 1, head_branch: {branch}, base_branch: {base}]"
        );
        return refuse(call, 409, &message);
    }
    let source = &world.repositories[from.as_deref().unwrap()].bare;
    if sha == base_sha || source.contains(&base_sha, &sha) {
        return refuse(call, 422, "there are no changes between the head and the base");
    }
    let Some(labels) = named(call, &world.repositories[key]) else {
        return missing(call);
    };
    let pull = Pull {
        number: world.repositories[key].pulls.len() as u64 + 1,
        state: State::Open,
        draft: is_draft(&title),
        title,
        body: call.text("body").unwrap_or_default(),
        author: LOGIN.to_owned(),
        head: branch.to_owned(),
        head_repository: from,
        base,
        sha,
        labels,
        reviewers: call.texts("reviewers"),
        team_reviewers: call.texts("team_reviewers"),
        comments: Vec::new(),
        maintainer_can_modify: call.body["allow_maintainer_edit"] == json!(true),
        created_at: world.now_text(),
        merged_at: None,
    };
    world.keep_head(key, &pull);
    let answer = describe(call, &world, key, &pull);
    world.repositories.get_mut(key).unwrap().pulls.push(pull);
    Response::json(201, &answer)
}

fn edit(call: &Call<'_>, key: &str, number: u64, settings: &Settings) -> Response {
    let fields =
        ["title", "body", "state", "base", "labels", "assignee", "assignees", "milestone", "due_date"];
    call.knows(&[], &[fields.as_slice(), &["unset_due_date", "allow_maintainer_edit"]].concat());
    let mut world = call.world();
    let pull = world.repositories[key].pull(number).unwrap();
    if !settings.push && pull.author != LOGIN {
        return refuse(call, 403, "user should have permission to write to the pull request");
    }
    let state = call.text("state");
    let opens = state.as_deref() == Some("open");
    if opens && pull.state == State::Merged {
        return refuse(call, 412, "cannot change state of this pull request, it was already merged");
    }
    if opens && world.tip(pull.head_repository.as_deref(), &pull.head).is_none() {
        return refuse(call, 422, "cannot reopen this pull request, its branch is gone");
    }
    let pull = world.repositories.get_mut(key).unwrap().pull_mut(number).unwrap();
    match state.as_deref() {
        Some("open") => pull.state = State::Open,
        Some("closed") if pull.state == State::Open => pull.state = State::Closed,
        Some("closed") | None => {}
        Some(state) => call.violation(&format!("no state `{state}`")),
    }
    if let Some(title) = call.text("title") {
        pull.draft = is_draft(&title);
        pull.title = title;
    }
    pull.body = call.text("body").unwrap_or_else(|| pull.body.clone());
    world.follow(key);
    let pull = world.repositories[key].pull(number).unwrap();
    // 201, as its description says.
    Response::json(201, &describe(call, &world, key, pull))
}

fn comment_json(call: &Call<'_>, world: &World, name: &str, number: u64, comment: &Comment) -> Value {
    let (url, id) = (&call.shared.url, comment.id);
    let url = format!("{url}/{name}/pulls/{number}#issuecomment-{id}");
    let user = json!({"login": comment.author, "id": world.account(&comment.author)});
    json!({"id": id, "html_url": url, "body": comment.body, "user": user})
}

fn comments(call: &Call<'_>, key: &str, number: u64) -> Response {
    // There are no pages here: all of them come at once.
    call.knows(&["since", "before"], &[]);
    let world = call.world();
    let repository = &world.repositories[key];
    let comments = &repository.pull(number).unwrap().comments;
    let items: Vec<Value> = comments
        .iter()
        .map(|comment| comment_json(call, &world, repository.full_name(), number, comment))
        .collect();
    Response::json(200, &json!(items)).header("X-Total-Count", items.len())
}

fn comment(call: &Call<'_>, key: &str, number: u64) -> Response {
    call.knows(&[], &["body", "updated_at"]);
    let Some(body) = call.text("body").filter(|body| !body.is_empty()) else {
        return refuse(call, 422, "[Body]: Required");
    };
    let mut world = call.world();
    let comment = Comment { id: world.id(), author: LOGIN.to_owned(), body };
    let answer = comment_json(call, &world, world.repositories[key].full_name(), number, &comment);
    let repository = world.repositories.get_mut(key).unwrap();
    repository.pull_mut(number).unwrap().comments.push(comment);
    Response::json(201, &answer)
}

fn label(call: &Call<'_>, key: &str, number: u64, settings: &Settings) -> Response {
    call.knows(&[], &["labels", "updated_at"]);
    if !settings.push {
        return refuse(call, 403, "write permission is required");
    }
    let mut world = call.world();
    let Some(names) = named(call, &world.repositories[key]) else {
        return missing(call);
    };
    let repository = world.repositories.get_mut(key).unwrap();
    let pull = repository.pull_mut(number).unwrap();
    for name in names {
        if !pull.labels.contains(&name) {
            pull.labels.push(name);
        }
    }
    let labels = pull.labels.clone();
    let labels: Vec<Value> = labels.iter().map(|name| label_json(repository, name)).collect();
    Response::json(200, &json!(labels))
}

fn review(call: &Call<'_>, key: &str, number: u64, settings: &Settings) -> Response {
    call.knows(&[], &["reviewers", "team_reviewers"]);
    if !settings.push {
        return refuse(call, 403, "write permission is required");
    }
    let (reviewers, teams) = (call.texts("reviewers"), call.texts("team_reviewers"));
    let mut world = call.world();
    if reviewers.iter().any(|login| !world.users.contains_key(login)) {
        return missing(call);
    }
    let pull = world.repositories.get_mut(key).unwrap().pull_mut(number).unwrap();
    let refused = |login: &String| *login == pull.author || !settings.collaborators.contains(login);
    if reviewers.iter().any(refused) {
        return refuse(call, 422, "poster of pr or someone who cannot read it can't be a reviewer");
    }
    pull.reviewers.extend(reviewers.clone());
    // Who was asked already is not asked twice.
    pull.reviewers.sort();
    pull.reviewers.dedup();
    pull.team_reviewers.extend(teams);
    let asked: Vec<Value> =
        reviewers.iter().map(|login| json!({"state": "REQUEST_REVIEW", "user": {"login": login}})).collect();
    Response::json(201, &json!(asked))
}
