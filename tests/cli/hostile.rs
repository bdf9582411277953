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
