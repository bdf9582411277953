//! GitLab's REST API.

use super::client::{ask, get, send};
use super::shop;
use crate::server::{Forge, State, TOKEN};
use serde_json::{Value, json};

const SHOP: &str = "/projects/acme%2Fshop";

#[test]
fn describes_and_lists_projects() {
    let Some(forge) = Forge::gitlab() else { return };
    let shop = shop(&forge);
    forge.repository("acme/deep/tools", &[]);
    assert_eq!(send(&forge, "GET", "/api/v4/user", &[], "").unwrap().status, 401);
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(send(&forge, "GET", "/api/v4/user", &[("Authorization", &bearer)], "").unwrap().status, 200);
    let answer = get(&forge, SHOP).json();
    assert_eq!(answer["permissions"]["project_access"]["access_level"], 30);
    assert_eq!(answer["forked_from_project"], Value::Null);
    let id = answer["id"].as_u64().unwrap();
    assert_eq!(get(&forge, &format!("/projects/{id}")).json(), answer);
    let found =
        |query: &str| get(&forge, &format!("/groups/acme/projects{query}")).json().as_array().unwrap().len();
    assert_eq!((found(""), found("?include_subgroups=true"), found("?archived=true")), (1, 2, 0));
    let answer = get(&forge, "/groups/acme/projects?include_subgroups=true&per_page=1");
    assert_eq!(answer.header("x-next-page"), Some("2"));
    assert_eq!(get(&forge, "/groups/nobody/projects").status, 404);
    assert_eq!(get(&forge, "/projects/acme%2Fgone").json(), json!({"message": "404 Project Not Found"}));
    assert_eq!(get(&forge, "/users?username=Ada").json(), json!([{"id": 1002, "username": "ada"}]));
    shop.set(|settings| settings.renamed_to = Some("acme/store".to_owned()));
    let to = format!("{}/projects/{id}", forge.api_url());
    assert_eq!(get(&forge, SHOP).header("location"), Some(to.as_str()));
    assert_eq!(ask(&forge, "POST", &format!("{SHOP}/merge_requests"), &Value::Null).status, 405);
}

#[test]
fn shows_trees_by_page() {
    let Some(forge) = Forge::gitlab() else { return };
    shop(&forge);
    let tree = |query: &str| get(&forge, &format!("{SHOP}/repository/tree?{query}"));
    let first = tree("recursive=true&ref=main&per_page=2");
    assert_eq!((first.header("x-next-page"), &first.json()[1]["type"]), (Some("2"), &json!("tree")));
    let second = tree("recursive=true&ref=main&per_page=2&page=2");
    assert_eq!((second.header("x-next-page"), &second.json()[0]["name"]), (Some(""), &json!("main.py")));
    assert_eq!(tree("ref=gone").status, 404);
}

#[test]
fn opens_a_merge_request_once_and_changes_it() {
    let Some(forge) = Forge::gitlab() else { return };
    let shop = shop(&forge);
    let all = format!("{SHOP}/merge_requests");
    let body = json!({"source_branch": "work", "target_branch": "main", "title": "Draft: T", "description": "D",
        "labels": "a,b", "reviewer_ids": [1002], "remove_source_branch": true});
    let answer = ask(&forge, "POST", &all, &body);
    assert_eq!((answer.status, &answer.json()["draft"]), (201, &json!(true)));
    let answer = ask(&forge, "POST", &all, &body);
    let message = "Another open merge request already exists for this source branch: !1";
    assert_eq!((answer.status, answer.json()), (409, json!({"message": [message]})));
    assert_eq!(
        (shop.pull(1).labels, shop.pull(1).reviewers),
        (vec!["a".into(), "b".into()], vec!["ada".into()])
    );

    let edit = |body: &Value| ask(&forge, "PUT", &format!("{all}/1"), body).json();
    assert_eq!(edit(&json!({"state_event": "close", "add_labels": "c"}))["state"], "closed");
    assert_eq!(edit(&json!({"state_event": "reopen", "title": "T"}))["draft"], false);
    shop.edit_pull(1, |pull| pull.state = State::Merged);
    assert_eq!(edit(&json!({"state_event": "reopen"}))["state"], "merged");
    let found = |query: &str| get(&forge, &format!("{all}?{query}")).json().as_array().unwrap().len();
    assert_eq!(
        (found("state=all&source_branch=work"), found("state=opened"), found("source_branch=x")),
        (1, 0, 0)
    );
    assert_eq!(ask(&forge, "POST", &format!("{all}/1/notes"), &json!({"body": "N"})).status, 201);
    assert_eq!(get(&forge, &format!("{all}/1/notes")).json()[0]["body"], "N");
    shop.set(|settings| settings.push = false);
    assert_eq!(ask(&forge, "POST", &all, &body).status, 403);
}
