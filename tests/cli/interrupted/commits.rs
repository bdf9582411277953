//! `fix --commit`, ended at each step of the write and of the commit.

use super::{end, has_steps, meanwhile, steps, succeeds};
use crate::commit::{git, hook, init};
use crate::support::{BROKEN, Sandbox};
use std::fs;
use std::path::Path;

const COMMIT: [&str; 2] = ["fix", "--commit"];
const DIRTY: [&str; 3] = ["fix", "--commit", "--allow-dirty"];

/// Two broken apps in one repository, with something in the index that stays out of the commit; by git where it has
/// hooks, else by libgit2.
fn two_apps(hooks: bool) -> Sandbox {
    let sandbox = Sandbox::new([("README.md", "")]);
    for dir in ["a", "b"] {
        for (file, text) in [("nixpacks.toml", BROKEN), ("requirements.txt", "flask\n"), ("main.py", "")] {
            sandbox.write(format!("{dir}/{file}"), text);
        }
    }
    init(&sandbox, "", &[]);
    sandbox.write("README.md", "not finished\n");
    if hooks {
        hook(&sandbox, "pre-commit", "exit 0");
    }
    sandbox
}

/// The same, one config of which git does not have yet.
fn one_new(hooks: bool) -> Sandbox {
    let sandbox = two_apps(hooks);
    git(&sandbox, &["rm", "-q", "--cached", "b/nixpacks.toml"]);
    git(&sandbox, &["commit", "-qm", "Forget one", "--no-verify"]);
    sandbox
}

/// The same, where the fix leaves nothing in one of the configs.
fn one_emptied(hooks: bool) -> Sandbox {
    let sandbox = two_apps(hooks);
    sandbox.write("b/nixpacks.toml", "[phases.install]\ncmds = [\"pip install -r requirements.txt\"]\n");
    git(&sandbox, &["commit", "-qm", "Install", "--no-verify", "--", "b"]);
    sandbox
}

/// A copy of a sandbox, which costs less than to make it once more.
fn copy(of: &Sandbox) -> Sandbox {
    let sandbox = Sandbox::new([("README.md", "")]);
    sandbox.tool("cp", "", &["-a", &format!("{}/.", of.path().display()), "."], "");
    sandbox
}

/// Everything that a run may change: the files, the index, the branch, the subjects of its commits.
fn state(sandbox: &Sandbox) -> String {
    let texts: Vec<String> = ["a", "b"]
        .map(|dir| fs::read_to_string(sandbox.path().join(dir).join("nixpacks.toml")).unwrap_or_default())
        .into();
    let status = git(sandbox, &["--no-optional-locks", "status", "--porcelain=v2", "--branch"]);
    let status: Vec<&str> = status.lines().filter(|line| !line.starts_with("# branch.oid")).collect();
    let log = git(sandbox, &["log", "--format=%s%n%b", "--name-status"]);
    format!("{texts:?}\n{status:?}\n{log}")
}

/// What no run may leave.
fn leavings(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            found.extend(leavings(&entry.path()));
        } else if name.contains("nixpacks-fix-") || entry.path().extension().is_some_and(|end| end == "lock")
        {
            found.push(name);
        }
    }
    found
}

fn clean(sandbox: &Sandbox, what: &str) {
    assert_eq!(leavings(&sandbox.path()), [""; 0], "{what}");
}

#[test]
fn one_commit_of_all_files_whatever_ended_the_run_at_whatever_step() {
    if !has_steps() {
        return;
    }
    for (make, args) in
        [(two_apps as fn(bool) -> Sandbox, &COMMIT[..]), (one_new, &DIRTY), (one_emptied, &COMMIT)]
    {
        for hooks in [false, true] {
            let original = make(hooks);
            let model = copy(&original);
            let before = state(&model);
            let steps = steps(&model, args);
            let after = state(&model);
            assert!(before != after && steps.len() >= 10, "{steps:?}");
            clean(&model, "the model");
            for signal in ["KILL", "TERM"] {
                for (at, step) in steps.iter().enumerate() {
                    let what = format!("{signal} at {step} ({at}), hooks: {hooks}, {args:?}");
                    let sandbox = copy(&original);
                    end(&sandbox, args, at, signal);
                    if signal == "TERM" {
                        // It leaves nothing: the commit is made, or everything is as it was.
                        let now = state(&sandbox);
                        assert!(now == before || now == after, "{what}: {now}");
                        clean(&sandbox, &what);
                    }
                    succeeds(&sandbox, args);
                    assert_eq!(state(&sandbox), after, "{what}");
                    clean(&sandbox, &what);
                }
            }
        }
    }
}

#[test]
fn none_is_written_and_committed_where_one_was_edited_meanwhile() {
    if !has_steps() {
        return;
    }
    let original = two_apps(false);
    let edited = format!("# mine\n{BROKEN}");
    // The last step before the first file is replaced.
    let at = steps(&copy(&original), &COMMIT).iter().position(|step| step == "write: exchanged").unwrap() - 1;
    let sandbox = copy(&original);
    let (output, ()) = meanwhile(&sandbox, &COMMIT, at, || sandbox.write("b/nixpacks.toml", &edited));
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(2), "{out}{err}");
    assert_eq!([sandbox.read("a/nixpacks.toml"), sandbox.read("b/nixpacks.toml")], [BROKEN, &edited]);
    assert_eq!(git(&sandbox, &["rev-list", "--count", "HEAD"]), "1\n");
    for want in [
        "cannot write `b/nixpacks.toml`: it changed since it was read",
        "not written, because another file of the same commit could not be written",
        "error: not committed: not every file could be written\nnote: nothing was changed\n",
    ] {
        assert!(err.contains(want), "{want}: {out}{err}");
    }
    clean(&sandbox, "refused");
}

#[test]
fn a_plain_fix_tidies_up_after_a_commit_too() {
    if !has_steps() {
        return;
    }
    for hooks in [false, true] {
        let original = two_apps(hooks);
        let model = copy(&original);
        let steps = steps(&model, &COMMIT);
        let fixed = model.read("b/nixpacks.toml");
        for (at, step) in steps.iter().enumerate() {
            let sandbox = copy(&original);
            end(&sandbox, &COMMIT, at, "KILL");
            succeeds(&sandbox, &["fix"]);
            let what = format!("{step} ({at}), hooks: {hooks}");
            assert_eq!(
                [sandbox.read("a/nixpacks.toml"), sandbox.read("b/nixpacks.toml")],
                [&*fixed; 2],
                "{what}"
            );
            clean(&sandbox, &what);
            let status = git(&sandbox, &["status", "--porcelain"]);
            let made = git(&sandbox, &["rev-list", "--count", "HEAD"]) == "2\n";
            let want = if made {
                " M README.md\n"
            } else {
                " M README.md\n M a/nixpacks.toml\n M b/nixpacks.toml\n"
            };
            assert_eq!(status, want, "{what}");
        }
    }
}

/// One that was killed when the files were written and the commit was not made.
fn written(hooks: bool) -> Sandbox {
    let steps = steps(&two_apps(hooks), &COMMIT);
    let at = steps.iter().rposition(|step| step == "write: old text removed").unwrap();
    let sandbox = two_apps(hooks);
    end(&sandbox, &COMMIT, at, "KILL");
    assert_ne!(sandbox.read("a/nixpacks.toml"), BROKEN);
    sandbox
}

#[test]
fn what_a_person_makes_of_files_that_were_not_committed_stays() {
    if !has_steps() {
        return;
    }
    for hooks in [false, true] {
        // They commit it.
        let sandbox = written(hooks);
        git(&sandbox, &["commit", "-qm", "Mine", "--", "a", "b"]);
        let before = state(&sandbox);
        let ran = succeeds(&sandbox, &COMMIT);
        assert!(ran.out.contains("nothing to commit"), "{ran:?}");
        assert_eq!(state(&sandbox), before);
        clean(&sandbox, "committed");
        // They go on with it.
        let sandbox = written(hooks);
        let edited = format!("# mine\n{}", sandbox.read("a/nixpacks.toml"));
        sandbox.write("a/nixpacks.toml", &edited);
        let before = state(&sandbox);
        let ran = succeeds(&sandbox, &COMMIT);
        assert!(ran.out.contains("nothing to commit"), "{ran:?}");
        assert_eq!(state(&sandbox), before);
        clean(&sandbox, "edited");
        // They take it back.
        let sandbox = written(hooks);
        git(&sandbox, &["checkout", "-q", "--", "a", "b"]);
        succeeds(&sandbox, &COMMIT);
        assert_eq!(git(&sandbox, &["rev-list", "--count", "HEAD"]), "2\n");
        clean(&sandbox, "taken back");
    }
}

#[test]
fn nothing_is_taken_back_while_git_is_at_work() {
    if !has_steps() {
        return;
    }
    let sandbox = written(true);
    sandbox.write(".git/index.lock", "");
    let before = state(&sandbox);
    let ran = sandbox.run(&COMMIT);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("another git process is at work here"), "{ran:?}");
    assert_eq!(state(&sandbox), before);
    fs::remove_file(sandbox.path().join(".git/index.lock")).unwrap();
    succeeds(&sandbox, &COMMIT);
    assert_eq!(git(&sandbox, &["rev-list", "--count", "HEAD"]), "2\n");
    clean(&sandbox, "done");
}

#[test]
fn a_lock_that_libgit2_left_on_the_branch_is_removed_and_one_of_others_is_not() {
    if !has_steps() {
        return;
    }
    let steps = steps(&two_apps(false), &COMMIT);
    let noted = steps.iter().position(|step| step == "journal: noted").unwrap();
    for ours in [true, false] {
        let sandbox = two_apps(false);
        end(&sandbox, &COMMIT, noted, "KILL");
        let journal = fs::read_dir(sandbox.path().join(".git")).unwrap().flatten();
        let journal = journal
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|end| end == "journal"));
        let oid = fs::read_to_string(journal.unwrap()).unwrap().lines().last().unwrap().to_owned();
        assert_eq!(oid.len(), 40, "{oid}");
        let oid = if ours { oid } else { "0".repeat(40) };
        sandbox.write(".git/refs/heads/main.lock", format!("{oid}\n"));
        let ran = sandbox.run(&COMMIT);
        assert_eq!(ran.code == 0, ours, "{ran:?}");
        assert_eq!(leavings(&sandbox.path()).is_empty(), ours);
    }
}
