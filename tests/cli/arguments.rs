use crate::support::{Sandbox, UNREADABLE};

const NOTHING: [(&str, &str); 1] = [("README.md", "hello")];

#[test]
fn no_app_is_3_and_says_so() {
    let ran = Sandbox::new(NOTHING).run(&["check"]);
    assert_eq!((ran.code, ran.out.as_str()), (3, ""));
    assert!(ran.err.starts_with("error: no app found"), "{ran:?}");
}

#[test]
fn a_path_that_is_not_there_is_2_and_named() {
    let ran = Sandbox::new(NOTHING).run(&["check", "nowhere"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("failed to read `nowhere`: no such file"), "{ran:?}");
}

#[test]
fn arguments_that_cannot_be_used_are_2() {
    for args in [
        &["check", "--fail-on", "everything"][..],
        &["check", "--env", "NAME"],
        &["check", "--app", ".", "."],
        &["check", "--quiet", "--verbose"],
        &["explain", "no-such-rule"],
        &["check", "--select", "no-such-rule", "."],
        &["check", "--ignore", "no-such-rule", "."],
        &["repair"],
        &[],
    ] {
        let ran = Sandbox::new([("nixpacks.toml", "")]).run(args);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{args:?}: {ran:?}");
        assert!(!ran.err.is_empty());
    }
}

#[test]
fn help_and_version_are_0() {
    for args in [&["--help"][..], &["--version"], &["fix", "--help"]] {
        let ran = Sandbox::new(NOTHING).run(args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
        assert!(!ran.out.is_empty());
    }
}

#[test]
fn the_environment_of_the_process_is_no_part_of_the_plan() {
    let ran = Sandbox::new(NOTHING).run(&["check", "--env", "HOME"]);
    assert!(ran.err.contains("the environment of this process is not read"), "{ran:?}");
}

#[test]
fn rules_and_their_json_name_the_same() {
    let sandbox = Sandbox::new(NOTHING);
    let listed = sandbox.run(&["rules"]);
    let of_railpack = "of `check --builder railpack`:";
    let rows = listed.out.lines().filter(|line| *line != of_railpack);
    let ids: Vec<&str> = rows.filter_map(|line| line.split_whitespace().next()).collect();
    let json = sandbox.run(&["rules", "--output-format", "json"]).json();
    assert_eq!(json["version"], 1);
    let named: Vec<&str> =
        json["rules"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
    assert_eq!(ids, named);
    for id in ids {
        let ran = sandbox.run(&["explain", id]);
        assert_eq!(ran.code, 0);
        assert!(ran.out.starts_with(&format!("{id}: ")), "{ran:?}");
        let typo = sandbox.run(&["explain", &format!("{id}x")]);
        assert!(typo.err.contains(&format!("did you mean `{id}`?")), "{typo:?}");
    }
}

#[test]
fn a_tree_is_searched_for_apps_in_a_stable_order() {
    let sandbox = Sandbox::new([
        ("b/nixpacks.toml", UNREADABLE),
        ("a/deep/nixpacks.json", "{"),
        ("node_modules/x/nixpacks.toml", UNREADABLE),
        (".hidden/nixpacks.toml", UNREADABLE),
        ("ignored/nixpacks.toml", UNREADABLE),
        (".gitignore", "ignored\n"),
    ]);
    let paths = |args: &[&str]| -> Vec<String> {
        let json = sandbox.run(args).json();
        json["apps"].as_array().unwrap().iter().map(|app| app["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(paths(&["check", "--output-format", "json"]), ["a/deep", "b"]);
    assert_eq!(
        paths(&["check", "--output-format", "json", "b", "a", "b/nixpacks.toml", "./b"]),
        ["b", "a/deep"]
    );
}

#[test]
fn the_directory_that_is_given_has_the_shortest_path() {
    let sandbox = Sandbox::new([("app/requirements.txt", ""), ("app/sub/nixpacks.toml", UNREADABLE)]);
    let json = sandbox.run(&["check", "--output-format", "json", "app/"]).json();
    assert_eq!((&json["apps"][0]["path"], &json["apps"][1]["path"]), (&"app".into(), &"app/sub".into()));
}
