use crate::support::{BROKEN, Sandbox};

#[test]
fn check_says_where_why_and_what_next() {
    let ran = Sandbox::broken().run(&["check"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    for want in [
        "error[",
        "nixpacks.toml:2:",
        "\"pip\"",
        "^^^^^",
        "predicted to fail",
        "with the fix: predicted to install and start",
        "not checked:",
        "next: `nixpacks-fix diff`",
    ] {
        assert!(ran.out.contains(want), "{want:?}: {}", ran.out);
    }
    assert!(!ran.out.contains('\x1b'));
}

#[test]
fn quiet_prints_findings_and_nothing_else() {
    let ran = Sandbox::broken().run(&["check", "-q"]);
    assert!(
        ran.out.contains("error[") && !ran.out.contains("predicted") && !ran.out.contains("next:"),
        "{ran:?}"
    );
}

#[test]
fn color_is_for_those_who_ask() {
    let sandbox = Sandbox::broken();
    assert!(sandbox.run(&["check", "--color", "always"]).out.contains("\x1b["));
    assert!(sandbox.run(&["diff", "--color", "always"]).out.contains("\x1b[31m-"));
    assert!(!sandbox.run(&["diff"]).out.contains('\x1b'));
}

#[test]
fn exit_zero_hides_findings_but_no_misuse() {
    let sandbox = Sandbox::broken();
    assert_eq!(sandbox.run(&["check", "--exit-zero"]).code, 0);
    assert_eq!(sandbox.run(&["diff", "--exit-zero"]).code, 0);
    assert_eq!(sandbox.run(&["check", "--exit-zero", "nowhere"]).code, 2);
}

#[test]
fn concise_is_the_prediction_and_one_line_a_finding() {
    let ran = Sandbox::broken().run(&["check", "--output-format", "concise"]);
    assert_eq!(ran.code, 1);
    let mut lines = ran.out.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with(".: predicted to fail ")), "{ran:?}");
    assert!(lines.clone().next().is_some_and(|line| line.starts_with("nixpacks.toml:2:")), "{ran:?}");
    let is_finding =
        |line: &str| [": error[", ": warning[", ": note["].iter().any(|mark| line.contains(mark));
    assert!(lines.all(is_finding), "{ran:?}");
}

#[test]
fn says_why_it_fails_where_comments_silence_the_cause() {
    let silent = BROKEN
        .replace("\"pip\"]", "\"pip\"] # nixpacks-fix: ignore[undefined-nix-package]")
        .replace("requirements.txt\"]", "requirements.txt\"] # nixpacks-fix: ignore[pip-outside-venv]");
    let sandbox = Sandbox::broken();
    sandbox.write("nixpacks.toml", silent);
    for args in [&["check"][..], &["check", "--quiet"], &["check", "--output-format", "concise"]] {
        let ran = sandbox.run(args);
        assert_eq!((ran.code, ran.out.contains("predicted to fail")), (1, true), "{ran:?}");
    }
    assert!(sandbox.run(&["check"]).out.contains("silenced by comments"));
}

#[test]
fn json_holds_verdicts_findings_fixes_and_their_places() {
    let ran = Sandbox::broken().run(&["check", "--output-format", "json"]);
    let json = ran.json();
    let app = &json["apps"][0];
    assert_eq!((&json["version"], &app["path"]), (&1.into(), &".".into()));
    assert_eq!(app["verdict"]["outcome"], "fails", "{json}");
    assert_eq!(app["verdict"]["reason"], "undefined-variable");
    assert_eq!(app["verdict"]["stage"], "nix");
    assert_eq!(app["verdict_after"]["outcome"], "builds");
    assert_eq!(app["changes"], serde_json::json!(["nixpacks.toml"]));
    assert_eq!(app["written"], false);
    for finding in app["findings"].as_array().unwrap() {
        let (start, end) = (&finding["span"]["start"], &finding["span"]["end"]);
        let span = usize::try_from(start.as_u64().unwrap()).unwrap()
            ..usize::try_from(end.as_u64().unwrap()).unwrap();
        let line = BROKEN[..span.start].matches('\n').count() + 1;
        assert_eq!(finding["start"]["line"], line, "{finding}");
        assert!(BROKEN.get(span).is_some());
        let fix = finding["fix"].as_u64().and_then(|at| usize::try_from(at).ok());
        for edit in fix.map(|at| app["fixes"][at]["edits"].as_array().unwrap()).into_iter().flatten() {
            assert_eq!(edit["path"], "nixpacks.toml");
        }
    }
    assert_eq!(
        app["findings"].as_array().unwrap().iter().filter(|f| f["applicability"] == "safe").count().min(1),
        1
    );
}

#[test]
fn plan_names_where_each_value_comes_from() {
    let sandbox = Sandbox::broken();
    let ran = sandbox.run(&["plan", "--start-cmd", "python x.py"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for want in
        ["nixPkgs", "(nixpacks.toml:2:12)", "runs after the fix", "python x.py  (argument --start-cmd)"]
    {
        assert!(ran.out.contains(want), "{want:?}: {}", ran.out);
    }
    let json = sandbox.run(&["plan", "--output-format", "json"]).json();
    assert!(json["apps"][0]["before"]["values"].as_array().is_some_and(|values| values.len() > 3), "{json}");
}
