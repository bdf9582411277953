//! Repositories of every kind.

use super::{NAME, commits, git, git_in, hook, init, made, repository, rest};
use crate::support::{BROKEN, Sandbox};
use std::fs;

#[test]
fn a_detached_head() {
    let sandbox = repository();
    git(&sandbox, &["checkout", "-q", "--detach"]);
    let ran = commits(&sandbox, "", &[]);
    assert!(ran.out.contains("on no branch (HEAD is detached)"), "{ran:?}");
    assert_eq!(git(&sandbox, &["rev-list", "--count", "main"]), "1\n");
    assert!(ran.out.contains("`git switch -c NAME`"), "{ran:?}");
}

#[test]
fn a_branch_without_a_commit() {
    for hooks in [false, true] {
        let sandbox = Sandbox::broken();
        git(&sandbox, &["init", "-q", "-b", "main"]);
        git(&sandbox, &["config", "user.name", "a"]);
        git(&sandbox, &["config", "user.email", "a@example.com"]);
        git(&sandbox, &["add", "."]);
        if hooks {
            super::by_git::hook(&sandbox, "pre-commit", "exit 0");
        }
        let before = rest(&sandbox);
        let ran = sandbox.run(&["fix", "--commit", "--allow-dirty", "--allow-staged", "--branch", "x"]);
        assert_eq!((ran.code, sandbox.read(NAME).as_str()), (2, BROKEN));
        assert!(ran.err.contains("there is no commit yet"), "{ran:?}");
        commits(&sandbox, "", &["--allow-dirty", "--allow-staged"]);
        assert_eq!(git(&sandbox, &["ls-tree", "-r", "--name-only", "HEAD"]), format!("{NAME}\n"));
        assert_eq!(rest(&sandbox), before);
    }
}

#[test]
fn a_linked_work_tree() {
    let sandbox = repository();
    git(&sandbox, &["worktree", "add", "-q", "-b", "side", "linked"]);
    commits(&sandbox, "linked", &[]);
    assert_eq!(git(&sandbox, &["rev-list", "--count", "main"]), "1\n");
    assert_eq!(git(&sandbox, &["rev-list", "--count", "side"]), "2\n");
    // The branch that another work tree has checked out is not moved from here.
    let ran = sandbox.run(&["fix", "--commit", "--branch", "side", "nixpacks.toml"]);
    assert!(ran.code == 2 && ran.err.contains("`side` is checked out"), "{ran:?}");
    // Nor is a merge there in the way here.
    let own = git_in(&sandbox, "linked", &["rev-parse", "--absolute-git-dir"]);
    fs::copy(sandbox.path().join(".git/HEAD"), std::path::Path::new(own.trim()).join("MERGE_HEAD")).unwrap();
    commits(&sandbox, "", &["nixpacks.toml"]);
}

#[test]
fn a_submodule() {
    let sandbox = Sandbox::new([("top/README.md", "")]);
    for (file, text) in [(NAME, BROKEN), ("requirements.txt", "flask\n"), ("main.py", "")] {
        sandbox.write(format!("origin/{file}"), text);
    }
    init(&sandbox, "origin", &[]);
    init(&sandbox, "top", &[]);
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "../origin", "sub"];
    sandbox.tool("git", "top", &add, "");
    git_in(&sandbox, "top", &["commit", "-qm", "Add the submodule"]);
    for (name, value) in [("user.name", "a"), ("user.email", "a@example.com")] {
        git_in(&sandbox, "top/sub", &["config", name, value]);
    }
    let ran = sandbox.run_in("top", &["fix", "--commit", "sub"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    made(&sandbox, "top/sub");
    let status = git_in(&sandbox, "top", &["status", "--porcelain=v2"]);
    assert!(status.starts_with("1 .M SC..") && status.lines().count() == 1, "{status}");
}

#[test]
fn a_sparse_checkout() {
    for index in ["--no-sparse-index", "--sparse-index"] {
        let sandbox = Sandbox::broken();
        for name in ["out/a", "out/b/c", "in/d"] {
            sandbox.write(name, "");
        }
        init(&sandbox, "", &[]);
        git(&sandbox, &["sparse-checkout", "set", "--cone", index, "in"]);
        let before = git(&sandbox, &["ls-files", "--sparse", "-s", "-v"]);
        let others =
            |text: &str| text.lines().filter(|line| !line.ends_with(NAME)).collect::<Vec<_>>().join("\n");
        assert_eq!(before.contains("040000"), index == "--sparse-index", "{before}");
        commits(&sandbox, "", &[]);
        assert_eq!(others(&git(&sandbox, &["ls-files", "--sparse", "-s", "-v"])), others(&before));
        assert!(!sandbox.path().join("out").exists());
        assert_eq!(git(&sandbox, &["status", "--porcelain"]), "");
    }
}

#[test]
fn an_index_that_libgit2_would_not_keep() {
    for args in [
        &["update-index", "--split-index"][..],
        &["update-index", "--force-untracked-cache"],
        &["-c", "index.skipHash=true", "update-index", "--force-write-index"],
    ] {
        let sandbox = repository();
        sandbox.write("other", "");
        git(&sandbox, &["add", "other"]);
        git(&sandbox, args);
        let before = rest(&sandbox);
        commits(&sandbox, "", &["--allow-staged"]);
        assert_eq!(rest(&sandbox), before);
        let index = fs::read(sandbox.path().join(".git/index")).unwrap();
        let has = |name: &[u8]| index.windows(4).any(|part| part == name);
        match args.get(1) {
            Some(&"--split-index") => assert!(has(b"link")),
            Some(&"--force-untracked-cache") => assert!(has(b"UNTR")),
            _ => {}
        }
    }
}

fn clone(args: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new([("README.md", "")]);
    for (file, text) in [(NAME, BROKEN), ("requirements.txt", "flask\n"), ("main.py", ""), ("large", "1")] {
        sandbox.write(format!("origin/{file}"), text);
    }
    init(&sandbox, "origin", &[]);
    git_in(&sandbox, "origin", &["commit", "-qm", "2", "--allow-empty"]);
    git_in(&sandbox, "origin", &["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}/origin", sandbox.path().display());
    git(&sandbox, &[&["clone", "-q"], args, &[&*url, "clone"]].concat());
    for (name, value) in [("user.name", "a"), ("user.email", "a@example.com")] {
        git_in(&sandbox, "clone", &["config", name, value]);
    }
    sandbox
}

#[test]
fn shallow_and_partial_clones() {
    let sandbox = clone(&["--depth=1"]);
    commits(&sandbox, "clone", &[]);
    assert_eq!(git_in(&sandbox, "clone", &["rev-list", "--count", "HEAD"]), "2\n");
    // Only what is checked out is there.
    let sandbox = clone(&["--filter=blob:none", "--no-checkout"]);
    git_in(&sandbox, "clone", &["sparse-checkout", "set", "--no-cone", "/*", "!/large"]);
    git_in(&sandbox, "clone", &["checkout", "-q"]);
    assert!(!sandbox.path().join("clone/large").exists());
    git_in(&sandbox, "clone", &["config", "remote.origin.url", "file:///nowhere"]);
    let aside = sandbox.run_in("clone", &["fix", "--commit", "--branch", "aside"], "");
    assert_eq!(aside.code, 0, "{aside:?}");
    let ran = sandbox.run_in("clone", &["fix", "--commit"], "");
    assert_eq!(ran.code, 0, "{ran:?}");
    let tree = |at| git_in(&sandbox, "clone", &["rev-parse", &format!("{at}^{{tree}}")]);
    assert_eq!(tree("HEAD"), tree("aside"));
    assert_eq!(git_in(&sandbox, "clone", &["status", "--porcelain"]), "");
}

#[test]
fn formats_that_libgit2_does_not_open() {
    for format in ["--object-format=sha256", "--ref-format=reftable"] {
        let probe = Sandbox::new([("x", "")]);
        let mut command = probe.command(std::process::Command::new("git"), "");
        if !command.args(["init", "-q", format]).output().unwrap().status.success() {
            super::skip(&format!("this git does not know {format}"));
            continue;
        }
        let sandbox = Sandbox::broken();
        init(&sandbox, "", &[format]);
        let aside = sandbox.run(&["fix", "--commit", "--branch", "aside"]);
        assert_eq!(aside.code, 0, "{aside:?}");
        commits(&sandbox, "", &[]);
        let tree = |at: &str| git(&sandbox, &["rev-parse", &format!("{at}^{{tree}}")]);
        assert_eq!(tree("HEAD"), tree("aside"));
        // A reftable has no file for it.
        git(&sandbox, &["reset", "-q", "--hard", "HEAD~1"]);
        sandbox.write("line", "1");
        git(&sandbox, &["add", "."]);
        git(&sandbox, &["commit", "-qm", "1"]);
        git(&sandbox, &["cherry-pick", "--no-commit", "HEAD"]);
        git(&sandbox, &["update-ref", "CHERRY_PICK_HEAD", "HEAD"]);
        let ran = sandbox.run(&["fix", "--commit"]);
        assert!(ran.code == 2 && ran.err.contains("a cherry-pick is in progress"), "{ran:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_repository_of_another_owner_is_gits_to_refuse() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let sandbox = repository();
    let owner = fs::metadata(sandbox.path()).unwrap().uid();
    if chown(sandbox.path(), Some(owner + 1), None).is_err() {
        super::skip("this user cannot give a directory away");
        return;
    }
    chown(sandbox.path().join(".git"), Some(owner + 1), None).unwrap();
    let ran = sandbox.run(&["fix", "--commit"]);
    assert_eq!((ran.code, sandbox.read(NAME).as_str()), (2, BROKEN), "{ran:?}");
    assert!(ran.err.contains("detected dubious ownership"), "{ran:?}");
    sandbox.write(".no-home/.gitconfig", "[safe]\n\tdirectory = *\n");
    commits(&sandbox, "", &[NAME]);
}

#[cfg(unix)]
#[test]
fn a_git_directory_behind_a_link_commits_the_files_here_and_not_those_there() {
    for (hooks, args) in [(false, &[][..]), (true, &[]), (false, &["--branch", "aside"])] {
        let sandbox = Sandbox::new([("README.md", "")]);
        for (file, text) in [(NAME, BROKEN), ("requirements.txt", "flask\n"), ("main.py", "")] {
            sandbox.write(format!("there/{file}"), text);
            sandbox.write(format!("here/{file}"), text);
        }
        init(&sandbox, "there", &[]);
        std::os::unix::fs::symlink("../there/.git", sandbox.path().join("here/.git")).unwrap();
        if hooks {
            let hook = sandbox.path().join("there/.git/hooks/pre-commit");
            fs::write(&hook, "#!/bin/sh\nexit 0\n").unwrap();
            fs::set_permissions(hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        }
        sandbox.write(format!("there/{NAME}"), "# not finished\n");
        let ran = sandbox.run_in("here", &[&["fix", "--commit"], args].concat(), "");
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.contains("committed "), "{ran:?}");
        let at = if args.is_empty() { "HEAD" } else { "aside" };
        let committed = git_in(&sandbox, "here", &["show", &format!("{at}:{NAME}")]);
        assert!(committed.contains("nixPkgs") && committed != BROKEN, "{committed}");
        assert_eq!(sandbox.read(format!("there/{NAME}")), "# not finished\n");
        if args.is_empty() {
            assert_eq!(sandbox.read(format!("here/{NAME}")), committed);
            assert_eq!(git_in(&sandbox, "here", &["status", "--porcelain"]), "");
        }
    }
}

#[test]
fn a_config_with_nothing_left_is_removed_in_the_commit() {
    for (with_hook, branch) in [(false, None), (true, None), (false, Some("deploy/fix"))] {
        let sandbox = repository();
        sandbox.write(NAME, "[phases.install]\ncmds = [\"pip install -r requirements.txt\"]\n");
        git(&sandbox, &["commit", "-qam", "Install"]);
        if with_hook {
            hook(&sandbox, "pre-commit", "exit 0");
        }
        let mut args = vec!["fix", "--commit"];
        args.extend(branch.iter().flat_map(|name| ["--branch", name]));
        let ran = sandbox.run(&args);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.contains("removed `nixpacks.toml`"), "{ran:?}");
        let at = branch.unwrap_or("HEAD");
        assert_eq!(git(&sandbox, &["show", "--name-status", "--format=", at]), format!("D\t{NAME}\n"));
        assert_eq!(sandbox.path().join(NAME).exists(), branch.is_some());
        assert_eq!(git(&sandbox, &["status", "--porcelain"]), "");
        git(&sandbox, &["fsck", "--strict"]);
    }
}
