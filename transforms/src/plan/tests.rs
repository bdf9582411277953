//! Claims about whole plans. Equality with the real planner is the `conformance` crate's job.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Dashboard, Item, Model, Origin, Place, Plan, model};
use crate::app::MemoryApp;
use crate::text::Span;
use proptest::prelude::*;

fn of(files: &[(&str, &str)]) -> Model {
    model(&MemoryApp::new(files.iter().copied()), &Dashboard::default())
}

fn plan(files: &[(&str, &str)]) -> Plan {
    let model = of(files);
    assert_eq!(model.errors, []);
    model.plan
}

fn refusal(files: &[(&str, &str)]) -> (String, Option<Place>) {
    let e = of(files).errors.swap_remove(0);
    (e.message, e.place)
}

fn values(items: Option<&Vec<Item>>) -> Vec<&str> {
    items.expect("a list").iter().map(|item| item.value.as_str()).collect()
}

fn place(path: &str, start: usize, end: usize) -> Place {
    Place { path: path.to_owned(), span: Span::new(start, end) }
}

#[test]
fn a_file_replaces_the_command_and_keeps_the_paths() {
    let toml = "[phases.install]\ncmds = ['pip install flask']\n";
    let plan = plan(&[("requirements.txt", ""), ("nixpacks.toml", toml)]);
    let install = &plan.phases["install"];
    let cmd = &install.cmds.as_ref().unwrap()[0];
    assert_eq!(cmd.value, "pip install flask");
    assert_eq!(cmd.origin, Origin::Deploy(place("nixpacks.toml", 25, 44)));
    assert_eq!(install.paths.as_ref().unwrap()[0].origin, Origin::Provider("python"));
    assert_eq!(values(install.paths.as_ref()), ["/opt/venv/bin"]);
}

#[test]
fn provided_holds_what_the_dots_stand_for() {
    let toml = "[phases.setup]\nnixPkgs = ['...', 'ffmpeg']\n";
    let model = of(&[("main.py", ""), ("Procfile", "release: x\n"), ("nixpacks.toml", toml)]);
    assert_eq!(values(model.provider_plan.phases["setup"].nix_pkgs.as_ref()), ["python3", "gcc"]);
    assert_eq!(values(model.provider_plan.phases["release"].cmds.as_ref()), ["x"]);
    let plan = model.plan;
    assert_eq!(values(plan.phases["setup"].nix_pkgs.as_ref()), ["python3", "gcc", "ffmpeg"]);
}

#[test]
fn a_later_provider_has_its_name_before_its_phases() {
    let toml = "providers = ['node', 'python']\n";
    let model = of(&[("package.json", "{}"), ("requirements.txt", ""), ("nixpacks.toml", toml)]);
    assert_eq!(model.provider_plan.active_providers, ["node", "python"]);
    assert_eq!(
        model.order,
        ["python:setup", "setup", "install", "python:install", "build"]
            .map(str::to_owned)
            .into_iter()
            .collect::<Vec<_>>()
    );
    let plan = model.plan;
    assert_eq!(values(plan.phases["python:install"].depends_on.as_ref()), ["python:setup"]);
    assert_eq!(values(plan.phases["setup"].nix_pkgs.as_ref()), ["nodejs_18", "npm-9_x"]);
}

#[test]
fn the_only_directory_is_planned_where_the_root_has_no_phase() {
    let files =
        [("api/main.py", ""), ("api/Procfile", "web: x\n"), ("nixpacks.toml", "[start]\ncmd = 'y'\n")];
    let model = of(&files);
    let plan = model.plan;
    assert_eq!((plan.dir.as_str(), plan.start.unwrap().cmd.unwrap().value.as_str()), ("api", "x"));
    let paths: Vec<&str> = model.documents.iter().map(|document| document.path.as_str()).collect();
    assert_eq!(paths, ["nixpacks.toml", "api/Procfile"]);
    let stays = of(&[("api/main.py", ""), ("nixpacks.toml", "[phases.setup]\n")]).plan;
    assert_eq!(stays.dir, "");
}

#[test]
fn refusals_say_what_serde_says_and_where() {
    let cases = [
        (
            "[phases.install]\ncmds = 'x'\n",
            "invalid type: string \"x\", expected a sequence for key `phases.install.cmds`",
            Some((24, 27)),
        ),
        ("[providers]\n", "invalid type: map, expected a sequence for key `providers`", Some((0, 11))),
        (
            "[variables]\nPORT = 8000\n",
            "invalid type: integer `8000`, expected a string for key `variables.PORT`",
            Some((19, 23)),
        ),
        (
            "[phases.setup]\nnixPkgs = []\nnixPackages = []\n",
            "duplicate field `nixPkgs` for key `phases.setup`",
            Some((28, 39)),
        ),
        (
            "start = 'x'\n",
            "invalid type: string \"x\", expected struct StartPhase for key `start`",
            Some((8, 11)),
        ),
        (
            "[phases]\nproviders = ['a']\n",
            "invalid length 1, expected struct Phase with 11 elements for key `phases.providers`",
            Some((21, 26)),
        ),
    ];
    for (toml, message, span) in cases {
        let expected = format!("Failed to parse Nixpacks config file `nixpacks.toml`: {message}");
        let span = span.map(|(start, end)| place("nixpacks.toml", start, end));
        assert_eq!(refusal(&[("nixpacks.toml", toml)]), (expected, span), "{toml}");
    }
    let unknown = refusal(&[("nixpacks.toml", "providers = ['nodejs']\n")]);
    assert_eq!(unknown, ("Provider nodejs not found".to_owned(), Some(place("nixpacks.toml", 13, 21))));
}

#[test]
fn django_without_its_setting_is_refused_whatever_the_start_command() {
    let files =
        [("manage.py", ""), ("requirements.txt", "Django\n"), ("nixpacks.toml", "[start]\ncmd = 'x'\n")];
    assert!(refusal(&files).0.starts_with("Failed to find your WSGI_APPLICATION"));
    let set = [
        ("manage.py", ""),
        ("requirements.txt", "Django\n"),
        ("a/b.py", "WSGI_APPLICATION = 'b.application'\n"),
    ];
    assert_eq!(plan(&set).start.unwrap().cmd.unwrap().value, "python manage.py migrate && gunicorn b");
}

#[test]
fn a_source_that_is_not_utf8_is_refused_only_where_python_runs() {
    let mut app = MemoryApp::new([("requirements.txt", "")]);
    app.insert("a.py", b"# caf\xe9\n".to_vec());
    assert_eq!(model(&app, &Dashboard::default()).errors.len(), 1);
    app.insert("nixpacks.toml", "providers = []\n");
    assert_eq!(model(&app, &Dashboard::default()).errors, []);
}

#[test]
fn railway_speaks_over_the_dashboard_and_json_over_toml() {
    let dashboard = Dashboard {
        build_cmd: Some("dash build".to_owned()),
        start_cmd: Some("dash".to_owned()),
        ..Dashboard::default()
    };
    let json = (
        "railway.json",
        "{\"build\": {\"builder\": \"Nixpacks\"}, \"deploy\": {\"startCommand\": \"json\"}}",
    );
    let toml = ("railway.toml", "[deploy]\nstartCommand = 'toml'\n");
    let app = MemoryApp::new([json, toml, ("main.py", "")]);
    let model_of = |app: &MemoryApp| model(app, &dashboard);
    let both = model_of(&app);
    assert_eq!(both.builder.as_ref().map(|(builder, _)| builder.as_str()), Some("Nixpacks"));
    let plan = both.plan;
    assert_eq!(plan.start.unwrap().cmd.unwrap().value, "json");
    let build = &plan.phases["build"].cmds.as_ref().unwrap()[0];
    assert_eq!((build.value.as_str(), &build.origin), ("dash build", &Origin::CommandLine("--build-cmd")));
    let broken = model_of(&MemoryApp::new([("railway.json", "{"), toml, ("main.py", "")]));
    assert_eq!(broken.broken.len(), 1);
    // Railway stops at the one that it cannot read: the other does not take its place.
    assert_eq!(broken.plan.start.unwrap().cmd.unwrap().value, "dash");
}

#[test]
fn a_file_that_is_too_large_or_not_text_is_broken_and_refused() {
    for bytes in [vec![b'#'; (1 << 20) + 1], vec![0xff]] {
        let app = MemoryApp::new([("nixpacks.toml", bytes)]);
        let model = model(&app, &Dashboard::default());
        assert!(model.errors.len() == 1 && model.broken.len() == 1 && model.documents.is_empty());
    }
}

#[test]
fn a_variable_of_the_file_beats_the_platform() {
    let toml = "[variables]\nNIXPACKS_PYTHON_VERSION = '3.10'\n";
    let app = MemoryApp::new([("main.py", ""), ("nixpacks.toml", toml)]);
    let env = vec![("NIXPACKS_PYTHON_VERSION".to_owned(), "3.11".to_owned())];
    let plan = model(&app, &Dashboard { env, ..Dashboard::default() }).plan;
    assert_eq!(values(plan.phases["setup"].nix_pkgs.as_ref()), ["python310", "gcc"]);
    assert!(matches!(plan.variables["NIXPACKS_PYTHON_VERSION"].origin, Origin::Deploy(_)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(
        files in prop::collection::btree_map(
            prop::sample::select(&[
                "nixpacks.toml", "nixpacks.json", "railway.toml", "railway.json", "Procfile", "package.json",
                "requirements.txt", "pyproject.toml", "Pipfile", ".tool-versions", "runtime.txt", ".nvmrc",
                "manage.py", "a/b.py", "composer.json", "Gemfile", "Cargo.toml", "go.mod", "Package.swift",
                "deno.jsonc", "shard.yml", "tsconfig.json", "turbo.json", "pnpm-workspace.yaml",
            ][..]),
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40),
                "[\\[\\]{}=:\",.' a-z0-9\n\t/*^~<>|-]{0,60}".prop_map(String::into_bytes),
            ],
            0..6,
        ),
    ) {
        let _ = model(&MemoryApp::new(files), &Dashboard::default());
    }
}
