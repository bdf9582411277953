//! The life of a pull request, point by point.

use crate::scene::{BRANCH, MENDED, OTHERWISE, SHOP, Scene, app};
use crate::server::State;
use crate::support::BROKEN;

#[test]
fn opens_one_pull_request_with_one_commit_that_changes_the_broken_file_alone() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("acme/shop: opened #1: fix(nixpacks): "), "{ran:?}");
    assert!(ran.out.contains(&scene.forge.url()), "{ran:?}");
    assert_eq!(scene.leavings(), [""; 0], "temporary files are left");
    let pulls = shop.pulls();
    assert_eq!(pulls.len(), 1);
    assert_eq!((pulls[0].base.as_str(), pulls[0].head.as_str()), ("main", BRANCH));
    assert_eq!(shop.git(&["rev-list", "--count", &format!("main..{BRANCH}")]).trim(), "1");
    assert_eq!(shop.git(&["diff", "--name-only", "main", BRANCH]).trim(), "nixpacks.toml");
    assert_eq!(shop.git(&["log", "-1", "--format=%an %ae %cn", BRANCH]).trim(), "Bot bot@example.org Bot");
    assert_eq!(shop.git(&["log", "-1", "--format=%s", BRANCH]).trim(), pulls[0].title);
    for want in ["predicted to fail", "undefined variable 'pip'", "**Not checked**", "pull-requests = false"]
    {
        assert!(pulls[0].body.contains(want), "{want} is not in\n{}", pulls[0].body);
    }
}

#[test]
fn a_second_run_says_up_to_date_and_sends_nothing() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    scene.writes();
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("acme/shop: up to date #1"), "{ran:?}");
    assert_eq!(scene.writes(), [""; 0]);
    // Nor does it when the base moves elsewhere.
    shop.commit("main", &[("other.py", Some("x = 1\n"))], "Other work");
    assert!(scene.succeed(&[SHOP]).out.contains("up to date"));
    assert_eq!(scene.writes(), [""; 0]);
}

#[test]
fn updates_the_same_pull_request_when_the_base_moves_below_it() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let before = shop.tip(BRANCH).unwrap();
    scene.writes();
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("acme/shop: updated #1"), "{ran:?}");
    let tip = shop.tip(BRANCH).unwrap();
    assert_ne!(tip, before);
    assert!(shop.show(BRANCH, "nixpacks.toml").unwrap().starts_with("# Deploys\n"));
    assert_eq!(shop.git(&["rev-list", "--count", &format!("main..{BRANCH}")]).trim(), "1");
    assert_eq!(shop.pulls().len(), 1);
    assert_eq!(shop.pulls()[0].state, State::Open);
    assert!(shop.pulls()[0].body.contains(&format!("oid={tip}")));
    assert!(scene.succeed(&[SHOP]).out.contains("up to date"));
}

#[test]
fn a_repair_that_shrinks_leaves_the_branch_too() {
    let Some(scene) = Scene::new(crate::server::Kind::GitHub) else { return };
    let mut files = Vec::new();
    for dir in ["a", "b"] {
        for (name, text) in app(BROKEN) {
            files.push((format!("{dir}/{name}"), text));
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let mono = scene.forge.repository("acme/mono", &files);
    scene.succeed(&["acme/mono"]);
    mono.commit("main", &[("b/nixpacks.toml", Some(MENDED))], "Mend one by hand");
    assert!(scene.succeed(&["acme/mono"]).out.contains("updated #1"));
    assert_eq!(mono.git(&["diff", "--name-only", "main", BRANCH]).trim(), "a/nixpacks.toml");
    assert!(scene.succeed(&["acme/mono"]).out.contains("up to date"));
}

#[test]
fn one_for_all_apps_and_one_for_each_do_not_stand_beside_each_other() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let ran = scene.succeed(&[SHOP, "--per-app"]);
    assert!(ran.out.contains("skipped") && ran.out.contains("leave out `--per-app`"), "{ran:?}");
    scene.succeed(&["close", SHOP]);
    assert!(scene.succeed(&[SHOP, "--per-app"]).out.contains("opened #2"));
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("skipped") && ran.out.contains("add `--per-app`"), "{ran:?}");
    assert_eq!(shop.pulls().len(), 2);
}

#[test]
fn what_a_person_closed_is_never_proposed_again_and_something_else_gets_a_number() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    shop.close(1);
    scene.writes();
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("declined #1"), "{ran:?}");
    // A comment elsewhere in the file makes no new proposal of it.
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    assert!(scene.succeed(&[SHOP]).out.contains("declined"));
    shop.delete_branch(BRANCH);
    assert!(scene.succeed(&[SHOP]).out.contains("declined"));
    assert_eq!(scene.writes(), [""; 0]);
    shop.commit("main", &[("nixpacks.toml", Some(OTHERWISE))], "Another try");
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("opened #2"), "{ran:?}");
    assert_eq!(shop.pull(2).head, format!("{BRANCH}-2"));
    assert_eq!(shop.pull(1).state, State::Closed);
}

#[test]
fn what_was_merged_is_done_and_is_not_forced_on_those_who_take_it_back() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    shop.merge(1);
    scene.writes();
    assert!(scene.succeed(&[SHOP]).out.contains("nothing to do"));
    shop.commit("main", &[("nixpacks.toml", Some(BROKEN))], "Revert");
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("reverted #1"), "{ran:?}");
    assert_eq!(scene.writes(), [""; 0]);
    shop.commit("main", &[("nixpacks.toml", Some(OTHERWISE))], "Another try");
    assert!(scene.succeed(&[SHOP]).out.contains("opened #2"));
}

#[test]
fn closes_what_the_base_no_longer_needs_and_may_propose_it_again() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("closed #1: nothing is left to repair"), "{ran:?}");
    let pull = shop.pull(1);
    assert_eq!((pull.state, pull.comments.len()), (State::Closed, 1));
    assert!(pull.comments[0].body.contains("`main` no longer needs this change"));
    assert_eq!(shop.tip(BRANCH), None);
    assert!(scene.succeed(&[SHOP]).out.contains("nothing to do"));
    shop.commit("main", &[("nixpacks.toml", Some(BROKEN))], "Break again");
    assert!(scene.succeed(&[SHOP]).out.contains("opened #2"));
}

#[test]
fn a_repository_opts_out_and_what_is_open_is_closed() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    shop.commit("main", &[("nixpacks-fix.toml", Some("pull-requests = false\n"))], "No bots");
    let ran = scene.succeed(&[SHOP]);
    assert!(ran.out.contains("closed #1: the repository opted out"), "{ran:?}");
    scene.writes();
    assert!(scene.succeed(&[SHOP]).out.contains("opted out"));
    shop.commit("main", &[("nixpacks-fix.toml", Some("pull-requests = no\n"))], "Typo");
    let ran = scene.pr(&[SHOP]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("cannot read `nixpacks-fix.toml`, so no pull request is opened"), "{ran:?}");
    assert_eq!(scene.writes(), [""; 0]);
}

#[test]
fn skips_what_it_may_not_write_to_and_says_so() {
    let Some(scene) = Scene::new(crate::server::Kind::GitHub) else { return };
    for (name, why) in [("old", "archived"), ("copy", "a fork"), ("theirs", "may not push")] {
        let repository = scene.forge.repository(&format!("acme/{name}"), &app(BROKEN));
        repository.set(|settings| match name {
            "old" => settings.archived = true,
            "copy" => settings.fork = true,
            _ => settings.push = false,
        });
        scene.sandbox().write("list", format!("acme/{name}\n"));
        for args in [&["--repos", "list", "--yes"][..], &[&format!("acme/{name}")]] {
            let ran = scene.succeed(args);
            assert!(ran.out.contains("skipped") && ran.out.contains(why), "{ran:?}");
        }
    }
    assert_eq!(scene.writes(), [""; 0]);
    assert!(scene.succeed(&["acme/copy", "--include-forks"]).out.contains("opened"));
}

#[test]
fn proposes_from_a_fork_where_it_may_not_push() {
    let Some((scene, shop)) = Scene::broken() else { return };
    shop.set(|settings| {
        settings.push = false;
        settings.public = true;
    });
    let ran = scene.succeed(&[SHOP, "--fork"]);
    assert!(ran.out.contains("opened #1"), "{ran:?}");
    assert_eq!(shop.tip(BRANCH), None);
    assert_eq!(shop.pulls()[0].head, BRANCH);
    scene.writes();
    assert!(scene.succeed(&[SHOP, "--fork"]).out.contains("up to date"));
    assert_eq!(scene.writes(), [""; 0]);
    // The base moves on, so that the fork is behind.
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    let ran = scene.succeed(&[SHOP, "--fork"]);
    assert!(ran.out.contains("updated #1"), "{ran:?}");
}

#[test]
fn one_pull_request_for_each_app_if_asked() {
    let Some(scene) = Scene::new(crate::server::Kind::GitHub) else { return };
    let mut files = Vec::new();
    for dir in ["api", "services/web"] {
        for (name, text) in app(BROKEN) {
            files.push((format!("{dir}/{name}"), text));
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let mono = scene.forge.repository("acme/mono", &files);
    let ran = scene.succeed(&["acme/mono", "--per-app"]);
    assert_eq!(mono.pulls().len(), 2, "{ran:?}");
    for (pull, dir) in mono.pulls().iter().zip(["api", "services/web"]) {
        let changed = mono.git(&["diff", "--name-only", "main", &pull.head]);
        assert_eq!(changed.trim(), format!("{dir}/nixpacks.toml"));
    }
    scene.writes();
    assert!(!scene.succeed(&["acme/mono", "--per-app"]).out.contains("opened"));
    assert_eq!(scene.writes(), [""; 0]);
    mono.commit("main", &[("api/nixpacks.toml", Some(MENDED))], "Mend one");
    let ran = scene.succeed(&["acme/mono", "--per-app"]);
    assert!(ran.out.contains("closed #1") && ran.out.contains("up to date #2"), "{ran:?}");
}

#[test]
fn all_apps_stand_in_one_pull_request_otherwise() {
    let Some(scene) = Scene::new(crate::server::Kind::GitHub) else { return };
    let files = [
        ("api/nixpacks.toml", BROKEN),
        ("api/requirements.txt", "flask\n"),
        ("api/main.py", "import flask\n"),
        ("nixpacks.toml", BROKEN),
        ("requirements.txt", "flask\n"),
        ("main.py", "import flask\n"),
    ];
    let mono = scene.forge.repository("acme/mono", &files);
    scene.succeed(&["acme/mono"]);
    let pull = mono.pull(1);
    assert!(
        pull.body.contains("### The app at the root") && pull.body.contains("### `api`"),
        "{}",
        pull.body
    );
    let changed = mono.git(&["diff", "--name-only", "main", BRANCH]);
    assert_eq!(changed, "api/nixpacks.toml\nnixpacks.toml\n");
}

#[test]
fn follows_the_repository_at_hand_by_its_remote() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let sandbox = scene.sandbox();
    sandbox.tool("git", "", &["init", "-q"], "");
    let remote = shop.clone_url().replace("http://", "http://ada:pass@");
    sandbox.tool("git", "", &["remote", "add", "origin", &remote], "");
    let ran = scene.succeed(&[]);
    assert!(ran.out.contains("acme/shop: opened #1"), "{ran:?}");
    assert!(!ran.out.contains("pass@"), "{ran:?}");
    let ran = scene.pr(&["--remote", "upstream"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("there is no remote `upstream`"), "{ran:?}");
}

#[test]
fn another_base_gets_a_branch_of_its_own() {
    let Some((scene, shop)) = Scene::broken() else { return };
    shop.commit("release/1.0", &[("x", Some("y"))], "Release");
    scene.succeed(&[SHOP, "--base", "release/1.0"]);
    assert_eq!(shop.pull(1).head, "nixpacks-fix/release/1.0");
    assert_eq!(shop.pull(1).base, "release/1.0");
    assert!(scene.succeed(&[SHOP, "--head-prefix", "bot/"]).out.contains("opened #2"));
    assert_eq!(shop.pull(2).head, "bot/main");
    let ran = scene.pr(&[SHOP, "--base", "nowhere"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("there is no branch `nowhere`"), "{ran:?}");
}

#[test]
fn drafts_labels_and_reviewers() {
    let Some((scene, shop)) = Scene::broken() else { return };
    shop.set(|settings| settings.collaborators.push("grace".to_owned()));
    scene.succeed(&[SHOP, "--draft", "--label", "deploy", "--label", "bot", "--reviewer", "grace"]);
    let pull = shop.pull(1);
    assert!(pull.draft);
    assert_eq!(pull.labels, ["deploy", "bot"]);
    assert_eq!(pull.reviewers, ["grace"]);
    assert!(!pull.body.contains("pending"));
}

#[test]
fn lets_github_make_the_commit() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let ran = scene.succeed(&[SHOP, "--api-commits"]);
    assert!(ran.out.contains("opened #1"), "{ran:?}");
    assert_eq!(shop.git(&["log", "-1", "--format=%ce", BRANCH]).trim(), "noreply@github.com");
    assert_eq!(shop.branches(), ["main", BRANCH]);
    assert_eq!(shop.git(&["rev-list", "--count", &format!("main..{BRANCH}")]).trim(), "1");
    assert!(scene.succeed(&[SHOP, "--api-commits"]).out.contains("up to date"));
    shop.commit("main", &[("nixpacks.toml", Some(&format!("# Deploys\n{BROKEN}")))], "Explain");
    assert!(scene.succeed(&[SHOP, "--api-commits"]).out.contains("updated #1"));
    assert!(shop.show(BRANCH, "nixpacks.toml").unwrap().starts_with("# Deploys\n"));
    assert_eq!(shop.branches(), ["main", BRANCH]);
    assert!(scene.writes().iter().all(|call| !call.contains("git-receive-pack")));
}

#[test]
fn removes_a_config_in_which_nothing_is_left() {
    use crate::server::Kind::{GitHub, GitLab, Gitea};
    let lone = "[phases.install]\ncmds = [\"pip install -r requirements.txt\"]\n";
    let cases: [(_, &[&str]); 4] =
        [(GitHub, &[SHOP]), (GitHub, &[SHOP, "--api-commits"]), (GitLab, &[SHOP]), (Gitea, &[SHOP])];
    for (kind, args) in cases {
        let Some(scene) = Scene::new(kind) else { return };
        let shop = scene.forge.repository(SHOP, &app(lone));
        scene.succeed(args);
        let changed = shop.git(&["diff", "--name-status", "main", BRANCH]);
        assert_eq!(changed, "D\tnixpacks.toml\n", "{args:?}");
        assert!(scene.succeed(args).out.contains("up to date"));
    }
}

#[test]
fn an_app_whose_name_ends_with_a_number_has_a_branch_of_its_own() {
    let Some(scene) = Scene::new(crate::server::Kind::GitHub) else { return };
    let mut files = Vec::new();
    for dir in ["api", "api-2"] {
        for (name, text) in app(BROKEN) {
            files.push((format!("{dir}/{name}"), text));
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let mono = scene.forge.repository("acme/mono", &files);
    scene.succeed(&["acme/mono", "--per-app"]);
    mono.close(1);
    let ran = scene.succeed(&["acme/mono", "--per-app"]);
    assert!(ran.out.contains("declined #1") && ran.out.contains("up to date #2"), "{ran:?}");
    mono.commit("main", &[("api/nixpacks.toml", Some(MENDED))], "Mend one");
    assert!(scene.succeed(&["acme/mono", "--per-app"]).out.contains("up to date #2"));
}

#[test]
fn moves_on_where_the_base_would_conflict_though_the_repair_reads_the_same() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let repaired = shop.show(BRANCH, "nixpacks.toml");
    shop.commit(
        "main",
        &[("nixpacks.toml", Some(&BROKEN.replace("\"pip\"", "\"python311Packages.pip\"")))],
        "Try",
    );
    assert!(scene.succeed(&[SHOP]).out.contains("updated #1"));
    assert_eq!(shop.show(BRANCH, "nixpacks.toml"), repaired);
    assert_eq!(shop.git(&["merge-base", "main", BRANCH]), shop.git(&["rev-parse", "main"]));
    assert!(scene.succeed(&[SHOP]).out.contains("up to date"));
}

#[test]
fn a_branch_that_may_not_be_removed_is_no_reason_to_fail() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    shop.git(&["config", "receive.denyDeletes", "true"]);
    shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
    assert!(scene.succeed(&[SHOP]).out.contains("closed #1"));
    assert_eq!(shop.pull(1).state, State::Closed);
    shop.commit("main", &[("nixpacks.toml", Some(BROKEN))], "Break");
    assert!(scene.succeed(&[SHOP]).out.contains("opened #2"));
}
