use crate::support::Sandbox;
use std::io::ErrorKind;
use std::process::{Command, Stdio};

fn script(shell: &str) -> String {
    let ran = Sandbox::new([("README.md", "")]).run(&["completions", shell]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
    ran.out
}

/// Has a shell read a file; none where it is not installed.
fn read_by(program: &str, args: &[&str], name: &str, text: &str) -> Option<String> {
    let sandbox = Sandbox::new([(name, text)]);
    let command = sandbox.command(Command::new(program), "").args(args).stdin(Stdio::null()).output();
    match command {
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        output => {
            let output = output.unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && said.is_empty(), "{program} {args:?}: {said}");
            Some(String::from_utf8(output.stdout).unwrap())
        }
    }
}

#[test]
fn each_shell_that_is_installed_reads_its_script() {
    for (shell, program, args) in [
        ("bash", "bash", &["-n", "script"][..]),
        ("zsh", "zsh", &["-n", "script"]),
        ("fish", "fish", &["--no-config", "-n", "script"]),
        ("nushell", "nu", &["--no-config-file", "script"]),
        ("powershell", "pwsh", &["-NoProfile", "-NonInteractive", "-File", "script.ps1"]),
    ] {
        let text = script(shell);
        let name = args.last().unwrap();
        read_by(program, args, name, &text);
        for word in ["diagnose", "unsafe-fixes", "completions"] {
            assert!(text.contains(word), "{shell} does not complete {word}");
        }
    }
}

#[test]
fn bash_completes_commands_options_and_values() {
    for (typed, wanted) in [
        ("che", "check"),
        ("check --unsafe", "--unsafe-fixes"),
        ("check --strategy man", "managed"),
        ("pr sta", "status"),
        ("completions nu", "nushell"),
    ] {
        let words: Vec<&str> = std::iter::once("nixpacks-fix").chain(typed.split(' ')).collect();
        let asked = format!(
            "{}\nCOMP_WORDS=({}); COMP_CWORD={}\nregistered=$(complete -p nixpacks-fix)\nregistered=${{registered#*-F }}\n\"${{registered%% *}}\" nixpacks-fix '{}' '{}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
            script("bash"),
            words.join(" "),
            words.len() - 1,
            words[words.len() - 1],
            words[words.len() - 2],
        );
        let completed = read_by("bash", &["--norc", "script"], "script", &asked).expect("bash");
        assert_eq!(completed.trim(), wanted, "{typed}");
    }
}

#[test]
fn a_shell_that_is_not_known_is_2_and_the_known_ones_are_named() {
    let ran = Sandbox::new([("README.md", "")]).run(&["completions", "tcsh"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("bash, fish, nushell, powershell, zsh"), "{ran:?}");
}
