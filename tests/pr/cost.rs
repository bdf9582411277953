//! What a run costs, printed and never judged:
//! `NIXPACKS_FIX_BIN=$PWD/target/release/nixpacks-fix cargo test --test pr cost -- --ignored`.

use crate::scene::{MENDED, SHOP, Scene, app};
use crate::server::Kind;
use crate::support::BROKEN;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

/// The fastest of seven, in milliseconds.
fn fastest(mut run: impl FnMut()) -> u128 {
    let one = || {
        let began = Instant::now();
        run();
        began.elapsed().as_millis()
    };
    std::iter::repeat_with(one).take(7).min().unwrap()
}

fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[test]
#[ignore = "measures"]
fn of_one_repository_and_of_a_list() {
    let Some((scene, shop)) = Scene::broken() else { return };
    say(&format!("dry run: {} ms", fastest(|| drop(scene.pr(&[SHOP, "--dry-run"])))));
    let moved = fastest(|| drop(scene.pr(&["--migrate", SHOP, "--dry-run"])));
    say(&format!("dry run of the move to Railpack: {moved} ms"));
    scene.succeed(&[SHOP]);
    say(&format!("up to date: {} ms", fastest(|| drop(scene.succeed(&[SHOP])))));
    let url = shop.clone_url().replace("http://", &format!("http://x:{}@", scene.forge.token()));
    let clone = || {
        let args = ["clone", "-q", "--bare", "--depth=1", &url, "clone"];
        scene.sandbox().tool("git", "", &args, "");
        std::fs::remove_dir_all(scene.sandbox().path().join("clone")).unwrap();
    };
    say(&format!("git clone --bare --depth=1: {} ms", fastest(clone)));
    let Some(scene) = Scene::new(Kind::GitHub) else { return };
    for number in 0..100 {
        let files = app(MENDED);
        let files = if number % 10 == 0 { &files[..] } else { &files[..1] };
        scene.forge.repository(&format!("acme/r{number}"), files);
    }
    let list = fastest(|| drop(scene.succeed(&["--org", "acme"])));
    say(&format!("a list of 100, 10 of them with a config: {list} ms"));
}

#[test]
#[ignore = "measures"]
fn of_apps_in_each_other() {
    for apps in [20, 200] {
        let Some(scene) = Scene::new(Kind::GitHub) else { return };
        let shop = scene.forge.repository(SHOP, &[("x", "")]);
        let dir = shop.path();
        let git = |args: &[&str], stdin: &str| {
            let args = [&["--git-dir", dir.to_str().unwrap()], args].concat();
            scene.sandbox().tool("git", "", &args, stdin).out.trim().to_owned()
        };
        let blob = |text: &str| git(&["hash-object", "-w", "--stdin"], text);
        let mut listing = String::new();
        for (name, text) in app(BROKEN) {
            let _ = writeln!(listing, "100644 blob {}\t{name}", blob(text));
        }
        let empty = blob("");
        let files: Vec<String> = (0..200).map(|at| format!("100644 blob {empty}\tf{at:03}\n")).collect();
        let _ = writeln!(listing, "040000 tree {}\tz", git(&["mktree"], &files.concat()));
        let mut tree = git(&["mktree"], &listing);
        for _ in 1..apps {
            tree = git(&["mktree"], &format!("040000 tree {tree}\td\n{listing}"));
        }
        let commit = shop.git(&["commit-tree", "-m", "Apps in each other", &tree]);
        shop.git(&["update-ref", "refs/heads/main", commit.trim()]);
        let began = Instant::now();
        drop(scene.pr(&[SHOP, "--dry-run"]));
        let files = apps * 203;
        say(&format!("{apps} apps in each other, {files} files: {} ms", began.elapsed().as_millis()));
    }
}
