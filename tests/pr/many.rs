//! Many repositories: lists, organisations, limits, parts, and what a dry run shows.

use crate::scene::{BRANCH, MENDED, OTHERWISE, SHOP, Scene, app};
use crate::server::{Kind, State};
use crate::support::BROKEN;

/// An organisation of six: three broken, one that builds, one without Python, one archived.
fn organisation(kind: Kind) -> Option<Scene> {
    let scene = Scene::new(kind)?;
    for name in ["a", "b", "c"] {
        scene.forge.repository(&format!("acme/{name}"), &app(BROKEN));
    }
    scene.forge.repository("acme/fine", &app(MENDED));
    scene.forge.repository("acme/docs", &[("README.md", "Hello\n")]);
    scene.forge.repository("acme/old", &app(BROKEN)).set(|settings| settings.archived = true);
    Some(scene)
}

fn states(scene: &Scene) -> Vec<usize> {
    ["a", "b", "c", "fine", "docs", "old"]
        .iter()
        .map(|name| scene.forge.at(&format!("acme/{name}")).unwrap().pulls().len())
        .collect()
}

#[test]
fn shows_what_it_would_do_and_waits_for_a_yes() {
    for kind in [Kind::GitHub, Kind::GitLab, Kind::Gitea] {
        let Some(scene) = organisation(kind) else { return };
        let ran = scene.pr(&["--org", "acme"]);
        assert_eq!(ran.code, 1, "{kind:?} {ran:?}");
        assert_eq!(ran.out.matches("would open").count(), 4, "{ran:?}");
        assert!(ran.out.contains("`--yes`") && !ran.out.contains("acme/old"), "{ran:?}");
        assert_eq!(scene.writes(), [""; 0]);
        let ran = scene.succeed(&["--org", "acme", "--yes"]);
        assert!(ran.out.contains("3 opened"), "{ran:?}");
        assert_eq!(states(&scene), [1, 1, 1, 0, 0, 0], "{kind:?}");
        scene.writes();
        // Running it again is how a run that broke off is resumed.
        let ran = scene.succeed(&["--org", "acme", "--yes"]);
        assert!(ran.out.contains("3 up to date"), "{ran:?}");
        assert_eq!(scene.writes(), [""; 0]);
    }
}

#[test]
fn what_has_no_config_is_not_cloned() {
    let Some(scene) = organisation(Kind::GitHub) else { return };
    scene.pr(&["--org", "acme"]);
    let cloned = |name: &str| {
        let of = format!("/acme/{name}.git/git-upload-pack");
        scene.forge.requests().iter().any(|call| call.path == of && call.body.contains("command=fetch"))
    };
    assert!(cloned("a") && !cloned("docs") && !cloned("old"));
    // A tree that the forge cuts short is cloned after all.
    scene.forge.at("acme/docs").unwrap().set(|settings| settings.truncated_tree = true);
    scene.pr(&["--org", "acme"]);
    assert!(cloned("docs"));
}

#[test]
fn a_person_is_listed_like_an_organisation() {
    let Some(scene) = Scene::new(Kind::GitHub) else { return };
    scene.forge.user("ada");
    scene.forge.repository("ada/blog", &app(BROKEN)).set(|settings| settings.public = true);
    let ran = scene.pr(&["--org", "ada"]);
    assert!(ran.out.contains("ada/blog  would open"), "{ran:?}");
    let ran = scene.pr(&["--org", "nobody"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("cannot list `nobody`"), "{ran:?}");
}

#[test]
fn a_list_is_a_file_or_standard_input_and_each_repository_counts_once() {
    let Some(scene) = organisation(Kind::GitHub) else { return };
    scene.sandbox().write("list", "# the shop\nacme/a\n\nACME/A\nacme/fine # builds\n");
    let ran = scene.succeed(&["--repos", "list", "--yes"]);
    assert!(ran.out.contains("1 opened") && ran.out.contains("1 nothing to do"), "{ran:?}");
    let ran = scene.pr_with_input(&["--repos", "-", "--yes"], "acme/b\n");
    assert!(ran.code == 0 && ran.out.contains("1 opened"), "{ran:?}");
    scene.sandbox().write("bad", "acme/a\nnonsense\n");
    let ran = scene.pr(&["--repos", "bad"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("`bad`, line 2: cannot use `nonsense`"), "{ran:?}");
    assert_eq!(scene.pr(&["--repos", "none"]).code, 2);
    scene.sandbox().write("empty", "# nothing\n");
    assert_eq!(scene.pr(&["--repos", "empty"]).code, 3);
}

#[test]
fn one_that_fails_stops_no_other_and_is_not_green() {
    let Some(scene) = organisation(Kind::GitHub) else { return };
    scene.forge.at("acme/b").unwrap().hook("pre-receive", "#!/bin/sh\necho 'no' >&2\nexit 1\n");
    let ran = scene.pr(&["acme/a", "acme/b", "acme/none", "acme/c", "--yes", "--output-format", "json"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let report = ran.json();
    let word = |at: usize| report["pull_requests"][at]["status"].as_str().unwrap().to_owned();
    assert_eq!([word(0), word(1), word(2), word(3)], ["opened", "failed", "failed", "opened"]);
    assert!(report["pull_requests"][1]["reason"].as_str().unwrap().contains("hook declined"));
    assert_eq!(report["pull_requests"][0]["number"], 1);
    assert_eq!(report["pull_requests"][0]["branch"], BRANCH);
}

#[test]
fn opens_no_more_than_it_may() {
    let Some(scene) = organisation(Kind::GitHub) else { return };
    let list = ["acme/a", "acme/b", "acme/c", "--yes"];
    let ran = scene.pr(&[&list[..], &["--max-new", "2"]].concat());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("2 opened, 1 waiting"), "{ran:?}");
    // Those of the last hour count, whoever's run they were opened by.
    let now = jiff::Timestamp::now().to_string();
    for name in ["a", "b"] {
        let now = now.clone();
        scene.forge.at(&format!("acme/{name}")).unwrap().edit_pull(1, |pull| pull.created_at = now);
    }
    let ran = scene.pr(&[&list[..], &["--max-hourly", "2"]].concat());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("2 up to date, 1 waiting"), "{ran:?}");
    let ran = scene.succeed(&[&list[..], &["--max-hourly", "3"]].concat());
    assert!(ran.out.contains("1 opened"), "{ran:?}");
}

#[test]
fn parts_cover_a_list_without_talking_to_each_other() {
    let Some(scene) = organisation(Kind::GitHub) else { return };
    let mut seen = Vec::new();
    for part in ["1/3", "2/3", "3/3"] {
        let ran = scene.pr(&["--org", "acme", "--yes", "--shard", part, "--output-format", "json"]);
        assert!(matches!(ran.code, 0 | 3), "{ran:?}");
        if ran.code == 0 {
            let rows = ran.json()["pull_requests"].as_array().unwrap().clone();
            seen.extend(rows.iter().map(|row| row["repository"].as_str().unwrap().to_owned()));
        }
    }
    seen.sort();
    assert_eq!(seen, ["acme/a", "acme/b", "acme/c", "acme/docs", "acme/fine"]);
    assert_eq!(states(&scene), [1, 1, 1, 0, 0, 0]);
}

#[test]
fn status_tells_what_became_of_them() {
    let Some(scene) = organisation(Kind::GitHub) else { return };
    let list = ["acme/a", "acme/b", "acme/c", "acme/fine"];
    scene.succeed(&[&list[..], &["--yes"]].concat());
    scene.forge.at("acme/a").unwrap().merge(1);
    let b = scene.forge.at("acme/b").unwrap();
    b.commit(BRANCH, &[("x", Some("y"))], "Mine");
    scene.forge.at("acme/c").unwrap().close(1);
    scene.writes();
    let ran = scene.succeed(&[&["status"], &list[..]].concat());
    for want in ["merged", "open, and left alone", "closed by a person", "no pull request of this tool"] {
        assert!(ran.out.contains(want), "{want} is not in {ran:?}");
    }
    assert_eq!(scene.writes(), [""; 0]);
}

#[test]
fn close_takes_back_what_nobody_else_has_worked_on() {
    let Some(scene) = organisation(Kind::GitHub) else { return };
    let list = ["acme/a", "acme/b", "acme/c"];
    scene.succeed(&[&list[..], &["--yes"]].concat());
    let b = scene.forge.at("acme/b").unwrap();
    b.commit(BRANCH, &[("x", Some("y"))], "Mine");
    scene.writes();
    let ran = scene.pr(&[&["close"], &list[..]].concat());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(ran.out.matches("would close").count(), 3, "{ran:?}");
    assert_eq!(scene.writes(), [""; 0]);
    let ran = scene.succeed(&[&["close"], &list[..], &["--yes"]].concat());
    assert!(ran.out.contains("2 closed"), "{ran:?}");
    let state = |name: &str| scene.forge.at(name).unwrap().pull(1).state;
    assert_eq!(
        [state("acme/a"), state("acme/b"), state("acme/c")],
        [State::Closed, State::Open, State::Closed]
    );
    assert_eq!(scene.forge.at("acme/a").unwrap().branches(), ["main"]);
    // Whoever closed them may change their mind.
    assert!(scene.succeed(&["acme/a"]).out.contains("opened #2"));
}

#[test]
fn a_dry_run_shows_every_call_and_the_patch_and_sends_nothing() {
    for kind in [Kind::GitHub, Kind::GitLab, Kind::Gitea] {
        let Some((scene, shop)) = Scene::broken_at(kind) else { return };
        let args = [SHOP, "--label", "deploy", "--reviewer", "ada"];
        let ran = scene.pr(&[&args[..], &["--dry-run"]].concat());
        assert_eq!(ran.code, 1, "{ran:?}");
        let told = scene.pr(&[&args[..], &["--dry-run", "--output-format", "json"]].concat()).json();
        assert_eq!(scene.writes(), [""; 0]);
        assert_eq!(shop.branches(), ["main"]);
        assert!(
            ran.out.contains("git push --force-with-lease=refs/heads/nixpacks-fix/main: http"),
            "{ran:?}"
        );
        assert!(ran.out.contains("-nixPkgs = [\"python311\", \"pip\"]\n"), "{ran:?}");
        assert!(ran.out.contains("acme/shop: would open: "), "{ran:?}");
        // What it shows is what a real run sends, in that order.
        scene.succeed(&args);
        let steps = told["pull_requests"][0]["steps"].as_array().unwrap().clone();
        let writes = scene.forge.writes();
        assert_eq!(steps.len(), writes.len());
        for (step, call) in steps.iter().zip(&writes) {
            if let Some(push) = step["push"].as_array() {
                assert!(call.path.ends_with("shop.git/git-receive-pack"), "{step} {}", call.path);
                let tip = shop.tip(BRANCH).unwrap();
                assert_eq!(push[2], format!("{tip}:refs/heads/{BRANCH}"));
                continue;
            }
            let number = |text: String| text.replace("{number}", "1").replace("\"{number of deploy}\"", "1");
            let url = number(step["url"].as_str().unwrap().to_owned());
            assert_eq!(
                (step["method"].as_str().unwrap(), url),
                (&*call.method, format!("{}{}", scene.forge.url(), call.path))
            );
            let sent: serde_json::Value = serde_json::from_str(&call.body).unwrap();
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&number(step["body"].to_string())).unwrap(),
                sent
            );
            assert!(
                ran.out.contains(&format!("{} {}\n", call.method, step["url"].as_str().unwrap())),
                "{step}"
            );
        }
    }
}

#[test]
fn a_dry_run_shows_updates_closings_forks_and_commits_of_github() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let ran = scene.pr(&[SHOP, "--dry-run", "--api-commits"]);
    assert!(ran.out.contains("createCommitOnBranch") && ran.out.contains("/api/graphql\n"), "{ran:?}");
    let ran = scene.pr(&[SHOP, "--dry-run", "--fork"]);
    assert!(ran.out.contains("/repos/acme/shop/forks\n"), "{ran:?}");
    scene.succeed(&[SHOP]);
    scene.writes();
    shop.commit("main", &[("nixpacks.toml", Some(OTHERWISE))], "Another try");
    let ran = scene.pr(&[SHOP, "--dry-run"]);
    assert!(ran.out.contains("would update #1") && ran.out.contains("PATCH http"), "{ran:?}");
    shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
    let ran = scene.pr(&[SHOP, "--dry-run"]);
    assert!(ran.out.contains("would close #1") && ran.out.contains("  state: closed\n"), "{ran:?}");
    assert_eq!(scene.writes(), [""; 0]);
}

#[test]
fn the_life_of_a_merge_request_and_of_one_at_gitea() {
    for kind in [Kind::GitLab, Kind::Gitea] {
        let Some((scene, shop)) = Scene::broken_at(kind) else { return };
        let args = [SHOP, "--draft", "--label", "deploy", "--reviewer", "ada"];
        assert!(scene.succeed(&args).out.contains("opened "), "{kind:?}");
        let pull = shop.pull(1);
        assert!(pull.draft && pull.labels == ["deploy"] && pull.reviewers == ["ada"], "{pull:?}");
        assert!(scene.succeed(&args).out.contains("up to date"));
        shop.commit("main", &[("nixpacks.toml", Some(OTHERWISE))], "Another try");
        assert!(scene.succeed(&args).out.contains("updated "));
        // Another title, and still a draft.
        let before = shop.pull(1).title;
        let install =
            "[phases.install]\ncmds = [\"pip install flask\"]\n\n[start]\ncmd = \"python main.py\"\n";
        shop.commit("main", &[("nixpacks.toml", Some(install)), ("requirements.txt", None)], "By name");
        assert!(scene.succeed(&args).out.contains("updated "));
        assert_ne!(shop.pull(1).title, before, "{kind:?}");
        assert!(
            shop.pull(1).draft && shop.pull(1).title.matches(": ").count() == 2,
            "{}",
            shop.pull(1).title
        );
        let tip = shop.commit(BRANCH, &[("x", Some("y"))], "Mine");
        for _ in 0..2 {
            assert!(scene.succeed(&args).out.contains("left alone"));
        }
        assert_eq!((shop.tip(BRANCH), shop.pull(1).comments.len()), (Some(tip), 1), "{kind:?}");
        shop.close(1);
        assert!(scene.succeed(&args).out.contains("declined"), "{kind:?}");
        shop.commit("main", &[("nixpacks.toml", Some(BROKEN))], "Back");
        assert!(scene.succeed(&args).out.contains("opened "));
        shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
        assert!(scene.succeed(&args).out.contains("closed "));
        assert_eq!(shop.pull(2).state, State::Closed);
    }
}

#[test]
fn ten_in_a_run_unless_told_otherwise() {
    let Some(scene) = Scene::new(Kind::GitHub) else { return };
    let names: Vec<String> = (0..12).map(|number| format!("acme/r{number}")).collect();
    for name in &names {
        scene.forge.repository(name, &app(BROKEN));
    }
    let ran = scene.pr(&["--org", "acme", "--yes"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("10 opened, 2 waiting"), "{ran:?}");
    assert!(scene.succeed(&["--org", "acme", "--yes"]).out.contains("2 opened"));
}
