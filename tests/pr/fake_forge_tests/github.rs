//! GitHub's REST API.

use super::client::{ask, get, send};
use super::shop;
use crate::server::{Forge, LOGIN, State, TOKEN};
use serde_json::{Value, json};

fn names(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|item| item["full_name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn keeps_the_door() {
    let Some(forge) = Forge::github() else { return };
    let token = format!("Bearer {TOKEN}");
    let agent = ("User-Agent", "test");
    let accept = ("Accept", "application/vnd.github+json");
    let status = |headers: &[(&str, &str)]| send(&forge, "GET", "/api/v3/user", headers, "").unwrap().status;
    assert_eq!(status(&[("Authorization", &token)]), 403);
    assert_eq!(status(&[agent]), 401);
    assert_eq!(status(&[agent, ("Authorization", "Bearer x")]), 401);
    let version = ("X-GitHub-Api-Version", "2999-01-01");
    assert_eq!(status(&[agent, accept, version, ("Authorization", &token)]), 400);
    assert_eq!(get(&forge, "/user").json()["login"], LOGIN);
}

#[test]
fn describes_and_lists_repositories() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    forge.repository("acme/tools", &[("a", "")]);
    let answer = get(&forge, "/repos/acme/shop").json();
    assert_eq!(answer["permissions"], json!({"push": true, "pull": true, "admin": false}));
    assert_eq!(answer["clone_url"], format!("{}/acme/shop.git", forge.url()));
    assert_eq!(get(&forge, "/repos/Acme/SHOP").json()["full_name"], "acme/shop");
    forge.page_limit(1);
    let answer = get(&forge, "/orgs/acme/repos?per_page=100");
    assert_eq!(names(&answer.json()), ["acme/shop"]);
    let next = answer.header("link").unwrap().split_once('>').unwrap().0[1..].to_owned();
    let answer = get(&forge, next.strip_prefix(&forge.api_url()).unwrap());
    assert_eq!((names(&answer.json()), answer.header("link")), (vec!["acme/tools".to_owned()], None));
    assert_eq!(get(&forge, "/orgs/ada/repos").status, 404);
    assert_eq!(get(&forge, "/users/ada/repos").status, 200);
    shop.set(|settings| settings.pull = false);
    assert_eq!(get(&forge, "/repos/acme/shop").status, 404);
    shop.set(|settings| (settings.pull, settings.renamed_to) = (true, Some("acme/store".to_owned())));
    let answer = get(&forge, "/repos/acme/shop");
    let to = answer.header("location").unwrap().strip_prefix(&forge.api_url()).unwrap().to_owned();
    assert_eq!((answer.status, get(&forge, &to).json()["full_name"].clone()), (301, json!("acme/store")));
}

#[test]
fn shows_trees() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    let answer = get(&forge, "/repos/acme/shop/git/trees/main?recursive=1").json();
    let paths: Vec<&str> =
        answer["tree"].as_array().unwrap().iter().map(|entry| entry["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["nixpacks.toml", "src", "src/main.py"]);
    assert_eq!(answer["truncated"], false);
    shop.set(|settings| settings.truncated_tree = true);
    assert_eq!(get(&forge, "/repos/acme/shop/git/trees/main?recursive=1").json()["truncated"], true);
    assert_eq!(get(&forge, "/repos/acme/shop/git/trees/gone").status, 404);
    forge.repository("acme/empty", &[]);
    assert_eq!(get(&forge, "/repos/acme/empty/git/trees/main").status, 409);
}

#[test]
fn opens_a_pull_request_once() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    let pulls = "/repos/acme/shop/pulls";
    let open = |head: &str, body: &str| {
        ask(
            &forge,
            "POST",
            pulls,
            &json!({"title": "T", "head": head, "base": "main", "body": body, "draft": true}),
        )
    };
    let error = |head: &str| open(head, "b").json()["errors"][0].clone();
    assert_eq!(error("gone"), json!({"resource": "PullRequest", "field": "head", "code": "invalid"}));
    assert_eq!(error("main")["message"], "No commits between main and main");
    assert_eq!(open("work", &"é".repeat(65537)).status, 422);
    let answer = open("work", &"é".repeat(65536));
    assert_eq!((answer.status, &answer.json()["head"]["label"]), (201, &json!("acme:work")));
    assert_eq!(error("work")["message"], "A pull request already exists for acme:work.");
    let found = |query: &str| get(&forge, &format!("{pulls}?{query}")).json().as_array().unwrap().len();
    assert_eq!(found("head=acme:work&state=all"), 1);
    assert_eq!((found("head=other:work"), found("state=closed"), found("base=work")), (0, 0, 0));

    let edit = |body: &Value| ask(&forge, "PATCH", &format!("{pulls}/1"), body);
    assert_eq!(edit(&json!({"state": "closed", "title": "U"})).json()["state"], "closed");
    assert_eq!(edit(&json!({"state": "open"})).status, 200);
    assert_eq!(shop.pull(1).title, "U");
    assert_eq!(edit(&json!({"title": "é".repeat(257)})).status, 422);
    shop.close(1);
    let old = shop.tip("work").unwrap();
    shop.commit("work", &[("x", Some("x\n"))], "On top");
    shop.git(&["update-ref", "refs/heads/work", "main~"]);
    let message = edit(&json!({"state": "open"})).json()["errors"][0]["message"].clone();
    assert_eq!(message, "state cannot be changed. The work branch was force-pushed or recreated.");
    shop.git(&["update-ref", "refs/heads/work", &old]);
    assert_eq!(edit(&json!({"state": "open"})).status, 200);
    shop.delete_branch("work");
    assert_eq!(shop.pull(1).state, State::Closed);
    assert_eq!(edit(&json!({"state": "open"})).status, 422);
    shop.set(|settings| settings.refuses_pulls = true);
    assert_eq!(open("work", "b").status, 403);
}

#[test]
fn takes_comments_labels_and_reviewers() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    super::handle::open(&forge, "acme/shop", "work");
    let (issue, pull) = ("/repos/acme/shop/issues/1", "/repos/acme/shop/pulls/1");
    for body in ["one", "two"] {
        assert_eq!(ask(&forge, "POST", &format!("{issue}/comments"), &json!({"body": body})).status, 201);
    }
    let answer = get(&forge, &format!("{issue}/comments?per_page=1&page=2"));
    assert_eq!(answer.json()[0]["body"], "two");
    assert_eq!(ask(&forge, "POST", &format!("{issue}/labels"), &json!({"labels": ["a", "b"]})).status, 200);
    assert_eq!(shop.pull(1).labels, ["a", "b"]);
    let request = |body: &Value| ask(&forge, "POST", &format!("{pull}/requested_reviewers"), body).status;
    assert_eq!(request(&json!({"reviewers": [LOGIN]})), 422);
    assert_eq!(request(&json!({"reviewers": ["grace"]})), 422);
    assert_eq!(request(&json!({"reviewers": ["ada"], "team_reviewers": ["platform"]})), 201);
    assert_eq!(shop.pull(1).reviewers, ["ada"]);
    assert_eq!(get(&forge, "/repos/acme/shop/issues/2/comments").status, 404);
}

#[test]
fn forks_and_takes_pull_requests_from_there() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    shop.set(|settings| settings.push = false);
    for _ in 0..2 {
        let answer = ask(&forge, "POST", "/repos/acme/shop/forks", &json!({"default_branch_only": true}));
        assert_eq!((answer.status, &answer.json()["full_name"]), (202, &json!(format!("{LOGIN}/shop"))));
    }
    let fork = forge.at(&format!("{LOGIN}/shop")).unwrap();
    assert_eq!(fork.branches(), ["main"]);
    fork.commit("fix", &[("x", Some("x\n"))], "Fix");
    super::handle::open(&forge, "acme/shop", &format!("{LOGIN}:fix"));
    fork.commit("fix", &[("x", Some("y\n"))], "Fix again");
    assert_eq!(shop.git(&["rev-parse", "refs/pull/1/head"]).trim(), fork.tip("fix").unwrap());
    let listed = get(&forge, &format!("/repos/acme/shop/pulls?head={LOGIN}:fix")).json();
    assert_eq!(listed[0]["head"]["repo"]["full_name"], format!("{LOGIN}/shop"));
    assert_eq!(
        ask(&forge, "POST", "/repos/acme/shop/issues/1/labels", &json!({"labels": ["a"]})).status,
        403
    );
    shop.comment(1, "", "from an account that is gone");
    assert!(get(&forge, "/repos/acme/shop/issues/1/comments").json()[0]["user"].is_null());
    shop.edit_pull(1, |pull| (pull.head_repository, pull.author) = (None, String::new()));
    assert!(get(&forge, "/repos/acme/shop/pulls").json()[0]["head"]["repo"].is_null());
    shop.edit_pull(1, |pull| pull.author = LOGIN.to_owned());
    shop.set(|settings| settings.archived = true);
    assert_eq!(ask(&forge, "PATCH", "/repos/acme/shop/pulls/1", &json!({"title": "U"})).status, 403);
}
