//! `diagnose` with an app beside the log, and `explain` with error texts.

use crate::support::{BROKEN, Sandbox};

const LOG: &str = "#0 building with \"default\" instance using docker driver\n\
    #9 [stage-0  6/10] RUN pip install -r requirements.txt\n\
    #9 0.3 /bin/bash: line 1: pip: command not found\n\
    #9 ERROR: process \"/bin/bash -ol pipefail -c pip install -r requirements.txt\" did not complete successfully: exit code: 127\n";

fn app() -> Sandbox {
    let sandbox = Sandbox::broken();
    sandbox.write("nixpacks.toml", BROKEN.replace(", \"pip\"", ""));
    sandbox.write("build.log", LOG);
    sandbox
}

#[test]
fn the_fix_is_shown_for_the_app_that_is_there_or_named() {
    let sandbox = app();
    let here = sandbox.run(&["diagnose", "build.log"]);
    assert_eq!(here.code, 0);
    assert!(here.out.contains("build.log:3\n"), "{}", here.out);
    assert!(here.out.contains("\n-cmds = [\"pip install -r requirements.txt\"]\n"), "{}", here.out);
    assert!(here.out.ends_with("next: `nixpacks-fix fix` makes these changes\n"), "{}", here.out);
    sandbox.write("elsewhere/x", "");
    let named = sandbox.run_in("elsewhere", &["diagnose", "-", "--app", ".."], LOG);
    assert!(named.out.starts_with("standard input: the build failed"), "{}", named.out);
    assert!(named.out.ends_with("next: `nixpacks-fix fix ..` makes these changes\n"), "{}", named.out);
    let alone = sandbox.run_in("elsewhere", &["diagnose", "-"], LOG);
    assert!(!alone.out.contains("the fix:"), "{}", alone.out);
    // Nothing is written.
    assert_eq!(sandbox.read("nixpacks.toml"), BROKEN.replace(", \"pip\"", ""));
}

#[test]
fn no_fix_is_shown_for_an_error_that_the_files_do_not_have() {
    let sandbox = app();
    let log =
        LOG.replace("pip install -r requirements.txt", "npm ci").replace("pip: command", "npm: command");
    let other = sandbox.run_in("", &["diagnose", "-"], &log);
    assert!(other.out.contains("the log and the files differ"), "{}", other.out);
    assert!(other.out.contains("which is not the error of this log"), "{}", other.out);
    assert!(!other.out.contains("the fix:"), "{}", other.out);
    // Memory is no matter of the files.
    let memory =
        LOG.replace("exit code: 127", "exit code: 137").replace("pip: command not found", "17 Killed");
    let memory = sandbox.run_in("", &["diagnose", "-"], &memory);
    assert!(memory.out.contains("more memory") && !memory.out.contains("next:"), "{}", memory.out);
}

#[test]
fn an_error_that_is_not_in_the_file_ends_with_1_and_what_cannot_be_read_with_2() {
    let sandbox = app();
    let cut = LOG.replace("#9 0.3 /bin/bash: line 1: pip: command not found\n", "");
    let ran = sandbox.run_in("", &["diagnose", "-"], &cut);
    assert_eq!(ran.code, 1);
    assert!(
        ran.out.contains("the reason is not in this file") && ran.out.contains("how to get it"),
        "{}",
        ran.out
    );
    assert_eq!(sandbox.run(&["diagnose", "missing.log"]).code, 2);
    assert_eq!(sandbox.run(&["diagnose", "."]).code, 2);
    assert_eq!(sandbox.run_in("", &["diagnose", "-"], "").code, 0);
}

#[test]
fn a_log_cannot_speak_to_the_terminal() {
    let sandbox = app();
    let log = LOG.replace("pip: command", "\u{202e}pip\u{9b}2J: command").replace("RUN pip", "RUN \u{7}pip");
    for format in ["human", "concise", "json"] {
        let ran = sandbox.run_in("", &["diagnose", "-", "--output-format", format, "--color", "never"], &log);
        assert!(!ran.out.contains(['\u{202e}', '\u{9b}', '\u{7}', '\u{1b}']), "{}", ran.out);
    }
}

#[test]
fn explain_takes_rules_reasons_and_errors() {
    let sandbox = app();
    for (text, want) in [
        ("pip: command not found", "pip-not-found: "),
        ("/bin/bash: line 1: pip: command not found", "pip-not-found: "),
        ("externally-managed", "externally-managed: "),
        ("undefined variable", "undefined-variable: "),
        ("pip-outside-venv", "pip-outside-venv: "),
    ] {
        let ran = sandbox.run(&["explain", text]);
        assert!(ran.code == 0 && ran.out.starts_with(want), "{text}: {ran:?}");
    }
    let near = sandbox.run(&["explain", "some variable is undefined somewhere"]);
    assert_eq!(near.code, 2);
    assert!(near.err.contains("`undefined-variable`"), "{}", near.err);
    assert!(sandbox.run(&["explain", "pip-not-fond"]).err.contains("did you mean `pip-not-found`?"));
}
