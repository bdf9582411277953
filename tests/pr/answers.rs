//! Answers that no forge gives in good health.

use crate::scene::{BRANCH, SHOP, Scene};
use crate::server::{Kind, Repository, Response, TOKEN};
use serde_json::json;

/// Another page is always there, whichever is asked for.
fn endless(kind: Kind) -> impl Fn(usize) -> Response {
    move |page| {
        let empty = Response::json(200, &json!([]));
        match kind {
            Kind::GitLab => empty.header("X-Next-Page", page + 1),
            _ => empty.header("Link", format!("<http://x/?page={}>; rel=\"next\"", page + 1)),
        }
    }
}

fn list_of_pulls(kind: Kind, shop: &Repository) -> String {
    match kind {
        Kind::GitLab => format!("/projects/{}/merge_requests", shop.id()),
        _ => format!("/repos/{SHOP}/pulls"),
    }
}

#[test]
fn a_list_that_does_not_end_is_an_error_and_not_an_empty_one() {
    for kind in [Kind::GitHub, Kind::GitLab, Kind::Gitea] {
        let Some((scene, shop)) = Scene::broken_at(kind) else { return };
        scene.succeed(&[SHOP]);
        shop.commit("main", &[("other.py", Some("x = 1\n"))], "Other work");
        scene.writes();
        let (path, page) = (list_of_pulls(kind, &shop), endless(kind));
        for number in 1..=250 {
            scene.forge.script("GET", &path, page(number), 1);
        }
        let ran = scene.pr(&[SHOP]);
        assert_eq!(ran.code, 2, "{kind:?} {ran:?}");
        assert!(ran.err.contains("00 pages, which is more than is read"), "{kind:?} {ran:?}");
        assert_eq!(scene.writes(), [""; 0], "{kind:?}");
        assert_eq!(shop.pulls().len(), 1, "{kind:?}");
    }
}

#[test]
fn a_list_that_goes_on_in_an_unknown_way_is_not_taken_for_its_end() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    for link in ["<http://x/?cursor=abc>; rel=\"next\"", "<http://x/?page=1>; rel=\"next\""] {
        let answer = Response::json(200, &json!([])).header("Link", link);
        scene.forge.script("GET", "/repos/acme/shop/pulls", answer, 1);
        let ran = scene.pr(&[SHOP]);
        assert!(ran.code == 2 && ran.err.contains("does not say which is the next"), "{link} {ran:?}");
    }
    assert_eq!(shop.pulls().len(), 1);
}

#[test]
fn the_status_decides_whatever_bytes_come_with_it() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let odd = |status, text: &[u8]| {
        let response = Response { status, body: text.to_vec(), ..Response::default() };
        response.header("Content-Type", "application/json; charset=utf-8")
    };
    scene.forge.script("GET", "/repos/acme/shop", odd(403, b"{\"message\": \"no \xff entry\"}"), 1);
    let ran = scene.pr(&[SHOP]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("was answered with 403: no \u{fffd} entry"), "{ran:?}");
    // Not there is not there.
    scene.forge.script("GET", "/repos/acme/shop", odd(404, b"\xff"), 1);
    let ran = scene.pr(&[SHOP]);
    assert!(ran.code == 2 && ran.err.contains("there is no such repository"), "{ran:?}");
    // A change that was carried out is one.
    let made = json!({ "number": 1, "html_url": "http://x/1", "state": "open", "merged_at": null, "title": "T",
        "body": "B", "created_at": "2026-01-01T00:00:00Z", "user": { "login": "deploy-bot", "id": 1001 },
        "head": { "ref": BRANCH, "repo": { "full_name": SHOP } }, "base": { "ref": "main" } });
    let made = made.to_string().replace("\"B\"", "\"B \u{e9}\"");
    let mut bytes = made.into_bytes();
    let at = bytes.iter().position(|byte| *byte == 0xc3).unwrap();
    bytes.remove(at);
    scene.forge.lose("POST", "/repos/acme/shop/pulls", 0, odd(201, &bytes));
    assert!(scene.succeed(&[SHOP]).out.contains("opened #1"));
    assert_eq!(shop.pulls().len(), 1);
    assert!(scene.succeed(&[SHOP]).out.contains("up to date"));
}

#[test]
fn a_time_to_wait_that_is_none_is_said() {
    let Some((scene, _)) = Scene::broken() else { return };
    for (value, want) in [
        ("99999999999999999999999", "it asks to wait for more than a year"),
        ("Thu, 01 Jan 2099 00:00:00 GMT", "it asks to wait for more than a year"),
    ] {
        let slow = Response::json(429, &json!({ "message": "Slow down" })).header("Retry-After", value);
        scene.forge.script("GET", "/repos/acme/shop", slow, 1);
        let ran = scene.pr(&[SHOP]);
        assert!(ran.code == 2 && ran.err.contains(want), "{value} {ran:?}");
    }
    let past = "Thu, 01 Jan 2015 00:00:00 GMT";
    let slow = Response::json(429, &json!({ "message": "Slow down" })).header("Retry-After", past);
    scene.forge.script("GET", "/repos/acme/shop", slow, 2);
    assert!(scene.succeed(&[SHOP]).out.contains("opened #1"));
}

#[test]
fn a_token_in_another_form_is_not_shown() {
    let Some((scene, shop)) = Scene::broken() else { return };
    // base64 of `x-access-token:` and the token, as git sends it.
    let basic = scene.sandbox().tool("base64", "", &["-w0"], &format!("x-access-token:{TOKEN}")).out;
    let echo = Response::json(400, &json!({ "message": format!("bad header Basic {basic}") }));
    scene.forge.script("GET", "/repos/acme/shop", echo, 1);
    let ran = scene.pr(&[SHOP]);
    assert!(ran.code == 2 && ran.err.contains("bad header Basic …"), "{ran:?}");
    shop.hook("pre-receive", &format!("#!/bin/sh\necho 'saw {basic}' >&2\nexit 1\n"));
    let ran = scene.pr(&[SHOP]);
    assert!(ran.code == 2 && ran.err.contains("saw …"), "{ran:?}");
    for address in [
        "https://github.com/acme/shop?access_token=t0ken",
        "https://github.com/acme/shop.git?x=1&token=t0ken",
        "https://git.example.org/acme/shop?private_token=t0ken",
    ] {
        scene.sandbox().write("list", format!("{address}\n"));
        for args in [&[address][..], &["--repos", "list"]] {
            let ran = scene.pr(args);
            assert_eq!(ran.code, 2, "{ran:?}");
            assert!(!ran.err.contains("t0ken") && ran.err.contains("token=…"), "{ran:?}");
        }
        let remote =
            |verb: &str| drop(scene.sandbox().tool("git", "", &["remote", verb, "origin", address], ""));
        if !scene.sandbox().path().join(".git").exists() {
            scene.sandbox().tool("git", "", &["init", "-q"], "");
            remote("add");
        }
        remote("set-url");
        let ran = scene.pr(&[]);
        assert!(ran.code == 2 && !ran.err.contains("t0ken"), "{ran:?}");
    }
    let elsewhere = "https://evil.example/x?access_token=t0ken";
    scene.forge.script("GET", "/repos/acme/shop", Response::empty(301).header("Location", elsewhere), 1);
    let ran = scene.pr(&[SHOP]);
    assert!(ran.code == 2 && !ran.err.contains("t0ken") && ran.err.contains("evil.example"), "{ran:?}");
}

#[test]
fn a_remote_that_is_a_directory_is_no_repository_of_a_forge() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let git = |args: &[&str]| drop(scene.sandbox().tool("git", "", args, ""));
    git(&["init", "-q"]);
    git(&["remote", "add", "origin", "x"]);
    // The fake has `acme/shop`, and a relative path is called the same.
    for url in
        [SHOP, "/acme/shop", "../acme/shop", "C:\\acme\\shop", "file:///acme/shop", "file://x/acme/shop"]
    {
        git(&["remote", "set-url", "origin", url]);
        let ran = scene.pr(&[]);
        assert!(ran.code == 2 && ran.err.contains("is a directory of this machine"), "{url} {ran:?}");
    }
    assert!(scene.forge.requests().is_empty());
    assert!(shop.pulls().is_empty());
}
