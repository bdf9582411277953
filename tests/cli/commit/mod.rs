//! `fix --commit` in real repositories.

mod aside;
mod by_git;
mod growth;
mod kinds;
mod refused;

use crate::support::{BROKEN, Ran, Sandbox};
pub(super) use by_git::hook;
use std::io::Write as _;
use std::process::Command;

const NAME: &str = "nixpacks.toml";

/// Says that there is nothing here to try it with. Not by `println!`, which a test that passes keeps to itself.
fn skip(why: &str) {
    let _ = writeln!(std::io::stdout(), "skipped: commit: {why}");
}

/// The broken app as the only commit of a repository on `main`, by someone with a name.
pub(super) fn repository() -> Sandbox {
    let sandbox = Sandbox::broken();
    init(&sandbox, "", &[]);
    sandbox
}

pub(super) fn init(sandbox: &Sandbox, dir: &str, args: &[&str]) {
    git_in(sandbox, dir, &[&["init", "-q", "-b", "main"], args].concat());
    git_in(sandbox, dir, &["config", "user.name", "A Developer"]);
    git_in(sandbox, dir, &["config", "user.email", "dev@example.com"]);
    git_in(sandbox, dir, &["add", "."]);
    git_in(sandbox, dir, &["commit", "-qm", "Add the app"]);
}

fn git_in(sandbox: &Sandbox, dir: &str, args: &[&str]) -> String {
    sandbox.tool("git", dir, args, "").out
}

pub(super) fn git(sandbox: &Sandbox, args: &[&str]) -> String {
    git_in(sandbox, "", args)
}

/// Runs it and takes it to have made the commit.
fn commits(sandbox: &Sandbox, dir: &str, args: &[&str]) -> Ran {
    let ran = sandbox.run_in(dir, &[&["fix", "--commit"], args].concat(), "");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("committed "), "{ran:?}");
    made(sandbox, dir);
    ran
}

/// HEAD is a second commit that changes the file to what stands in the work tree, and nothing else.
fn made(sandbox: &Sandbox, dir: &str) {
    assert_eq!(git_in(sandbox, dir, &["show", "--name-only", "--format=", "HEAD"]), format!("{NAME}\n"));
    assert_eq!(git_in(sandbox, dir, &["status", "--porcelain", "--", NAME]), "");
    let head = git_in(sandbox, dir, &["show", &format!("HEAD:./{NAME}")]);
    assert_ne!(head, BROKEN);
    assert_eq!(
        head.replace("\r\n", "\n"),
        sandbox.read(std::path::Path::new(dir).join(NAME)).replace("\r\n", "\n")
    );
    git_in(sandbox, dir, &["fsck", "--strict"]);
}

/// The index and what differs from it, without the file.
fn rest(sandbox: &Sandbox) -> String {
    let mut seen = String::new();
    for args in [&["status", "--porcelain=v2"][..], &["ls-files", "-s", "-v"]] {
        let out = git(sandbox, args);
        out.lines().filter(|line| !line.ends_with(NAME)).for_each(|line| seen.extend([line, "\n"]));
    }
    seen
}

fn subject(sandbox: &Sandbox, at: &str) -> String {
    git(sandbox, &["log", "-1", "--format=%s", at])
}

#[test]
fn commits_the_file_and_leaves_other_work_as_it_is() {
    let sandbox = Sandbox::broken();
    for name in ["both", "staged", "edited", "gone", "untracked", "announced", "assumed"] {
        sandbox.write(name, "1\n");
    }
    sandbox.write(".gitignore", "untracked\nannounced\n");
    init(&sandbox, "", &[]);
    sandbox.write(".gitignore", "");
    git(&sandbox, &["add", ".gitignore"]);
    for (text, names) in [("2\n", &["both", "staged"][..]), ("3\n", &["both", "edited", "assumed"])] {
        for name in names {
            sandbox.write(name, text);
        }
        if text == "2\n" {
            git(&sandbox, &["add", "both", "staged"]);
        }
    }
    git(&sandbox, &["rm", "-q", "gone"]);
    git(&sandbox, &["add", "--intent-to-add", "announced"]);
    git(&sandbox, &["update-index", "--assume-unchanged", "assumed"]);
    git(&sandbox, &["update-index", "--index-version", "4"]);
    let before = rest(&sandbox);
    for want in ["1 MM ", "1 D. ", "1 .A ", "? untracked", "h 100644"] {
        assert!(before.contains(want), "{want}: {before}");
    }
    let ran = commits(&sandbox, "", &["--allow-staged"]);
    assert_eq!(rest(&sandbox), before);
    assert_eq!(git(&sandbox, &["rev-list", "--count", "HEAD"]), "2\n");
    let oid = git(&sandbox, &["rev-parse", "HEAD"]);
    let line = format!("committed {} on main: {}", &oid[..7], subject(&sandbox, "HEAD"));
    assert!(ran.out.contains(&line), "{line} {ran:?}");
    assert!(ran.out.contains("next: `git show`, then `git push`"), "{ran:?}");
    assert_eq!(
        git(&sandbox, &["reflog", "-1", "--format=%gs"]),
        format!("commit: {}", subject(&sandbox, "HEAD"))
    );
}

#[test]
fn commits_where_there_is_no_git_command() {
    for (hook, args) in [(false, &["fix", "--commit"][..]), (true, &["fix", "--commit", "--no-verify"])] {
        let sandbox = repository();
        // A hook that cannot run, or may not, needs no git either.
        by_git::hook(&sandbox, "pre-commit", "exit 1");
        #[cfg(unix)]
        if !hook {
            use std::os::unix::fs::PermissionsExt as _;
            let path = sandbox.path().join(".git/hooks/pre-commit");
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).unwrap();
        }
        if cfg!(not(unix)) && !hook {
            continue;
        }
        let mut command = sandbox.command(Command::new(env!("CARGO_BIN_EXE_nixpacks-fix")), "");
        let output = command.env("PATH", sandbox.path()).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        made(&sandbox, "");
    }
}

#[test]
fn a_second_run_makes_no_commit() {
    let sandbox = repository();
    commits(&sandbox, "", &[]);
    let head = git(&sandbox, &["rev-parse", "HEAD"]);
    // What would be in the way is not asked where there is nothing to do.
    sandbox.write("other", "");
    git(&sandbox, &["add", "other"]);
    let ran = sandbox.run(&["fix", "--commit"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("nothing to commit: no file was changed"), "{ran:?}");
    assert_eq!(git(&sandbox, &["rev-parse", "HEAD"]), head);
    let json = sandbox.run(&["fix", "--commit", "--output-format", "json"]).json();
    assert_eq!(json["commits"], serde_json::json!([]));
}

#[test]
fn the_message_says_what_failed_and_why_and_what_changed() {
    let sandbox = repository();
    commits(&sandbox, "", &[]);
    let message = git(&sandbox, &["log", "-1", "--format=%B"]);
    for want in [
        "fix(nixpacks): let Nixpacks install the Python packages\n\n",
        "predicted to fail when Nix installs the packages",
        "- error: undefined variable 'pip'\n",
        "Changed in `nixpacks.toml`:\n\n- ",
        "With this change it is predicted to install and start.\n",
        "\nPredicted, not built; not checked: ",
    ] {
        assert!(message.contains(want), "{want:?}: {message}");
    }
    assert!(message.lines().all(|line| line.chars().count() <= 72), "{message}");
    assert_eq!(git(&sandbox, &["log", "-1", "--format=%(trailers)"]).trim(), "");
}

#[test]
fn the_subject_names_the_end_state() {
    for (case, want) in [
        ("seeds/000-1-pip-in-nixpkgs", "install Python packages into /opt/venv"),
        ("seeds/002-externally-managed", "let Nixpacks install the Python packages"),
        ("providers/node-then-python", "let Nixpacks install the Python packages"),
        ("seeds/004-3-alternative", "install Python packages into /app/venv"),
        ("venv/made-in-setup", "put /opt/venv/bin on PATH"),
        ("formatting/new-table-in-place-of-the-last", "let Nixpacks install the Python packages"),
    ] {
        let sandbox = Sandbox::new([("README.md", "")]);
        let before = format!("{}/golden/{case}/before/.", env!("CARGO_MANIFEST_DIR"));
        sandbox.tool("cp", "", &["-r", &before, "."], "");
        init(&sandbox, "", &[]);
        let ran = sandbox.run(&["fix", "--commit", "--strategy", "auto"]);
        assert!(ran.out.contains("committed "), "{case}: {ran:?}");
        assert_eq!(subject(&sandbox, "HEAD").trim(), format!("fix(nixpacks): {want}"), "{case}");
    }
}

#[test]
fn takes_a_message_and_signs_it_off() {
    let sandbox = repository();
    commits(&sandbox, "", &["-m", "deploy: mend it  ", "-m", "# Not a comment.\n\nFixes: 12", "-s"]);
    assert_eq!(
        git(&sandbox, &["log", "-1", "--format=%B"]),
        "deploy: mend it\n\n# Not a comment.\n\nFixes: 12\nSigned-off-by: A Developer <dev@example.com>\n\n"
    );
    let sandbox = repository();
    commits(&sandbox, "", &["--signoff"]);
    assert_eq!(
        git(&sandbox, &["log", "-1", "--format=%(trailers)"]).trim(),
        "Signed-off-by: A Developer <dev@example.com>"
    );
    let sandbox = repository();
    let ran = sandbox.run(&["fix", "--commit", "-m", " \n"]);
    assert_eq!((ran.code, sandbox.read(NAME).as_str()), (2, BROKEN), "{ran:?}");
    assert!(ran.err.contains("the message is empty"), "{ran:?}");
}

#[test]
fn no_text_of_the_app_becomes_a_trailer_a_comment_or_an_escape_code() {
    let dir = "x\x1b[31m\nSigned-off-by: Eve <e@x>\n#y";
    let sandbox = Sandbox::new([("README.md", "")]);
    let hostile = BROKEN.replace(
        "pip install -r",
        "echo '# Signed-off-by: Eve <e@x>' \\u001b[2J && pip install Reviewed-by: -r",
    );
    for (file, text) in [(NAME, &*hostile), ("requirements.txt", "flask\n"), ("main.py", "")] {
        sandbox.write(format!("{dir}/{file}"), text);
    }
    init(&sandbox, "", &[]);
    let ran = sandbox.run(&["fix", "--commit"]);
    // `Reviewed-by:` is no requirement, so the build still fails.
    assert_eq!(ran.code, 1, "{ran:?}");
    let message = git(&sandbox, &["log", "-1", "--format=%B"]);
    assert!(!message.contains('\x1b') && !ran.out.contains('\x1b'), "{message:?} {ran:?}");
    for line in message.lines() {
        assert!(!line.starts_with(['#']) && !line.trim_start().starts_with("Signed-off-by"), "{message}");
    }
    assert_eq!(git(&sandbox, &["log", "-1", "--format=%(trailers)"]).trim(), "");
}

#[test]
fn json_names_the_commit() {
    let sandbox = repository();
    let ran = sandbox.run(&["fix", "--commit", "--output-format", "json"]);
    let commit = &ran.json()["commits"][0];
    assert_eq!(commit["oid"], git(&sandbox, &["rev-parse", "HEAD"]).trim(), "{ran:?}");
    assert_eq!((&commit["branch"], &commit["error"]), (&"main".into(), &serde_json::Value::Null));
    assert_eq!(commit["repository"], sandbox.path().to_str().unwrap());
    let plain = repository().run(&["fix", "--output-format", "json"]);
    assert_eq!(plain.json().get("commits"), None);
}

#[test]
fn two_apps_of_one_repository_are_one_commit_and_two_repositories_are_two() {
    let sandbox = Sandbox::new([("README.md", "")]);
    for dir in ["one/a", "one/b", "two"] {
        for (file, text) in [(NAME, BROKEN), ("requirements.txt", "flask\n"), ("main.py", "")] {
            sandbox.write(format!("{dir}/{file}"), text);
        }
    }
    init(&sandbox, "one", &[]);
    init(&sandbox, "two", &[]);
    sandbox.write("two/other", "");
    git_in(&sandbox, "two", &["add", "other"]);
    // One that is refused keeps the other from being written.
    let ran = sandbox.run(&["fix", "--commit", "one", "two"]);
    assert_eq!((ran.code, sandbox.read("one/a/nixpacks.toml").as_str()), (2, BROKEN), "{ran:?}");
    let ran = sandbox.run(&["fix", "--commit", "--allow-staged", "one", "two"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.out.matches("committed ").count(), 2, "{ran:?}");
    let names = |dir| git_in(&sandbox, dir, &["show", "--name-only", "--format=%s", "HEAD"]);
    assert_eq!(
        names("one"),
        "fix(nixpacks): let Nixpacks install the Python packages in 2 apps\n\na/nixpacks.toml\nb/nixpacks.toml\n"
    );
    assert_eq!(names("two"), "fix(nixpacks): let Nixpacks install the Python packages\n\nnixpacks.toml\n");
}

#[test]
fn an_app_that_still_fails_is_committed_and_the_status_says_so() {
    let sandbox = Sandbox::new([(NAME, BROKEN), ("main.py", "import flask\n")]);
    sandbox.write(".gitignore", "requirements.txt\n");
    init(&sandbox, "", &[]);
    sandbox.write("requirements.txt", "flask\n");
    let ran = sandbox.run(&["fix", "--commit"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    made(&sandbox, "");
    let message = git(&sandbox, &["log", "-1", "--format=%B"]);
    assert!(message.contains("With this change it is predicted to fail"), "{message}");
}

#[test]
fn keeps_the_mode_and_the_line_ends_that_git_would_store() {
    for (attributes, config, then, stored) in [
        ("", "false", "false", "crlf"),
        ("", "true", "true", "lf"),
        // What has CR LF in the index already keeps it.
        ("", "false", "true", "crlf"),
        ("* text=auto\n", "false", "false", "lf"),
        ("*.toml text eol=crlf\n", "false", "false", "lf"),
        ("* -text\n", "true", "true", "crlf"),
    ] {
        let sandbox = Sandbox::broken();
        sandbox.write(".gitattributes", attributes);
        git(&sandbox, &["init", "-q"]);
        git(&sandbox, &["config", "core.autocrlf", config]);
        sandbox.write(NAME, BROKEN.replace('\n', "\r\n"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(sandbox.path().join(NAME), mode).unwrap();
        }
        init(&sandbox, "", &[]);
        git(&sandbox, &["config", "core.autocrlf", then]);
        let aside = sandbox.run(&["fix", "--commit", "--branch", "aside"]);
        assert_eq!(aside.code, 0, "{aside:?}");
        commits(&sandbox, "", &[]);
        let head = git(&sandbox, &["ls-tree", "HEAD", NAME]);
        assert!(cfg!(not(unix)) || head.starts_with("100755 "), "{head}");
        assert_eq!(git(&sandbox, &["ls-tree", "aside", NAME]), head, "{attributes}");
        let text = git(&sandbox, &["cat-file", "blob", &format!("HEAD:{NAME}")]);
        assert_eq!(text.contains('\r'), stored == "crlf", "{attributes} {config}");
        assert!(sandbox.read(NAME).contains("\r\n"));
    }
}

#[test]
fn the_file_behind_a_link_is_the_one_that_is_committed() {
    if cfg!(not(unix)) {
        return;
    }
    let sandbox = Sandbox::broken();
    std::fs::rename(sandbox.path().join(NAME), sandbox.path().join("real.toml")).unwrap();
    sandbox.tool("ln", "", &["-s", "real.toml", NAME], "");
    init(&sandbox, "", &[]);
    let ran = sandbox.run(&["fix", "--commit"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(git(&sandbox, &["show", "--name-only", "--format=", "HEAD"]), "real.toml\n");
    assert_eq!(git(&sandbox, &["status", "--porcelain"]), "");
}

#[test]
fn what_was_edited_in_the_same_second_is_still_seen() {
    // Git looks again at an entry that is as young as the index: with all times the same, it is by that alone that
    // it sees the edit. An index that was written anew would hide it.
    let sandbox = repository();
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(100);
    let touch = |path: &str| {
        let file = std::fs::File::options().write(true).open(sandbox.path().join(path)).unwrap();
        file.set_modified(old).unwrap();
    };
    git(&sandbox, &["config", "core.trustctime", "false"]);
    sandbox.write("version.py", "version = 1.0\n");
    touch("version.py");
    git(&sandbox, &["add", "version.py"]);
    git(&sandbox, &["commit", "-qm", "Version"]);
    sandbox.write("version.py", "version = 1.1\n");
    touch("version.py");
    touch(".git/index");
    let status = || git(&sandbox, &["--no-optional-locks", "status", "--porcelain", "version.py"]);
    assert_eq!(status(), " M version.py\n");
    commits(&sandbox, "", &[]);
    assert_eq!(status(), " M version.py\n");
}
