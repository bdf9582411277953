//! `simulate` and `plan`.

use crate::support::{BROKEN, Sandbox};

#[test]
fn simulate_shows_each_step_and_where_it_stops() {
    let sandbox = Sandbox::broken();
    let ran = sandbox.run(&["simulate"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    for want in [
        "this app: predicted to fail when Nix installs the packages",
        "  packages\n    ✗ Nix: python311, pip\n      error: undefined variable 'pip'\n",
        "  install (not reached)\n    ✗ pip install -r requirements.txt\n",
        "  start (not reached)\n",
        "next: `nixpacks-fix simulate --diff` compares it with the fix",
    ] {
        assert!(ran.out.contains(want), "{want:?}: {}", ran.out);
    }
    let ran = sandbox.run(&["simulate", "--diff"]);
    assert!(ran.out.contains("this app, with the fix: predicted to install and start\n"), "{}", ran.out);
    assert!(ran.out.contains("        python → /opt/venv/bin/python\n"), "{}", ran.out);
    assert_eq!(sandbox.read("nixpacks.toml"), BROKEN);
}

#[test]
fn simulate_succeeds_where_the_app_is_predicted_to() {
    let sandbox = Sandbox::broken();
    assert_eq!(sandbox.run(&["simulate", "--exit-zero"]).code, 0);
    sandbox.run(&["fix"]);
    let ran = sandbox.run(&["simulate", "--diff"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("there is no fix to compare it with") && !ran.out.contains('✗'), "{}", ran.out);
    assert_eq!(sandbox.run(&["simulate", "nowhere"]).code, 2);
    let ran = sandbox.run(&["simulate", "--builder", "railpack"]);
    assert!(ran.code == 2 && ran.err.contains("this is about Nixpacks"), "{ran:?}");
}

#[test]
fn plan_has_the_phases_in_the_order_of_the_build() {
    let sandbox = Sandbox::broken();
    let config = format!("[phases.a-last]\ndependsOn = [\"build\"]\ncmds = [\"true\"]\n\n{BROKEN}");
    sandbox.write("nixpacks.toml", config + "\n[phases.build]\ncmds = [\"echo\"]\n");
    let out = sandbox.run(&["plan"]).out;
    let at = |name: &str| out.find(&format!("\n  {name}\n")).unwrap_or_else(|| panic!("{name}: {out}"));
    assert!(
        at("setup") < at("install") && at("install") < at("build") && at("build") < at("a-last"),
        "{out}"
    );
    assert!(at("a-last") < at("start"), "{out}");
}

#[test]
fn plan_compares_what_goes_and_what_comes() {
    let ran = Sandbox::broken().run(&["plan", "--diff"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines.iter().any(|line| line.starts_with("- setup  ") && line.ends_with("  pip")), "{}", ran.out);
    let has =
        |start: &str, end: &str| lines.iter().any(|line| line.starts_with(start) && line.ends_with(end));
    assert!(has("- install  cmds ", "  pip install -r requirements.txt"), "{}", ran.out);
    assert!(has("+ install  cmds ", " && pip install -r requirements.txt"), "{}", ran.out);
    assert!(has("  install  paths ", "  /opt/venv/bin") && !ran.out.contains("variables"), "{}", ran.out);
}
