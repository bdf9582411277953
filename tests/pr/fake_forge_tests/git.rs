//! git over HTTP, asked with git.

use super::client::send;
use super::shop;
use crate::server::{Forge, Repository, State, TOKEN};
use crate::support::{Ran, Sandbox};
use std::process::Command;

/// Runs git, which may fail.
fn git(at: &Sandbox, dir: &str, args: &[&str]) -> Ran {
    let mut command = at.command(Command::new("git"), dir);
    command.env("GIT_TERMINAL_PROMPT", "0").args(args);
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

fn with_token(repository: &Repository) -> String {
    repository.clone_url().replacen("http://", &format!("http://x-access-token:{TOKEN}@"), 1)
}

/// A work tree of the branch `main`, with a commit that is not pushed.
fn cloned(repository: &Repository) -> Sandbox {
    let at = Sandbox::new([("unused", "")]);
    at.tool("git", "", &["clone", "-q", "-b", "main", &with_token(repository), "shop"], "");
    at.write("shop/new.txt", "new\n");
    at.tool("git", "shop", &["add", "."], "");
    let author = ["-c", "user.name=Grace", "-c", "user.email=grace@example.org"];
    at.tool("git", "shop", &[&author[..], &["commit", "-q", "-m", "New"]].concat(), "");
    at
}

#[test]
fn clones_and_takes_pushes_with_the_token() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    let at = cloned(&shop);
    assert_eq!(at.read("shop/nixpacks.toml"), "c\n");
    at.tool("git", "shop", &["push", "-q", "-o", "note", "origin", "HEAD:refs/heads/new"], "");
    assert_eq!(shop.show("new", "new.txt").unwrap(), "new\n");
    assert_eq!(forge.writes().len(), 1);
}

#[test]
fn takes_a_push_in_chunks_and_clones_without_blobs() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    let at = cloned(&shop);
    // Noise does not compress: the body is beyond what git keeps in memory here.
    let mut state = 1_u32;
    let noise = (0..200_000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'!' + u8::try_from(state >> 24).unwrap() % 90)
    });
    at.write("shop/noise", noise.collect::<String>());
    at.tool("git", "shop", &["add", "."], "");
    let author = ["-c", "user.name=Grace", "-c", "user.email=grace@example.org"];
    at.tool("git", "shop", &[&author[..], &["commit", "-q", "-m", "Noise"]].concat(), "");
    at.tool("git", "shop", &["-c", "http.postBuffer=1000", "push", "-q", "origin", "HEAD:main"], "");
    assert_eq!(shop.show("main", "noise").unwrap().len(), 200_000);
    assert!(forge.requests().iter().any(|request| request.header("transfer-encoding") == Some("chunked")));
    assert_eq!(forge.writes().len(), 1, "the question before it is no write");
    at.tool("git", "", &["clone", "-q", "--bare", "--filter=blob:none", &with_token(&shop), "thin"], "");
    let missing = git(&at, "thin", &["rev-list", "--objects", "--missing=print", "main"]);
    assert!(missing.out.lines().any(|line| line.starts_with('?')), "{missing:?}");
}

#[test]
fn asks_for_the_token() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    let at = Sandbox::new([("unused", "")]);
    let url = shop.clone_url();
    assert!(git(&at, "", &["ls-remote", &url]).err.contains("terminal prompts disabled"));
    assert!(
        git(&at, "", &["ls-remote", &with_token(&shop).replace(TOKEN, "other")])
            .err
            .contains("Authentication failed")
    );
    let answer = send(&forge, "GET", "/acme/shop.git/info/refs?service=git-upload-pack", &[], "").unwrap();
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Basic realm=\"forge\"")));
    let gone = git(&at, "", &["ls-remote", &with_token(&shop).replace("/shop", "/gone")]);
    assert!(gone.err.contains("not found"), "{gone:?}");
    shop.set(|settings| settings.public = true);
    assert_eq!(git(&at, "", &["ls-remote", &url]).code, 0);
    assert!(git(&at, "", &["push", &url, "HEAD:x"]).code != 0);
}

#[test]
fn refuses_a_push_without_the_right() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    let at = cloned(&shop);
    for archived in [false, true] {
        shop.set(|settings| (settings.push, settings.archived) = (archived, archived));
        let ran = git(&at, "shop", &["push", "origin", "HEAD:new"]);
        assert!(ran.code != 0 && ran.err.contains("403"), "{ran:?}");
    }
    assert_eq!(shop.branches(), ["main", "work"]);
}

#[test]
fn holds_a_lease_and_runs_hooks() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    let at = cloned(&shop);
    let stale = format!("--force-with-lease=refs/heads/work:{}", shop.tip("main").unwrap());
    let ran = git(&at, "shop", &["push", &stale, "origin", "HEAD:work"]);
    assert!(ran.err.contains("stale info"), "{ran:?}");
    let fresh = format!("--force-with-lease=refs/heads/work:{}", shop.tip("work").unwrap());
    assert_eq!(git(&at, "shop", &["push", &fresh, "origin", "HEAD:work"]).code, 0);

    shop.hook("pre-receive", "#!/bin/sh\necho 'branch is protected' >&2\nexit 1\n");
    let ran = git(&at, "shop", &["push", "origin", "HEAD:other"]);
    assert!(
        ran.err.contains("remote: branch is protected") && ran.err.contains("pre-receive hook declined"),
        "{ran:?}"
    );
}

#[test]
fn redirects_to_the_new_name() {
    let Some(forge) = Forge::github() else { return };
    let shop = shop(&forge);
    shop.set(|settings| settings.renamed_to = Some("acme/store".to_owned()));
    let at = cloned(&shop);
    assert_eq!(at.read("shop/nixpacks.toml"), "c\n");
    assert_eq!(git(&at, "shop", &["ls-remote", &with_token(&shop).replace("/shop", "/store")]).code, 0);
}

#[test]
fn pull_requests_follow_pushes() {
    for (forge, emptied) in
        [(Forge::github(), State::Closed), (Forge::gitlab(), State::Open), (Forge::gitea(), State::Open)]
    {
        let Some(forge) = forge else { return };
        let shop = shop(&forge);
        let at = cloned(&shop);
        super::handle::open(&forge, "acme/shop", "work");
        at.tool("git", "shop", &["push", "-q", "-f", "origin", "HEAD:work"], "");
        assert_eq!(shop.pull(1).sha, shop.tip("work").unwrap());
        assert_eq!(shop.pull(1).state, State::Open);
        let kept = if forge.kind() == crate::server::Kind::GitLab {
            "refs/merge-requests/1/head"
        } else {
            "refs/pull/1/head"
        };
        assert_eq!(shop.git(&["rev-parse", kept]).trim(), shop.pull(1).sha);

        at.tool("git", "shop", &["push", "-q", "-f", "origin", "HEAD~:work"], "");
        assert_eq!(shop.pull(1).state, emptied);
        shop.commit("work", &[("x", Some("x\n"))], "More");
        shop.edit_pull(1, |pull| pull.state = State::Open);
        shop.delete_branch("work");
        assert_eq!(shop.pull(1).state, State::Closed);
    }
}
