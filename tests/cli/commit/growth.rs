//! Ten times as many apps are no more than ten times the work: counted, not timed.

use super::{NAME, by_git, git, init};
use crate::support::{BROKEN, Sandbox};
use std::collections::BTreeMap;
use std::process::Command;

/// How often a commit of so many apps does what takes as long as its repository is large.
fn work(apps: usize, hooks: bool, args: &[&str]) -> BTreeMap<String, usize> {
    let sandbox = Sandbox::new([("README.md", "")]);
    for at in 0..apps {
        for (file, text) in [(NAME, BROKEN), ("requirements.txt", "flask\n"), ("main.py", "")] {
            sandbox.write(format!("apps/{at}/{file}"), text);
        }
    }
    init(&sandbox, "", &[]);
    if hooks {
        by_git::hook(&sandbox, "pre-commit", "exit 0");
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut command = sandbox.command(Command::new(env!("CARGO_BIN_EXE_nixpacks-fix")), "");
    let output = command.env("NIXPACKS_FIX_WORK", file.path()).args(["fix", "--commit"]).args(args).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let changed = if args.is_empty() { "HEAD" } else { "aside" };
    assert_eq!(git(&sandbox, &["show", "--name-only", "--format=", changed]).lines().count(), apps);
    let mut work = BTreeMap::new();
    for line in std::fs::read_to_string(file.path()).unwrap().lines() {
        *work.entry(line.to_owned()).or_default() += 1;
    }
    work
}

#[test]
fn the_index_is_gone_through_as_often_for_many_apps_as_for_few() {
    if !cfg!(debug_assertions) {
        return;
    }
    let few = work(3, false, &[]);
    assert!(few["index read"] > 0 && few["index gone through"] == 1, "{few:?}");
    assert_eq!(few, work(30, false, &[]));
    let few = work(3, true, &[]);
    assert!(few["git"] > 0, "{few:?}");
    assert_eq!(few, work(30, true, &[]));
}

#[test]
fn a_commit_aside_takes_three_commands_for_an_app_in_a_directory_of_its_own() {
    if !cfg!(debug_assertions) {
        return;
    }
    // A blob, a tree to list, and a tree to make; none of them looks at the index.
    let git = |apps| work(apps, false, &["--branch", "aside"])["git"];
    assert_eq!(git(30) - git(3), 27 * 3);
}
