//! The commands for Railpack.

use crate::support::Sandbox;
use serde_json::json;

const THUMBNAILS: [(&str, &str); 3] = [
    (
        "nixpacks.toml",
        "[phases.setup]\nnixPkgs = [\"python311\", \"ffmpeg\"]\n\n[start]\ncmd = \"python app.py\"\n",
    ),
    ("requirements.txt", "requests\n"),
    ("app.py", ""),
];

#[test]
fn the_plan_has_the_fields_of_railpacks_own() {
    let app = Sandbox::new(THUMBNAILS);
    let plan = app.run(&["plan", "--builder", "railpack@0.23.0", "--output-format", "json"]).json();
    assert_eq!(
        plan["apps"][0],
        json!({
            "path": ".",
            "builder": "railpack@0.23.0",
            "provider": "python",
            "modelled": true,
            "start": "python app.py",
            "install": [
                "python -m venv /app/.venv",
                "PATH /app/.venv/bin",
                "COPY requirements.txt",
                "pip install -r requirements.txt"
            ],
            "build": [],
            "apt_build": [],
            "apt_deploy": [],
            "python": ["3.13", "railpack default"],
            "error": null
        })
    );
    let none = Sandbox::new([("Procfile", "release: x\n"), ("notes.md", "")]);
    let plan = none.run(&["plan", "--builder", "railpack", "--output-format", "json"]).json();
    assert_eq!(plan["apps"][0]["provider"], json!(null));
    assert!(plan["apps"][0]["error"][0].as_str().unwrap().contains("could not determine"));
}

#[test]
fn versions_and_platforms_are_named_in_each_way() {
    let app = Sandbox::new(THUMBNAILS);
    for (args, builder) in [
        (&["--builder", "railpack"][..], "railpack@railway"),
        (&["--builder", "railpack@coolify"], "railpack@coolify"),
        (&["--builder", "railpack@0.30.0"], "railpack@0.30.0"),
        (&["--builder", "railpack", "--platform", "sevalla"], "railpack@sevalla"),
    ] {
        let args = [&["check", "--output-format", "json", "--exit-zero"], args].concat();
        assert_eq!(app.run(&args).json()["apps"][0]["builder"], builder);
    }
    for to in ["coolify", "railpack@coolify"] {
        let report = app.run(&["migrate", "--to", to, "--output-format", "json"]).json();
        assert_eq!(report["apps"][0]["builder"], "railpack@coolify");
    }
    for wrong in ["railpack@0.1.0", "railpack@heroku", "docker", "railpack@"] {
        let ran = app.run(&["check", "--builder", wrong]);
        assert_eq!(ran.code, if wrong == "railpack@" { 1 } else { 2 }, "{wrong}: {ran:?}");
    }
}

#[test]
fn fixes_are_for_nixpacks_alone() {
    let app = Sandbox::new(THUMBNAILS);
    for command in ["fix", "diff"] {
        let ran = app.run(&[command, "--builder", "railpack"]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("nixpacks-fix migrate"), "{ran:?}");
    }
    assert!(app.run(&["migrate", "--write", "-"]).err.contains("standard input"));
}

#[test]
fn a_migration_is_committed_alone() {
    let app = Sandbox::new(THUMBNAILS).in_git();
    for setting in [["user.name", "A Developer"], ["user.email", "dev@example.com"]] {
        app.tool("git", "", &["config", setting[0], setting[1]], "");
    }
    app.tool("git", "", &["commit", "-q", "-m", "first"], "");
    let ran = app.run(&["migrate", "--commit", "--output-format", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let head = app.tool("git", "", &["rev-parse", "HEAD"], "").out;
    assert_eq!(ran.json()["commits"][0]["oid"], head.trim());
    let names = app.tool("git", "", &["show", "--format=%s", "--name-only"], "").out;
    assert_eq!(names, "build: prepare the move from Nixpacks to Railpack\n\nrailpack.json\n");
    assert_eq!(app.tool("git", "", &["status", "--short"], "").out, "");
    assert_eq!(app.run(&["migrate", "--commit"]).code, 0);
}

#[test]
fn a_file_that_is_not_in_git_is_not_written_over() {
    let app = Sandbox::new(THUMBNAILS).in_git();
    app.write("railpack.json", "{}\n");
    let ran = app.run(&["migrate", "--write"]);
    assert_eq!((ran.code, app.read("railpack.json").as_str()), (2, "{}\n"), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed_out_of_the_app() {
    let outside = Sandbox::new([("target", "kept\n")]);
    let app = Sandbox::new(THUMBNAILS);
    std::os::unix::fs::symlink(outside.path().join("target"), app.path().join("railpack.json")).unwrap();
    let ran = app.run(&["migrate", "--write"]);
    assert_eq!(outside.read("target"), "kept\n", "{ran:?}");
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn a_dockerfile_is_written_only_if_asked_for_and_needed() {
    let config =
        "[phases.setup]\nnixPkgs = [\"python311\", \"wkhtmltopdf\"]\n\n[start]\ncmd = \"gunicorn app:app\"\n";
    let app = Sandbox::new([("nixpacks.toml", config), ("requirements.txt", "gunicorn\n"), ("app.py", "")]);
    assert_eq!(app.run(&["migrate", "--write"]).code, 1);
    let ran = app.run(&["migrate", "--dockerfile", "--write"]);
    assert!(ran.out.contains("not predicted") && ran.out.contains("Railway"), "{ran:?}");
    assert!(app.read("Dockerfile").starts_with("FROM python:3.11-slim-bookworm\n"));
    assert!(!app.path().join("railpack.json").exists());
    let again = app.run(&["migrate", "--dockerfile", "--write"]);
    assert!(again.out.contains("there is one already"), "{again:?}");
    let needless = Sandbox::new(THUMBNAILS).run(&["migrate", "--dockerfile"]);
    assert!(
        needless.err.contains("needs none") && needless.out.contains("+++ b/railpack.json"),
        "{needless:?}"
    );
}

#[test]
fn what_a_terminal_would_obey_is_escaped() {
    let config = "[start]\ncmd = \"echo \\u001b[31m && python run.py\"\n";
    let app = Sandbox::new([("nixpacks.toml", config), ("requirements.txt", "x\n")]);
    for command in [&["check", "--builder", "railpack"][..], &["migrate"], &["plan", "--builder", "railpack"]]
    {
        let ran = app.run(command);
        assert!(!ran.out.contains('\x1b') && !ran.err.contains('\x1b'), "{ran:?}");
    }
}

#[test]
fn each_finding_points_to_the_value_that_is_lost() {
    let config = "[phases.setup]\nnixPkgs = [\"python311\", \"ffmpeg\"]\n\n[phases.build]\n\
        cmds = [\"/opt/venv/bin/python manage.py compress && mkdir -p /srv/x\"]\n\n[variables]\nA = \"b\"\n\
        API_TOKEN = \"c2VjcmV0LXRva2VuLXZhbHVl\"\n\n[start]\ncmd = \"python job.py\"\nuser = \"me\"\n";
    let app = Sandbox::new([
        ("nixpacks.toml", config),
        ("requirements.txt", "flask\n-r more.txt\n"),
        ("more.txt", "rich\n"),
        ("job.py", ""),
        ("runtime.txt", "python-3.11.9\n"),
        ("Procfile", "release: python migrate.py\n"),
        ("railway.json", "{ \"deploy\": { \"cronSchedule\": \"0 3 * * *\" } }\n"),
    ]);
    let report = app.run(&["check", "--builder", "railpack", "--output-format", "json"]).json();
    let at = |finding: &serde_json::Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or("-").to_owned();
        let line = finding["start"]["line"].as_u64().unwrap_or_default();
        let column = finding["start"]["column"].as_u64().unwrap_or_default();
        format!("{} {}:{line}:{column}", text("rule"), text("path"))
    };
    let mut found: Vec<String> = report["apps"][0]["findings"].as_array().unwrap().iter().map(at).collect();
    found.sort();
    assert_eq!(
        found,
        [
            "exact-python-version runtime.txt:1:8",
            "included-requirements requirements.txt:2:1",
            "lost-command nixpacks.toml:5:9",
            "lost-package nixpacks.toml:2:25",
            "lost-user nixpacks.toml:13:8",
            "lost-variable nixpacks.toml:8:5",
            "not-in-image nixpacks.toml:5:9",
            "other-start-command nixpacks.toml:12:7",
            "railway-setting railway.json:1:15",
            "release-command Procfile:1:10",
            "secret-not-copied nixpacks.toml:9:13",
        ]
    );
    let shown = app.run(&["check", "--builder", "railpack"]);
    assert!(shown.out.contains("user = \"me\"") && !shown.out.contains("c2VjcmV0"), "{shown:?}");
    for format in ["concise", "sarif", "github", "gitlab", "markdown"] {
        let shown = app.run(&["check", "--builder", "railpack", "--output-format", format]);
        assert_eq!(shown.code, 1, "{shown:?}");
        assert!(shown.out.contains("lost-package") && shown.out.contains("ffmpeg"), "{shown:?}");
        assert!(!shown.out.contains("c2VjcmV0"), "{shown:?}");
    }
}

#[test]
fn findings_are_chosen_and_silenced_as_those_of_nixpacks() {
    let app = Sandbox::new([
        (
            "nixpacks.toml",
            "[phases.setup]\nnixPkgs = [\"ffmpeg\"] # nixpacks-fix: ignore[lost-package] not used\n\
             # nixpacks-fix: ignore[lost-comand, lost-user, fixed-port]\n[start]\ncmd = \"python job.py\"\n",
        ),
        ("requirements.txt", "requests\n"),
        ("job.py", ""),
    ]);
    let concise = |args: &[&str]| {
        let args = [&["check", "--builder", "railpack", "--output-format", "concise"], args].concat();
        let out = app.run(&args).out;
        out.lines().filter(|line| line.contains('[')).map(str::to_owned).collect::<Vec<_>>()
    };
    let start = "nixpacks.toml:5:7: error[lost-start-command] Railpack finds no start command; today the app starts with `python job.py`";
    let user = "nixpacks.toml:3:37: warning[unused-suppression] `lost-user` finds nothing here";
    let misspelt = "nixpacks.toml:3:24: warning[unused-suppression] there is no rule `lost-comand`";
    assert_eq!(concise(&[]), [start, misspelt, user]);
    assert_eq!(concise(&["--ignore", "unused-suppression"]), [start]);
    assert_eq!(concise(&["--select", "lost-package"]), [""; 0]);
    let said = app.run(&["check", "--builder", "railpack"]);
    assert!(said.out.contains("planned: loses 2 things"), "{said:?}");
    assert!(said.out.contains("; 1 problem silenced by comments"), "{said:?}");
    let report = app.run(&["check", "--builder", "railpack", "--output-format", "json"]).json();
    assert_eq!(report["apps"][0]["suppressed"], 1);
    // For Nixpacks these comments are for another check.
    let nixpacks = app.run(&["check", "--output-format", "concise"]);
    assert!(
        !nixpacks.out.contains("`lost-user`") && nixpacks.out.contains("`fixed-port` finds nothing here")
    );
    app.write(
        "nixpacks-fix.toml",
        "ignore = [\"unused-suppression\"]\n\n[per-path]\n\".\" = [\"lost-start-command\"]\n",
    );
    assert_eq!(concise(&[]), [""; 0]);
    let wrong = app.run(&["check", "--builder", "railpack", "--ignore", "lost-packge"]);
    assert!(wrong.err.contains("did you mean `lost-package`?"), "{wrong:?}");
}

#[test]
fn a_baseline_lists_what_is_known() {
    let app = Sandbox::new(THUMBNAILS);
    let check = ["check", "--builder", "railpack", "--baseline", "known.json"];
    assert_eq!(app.run(&[&check[..], &["--write-baseline"]].concat()).code, 0);
    let ran = app.run(&check);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("no new problems; ") && ran.out.contains("known from the baseline"), "{ran:?}");
}

#[test]
fn a_mistake_in_railpack_json_is_found_whatever_ends_its_lines() {
    for end in ["\n", "\r\n"] {
        let text = ["{", "  \"deploy\": {", "    \"startCommand\": 1", "  }", "}", ""].join(end);
        let app = Sandbox::new([("railpack.json", text.as_str()), ("requirements.txt", ""), ("app.py", "")]);
        let ran = app.run(&["check", "--builder", "railpack", "--output-format", "concise"]);
        assert!(ran.out.contains("railpack.json:3:21: error[no-plan]"), "{ran:?}");
    }
}

#[test]
fn check_names_the_command_that_goes_on() {
    let app = Sandbox::new(THUMBNAILS);
    let ran = app.run(&["check", "--builder", "railpack@coolify", "--fix"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("`nixpacks-fix migrate --to railpack@coolify` shows"), "{ran:?}");
    assert_eq!(app.run(&["check", "--builder", "railpack", "--statistics"]).code, 2);
}
