//! Logs, each beside what is to be said of it: `NAME.log` and `NAME.json`.
//!
//! The JSON has what `diagnose --output-format json` prints, without the text of the line, which is taken from the log. `column`
//! is a number, or `true` where only that there is one counts. `never` are words that must not be printed in any format.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

#[path = "../support/mod.rs"]
mod support;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use support::Sandbox;

fn main() -> ExitCode {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnose");
    let mut logs: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    logs.retain(|path| path.extension().is_some_and(|ext| ext == "log"));
    logs.sort();
    let mut trials: Vec<Trial> = Vec::new();
    for log in logs.clone() {
        let name = log.file_stem().unwrap().to_string_lossy().into_owned();
        trials.push(Trial::test(name, move || judge(&log).map_err(Failed::from)));
    }
    trials.push(Trial::test("there are enough cases of every kind", move || {
        enough(&logs).map_err(Failed::from)
    }));
    trials.push(Trial::test("the document lists every reason", || documented().map_err(Failed::from)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn wanted(log: &Path) -> Value {
    let path = log.with_extension("json");
    serde_json::from_str(
        &fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    )
    .unwrap()
}

fn enough(logs: &[PathBuf]) -> Result<(), String> {
    let answers: Vec<Value> = logs.iter().map(|log| wanted(log)["answer"].clone()).collect();
    let of = |name: &str| answers.iter().filter(|answer| *answer == name).count();
    let counts = [of("failed"), of("start-failed"), of("unexplained"), of("healthy")];
    let least = [60, 10, 4, 12];
    if counts.iter().zip(least).all(|(count, least)| *count >= least) {
        Ok(())
    } else {
        Err(format!("{counts:?}"))
    }
}

fn documented() -> Result<(), String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/diagnose.md")).unwrap();
    let listed: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let missing: Vec<&str> = nixpacks_diagnose::reasons()
        .iter()
        .map(|reason| reason.name)
        .filter(|name| !listed.contains(name))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(missing.join(", ")) }
}

fn judge(log: &Path) -> Result<(), String> {
    let wanted = wanted(log);
    let bytes = fs::read(log).unwrap();
    let found = nixpacks_diagnose::diagnose(&bytes[..]).unwrap();
    let line = found.line.as_ref();
    let said: [(&str, Value); 7] = [
        ("answer", json!(found.answer)),
        ("reason", json!(found.reason)),
        ("rule", json!(found.rule)),
        ("line", json!(line.map(|line| line.number))),
        ("command", json!(found.command)),
        ("builder", json!(found.builder)),
        ("platform", json!(found.platform)),
    ];
    for (key, said) in said {
        if said != wanted[key] {
            return Err(format!("{key}: expected {}, got {said}\n{found:#?}", wanted[key]));
        }
    }
    let column = line.and_then(|line| line.column);
    let fits = match &wanted["column"] {
        Value::Bool(_) => column.is_some(),
        wanted => wanted.as_u64() == column,
    };
    if !fits {
        return Err(format!("column: expected {}, got {column:?}", wanted["column"]));
    }
    // Starting the command takes longer than reading the log, so only some cases go through it.
    let name = log.file_stem().unwrap().to_string_lossy();
    let shown = ["shape-", "secrets-", "unexplained-cut", "healthy-plain", "deploy-port", "easypanel-"];
    if shown.iter().any(|start| name.starts_with(start)) { print(&bytes, &wanted) } else { Ok(()) }
}

/// What the command prints in each format.
fn print(bytes: &[u8], wanted: &Value) -> Result<(), String> {
    let sandbox = Sandbox::new([("build.log", bytes)]);
    let json = sandbox.run(&["diagnose", "build.log", "--output-format", "json"]);
    let found = json.json();
    let code = i32::from(wanted["answer"] == "unexplained");
    let keys = ["answer", "reason", "rule", "line", "command", "builder", "platform"];
    if json.code != code || found["version"] != 1 || keys.iter().any(|key| found[key] != wanted[key]) {
        return Err(format!("expected exit code {code} and {wanted:#}: {json:?}"));
    }
    let human = sandbox.run(&["diagnose", "build.log", "--color", "never"]);
    let concise = sandbox.run(&["diagnose", "build.log", "--output-format", "concise"]);
    if let Some(number) = found["line"].as_u64() {
        let text = found["text"].as_str().unwrap();
        let place = format!("build.log:{number}");
        if ![&human, &concise].iter().all(|ran| ran.out.contains(&place) && ran.out.contains(text)) {
            return Err(format!("the line is not quoted:\n{}{}", human.out, concise.out));
        }
    }
    for secret in wanted["never"].as_array().into_iter().flatten() {
        let secret = secret.as_str().unwrap();
        if [&json, &human, &concise].iter().any(|ran| ran.out.contains(secret) || ran.err.contains(secret)) {
            return Err(format!("`{secret}` is shown"));
        }
    }
    Ok(())
}
