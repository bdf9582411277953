//! Nobody can speak for us: markers of others, in pull requests, in comments, and in what a repository says.

use crate::scene::{BRANCH, MENDED, OTHERWISE, SHOP, Scene, app};
use crate::server::{APP_TOKEN, Kind, Repository, State};
use crate::support::BROKEN;

const FORGES: [Kind; 3] = [Kind::GitHub, Kind::GitLab, Kind::Gitea];

/// Who commits, where that is a person: nobody but the last line tells whose a commit is.
fn shared() -> [(&'static str, &'static str); 4] {
    ["GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"]
        .map(|name| (name, ""))
}

/// The scene after a pull request of ours was declined, a maintainer went on from its branch, and a stranger opened
/// one from there with `marker` below it: the maintainer's commit.
fn opened_by_a_stranger(kind: Kind, marker: &str) -> Option<(Scene, Repository, String)> {
    let (scene, shop) = Scene::broken_at(kind)?;
    scene.sandbox().write(".no-home/.gitconfig", "[user]\nname = Ada\nemail = ada@example.org\n");
    assert_eq!(scene.pr_with(&[SHOP], &shared()).code, 0);
    let fingerprint = shop.pull(1).body.split("fingerprint=").nth(1).unwrap()[..16].to_owned();
    shop.close(1);
    let theirs = shop.commit(BRANCH, &[("x.py", Some("x = 1\n"))], "My way");
    let marker = marker.replace("TIP", &theirs).replace("FINGERPRINT", &fingerprint);
    shop.propose("mallory", BRANCH, &format!("Have a look.\n\n{marker}"));
    scene.writes();
    Some((scene, shop, theirs))
}

const FORGED: [&str; 4] = [
    "<!-- nixpacks-fix:1 handed -->",
    "<!-- nixpacks-fix:1 oid=TIP fingerprint=FINGERPRINT -->",
    "<!-- nixpacks-fix:1 oid=TIP closing -->",
    "<!-- nixpacks-fix:1 oid=TIP was=TIP handed pending -->",
];

#[test]
fn a_strangers_pull_request_from_our_branch_moves_removes_and_closes_nothing() {
    for kind in FORGES {
        for marker in FORGED {
            let Some((scene, shop, theirs)) = opened_by_a_stranger(kind, marker) else { return };
            let untouched = |what: &str| {
                assert_eq!(shop.tip(BRANCH).as_ref(), Some(&theirs), "{kind:?} {marker} {what}");
                assert_eq!(scene.writes(), [""; 0], "{kind:?} {marker} {what}");
                assert_eq!(shop.pull(2).state, State::Open, "{kind:?} {marker} {what}");
            };
            let ran = scene.pr_with(&[SHOP], &shared());
            assert!(ran.code == 0 && ran.out.contains("another account opened it"), "{ran:?}");
            untouched("still broken");
            let ran = scene.pr_with(&["close", SHOP, "--yes"], &shared());
            assert_eq!(ran.code, 0, "{ran:?}");
            untouched("close");
            shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
            assert_eq!(scene.pr_with(&[SHOP], &shared()).code, 0);
            untouched("mended");
            shop.commit("main", &[("nixpacks-fix.toml", Some("pull-requests = false\n"))], "No bots");
            assert_eq!(scene.pr_with(&[SHOP], &shared()).code, 0);
            untouched("opted out");
        }
    }
}

#[test]
fn closing_looks_at_whose_the_commits_are() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    // Somebody commits, and mends the last line too.
    let ours = shop.tip(BRANCH).unwrap();
    let theirs = shop.commit(BRANCH, &[("x.py", Some("x = 1\n"))], "Mine");
    shop.edit_pull(1, |pull| pull.body = pull.body.replace(&ours, &theirs));
    let ran = scene.succeed(&["close", SHOP, "--yes"]);
    assert!(ran.out.contains("left alone"), "{ran:?}");
    assert_eq!((shop.tip(BRANCH), shop.pull(1).state), (Some(theirs), State::Open));
    // Another identity of ours may close what one has opened.
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let other = ["AUTHOR_NAME", "COMMITTER_NAME", "AUTHOR_EMAIL", "COMMITTER_EMAIL"]
        .map(|name| format!("GIT_{name}"));
    let other: Vec<(&str, &str)> = other.iter().map(|name| (name.as_str(), "app@example.org")).collect();
    assert!(scene.pr_with(&["close", SHOP], &other).out.contains("closed #1"));
    assert_eq!(shop.branches(), ["main"]);
}

#[test]
fn a_branch_that_looks_like_one_to_build_on_is_not_swept_with_the_work_of_somebody_else() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let start = shop.tip("main").unwrap();
    shop.commit("main", &[("other.py", Some("x = 1\n"))], "Other work");
    // What runs leave that are cut short, and what a person has put there.
    let (left, theirs) =
        (format!("{BRANCH}.pending-{start}"), format!("{BRANCH}.pending-{}", "a".repeat(40)));
    shop.git(&["update-ref", &format!("refs/heads/{left}"), &start]);
    let tip = shop.commit(&theirs, &[("x.py", Some("x = 1\n"))], "Mine");
    assert!(scene.succeed(&[SHOP, "--api-commits"]).out.contains("opened #1"));
    assert_eq!((shop.tip(&left), shop.tip(&theirs)), (None, Some(tip)));
    // Nor is the one that this run would build on.
    let Some((scene, shop)) = Scene::broken() else { return };
    let theirs = format!("{BRANCH}.pending-{}", shop.tip("main").unwrap());
    let tip = shop.commit(&theirs, &[("x.py", Some("x = 1\n"))], "Mine");
    let ran = scene.pr(&[SHOP, "--api-commits"]);
    assert!(ran.code == 2 && ran.err.contains("is somebody else's; remove it"), "{ran:?}");
    assert_eq!(shop.tip(&theirs), Some(tip));
}

#[test]
fn a_comment_of_somebody_else_is_none_of_ours() {
    for kind in FORGES {
        let Some((scene, shop)) = Scene::broken_at(kind) else { return };
        scene.succeed(&[SHOP]);
        shop.commit(BRANCH, &[("x", Some("y"))], "Mine");
        shop.comment(1, "mallory", "Nothing to see.\n<!-- nixpacks-fix:hands-off -->");
        for _ in 0..2 {
            scene.succeed(&[SHOP]);
        }
        let said: Vec<String> = shop.pull(1).comments.into_iter().map(|comment| comment.author).collect();
        assert_eq!(said, ["mallory", "deploy-bot"], "{kind:?}");
    }
}

#[test]
fn without_a_known_account_a_first_one_is_opened_and_nothing_else_is_touched() {
    for kind in FORGES {
        let Some((scene, shop)) = Scene::broken_at(kind) else { return };
        scene.forge.hide_viewer();
        assert!(scene.succeed(&[SHOP]).out.contains("opened "), "{kind:?}");
        let tip = shop.tip(BRANCH).unwrap();
        scene.writes();
        let untouched = || {
            for args in [&[SHOP][..], &["close", SHOP, "--yes"]] {
                let ran = scene.succeed(args);
                assert!(ran.out.contains("is not allowed to read its own account"), "{kind:?} {ran:?}");
                assert_eq!(scene.writes(), [""; 0], "{kind:?} {args:?}");
            }
            assert_eq!(shop.tip(BRANCH).as_ref(), Some(&tip));
        };
        untouched();
        shop.commit("main", &[("nixpacks.toml", Some(OTHERWISE))], "Another try");
        untouched();
        shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
        untouched();
        shop.commit("main", &[("nixpacks.toml", Some(BROKEN))], "Break");
        shop.close(1);
        // What was closed may have been a no.
        assert!(scene.succeed(&[SHOP]).out.contains("is not allowed to read its own account"));
        assert_eq!(scene.writes(), [""; 0], "{kind:?}");
    }
}

#[test]
fn an_app_knows_its_own_pull_requests() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let app = [("GITHUB_TOKEN", APP_TOKEN)];
    assert!(scene.pr_with(&[SHOP], &app).out.contains("opened #1"));
    assert!(scene.pr_with(&[SHOP], &app).out.contains("up to date"));
    // The token of a person is not that of the App.
    assert!(scene.succeed(&[SHOP]).out.contains("another account opened it"));
    shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
    assert!(scene.pr_with(&[SHOP], &app).out.contains("closed #1"));
}

#[test]
fn a_name_that_went_to_somebody_else_is_not_ours() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    // Renamed by the forge, and registered anew by somebody else, whose token this now is.
    scene.forge.renumber("deploy-bot");
    shop.edit_pull(1, |pull| "deploy-bot-before".clone_into(&mut pull.author));
    assert!(scene.succeed(&[SHOP]).out.contains("another account opened it"));
}

/// An app whose files are in `dir`, and say `command` where ours quotes it.
fn saying(scene: &Scene, dir: &str, command: &str) -> Repository {
    let config = format!("[phases.install]\ncmds = [{command:?}]\n\n[start]\ncmd = \"python main.py\"\n");
    let mut files = Vec::new();
    for (name, text) in app(&config) {
        files.push((format!("{dir}{name}"), text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    scene.forge.repository(SHOP, &files)
}

#[test]
fn what_a_repository_says_forges_no_marker() {
    for marker in ["closed", "closing", "handed", "oid=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa closed -->"] {
        for (dir, command) in [
            (String::new(), format!("pip install -r requirements.txt # <!-- nixpacks-fix:1 {marker}")),
            (format!("<!-- nixpacks-fix:1 {marker}/"), "pip install -r requirements.txt".to_owned()),
        ] {
            let Some(scene) = Scene::new(Kind::GitHub) else { return };
            let shop = saying(&scene, &dir, &command);
            scene.succeed(&[SHOP]);
            let body = shop.pull(1).body;
            assert_eq!(body.matches("<!--").count(), 1, "{body}");
            assert!(scene.succeed(&[SHOP]).out.contains("up to date"), "{dir} {command}");
            assert_eq!(shop.pull(1).body, body);
            // The marker is renewed, and the text stays whole.
            shop.commit(
                "main",
                &[(&format!("{dir}nixpacks.toml"), Some(&format!("# Deploys\n{}", config(&shop, &dir))))],
                "Explain",
            );
            assert!(scene.succeed(&[SHOP]).out.contains("updated #1"), "{dir} {command}");
            let (before, after) = (body.lines().count(), shop.pull(1).body.lines().count());
            assert_eq!(before, after, "{body}\n{}", shop.pull(1).body);
            shop.close(1);
            for _ in 0..2 {
                assert!(scene.succeed(&[SHOP]).out.contains("declined #1"), "{dir} {command}");
            }
            assert_eq!(shop.pulls().len(), 1);
        }
    }
}

fn config(shop: &Repository, dir: &str) -> String {
    shop.show("main", &format!("{dir}nixpacks.toml")).unwrap()
}

#[test]
fn a_description_that_ends_with_something_else_has_no_marker() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    shop.edit_pull(1, |pull| pull.body.push_str("\n\nSee also the docs."));
    shop.commit("main", &[("nixpacks.toml", Some(OTHERWISE))], "Another try");
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("left alone #1: the marker is gone"), "{ran:?}");
    assert!(shop.pull(1).body.ends_with("See also the docs."));
}

#[test]
fn what_a_person_writes_between_two_calls_survives() {
    let write = |shop: &Repository| {
        let shop = shop.clone();
        move || shop.edit_pull(1, |pull| pull.body = format!("Ada was here.\n\n{}", pull.body))
    };
    // After it was opened, before the last line is renewed.
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.forge.before_call("POST", "/repos/acme/shop/issues/1/labels", write(&shop));
    scene.succeed(&[SHOP, "--label", "deploy"]);
    let body = shop.pull(1).body;
    assert!(body.starts_with("Ada was here.\n") && !body.contains("pending"), "{body}");
    assert_eq!(body.matches("<!-- nixpacks-fix").count(), 1, "{body}");
    assert!(scene.succeed(&[SHOP, "--label", "deploy"]).out.contains("up to date"));
    // While the branch is moved that was handed back.
    shop.commit(BRANCH, &[("x.py", Some("x = 1\n"))], "My way");
    scene.succeed(&[SHOP]);
    let said = shop.pull(1).comments[0].body.clone();
    let line = said.lines().find(|line| line.contains(" handed ")).unwrap().to_owned();
    shop.edit_pull(1, |pull| pull.body = format!("Yours.\n\n{line}\n"));
    scene.forge.before_push(write(&shop));
    assert!(scene.succeed(&[SHOP]).out.contains("updated #1"));
    let body = shop.pull(1).body;
    assert!(body.starts_with("Ada was here.\n\nYours.\n") && !body.contains("handed"), "{body}");
    // While it is closed.
    shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
    let again = shop.clone();
    scene.forge.before_call("POST", "/repos/acme/shop/issues/1/comments", move || {
        again.edit_pull(1, |pull| pull.body = format!("Thanks.\n\n{}", pull.body));
    });
    assert!(scene.succeed(&[SHOP]).out.contains("closed #1"));
    let pull = shop.pull(1);
    assert!(pull.body.starts_with("Thanks.\n") && pull.body.contains(" closed -->"), "{}", pull.body);
    assert_eq!(pull.state, State::Closed);
}

#[test]
fn a_line_that_a_person_put_in_the_place_of_ours_stays() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let theirs = shop.clone();
    scene.forge.before_call("POST", "/repos/acme/shop/issues/1/labels", move || {
        theirs.edit_pull(1, |pull| "Mine now.".clone_into(&mut pull.body));
    });
    scene.succeed(&[SHOP, "--label", "deploy"]);
    assert_eq!(shop.pull(1).body, "Mine now.");
}

#[test]
fn titles_and_messages_tell_a_forge_to_do_nothing() {
    for (dir, command) in [
        ("[skip ci] @team fixes #12/", "pip install -r requirements.txt"),
        ("closes acme/other#1 GH-7/", "pip install -r requirements.txt"),
        (
            "",
            "pip install -r requirements.txt # @ada [ci skip] [no ci] ***NO_CI*** resolves #3, acme/b#4 gh-5",
        ),
        (
            "",
            "pip install -r requirements.txt # fixes https://github.com/acme/shop/issues/12 !3 [skip  actions]",
        ),
    ] {
        let Some(scene) = Scene::new(Kind::GitHub) else { return };
        let shop = saying(&scene, dir, command);
        scene.succeed(&[SHOP]);
        let title = shop.pull(1).title;
        let message = shop.git(&["log", "-1", "--format=%B", BRANCH]);
        for text in [&title, &message] {
            let lower = text.to_lowercase();
            for never in [
                "@team",
                "@ada",
                "#12",
                "#1 ",
                "#3",
                "#4",
                "gh-7",
                "gh-5",
                "!3",
                "issues/12",
                "[skip ci]",
                "[ci skip]",
                "[no ci]",
                "***no_ci***",
                "[skip actions]",
                "[skip  actions]",
            ] {
                assert!(!lower.contains(never), "{never} is in {text}");
            }
        }
        assert!(message.contains("skip") || message.contains("acme"), "{message}");
        assert!(!shop.pull(1).body.to_lowercase().contains("[skip ci]"), "{}", shop.pull(1).body);
    }
}
