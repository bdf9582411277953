//! A run that is ended in the middle, and the next one.
#![cfg(unix)]

mod by_signal;
mod commits;
mod forged;
mod writes;

use crate::support::{Ran, Sandbox};
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output};

/// Whether a run can be ended at a step: a release build has no such thing.
fn has_steps() -> bool {
    cfg!(debug_assertions)
}

fn command(sandbox: &Sandbox, args: &[&str]) -> Command {
    let mut command = sandbox.command(Command::new(env!("CARGO_BIN_EXE_nixpacks-fix")), "");
    command.args(args).stdin(std::process::Stdio::null());
    command
}

/// The steps of a run, which is let go on to its end.
fn steps(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let names = tempfile::NamedTempFile::new().unwrap();
    let output = command(sandbox, args).env("NIXPACKS_FIX_STEPS", names.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let steps: Vec<String> = fs::read_to_string(names.path()).unwrap().lines().map(str::to_owned).collect();
    assert!(!steps.is_empty());
    steps
}

/// Ends a run at a step.
fn end(sandbox: &Sandbox, args: &[&str], at: usize, signal: &str) {
    let output = command(sandbox, args).env("NIXPACKS_FIX_STEP", format!("{at} {signal}")).output().unwrap();
    let want = if signal == "KILL" { 9 } else { 15 };
    assert_eq!(output.status.signal(), Some(want), "{at} {signal}: {output:?}");
}

/// Runs it, and does something at a step while it waits there.
fn meanwhile<T>(sandbox: &Sandbox, args: &[&str], at: usize, act: impl FnOnce() -> T) -> (Output, T) {
    let pipes = tempfile::TempDir::new().unwrap();
    let path = |end: &str| pipes.path().join(format!("step.{end}")).display().to_string();
    sandbox.tool("mkfifo", "", &[&path("reached"), &path("go")], "");
    let step = format!("{at} {}", pipes.path().join("step").display());
    let run = command(sandbox, args).env("NIXPACKS_FIX_STEP", step).spawn().unwrap();
    assert!(fs::read_to_string(path("reached")).unwrap().ends_with('\n'));
    let done = act();
    drop(fs::OpenOptions::new().write(true).open(path("go")).unwrap());
    (run.wait_with_output().unwrap(), done)
}

/// Names and texts of what stands in a directory, but for git's own.
fn files(dir: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_file() {
            found.push((name, String::from_utf8(fs::read(entry.path()).unwrap()).unwrap()));
        }
    }
    found.sort();
    found
}

fn text<'a>(files: &'a [(String, String)], name: &str) -> &'a str {
    files.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str()).unwrap_or_default()
}

fn succeeds(sandbox: &Sandbox, args: &[&str]) -> Ran {
    let ran = sandbox.run(args);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}
