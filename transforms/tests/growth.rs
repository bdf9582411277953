//! Texts that would make a careless reader double its work with every step.

#![allow(clippy::unwrap_used, clippy::format_collect)]

use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::engine::{Options, run};
use nixpacks_transforms::plan::{self, Dashboard};
use nixpacks_transforms::simulate;
use nixpacks_transforms::simulate::Outcome;

fn app(install: &str) -> MemoryApp {
    let config = format!(
        "[phases.setup]\nnixPkgs = [\"python311\"]\n\n[phases.install]\n{install}\n\n[start]\ncmd = \"gunicorn a:a\"\n"
    );
    MemoryApp::new([("nixpacks.toml", config), ("requirements.txt", "gunicorn\n".to_owned())])
}

#[test]
fn a_path_that_names_itself_twice_does_not_double() {
    let cmds = "export PATH=$PATH:$PATH && ".repeat(60);
    let app = app(&format!("cmds = [\"{cmds}pip install -r requirements.txt\"]"));
    assert!(run(&app, &Options::default()).unwrap().before.fails());
}

#[test]
fn more_directories_on_path_than_are_followed_make_the_verdict_unknown() {
    let outcome = |count: usize| {
        let dirs: Vec<String> = (0..count).map(|at| format!("\"/srv/{at}\"")).collect();
        let app = app(&format!("paths = [{}]\ncmds = [\"echo a\"]", dirs.join(", ")));
        let model = plan::model(&app, &Dashboard::default());
        simulate::simulate(&model, &app).verdict.outcome
    };
    assert_ne!(outcome(200), Outcome::Unknown);
    assert_eq!(outcome(300), Outcome::Unknown);
}

#[test]
fn a_list_of_many_entries_is_rewritten_entry_by_entry() {
    let lines: String = (0..3_000).map(|at| format!("  \"pip install --user package{at}\",\n")).collect();
    let outcome = run(&app(&format!("cmds = [\n{lines}]")), &Options::default()).unwrap();
    let after = &outcome.changes.first().unwrap().after;
    assert_eq!(after.matches("\"pip install package").count(), 3_000);
}

#[test]
fn commands_that_multiply_a_long_requirements_file_are_not_followed_without_end() {
    let outcome = |commands: usize| {
        let install = |at| format!("\"python -m venv v{at} && v{at}/bin/pip install -r requirements.txt\", ");
        let mut app = app(&format!("cmds = [{}]", (0..commands).map(install).collect::<String>()));
        app.insert("requirements.txt", (0..5_000).map(|at| format!("package{at}\n")).collect::<String>());
        let model = plan::model(&app, &Dashboard::default());
        simulate::simulate(&model, &app).verdict
    };
    assert!(outcome(10).fails());
    let verdict = outcome(200);
    assert_eq!(verdict.outcome, Outcome::Unknown);
    assert!(verdict.detail.contains("too much to follow"), "{}", verdict.detail);
}
