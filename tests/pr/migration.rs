//! `pr --migrate`: the life of the pull request for the move to Railpack, alone and beside one that repairs.

use crate::scene::{BRANCH, Scene};
use crate::server::{Kind, Repository, State};
use crate::support::BROKEN;

/// The branch that the command takes for the base `main`.
const MOVE: &str = "nixpacks-fix-railpack/main";
const SHOP: &str = "acme/shop";
const THUMBNAILS: &str =
    "[phases.setup]\nnixPkgs = [\"...\", \"ffmpeg\"]\n\n[start]\ncmd = \"/opt/venv/bin/gunicorn app:app\"\n";
const MORE: &str = "[phases.setup]\nnixPkgs = [\"...\", \"ffmpeg\", \"imagemagick\"]\n\n[start]\ncmd = \"gunicorn app:app\"\n";

fn files(config: &str) -> [(&str, &str); 4] {
    [
        ("Procfile", "release: python migrate.py\n"),
        ("app.py", "import flask\n"),
        ("nixpacks.toml", config),
        ("requirements.txt", "flask\ngunicorn\n"),
    ]
}

fn shop(config: &str) -> Option<(Scene, Repository)> {
    let scene = Scene::new(Kind::GitHub)?;
    let shop = scene.forge.repository(SHOP, &files(config));
    Some((scene, shop))
}

/// `nixpacks-fix pr --migrate acme/shop ARGS`, which has to succeed.
fn moved(scene: &Scene, args: &[&str]) -> String {
    scene.succeed(&[&["--migrate", SHOP], args].concat()).out
}

#[test]
fn opens_one_with_the_file_and_says_what_is_left_to_do() {
    let Some((scene, shop)) = shop(THUMBNAILS) else { return };
    let out = moved(&scene, &[]);
    assert!(out.contains("acme/shop: opened #1: build: prepare the move from Nixpacks to Railpack"), "{out}");
    let pull = shop.pull(1);
    assert_eq!((pull.base.as_str(), pull.head.as_str()), ("main", MOVE));
    assert_eq!(shop.git(&["diff", "--name-only", "main", MOVE]).trim(), "railpack.json");
    assert_eq!(shop.git(&["log", "-1", "--format=%s", MOVE]).trim(), pull.title);
    assert!(shop.show(MOVE, "railpack.json").unwrap().contains("\"gunicorn app:app\""));
    for want in [
        "Railpack reads nothing of `nixpacks.toml`. If Railpack 0.37.0 (Railway) built this repository as it is now, it would lose 2 things",
        "- `ffmpeg` is not installed\n",
        "- `railpack.json` is new. Nixpacks ignores it",
        "- [ ] merge this\n- [ ] set the pre-deploy command to `python migrate.py`",
        "/opt/venv",
        "- [ ] choose Railpack as the builder",
        "- [ ] delete `nixpacks.toml` once that runs",
        "**Not checked**",
        "the move is not proposed again",
        "<!-- nixpacks-fix:1 kind=railpack oid=",
    ] {
        assert!(pull.body.contains(want), "{want} is not in\n{}", pull.body);
    }
    assert_eq!(scene.leavings(), [""; 0], "temporary files are left");
}

#[test]
fn a_second_run_sends_nothing_and_a_base_that_moves_below_it_gets_a_new_commit() {
    let Some((scene, shop)) = shop(THUMBNAILS) else { return };
    moved(&scene, &[]);
    scene.writes();
    assert!(moved(&scene, &[]).contains("up to date #1"));
    shop.commit("main", &[("other.py", Some("x = 1\n"))], "Other work");
    assert!(moved(&scene, &[]).contains("up to date #1"));
    assert_eq!(scene.writes(), [""; 0]);
    let before = shop.tip(MOVE).unwrap();
    shop.commit("main", &[("nixpacks.toml", Some(MORE))], "Another package");
    assert!(moved(&scene, &[]).contains("updated #1"));
    let tip = shop.tip(MOVE).unwrap();
    assert_ne!(tip, before);
    assert!(shop.show(MOVE, "railpack.json").unwrap().contains("imagemagick"));
    assert_eq!(shop.git(&["rev-list", "--count", &format!("main..{MOVE}")]).trim(), "1");
    let body = shop.pull(1).body;
    assert!(body.contains(&format!("oid={tip}")) && body.contains("`imagemagick`"), "{body}");
    assert!(moved(&scene, &[]).contains("up to date #1"));
}

#[test]
fn a_no_to_the_move_is_a_no_whatever_the_app_loses_later() {
    let Some((scene, shop)) = shop(THUMBNAILS) else { return };
    moved(&scene, &[]);
    shop.close(1);
    scene.writes();
    assert!(moved(&scene, &[]).contains("declined #1"));
    shop.commit("main", &[("nixpacks.toml", Some(MORE))], "Another package");
    assert!(moved(&scene, &[]).contains("declined #1"));
    shop.delete_branch(MOVE);
    assert!(moved(&scene, &["--to", "coolify"]).contains("declined #1"));
    assert_eq!(scene.writes(), [""; 0]);
}

#[test]
fn what_was_merged_is_done_until_the_app_needs_more() {
    let Some((scene, shop)) = shop(THUMBNAILS) else { return };
    moved(&scene, &[]);
    shop.merge(1);
    scene.writes();
    let out = moved(&scene, &[]);
    assert!(out.contains("nothing to do: no file is needed"), "{out}");
    shop.commit("main", &[("railpack.json", None)], "Back");
    assert!(moved(&scene, &[]).contains("reverted #1"));
    assert_eq!(scene.writes(), [""; 0]);
    shop.commit("main", &[("nixpacks.toml", Some(MORE))], "Another package");
    assert!(moved(&scene, &[]).contains("opened #2"));
}

#[test]
fn closes_what_nothing_needs_any_more() {
    let Some((scene, shop)) = shop(THUMBNAILS) else { return };
    moved(&scene, &[]);
    let plain = [("nixpacks.toml", None), ("Procfile", Some("web: gunicorn app:app\n"))];
    shop.commit("main", &plain, "Need nothing");
    let out = moved(&scene, &[]);
    assert!(out.contains("closed #1: nothing is left to write for Railpack"), "{out}");
    assert_eq!((shop.pull(1).state, shop.tip(MOVE)), (State::Closed, None));
    assert!(shop.pull(1).comments[0].body.contains("nothing more that a file could keep"));
}

#[test]
fn keeps_off_what_a_person_worked_on_until_it_is_handed_back() {
    let Some((scene, shop)) = shop(THUMBNAILS) else { return };
    moved(&scene, &[]);
    shop.commit(MOVE, &[("railpack.json", Some("{}\n"))], "Mine");
    scene.writes();
    let out = moved(&scene, &[]);
    assert!(out.contains("left alone #1: somebody else has worked on its branch"), "{out}");
    moved(&scene, &[]);
    assert_eq!(shop.show(MOVE, "railpack.json").unwrap(), "{}\n");
    let comments = shop.pull(1).comments;
    assert_eq!(comments.len(), 1);
    let line = comments[0].body.lines().find(|line| line.contains(" handed ")).unwrap().to_owned();
    assert!(line.contains(" kind=railpack "), "{line}");
    shop.edit_pull(1, |pull| pull.body = format!("Mine.\n\n{line}"));
    assert!(moved(&scene, &[]).contains("updated #1"));
    assert!(shop.show(MOVE, "railpack.json").unwrap().contains("ffmpeg"));
    assert!(moved(&scene, &[]).contains("up to date #1"));
}

#[test]
fn a_box_that_a_person_ticked_stays_ticked() {
    let Some((scene, shop)) = shop(THUMBNAILS) else { return };
    moved(&scene, &[]);
    shop.edit_pull(1, |pull| pull.body = pull.body.replace("- [ ] merge this", "- [x] merge this"));
    shop.commit("main", &[("nixpacks.toml", Some(MORE))], "Another package");
    assert!(moved(&scene, &[]).contains("updated #1"));
    assert!(shop.pull(1).body.contains("- [x] merge this"));
}

#[test]
fn stands_beside_a_repair_and_neither_touches_the_other() {
    let Some((scene, shop)) = shop(BROKEN) else { return };
    scene.succeed(&[SHOP]);
    moved(&scene, &[]);
    assert_eq!((shop.pull(1).head.as_str(), shop.pull(2).head.as_str()), (BRANCH, MOVE));
    let tips = (shop.tip(BRANCH), shop.tip(MOVE));
    let bodies = (shop.pull(1).body, shop.pull(2).body);
    scene.writes();
    assert!(scene.succeed(&[SHOP]).out.contains("up to date #1"));
    assert!(moved(&scene, &[]).contains("up to date #2"));
    assert_eq!(scene.writes(), [""; 0]);
    // Each list has its own.
    let status = scene.succeed(&["status", SHOP]).out;
    assert!(status.contains("#1") && !status.contains("#2"), "{status}");
    let status = scene.succeed(&["status", "--migrate", SHOP]).out;
    assert!(status.contains("#2") && !status.contains("#1"), "{status}");
    // The one is closed, and the other stays as it is.
    scene.succeed(&["close", SHOP]);
    assert_eq!((shop.pull(1).state, shop.pull(2).state), (State::Closed, State::Open));
    assert_eq!((shop.tip(MOVE), &shop.pull(2).body), (tips.1.clone(), &bodies.1));
    assert!(moved(&scene, &[]).contains("up to date #2"));
    assert!(scene.succeed(&[SHOP]).out.contains("opened #3"));
    scene.succeed(&["close", "--migrate", SHOP]);
    assert_eq!((shop.pull(3).state, shop.pull(2).state), (State::Open, State::Closed));
    assert_eq!((shop.tip(&shop.pull(3).head), shop.tip(MOVE)), (tips.0, None));
    // One of the tool's own that was closed may be proposed again.
    assert!(moved(&scene, &[]).contains("opened #4"));
}

#[test]
fn a_prefix_that_leads_to_the_branches_of_the_other_kind_changes_nothing_there() {
    let Some((scene, shop)) = shop(BROKEN) else { return };
    moved(&scene, &[]);
    let (tip, body) = (shop.tip(MOVE), shop.pull(1).body);
    scene.writes();
    let out = scene.succeed(&[SHOP, "--head-prefix", "nixpacks-fix-railpack/"]).out;
    assert!(out.contains("left alone #1: it is for something else"), "{out}");
    let out = scene.succeed(&["close", SHOP, "--head-prefix", "nixpacks-fix-railpack/"]).out;
    assert!(out.contains("no pull request of this tool"), "{out}");
    assert_eq!(scene.writes(), [""; 0]);
    assert_eq!((shop.tip(MOVE), shop.pull(1).body), (tip, body));
}

#[test]
fn opens_nothing_where_no_file_is_needed_or_none_would_do() {
    let Some(scene) = Scene::new(Kind::GitHub) else { return };
    let with = |name: &str, files: &[(&str, &str)]| {
        scene.forge.repository(&format!("acme/{name}"), files);
        scene.succeed(&["--migrate", &format!("acme/{name}")]).out
    };
    let app = [("main.py", "import flask\n"), ("requirements.txt", "flask\n")];
    let out =
        with("plain", &[&app[..], &[("nixpacks.toml", "[start]\ncmd = \"python main.py\"\n")]].concat());
    assert!(out.contains("nothing to do: no file is needed: Railpack keeps what the app has"), "{out}");
    let gone = "[phases.setup]\nnixPkgs = [\"...\", \"wkhtmltopdf\"]\n";
    let out = with("gone", &[&app[..], &[("nixpacks.toml", gone)]].concat());
    assert!(out.contains("the app loses something by the move that no file can keep"), "{out}");
    let out = with(
        "image",
        &[&app[..], &[("Dockerfile", "FROM scratch\n"), ("nixpacks.toml", THUMBNAILS)]].concat(),
    );
    assert!(out.contains("Railway builds the Dockerfile of the app"), "{out}");
    let out = with("notes", &[("notes.md", "x\n")]);
    assert!(out.contains("it has no app that Nixpacks builds"), "{out}");
    assert_eq!(scene.writes(), [""; 0]);
}

#[test]
fn a_railpack_json_that_is_there_gets_what_is_missing() {
    let Some((scene, shop)) = shop(THUMBNAILS) else { return };
    let own = "{\n\t\"deploy\": {\n\t\t\"startCommand\": \"gunicorn app:app\"\n\t}\n}\n";
    shop.commit("main", &[("railpack.json", Some(own))], "Mine");
    moved(&scene, &[]);
    let start = "\t\t\"startCommand\": \"gunicorn app:app\"";
    let more = format!("{start},\n\t\t\"aptPackages\": [\n\t\t\t\"...\",\n\t\t\t\"ffmpeg\"\n\t\t]");
    assert_eq!(shop.show(MOVE, "railpack.json").unwrap(), own.replace(start, &more));
    let body = shop.pull(1).body;
    assert!(body.contains("`railpack.json` gets what is missing. What it already says stays."), "{body}");
    shop.commit("main", &[("railpack.json", Some("{ \"deploy\": 1, "))], "Break it");
    let out = moved(&scene, &[]);
    assert!(out.contains("closed #1"), "{out}");
}

#[test]
fn goes_to_the_version_that_is_named_in_either_way() {
    let Some((scene, shop)) = shop(THUMBNAILS) else { return };
    for args in [["--to", "coolify"], ["--to", "railpack@coolify"], ["--builder", "railpack@coolify"]] {
        let ran = scene.pr(&[&["--migrate", SHOP, "--dry-run"], &args[..]].concat());
        assert_eq!(ran.code, 1);
        assert!(ran.out.contains("Railpack 0.23.0 (Coolify)") && ran.out.contains("curl"), "{ran:?}");
        assert!(ran.out.contains("+++ b/railpack.json"), "{ran:?}");
    }
    assert_eq!(shop.pulls().len(), 0);
    let ran = scene.pr(&[SHOP, "--builder", "railpack"]);
    assert!(ran.code == 2 && ran.err.contains("pr --migrate"), "{ran:?}");
    assert_eq!(scene.pr(&[SHOP, "--to", "coolify"]).code, 2);
}

#[test]
fn lists_single_apps_and_commits_by_github_work_as_for_a_repair() {
    let Some((scene, shop)) = shop(THUMBNAILS) else { return };
    assert!(moved(&scene, &["--api-commits"]).contains("opened #1"));
    assert_eq!(shop.git(&["log", "-1", "--format=%ce", MOVE]).trim(), "noreply@github.com");
    assert!(shop.show(MOVE, "railpack.json").unwrap().ends_with("}\n"));
    assert!(moved(&scene, &["--api-commits"]).contains("up to date #1"));
    // Without a config of Nixpacks there is no repair, and still a move.
    let pinned =
        [("main.py", "import flask\n"), ("requirements.txt", "flask\n"), ("runtime.txt", "python-3.11.9\n")];
    let plain = scene.forge.repository("acme/plain", &pinned);
    scene.forge.repository("acme/notes", &[("notes.md", "x\n")]);
    scene.sandbox().write("list", "acme/plain\nacme/notes\nacme/shop\n");
    let ran = scene.pr(&["--migrate", "--repos", "list"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("would open") && ran.out.contains("1 up to date"), "{ran:?}");
    scene.succeed(&["--migrate", "--repos", "list", "--yes"]);
    assert_eq!(plain.git(&["diff", "--name-only", "main", MOVE]).trim(), "runtime.txt");
    let body = plain.pull(1).body;
    assert!(body.contains("`runtime.txt` asks for Python by its first two numbers"), "{body}");

    let mut files_of_two = Vec::new();
    for dir in ["api", "web"] {
        for (name, text) in files(THUMBNAILS) {
            files_of_two.push((format!("{dir}/{name}"), text));
        }
    }
    let two: Vec<(&str, &str)> = files_of_two.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let mono = scene.forge.repository("acme/mono", &two);
    scene.succeed(&["--migrate", "acme/mono", "--per-app"]);
    let heads: Vec<String> = mono.pulls().iter().map(|pull| pull.head.clone()).collect();
    assert_eq!(heads, [format!("{MOVE}--api"), format!("{MOVE}--web")]);
    let ran = scene.succeed(&["--migrate", "acme/mono"]);
    assert!(ran.out.contains("skipped") && ran.out.contains("add `--per-app`"), "{ran:?}");
    let both = scene.forge.repository("acme/both", &two);
    scene.succeed(&["--migrate", "acme/both"]);
    let pull = both.pull(1);
    assert!(pull.title.ends_with("the move of 2 apps from Nixpacks to Railpack"), "{}", pull.title);
    assert!(pull.body.contains("### `api`") && pull.body.contains("### `web`"), "{}", pull.body);
}
