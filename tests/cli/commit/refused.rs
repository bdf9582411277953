//! What is in the way, and what overrides it. A refused run changes nothing.

use super::{NAME, commits, git, repository, rest};
use crate::support::{BROKEN, Sandbox};

/// Everything that a run could have changed.
fn all(sandbox: &Sandbox) -> String {
    let head = git(sandbox, &["for-each-ref"]);
    let index = git(sandbox, &["ls-files", "-s", "-v"]);
    let status = git(sandbox, &["status", "--porcelain=v2", "--ignored"]);
    format!("{head}{index}{status}{}", sandbox.read(NAME))
}

fn refused(sandbox: &Sandbox, args: &[&str], want: &[&str]) {
    let before = all(sandbox);
    for aside in [&[][..], &["--branch", "aside"]] {
        let ran = sandbox.run(&[&["fix", "--commit"], args, aside].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
        for want in want {
            assert!(ran.err.contains(want), "{want}: {ran:?}");
        }
        assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
        assert_eq!(all(sandbox), before);
    }
}

/// Runs what stops in the middle.
fn stops(sandbox: &Sandbox, args: &[&str]) {
    let mut command = sandbox.command(std::process::Command::new("git"), "");
    let output = command.args(args).stdin(std::process::Stdio::null()).output().unwrap();
    assert!(!output.status.success(), "{output:?}");
}

#[test]
fn a_file_with_uncommitted_changes() {
    let sandbox = repository();
    sandbox.write(NAME, format!("# mine\n{BROKEN}"));
    refused(&sandbox, &[], &["`nixpacks.toml` has uncommitted changes", "`--allow-dirty`"]);
    refused(&sandbox, &["--allow-staged"], &["`--allow-dirty`"]);
    commits(&sandbox, "", &["--allow-dirty"]);
    assert!(git(&sandbox, &["show", "HEAD:nixpacks.toml"]).starts_with("# mine\n"));
    // Staged, and edited again.
    let sandbox = repository();
    sandbox.write(NAME, format!("# staged\n{BROKEN}"));
    git(&sandbox, &["add", NAME]);
    refused(&sandbox, &[], &["`--allow-dirty`"]);
    sandbox.write(NAME, format!("# mine\n{BROKEN}"));
    commits(&sandbox, "", &["--allow-dirty"]);
    assert_eq!(git(&sandbox, &["status", "--porcelain"]), "");
}

#[test]
fn a_repair_that_only_undoes_what_was_not_committed_makes_no_commit() {
    for (hooks, aside) in [(false, false), (true, false), (false, true)] {
        let sandbox = repository();
        commits(&sandbox, "", &[]);
        let (head, fixed) = (git(&sandbox, &["rev-parse", "HEAD"]), sandbox.read(NAME));
        sandbox.write(NAME, BROKEN);
        git(&sandbox, &["add", NAME]);
        if hooks {
            super::by_git::hook(&sandbox, "pre-commit", "exit 0");
        }
        let ran = if aside {
            sandbox.run(&["fix", "--commit", "--allow-dirty", "--branch", "x"])
        } else {
            sandbox.run(&["fix", "--commit", "--allow-dirty"])
        };
        assert_eq!(ran.code, 0, "{ran:?}");
        let want = "nothing to commit: after the fix, HEAD already has the same `nixpacks.toml`\n";
        assert!(ran.out.contains(want) && !ran.out.contains("committed"), "{ran:?}");
        assert_eq!(git(&sandbox, &["rev-parse", "HEAD"]), head);
        assert_eq!(git(&sandbox, &["branch", "--format=%(refname:short)"]), "main\n");
        if aside {
            assert_eq!(sandbox.read(NAME), BROKEN);
        } else {
            assert_eq!(
                (git(&sandbox, &["status", "--porcelain"]), sandbox.read(NAME)),
                (String::new(), fixed)
            );
        }
    }
}

#[test]
fn a_file_that_git_does_not_have_yet() {
    for hooks in [false, true] {
        let sandbox = repository();
        git(&sandbox, &["rm", "-q", "--cached", NAME]);
        git(&sandbox, &["commit", "-qm", "Forget it"]);
        if hooks {
            super::by_git::hook(&sandbox, "pre-commit", "exit 1");
        }
        refused(&sandbox, &[], &["git does not have `nixpacks.toml` yet", "`--allow-dirty`"]);
        if hooks {
            let before = git(&sandbox, &["ls-files", "-s"]);
            let ran = sandbox.run(&["fix", "--commit", "--allow-dirty"]);
            assert_eq!(ran.code, 2, "{ran:?}");
            assert_eq!(git(&sandbox, &["ls-files", "-s"]), before);
            assert!(ran.err.contains("git add -N -- nixpacks.toml && git commit --only -m "), "{ran:?}");
            super::by_git::hook(&sandbox, "pre-commit", "exit 0");
            sandbox.write(NAME, BROKEN);
        }
        commits(&sandbox, "", &["--allow-dirty"]);
        assert_eq!(git(&sandbox, &["status", "--porcelain"]), "");
    }
}

#[test]
fn a_file_that_git_ignores_or_is_told_not_to_look_at() {
    for hooks in [false, true] {
        let sandbox = repository();
        sandbox.write(".git/info/exclude", "prod.toml\n");
        sandbox.write("prod.toml", BROKEN);
        if hooks {
            super::by_git::hook(&sandbox, "pre-commit", "exit 0");
        }
        refused(&sandbox, &["--allow-dirty", "prod.toml"], &["`prod.toml` is ignored by git: `git add -f`"]);
        assert_eq!(sandbox.read("prod.toml"), BROKEN);
    }
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        for hooks in [false, true] {
            let sandbox = repository();
            git(&sandbox, &["update-index", flag, NAME]);
            if hooks {
                super::by_git::hook(&sandbox, "pre-commit", "exit 0");
            }
            refused(&sandbox, &["--allow-dirty"], &["told not to look at `nixpacks.toml`"]);
        }
    }
}

#[test]
fn something_that_is_staged() {
    for hooks in [false, true] {
        let sandbox = repository();
        for name in ["a", "b", "c d", "e"] {
            sandbox.write(name, "");
        }
        git(&sandbox, &["add", "."]);
        if hooks {
            super::by_git::hook(&sandbox, "pre-commit", "exit 0");
        }
        let before = rest(&sandbox);
        refused(&sandbox, &[], &["`a`, `b`, `c d` and 1 more are staged", "`--allow-staged`"]);
        refused(&sandbox, &["--allow-dirty"], &["`--allow-staged`"]);
        commits(&sandbox, "", &["--allow-staged"]);
        assert_eq!(rest(&sandbox), before);
    }
}

#[test]
fn a_file_that_is_only_announced_is_not_staged() {
    for hooks in [false, true] {
        let sandbox = repository();
        sandbox.write("new", "1");
        git(&sandbox, &["add", "--intent-to-add", "new"]);
        if hooks {
            super::by_git::hook(&sandbox, "pre-commit", "exit 0");
        }
        let before = rest(&sandbox);
        commits(&sandbox, "", &[]);
        assert_eq!(rest(&sandbox), before);
    }
}

#[test]
fn an_operation_in_progress() {
    // Two branches that change one line.
    let diverged = || {
        let sandbox = repository();
        sandbox.write("line", "0\n");
        git(&sandbox, &["add", "."]);
        git(&sandbox, &["commit", "-qm", "0"]);
        git(&sandbox, &["checkout", "-qb", "side"]);
        for (branch, text) in [("side", "1\n"), ("main", "2\n")] {
            git(&sandbox, &["checkout", "-q", branch]);
            sandbox.write("line", text);
            git(&sandbox, &["commit", "-qam", text.trim()]);
        }
        sandbox
    };
    for (args, name) in [
        (&["merge", "side"][..], "a merge"),
        (&["rebase", "side"], "a rebase"),
        (&["rebase", "--apply", "side"], "a rebase"),
        (&["cherry-pick", "side"], "a cherry-pick"),
        (&["revert", "HEAD~1"], "a revert"),
    ] {
        let sandbox = diverged();
        stops(&sandbox, args);
        let want = format!("{name} is in progress");
        refused(&sandbox, &["--allow-dirty", "--allow-staged"], &[&want]);
        // With the conflict resolved it is still in progress.
        sandbox.write("line", "3\n");
        git(&sandbox, &["add", "line"]);
        refused(&sandbox, &["--allow-dirty", "--allow-staged"], &[&want]);
    }
    let sandbox = diverged();
    sandbox.write("line", "4\n");
    git(&sandbox, &["stash"]);
    sandbox.write("line", "5\n");
    git(&sandbox, &["commit", "-qam", "5"]);
    stops(&sandbox, &["stash", "pop"]);
    refused(&sandbox, &["--allow-dirty", "--allow-staged"], &["`line` is unmerged"]);
    let sandbox = diverged();
    git(&sandbox, &["bisect", "start", "HEAD", "HEAD~2"]);
    commits(&sandbox, "", &[]);
}

#[test]
fn no_name_and_address() {
    let sandbox = repository();
    git(&sandbox, &["config", "--unset", "user.email"]);
    refused(
        &sandbox,
        &[],
        &["no name and address", "`git config --global user.name", "`git config --global user.email"],
    );
    let command = || sandbox.command(std::process::Command::new(env!("CARGO_BIN_EXE_nixpacks-fix")), "");
    // A name that git would take from the machine is none.
    git(&sandbox, &["config", "--unset", "user.name"]);
    let output = command().env("EMAIL", "x@example.com").args(["fix", "--commit"]).output().unwrap();
    assert_eq!((output.status.code(), sandbox.read(NAME).as_str()), (Some(2), BROKEN), "{output:?}");
    let mut command = command();
    for name in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{name}_NAME"), name).env(format!("GIT_{name}_EMAIL"), "x@example.com");
    }
    let output = command.args(["fix", "--commit", "-s"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(
        git(&sandbox, &["log", "-1", "--format=%an %ae, %cn %ce%n%(trailers)"]).trim(),
        "AUTHOR x@example.com, COMMITTER x@example.com\nSigned-off-by: COMMITTER <x@example.com>"
    );
}

#[test]
fn no_repository_and_no_commit() {
    let sandbox = Sandbox::broken();
    let ran = sandbox.run(&["fix", "--commit"]);
    assert_eq!((ran.code, sandbox.read(NAME).as_str()), (2, BROKEN), "{ran:?}");
    assert!(ran.err.contains("`nixpacks.toml`: it is in no git repository"), "{ran:?}");
    assert!(ran.err.contains("without `--commit`"), "{ran:?}");
    for args in [
        &["fix", "--allow-dirty"][..],
        &["fix", "--branch", "x"],
        &["fix", "-m", "x"],
        &["fix", "--commit", "-"],
        &["fix", "--commit", "--rev", "HEAD"],
    ] {
        let ran = sandbox.run(args);
        assert_eq!((ran.code, sandbox.read(NAME).as_str()), (2, BROKEN), "{ran:?}");
    }
}

#[test]
fn all_the_reasons_are_told_at_once() {
    let sandbox = Sandbox::broken();
    git(&sandbox, &["init", "-q", "-b", "main"]);
    git(&sandbox, &["add", "."]);
    let ran = sandbox.run(&["fix", "--commit"]);
    for want in ["`--allow-dirty`", "`--allow-staged`", "user.name"] {
        assert!(ran.err.contains(want), "{ran:?}");
    }
}

#[test]
fn another_git_at_work() {
    let sandbox = repository();
    sandbox.write(".git/index.lock", "");
    let ran = sandbox.run(&["fix", "--commit"]);
    assert_eq!((ran.code, sandbox.read(NAME).as_str()), (2, BROKEN), "{ran:?}");
    assert!(ran.err.contains(".git/index.lock`, which one left"), "{ran:?}");
    std::fs::remove_file(sandbox.path().join(".git/index.lock")).unwrap();
    commits(&sandbox, "", &[]);
}
