use crate::support::{BROKEN, Sandbox, UNREADABLE};

#[test]
fn reads_a_config_of_another_name_in_the_place_of_the_usual_one() {
    let sandbox = Sandbox::new([("nixpacks.toml", ""), ("prod.toml", UNREADABLE), ("main.py", "")]);
    let json = sandbox.run(&["check", "--output-format", "json", "prod.toml"]).json();
    assert_eq!(json["apps"][0]["errors"][0]["path"], "prod.toml", "{json}");
    let json = sandbox.run(&["check", "--output-format", "json", "nixpacks.toml"]).json();
    assert_eq!(json["apps"][0]["errors"], serde_json::json!([]), "{json}");
}

#[test]
fn names_the_place_in_a_file_that_cannot_be_parsed_and_goes_on() {
    let sandbox = Sandbox::new([("a/nixpacks.toml", UNREADABLE), ("b/nixpacks.toml", BROKEN)]);
    let ran = sandbox.run(&["fix", "."]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("a/nixpacks.toml:1:"), "{ran:?}");
    assert_eq!(sandbox.read("a/nixpacks.toml"), UNREADABLE);
    assert_ne!(sandbox.read("b/nixpacks.toml"), BROKEN, "{ran:?}");
}

#[test]
fn says_what_is_wrong_with_a_file_that_is_too_large_or_not_utf_8() {
    let large = "#".repeat((1 << 20) + 1);
    for (bytes, want, code) in
        [(large.as_bytes(), "larger than 1 MiB", 2), (&b"a = \"\xff\"\n"[..], "UTF-8", 1)]
    {
        let sandbox = Sandbox::new([("nixpacks.toml", bytes)]);
        let ran = sandbox.run(&["check"]);
        assert_eq!(ran.code, code, "{ran:?}");
        assert!((ran.out.clone() + &ran.err).contains(want), "{want}: {ran:?}");
        assert!(ran.out.len() < 4000);
    }
}

#[test]
fn predicts_nothing_of_an_app_of_which_a_file_cannot_be_read() {
    let sandbox = Sandbox::new([("nixpacks.toml", BROKEN), ("main.py", ""), ("requirements.txt", "")]);
    let file = std::fs::File::options().write(true).open(sandbox.path().join("requirements.txt")).unwrap();
    file.set_len((16 << 20) + 1).unwrap();
    let ran = sandbox.run(&["check"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("failed to read `requirements.txt`: larger than 16 MiB"), "{ran:?}");
    assert!(!ran.out.contains("predicted to install"), "{ran:?}");
    let ran = sandbox.run(&["fix"]);
    assert_eq!((ran.code, sandbox.read("nixpacks.toml").as_str()), (2, BROKEN), "{ran:?}");
    let json = sandbox.run(&["check", "--output-format", "json"]).json();
    assert_eq!(json["apps"][0]["verdict"]["outcome"], "unknown", "{json}");
    assert_eq!(json["apps"][0]["errors"][0]["path"], "requirements.txt", "{json}");
}

#[test]
fn names_the_line_that_hides_the_requirements() {
    let sandbox = Sandbox::new([("nixpacks.toml", BROKEN), ("main.py", ""), (".gitignore", "venv\n*.txt\n")]);
    let sandbox = sandbox.in_git();
    sandbox.write("requirements.txt", "flask\n");
    let ran = sandbox.run(&["check"]);
    assert!(ran.out.contains(".gitignore") && ran.out.contains("*.txt"), "{ran:?}");
}

#[test]
fn fixes_a_config_that_git_does_not_have_yet() {
    let sandbox = Sandbox::new([("requirements.txt", "flask\n"), ("main.py", "import flask\n")]).in_git();
    sandbox.write("nixpacks.toml", BROKEN);
    let ran = sandbox.run(&["fix"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_ne!(sandbox.read("nixpacks.toml"), BROKEN);
}

#[cfg(unix)]
mod unix {
    use super::{BROKEN, Sandbox};
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::process::{Command, Stdio};

    #[test]
    fn writes_through_a_link_and_keeps_the_mode() {
        let sandbox = Sandbox::broken();
        fs::rename(sandbox.path().join("nixpacks.toml"), sandbox.path().join("real.toml")).unwrap();
        fs::set_permissions(sandbox.path().join("real.toml"), fs::Permissions::from_mode(0o664)).unwrap();
        symlink("real.toml", sandbox.path().join("nixpacks.toml")).unwrap();
        let ran = sandbox.run(&["fix"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(sandbox.path().join("nixpacks.toml").is_symlink());
        assert_ne!(sandbox.read("real.toml"), BROKEN);
        let mode = fs::metadata(sandbox.path().join("real.toml")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o664);
    }

    #[test]
    fn apps_that_share_a_config_through_links_make_one_patch_of_it() {
        let files = ["a", "b"]
            .map(|dir| [(format!("{dir}/main.py"), ""), (format!("{dir}/requirements.txt"), "flask\n")]);
        let sandbox = Sandbox::new(files.into_iter().flatten());
        sandbox.write("shared/nixpacks.toml", BROKEN);
        for dir in ["a", "b"] {
            symlink("../shared/nixpacks.toml", sandbox.path().join(dir).join("nixpacks.toml")).unwrap();
        }
        let sandbox = sandbox.in_git();
        let diff = sandbox.run(&["diff", "a", "b"]);
        assert_eq!(diff.out.matches("+++ b/shared/nixpacks.toml").count(), 1, "{diff:?}");
        sandbox.tool("git", "", &["apply", "--check", "-"], &diff.out);
        let fix = sandbox.run(&["fix", "a", "b"]);
        assert!(fix.out.contains("`git add shared/nixpacks.toml && git commit "), "{fix:?}");
    }

    #[test]
    fn a_closed_pipe_is_success() {
        let apps = (0..200).map(|at| (format!("a{at}/nixpacks.toml"), super::UNREADABLE));
        let sandbox = Sandbox::new(apps);
        let mut command = sandbox.command(Command::new(env!("CARGO_BIN_EXE_nixpacks-fix")), "");
        let mut child = command.args(["check"]).stdin(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), err.as_ref()), (Some(0), ""));
    }
}

#[test]
fn looks_at_a_commit_in_place_of_the_work_tree() {
    let files = [("svc/nixpacks.toml", BROKEN), ("svc/main.py", ""), ("svc/requirements.txt", "flask\n")];
    let sandbox = Sandbox::new(files).in_git();
    let identity = ["-c", "user.name=a", "-c", "user.email=a@localhost"];
    sandbox.tool("git", "", &[&identity[..], &["commit", "-qm", "a"]].concat(), "");
    sandbox.write("svc/nixpacks.toml", "");
    assert_eq!(sandbox.run(&["check", "svc"]).code, 0);
    let ran = sandbox.run(&["diff", "--rev", "HEAD", "svc"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.starts_with("--- a/svc/nixpacks.toml\n"), "{ran:?}");
    assert_eq!(sandbox.read("svc/nixpacks.toml"), "");
    // A bare repository has nothing else.
    sandbox.tool("git", "", &["clone", "-q", "--bare", ".", "bare.git"], "");
    let bare = sandbox.run(&["check", "--rev", "HEAD", "bare.git", "--output-format", "json"]).json();
    assert_eq!(bare["apps"][0]["verdict"]["outcome"], "fails", "{bare}");
    for (args, want) in
        [(&["check", "--rev", "nope", "svc"], "nope"), (&["fix", "--rev", "HEAD", "svc"], "--rev")]
    {
        let ran = sandbox.run(args);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(want), "{ran:?}");
    }
}
