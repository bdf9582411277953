//! Holds the model to plans that Railpack's own planner made: of its example apps, and of other public apps. The recordings
//! are not part of the project: the tests read them from the directories that two environment variables name, and
//! hold trivially without.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stderr)]

use nixpacks_railpack::plan::Plan;
use nixpacks_railpack::planner::{Planned, Provider, plan};
use nixpacks_railpack::release::Target;
use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::plan::Dashboard;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn read(dir: &Path, below: &Path, app: &mut MemoryApp) {
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(dir, &path, app);
        } else if let (Ok(name), Ok(bytes)) = (path.strip_prefix(dir), fs::read(&path)) {
            app.insert(name.to_str().unwrap(), bytes);
        }
    }
}

/// The plan with what the vectors mask.
fn masked(plan: &Plan) -> Value {
    let mut value = plan.to_json();
    value["deploy"]["variables"]["RAILPACK_VERSION"] = json!("dev");
    value
}

#[test]
fn plans_its_examples_as_railpack_does() {
    let Some(dir) = std::env::var_os("RAILPACK_RECORDED").map(PathBuf::from) else { return };
    let mut wrong = Vec::new();
    for vector in lines(&dir.join("vectors/railpack-0.37.0-python-examples.jsonl")) {
        let files = vector["files"].as_object().unwrap().iter();
        let app = MemoryApp::new(files.map(|(path, text)| (path.clone(), text.as_str().unwrap().to_owned())));
        let env = vector["envs"].as_object().map(|envs| {
            envs.iter()
                .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect()
        });
        let dashboard = Dashboard { env: env.unwrap_or_default(), ..Dashboard::default() };
        let Planned { provider, plan, python, .. } = plan(&app, Target::parse("0.37.0").unwrap(), &dashboard);
        let name = &vector["name"];
        assert_eq!(provider.map(Provider::name), vector["metadata"]["providers"].as_str(), "{name}");
        if provider != Some(Provider::Python) {
            continue;
        }
        let python = python.unwrap();
        assert_eq!(
            json!([python.version, python.source]),
            json!([vector["python"], vector["python_source"]]),
            "{name}"
        );
        if masked(&plan) != vector["plan"] {
            wrong.push(format!("{name}\n  ours   {}\n  theirs {}", masked(&plan), vector["plan"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn plans_public_apps_as_railpack_does() {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let (Some(dir), Some(corpus)) = (variable("RAILPACK_RECORDED"), variable("RAILPACK_CORPUS")) else {
        return;
    };
    for version in ["0.37.0", "0.23.0"] {
        let (mut same, mut different) = (0, Vec::new());
        for row in lines(&dir.join(format!("corpus-asis-{version}.jsonl"))) {
            let id = row["id"].as_str().unwrap();
            let root = corpus.join(id);
            let mut app = MemoryApp::default();
            read(&root, &root, &mut app);
            let planned = plan(&app, Target::parse(version).unwrap(), &Dashboard::default());
            let theirs = json!([
                row["provider"],
                row["start"],
                row["install"],
                row["build"],
                row["python"],
                strings(&row["apt_build"]),
                strings(&row["apt_deploy"]),
                row["error"].as_array().map(|lines| lines[0].clone()),
            ]);
            let is_modelled = planned.provider.is_none_or(Provider::is_modelled);
            let Planned { provider, plan, python, error, .. } = planned;
            let start = plan.deploy.start.clone();
            let provider = provider.map(Provider::name);
            let ours = json!([
                if error.is_some() { None } else { provider },
                start,
                plan.lines("install"),
                plan.lines("build"),
                python.map(|python| [python.version, python.source]),
                plan.lines("packages:apt:build"),
                plan.lines("packages:apt:runtime"),
                error.map(|error| error.message()),
            ]);
            let equal = if is_modelled { ours == theirs } else { ours[0] == theirs[0] };
            if equal {
                same += 1;
            } else {
                different.push(format!("{id}\n  ours   {ours}\n  theirs {theirs}"));
            }
        }
        let all = same + different.len();
        assert!(same * 100 >= all * 99, "{version}: {same} of {all} are the same\n{}", different.join("\n"));
    }
}
