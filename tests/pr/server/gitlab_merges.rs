//! GitLab's REST API: merge requests and their notes.

use super::call::Call;
use super::gitlab::{listing, refuse};
use super::http::Response;
use super::state::{Comment, LOGIN, Pull, Settings, State, World};
use serde_json::{Value, json};

const BODY_LIMIT: usize = 1_048_576;

/// Answers what is below a project; nothing if there is no such operation.
pub fn route(call: &Call<'_>, key: &str, rest: &[&str], settings: &Settings) -> Option<Response> {
    let ["merge_requests", rest @ ..] = rest else {
        return None;
    };
    let method = call.request.method.as_str();
    let known = matches!((method, rest), ("GET" | "POST", [] | [_, "notes"]) | ("PUT", [_]));
    if !known {
        return None;
    }
    if method != "GET" && (settings.archived || !settings.pull) {
        return Some(refuse(403, "403 Forbidden"));
    }
    let [number, rest @ ..] = rest else {
        return Some(if method == "GET" { list(call, key) } else { create(call, key, settings) });
    };
    let number = number.parse().ok()?;
    if call.world().repositories[key].pull(number).is_none() {
        return Some(refuse(404, "404 Not found"));
    }
    Some(match (method, rest) {
        ("PUT", _) => edit(call, key, number, settings),
        ("GET", _) => notes(call, key, number),
        _ => note(call, key, number, settings),
    })
}

fn is_draft(title: &str) -> bool {
    ["Draft: ", "[Draft]", "(Draft)"].iter().any(|prefix| title.starts_with(prefix))
}

fn describe(call: &Call<'_>, world: &World, key: &str, pull: &Pull) -> Value {
    let name = world.repositories[key].full_name();
    let source = pull.head_repository.as_ref().and_then(|head| world.repositories.get(head));
    json!({
        "iid": pull.number,
        "web_url": format!("{}/{name}/-/merge_requests/{}", call.shared.url, pull.number),
        "state": match pull.state {
            State::Open => "opened",
            State::Closed => "closed",
            State::Merged => "merged",
        },
        "title": pull.title,
        "description": pull.body,
        "source_branch": pull.head,
        "target_branch": pull.base,
        "source_project_id": source.map(|source| source.id),
        "sha": pull.sha,
        "created_at": pull.created_at,
        "draft": is_draft(&pull.title),
        "labels": pull.labels,
        "author": {"username": pull.author, "id": world.account(&pull.author)},
    })
}

fn list(call: &Call<'_>, key: &str) -> Response {
    let known = [
        "state",
        "source_branch",
        "target_branch",
        "per_page",
        "page",
        "order_by",
        "sort",
        "scope",
        "author_username",
    ];
    call.knows(&known, &[]);
    let world = call.world();
    let wanted = call.query("state").unwrap_or("all");
    let matches = |pull: &&Pull| {
        let state = match wanted {
            "all" => true,
            "opened" => pull.state == State::Open,
            "closed" => pull.state == State::Closed,
            "merged" => pull.state == State::Merged,
            other => {
                call.violation(&format!("no state `{other}`"));
                false
            }
        };
        let same = |name: &str, value: &str| call.query(name).is_none_or(|wanted| wanted == value);
        state
            && same("source_branch", &pull.head)
            && same("target_branch", &pull.base)
            && same("author_username", &pull.author)
    };
    let mut pulls: Vec<&Pull> = world.repositories[key].pulls.iter().filter(matches).collect();
    if call.query("sort") != Some("asc") {
        pulls.reverse();
    }
    let items = pulls.into_iter().map(|pull| describe(call, &world, key, pull)).collect();
    listing(&call.page(items, "per_page", 20, world.page_limit))
}

/// Labels are a list, or one text with commas.
fn labels(call: &Call<'_>, name: &str) -> Vec<String> {
    match &call.body[name] {
        Value::String(text) => text.split(',').map(|label| label.trim().to_owned()).collect(),
        _ => call.texts(name),
    }
}

fn reviewers(call: &Call<'_>, world: &World) -> Vec<String> {
    let ids = call.numbers("reviewer_ids");
    // Whoever is not known is left out in silence.
    world.users.iter().filter(|(_, id)| ids.contains(id)).map(|(login, _)| login.clone()).collect()
}

fn create(call: &Call<'_>, key: &str, settings: &Settings) -> Response {
    let fields = ["source_branch", "target_branch", "title", "description", "labels", "reviewer_ids"];
    let more = ["target_project_id", "remove_source_branch", "allow_collaboration", "squash", "assignee_ids"];
    call.knows(&[], &[fields.as_slice(), more.as_slice()].concat());
    let (title, source, target) =
        (call.text("title"), call.text("source_branch"), call.text("target_branch"));
    let (Some(title), Some(source), Some(target)) = (title, source, target) else {
        return Response::json(400, &json!({"error": "title is missing"}));
    };
    let mut world = call.world();
    // The project in the path is the source.
    let wanted = call.body["target_project_id"].as_u64();
    let target_key = match wanted {
        None => key.to_owned(),
        Some(id) => match world.repositories.values().find(|held| held.id == id) {
            Some(held) => held.name.clone(),
            None => return refuse(404, "404 Project Not Found"),
        },
    };
    if settings.refuses_pulls || !settings.push {
        return refuse(403, "403 Forbidden");
    }
    let body = call.text("description").unwrap_or_default();
    if body.chars().count() > BODY_LIMIT {
        let message = json!({"description": ["is too long (maximum is 1048576 characters)"]});
        return Response::json(400, &json!({"message": message}));
    }
    if title.is_empty() || title.chars().count() > 255 {
        return Response::json(
            400,
            &json!({"message": {"title": ["is too long (maximum is 255 characters)"]}}),
        );
    }
    if target_key == key && source == target {
        let message = ["You can't use same project/branch for source and target"];
        return Response::json(422, &json!({"message": message}));
    }
    let same = |pull: &&Pull| {
        pull.state == State::Open
            && pull.head == source
            && pull.base == target
            && pull.head_repository.as_deref() == Some(key)
    };
    if let Some(pull) = world.repositories[&target_key].pulls.iter().find(same) {
        let message =
            format!("Another open merge request already exists for this source branch: !{}", pull.number);
        return Response::json(409, &json!({"message": [message]}));
    }
    let (Some(sha), Some(_)) = (world.tip(Some(key), &source), world.tip(Some(&target_key), &target)) else {
        // What GitLab does then is not documented: nobody should get there.
        call.violation("a merge request needs branches that exist");
        return Response::json(400, &json!({"message": {"source_branch": ["does not exist"]}}));
    };
    let pull = Pull {
        number: world.repositories[&target_key].pulls.len() as u64 + 1,
        state: State::Open,
        draft: is_draft(&title),
        title,
        body,
        author: LOGIN.to_owned(),
        head: source,
        head_repository: Some(key.to_owned()),
        base: target,
        sha,
        labels: labels(call, "labels"),
        reviewers: reviewers(call, &world),
        team_reviewers: Vec::new(),
        comments: Vec::new(),
        maintainer_can_modify: call.body["allow_collaboration"] == json!(true),
        created_at: world.now_text(),
        merged_at: None,
    };
    world.keep_head(&target_key, &pull);
    let answer = describe(call, &world, &target_key, &pull);
    world.repositories.get_mut(&target_key).unwrap().pulls.push(pull);
    Response::json(201, &answer)
}

fn edit(call: &Call<'_>, key: &str, number: u64, settings: &Settings) -> Response {
    let fields =
        ["title", "description", "state_event", "add_labels", "remove_labels", "labels", "reviewer_ids"];
    let more = ["target_branch", "remove_source_branch", "allow_collaboration"];
    call.knows(&[], &[fields.as_slice(), more.as_slice()].concat());
    let mut world = call.world();
    let pull = world.repositories[key].pull(number).unwrap();
    if !settings.push && pull.author != LOGIN {
        return refuse(403, "403 Forbidden");
    }
    let gone = world.tip(pull.head_repository.as_deref(), &pull.head).is_none();
    let (more, reviewers) = (labels(call, "add_labels"), reviewers(call, &world));
    let pull = world.repositories.get_mut(key).unwrap().pull_mut(number).unwrap();
    match call.text("state_event").as_deref() {
        Some("close") if pull.state == State::Open => pull.state = State::Closed,
        Some("reopen") if pull.state == State::Closed && !gone => pull.state = State::Open,
        Some("close" | "reopen") | None => {}
        Some(_) => return Response::json(400, &json!({"error": "state_event does not have a valid value"})),
    }
    if let Some(title) = call.text("title") {
        pull.draft = is_draft(&title);
        pull.title = title;
    }
    pull.body = call.text("description").unwrap_or_else(|| pull.body.clone());
    for label in more {
        if !pull.labels.contains(&label) {
            pull.labels.push(label);
        }
    }
    if !call.body["reviewer_ids"].is_null() {
        pull.reviewers = reviewers;
    }
    world.follow(key);
    let pull = world.repositories[key].pull(number).unwrap();
    Response::json(200, &describe(call, &world, key, pull))
}

fn note_json(world: &World, comment: &Comment) -> Value {
    let author = json!({"username": comment.author, "id": world.account(&comment.author)});
    json!({"id": comment.id, "body": comment.body, "author": author, "system": false})
}

fn notes(call: &Call<'_>, key: &str, number: u64) -> Response {
    call.knows(&["per_page", "page", "sort", "order_by"], &[]);
    let world = call.world();
    let mut comments: Vec<&Comment> = world.repositories[key].pull(number).unwrap().comments.iter().collect();
    if call.query("sort") != Some("asc") {
        comments.reverse();
    }
    let items = comments.into_iter().map(|comment| note_json(&world, comment)).collect();
    listing(&call.page(items, "per_page", 20, world.page_limit))
}

fn note(call: &Call<'_>, key: &str, number: u64, settings: &Settings) -> Response {
    call.knows(&[], &["body"]);
    if settings.refuses_extras {
        return refuse(403, "403 Forbidden");
    }
    let Some(body) = call.text("body").filter(|body| !body.is_empty()) else {
        return Response::json(400, &json!({"error": "body is missing"}));
    };
    let mut world = call.world();
    let comment = Comment { id: world.id(), author: LOGIN.to_owned(), body };
    let answer = note_json(&world, &comment);
    world.repositories.get_mut(key).unwrap().pull_mut(number).unwrap().comments.push(comment);
    Response::json(201, &answer)
}
