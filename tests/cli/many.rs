//! Many apps: the overview, `--statistics` and baselines.

use crate::support::{BROKEN, Sandbox};

/// Four apps, of which three fail.
fn four() -> Sandbox {
    let mut files = vec![("d/nixpacks.toml".to_owned(), "[start]\ncommand = \"python main.py\"\n")];
    files.extend(["a", "b", "c"].map(|name| (format!("{name}/nixpacks.toml"), BROKEN)));
    for name in ["a", "b", "c", "d"] {
        files.push((format!("{name}/requirements.txt"), "flask\n"));
        files.push((format!("{name}/main.py"), "import flask\n"));
    }
    Sandbox::new(files)
}

#[test]
fn says_how_many_apps_fail_and_what_is_the_most_frequent() {
    let sandbox = four();
    let said = sandbox.run(&["check"]);
    for want in [
        "4 apps: 3 predicted to fail, 1 predicted to install and start\n",
        "with the fix: 4 predicted to install and start\n",
        "most frequent: pip-outside-venv (3 apps), ",
    ] {
        assert!(said.out.contains(want), "{want:?}: {}", said.out);
    }
    assert!(!sandbox.run(&["check", "a", "b", "d"]).out.contains("apps:"));
}

#[test]
fn counts_problems_in_place_of_showing_them() {
    let sandbox = four();
    let said = sandbox.run(&["check", "--statistics"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("       3      3        3  error[pip-outside-venv]\n"), "{}", said.out);
    assert!(!said.out.contains("help:"), "{}", said.out);
    let json = sandbox.run(&["check", "--statistics", "--output-format", "json"]).json();
    assert_eq!(json["apps"]["fails"], 3);
    assert_eq!(json["rules"][0]["apps"], 3);
}

#[test]
fn fails_for_what_the_baseline_does_not_list() {
    let sandbox = four();
    let missing = sandbox.run(&["check", "--baseline", "known.json"]);
    assert_eq!(missing.code, 2, "{missing:?}");
    assert!(missing.err.contains("`--write-baseline` writes it"), "{missing:?}");
    let written = sandbox.run(&["check", "--baseline", "known.json", "--write-baseline"]);
    assert_eq!((written.code, written.out.contains(" of 4 apps to `known.json`")), (0, true), "{written:?}");

    let known = sandbox.run(&["check", "--baseline", "known.json", "--fail-on", "note"]);
    assert_eq!(known.code, 0, "{known:?}");
    assert!(known.out.contains("no new problems; "), "{known:?}");
    assert!(!known.out.contains("error["), "{known:?}");
    let json = sandbox.run(&["check", "a", "--baseline", "known.json", "--output-format", "json"]).json();
    assert_eq!((&json["apps"][0]["findings"], json["apps"][0]["known"] != 0), (&serde_json::json!([]), true));

    // A problem that is new is shown, and the old ones of other apps still are not.
    sandbox.write("d/nixpacks.toml", BROKEN);
    let new = sandbox.run(&["check", "--baseline", "known.json"]);
    assert_eq!(new.code, 1, "{new:?}");
    assert!(new.out.contains("--> d/nixpacks.toml") && !new.out.contains("--> a/nixpacks.toml"), "{new:?}");

    // One that is gone is told of, and costs nothing.
    sandbox.write("d/nixpacks.toml", "[start]\ncmd = \"python main.py\"\n");
    let gone = sandbox.run(&["check", "--baseline", "known.json"]);
    assert_eq!(
        (gone.code, gone.err.contains("1 problem of the baseline is no longer there")),
        (0, true),
        "{gone:?}"
    );
}

#[test]
fn a_baseline_that_is_not_understood_stops_the_check() {
    let sandbox = four();
    for (text, want) in [
        ("{", "EOF"),
        ("{\"version\": 1, \"apps\": {}, \"x\": 1}", "unknown field `x`"),
        ("{\"version\": 9, \"apps\": {}}", "its version is 9"),
    ] {
        sandbox.write("known.json", text);
        let said = sandbox.run(&["check", "--baseline", "known.json"]);
        assert_eq!((said.code, said.err.contains(want)), (2, true), "{said:?}");
    }
    let said = sandbox.run(&["check", "-", "--baseline", "known.json"]);
    assert_eq!(said.code, 2, "{said:?}");
}
