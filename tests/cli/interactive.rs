//! `fix --interactive`, through a pseudo-terminal.

use crate::support::{BROKEN, Sandbox};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};

/// What a conversation left.
struct Talk {
    said: String,
    status: ExitStatus,
}

impl Talk {
    fn code(&self) -> i32 {
        self.status.code().unwrap_or(-1)
    }
}

/// Runs the command in a terminal of this width. Each question gets the next answer; `SIGTERM` is the signal, `^D` the end
/// of the input.
fn talk(sandbox: &Sandbox, width: u16, args: &[&str], answers: &[&str]) -> Talk {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let terminal = rustix::fs::open(&name, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    tcsetwinsize(&terminal, Winsize { ws_row: 40, ws_col: width, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let end = || Stdio::from(terminal.try_clone().unwrap());
    let mut command = sandbox.command(Command::new(env!("CARGO_BIN_EXE_nixpacks-fix")), "");
    let mut child = command.args(args).stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
    drop(command);
    drop(terminal);
    let mut master = File::from(master);
    let (mut said, mut chunk) = (Vec::new(), [0; 4096]);
    let mut answers = answers.iter();
    let mut asked = 0;
    // At the end of the command there is nobody at the other end, which is an error on Linux.
    while let Ok(count @ 1..) = master.read(&mut chunk) {
        said.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&said);
        if text.matches("? [y]es").count() + text.matches("make it? [").count() > asked
            && text.ends_with(": ")
        {
            asked += 1;
            match *answers.next().unwrap_or_else(|| panic!("a question too many:\n{text}")) {
                // Not SIGINT, which is the same to the command: where a shell runs the tests in the background, it is ignored.
                "SIGTERM" => kill_process(Pid::from_child(&child), Signal::TERM).unwrap(),
                "^D" => master.write_all(b"\x04").unwrap(),
                "LATIN-1" => master.write_all(b"\xe9t\xe9\n").unwrap(),
                answer => writeln!(master, "{answer}").unwrap(),
            }
        }
    }
    let status = child.wait().unwrap();
    let said = String::from_utf8_lossy(&said).replace("\r\n", "\n");
    assert_eq!(answers.next(), None, "not asked for: {said}");
    Talk { said: plain(&said), status }
}

/// The text without colours.
fn plain(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.split_once('m').map_or("", |(_, rest)| rest))
}

/// Two changes that do not need each other.
fn two_changes() -> Sandbox {
    let config = "[phases.setup]\nnixPkgs = [\"ffmpeg\", \"pip\"]\n\n[phases.install]\ncmds = [\"bash -c 'cd server && pip install -r requirements.txt'\"]\n\n[start]\ncmd = \"python main.py\"\n";
    Sandbox::new([("nixpacks.toml", config), ("requirements.txt", "flask\n"), ("main.py", "import flask\n")])
}

#[test]
fn shows_the_change_with_its_reason_and_makes_it_when_told_to() {
    let sandbox = Sandbox::broken();
    let talk = talk(&sandbox, 80, &["fix", "--interactive"], &["y"]);
    assert_eq!(talk.code(), 0, "{}", talk.said);
    for want in [
        "this app: with the fix: predicted to install and start\n",
        "change 1 of 1: remove `pip` from `nixPkgs`",
        "  why: nixpacks.toml:2: there is no Nix package `pip`",
        "-nixPkgs = [\"python311\", \"pip\"]\n",
        "make this change? [y]es, [n]o, [a]ll, [q]uit, [e]xplain, other [s]trategy: ",
        "this app: changed `nixpacks.toml`\n",
    ] {
        assert!(talk.said.contains(want), "{want:?}: {}", talk.said);
    }
    let patch = "make this change?";
    let (before, _) = talk.said.split_once(patch).unwrap();
    assert!(before.lines().all(|line| line.chars().count() <= 80), "{before}");
    assert!(!sandbox.read("nixpacks.toml").contains("pip install"));
}

#[test]
fn an_answer_in_another_encoding_is_asked_for_again() {
    let sandbox = Sandbox::broken();
    let talk = talk(&sandbox, 80, &["fix", "-i"], &["LATIN-1", "y"]);
    assert_eq!(talk.code(), 0, "{}", talk.said);
    assert!(talk.said.contains("  y  make this change\n"), "{}", talk.said);
    assert_ne!(sandbox.read("nixpacks.toml"), BROKEN);
}

#[test]
fn what_is_in_the_way_of_a_commit_is_said_before_any_question() {
    let sandbox = Sandbox::broken();
    let talk = talk(&sandbox, 80, &["fix", "-i", "--commit"], &[]);
    assert_eq!(talk.code(), 2, "{}", talk.said);
    assert!(talk.said.contains("it is in no git repository"), "{}", talk.said);
    assert!(!talk.said.contains("make this change?"), "{}", talk.said);
    assert_eq!(sandbox.read("nixpacks.toml"), BROKEN);
}

#[test]
fn nothing_is_written_after_no_quit_the_end_of_the_input_or_a_signal() {
    for (answers, code, signal) in [
        (&["n"][..], Some(1), None),
        (&["q"], Some(1), None),
        (&["^D"], Some(1), None),
        (&["?", "e", "SIGTERM"], None, Some(15)),
    ] {
        let sandbox = Sandbox::broken();
        let talk = talk(&sandbox, 80, &["fix", "-i"], answers);
        assert_eq!((talk.status.code(), talk.status.signal()), (code, signal), "{answers:?}: {}", talk.said);
        assert_eq!(sandbox.read("nixpacks.toml"), BROKEN, "{answers:?}");
        assert!(
            code.is_none()
                || talk.said.contains("\nnothing was changed\n")
                    != talk.said.contains("\nthis app: left as it is\n")
        );
        let files = std::fs::read_dir(sandbox.path()).unwrap().count();
        assert_eq!(files, 3, "{answers:?} leaves files behind");
    }
}

#[test]
fn a_change_can_be_taken_and_another_left() {
    let sandbox = two_changes();
    let talk = talk(&sandbox, 100, &["fix", "-i"], &["y", "n"]);
    assert_eq!(talk.code(), 1, "{}", talk.said);
    assert!(
        talk.said.contains("change 2 of 2: ") && talk.said.contains("left out: 1 change"),
        "{}",
        talk.said
    );
    let config = sandbox.read("nixpacks.toml");
    assert!(config.contains("nixPkgs = [\"ffmpeg\"]\n") && !config.contains("-m venv"), "{config}");
    let all = two_changes();
    assert!(talk_all(&all).said.contains("change 2 of 2: "));
    let once = two_changes();
    once.run(&["fix"]);
    assert_eq!(all.read("nixpacks.toml"), once.read("nixpacks.toml"));
}

/// All changes, after one question.
fn talk_all(sandbox: &Sandbox) -> Talk {
    talk(sandbox, 100, &["fix", "-i"], &["a"])
}

#[test]
fn another_strategy_is_asked_about_in_place_of_the_first() {
    let sandbox = Sandbox::broken();
    let talk = talk(&sandbox, 80, &["fix", "-i"], &["s", "s", "y"]);
    assert_eq!(talk.code(), 0, "{}", talk.said);
    assert!(
        talk.said.contains("with the strategy `venv`:\n")
            && talk.said.contains("with the strategy `explicit`:\n")
    );
    let explicit = Sandbox::broken();
    explicit.run(&["fix", "--strategy", "explicit"]);
    assert_eq!(sandbox.read("nixpacks.toml"), explicit.read("nixpacks.toml"));
}

#[test]
fn typed_alone_it_checks_here_and_asks() {
    let sandbox = Sandbox::broken();
    let talk = talk(&sandbox, 80, &[], &["e", "y"]);
    assert_eq!(talk.code(), 0, "{}", talk.said);
    assert!(talk.said.contains("\nWhy it fails\n"), "{}", talk.said);
    assert_ne!(sandbox.read("nixpacks.toml"), BROKEN);
    let healthy = talk_bare(&sandbox);
    assert!(
        healthy.code() == 0 && healthy.said.contains("predicted to install and start"),
        "{}",
        healthy.said
    );
}

fn talk_bare(sandbox: &Sandbox) -> Talk {
    talk(sandbox, 80, &[], &[])
}

#[test]
fn without_a_terminal_it_says_so_and_typed_alone_it_helps() {
    let sandbox = Sandbox::broken();
    let ran = sandbox.run(&["fix", "--interactive"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.err.contains("have to be a terminal; help: `nixpacks-fix diff`"), "{ran:?}");
    let ran = sandbox.run(&[]);
    assert!(ran.code == 2 && ran.err.contains("Usage: nixpacks-fix"), "{ran:?}");
    assert_eq!(sandbox.read("nixpacks.toml"), BROKEN);
}

#[test]
fn options_of_other_tools_do_what_is_meant_or_name_what_does() {
    let sandbox = Sandbox::broken();
    let patch = sandbox.run(&["diff"]);
    for args in [&["fix", "--dry-run"][..], &["fix", "-n"], &["fix", "--diff"]] {
        let ran = sandbox.run(args);
        assert_eq!((ran.code, &ran.out), (1, &patch.out), "{args:?}");
    }
    for (option, want) in [
        ("--fix", "help: `nixpacks-fix fix --strategy venv` makes the changes"),
        ("--diff", "help: `nixpacks-fix diff --strategy venv` shows the changes as a patch"),
    ] {
        let ran = sandbox.run(&["check", option, "--strategy", "venv"]);
        assert!(ran.code == 2 && ran.err.contains(want), "{ran:?}");
    }
    assert_eq!(sandbox.read("nixpacks.toml"), BROKEN);
}
