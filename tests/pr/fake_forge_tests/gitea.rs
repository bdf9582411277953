//! Gitea's REST API.

use super::client::{ask, get, send};
use super::shop;
use crate::server::{Forge, LOGIN, State};
use serde_json::{Value, json};

const SHOP: &str = "/repos/acme/shop";

#[test]
fn describes_and_lists_repositories() {
    let Some(forge) = Forge::gitea() else { return };
    let shop = shop(&forge);
    forge.repository("acme/tools", &[]);
    assert_eq!(send(&forge, "GET", "/api/v1/user", &[], "").unwrap().status, 401);
    assert_eq!(get(&forge, SHOP).json()["empty"], false);
    assert_eq!(get(&forge, "/repos/acme/tools").json()["empty"], true);
    let answer = get(&forge, "/orgs/acme/repos?limit=1&page=2");
    assert_eq!((answer.header("x-total-count"), answer.header("link")), (Some("2"), None));
    assert_eq!(answer.json()[0]["full_name"], "acme/tools");
    assert_eq!(get(&forge, "/users/acme/repos").status, 200);
    shop.set(|settings| settings.renamed_to = Some("acme/store".to_owned()));
    assert_eq!(get(&forge, SHOP).header("location"), Some("/api/v1/repos/acme/store"));
}

#[test]
fn shows_trees_by_page() {
    let Some(forge) = Forge::gitea() else { return };
    shop(&forge);
    let tree = |query: &str| get(&forge, &format!("{SHOP}/git/trees/main?{query}")).json();
    let first = tree("recursive=true&per_page=2");
    assert_eq!((&first["truncated"], &first["total_count"]), (&json!(true), &json!(3)));
    let second = tree("recursive=true&per_page=2&page=2");
    assert_eq!((&second["truncated"], &second["tree"][0]["path"]), (&json!(false), &json!("src/main.py")));
}

#[test]
fn opens_a_pull_request_once_and_changes_it() {
    let Some(forge) = Forge::gitea() else { return };
    let shop = shop(&forge);
    let pulls = format!("{SHOP}/pulls");
    let label = ask(&forge, "POST", &format!("{SHOP}/labels"), &json!({"name": "fix", "color": "#00ff00"}));
    assert_eq!((label.status, &label.json()["id"]), (201, &json!(1)));
    assert_eq!(
        ask(&forge, "POST", &format!("{SHOP}/labels"), &json!({"name": "x", "color": "green"})).status,
        422
    );
    assert_eq!(get(&forge, &format!("{SHOP}/labels?limit=10")).json(), json!([{"id": 1, "name": "fix"}]));
    let open = |head: &str, labels: &Value| {
        let body = json!({"title": "WIP: T", "head": head, "base": "main", "body": "B", "labels": labels});
        ask(&forge, "POST", &pulls, &body)
    };
    assert_eq!((open("gone", &json!([])).status, open("main", &json!([])).status), (404, 422));
    let answer = open("work", &json!([1]));
    assert_eq!((answer.status, &answer.json()["draft"]), (201, &json!(true)));
    assert_eq!(answer.json()["labels"], json!([{"id": 1, "name": "fix"}]));
    assert_eq!(open("work", &json!([])).status, 409);

    let edit = |body: &Value| ask(&forge, "PATCH", &format!("{pulls}/1"), body);
    let answer = edit(&json!({"state": "closed", "title": "T"}));
    assert_eq!((answer.status, &answer.json()["state"]), (201, &json!("closed")));
    assert_eq!(edit(&json!({"state": "open"})).json()["draft"], false);
    shop.edit_pull(1, |pull| pull.state = State::Merged);
    let listed = get(&forge, &format!("{pulls}?state=all&limit=1")).json();
    assert_eq!((&listed[0]["merged"], &listed[0]["state"]), (&json!(true), &json!("closed")));

    let issue = format!("{SHOP}/issues/1");
    assert_eq!(ask(&forge, "POST", &format!("{issue}/comments"), &json!({"body": "C"})).status, 201);
    assert_eq!(get(&forge, &format!("{issue}/comments")).json()[0]["user"]["login"], LOGIN);
    assert_eq!(ask(&forge, "POST", &format!("{issue}/labels"), &json!({"labels": [1]})).status, 200);
    let review = |login: &str| {
        ask(&forge, "POST", &format!("{pulls}/1/requested_reviewers"), &json!({"reviewers": [login]})).status
    };
    assert_eq!((review("nobody"), review(LOGIN), review("ada")), (404, 422, 201));
    let fork = || ask(&forge, "POST", &format!("{SHOP}/forks"), &json!({})).status;
    assert_eq!((fork(), fork()), (202, 409));
}
