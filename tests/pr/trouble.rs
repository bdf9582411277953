//! What goes wrong at a forge, and what is said about it.

use crate::scene::{BRANCH, SHOP, Scene, app};
use crate::server::{APP_TOKEN, Kind, Response, TOKEN};
use crate::support::{BROKEN, Ran};
use serde_json::json;

fn failed(ran: &Ran, wants: &[&str]) {
    assert_eq!(ran.code, 2, "{ran:?}");
    for want in wants {
        assert!(ran.err.contains(want), "{want:?} is not in {ran:?}");
    }
}

#[test]
fn a_hook_that_rejects_is_quoted_and_nothing_is_opened() {
    let Some((scene, shop)) = Scene::broken() else { return };
    shop.hook("pre-receive", "#!/bin/sh\necho 'protected: \x1b[31mno bots here' >&2\nexit 1\n");
    let ran = scene.pr(&[SHOP]);
    failed(&ran, &["error: acme/shop: ", "no bots here", "pre-receive hook declined"]);
    assert!(!ran.err.contains('\x1b'), "{ran:?}");
    assert!(shop.pulls().is_empty());
}

#[test]
fn a_protected_branch_keeps_the_pull_request_as_it_was() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let before = shop.pull(1);
    shop.hook("update", "#!/bin/sh\necho 'GH006: Protected branch update failed' >&2\nexit 1\n");
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    failed(&scene.pr(&[SHOP]), &["Protected branch update failed"]);
    let after = shop.pull(1);
    assert_eq!((&after.body, &after.title, &after.sha), (&before.body, &before.title, &before.sha));
}

#[test]
fn a_branch_that_moves_between_the_look_and_the_push_is_left_alone() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let body = shop.pull(1).body;
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    let theirs = shop.clone();
    scene.forge.before_push(move || drop(theirs.commit(BRANCH, &[("main.py", Some("x = 2\n"))], "Mine")));
    failed(&scene.pr(&[SHOP]), &["somebody moved the branch `nixpacks-fix/main` meanwhile"]);
    assert_eq!(shop.show(BRANCH, "main.py").as_deref(), Some("x = 2\n"));
    assert_eq!(shop.pull(1).body, body);
    assert!(scene.succeed(&[SHOP]).out.contains("left alone"));
}

#[test]
fn rate_limits_are_waited_for() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let secondary = json!({ "message": "You have exceeded a secondary rate limit. Please wait." });
    let wait = |status| Response::json(status, &secondary).header("retry-after", 0);
    scene.forge.script("GET", "/repos/acme/shop", wait(429), 2);
    scene.forge.script("POST", "/repos/acme/shop/pulls", wait(403), 1);
    let spent = Response::json(403, &json!({ "message": "API rate limit exceeded" }))
        .header("x-ratelimit-remaining", 0)
        .header("x-ratelimit-reset", 1_000);
    scene.forge.script("POST", "/repos/acme/shop/pulls", spent, 1);
    assert!(scene.succeed(&[SHOP]).out.contains("opened #1"));
    assert_eq!(shop.pulls().len(), 1);
}

#[test]
fn a_limit_that_takes_too_long_is_said_with_its_time() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let wait = Response::json(429, &json!({ "message": "Slow down" })).header("retry-after", 7200);
    scene.forge.script("POST", "/repos/acme/shop/pulls", wait, 1);
    failed(
        &scene.pr(&[SHOP]),
        &["`POST /repos/acme/shop/pulls` was answered with 429: Slow down", "wait 7200 seconds"],
    );
    // The branch is there; the next run goes on with it.
    assert!(shop.pulls().is_empty() && shop.tip(BRANCH).is_some());
    assert!(scene.succeed(&[SHOP]).out.contains("opened #1"));
    assert_eq!(shop.branches().len(), 2);
}

#[test]
fn a_gateway_that_stumbles_is_asked_again_for_reading_only() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let bad = || Response::text(502, "<html>Bad gateway</html>").header("retry-after", 0);
    scene.forge.script("GET", "/repos/acme/shop", bad(), 2);
    scene.forge.script("POST", "/repos/acme/shop/pulls", bad(), 1);
    failed(&scene.pr(&[SHOP]), &["was answered with 502: <html>Bad gateway</html>"]);
    assert_eq!(scene.writes().iter().filter(|call| call.starts_with("POST /api/v3/repos")).count(), 1);
    assert!(shop.pulls().is_empty());
}

#[test]
fn every_status_is_checked() {
    let Some((scene, shop)) = Scene::broken() else { return };
    shop.set(|settings| settings.refuses_pulls = true);
    failed(&scene.pr(&[SHOP]), &["answered with 403: Resource not accessible by integration"]);
    shop.set(|settings| settings.refuses_pulls = false);
    scene.succeed(&[SHOP]);
    // An edit that is refused is no success either.
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    let refusal = Response::json(
        422,
        &json!({ "message": "Validation Failed", "errors": [{ "resource": "PullRequest", "field": "body", "code": "invalid" }] }),
    );
    scene.forge.script("PATCH", "/repos/acme/shop/pulls/1", refusal, 1);
    failed(
        &scene.pr(&[SHOP]),
        &[
            "`PATCH /repos/acme/shop/pulls/1` was answered with 422: Validation Failed: PullRequest body invalid",
        ],
    );
    assert!(scene.succeed(&[SHOP]).out.contains("updated #1"));
    let nonsense = Response::json(200, &json!({ "full_name": 7 }));
    scene.forge.script("GET", "/repos/acme/shop", nonsense, 1);
    failed(&scene.pr(&[SHOP]), &["cannot read the answer to `GET /repos/acme/shop`"]);
}

#[test]
fn a_token_that_an_answer_repeats_is_not_shown() {
    // `Scene` looks for the token in everything that is printed.
    let Some((scene, shop)) = Scene::broken() else { return };
    let echo = Response::json(400, &json!({ "message": format!("bad header Bearer {TOKEN}") }));
    scene.forge.script("GET", "/repos/acme/shop", echo, 1);
    failed(&scene.pr(&[SHOP]), &["bad header Bearer …"]);
    shop.hook("pre-receive", &format!("#!/bin/sh\necho 'saw {TOKEN}' >&2\nexit 1\n"));
    failed(&scene.pr(&[SHOP]), &["saw …"]);
    scene.forge.forget();
}

#[test]
fn no_token_and_a_wrong_one() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let none = [("GITHUB_TOKEN", ""), ("GITLAB_TOKEN", ""), ("GITEA_TOKEN", "")];
    let ran = scene.pr_with(&[SHOP], &none);
    failed(&ran, &["no token for 127.0.0.1:", "set GITHUB_TOKEN or GH_TOKEN"]);
    let ran = scene.pr_with(&[SHOP], &[("GITHUB_TOKEN", "wrong")]);
    failed(&ran, &["answered with 401: Bad credentials"]);
    let ran = scene.pr_with(&[SHOP], &[("GITHUB_TOKEN", ""), ("GH_TOKEN", TOKEN)]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(shop.pulls().len(), 1);
}

#[test]
fn the_credential_helper_of_git_is_asked() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let helper = format!("!f() {{ echo username=ada; echo password={TOKEN}; }}; f");
    scene.sandbox().write(".no-home/.gitconfig", format!("[credential]\nhelper = \"{helper}\"\n"));
    let ran = scene.pr_with(&[SHOP], &[("GITHUB_TOKEN", "")]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(shop.pulls().len(), 1);
}

#[test]
fn nobody_to_commit_as() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let nobody = [
        ("GIT_COMMITTER_NAME", ""),
        ("GIT_COMMITTER_EMAIL", ""),
        ("GIT_AUTHOR_NAME", ""),
        ("GIT_AUTHOR_EMAIL", ""),
    ];
    failed(&scene.pr_with(&[SHOP], &nobody), &["git does not know who commits", "GIT_AUTHOR_NAME"]);
    assert_eq!(shop.branches(), ["main"]);
}

#[test]
fn the_token_of_a_run_of_actions_is_recognised() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let nobody = ["GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"]
        .map(|name| (name, ""));
    let run = [&nobody[..], &[("GITHUB_ACTIONS", "true"), ("GITHUB_TOKEN", APP_TOKEN)]].concat();
    let ran = scene.pr_with(&[SHOP], &run);
    assert!(ran.code == 0 && ran.out.contains("opened #1"), "{ran:?}");
    assert!(
        ran.err.contains(
            "note: pull requests that are opened with the GITHUB_TOKEN of GitHub Actions start no checks"
        ),
        "{ran:?}"
    );
    assert!(shop.git(&["log", "-1", "--format=%an", BRANCH]).starts_with("github-actions[bot]"));
    // That bot is nobody else, so a person's commit is seen by its name as well.
    let ours = shop.tip(BRANCH).unwrap();
    let theirs = shop.commit(BRANCH, &[("main.py", Some("x = 2\n"))], "Mine");
    shop.edit_pull(1, |pull| pull.body = pull.body.replace(&ours, &theirs));
    assert!(scene.pr_with(&[SHOP], &run).out.contains("left alone"));
}

#[test]
fn an_app_may_push_where_it_is_installed() {
    let Some((scene, _)) = Scene::broken() else { return };
    scene.forge.page_limit(1);
    scene.forge.repository("acme/other", &app(BROKEN)).set(|settings| settings.push = false);
    let ran = scene.pr_with(&["--org", "acme", "--yes"], &[("GITHUB_TOKEN", APP_TOKEN)]);
    assert!(ran.out.contains("acme/other  skipped") && ran.out.contains("acme/shop   opened"), "{ran:?}");
    assert_eq!(ran.code, 0);
}

#[test]
fn a_renamed_repository_is_followed() {
    let Some((scene, shop)) = Scene::broken() else { return };
    shop.set(|settings| settings.renamed_to = Some("acme/store".to_owned()));
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("acme/store: opened #1"), "{ran:?}");
    assert_eq!(shop.pulls().len(), 1);
}

#[test]
fn a_refusal_to_open_is_said_and_the_next_run_tries_again() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let exists = json!({ "message": "Validation Failed", "errors": [{ "resource": "PullRequest", "code": "custom",
        "message": "A pull request already exists for acme:nixpacks-fix/main." }] });
    scene.forge.script("POST", "/repos/acme/shop/pulls", Response::json(422, &exists), 1);
    failed(&scene.pr(&[SHOP]), &["A pull request already exists"]);
    assert!(scene.succeed(&[SHOP]).out.contains("opened #1"));
    assert_eq!(shop.pulls().len(), 1);
}

#[test]
fn a_long_list_is_read_to_its_end() {
    for kind in [Kind::GitHub, Kind::GitLab, Kind::Gitea] {
        let Some((scene, shop)) = Scene::broken_at(kind) else { return };
        scene.forge.page_limit(2);
        scene.succeed(&[SHOP]);
        for _ in 0..5 {
            shop.comment(1, "ada", "Nice.");
        }
        shop.commit(BRANCH, &[("x", Some("y"))], "Mine");
        // What it says once stands behind what others have said.
        for _ in 0..2 {
            scene.succeed(&[SHOP]);
            assert_eq!(shop.pull(1).comments.len(), 6, "{kind:?}");
        }
    }
}

#[test]
fn what_cannot_be_read_or_used_is_named() {
    let Some((scene, _)) = Scene::broken() else { return };
    failed(
        &scene.pr(&["acme/none"]),
        &["acme/none: there is no such repository, or the token may not see it"],
    );
    failed(&scene.pr(&["nonsense"]), &["cannot use `nonsense` as a repository"]);
    failed(
        &scene.pr(&["https://git.example.org/a/b"]),
        &["nobody said which forge `git.example.org` is", "--api-url"],
    );
    failed(&scene.pr(&[SHOP, "--head-prefix="]), &["cannot use `--head-prefix `"]);
    failed(&scene.pr(&[SHOP, "--head-prefix", "a..b/"]), &["no branch name can start like that"]);
    failed(&scene.pr(&[SHOP, "--shard", "1/2"]), &["cannot use `--shard` without a list"]);
    failed(&scene.pr(&[SHOP, "--base", "a..b"]), &["`a..b` is no name of a branch"]);
    let empty = scene.forge.repository("acme/empty", &[]);
    assert!(empty.pulls().is_empty());
    let ran = scene.succeed(&["acme/empty"]);
    assert!(ran.out.contains("skipped: there is no branch `main`"), "{ran:?}");
    scene.sandbox().write("list", "acme/empty\n");
    let ran = scene.succeed(&["--repos", "list", "--yes"]);
    assert!(ran.out.contains("1 skipped"), "{ran:?}");
    scene.forge.repository("acme/plain", &app("")[..1]);
    assert!(scene.succeed(&["acme/plain"]).out.contains("nothing to do"));
}

#[test]
fn a_branch_that_moves_while_github_makes_the_commit_is_left_alone() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP, "--api-commits"]);
    let (body, tip) = (shop.pull(1).body, shop.tip(BRANCH));
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    let stale = json!({ "data": { "createCommitOnBranch": null }, "errors": [{ "type": "STALE_DATA",
        "path": ["createCommitOnBranch"], "message": "Expected branch to point to another commit" }] });
    // The calls to GraphQL: the number of the repository, the branch to build on, and then the commit.
    for calls in 0..5 {
        let Some((scene, shop)) = Scene::broken() else { return };
        scene.forge.script_nth("POST", "/api/graphql", calls, Response::json(200, &stale));
        let ran = scene.pr(&[SHOP, "--api-commits"]);
        failed(&ran, &["GraphQL refused: Expected branch to point to another commit"]);
        assert!(shop.pulls().is_empty());
        assert!(scene.succeed(&[SHOP, "--api-commits"]).out.contains("opened #1"));
        assert_eq!(shop.branches(), ["main", BRANCH], "{calls}");
    }
    scene.forge.script_nth("POST", "/api/graphql", 4, Response::json(200, &stale));
    failed(&scene.pr(&[SHOP, "--api-commits"]), &["GraphQL refused"]);
    assert_eq!((shop.pull(1).body, shop.tip(BRANCH)), (body, tip));
}

#[test]
fn an_answer_that_was_lost_is_no_reason_to_take_the_move_for_anothers() {
    for (args, path, skip) in
        [(&[SHOP][..], "/acme/shop.git/git-receive-pack", 0), (&[SHOP, "--api-commits"], "/api/graphql", 4)]
    {
        let Some((scene, shop)) = Scene::broken() else { return };
        scene.succeed(args);
        shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
        scene.forge.lose("POST", path, skip, Response::text(502, "Bad gateway"));
        assert!(scene.succeed(args).out.contains("updated #1"), "{path}");
        assert!(shop.show(BRANCH, "nixpacks.toml").unwrap().starts_with("# Deploys\n"), "{path}");
        assert!(scene.succeed(args).out.contains("up to date"), "{path}");
        assert!(shop.pull(1).comments.is_empty());
    }
}

#[test]
fn what_somebody_wrote_since_the_look_is_not_written_over() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    let body = shop.pull(1).body;
    let now = json!([{ "number": 1, "html_url": "u", "state": "open", "merged_at": null, "title": "Mine", "body": body,
        "created_at": "2026-01-01T00:00:00Z", "user": { "login": "deploy-bot" },
        "head": { "ref": BRANCH, "repo": { "full_name": SHOP } }, "base": { "ref": "main" } }]);
    // The look reads two names; what it reads again before it writes has another title.
    scene.forge.script_nth("GET", "/repos/acme/shop/pulls", 2, Response::json(200, &now));
    failed(&scene.pr(&[SHOP]), &["somebody changed it meanwhile; run this again"]);
    assert_eq!(shop.pull(1).body, body);
}
