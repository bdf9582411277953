use crate::support::{BROKEN, Sandbox};
use std::fs;

#[test]
fn fix_changes_the_file_says_so_and_settles() {
    let sandbox = Sandbox::broken().in_git();
    let ran = sandbox.run(&["fix"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for want in [
        "changed `nixpacks.toml`",
        "now: predicted to install and start",
        " fixed",
        "next: `git diff`, then `git add nixpacks.toml && git commit",
    ] {
        assert!(ran.out.contains(want), "{want:?}: {}", ran.out);
    }
    let once = sandbox.read("nixpacks.toml");
    assert_ne!(once, BROKEN);
    let again = sandbox.run(&["fix"]);
    assert_eq!((again.code, sandbox.read("nixpacks.toml")), (0, once), "{again:?}");
    assert_eq!(sandbox.run(&["diff"]).out, "");
    assert_eq!(sandbox.run(&["check"]).code, 0);
}

#[test]
fn diff_writes_nothing_and_equals_the_fix() {
    for crlf in [false, true] {
        let text = if crlf { BROKEN.replace('\n', "\r\n") } else { BROKEN.trim_end().to_owned() };
        let sandbox = Sandbox::broken();
        sandbox.write("nixpacks.toml", &text);
        let diff = sandbox.run(&["diff"]);
        assert_eq!((diff.code, sandbox.read("nixpacks.toml")), (1, text.clone()), "{diff:?}");
        assert!(diff.out.starts_with("--- a/nixpacks.toml\n+++ b/nixpacks.toml\n@@ "), "{diff:?}");
        sandbox.run(&["fix"]);
        let fixed = sandbox.read("nixpacks.toml");
        sandbox.write("nixpacks.toml", &text);
        sandbox.tool("git", "", &["apply", "-p1"], &diff.out);
        assert_eq!(sandbox.read("nixpacks.toml"), fixed);
        sandbox.write("nixpacks.toml", &text);
        sandbox.tool("patch", "", &["-p1", "--binary", "-s"], &diff.out);
        assert_eq!(sandbox.read("nixpacks.toml"), fixed);
    }
}

#[test]
fn a_patch_applies_where_it_was_made() {
    let names = ["svc", "a b", "ü", "q\"uote"];
    for name in names {
        let sandbox = Sandbox::new([("README.md", "")]);
        for (file, text) in [("nixpacks.toml", BROKEN), ("requirements.txt", "flask\n"), ("main.py", "")] {
            sandbox.write(format!("{name}/{file}"), text);
        }
        let sandbox = sandbox.in_git();
        fs::create_dir(sandbox.path().join("other")).unwrap();
        // From the top, from the app itself, and from a directory beside it (then relative to the top).
        for (from, path, apply_in) in
            [("", name, ""), (name, ".", name), ("other", &*format!("../{name}"), "")]
        {
            let diff = sandbox.run_in(from, &["diff", path], "");
            assert_eq!(diff.code, 1, "{name} from {from}: {diff:?}");
            sandbox.tool("git", apply_in, &["apply", "-p1"], &diff.out);
            assert_ne!(sandbox.read(format!("{name}/nixpacks.toml")), BROKEN);
            sandbox.tool("patch", apply_in, &["-p1", "-s", "-R"], &diff.out);
            assert_eq!(sandbox.read(format!("{name}/nixpacks.toml")), BROKEN);
        }
    }
}

#[test]
fn standard_input_is_a_filter() {
    let sandbox = Sandbox::broken();
    let args = |command| [command, "-", "--app", "."];
    let fixed = sandbox.run_in("", &args("fix"), BROKEN);
    assert_eq!((fixed.code, sandbox.read("nixpacks.toml").as_str()), (0, BROKEN), "{fixed:?}");
    let diff = sandbox.run_in("", &args("diff"), BROKEN);
    assert!(diff.out.starts_with("--- a/nixpacks.toml\n"), "{diff:?}");
    sandbox.run(&["fix"]);
    assert_eq!(fixed.out, sandbox.read("nixpacks.toml"));
    let same = sandbox.run_in("", &args("fix"), &fixed.out);
    assert_eq!((same.code, &same.out), (0, &fixed.out));
}

#[test]
fn standard_input_needs_no_app() {
    let sandbox = Sandbox::new([("README.md", "")]);
    let text = "[start]\r\ncmd = \"node x.js\"";
    let ran = sandbox.run_in("", &["fix", "-"], text);
    assert_eq!(ran.out, text, "{ran:?}");
    let ran = sandbox.run_in("", &["check", "-", "--output-format", "json"], text);
    assert_eq!(ran.json()["apps"][0]["path"], "<stdin>");
}

#[test]
fn several_apps_keep_their_order() {
    let sandbox = Sandbox::new([("README.md", "")]);
    for at in 0..30 {
        for (file, text) in [("nixpacks.toml", BROKEN), ("requirements.txt", "flask\n"), ("main.py", "")] {
            sandbox.write(format!("app{at:02}/{file}"), text);
        }
    }
    let first = sandbox.run(&["check", "--output-format", "concise"]);
    assert!(first.out.lines().map(|line| &line[..5]).is_sorted(), "{first:?}");
    assert_eq!(first.out, sandbox.run(&["check", "--output-format", "concise"]).out);
    let diff = sandbox.run(&["diff"]);
    sandbox.tool("git", "", &["apply", "-p1"], &diff.out);
    assert_eq!(sandbox.run(&["check"]).code, 0);
}

#[test]
fn selecting_another_rule_leaves_the_file_alone() {
    let sandbox = Sandbox::broken();
    let json = sandbox.run(&["rules", "--output-format", "json"]).json();
    let all: Vec<&str> =
        json["rules"].as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    let ran = sandbox.run(&["fix", "--ignore", &all.join(",")]);
    assert_eq!((ran.code, sandbox.read("nixpacks.toml").as_str()), (1, BROKEN), "{ran:?}");
}
