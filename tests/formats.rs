//! The formats for programs, on every golden case: the JSON is what the schema in docs/schema says and no more, and
//! the fixes in SARIF are the same bytes.
//!
//! With `SARIF_RECORD=DIR` the reports are left there: `.ci/run` holds them to the schema of the standard.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

#[path = "golden/case.rs"]
#[allow(dead_code)]
mod case;
mod support;
#[path = "golden/tree.rs"]
#[allow(dead_code)]
mod tree;

use boon::{Compiler, SchemaIndex, Schemas};
use case::Case;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use support::Sandbox;
use tree::Tree;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A schema in which an object has no field that is not named: readers have to put up with more, the tool may not
/// write what no document names.
fn strict(name: &str) -> (Schemas, SchemaIndex) {
    let text = fs::read_to_string(root().join("docs/schema").join(name)).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    close(&mut schema);
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource(name, schema).unwrap();
    let index = compiler.compile(name, &mut schemas).unwrap();
    (schemas, index)
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            if fields.get("properties").is_some_and(Value::is_object) && fields.contains_key("type") {
                fields.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn cases() -> Vec<PathBuf> {
    let folders = |dir: &Path| -> Vec<PathBuf> {
        let all = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        let mut all: Vec<PathBuf> = all.filter(|path| path.is_dir()).collect();
        all.sort();
        all
    };
    folders(&root().join("golden")).iter().flat_map(|group| folders(group)).collect()
}

/// The app of a case, the arguments that it is looked at with, and whether nothing in it changes.
fn open(dir: &Path) -> (Sandbox, Vec<String>, bool) {
    let case = Case::read(dir).unwrap();
    let none: [(&str, &str); 0] = [];
    let sandbox = Sandbox::new(none);
    Tree::read(&dir.join("before")).unwrap().write(&sandbox.path());
    (if case.git { sandbox.in_git() } else { sandbox }, case.args, case.untouched)
}

/// The fields that occur, by their path.
fn fields(value: &Value, path: &str, seen: &mut BTreeSet<String>) {
    match value {
        Value::Object(all) => {
            for (key, value) in all {
                let path = format!("{path}.{key}");
                fields(value, &path, seen);
                seen.insert(path);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, path, seen)),
        _ => {}
    }
}

#[test]
fn the_reports_on_every_golden_case_are_as_the_schema_says_and_as_each_other() {
    let (schemas, index) = strict("report-1.json");
    let (of_runs, run_index) = strict("simulate-1.json");
    let (mut wrong, mut seen, mut replaced) = (Vec::new(), BTreeSet::new(), 0);
    for dir in cases() {
        let (sandbox, own, untouched) = open(&dir);
        let run = |command: &str, format: &str| -> Value {
            let mut args = vec![command, "--output-format", format];
            args.extend(own.iter().map(String::as_str));
            sandbox.run(&args).json()
        };
        let mut hold = |json: &Value, command: &str| {
            if let Err(error) = schemas.validate(json, index) {
                wrong.push(format!("{} {command}: {error:#}", dir.display()));
            }
            fields(json, "", &mut seen);
        };
        let json = run("check", "json");
        hold(&json, "check");
        let sarif = run("check", "sarif");
        record(&dir, &sarif);
        let simulation = run("simulate", "json");
        same_story(&json, &simulation).unwrap_or_else(|why| panic!("{}: {why}", dir.display()));
        of_runs.validate(&simulation, run_index).unwrap_or_else(|why| panic!("{}: {why:#}", dir.display()));
        replaced +=
            same_fixes(&sandbox, &json, &sarif).unwrap_or_else(|why| panic!("{}: {why}", dir.display()));
        if !untouched {
            hold(&run("diff", "json"), "diff");
            hold(&run("fix", "json"), "fix");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A schema is held to nothing by reports that leave most of it out.
    for field in
        [".apps.findings.span.start", ".apps.fixes.edits.content", ".apps.patch", ".apps.other_builder.name"]
    {
        assert!(seen.contains(field), "no case has `{field}`: {seen:?}");
    }
    assert!(replaced > 200, "{replaced}");
}

/// The first step that does not end well is what the prediction says, before and after the fix.
fn same_story(json: &Value, simulation: &Value) -> Result<(), String> {
    for (app, told) in json["apps"].as_array().unwrap().iter().zip(simulation["apps"].as_array().unwrap()) {
        for (verdict, run) in [(&app["verdict"], &told["before"]), (&app["verdict_after"], &told["after"])] {
            let steps = run["steps"].as_array().unwrap();
            let last = steps.iter().find(|step| step["outcome"] != "ok");
            let wrong = || Err(format!("{verdict} is told as {run:#}"));
            if *verdict != run["verdict"] {
                return wrong();
            }
            let same = match last {
                None => verdict["outcome"] == "builds" || app["errors"] != Value::Array(Vec::new()),
                Some(step) => {
                    step["outcome"] == verdict["outcome"]
                        && step["reason"] == verdict["reason"]
                        && step["message"] == verdict["detail"]
                        && (verdict["command"].is_null() || step["text"] == verdict["command"])
                }
            };
            let reached = steps.iter().take_while(|step| step["reached"] == true).count();
            let until =
                last.map_or(steps.len(), |last| steps.iter().position(|step| step == last).unwrap() + 1);
            if !same || reached != until {
                return wrong();
            }
        }
    }
    Ok(())
}

fn record(dir: &Path, sarif: &Value) {
    let Some(to) = std::env::var_os("SARIF_RECORD").map(PathBuf::from) else { return };
    let name = dir.strip_prefix(root()).unwrap().display().to_string().replace(['/', '\\'], "+");
    fs::create_dir_all(&to).unwrap();
    fs::write(to.join(format!("{name}.sarif")), sarif.to_string()).unwrap();
}

/// Holds the findings and fixes in SARIF to those in the JSON, and the lines of a region to its bytes. Gives how many
/// replacements there are.
fn same_fixes(sandbox: &Sandbox, json: &Value, sarif: &Value) -> Result<usize, String> {
    let (mut found, mut replaced) = (Vec::new(), 0);
    for result in sarif["runs"][0]["results"].as_array().unwrap() {
        let mut edits = Vec::new();
        for change in result["fixes"][0]["artifactChanges"].as_array().into_iter().flatten() {
            let path = decoded(change["artifactLocation"]["uri"].as_str().unwrap());
            let text = fs::read(sandbox.path().join(&path)).unwrap_or_default();
            let text = String::from_utf8(text).unwrap();
            for replacement in change["replacements"].as_array().unwrap() {
                let region = &replacement["deletedRegion"];
                let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap();
                let (start, length) = (number("byteOffset"), number("byteLength"));
                let of_lines = byte(&text, number("startLine"), number("startColumn"))
                    ..byte(&text, number("endLine"), number("endColumn"));
                if of_lines != (start..start + length) {
                    return Err(format!("{path}: {region} is {of_lines:?} in lines and columns"));
                }
                let content = replacement["insertedContent"]["text"].as_str().unwrap();
                edits.push((path.clone(), start, start + length, content.to_owned()));
                replaced += 1;
            }
        }
        edits.sort();
        found.push((result["ruleId"].as_str().unwrap().to_owned(), edits));
    }
    let mut wanted = Vec::new();
    for app in json["apps"].as_array().unwrap() {
        for finding in app["findings"].as_array().unwrap() {
            let fix = finding["fix"].as_u64().filter(|_| finding["status"] == "fixable");
            let fix = fix.map(|at| &app["fixes"][usize::try_from(at).unwrap()]["edits"]);
            let edits = fix.and_then(Value::as_array).into_iter().flatten().map(|edit| {
                let below = app["path"].as_str().filter(|path| *path != ".").map(|path| format!("{path}/"));
                let path = format!("{}{}", below.unwrap_or_default(), edit["path"].as_str().unwrap());
                let at = |key: &str| usize::try_from(edit[key].as_u64().unwrap()).unwrap();
                (path, at("start"), at("end"), edit["content"].as_str().unwrap().to_owned())
            });
            let mut edits: Vec<_> = edits.collect();
            edits.sort();
            wanted.push((finding["rule"].as_str().unwrap().to_owned(), edits));
        }
    }
    if found == wanted { Ok(replaced) } else { Err(format!("SARIF has\n{found:?}\nJSON has\n{wanted:?}")) }
}

/// The byte at a line and column, counted from 1; a byte order mark is in no column.
fn byte(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let mark =
        if start == 0 && text.starts_with('\u{feff}') && column > 1 { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &text[start + mark..];
    start + mark + rest.chars().take(column - 1).map(char::len_utf8).sum::<usize>()
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut parts = uri.split('%');
    bytes.extend(parts.next().unwrap().bytes());
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(part[2..].bytes());
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_reports_on_every_move_to_railpack_are_as_the_schema_says() {
    let (schemas, index) = strict("railpack-1.json");
    let (mut places, mut kept) = (0, 0);
    for case in fs::read_dir(root().join("golden-railpack")).unwrap() {
        let before = case.unwrap().path().join("before");
        let none: [(&str, &str); 0] = [];
        let sandbox = Sandbox::new(none);
        Tree::read(&before).unwrap().write(&sandbox.path());
        for command in [&["check", "--builder", "railpack"][..], &["migrate"]] {
            let json = sandbox.run(&[command, &["--output-format", "json"]].concat()).json();
            schemas.validate(&json, index).unwrap_or_else(|why| panic!("{}: {why:#}", before.display()));
            for finding in json["apps"][0]["findings"].as_array().unwrap() {
                places += usize::from(finding["start"]["line"].is_u64());
                kept += usize::from(finding["kept"] == true);
            }
        }
    }
    assert!(places > 50 && kept > 50, "{places} {kept}");
}

#[test]
fn a_field_that_no_document_names_is_an_error() {
    let (schemas, index) = strict("report-1.json");
    let mut json = Sandbox::broken().run(&["check", "--output-format", "json"]).json();
    assert!(schemas.validate(&json, index).is_ok());
    json["apps"][0]["verdict"]["more"] = 1.into();
    assert!(schemas.validate(&json, index).is_err());
}
