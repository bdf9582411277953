//! What holds of every migration.

use crate::schema;
use nixpacks_railpack::findings::{Finding, findings};
use nixpacks_railpack::image::Image;
use nixpacks_railpack::lint;
use nixpacks_railpack::losses::Loss;
use nixpacks_railpack::migrate::{Migration, migrate};
use nixpacks_railpack::names::{AptName, apt_name};
use nixpacks_railpack::plan::Command;
use nixpacks_railpack::planner::Provider;
use nixpacks_railpack::program::{ProgramOrigin, StartProgram};
use nixpacks_railpack::release::Target;
use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::plan::{Dashboard, model};
use nixpacks_transforms::shell;
use serde_json::Value;

/// What the image has that the app's image starts from.
const IMAGE_PROGRAMS: &str = include_str!("../../data/runtime-image-programs.tsv");

/// The app with the files of a migration.
pub(crate) fn migrated(app: &MemoryApp, migration: &Migration) -> MemoryApp {
    let mut after = app.clone();
    for (path, text) in &migration.files {
        after.insert(path.clone(), text.clone());
    }
    after
}

/// The text of a file.
fn text_of(app: &MemoryApp, path: &str) -> Option<String> {
    let (_, bytes) = app.files().find(|(known, _)| *known == path)?;
    String::from_utf8(bytes.to_vec()).ok()
}

/// Whether a value says all that an older one said, in the same order.
fn holds(new: &Value, old: &Value) -> bool {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => {
            old.iter().all(|(key, old)| new.get(key).is_some_and(|new| holds(new, old)))
                && new.keys().filter(|key| old.contains_key(*key)).eq(old.keys())
        }
        (Value::Array(new), Value::Array(old)) => {
            old.len() <= new.len() && new.iter().zip(old).all(|(new, old)| new == old)
        }
        (new, old) => new == old,
    }
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
            let before = text_of(app, path);
            let known = before.as_deref().map(|text| lint::faults(text, target.release)).unwrap_or_default();
            let new = lint::faults(text, target.release).into_iter().filter(|fault| !known.contains(fault));
            assert_eq!(new.collect::<Vec<_>>(), [""; 0], "{}", context());
            match before {
                None => schema::check(text, target.release),
                Some(before) => {
                    let parse = |text: &str| serde_json::from_str::<Value>(text);
                    // One with comments is read by Railpack alone.
                    if let Ok(before) = parse(&before) {
                        assert!(holds(&parse(text).unwrap(), &before), "{before}\n{}", context());
                    }
                }
            }
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
    // Each name is one that apt knows there, or the app's own file has it.
    let own = text_of(app, "railpack.json").unwrap_or_default();
    for step in ["packages:apt:runtime", "packages:apt:build"] {
        for name in plan.apt_packages(step).into_iter().filter(|name| !own.contains(&format!("\"{name}\""))) {
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
    start_is_brought(app, &migration, &context());
    nothing_is_written_in_vain(&migration, &context());
    migration
}

/// Each program that starts the app comes from where it is said to come from, or is named as one of which that is not
/// known.
fn start_is_brought(app: &MemoryApp, migration: &Migration, context: &str) {
    let planned = &migration.after;
    let runtime = planned.plan.apt_packages("packages:apt:runtime");
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', '.'], "");
    let lines: Vec<String> =
        planned.plan.steps.iter().flat_map(|step| planned.plan.lines(&step.name)).collect();
    let has_text = |is: &dyn Fn(&str) -> bool| {
        app.files().any(|(_, bytes)| is(&String::from_utf8_lossy(bytes))) || lines.iter().any(|line| is(line))
    };
    for StartProgram { name, origin } in &migration.start_programs {
        let is_true = match origin {
            // What bash has of itself.
            ProgramOrigin::Shell => !name.contains(['/', '$']) && name.len() < 7,
            ProgramOrigin::Image => IMAGE_PROGRAMS.lines().any(|row| row.split('\t').next() == Some(name)),
            ProgramOrigin::Tool(tool) => planned.tools.contains(tool),
            ProgramOrigin::Apt(package) => runtime.contains(&package.as_str()),
            ProgramOrigin::Requirement(package) => has_text(&|text| plain(text).contains(&plain(package))),
            ProgramOrigin::Path => name.contains(['/', '$']),
            ProgramOrigin::NotWritten => has_text(&|text| text.contains("install") || text.contains("-e ")),
            ProgramOrigin::Unknown => {
                let found = findings(migration);
                let said = |finding: &Finding| {
                    finding.rule.id == "unknown-start-program" && finding.subject == *name
                };
                migration.by_hand.programs.contains(name) && found.iter().any(said)
            }
        };
        assert!(is_true, "{name}: {origin:?}\n{context}");
    }
    let start = planned.plan.deploy.start.as_deref().unwrap_or_default();
    let first = start.split_whitespace().next().unwrap_or_default();
    // The shell runs what is named after these.
    let is_wrapper = ["exec", "env", "nohup", "time", "command"].contains(&first);
    let is_plain =
        !is_wrapper && !first.is_empty() && first.chars().all(|ch| ch.is_ascii_alphanumeric() || ch == '.');
    // Without files there is no migration, and what starts the app is what is said of the losses.
    if is_plain
        && planned.provider == Some(Provider::Python)
        && migration.nixpacks.plan.start.is_some()
        && !migration.files.is_empty()
        && shell::parse(start).is_ok()
    {
        let is_named = migration.start_programs.iter().any(|program| program.name == first);
        assert!(is_named, "{first}\n{context}");
    }
}

/// A path outside the app that a command of the plan names as its output is in the image, or that it is not is said.
fn nothing_is_written_in_vain(migration: &Migration, context: &str) {
    let plan = &migration.after.plan;
    if migration.files.is_empty() || !migration.after.provider.is_some_and(Provider::is_modelled) {
        return;
    }
    let image = Image::of(plan);
    for line in plan.lines("install").into_iter().chain(plan.lines("build")) {
        let outputs = [
            ("nltk.downloader", "/root/nltk_data"),
            ("playwright install", "/root/.cache/ms-playwright"),
            ("mkdir -p /etc/own", "/etc/own"),
            ("python -m venv /app/.venv", "/app/.venv/bin"),
        ];
        for (_, path) in outputs.iter().filter(|(command, _)| line.contains(command)) {
            let is_said = migration.left.iter().any(|loss| match loss {
                Loss::NotShipped { path: lost, .. } => lost == path,
                loss => *loss == Loss::Browsers,
            });
            assert!(image.ships(path) || is_said, "{path}\n{context}");
        }
    }
}
