//! The command against an emulator of GitHub that others wrote: `emulate`, at the address in `EMULATE_URL`.
//!
//! `node conformance/forges/emulate.mjs cargo test --test pr emulated -- --ignored` starts one beside them.

use crate::fake_forge_tests::client::{ask, get};
use crate::server::{Forge, Repository, State, TOKEN, skipped};
use crate::support::{BROKEN, Ran, Sandbox};
use serde_json::json;
use std::process::Command;

const MENDED: &str = "[phases.setup]\nnixPkgs = [\"python311\"]\n";

/// A forge whose API is the emulator.
fn forge() -> Option<Forge> {
    let Some(url) = std::env::var_os("EMULATE_URL") else {
        skipped("emulated: no EMULATE_URL");
        return None;
    };
    Forge::emulated(url.to_str().unwrap())
}

/// A broken app. Each test has its own: they share the emulator.
fn broken(forge: &Forge, name: &str) -> Repository {
    forge.repository(
        name,
        &[("nixpacks.toml", BROKEN), ("requirements.txt", "flask\n"), ("main.py", "import flask\n")],
    )
}

/// Runs `nixpacks-fix pr`.
fn run(forge: &Forge, name: &str) -> Ran {
    let at = Sandbox::new([("unused", "")]);
    let execute = |args: &[&str]| {
        let mut command = at.command(Command::new(env!("CARGO_BIN_EXE_nixpacks-fix")), "");
        let output =
            crate::scene::identify(&mut command).env("GITHUB_TOKEN", TOKEN).args(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    };
    let ran = execute(&["pr", name, "--api-url", &forge.api_url()]);
    assert!(!ran.out.contains(TOKEN) && !ran.err.contains(TOKEN), "{ran:?}");
    ran
}

#[test]
#[ignore = "needs EMULATE_URL"]
fn commits_and_branches_are_carried_over() {
    let Some(forge) = forge() else { return };
    let shop = broken(&forge, "acme/carried");
    shop.commit("work", &[("deep/er/file.txt", Some("ü\n")), ("main.py", None)], "Work\n\nwith a body");
    let tree = get(&forge, "/repos/acme/carried/git/trees/work?recursive=1").json();
    let paths: Vec<&str> =
        tree["tree"].as_array().unwrap().iter().map(|entry| entry["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["deep", "deep/er", "deep/er/file.txt", "nixpacks.toml", "requirements.txt"]);
    assert_eq!(tree["sha"], shop.git(&["rev-parse", "work^{tree}"]).trim());
    let repository = get(&forge, "/repos/acme/carried").json();
    assert_eq!(repository["clone_url"], shop.clone_url());

    let at = Sandbox::new([("unused", "")]);
    let url = shop.clone_url().replacen("http://", &format!("http://x:{TOKEN}@"), 1);
    at.tool("git", "", &["clone", "-q", "--bare", &url, "bare"], "");
    at.tool("git", "bare", &["push", "-q", "origin", "main:refs/heads/new/er"], "");
    assert_eq!(get(&forge, "/repos/acme/carried/git/trees/new%2Fer").status, 200);
}

#[test]
#[ignore = "needs EMULATE_URL"]
fn pull_requests_follow_and_people_take_part() {
    let Some(forge) = forge() else { return };
    let shop = broken(&forge, "acme/followed");
    for branch in ["one", "two", "three"] {
        shop.commit(branch, &[(branch, Some("x\n"))], "Work");
        let body = json!({"title": branch, "head": branch, "base": "main", "body": "B"});
        assert_eq!(ask(&forge, "POST", "/repos/acme/followed/pulls", &body).status, 201);
    }
    let tip = shop.commit("one", &[("nixpacks.toml", Some(MENDED))], "More");
    let listed = get(&forge, "/repos/acme/followed/pulls?head=acme:one&state=all").json();
    assert_eq!((&listed[0]["head"]["sha"], shop.pull(1).sha), (&json!(tip), tip.clone()));
    shop.comment(1, "ada", "Why?");
    assert_eq!(shop.pull(1).comments[0].author, "ada");
    shop.merge(1);
    assert_eq!(
        (shop.pull(1).state, shop.show("main", "nixpacks.toml").unwrap()),
        (State::Merged, MENDED.to_owned())
    );
    shop.delete_branch("two");
    shop.close(3);
    assert_eq!((shop.pull(2).state, shop.pull(3).state), (State::Closed, State::Closed));
    shop.set(|settings| settings.archived = true);
    assert_eq!(get(&forge, "/repos/acme/followed").json()["archived"], true);
    assert_eq!(ask(&forge, "POST", "/repos/acme/followed/forks", &json!({})).status, 202);
    assert!(forge.at("deploy-bot/followed").is_some());
}

#[test]
#[ignore = "needs EMULATE_URL"]
fn opens_one_and_leaves_it_alone() {
    let Some(forge) = forge() else { return };
    let shop = broken(&forge, "acme/opened");
    let main = shop.tip("main");
    let ran = run(&forge, "acme/opened");
    let pulls = shop.pulls();
    assert_eq!(pulls.len(), 1, "{ran:?}");
    assert_eq!((pulls[0].state, pulls[0].base.as_str()), (State::Open, "main"));
    assert_ne!(shop.show(&pulls[0].head, "nixpacks.toml").unwrap(), BROKEN);
    assert_eq!(shop.tip("main"), main);

    forge.forget();
    let ran = run(&forge, "acme/opened");
    let writes: Vec<String> = forge.writes().iter().map(crate::server::Recorded::line).collect();
    assert!(writes.is_empty(), "{writes:?} {ran:?}");
    assert_eq!(shop.pulls()[0].sha, pulls[0].sha);
}

#[test]
#[ignore = "needs EMULATE_URL"]
fn brings_it_up_to_date_when_the_base_moves() {
    let Some(forge) = forge() else { return };
    let shop = broken(&forge, "acme/moved");
    run(&forge, "acme/moved");
    let before = shop.pull(1).sha;
    let extended = format!("{BROKEN}\n[variables]\nSTAGE = \"live\"\n");
    let main = shop.commit("main", &[("nixpacks.toml", Some(&extended))], "Stage");
    let ran = run(&forge, "acme/moved");
    let pull = shop.pull(1);
    assert_eq!((shop.pulls().len(), pull.state), (1, State::Open), "{ran:?}");
    assert_ne!(pull.sha, before);
    assert!(shop.git(&["rev-list", &pull.head]).contains(&main));
    assert!(shop.show(&pull.head, "nixpacks.toml").unwrap().contains("STAGE"));
}

#[test]
#[ignore = "needs EMULATE_URL"]
fn closes_it_when_the_base_is_mended_by_hand() {
    let Some(forge) = forge() else { return };
    let shop = broken(&forge, "acme/mended");
    run(&forge, "acme/mended");
    shop.commit("main", &[("nixpacks.toml", Some(MENDED))], "Mend");
    let ran = run(&forge, "acme/mended");
    assert_eq!(shop.pull(1).state, State::Closed, "{ran:?}");
}

#[test]
#[ignore = "needs EMULATE_URL"]
fn leaves_an_app_alone_that_builds() {
    let Some(forge) = forge() else { return };
    let files = [("nixpacks.toml", MENDED), ("requirements.txt", "flask\n"), ("main.py", "import flask\n")];
    let shop = forge.repository("acme/healthy", &files);
    let ran = run(&forge, "acme/healthy");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(forge.writes().is_empty() && shop.pulls().is_empty());
}
