//! GitHub's REST API: what hangs on a pull request.

use super::call::Call;
use super::github::{invalid, listing, refuse};
use super::github_pulls::{describe, too_long, user};
use super::http::Response;
use super::state::{Comment, Settings, World};
use serde_json::{Value, json};

fn comment_json(call: &Call<'_>, world: &World, key: &str, number: u64, comment: &Comment) -> Value {
    let name = world.repositories[key].full_name();
    json!({
        "id": comment.id,
        "html_url": format!("{}/{name}/pull/{number}#issuecomment-{}", call.shared.url, comment.id),
        "body": comment.body,
        "user": user(world, &comment.author),
    })
}

pub fn comments(call: &Call<'_>, key: &str, number: u64) -> Response {
    call.knows(&["per_page", "page", "since"], &[]);
    let world = call.world();
    let comments = &world.repositories[key].pull(number).unwrap().comments;
    let items = comments.iter().map(|comment| comment_json(call, &world, key, number, comment)).collect();
    listing(call, &call.page(items, "per_page", 30, world.page_limit))
}

pub fn comment(call: &Call<'_>, key: &str, number: u64, settings: &Settings) -> Response {
    call.knows(&[], &["body"]);
    if settings.refuses_extras {
        return refuse(403, "Resource not accessible by integration");
    }
    let Some(body) = call.text("body").filter(|body| !body.is_empty()) else {
        return invalid(&json!({"resource": "IssueComment", "code": "missing_field", "field": "body"}));
    };
    if let Some(refused) = too_long(None, Some(&body)) {
        return refused;
    }
    let mut world = call.world();
    let comment = Comment { id: world.id(), author: super::github::login(call).to_owned(), body };
    let answer = comment_json(call, &world, key, number, &comment);
    world.repositories.get_mut(key).unwrap().pull_mut(number).unwrap().comments.push(comment);
    Response::json(201, &answer)
}

pub fn label(call: &Call<'_>, key: &str, number: u64, settings: &Settings) -> Response {
    call.knows(&[], &["labels"]);
    if settings.refuses_extras || !settings.push {
        return refuse(403, "Resource not accessible by integration");
    }
    let mut world = call.world();
    let pull = world.repositories.get_mut(key).unwrap().pull_mut(number).unwrap();
    for label in call.texts("labels") {
        if !pull.labels.contains(&label) {
            pull.labels.push(label);
        }
    }
    let labels: Vec<Value> = pull.labels.iter().map(|name| json!({"name": name})).collect();
    Response::json(200, &json!(labels))
}

pub fn review(call: &Call<'_>, key: &str, number: u64, settings: &Settings) -> Response {
    call.knows(&[], &["reviewers", "team_reviewers"]);
    if settings.refuses_extras || !settings.push {
        return refuse(403, "Resource not accessible by integration");
    }
    let (reviewers, teams) = (call.texts("reviewers"), call.texts("team_reviewers"));
    let mut world = call.world();
    let name = world.repositories[key].full_name().to_owned();
    let pull = world.repositories.get_mut(key).unwrap().pull_mut(number).unwrap();
    if reviewers.contains(&pull.author) {
        return refuse(422, "Review cannot be requested from pull request author.");
    }
    let stranger = reviewers.iter().any(|login| !settings.collaborators.contains(login))
        || teams.iter().any(|team| !settings.teams.contains(team));
    if stranger {
        let message = "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the";
        return refuse(422, &format!("{message} {name} repository."));
    }
    pull.reviewers.extend(reviewers);
    // Who was asked already is not asked twice.
    pull.reviewers.sort();
    pull.reviewers.dedup();
    pull.team_reviewers.extend(teams);
    let pull = world.repositories[key].pull(number).unwrap();
    Response::json(201, &describe(call, &world, key, pull))
}
