//! `nixpacks-fix.toml`.

use crate::support::{BROKEN, Sandbox};

const UNCALLED: &str = "[phases.setup]\nnixpkgs = [\"ffmpeg\"]\n\n[start]\ncmd = \"python main.py\"\n";

fn two_apps(settings: &str) -> Sandbox {
    let sandbox = Sandbox::new([
        ("nixpacks-fix.toml", settings),
        ("api/nixpacks.toml", BROKEN),
        ("api/requirements.txt", "flask\n"),
        ("api/main.py", "import flask\n"),
        ("old/nixpacks.toml", UNCALLED),
        ("old/requirements.txt", "flask\n"),
        ("old/main.py", "import flask\n"),
    ]);
    sandbox.tool("git", "", &["init", "-q"], "");
    sandbox
}

fn paths(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    let args: Vec<&str> = args.iter().copied().chain(["--output-format", "json"]).collect();
    let report = sandbox.run(&args).json();
    report["apps"].as_array().unwrap().iter().map(|app| app["path"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn leaves_out_what_a_search_finds_and_never_what_is_named() {
    let sandbox = two_apps("exclude = [\"ol*\"]\n");
    assert_eq!(paths(&sandbox, &["check"]), ["api"]);
    assert_eq!(paths(&sandbox, &["check", "old"]), ["old"]);
    assert_eq!(paths(&sandbox, &["check", "--no-config"]), ["api", "old"]);
    let all = two_apps("exclude = [\"*\"]\n").run(&["check"]);
    assert_eq!((all.code, all.err.contains("leaves out every app")), (0, true), "{all:?}");
}

#[test]
fn decides_by_app_and_gives_way_to_the_command_line() {
    let sandbox = two_apps("fail-on = \"warning\"\n[per-path]\nold = [\"inert-nixpkgs\"]\n");
    assert_eq!(sandbox.run(&["check", "old"]).code, 0);
    assert_eq!(sandbox.run(&["check", "old", "--no-config"]).code, 0);
    assert_eq!(sandbox.run(&["check", "old", "--no-config", "--fail-on", "warning"]).code, 1);
    sandbox.write("nixpacks-fix.toml", "fail-on = \"warning\"\n");
    assert_eq!(sandbox.run(&["check", "old"]).code, 1);
    assert_eq!(sandbox.run(&["check", "old", "--fail-on", "error"]).code, 0);
    assert_eq!(sandbox.run(&["check", "old", "--ignore", "inert-nixpkgs"]).code, 0);
}

#[test]
fn says_what_the_dashboard_of_each_app_holds() {
    let start = "[apps.api]\nstart-cmd = \"python nowhere.py\"\ninstall-cmd = \"true\"\n";
    let sandbox = two_apps(start);
    let report = sandbox.run(&["plan", "--output-format", "json"]);
    assert!(report.out.contains("python nowhere.py"), "{report:?}");
    let typed = sandbox.run(&["plan", "--start-cmd", "python main.py", "--output-format", "json"]);
    assert!(!typed.out.contains("nowhere"), "{typed:?}");
}

#[test]
fn the_nearest_file_counts_and_a_commit_has_its_own() {
    let sandbox = two_apps("[apps.api]\nbuilder = \"nixpacks\"\n");
    sandbox.write("api/Dockerfile", "FROM scratch\n");
    sandbox.write("api/railway.toml", "[deploy]\nrestartPolicyType = \"NEVER\"\n");
    assert_eq!(sandbox.run(&["check", "api", "--no-config"]).code, 0);
    sandbox.tool("git", "", &["add", "-A"], "");
    sandbox.tool("git", "", &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "start"], "");
    assert_eq!(sandbox.run(&["check", "api"]).code, 1);
    assert_eq!(sandbox.run(&["check", "--rev", "HEAD", "api"]).code, 1);
    sandbox.write("api/nixpacks-fix.toml", "");
    assert_eq!(sandbox.run(&["check", "api"]).code, 0);
    assert_eq!(sandbox.run(&["check", "--rev", "HEAD", "api"]).code, 1);
    assert_eq!(sandbox.run(&["check", "api", "--config", "nixpacks-fix.toml"]).code, 1);
}

#[test]
fn a_file_that_cannot_be_understood_stops_the_run() {
    for (text, want) in [
        ("[per-path\n", "error: failed to read `"),
        ("\nignroe = []\n", "line 2: there is no setting `ignroe`; help: did you mean `ignore`?"),
        ("exclude = [\"a[\"]\n", "line 1: it is no pattern"),
    ] {
        let ran = two_apps(text).run(&["check", "api"]);
        assert_eq!((ran.code, ran.err.contains(want), ran.out.as_str()), (2, true, ""), "{ran:?}");
    }
    let sandbox = two_apps("");
    let ran = sandbox.run(&["check", "--config", "nowhere.toml"]);
    assert_eq!(
        (ran.code, ran.err.contains("failed to read `nowhere.toml`: no such file")),
        (2, true),
        "{ran:?}"
    );
}
