//! What the test can do to a forge.

use super::client::{ask, get, send};
use super::shop;
use crate::server::{Forge, Kind, Response, State, TOKEN, When};
use serde_json::json;

/// Opens a pull request to `main`.
pub fn open(forge: &Forge, name: &str, branch: &str) {
    let (path, body) = match forge.kind() {
        Kind::GitLab => (
            format!("/projects/{}/merge_requests", name.replace('/', "%2F")),
            json!({"title": "T", "source_branch": branch, "target_branch": "main"}),
        ),
        _ => (format!("/repos/{name}/pulls"), json!({"title": "T", "head": branch, "base": "main"})),
    };
    let answer = ask(forge, "POST", &path, &body);
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[test]
fn objects_to_what_a_forge_would_ignore() {
    for forge in [Forge::github(), Forge::gitlab(), Forge::gitea()] {
        let Some(forge) = forge else { return };
        shop(&forge);
        assert!(forge.violations().is_empty());
        let at = if forge.kind() == Kind::GitLab { "/projects/acme%2Fshop" } else { "/repos/acme/shop" };
        get(&forge, &format!("{at}?fields=all"));
        get(&forge, &format!("{at}/secrets"));
        let violations = forge.violations();
        assert_eq!(violations.len(), 2, "{violations:?}");
        assert!(violations[0].ends_with("no query parameter `fields`"), "{violations:?}");
    }
}

#[test]
fn a_violation_fails_the_test() {
    let Some(forge) = Forge::github() else { return };
    get(&forge, "/nothing");
    let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(forge)));
    assert!(failed.is_err());
}

#[test]
fn answers_by_script_and_then_as_always() {
    let Some(forge) = Forge::github() else { return };
    shop(&forge);
    let limited = Response::json(403, &json!({"message": "API rate limit exceeded"}))
        .header("x-ratelimit-remaining", 0)
        .header("retry-after", 1);
    forge.script("GET", "/repos/acme/shop", limited, 2);
    let statuses: Vec<u16> = (0..3).map(|_| get(&forge, "/repos/acme/shop").status).collect();
    assert_eq!(statuses, [403, 403, 200]);
    let requests = forge.requests();
    assert_eq!(requests.iter().map(|request| request.status).collect::<Vec<_>>(), statuses);
    assert_eq!(requests[0].line(), "GET /api/v3/repos/acme/shop");
    forge.forget();
    assert!(forge.requests().is_empty());
}

#[test]
fn stalls_before_or_after_the_work() {
    for (when, pulls) in [(When::Before, 0), (When::After, 1)] {
        let Some(forge) = Forge::github() else { return };
        let shop = shop(&forge);
        forge.stall(0, when);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let body = json!({"title": "T", "head": "work", "base": "main"}).to_string();
                let token = format!("Bearer {TOKEN}");
                let headers = [
                    ("Authorization", token.as_str()),
                    ("User-Agent", "test"),
                    ("Accept", "application/vnd.github+json"),
                    ("X-GitHub-Api-Version", "2022-11-28"),
                ];
                send(&forge, "POST", "/api/v3/repos/acme/shop/pulls", &headers, &body).is_none()
            });
            assert!(forge.stalled(|| waiting.is_finished()));
            assert_eq!(get(&forge, "/repos/acme/shop").status, 200, "reading goes on");
            assert_eq!(shop.pulls().len(), pulls);
            let again = ask(&forge, "POST", "/repos/acme/shop/issues/9/comments", &json!({"body": "b"}));
            assert_eq!(again.status, 404, "so does the next write");
            forge.resume();
            assert!(waiting.join().unwrap(), "it gets no answer");
        });
        assert_eq!(forge.writes()[0].status, 0);
    }
}

#[test]
fn people_comment_close_and_merge() {
    for forge in [Forge::github(), Forge::gitlab(), Forge::gitea()] {
        let Some(forge) = forge else { return };
        let shop = shop(&forge);
        open(&forge, "acme/shop", "work");
        shop.comment(1, "ada", "Why?");
        shop.close(1);
        assert_eq!((shop.pull(1).state, shop.pull(1).comments.len()), (State::Closed, 1));
        shop.edit_pull(1, |pull| pull.state = State::Open);
        shop.squash(1);
        assert_eq!(shop.pull(1).state, State::Merged);
        assert_eq!(shop.show("main", "nixpacks.toml").unwrap(), "d\n");
        assert_eq!(shop.git(&["rev-list", "--count", "main"]).trim(), "3");
        shop.commit("next", &[("x", Some("x\n"))], "More");
        open(&forge, "acme/shop", "next");
        shop.merge(2);
        assert_eq!(shop.show("main", "x").unwrap(), "x\n");
        assert!(shop.pull(2).merged_at.is_some());
    }
}
