//! `--branch`: a commit that leaves the work tree alone.

use super::{NAME, git, init, repository};
use crate::support::{BROKEN, Sandbox};
use std::fs;

#[test]
fn only_the_branch_moves() {
    let sandbox = repository();
    sandbox.write("other", "");
    git(&sandbox, &["add", "other"]);
    sandbox.write("main.py", "import flask # mine\n");
    let index = || fs::read(sandbox.path().join(".git/index")).unwrap();
    git(&sandbox, &["status"]);
    let (before, head) = (index(), git(&sandbox, &["rev-parse", "HEAD"]));
    let ran = sandbox.run(&["fix", "--commit", "--allow-staged", "--branch", "deploy/fix", "-s"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("changed `nixpacks.toml` on the branch `deploy/fix` only"), "{ran:?}");
    assert!(ran.out.contains(" on deploy/fix: fix(nixpacks): "), "{ran:?}");
    assert!(ran.out.contains("next: `git show deploy/fix`, then `git push -u origin deploy/fix`"), "{ran:?}");
    assert!(index() == before, "the index was written");
    assert_eq!(git(&sandbox, &["rev-parse", "HEAD"]), head);
    assert_eq!(git(&sandbox, &["symbolic-ref", "HEAD"]), "refs/heads/main\n");
    assert_eq!(sandbox.read(NAME), BROKEN);
    assert_eq!(git(&sandbox, &["rev-parse", "deploy/fix~1"]), head);
    assert_eq!(git(&sandbox, &["diff", "--name-only", "main", "deploy/fix"]), format!("{NAME}\n"));
    assert_eq!(
        git(&sandbox, &["log", "-1", "--format=%(trailers)", "deploy/fix"]).trim(),
        "Signed-off-by: A Developer <dev@example.com>"
    );
    git(&sandbox, &["fsck", "--strict"]);
    // It is what `fix` would write.
    let committed = git(&sandbox, &["show", "deploy/fix:nixpacks.toml"]);
    sandbox.run(&["fix"]);
    assert_eq!(sandbox.read(NAME), committed);
}

#[test]
fn puts_files_into_deep_trees_beside_everything_else() {
    let sandbox = Sandbox::new([("a/README.md", ""), ("z", ""), ("svc.x", ""), ("svc/api-2/k", "")]);
    for dir in ["svc/api", "svc/w b", ""] {
        for (file, text) in [(NAME, BROKEN), ("requirements.txt", "flask\n"), ("main.py", "")] {
            sandbox.write(std::path::Path::new(dir).join(file), text);
        }
    }
    init(&sandbox, "", &[]);
    let ran = sandbox.run(&["fix", "--commit", "--branch", "x", "--output-format", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let json = ran.json();
    assert_eq!(json["commits"][0]["branch"], "x");
    assert_eq!(json["apps"][0]["written"], false);
    assert_eq!(
        git(&sandbox, &["diff", "--name-status", "main", "x"]),
        "M\tnixpacks.toml\nM\tsvc/api/nixpacks.toml\nM\tsvc/w b/nixpacks.toml\n"
    );
    git(&sandbox, &["fsck", "--strict"]);
}

#[test]
fn a_file_that_head_does_not_have_makes_its_directory() {
    let sandbox = Sandbox::new([("README.md", "")]);
    init(&sandbox, "", &[]);
    for (file, text) in [(NAME, BROKEN), ("requirements.txt", "flask\n"), ("main.py", "")] {
        sandbox.write(format!("new/app/{file}"), text);
    }
    let ran = sandbox.run(&["fix", "--commit", "--branch", "x", "--allow-dirty"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(git(&sandbox, &["diff", "--name-status", "main", "x"]), "A\tnew/app/nixpacks.toml\n");
    assert_eq!(git(&sandbox, &["status", "--porcelain"]), "?? new/\n");
}

#[test]
fn names_and_branches_that_cannot_be_taken() {
    let sandbox = repository();
    git(&sandbox, &["branch", "old"]);
    git(&sandbox, &["commit", "-q", "--allow-empty", "-m", "More"]);
    git(&sandbox, &["branch", "here"]);
    for (name, want) in [
        ("old", "`old` exists and is not at HEAD"),
        ("main", "`main` is checked out"),
        ("a..b", "`a..b` cannot be the name"),
        ("a b", "cannot be the name"),
        ("x\x1b.lock", "cannot be the name"),
        ("HEAD", "cannot be the name"),
        ("", "cannot be the name"),
    ] {
        let ran = sandbox.run(&["fix", "--commit", "--branch", name]);
        assert!(ran.code == 2 && ran.err.contains(want) && !ran.err.contains('\x1b'), "{ran:?}");
    }
    let refs = git(&sandbox, &["for-each-ref"]);
    // One that needs a directory where another is a file: git says so, and nothing moved.
    let ran = sandbox.run(&["fix", "--commit", "--branch", "old/x"]);
    assert!(ran.code == 2 && ran.err.contains("nothing was changed"), "{ran:?}");
    assert_eq!((git(&sandbox, &["for-each-ref"]), sandbox.read(NAME).as_str()), (refs, BROKEN));
    assert_eq!(sandbox.run(&["fix", "--commit", "--branch", "here"]).code, 0);
    let ran = sandbox.run(&["fix", "--commit", "--branch", "here"]);
    assert!(ran.code == 2 && ran.err.contains("choose another name"), "{ran:?}");
}

#[test]
fn another_name_of_a_branch_is_not_moved() {
    let sandbox = repository();
    git(&sandbox, &["symbolic-ref", "refs/heads/master", "refs/heads/main"]);
    let head = git(&sandbox, &["rev-parse", "HEAD"]);
    let ran = sandbox.run(&["fix", "--commit", "--branch", "master"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("`master` is another name of the branch `main`"), "{ran:?}");
    assert_eq!(git(&sandbox, &["rev-parse", "HEAD"]), head);
    assert_eq!(git(&sandbox, &["status", "--porcelain"]), "");
}

#[cfg(unix)]
#[test]
fn the_commit_has_the_mode_that_the_file_has() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = repository();
    fs::set_permissions(sandbox.path().join(NAME), fs::Permissions::from_mode(0o755)).unwrap();
    let ran = sandbox.run(&["fix", "--commit", "--allow-dirty", "--branch", "aside"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(git(&sandbox, &["ls-tree", "aside", NAME]).starts_with("100755 "));
}

#[test]
fn a_setting_that_says_neither_is_not_taken_for_no_signature() {
    let sandbox = repository();
    git(&sandbox, &["config", "commit.gpgsign", "ture"]);
    let ran = sandbox.run(&["fix", "--commit", "--branch", "aside"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("commit.gpgsign"), "{ran:?}");
}
