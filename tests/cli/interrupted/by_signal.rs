//! SIGTERM while another program is at work.

use crate::commit::{git, hook, repository};
use std::fs::File;
use std::io::Read as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

#[test]
fn a_signal_ends_git_first() {
    let sandbox = repository();
    sandbox.tool("mkfifo", "", &[".git/began", ".git/release"], "");
    // The lock is git's; git removes it if it is told to end, and not if it is left running.
    hook(&sandbox, "pre-commit", "test -e .git/index.lock && echo locked >.git/began; exec cat .git/release");
    let mut command = sandbox.command(Command::new(env!("CARGO_BIN_EXE_nixpacks-fix")), "");
    let child = command.args(["fix", "--commit"]).spawn().unwrap();
    let mut began = String::new();
    File::open(sandbox.path().join(".git/began")).unwrap().read_to_string(&mut began).unwrap();
    assert_eq!(began, "locked\n");
    sandbox.tool("kill", "", &["-TERM", &child.id().to_string()], "");
    let release = File::options().read(true).write(true).open(sandbox.path().join(".git/release")).unwrap();
    let output = child.wait_with_output().unwrap();
    // The hook is git's to end, which git does not do.
    drop(release);
    assert_eq!(output.status.signal(), Some(15), "{output:?}");
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
    assert!(!sandbox.path().join(".git/index.lock").exists());
    assert_eq!(git(&sandbox, &["rev-list", "--count", "HEAD"]), "1\n");
}
