//! GitHub's GraphQL API.

use super::client::{Answer, ask};
use super::shop;
use crate::server::Forge;
use serde_json::{Value, json};

const COMMIT: &str =
    "mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }";
const REFS: &str = "mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }";
const ID: &str = "query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { id } }";

fn post(forge: &Forge, query: &str, variables: &Value) -> Answer {
    ask(forge, "POST", "/graphql", &json!({"query": query, "variables": variables}))
}

#[test]
fn commits_where_the_branch_still_is() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    let old = shop.tip("work").unwrap();
    let input = json!({"input": {
        "branch": {"repositoryNameWithOwner": "acme/shop", "branchName": "work"},
        "message": {"headline": "Fix", "body": "Because."},
        "fileChanges": {"additions": [{"path": "nixpacks.toml", "contents": "w6kKYg=="}]},
        "expectedHeadOid": old,
    }});
    let answer = post(&forge, COMMIT, &input).json();
    assert_eq!(answer["data"]["createCommitOnBranch"]["commit"]["oid"], shop.tip("work").unwrap());
    assert_eq!(shop.show("work", "nixpacks.toml").unwrap(), "é\nb");
    assert_eq!(shop.git(&["log", "-1", "--format=%cn %s %b", "work"]).trim(), "GitHub Fix Because.");
    let answer = post(&forge, COMMIT, &input);
    assert_eq!((answer.status, &answer.json()["errors"][0]["type"]), (200, &json!("STALE_DATA")));
    assert_eq!(forge.writes().len(), 2);
    let mut wrong = input.clone();
    wrong["input"]["expectedHeadOid"] = json!(shop.tip("work").unwrap());
    wrong["input"]["fileChanges"]["additions"][0]["mode"] = json!("100755");
    post(&forge, COMMIT, &wrong);
    assert_eq!(forge.violations().len(), 1);
    shop.set(|settings| settings.push = false);
    assert_eq!(post(&forge, COMMIT, &input).json()["errors"][0]["type"], "FORBIDDEN");
}

#[test]
fn updates_all_refs_or_none() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    let (main, work) = (shop.tip("main").unwrap(), shop.tip("work").unwrap());
    let id = post(&forge, ID, &json!({"owner": "acme", "name": "shop"})).json()["data"]["repository"]["id"]
        .clone();
    assert!(forge.writes().is_empty());
    let zero = "0".repeat(40);
    let update = |name: &str, before: &str, after: &str, force: bool| json!({"name": format!("refs/heads/{name}"), "beforeOid": before, "afterOid": after, "force": force});
    let send = |updates: Vec<Value>| {
        post(&forge, REFS, &json!({"input": {"repositoryId": id, "refUpdates": updates}})).json()
    };
    let answer = send(vec![update("new", &zero, &work, false), update("work", &main, &main, true)]);
    assert!(answer["errors"].is_array(), "{answer}");
    assert_eq!(shop.branches(), ["main", "work"]);
    let answer = send(vec![update("work", &work, &main, false)]);
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("fast-forward"), "{answer}");
    let answer = send(vec![update("new", &zero, &work, false), update("work", &work, &main, true)]);
    assert!(answer["errors"].is_null(), "{answer}");
    assert_eq!((shop.tip("new"), shop.tip("work")), (Some(work.clone()), Some(main)));
    assert!(send(vec![update("new", &work, &zero, false)])["errors"].is_null());
    assert_eq!(shop.branches(), ["main", "work"]);
}
