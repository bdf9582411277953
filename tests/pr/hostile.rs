//! Repositories and forges that mean harm.

use crate::scene::{BRANCH, MENDED, SHOP, Scene, app};
use crate::server::{Kind, LOGIN, Response, TOKEN};
use crate::support::{BROKEN, Ran};
use serde_json::json;

/// Nothing of it may move a cursor, colour a terminal, or end a line early.
fn tame(ran: &Ran) {
    for text in [&ran.out, &ran.err] {
        let harmful = |ch: char| ch != '\n' && (ch.is_control() || ('\u{202a}'..='\u{202e}').contains(&ch));
        assert!(!text.contains(harmful), "{ran:?}");
    }
}

#[test]
fn links_out_of_the_tree_are_not_followed() {
    let Some(scene) = Scene::new(Kind::GitHub) else { return };
    // Where a path that leads out would end up if it were only cut short.
    let mut files = app(BROKEN);
    files.extend([("etc/passwd", BROKEN), ("secret.toml", BROKEN), ("tmp/x", "")]);
    let shop = scene.forge.repository(SHOP, &files);
    let secret = scene.sandbox().path().join("secret.toml");
    scene.sandbox().write("secret.toml", BROKEN);
    let link = |target: &str| {
        let blob = shop.git(&["rev-parse", "main:nixpacks.toml"]);
        assert!(!blob.is_empty());
        // A tree whose config is a link.
        let path = scene.sandbox().path().join("target");
        std::fs::write(&path, target).unwrap();
        let blob = shop.git(&["hash-object", "-w", path.to_str().unwrap()]);
        let listing = shop.git(&["ls-tree", "main"]);
        let lines: Vec<String> = listing
            .lines()
            .map(|line| {
                if line.ends_with("\tnixpacks.toml") {
                    format!("120000 blob {}\tnixpacks.toml", blob.trim())
                } else {
                    line.to_owned()
                }
            })
            .collect();
        let index = scene.sandbox().path().join("tree");
        std::fs::write(&index, lines.join("\n") + "\n").unwrap();
        let tree = shop.git(&[
            "-c",
            "core.quotePath=true",
            "hash-object",
            "--literally",
            "-t",
            "blob",
            index.to_str().unwrap(),
        ]);
        assert!(!tree.is_empty());
        lines
    };
    for target in [secret.to_str().unwrap(), "../../secret.toml", "/etc/passwd", "nixpacks.toml"] {
        let lines = link(target);
        let tree = scene.sandbox().tool(
            "git",
            "",
            &["--git-dir", shop.path().to_str().unwrap(), "mktree"],
            &(lines.join("\n") + "\n"),
        );
        let commit = shop.git(&["commit-tree", "-m", "Link", tree.out.trim()]);
        shop.git(&["update-ref", "refs/heads/main", commit.trim()]);
        let ran = scene.pr(&[SHOP]);
        tame(&ran);
        assert!(ran.code == 0 && ran.out.contains("nothing to do"), "{target}: {ran:?}");
    }
    assert_eq!(scene.sandbox().read("secret.toml"), BROKEN);
    assert_eq!(shop.branches(), ["main"]);
}

#[test]
fn a_link_within_the_tree_is_mended_where_it_leads() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let listing = format!(
        "{}100644 blob {}\tdeploy.toml\n",
        shop.git(&["ls-tree", "main"]).replace(
            &format!(
                "100644 blob {}\tnixpacks.toml\n",
                shop.git(&["rev-parse", "main:nixpacks.toml"]).trim()
            ),
            ""
        ),
        shop.git(&["rev-parse", "main:nixpacks.toml"]).trim()
    );
    let dir = shop.path();
    let git = |args: &[&str], stdin: &str| {
        let args = [&["--git-dir", dir.to_str().unwrap()], args].concat();
        scene.sandbox().tool("git", "", &args, stdin).out.trim().to_owned()
    };
    let link = git(&["hash-object", "-w", "--stdin"], "deploy.toml");
    let tree = git(&["mktree"], &format!("{listing}120000 blob {link}\tnixpacks.toml\n"));
    let commit = shop.git(&["commit-tree", "-m", "Link", &tree]);
    shop.git(&["update-ref", "refs/heads/main", commit.trim()]);
    scene.succeed(&[SHOP]);
    assert_eq!(shop.git(&["diff", "--name-only", "main", BRANCH]).trim(), "deploy.toml");
    assert!(shop.git(&["ls-tree", BRANCH, "nixpacks.toml"]).starts_with("120000"));
}

#[test]
fn a_config_path_that_leads_outside_reads_nothing_there() {
    let Some(scene) = Scene::new(Kind::GitHub) else { return };
    for path in ["../../../etc/passwd", "/etc/passwd", "..\\..\\x", "a\u{0}b"] {
        let name = format!("acme/r{}", path.len());
        let config = json!({ "build": { "nixpacksConfigPath": path } }).to_string();
        let mut files = app(BROKEN);
        files.push(("railway.json", &config));
        let repository = scene.forge.repository(&name, &files);
        let ran = scene.pr(&[&name]);
        tame(&ran);
        assert!(!ran.out.contains("root:") && !ran.err.contains("root:"), "{ran:?}");
        assert!(repository.branches().iter().all(|branch| branch == "main" || branch == BRANCH));
        let changed = repository.git(&["diff", "--name-only", "main", repository.branches().last().unwrap()]);
        assert!(changed.lines().all(|line| line == "nixpacks.toml" || line == "railway.json"), "{changed}");
    }
}

#[test]
fn names_with_newlines_and_escape_codes_stay_names() {
    let Some(scene) = Scene::new(Kind::GitHub) else { return };
    let dir = "a\x1b[2J\n\n# Owned `@team` <b>#1";
    let mut files = Vec::new();
    for (name, text) in app(BROKEN) {
        files.push((format!("{dir}/{name}"), text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let odd = scene.forge.repository("acme/odd", &files);
    for args in [
        &["acme/odd", "--dry-run"][..],
        &["acme/odd"],
        &["acme/odd"],
        &["acme/odd", "--output-format", "json"],
    ] {
        let ran = scene.pr(args);
        tame(&ran);
        assert!(ran.code < 2, "{ran:?}");
    }
    let pull = odd.pull(1);
    let outside: Vec<&str> =
        pull.body.lines().filter(|line| line.starts_with('#') || line.starts_with('@')).collect();
    assert!(outside.is_empty(), "{}", pull.body);
    assert!(pull.body.contains("``a\\u{1b}[2J\\n\\n# Owned `@team` <b>#1"), "{}", pull.body);
    assert!(odd.git(&["log", "-1", "--format=%B", BRANCH]).lines().all(|line| !line.starts_with('#')));
    // And as pull requests of their own, whose branches carry the names.
    let ran = scene.succeed(&["acme/odd", "--per-app", "--head-prefix", "each/"]);
    tame(&ran);
    assert!(ran.out.contains("opened #2"), "{ran:?}");
}

#[test]
fn commands_and_errors_of_a_repository_are_no_markdown() {
    let Some(scene) = Scene::new(Kind::GitHub) else { return };
    let config = "[phases.install]\ncmds = [\"pip install -r requirements.txt # ``` @team #1 <!-- nixpacks-fix:1 oid=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa -->\"]\n";
    let repository = scene.forge.repository(SHOP, &app(config));
    let ran = scene.pr(&[SHOP]);
    tame(&ran);
    for pull in repository.pulls() {
        let fences: Vec<&str> = pull.body.lines().filter(|line| line.starts_with("```")).collect();
        assert!(fences.iter().all(|fence| fence.starts_with("````")), "{}", pull.body);
        let tip = repository.tip(BRANCH).unwrap();
        assert!(pull.body.lines().last().unwrap().contains(&format!("oid={tip}")), "{}", pull.body);
    }
    assert!(!repository.pulls().is_empty(), "{ran:?}");
    assert!(scene.succeed(&[SHOP]).out.contains("up to date"));
}

#[test]
fn a_config_of_fifty_megabytes_is_refused_not_loaded() {
    let Some(scene) = Scene::new(Kind::GitHub) else { return };
    let huge = format!("{BROKEN}{}", "# padding\n".repeat(5 << 20));
    let mut files = app(&huge);
    files.push(("api/nixpacks.toml", BROKEN));
    files.push(("api/requirements.txt", "flask\n"));
    files.push(("api/main.py", "import flask\n"));
    let repository = scene.forge.repository(SHOP, &files);
    let ran = scene.pr(&[SHOP]);
    tame(&ran);
    assert!(ran.code < 2, "{ran:?}");
    // The other app goes on.
    assert_eq!(repository.git(&["diff", "--name-only", "main", BRANCH]).trim(), "api/nixpacks.toml");
}

#[cfg(unix)]
#[test]
fn settings_and_hooks_of_a_repository_at_hand_run_nothing() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let sandbox = scene.sandbox();
    let git = |args: &[&str]| drop(sandbox.tool("git", "", args, ""));
    git(&["init", "-q"]);
    git(&["remote", "add", "origin", &shop.clone_url()]);
    let marker = sandbox.path().join("ran");
    let run = format!("sh -c 'touch {}; exit 1'", marker.display());
    sandbox.write("evil/pre-push", format!("#!/bin/sh\n{run}\n"));
    sandbox.write("evil/post-checkout", format!("#!/bin/sh\n{run}\n"));
    sandbox.write("evil/reference-transaction", format!("#!/bin/sh\n{run}\n"));
    sandbox.tool("chmod", "", &["-R", "+x", "evil"], "");
    sandbox.write(".gitattributes", "* filter=evil diff=evil\n");
    let evil = sandbox.path().join("evil");
    for (key, value) in [
        ("core.hooksPath", evil.to_str().unwrap()),
        ("core.fsmonitor", &run),
        ("core.sshCommand", &run),
        ("core.askPass", &run),
        ("core.pager", &run),
        ("core.editor", &run),
        ("core.alternateRefsCommand", &run),
        ("credential.helper", &format!("!{run}")),
        ("filter.evil.clean", &run),
        ("filter.evil.smudge", &run),
        ("diff.evil.command", &run),
        ("gpg.program", &run),
        ("uploadpack.packObjectsHook", &run),
        ("http.proxy", "http://127.0.0.1:9"),
        ("url.http://127.0.0.1:9/.pushInsteadOf", "ssh://git@never.example/"),
    ] {
        git(&["config", key, value]);
    }
    let ran = scene.succeed(&[]);
    assert!(ran.out.contains("opened #1"), "{ran:?}");
    // Nor does a missing token make git ask the repository's own helper.
    let ran = scene.pr_with(&[], &[("GITHUB_TOKEN", ""), ("GITLAB_TOKEN", ""), ("GITEA_TOKEN", "")]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(!marker.exists());
}

#[test]
fn a_repository_cannot_send_the_token_elsewhere() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let Some(evil) = Scene::new(Kind::GitHub) else { return };
    evil.forge.repository(SHOP, &app(BROKEN));
    // The forge names a clone at another host.
    let answer = json!({ "full_name": SHOP, "default_branch": "main", "archived": false, "disabled": false, "fork": false,
        "clone_url": format!("{}/{SHOP}.git", evil.forge.url()), "permissions": { "push": true } });
    scene.forge.script("GET", "/repos/acme/shop", Response::json(200, &answer), 1);
    assert!(scene.succeed(&[SHOP]).out.contains("opened #1"));
    assert!(evil.forge.requests().is_empty());
    // Git is redirected to another host.
    shop.close(1);
    let elsewhere = format!("{}/{SHOP}.git/info/refs?service=git-upload-pack", evil.forge.url());
    scene.forge.script(
        "GET",
        "/acme/shop.git/info/refs",
        Response::empty(302).header("Location", elsewhere),
        1,
    );
    let ran = scene.pr(&[SHOP]);
    assert_eq!(ran.code, 2, "{ran:?}");
    // And so is a call.
    let elsewhere = format!("{}/repos/{SHOP}", evil.forge.api_url());
    scene.forge.script("GET", "/repos/acme/shop", Response::empty(301).header("Location", elsewhere), 1);
    let ran = scene.pr(&[SHOP]);
    assert!(ran.code == 2 && ran.err.contains("which is not at this forge"), "{ran:?}");
    for request in evil.forge.requests() {
        let told =
            request.headers.iter().any(|(name, value)| name == "authorization" || value.contains(TOKEN));
        assert!(!told, "{request:?}");
    }
    assert!(!evil.forge.requests().is_empty());
    evil.forge.violations();
}

#[test]
fn a_forged_marker_and_a_pull_request_of_a_fork_count_for_nothing() {
    let Some((scene, shop)) = Scene::broken() else { return };
    scene.succeed(&[SHOP]);
    let pull = shop.pull(1);
    shop.close(1);
    // Another repository's pull request, from a fork with a branch of our name, carries a copy of the marker.
    let other = scene.forge.repository("acme/other", &app(BROKEN));
    scene.succeed(&["acme/other"]);
    other.edit_pull(1, |copy| {
        copy.head_repository = Some("mallory/other".to_owned());
        copy.body = pull.body;
    });
    other.delete_branch(BRANCH);
    let ran = scene.succeed(&["acme/other"]);
    assert!(ran.out.contains("opened #2"), "{ran:?}");
}

#[test]
fn an_answer_without_end_is_not_read_to_it() {
    let Some((scene, _)) = Scene::broken() else { return };
    let endless = Response::text(200, &format!("\"{}\"", "x".repeat(17 << 20)));
    scene.forge.script("GET", "/repos/acme/shop", endless, 9);
    let ran = scene.pr(&[SHOP]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.len() < 4096 && ran.err.contains("larger than"), "{}", ran.err);
    tame(&ran);
}

#[test]
fn an_answer_of_another_shape_is_quoted_without_the_token() {
    // `Scene` looks for the token in everything that is printed.
    let Some((scene, _)) = Scene::broken() else { return };
    for value in [json!(format!("Bearer {TOKEN}")), json!("x".repeat(1 << 20))] {
        let answer = json!({ "full_name": SHOP, "default_branch": "main", "fork": value });
        scene.forge.script("GET", "/repos/acme/shop", Response::json(200, &answer), 1);
        let ran = scene.pr(&[SHOP]);
        assert!(
            ran.code == 2 && ran.err.contains("cannot read the answer") && ran.err.len() < 2048,
            "{ran:?}"
        );
    }
}

#[test]
fn a_temporary_directory_in_a_repository_gives_that_no_say() {
    let Some((scene, _)) = Scene::broken() else { return };
    let sandbox = scene.sandbox();
    let git = |args: &[&str]| drop(sandbox.tool("git", "", args, ""));
    git(&["init", "-q"]);
    sandbox.write("tmp/x", "");
    let run = format!("!touch {}", sandbox.path().join("ran").display());
    git(&["config", "credential.helper", &run]);
    git(&["config", "user.name", "Mallory"]);
    let tmp = sandbox.path().join("tmp");
    let ran = scene.pr_with(&[SHOP], &[("GITHUB_TOKEN", ""), ("TMPDIR", tmp.to_str().unwrap())]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(!sandbox.path().join("ran").exists());
}

#[test]
fn a_few_objects_that_name_millions_of_files_are_given_up() {
    let Some((scene, shop)) = Scene::broken() else { return };
    let dir = shop.path();
    let git = |args: &[&str], stdin: &str| {
        let args = [&["--git-dir", dir.to_str().unwrap()], args].concat();
        scene.sandbox().tool("git", "", &args, stdin).out.trim().to_owned()
    };
    let blob = git(&["hash-object", "-w", "--stdin"], "x");
    let mut tree = git(&["mktree"], &format!("100644 blob {blob}\tf\n"));
    for _ in 0..7 {
        let listing: String =
            (0..10).flat_map(|at| ["040000 tree ".to_owned(), tree.clone(), format!("\td{at}\n")]).collect();
        tree = git(&["mktree"], &listing);
    }
    let listing = format!("{}040000 tree {tree}\tbomb\n", shop.git(&["ls-tree", "main"]));
    let tree = git(&["mktree"], &listing);
    let commit = shop.git(&["commit-tree", "-m", "Bomb", &tree]);
    shop.git(&["update-ref", "refs/heads/main", commit.trim()]);
    let ran = scene.pr(&[SHOP]);
    assert!(ran.code == 2 && ran.err.contains("more than 500000 files"), "{ran:?}");
}

#[test]
fn a_path_of_any_length_breaks_nothing() {
    let Some(scene) = Scene::new(Kind::GitHub) else { return };
    let deep = vec!["d".repeat(200); 18].join("/");
    let deeper = vec!["d".repeat(200); 30].join("/");
    for (name, dir, code) in [("deep", &deep, 0), ("deeper", &deeper, 2)] {
        let mut files: Vec<(String, &str)> = Vec::new();
        for (file, text) in app(BROKEN) {
            files.push((format!("{dir}/{file}"), text));
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        let repository = scene.forge.repository(&format!("acme/{name}"), &files);
        let ran = scene.pr(&[&format!("acme/{name}")]);
        assert_eq!(ran.code, code, "{}", ran.err);
        assert_eq!(repository.pulls().len(), usize::from(code == 0));
    }
}

#[test]
fn a_repository_of_the_forks_name_that_is_no_fork_of_it_is_shown_nothing() {
    let Some((scene, shop)) = Scene::broken() else { return };
    shop.set(|settings| settings.push = false);
    let other = scene.forge.repository(&format!("{LOGIN}/shop"), &app(MENDED));
    other.set(|settings| {
        settings.fork = true;
        settings.public = true;
        settings.parent = Some("mallory/shop".to_owned());
    });
    let ran = scene.pr(&[SHOP, "--fork"]);
    assert!(ran.code == 2 && ran.err.contains("is there already and is no fork of it"), "{ran:?}");
    assert_eq!(other.branches(), ["main"]);
}

#[test]
fn at_gitea_a_branch_that_is_gone_is_still_known_by_its_pull_request() {
    let Some((scene, shop)) = Scene::broken_at(Kind::Gitea) else { return };
    scene.succeed(&[SHOP]);
    shop.close(1);
    shop.delete_branch(BRANCH);
    assert!(scene.succeed(&[SHOP]).out.contains("declined #1"));
    // Nor is a pull request ours that came from a fork which is gone.
    shop.edit_pull(1, |pull| pull.head_repository = None);
    assert!(scene.succeed(&[SHOP]).out.contains("opened #2"));
}
