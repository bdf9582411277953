//! Holds the migration to worked examples and to public apps, which are not part of the project: the tests read them from the
//! directories that two environment variables name, and hold trivially without.

#![allow(clippy::print_stdout)]

use crate::promises::hold;
use nixpacks_railpack::losses::Loss;
use nixpacks_railpack::migrate::{Migration, migrate};
use nixpacks_railpack::release::Target;
use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::plan::Dashboard;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn directory(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

pub(crate) fn read(root: &Path) -> MemoryApp {
    let (mut app, mut left) = (MemoryApp::default(), vec![root.to_owned()]);
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if let Ok(bytes) = fs::read(&path) {
                app.insert(path.strip_prefix(root).unwrap().to_str().unwrap(), bytes);
            }
        }
    }
    app
}

fn of(app: &MemoryApp) -> Migration {
    migrate(app, Target::parse("railway").unwrap(), &Dashboard::default())
}

#[test]
fn writes_what_was_written_by_hand() {
    let Some(dir) = directory("RAILPACK_RECORDED") else { return };
    let mut wrong = Vec::new();
    for entry in fs::read_dir(dir.join("pairs")).unwrap() {
        let pair = entry.unwrap().path();
        let migration = of(&read(&pair.join("app")));
        let ours = migration.files.get("railpack.json").cloned();
        let theirs = fs::read_to_string(pair.join("railpack.json")).ok();
        let parse =
            |text: &Option<String>| text.as_ref().map(|text| serde_json::from_str::<Value>(text).unwrap());
        if parse(&ours) != parse(&theirs) {
            wrong.push(format!(
                "{}\nlost {:?}\nleft {:?}\nours {}\ntheirs {}",
                pair.display(),
                migration.lost,
                migration.left,
                ours.unwrap_or_default(),
                theirs.unwrap_or_default()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn kind(loss: &Loss) -> String {
    word(loss)
}

/// The name of a variant.
fn word(value: &impl std::fmt::Debug) -> String {
    let all = format!("{value:?}");
    all.split([' ', '(']).next().unwrap_or_default().to_owned()
}

#[test]
fn keeps_public_apps() {
    let Some(corpus) = directory("RAILPACK_CORPUS") else { return };
    let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let (mut programs, mut origins) = (Vec::new(), BTreeMap::<String, usize>::new());
    let (mut losing, mut kept, mut dockerfile, mut without, mut left_over) = (0, 0, 0, 0, Vec::new());
    for entry in fs::read_dir(&corpus).unwrap() {
        let path = entry.unwrap().path();
        let id = path.file_name().unwrap().to_str().unwrap().to_owned();
        let app = read(&path);
        let migration = hold(&app, Target::parse("railway").unwrap());
        for target in ["sevalla", "coolify", "dokploy"] {
            hold(&app, Target::parse(target).unwrap());
        }
        for program in &migration.start_programs {
            *origins.entry(word(&program.origin)).or_default() += 1;
        }
        for program in &migration.by_hand.programs {
            programs.push(format!("{id}: {program}"));
        }
        if migration.by_hand.dockerfile {
            dockerfile += 1;
            continue;
        }
        if migration.lost.is_empty() {
            without += 1;
            continue;
        }
        losing += 1;
        for (losses, when) in [(&migration.lost, "before"), (&migration.left, "after")] {
            let mut kinds: Vec<String> = losses.iter().map(kind).collect();
            kinds.dedup();
            for kind in kinds {
                *counts.entry((kind, when)).or_default() += 1;
            }
        }
        if migration.left.is_empty() {
            kept += 1;
        } else {
            left_over.push(format!("{id}: {:?}", migration.left));
        }
    }
    if let Some(recorded) = directory("RAILPACK_RECORDED") {
        let rows = fs::read_to_string(recorded.join("corpus-asis-0.37.0.jsonl")).unwrap();
        let (mut by_switch, mut kept_then) = (0, 0);
        for row in rows.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            let app = read(&corpus.join(row["id"].as_str().unwrap()));
            // What Railway passes on as long as it reads its file.
            let text = |key: &str| row[key].as_str().map(str::to_owned);
            let dashboard = Dashboard {
                start_cmd: text("railway_start"),
                build_cmd: text("railway_build"),
                ..Dashboard::default()
            };
            let migration = migrate(&app, Target::parse("railway").unwrap(), &dashboard);
            by_switch += usize::from(!migration.lost.is_empty());
            kept_then += usize::from(!migration.lost.is_empty() && migration.left.is_empty());
        }
        println!(
            "with railway.json still read: {by_switch} lose something, {kept_then} of them nothing after"
        );
    }
    left_over.sort();
    println!(
        "{dockerfile} have a Dockerfile, {without} lose nothing, {losing} lose something, {kept} of them nothing after"
    );
    println!("started by what nothing is known to bring: {programs:?}; all: {origins:?}");
    println!("{counts:?}\n{}", left_over.join("\n"));
    assert!(kept * 100 >= losing * 85, "{kept} of {losing}");
}
