//! What git itself does: hooks, signatures, filters.

use super::{NAME, commits, git, repository, rest, subject};
use crate::support::{BROKEN, Sandbox};
use std::fs;

/// Puts a hook there that runs this.
pub(in super::super) fn hook(sandbox: &Sandbox, name: &str, script: &str) {
    let path = format!(".git/hooks/{name}");
    sandbox.write(&path, format!("#!/bin/sh\n{script}\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(sandbox.path().join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn a_hook_that_says_no_leaves_the_fixed_files_and_the_index() {
    let sandbox = repository();
    sandbox.write("other", "");
    git(&sandbox, &["add", "other"]);
    hook(&sandbox, "pre-commit", "echo 'not \x1b[31mtoday' >&2; echo second; exit 3");
    let (before, head) = (git(&sandbox, &["ls-files", "-s"]), git(&sandbox, &["rev-parse", "HEAD"]));
    let ran = sandbox.run(&["fix", "--commit", "--allow-staged"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    for want in [
        "error: not committed: `git commit` failed\n  | not \\u{1b}[31mtoday\n  | second\n",
        "`nixpacks.toml` stays fixed in the work tree, and the index is as it was",
        "next: `git commit --only -m 'fix(nixpacks): ",
        " -- nixpacks.toml`",
    ] {
        assert!(ran.err.contains(want), "{want}: {ran:?}");
    }
    assert!(!ran.out.contains("committed"), "{ran:?}");
    assert_eq!(git(&sandbox, &["ls-files", "-s"]), before);
    assert_eq!(git(&sandbox, &["rev-parse", "HEAD"]), head);
    assert_ne!(sandbox.read(NAME), BROKEN);
    let text = sandbox.run(&["fix", "--commit", "--allow-staged", "--allow-dirty"]);
    assert_eq!(text.code, 0, "{text:?}");
    // What it says to type works.
    hook(&sandbox, "pre-commit", "exit 0");
    let typed = ran.err.split("next: `").nth(1).unwrap().split('`').next().unwrap();
    sandbox.tool("sh", "", &["-c", typed], "");
    assert_eq!(git(&sandbox, &["show", "--name-only", "--format=", "HEAD"]), format!("{NAME}\n"));
}

#[test]
fn a_failed_commit_is_in_the_json_report() {
    let sandbox = repository();
    hook(&sandbox, "commit-msg", "exit 1");
    let ran = sandbox.run(&["fix", "--commit", "--output-format", "json"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let commit = &ran.json()["commits"][0];
    assert_eq!((commit["oid"].is_null(), &commit["error"]), (true, &"`git commit` failed".into()), "{ran:?}");
}

#[test]
fn a_commit_that_was_made_is_told_as_made_where_the_index_cannot_follow() {
    let broken = || {
        let sandbox = repository();
        hook(&sandbox, "pre-commit", "echo '# formatted' >>nixpacks.toml; git add nixpacks.toml");
        hook(&sandbox, "post-commit", "touch .git/index.lock");
        sandbox
    };
    let sandbox = broken();
    let ran = sandbox.run(&["fix", "--commit"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.out.contains("committed ") && !ran.err.contains("not committed"), "{ran:?}");
    let want = "error: the commit was made, but the index still has the text before the hooks: `git reset` failed\n  | fatal: ";
    assert!(ran.err.contains(want), "{ran:?}");
    fs::remove_file(sandbox.path().join(".git/index.lock")).unwrap();
    assert_ne!(git(&sandbox, &["status", "--porcelain"]), "");
    // What it says to type works.
    let typed = ran.err.split("note: `").nth(1).unwrap().split('`').next().unwrap();
    sandbox.tool("sh", "", &["-c", typed], "");
    assert_eq!(git(&sandbox, &["diff", "--cached"]), "");
    let sandbox = broken();
    let ran = sandbox.run(&["fix", "--commit", "--output-format", "json"]);
    let head = git(&sandbox, &["rev-parse", "HEAD"]);
    assert_eq!(ran.json()["commits"][0]["oid"], head.trim(), "{ran:?}");
}

#[test]
fn hooks_see_the_commit_and_can_be_left_out() {
    let names = ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction"];
    let with_hooks = || {
        let sandbox = repository();
        for name in names {
            hook(&sandbox, name, &format!("echo {name} >>.git/ran"));
        }
        hook(&sandbox, "commit-msg", "echo commit-msg >>.git/ran; echo 'Change-Id: I1' >>\"$1\"");
        sandbox
    };
    let sandbox = with_hooks();
    commits(&sandbox, "", &[]);
    let ran = sandbox.read(".git/ran");
    assert!(names.iter().all(|name| ran.contains(name)), "{ran}");
    assert!(git(&sandbox, &["log", "-1", "--format=%B"]).contains("Change-Id: I1"));
    for signs in [false, true] {
        let sandbox = with_hooks();
        if signs {
            // Not by libgit2, then.
            git(&sandbox, &["config", "author.name", "Someone"]);
        }
        let _ = fs::remove_file(sandbox.path().join(".git/ran"));
        commits(&sandbox, "", &["--no-verify"]);
        assert!(!sandbox.path().join(".git/ran").exists(), "{}", sandbox.read(".git/ran"));
    }
}

#[test]
fn a_hook_elsewhere_and_one_that_cannot_run() {
    let sandbox = repository();
    hook(&sandbox, "pre-commit", "exit 1");
    fs::create_dir(sandbox.path().join("hooks")).unwrap();
    fs::rename(sandbox.path().join(".git/hooks/pre-commit"), sandbox.path().join("hooks/pre-commit"))
        .unwrap();
    git(&sandbox, &["config", "core.hooksPath", "hooks"]);
    let ran = sandbox.run(&["fix", "--commit"]);
    assert!(ran.code == 2 && ran.err.contains("`git commit` failed"), "{ran:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::Permissions::from_mode(0o644);
        fs::set_permissions(sandbox.path().join("hooks/pre-commit"), mode).unwrap();
        sandbox.write(NAME, BROKEN);
        commits(&sandbox, "", &[]);
    }
}

#[test]
fn a_hook_that_formats_leaves_a_clean_index() {
    for add in ["git add nixpacks.toml", ":"] {
        let sandbox = repository();
        sandbox.write("other", "");
        git(&sandbox, &["add", "other"]);
        hook(&sandbox, "pre-commit", &format!("echo '# formatted' >>nixpacks.toml; {add}"));
        let before = rest(&sandbox);
        let ran = sandbox.run(&["fix", "--commit", "--allow-staged"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(rest(&sandbox), before);
        let status = git(&sandbox, &["status", "--porcelain", "--", NAME]);
        let committed = git(&sandbox, &["show", "HEAD:nixpacks.toml"]).contains("# formatted");
        assert_eq!(
            (status.as_str(), committed),
            if add == ":" { (" M nixpacks.toml\n", false) } else { ("", true) }
        );
    }
}

#[test]
fn says_what_a_hook_put_into_the_commit() {
    let sandbox = repository();
    hook(&sandbox, "pre-commit", "echo >'lock file'; git add 'lock file'");
    let ran = sandbox.run(&["fix", "--commit"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("note: a hook put `lock file` into the commit, too"), "{ran:?}");
}

#[test]
fn signs_with_ssh_as_git_does() {
    let sandbox = repository();
    let mut command = sandbox.command(std::process::Command::new("ssh-keygen"), "");
    let made = command.args(["-q", "-t", "ed25519", "-N", "", "-f", ".git/key"]).output();
    if !made.is_ok_and(|made| made.status.success()) {
        super::skip("no ssh-keygen");
        return;
    }
    let key = sandbox.read(".git/key.pub");
    sandbox.write(".git/allowed", format!("dev@example.com {key}"));
    let path = |name: &str| sandbox.path().join(name).display().to_string();
    for (name, value) in [
        ("commit.gpgsign", "true".to_owned()),
        ("gpg.format", "ssh".to_owned()),
        ("user.signingkey", path(".git/key.pub")),
        ("gpg.ssh.allowedSignersFile", path(".git/allowed")),
    ] {
        git(&sandbox, &["config", name, &value]);
    }
    let aside = sandbox.run(&["fix", "--commit", "--branch", "aside"]);
    assert_eq!(aside.code, 0, "{aside:?}");
    commits(&sandbox, "", &["--no-verify"]);
    for at in ["HEAD", "aside"] {
        assert_eq!(git(&sandbox, &["log", "-1", "--format=%G?", at]), "G\n");
        git(&sandbox, &["verify-commit", at]);
    }
    // One that cannot sign makes no commit.
    git(&sandbox, &["config", "user.signingkey", &path(".git/none.pub")]);
    git(&sandbox, &["reset", "-q", "--hard", "HEAD~1"]);
    let ran = sandbox.run(&["fix", "--commit"]);
    assert!(ran.code == 2 && ran.err.contains("none.pub"), "{ran:?}");
    assert_eq!(git(&sandbox, &["status", "--porcelain"]), " M nixpacks.toml\n");
}

#[test]
fn signs_with_openpgp_as_git_does() {
    let sandbox = repository();
    // What git calls, and what it takes for a signature.
    let program = sandbox.path().join(".git/gpg");
    hook(
        &sandbox,
        "gpg",
        "cat >/dev/null; echo '[GNUPG:] SIG_CREATED ' >&2; echo '-----BEGIN PGP SIGNATURE-----'",
    );
    fs::rename(sandbox.path().join(".git/hooks/gpg"), &program).unwrap();
    git(&sandbox, &["config", "commit.gpgsign", "true"]);
    git(&sandbox, &["config", "gpg.program", &program.display().to_string()]);
    let ran = sandbox.run(&["fix", "--commit"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let raw = git(&sandbox, &["cat-file", "commit", "HEAD"]);
    assert!(raw.contains("\ngpgsig -----BEGIN PGP SIGNATURE-----"), "{raw}");
}

#[test]
fn a_filter_stores_what_git_add_would() {
    let sandbox = Sandbox::broken();
    sandbox.write(".gitattributes", "*.toml filter=caps\n");
    git(&sandbox, &["init", "-q"]);
    git(&sandbox, &["config", "filter.caps.clean", "sed s/python311/PYTHON311/"]);
    git(&sandbox, &["config", "filter.caps.smudge", "sed s/PYTHON311/python311/"]);
    super::init(&sandbox, "", &[]);
    let aside = sandbox.run(&["fix", "--commit", "--branch", "aside"]);
    assert_eq!(aside.code, 0, "{aside:?}");
    let ran = sandbox.run(&["fix", "--commit"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for at in ["HEAD:nixpacks.toml", "aside:nixpacks.toml"] {
        assert!(git(&sandbox, &["cat-file", "blob", at]).contains("PYTHON311"), "{at}");
    }
    assert!(sandbox.read(NAME).contains("python311"));
    assert_eq!(git(&sandbox, &["status", "--porcelain"]), "");
}

#[test]
fn heeds_what_libgit2_does_not() {
    let sandbox = repository();
    git(&sandbox, &["config", "author.name", "The Author"]);
    commits(&sandbox, "", &["-s"]);
    assert_eq!(git(&sandbox, &["log", "-1", "--format=%an, %cn"]), "The Author, A Developer\n");
    // What the environment says goes first.
    let sandbox = repository();
    let mut command = sandbox.command(std::process::Command::new(env!("CARGO_BIN_EXE_nixpacks-fix")), "");
    command.env("GIT_AUTHOR_NAME", "In the Environment").env("GIT_COMMITTER_DATE", "1700000000 +0000");
    let output = command.args(["fix", "--commit"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(git(&sandbox, &["log", "-1", "--format=%an, %ct"]), "In the Environment, 1700000000\n");
    // A setting that only a remote's address brings.
    let sandbox = repository();
    git(&sandbox, &["config", "remote.origin.url", "https://example.com/x"]);
    sandbox.write(".git/more", "[user]\n\tname = At Work\n");
    let include = "includeIf.hasconfig:remote.*.url:https://example.com/**.path";
    git(&sandbox, &["config", include, "more"]);
    commits(&sandbox, "", &[]);
    assert_eq!(git(&sandbox, &["log", "-1", "--format=%an"]), "At Work\n");
    assert!(subject(&sandbox, "HEAD").starts_with("fix(nixpacks): "));
}

#[test]
fn no_file_system_monitor_of_the_repository_is_run() {
    let sandbox = repository();
    hook(&sandbox, "monitor", "echo >>.git/monitored");
    let monitor = sandbox.path().join(".git/hooks/monitor").display().to_string();
    hook(&sandbox, "pre-commit", "exit 0");
    git(&sandbox, &["config", "core.fsmonitor", &monitor]);
    let ran = sandbox.run(&["fix", "--commit"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!sandbox.path().join(".git/monitored").exists());
}

#[test]
fn what_a_hook_adds_is_neither_staged_to_go_nor_to_be_taken_back() {
    let sandbox = repository();
    sandbox.write("version", "1\n");
    sandbox.write("mine", "1\n");
    git(&sandbox, &["add", "."]);
    git(&sandbox, &["commit", "-qm", "More"]);
    sandbox.write("mine", "2\n");
    git(&sandbox, &["add", "mine"]);
    hook(&sandbox, "pre-commit", "echo 2 >version; echo x >lock; git add version lock");
    let ran = sandbox.run(&["fix", "--commit", "--allow-staged"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(git(&sandbox, &["status", "--porcelain"]), "M  mine\n");
}

#[cfg(unix)]
#[test]
fn what_a_hook_leaves_running_is_not_waited_for() {
    let sandbox = repository();
    hook(&sandbox, "post-commit", "sleep 60 &");
    let began = std::time::Instant::now();
    commits(&sandbox, "", &[]);
    assert!(began.elapsed() < std::time::Duration::from_secs(30));
}

#[cfg(unix)]
#[test]
fn a_shared_repository_stays_shared() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = repository();
    git(&sandbox, &["config", "core.sharedRepository", "group"]);
    commits(&sandbox, "", &[]);
    let mode = fs::metadata(sandbox.path().join(".git/index")).unwrap().permissions().mode();
    assert_eq!(mode & 0o060, 0o060, "{mode:o}");
}

#[test]
fn no_hook_runs_where_none_is_to_run() {
    let sandbox = repository();
    git(&sandbox, &["rm", "-q", "--cached", NAME]);
    git(&sandbox, &["commit", "-qm", "Forget it"]);
    git(&sandbox, &["config", "author.name", "Somebody"]);
    hook(&sandbox, "post-index-change", "touch ran");
    let ran = sandbox.run(&["fix", "--commit", "--no-verify", "--allow-dirty"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!sandbox.path().join("ran").exists());
}
