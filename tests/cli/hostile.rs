use crate::support::{BROKEN, Sandbox};

#[test]
fn no_escape_code_gets_through_in_any_format() {
    let name = "e\x1b[31mvil\u{202e}";
    let text = "[phases.setup]\nnixPkgs = [\"\\u001b]0;x\\u0007pip\", 'a\u{9b}31m\u{2066}']\n[start]\ncmd = \"pip\\u001b[2J\"\n";
    let sandbox = Sandbox::new([
        (format!("{name}/nixpacks.toml"), text),
        (format!("{name}2/nixpacks.toml"), "\x1b[31m = \u{202e}["),
    ]);
    for command in ["check", "fix", "plan"] {
        for format in ["human", "concise", "json"] {
            let ran = sandbox.run(&[command, "--output-format", format, "--color", "never"]);
            let harmful = ['\x1b', '\x07', '\u{9b}', '\u{202e}', '\u{2066}'];
            assert!(!ran.out.contains(harmful) && !ran.err.contains(harmful), "{command} {format}: {ran:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_repaired_text_tells_a_terminal_nothing_and_keeps_every_byte_elsewhere() {
    let text = format!("# \x1b[31mred \u{202e} \ttab\r\n{BROKEN}");
    let sandbox = Sandbox::new([("app.toml", text.as_str())]);
    let piped = sandbox.run_in("", &["fix", "-"], &text);
    assert!(piped.out.starts_with("# \x1b[31mred \u{202e} \ttab\r\n"), "{piped:?}");
    let typed = format!("cat app.toml | '{}' fix -", env!("CARGO_BIN_EXE_nixpacks-fix"));
    let mut script = sandbox.command(std::process::Command::new("script"), "");
    let Ok(output) = script.args(["-qec", &typed, "/dev/null"]).output() else {
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), "skipped: cli: no script, which makes a terminal");
        return;
    };
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("# \\u{1b}[31mred \\u{202e} \ttab\r\n[phases.setup]"), "{shown:?}");
    assert!(!shown.contains(['\x1b', '\u{202e}']), "{shown:?}");
}

#[cfg(unix)]
#[test]
fn neither_reads_nor_writes_through_a_link_that_leads_out() {
    let outside = Sandbox::broken();
    let sandbox = Sandbox::new([("requirements.txt", "flask\n"), ("main.py", "")]);
    std::os::unix::fs::symlink(outside.path().join("nixpacks.toml"), sandbox.path().join("nixpacks.toml"))
        .unwrap();
    let ran = sandbox.run(&["fix"]);
    assert!(!ran.out.contains("nixPkgs"), "{ran:?}");
    assert_eq!(outside.read("nixpacks.toml"), BROKEN);
}

#[cfg(unix)]
#[test]
fn does_not_wait_on_a_pipe() {
    let sandbox = Sandbox::new([("main.py", "")]);
    sandbox.tool("mkfifo", "", &["nixpacks.toml", "requirements.txt"], "");
    assert_ne!(sandbox.run(&["check"]).code, 101);
}

/// Ends the command with a failure where it takes longer than any machine needs.
#[cfg(unix)]
fn run_in_time(sandbox: &Sandbox, args: &[&str]) -> std::process::Output {
    let program = std::process::Command::new(env!("CARGO_BIN_EXE_nixpacks-fix"));
    let child = sandbox.command(program, "").args(args).spawn().unwrap();
    let id = child.id().to_string();
    let (end, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || end.send(child.wait_with_output()));
    let output = ended.recv_timeout(std::time::Duration::from_secs(30));
    output
        .unwrap_or_else(|_| {
            sandbox.tool("kill", "", &[&id], "");
            panic!("{args:?} waits");
        })
        .unwrap()
}

#[cfg(unix)]
#[test]
fn does_not_wait_on_a_pipe_that_the_settings_of_a_repository_include() {
    let includes = [
        "[include]\n\tpath = fifo\n",
        "[includeIf \"gitdir:/\"]\n\tpath = \"./fi\\\nfo\" # a comment\n",
        "[include]\n\tpath = ~/../.git/fifo\n",
        "[include]\n\tpath = other\n",
    ];
    for include in includes {
        let sandbox = Sandbox::broken().in_git();
        sandbox.write(".no-home/.gitconfig", "[user]\n\tname = a\n\temail = a@localhost\n");
        sandbox.tool("git", "", &["commit", "-qm", "a"], "");
        sandbox.tool("mkfifo", ".git", &["fifo"], "");
        sandbox.write(".git/other", "[include]\n\tpath = fifo\n");
        let config = sandbox.read(".git/config");
        sandbox.write(".git/config", format!("{config}{include}"));
        for args in [&["check", "--rev", "HEAD"][..], &["fix", "--commit"]] {
            let output = run_in_time(&sandbox, args);
            let said = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
            assert!(
                said.contains("fifo`, which is not a regular file: remove that include"),
                "{args:?}: {said}"
            );
        }
        assert_eq!(sandbox.read("nixpacks.toml"), BROKEN);
    }
}

/// What a file of patterns can be that must not be read as one.
#[cfg(unix)]
#[test]
fn files_of_patterns_are_read_with_care_and_what_is_not_heeded_is_said() {
    type Make = fn(&Sandbox, &str);
    let makes: [(&str, Make); 4] = [
        ("is a symbolic link", |sandbox, file| {
            std::os::unix::fs::symlink("/dev/zero", sandbox.path().join(file)).unwrap();
        }),
        ("not a regular file", |sandbox, file| drop(sandbox.tool("mkfifo", "", &[file], ""))),
        ("larger than", |sandbox, file| sandbox.write(file, "some/pattern/*.txt\n".repeat(1 << 20))),
        ("more than 10000 lines", |sandbox, file| sandbox.write(file, "*.a\n".repeat(10_001))),
    ];
    for in_git in [false, true] {
        for (why, make) in &makes {
            for file in [".gitignore", "b/.gitignore", ".git/info/exclude"] {
                if file.starts_with(".git/") && !in_git {
                    continue;
                }
                let files = ["a", "b", "c"].map(|dir| (format!("{dir}/nixpacks.toml"), BROKEN));
                let sandbox = Sandbox::new(files);
                let sandbox = if in_git { sandbox.in_git() } else { sandbox };
                for name in ["a/requirements.txt", "b/requirements.txt", "b/new/nixpacks.toml"] {
                    sandbox.write(name, "");
                }
                let _ = std::fs::remove_file(sandbox.path().join(file));
                make(&sandbox, file);
                let ran = sandbox.run(&["check"]);
                assert_eq!(ran.code, 1, "{why}: {ran:?}");
                let said = format!("warning: `{file}` is ignored: ");
                assert_eq!(ran.err.matches(&said).count(), 1, "{why}: {ran:?}");
                assert!(ran.err.contains(why), "{why}: {ran:?}");
                assert!(ran.out.contains("b/new"), "{why}: {ran:?}");
                // Nobody but ripgrep reads this one.
                if file == ".gitignore" {
                    std::fs::rename(sandbox.path().join(file), sandbox.path().join(".ignore")).unwrap();
                    assert_eq!(sandbox.run(&["check"]).err, "", "{why}");
                }
            }
        }
    }
}
