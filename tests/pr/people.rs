//! What people do with a pull request, and that it is left to them.

use crate::scene::{BRANCH, MENDED, OTHERWISE, SHOP, Scene};
use crate::server::{Repository, State};
use crate::support::BROKEN;

/// Opens one that a person then commits to: their commit, and the line that hands it back.
fn kept_off(scene: &Scene, shop: &Repository) -> (String, String) {
    scene.succeed(&[SHOP]);
    let theirs = shop.commit(BRANCH, &[("x.py", Some("x = 1\n"))], "My way");
    scene.succeed(&[SHOP]);
    let said = shop.pull(1).comments[0].body.clone();
    (theirs, said.lines().find(|line| line.contains(" handed ")).unwrap().to_owned())
}

#[test]
fn keeps_off_a_branch_that_a_person_worked_on_and_says_so_once() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let tip = shop.commit(BRANCH, &[("nixpacks.toml", Some("# mine\n"))], "My way");
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    for _ in 0..2 {
        let ran = scene.succeed(&[SHOP]);
        assert!(ran.out.contains("left alone #1: somebody else has worked on its branch"), "{ran:?}");
    }
    assert_eq!(shop.tip(BRANCH).as_deref(), Some(tip.as_str()));
    let pull = shop.pull(1);
    assert_eq!(pull.comments.len(), 1, "{:?}", pull.comments);
    // The comment says how to hand it back, and that works.
    let line = pull.comments[0].body.lines().find(|line| line.contains(" handed ")).unwrap().to_owned();
    shop.edit_pull(1, |pull| pull.body = format!("As I like it.\n\n{line}\n"));
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("updated #1"), "{ran:?}");
    assert!(shop.show(BRANCH, "nixpacks.toml").unwrap().starts_with("# Deploys\n"));
    assert!(shop.pull(1).body.starts_with("As I like it.\n"));
    assert!(scene.succeed(&[SHOP]).out.contains("up to date"));
}

#[test]
fn whoever_hands_it_back_may_have_gone_on_working() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let (_, line) = kept_off(&scene, &shop);
    shop.commit(BRANCH, &[("x.py", Some("x = 2\n"))], "My way still");
    shop.edit_pull(1, |pull| pull.body = format!("Yours.\n\n{line}\n"));
    assert!(scene.succeed(&[SHOP]).out.contains("updated #1"));
    // What they added beside the repair is gone, as was said.
    assert_eq!(shop.git(&["diff", "--name-only", "main", BRANCH]).trim(), "nixpacks.toml");
    assert!(scene.succeed(&[SHOP]).out.contains("up to date"));
}

#[test]
fn an_identity_that_people_share_leaves_it_to_the_tip() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.sandbox().write(".no-home/.gitconfig", "[user]\nname = Ada\nemail = ada@example.org\n");
    let nobody = ["GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL"];
    let shared = nobody.map(|name| (name, ""));
    assert_eq!(scene.pr_with(&[SHOP], &shared).code, 0);
    assert!(scene.pr_with(&[SHOP], &shared).out.contains("up to date"));
    // A commit by the same name.
    let tip = shop.commit(BRANCH, &[("x.py", Some("x = 1\n"))], "My way");
    assert!(scene.pr_with(&[SHOP], &shared).out.contains("left alone"));
    assert_eq!(shop.tip(BRANCH), Some(tip));
}

#[test]
fn one_that_lost_its_marker_and_was_closed_is_taken_for_a_no() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    shop.edit_pull(1, |pull| pull.body = "Rewritten.".to_owned());
    shop.close(1);
    scene.writes();
    assert!(scene.succeed(&[SHOP]).out.contains("declined #1"));
    assert_eq!(scene.writes(), [""; 0]);
}

#[test]
fn one_that_was_reopened_is_a_persons_to_close() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let tip = shop.tip(BRANCH).unwrap();
    scene.succeed(&["close", SHOP]);
    shop.git(&["update-ref", &format!("refs/heads/{BRANCH}"), &tip]);
    shop.edit_pull(1, |pull| pull.state = State::Open);
    scene.succeed(&[SHOP]);
    shop.close(1);
    assert!(scene.succeed(&[SHOP]).out.contains("declined #1"));
}

#[test]
fn keeps_off_when_the_marker_is_gone() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    shop.edit_pull(1, |pull| pull.body = "Rewritten.".to_owned());
    shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("left alone #1: the marker is gone"), "{ran:?}");
    assert_eq!((shop.pull(1).state, shop.pull(1).comments.len()), (State::Open, 1));
}

#[test]
fn an_identity_of_its_own_is_a_second_check() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    // Someone amends the commit and mends the marker too.
    let ours = shop.tip(BRANCH).unwrap();
    let theirs = shop.commit(BRANCH, &[("main.py", Some("x = 2\n"))], "Mine");
    shop.edit_pull(1, |pull| pull.body = pull.body.replace(&ours, &theirs));
    assert!(scene.succeed(&[SHOP]).out.contains("left alone #1"));
    assert_eq!(shop.tip(BRANCH), Some(theirs));
}

#[test]
fn title_body_and_labels_that_a_person_changed_stay() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP, "--label", "deploy"]);
    assert_eq!(shop.pull(1).labels, ["deploy"]);
    shop.edit_pull(1, |pull| {
        "Ours: fix the deploy".clone_into(&mut pull.title);
        pull.body = pull.body.replacen("The Nixpacks deploy", "Ada says: the Nixpacks deploy", 1);
        pull.labels = vec!["wontfix".to_owned()];
    });
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    assert!(scene.succeed(&[SHOP, "--label", "deploy"]).out.contains("updated #1"));
    let pull = shop.pull(1);
    assert_eq!(pull.title, "Ours: fix the deploy");
    assert!(pull.body.contains("Ada says: "));
    assert_eq!(pull.labels, ["wontfix"]);
    assert!(scene.succeed(&[SHOP, "--label", "deploy"]).out.contains("up to date"));
}

#[test]
fn the_texts_follow_where_nobody_else_wrote_them() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let before = shop.pull(1);
    shop.commit("main", &[("nixpacks.toml", Some(OTHERWISE))], "Another try");
    assert!(scene.succeed(&[SHOP]).out.contains("updated #1"));
    assert_ne!(shop.pull(1).body, before.body);
    assert!(scene.succeed(&[SHOP]).out.contains("up to date"));
}

#[test]
fn what_was_handed_back_is_ours_once_and_not_for_ever() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let ours = shop.tip(BRANCH).unwrap();
    shop.commit(BRANCH, &[("x.py", Some("x = 1\n"))], "My way");
    scene.succeed(&[SHOP]);
    let line =
        shop.pull(1).comments[0].body.lines().find(|line| line.contains(" handed ")).unwrap().to_owned();
    // They take their commit away again, and hand the branch back as it was.
    shop.git(&["update-ref", &format!("refs/heads/{BRANCH}"), &ours]);
    shop.edit_pull(1, |pull| pull.body = format!("Yours.\n\n{line}\n"));
    assert!(scene.succeed(&[SHOP]).out.contains("updated #1"));
    assert!(!shop.pull(1).body.contains("handed"));
    assert!(scene.succeed(&[SHOP]).out.contains("up to date"));
    let theirs = shop.commit(BRANCH, &[("x.py", Some("x = 2\n"))], "My way after all");
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    assert!(scene.succeed(&[SHOP]).out.contains("left alone"));
    assert!(scene.succeed(&["close", SHOP]).out.contains("left alone"));
    assert_eq!(shop.tip(BRANCH), Some(theirs));
}

#[test]
fn another_identity_goes_on_with_what_one_began() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let other = ["AUTHOR_NAME", "COMMITTER_NAME", "AUTHOR_EMAIL", "COMMITTER_EMAIL"]
        .map(|name| format!("GIT_{name}"));
    let other: Vec<(&str, &str)> = other.iter().map(|name| (name.as_str(), "app@example.org")).collect();
    assert!(scene.pr_with(&[SHOP], &other).out.contains("up to date"));
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    assert!(scene.pr_with(&[SHOP], &other).out.contains("updated #1"));
    assert!(shop.pull(1).comments.is_empty());
}

#[test]
fn what_was_closed_and_reopened_is_left_to_whoever_did_that() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let tip = shop.tip(BRANCH).unwrap();
    shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
    scene.succeed(&[SHOP]);
    shop.git(&["update-ref", &format!("refs/heads/{BRANCH}"), &tip]);
    assert!(scene.succeed(&[SHOP]).out.contains("nothing to do"));
    assert_eq!(shop.tip(BRANCH).as_ref(), Some(&tip));
    shop.edit_pull(1, |pull| pull.state = State::Open);
    assert!(scene.succeed(&[SHOP]).out.contains("somebody opened it again"));
    assert_eq!((shop.pull(1).state, shop.tip(BRANCH)), (State::Open, Some(tip)));
}

#[test]
fn what_was_handed_back_and_then_closed_may_be_proposed_again() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let (_, line) = kept_off(&scene, &shop);
    shop.edit_pull(1, |pull| pull.body = format!("Yours.\n\n{line}\n"));
    shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
    assert!(scene.succeed(&[SHOP]).out.contains("closed #1"));
    assert!(scene.succeed(&["status", SHOP]).out.contains("closed by the tool"));
    shop.commit("main", &[("nixpacks.toml", Some(BROKEN))], "Break");
    assert!(scene.succeed(&[SHOP]).out.contains("opened #2"));
}

#[test]
fn the_texts_follow_after_a_branch_was_handed_back() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let (_, line) = kept_off(&scene, &shop);
    // Below the old one, which is easily left.
    shop.edit_pull(1, |pull| pull.body = format!("{}\n{line}\n", pull.body));
    shop.commit("main", &[("nixpacks.toml", Some(OTHERWISE))], "Another try");
    assert!(scene.succeed(&[SHOP]).out.contains("updated #1"));
    let body = shop.pull(1).body;
    assert_eq!(body.matches("<!-- nixpacks-fix").count(), 1, "{body}");
    assert!(body.contains("` from `nixPkgs`"), "{body}");
    assert!(!body.contains("was=") && !body.contains("handed"), "{body}");
    assert!(scene.succeed(&[SHOP]).out.contains("up to date"));
}

#[test]
fn the_commit_that_was_handed_back_is_theirs_when_they_put_it_back() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let (theirs, line) = kept_off(&scene, &shop);
    shop.edit_pull(1, |pull| pull.body = format!("Yours.\n\n{line}\n"));
    assert!(scene.succeed(&[SHOP]).out.contains("updated #1"));
    shop.git(&["update-ref", &format!("refs/heads/{BRANCH}"), &theirs]);
    assert!(scene.succeed(&[SHOP]).out.contains("left alone"));
    assert!(scene.succeed(&["close", SHOP]).out.contains("left alone"));
    assert_eq!(shop.tip(BRANCH), Some(theirs));
}

#[test]
fn each_closing_has_its_reason() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let tip = shop.tip(BRANCH).unwrap();
    scene.succeed(&["close", SHOP]);
    shop.git(&["update-ref", &format!("refs/heads/{BRANCH}"), &tip]);
    shop.edit_pull(1, |pull| pull.state = State::Open);
    assert!(scene.succeed(&["status", SHOP]).out.contains("somebody opened it again"));
    scene.succeed(&[SHOP]);
    shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
    scene.succeed(&[SHOP]);
    let said: Vec<String> = shop.pull(1).comments.into_iter().map(|comment| comment.body).collect();
    assert!(said.len() == 2 && said[1].contains("no longer needs this change"), "{said:?}");
}

#[test]
fn a_run_beside_another_takes_nobody_for_a_person() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    // The base moves on and another run is through before this one pushes.
    let (theirs, mut other) = (shop.clone(), scene.command(&[SHOP], &[]));
    scene.forge.before_push(move || {
        theirs.commit(
            "main",
            &[("nixpacks.toml", Some(&format!("# Deploys to Railway\n{BROKEN}")))],
            "Explain more",
        );
        let output = other.output().unwrap();
        assert!(output.status.success(), "{output:?}");
    });
    let ran = scene.pr(&[SHOP]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(scene.succeed(&[SHOP]).out.contains("up to date"));
    assert!(shop.pull(1).comments.is_empty());
    assert!(shop.show(BRANCH, "nixpacks.toml").unwrap().starts_with("# Deploys to Railway\n"));
}

#[test]
fn what_is_pushed_while_it_closes_keeps_it_open() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
    let theirs = shop.clone();
    scene.forge.before_push(move || drop(theirs.commit(BRANCH, &[("x.py", Some("x = 1\n"))], "Mine")));
    let ran = scene.pr(&[SHOP]);
    assert!(ran.code == 2 && ran.err.contains("somebody moved the branch"), "{ran:?}");
    assert_eq!((shop.pull(1).state, shop.show(BRANCH, "x.py").as_deref()), (State::Open, Some("x = 1\n")));
}
