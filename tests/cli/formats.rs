//! The formats that other programs and services read.

use crate::support::{BROKEN, Ran, Sandbox};
use serde_json::Value;
use std::process::{Command, Stdio};

/// The broken app in a directory of a repository.
fn repository() -> Sandbox {
    let app = [
        ("a b/nixpacks.toml", BROKEN),
        ("a b/requirements.txt", "flask\n"),
        ("a b/main.py", "import flask\n"),
    ];
    Sandbox::new(app).in_git()
}

/// A run as a step of GitHub Actions.
fn in_actions(sandbox: &Sandbox, dir: &str, args: &[&str]) -> Ran {
    let mut command = sandbox.command(Command::new(env!("CARGO_BIN_EXE_nixpacks-fix")), dir);
    let output = command.env("GITHUB_ACTIONS", "true").args(args).stdin(Stdio::null()).output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_check_in_github_actions_annotates_by_itself_and_nothing_else_does() {
    let sandbox = repository();
    let ran = in_actions(&sandbox, "a b", &["check"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    let first = ran.out.lines().next().unwrap();
    // From the top of the repository, wherever the command runs.
    let want =
        "::error title=undefined-nix-package,file=a b/nixpacks.toml,line=2,endLine=2,col=25,endColumn=30::";
    assert!(first.starts_with(want), "{first}");
    assert!(ran.out.contains("\nthis app: predicted to fail") && ran.out.contains("\nnext: "), "{ran:?}");
    for args in [&["check", "--output-format", "human"][..], &["diff"], &["plan"]] {
        let ran = in_actions(&sandbox, "a b", args);
        assert!(!ran.out.contains("::error") && !ran.err.contains("::error"), "{args:?}: {ran:?}");
    }
    let quiet = in_actions(&sandbox, "", &["check", "-q"]);
    assert!(quiet.out.lines().all(|line| line.starts_with("::")), "{quiet:?}");
    assert!(!sandbox.run(&["check"]).out.contains("::error"));
    assert!(in_actions(&sandbox, "", &["fix"]).out.contains("predicted to install and start"));
}

#[test]
fn paths_are_those_of_the_repository_percent_encoded() {
    let sandbox = repository();
    for dir in ["", "a b"] {
        let json = sandbox.run_in(dir, &["check", "--output-format", "sarif"], "").json();
        let place = &json["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b/nixpacks.toml");
        let json = sandbox.run_in(dir, &["check", "--output-format", "gitlab"], "").json();
        assert_eq!(json[0]["location"]["path"], "a b/nixpacks.toml");
    }
}

#[test]
fn fingerprints_are_the_same_in_each_run_and_wherever_lines_move() {
    let prints = |sandbox: &Sandbox| -> Vec<Value> {
        let json = sandbox.run(&["check", "--output-format", "gitlab"]).json();
        json.as_array().unwrap().iter().map(|issue| issue["fingerprint"].clone()).collect()
    };
    let sandbox = repository();
    let before = prints(&sandbox);
    assert!(before.len() == 2 && before[0] != before[1], "{before:?}");
    sandbox.write("a b/nixpacks.toml", format!("# the deploy\n\n{BROKEN}"));
    assert_eq!(prints(&sandbox), before);
}

#[test]
fn after_a_fix_the_reports_are_on_what_is_left() {
    let sandbox = repository();
    let json = sandbox.run(&["fix", "--output-format", "sarif"]).json();
    assert_eq!(json["runs"][0]["results"], Value::Array(Vec::new()));
    assert!(!sandbox.read("a b/nixpacks.toml").contains("\"pip\""));
    assert_eq!(sandbox.run(&["fix", "--output-format", "gitlab"]).json(), Value::Array(Vec::new()));
}

#[test]
fn a_format_that_a_command_does_not_have_is_named_and_nothing_is_written() {
    let sandbox = repository();
    for (args, want) in [
        (&["diff", "--output-format", "sarif"][..], "help: `check --output-format sarif`"),
        (&["diff", "--output-format", "github"], "with `diff`, which prints a patch"),
        (&["fix", "-", "--output-format", "markdown"], "help: `check --output-format markdown -`"),
        (&["plan", "--output-format", "gitlab"], "cannot use `--output-format gitlab` with `plan`"),
        (&["migrate", "--output-format", "sarif"], "with `migrate`"),
        (&["rules", "--output-format", "sarif"], "invalid value 'sarif'"),
        (&["diagnose", "x", "--output-format", "sarif"], "invalid value 'sarif'"),
    ] {
        let ran = sandbox.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}: {ran:?}");
        assert!(ran.err.contains(want), "{args:?}: {ran:?}");
    }
    assert_eq!(sandbox.read("a b/nixpacks.toml"), BROKEN);
}

#[test]
fn markdown_has_the_diff_and_what_was_not_checked() {
    let sandbox = Sandbox::broken();
    for command in ["check", "diff"] {
        let ran = sandbox.run(&[command, "--output-format", "markdown"]);
        assert_eq!((ran.code, ran.err.as_str()), (1, ""), "{ran:?}");
        for want in
            ["# The Nixpacks deploy of this app\n", "\n```diff\n--- a/nixpacks.toml\n", "**Not checked**"]
        {
            assert!(ran.out.contains(want), "{want:?}: {}", ran.out);
        }
    }
    let ran = sandbox.run(&["fix", "--output-format", "markdown"]);
    assert!(ran.code == 0 && !ran.out.contains("make the changes"), "{ran:?}");
}

#[test]
fn markdown_of_a_log_begins_with_the_line_that_decides() {
    let sandbox = Sandbox::broken();
    sandbox.write("build.log", "#9 1.2 unpacking\n#9 2.0 error: undefined variable 'pip'\n#9 ERROR: process \"nix-env\" did not complete successfully: exit code: 1\n");
    let ran = sandbox.run(&["diagnose", "build.log", "--output-format", "markdown"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for want in [
        "# Why the deploy failed\n",
        "Line 2 of `build.log`:\n\n```text\n",
        "## The Nixpacks deploy of this app\n",
        "### Before and after\n",
    ] {
        assert!(ran.out.contains(want), "{want:?}: {}", ran.out);
    }
}
