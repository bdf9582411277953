//! The process dies at each change in turn, before the forge makes it and after; another run has to end where
//! an undisturbed one does.

use crate::scene::{BRANCH, MENDED, SHOP, Scene, app};
use crate::server::{Kind, Repository, State, When};
use crate::support::BROKEN;

/// Kills a run of `args` at each of its changes in turn. `before` brings the repository to where the run starts.
/// The number of changes.
fn at_each_change(
    kind: Kind,
    args: &[&str],
    before: impl Fn(&Scene, &Repository),
    after: impl Fn(&Repository),
) -> Option<usize> {
    let mut changes = 0;
    // What they share is tried with the first forge alone.
    let sides = if kind == Kind::GitHub { &[When::Before, When::After][..] } else { &[When::After] };
    for when in sides.iter().copied() {
        for nth in 0.. {
            let (scene, shop) = Scene::broken_at(kind)?;
            before(&scene, &shop);
            scene.forge.stall(nth, when);
            let mut child = scene.start(args, &[]);
            let stalled = scene.forge.stalled(|| child.try_wait().unwrap().is_some());
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            scene.forge.resume();
            if !stalled {
                assert!(output.status.success(), "{output:?}");
                changes = nth;
                break;
            }
            assert!(!scene.leavings().is_empty(), "nothing was left to sweep");
            let again = scene.pr(args);
            assert_eq!(scene.leavings(), [""; 0], "killed at change {nth} ({when:?})");
            assert_eq!(again.code, 0, "killed at change {nth} ({when:?}): {again:?}");
            after(&shop);
            scene.writes();
            let third = scene.succeed(args);
            assert_eq!(scene.writes(), [""; 0], "killed at change {nth} ({when:?}): {third:?}");
            after(&shop);
        }
    }
    Some(changes)
}

/// One open pull request, whose branch is one good commit, which the marker names.
fn single(shop: &Repository) {
    let pulls = shop.pulls();
    assert_eq!(pulls.len(), 1, "{pulls:?}");
    assert_eq!(pulls[0].state, State::Open);
    let tip = shop.tip(BRANCH).unwrap();
    assert!(pulls[0].body.contains(&format!("oid={tip}")), "{tip} {}", pulls[0].body);
    assert!(!pulls[0].body.contains("pending"));
    assert_eq!(shop.git(&["rev-list", "--count", &format!("main..{BRANCH}")]).trim(), "1");
    assert!(!shop.show(BRANCH, "nixpacks.toml").unwrap().contains("pip"));
}

fn no_litter(shop: &Repository) {
    single(shop);
    assert_eq!(shop.branches(), ["main", BRANCH]);
}

const EXPLAINED: &str = "# Deploys\n";

fn moved_base(scene: &Scene, shop: &Repository, args: &[&str]) {
    scene.succeed(args);
    shop.commit("main", &[("nixpacks.toml", Some(&format!("{EXPLAINED}{BROKEN}")))], "Explain");
}

#[test]
fn while_it_opens() {
    for kind in [Kind::GitHub, Kind::GitLab, Kind::Gitea] {
        let changes = at_each_change(kind, &[SHOP], |_, _| {}, no_litter);
        assert!(changes.is_none_or(|changes| changes == 2), "{kind:?}: {changes:?}");
    }
}

#[test]
fn while_it_opens_and_asks_for_labels_and_reviewers() {
    let args = [SHOP, "--label", "deploy", "--reviewer", "ada"];
    at_each_change(
        Kind::GitHub,
        &args,
        |_, _| {},
        |shop| {
            no_litter(shop);
            assert_eq!(shop.pull(1).labels, ["deploy"]);
            assert_eq!(shop.pull(1).reviewers, ["ada"]);
        },
    );
}

#[test]
fn while_it_updates() {
    for kind in [Kind::GitHub, Kind::GitLab, Kind::Gitea] {
        let changes = at_each_change(
            kind,
            &[SHOP],
            |scene, shop| moved_base(scene, shop, &[SHOP]),
            |shop| {
                no_litter(shop);
                assert!(shop.show(BRANCH, "nixpacks.toml").unwrap().starts_with(EXPLAINED));
            },
        );
        assert!(changes.is_none_or(|changes| changes == 2), "{kind:?}: {changes:?}");
    }
}

/// A run that opens one, killed after the push.
fn killed_after_the_push() -> Option<(Scene, Repository)> {
    let (scene, shop) = Scene::broken()?;
    scene.forge.stall(1, When::Before);
    let mut child = scene.start(&[SHOP], &[]);
    assert!(scene.forge.stalled(|| child.try_wait().unwrap().is_some()));
    child.kill().unwrap();
    child.wait().unwrap();
    scene.forge.resume();
    Some((scene, shop))
}

#[cfg(unix)]
#[test]
fn a_run_that_a_signal_ends_leaves_nothing_behind() {
    use std::os::unix::process::ExitStatusExt as _;
    // While git pushes, and while the forge is asked.
    for nth in [0, 1] {
        let Some((scene, shop)) = Scene::broken() else { return };
        scene.forge.stall(nth, When::Before);
        let mut child = scene.start(&[SHOP], &[]);
        assert!(scene.forge.stalled(|| child.try_wait().unwrap().is_some()));
        assert!(!scene.leavings().is_empty());
        scene.sandbox().tool("kill", "", &["-TERM", &child.id().to_string()], "");
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.signal(), Some(15), "{output:?}");
        assert_eq!(scene.leavings(), [""; 0], "{nth}");
        scene.forge.resume();
        assert!(scene.succeed(&[SHOP]).out.contains("opened #1"));
        no_litter(&shop);
    }
}

#[test]
fn while_the_base_moves_on_too() {
    // The base has another tip when the next run looks.
    let Some((scene, shop)) = killed_after_the_push() else { return };
    assert!(shop.tip(BRANCH).is_some() && shop.pulls().is_empty());
    shop.commit("main", &[("nixpacks.toml", Some(&format!("{EXPLAINED}{BROKEN}")))], "Explain");
    assert!(scene.succeed(&[SHOP]).out.contains("opened #1"));
    no_litter(&shop);
    assert!(shop.show(BRANCH, "nixpacks.toml").unwrap().starts_with(EXPLAINED));
}

#[test]
fn what_it_left_goes_when_nothing_needs_it_any_more() {
    let Some((scene, shop)) = killed_after_the_push() else { return };
    shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
    let ran = scene.pr(&[SHOP, "--dry-run"]);
    assert!(ran.code == 1 && ran.out.contains("would clean up"), "{ran:?}");
    assert!(scene.succeed(&[SHOP]).out.contains("nothing to do"));
    assert_eq!(shop.branches(), ["main"]);
}

#[test]
fn while_it_closes() {
    for kind in [Kind::GitHub, Kind::GitLab, Kind::Gitea] {
        let before = |scene: &Scene, shop: &Repository| {
            scene.succeed(&[SHOP]);
            shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
        };
        let after = |shop: &Repository| {
            let pull = shop.pull(1);
            assert_eq!((pull.state, pull.comments.len()), (State::Closed, 1), "{kind:?} {pull:?}");
            assert!(pull.body.contains(" closed ") && !pull.body.contains("closing"), "{}", pull.body);
            assert_eq!(shop.branches(), ["main"], "{kind:?}");
        };
        let changes = at_each_change(kind, &[SHOP], before, after);
        assert!(changes.is_none_or(|changes| changes == 4), "{kind:?}: {changes:?}");
    }
}

#[test]
fn while_somebody_is_told_that_it_keeps_off() {
    let before = |scene: &Scene, shop: &Repository| {
        scene.succeed(&[SHOP]);
        shop.commit(BRANCH, &[("x", Some("y"))], "Mine");
    };
    at_each_change(Kind::GitHub, &[SHOP], before, |shop| assert_eq!(shop.pull(1).comments.len(), 1));
}

#[test]
fn while_github_makes_the_commit() {
    let args = [SHOP, "--api-commits"];
    let changes = at_each_change(Kind::GitHub, &args, |_, _| {}, no_litter);
    assert!(changes.is_none_or(|changes| changes == 4), "{changes:?}");
    at_each_change(Kind::GitHub, &args, |scene, shop| moved_base(scene, shop, &args), no_litter);
}

#[test]
fn while_it_makes_a_fork() {
    let args = [SHOP, "--fork"];
    at_each_change(
        Kind::GitHub,
        &args,
        |_, shop| {
            shop.set(|settings| {
                settings.push = false;
                settings.public = true;
            });
        },
        |shop| assert_eq!(shop.pulls().len(), 1),
    );
}

#[test]
fn a_branch_of_that_name_that_is_not_ours_is_left_alone() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let theirs = shop.commit(BRANCH, &[("nixpacks.toml", Some("# mine\n"))], "Mine");
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("opened #1"), "{ran:?}");
    assert_eq!(shop.pull(1).head, format!("{BRANCH}-2"));
    assert_eq!(shop.tip(BRANCH), Some(theirs));
    // Nor is one that has our message and our name on other files.
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let message = shop.git(&["log", "-1", "--format=%B", BRANCH]);
    let other = scene.forge.repository("acme/other", &app(BROKEN));
    let theirs = other.commit(BRANCH, &[("nixpacks.toml", Some("# mine\n"))], message.trim_end());
    scene.succeed(&["acme/other"]);
    assert_eq!(other.tip(BRANCH), Some(theirs));
}
