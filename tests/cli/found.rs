//! Which apps are found, and that every view of a repository gives one answer.

use crate::support::{BROKEN, Ran, Sandbox};

const IDENTITY: [&str; 4] = ["-c", "user.name=a", "-c", "user.email=a@localhost"];

/// The apps of a report, by their paths.
fn apps(ran: &Ran) -> Vec<String> {
    let json = ran.json();
    let apps = json["apps"].as_array().unwrap();
    apps.iter().map(|app| app["path"].as_str().unwrap().to_owned()).collect()
}

fn check(sandbox: &Sandbox, dir: &str, args: &[&str]) -> Ran {
    sandbox.run_in(dir, &[&["check", "--output-format", "json"], args].concat(), "")
}

fn commit(sandbox: &Sandbox, dir: &str) {
    sandbox.tool("git", dir, &["init", "-q"], "");
    sandbox.tool("git", dir, &["add", "--force", "."], "");
    sandbox.tool("git", dir, &[&IDENTITY[..], &["commit", "-qm", "a"]].concat(), "");
}

#[test]
fn what_git_has_is_found_whatever_ignores_it() {
    let app = |dir: &str| (format!("home/shop/{dir}/nixpacks.toml"), BROKEN);
    let sandbox = Sandbox::new([
        // A home directory that is a repository of its own, with everything ignored.
        ("home/.gitignore".to_owned(), "*\n"),
        ("home/.ignore".to_owned(), "*\n"),
        ("home/shop/.ignore".to_owned(), "by-ripgrep\n"),
        ("home/shop/.gitignore".to_owned(), "ignored\nnew\n"),
        app("plain"),
        app(".hidden/deep"),
        app("ignored"),
        app("by-ripgrep"),
        app("by-exclude"),
    ]);
    commit(&sandbox, "home/shop");
    sandbox.write("home/shop/.git/info/exclude", "by-exclude\n");
    let tracked = [".hidden/deep", "by-exclude", "by-ripgrep", "ignored", "plain"];
    assert_eq!(apps(&check(&sandbox, "home/shop", &[])), tracked);
    assert_eq!(apps(&check(&sandbox, "home/shop", &["--rev", "HEAD"])), tracked);
    // Of what git does not have, that counts which is not ignored.
    for dir in ["new", "fresh", ".fresh", "node_modules/x"] {
        sandbox.write(format!("home/shop/{dir}/nixpacks.toml"), BROKEN);
    }
    let mut all = tracked.to_vec();
    all.insert(3, "fresh");
    assert_eq!(apps(&check(&sandbox, "home/shop", &[])), all);
    assert_eq!(apps(&check(&sandbox, "home/shop", &["ignored", ".hidden"])), ["ignored", ".hidden/deep"]);
    assert_eq!(apps(&check(&sandbox, "home/shop", &["new"])), ["new"]);
}

#[test]
fn a_repository_in_another_has_its_own_say() {
    let sandbox = Sandbox::new([("top/a/nixpacks.toml", BROKEN), ("top/inner/.x/nixpacks.toml", BROKEN)]);
    commit(&sandbox, "top/inner");
    sandbox.write("top/inner/nixpacks.toml", BROKEN);
    commit(&sandbox, "top");
    assert_eq!(apps(&check(&sandbox, "top", &[])), ["a", "inner", "inner/.x"]);
    assert_eq!(apps(&check(&sandbox, "top", &["--rev", "HEAD"])), ["a"]);
    sandbox.write("top/.gitignore", "inner\n");
    assert_eq!(apps(&check(&sandbox, "top", &[])), ["a"]);
}

#[test]
fn a_revision_is_searched_as_a_directory_is() {
    let sandbox = Sandbox::new([
        ("main.py", ""),
        ("svc/api/nixpacks.toml", BROKEN),
        ("svc/web/nixpacks.json", "{"),
        ("other/nixpacks.toml", BROKEN),
        ("none/x", ""),
    ]);
    commit(&sandbox, "");
    for rev in [&[][..], &["--rev", "HEAD"]] {
        assert_eq!(apps(&check(&sandbox, "", rev)), [".", "other", "svc/api", "svc/web"]);
        assert_eq!(apps(&check(&sandbox, "", &[&["svc"], rev].concat())), ["svc/api", "svc/web"]);
        let none = check(&sandbox, "", &[&["none"], rev].concat());
        assert!(none.code == 3 && none.err.contains("no app found"), "{none:?}");
    }
}

#[cfg(unix)]
mod unix {
    use super::{BROKEN, Sandbox, apps, check, commit};
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_directory_that_cannot_be_read_is_an_error_and_the_others_go_on() {
        let sandbox =
            Sandbox::new([("b/nixpacks.toml", BROKEN), ("b/requirements.txt", ""), ("b/main.py", "")]);
        // Too deep to be named, also for one who may read everything.
        let deep = |name: &str| sandbox.path().join(vec![name.repeat(200); 15].join("/"));
        std::fs::create_dir_all(deep("d")).unwrap();
        std::fs::create_dir_all(deep("e")).unwrap();
        std::fs::rename(sandbox.path().join("e".repeat(200)), deep("d").join("e")).unwrap();
        for command in ["check", "diff", "plan", "fix"] {
            let ran = sandbox.run(&[command]);
            assert_eq!(ran.code, 2, "{command}: {ran:?}");
            assert!(ran.err.contains("error: failed to read `./ddd"), "{command}: {ran:?}");
            assert!(ran.out.contains("b/nixpacks.toml") || command == "fix" || command == "plan", "{ran:?}");
        }
        assert_ne!(sandbox.read("b/nixpacks.toml"), BROKEN);
    }

    #[test]
    fn a_path_that_is_not_utf_8_is_said_and_not_named_wrongly() {
        let odd = OsStr::from_bytes(b"caf\xe9");
        let sandbox = Sandbox::new([("nixpacks.toml", BROKEN), ("requirements.txt", ""), ("main.py", "")]);
        sandbox.write(std::path::Path::new(odd).join("nixpacks.toml"), BROKEN.replace("main", "other"));
        for in_git in [false, true] {
            if in_git {
                commit(&sandbox, "");
            }
            let ran = sandbox.run(&["diff"]);
            assert_eq!(ran.code, 2, "{ran:?}");
            assert_eq!(ran.out.matches("--- ").count(), 1, "{ran:?}");
            assert!(ran.err.contains("cannot look at the app `./caf\\351`"), "{ran:?}");
        }
        let ran = sandbox.run(&["diff", "--rev", "HEAD"]);
        assert!(ran.code == 2 && ran.err.contains("`caf\\351`"), "{ran:?}");
        let mut command = sandbox.command(std::process::Command::new(env!("CARGO_BIN_EXE_nixpacks-fix")), "");
        let ran = command.arg("fix").arg(odd).output().unwrap();
        assert_eq!(ran.status.code(), Some(2), "{ran:?}");
        assert!(String::from_utf8_lossy(&ran.stderr).contains("caf\\351"), "{ran:?}");
    }

    #[test]
    fn a_linked_config_and_a_linked_directory_are_one_in_every_view() {
        let sandbox = Sandbox::new([
            ("shared/real.toml", BROKEN),
            ("app/main.py", "import lib.x\n"),
            ("lib/requirements.txt", "flask\n"),
            ("lib/x.py", ""),
        ]);
        for (target, link) in [
            ("../shared/real.toml", "app/nixpacks.toml"),
            ("../lib", "app/lib"),
            ("lib/requirements.txt", "app/requirements.txt"),
        ] {
            symlink(target, sandbox.path().join(link)).unwrap();
        }
        commit(&sandbox, "");
        let own = sandbox.run(&["diff", "app"]);
        let rev = sandbox.run(&["diff", "--rev", "HEAD", "app"]);
        assert!(own.out.starts_with("--- a/shared/real.toml\n+++ b/shared/real.toml\n"), "{own:?}");
        assert_eq!(own.out, rev.out);
        // It brings Flask, behind two links, so that the fix is a sure one.
        assert!(rev.err.contains("with the fix: predicted to install and start"), "{rev:?}");
        sandbox.tool("git", "", &["apply", "-"], &rev.out);
        assert_eq!(apps(&check(&sandbox, "", &["app"])), ["app"]);
        assert_eq!(sandbox.run(&["diff", "app"]).out, "");
        assert!(sandbox.path().join("app/nixpacks.toml").is_symlink());
    }
}
