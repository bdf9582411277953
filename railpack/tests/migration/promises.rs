//! What holds of every migration.

use crate::schema;
use nixpacks_railpack::image::Image;
use nixpacks_railpack::lint;
use nixpacks_railpack::migrate::{Migration, migrate};
use nixpacks_railpack::names::{AptName, apt_name, in_runtime_image};
use nixpacks_railpack::plan::Command;
use nixpacks_railpack::planner::Provider;
use nixpacks_railpack::release::Target;
use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::plan::{Dashboard, model};
use nixpacks_transforms::requirements::{parse, scripts};
use nixpacks_transforms::shell;

/// The app with the files of a migration.
pub(crate) fn migrated(app: &MemoryApp, migration: &Migration) -> MemoryApp {
    let mut after = app.clone();
    for (path, text) in &migration.files {
        after.insert(path.clone(), text.clone());
    }
    after
}

/// Holds a migration to what has to be true of it, and gives it.
pub(crate) fn hold(app: &MemoryApp, target: Target) -> Migration {
    let dashboard = Dashboard::default();
    let migration = migrate(app, target, &dashboard);
    let plan = &migration.after.plan;
    let image = Image::of(plan);
    let context =
        || format!("{target:?}\nlost {:?}\nleft {:?}\n{:?}", migration.lost, migration.left, migration.files);

    // What is written is understood as it is meant.
    for (path, text) in &migration.files {
        if path == "railpack.json" {
            assert_eq!(lint::faults(text, target.release), [""; 0], "{}", context());
            schema::check(text, target.release);
        }
    }
    // No loss is new.
    if !migration.files.is_empty() {
        assert!(
            migration.left.len() < migration.lost.len() || migration.left != migration.lost,
            "{}",
            context()
        );
    }
    // A second run writes nothing.
    let after = migrated(app, &migration);
    let again = migrate(&after, target, &dashboard);
    assert!(again.files.is_empty(), "{}\nagain {:?}", context(), again.files);
    assert_eq!(again.lost, migration.left, "{}", context());
    // Nixpacks goes on as before.
    assert_eq!(model(app, &dashboard).plan, model(&after, &dashboard).plan, "{}", context());

    // The environment reaches the image, and its programs are found first.
    let makes = |command: &Command| matches!(command, Command::Exec { cmd, .. } if cmd == "python -m venv /app/.venv");
    if plan.steps.iter().flat_map(|step| &step.commands).any(makes) {
        assert!(image.ships("/app/.venv/bin/python"), "{}", context());
        let directories = ["/app/.venv/bin", "/mise/shims", "/opt/venv/bin"];
        assert_eq!(image.comes_first(&directories), Some("/app/.venv/bin"), "{}", context());
    }
    // Each name is one that apt knows there.
    for step in ["packages:apt:runtime", "packages:apt:build"] {
        for name in plan.apt_packages(step) {
            assert_eq!(apt_name(name, target.release.debian()), AptName::Known, "{name}\n{}", context());
        }
    }
    let modelled = migration.after.provider.is_some_and(Provider::is_modelled);
    if let (Some(start), true) =
        (&plan.deploy.start, modelled && migration.left.is_empty() && !migration.files.is_empty())
    {
        for path in start
            .split([' ', '=', ':', '"', '\''])
            .filter(|word| word.starts_with("/app/") || word.starts_with("/opt/"))
        {
            assert!(image.ships(path), "{path} is not in the image\n{}", context());
        }
    }
    migration
}

/// The program that starts the app, where it is from neither the image, nor the Python packages, nor apt.
pub(crate) fn unknown_program(app: &MemoryApp, migration: &Migration) -> Option<String> {
    let plan = &migration.after.plan;
    let list = shell::parse(plan.deploy.start.as_deref()?).ok()?;
    let commands: Vec<_> = list.simple_commands().collect();
    let builtins =
        ["cd", "export", ".", "source", "exec", "set", "true", "wait", "exit", "trap", "ulimit", "[", "echo"];
    commands.iter().find_map(|at| {
        let program = at.simple.program()?;
        let python = program.starts_with("python") || program.starts_with("pip");
        let node = ["node", "npm", "npx", "yarn", "pnpm", "bun"].contains(&program);
        let tools = &migration.after.tools;
        let modelled = migration.after.provider.is_some_and(Provider::is_modelled);
        let known = builtins.contains(&program)
            || in_runtime_image(program)
            || program.contains('/')
            || (python && tools.iter().any(|tool| tool == "python"))
            || (node && tools.iter().any(|tool| tool == "node"))
            || tools.iter().any(|tool| tool == program)
            || !modelled
            || plan
                .apt_packages("packages:apt:runtime")
                .iter()
                .any(|name| name.starts_with(program) || program.starts_with(name))
            || brings(
                app,
                &plan.steps.iter().flat_map(|step| &step.commands).map(Command::line).collect::<Vec<_>>(),
                program,
            );
        (!known).then(|| program.to_owned())
    })
}

/// Whether a requirements file or a command brings the program.
fn brings(app: &MemoryApp, commands: &[String], program: &str) -> bool {
    let is_text = |path: &str| path.rsplit_once('.').is_some_and(|(_, ending)| ending == "txt");
    let texts = app.files().filter(|(path, _)| is_text(path));
    let listed = texts.filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok()).any(|text| {
        parse(text).requirements().any(|requirement| scripts::brings_script(requirement, program))
    });
    let project = |(path, bytes): (&str, &[u8])| {
        (path.ends_with("pyproject.toml") || path.ends_with("Pipfile"))
            && String::from_utf8_lossy(bytes).contains(program)
    };
    listed
        || app.files().any(project)
        || commands.iter().any(|command| command.contains("pip install") && command.contains(program))
}
