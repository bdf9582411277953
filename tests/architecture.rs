//! Where code may stand and what it may import.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The most lines of a file; aim for 300.
const BUDGET: usize = 500;

/// Modules of the pure crate from the ground up. One may import what stands in a row before its own, and
/// beside it where that does not import back.
const LAYERS: &[&[&str]] = &[
    &["text", "app", "tables"],
    &["edit"],
    &["document"],
    &["shell", "requirements"],
    &["intent", "plan"],
    &["walk", "options"],
    &["context"],
    &["fix"],
    &["rules", "strategies"],
    &["engine"],
];

/// Modules of one row that know nothing of each other: a fix belongs to its rule, a strategy answers several rules
/// at once, and the engine alone brings them together.
const APART: &[&str] = &["rules", "strategies"];

fn sources(dir: &str) -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut found, mut left) = (Vec::new(), vec![root.join(dir)]);
    while let Some(dir) = left.pop() {
        let Ok(listing) = fs::read_dir(&dir) else { continue };
        for entry in listing {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    found
}

/// The module of the pure crate that a file belongs to.
fn module(path: &Path) -> Option<String> {
    let first = path.strip_prefix("transforms/src").ok()?.components().next()?;
    let name = first.as_os_str().to_str()?.trim_end_matches(".rs");
    (name != "lib").then(|| name.to_owned())
}

/// The modules that code names, tests left out: line, module, what is named in it.
fn imports(text: &str) -> Vec<(usize, String, String)> {
    let code = text.split("#[cfg(test)]").next().unwrap_or(text);
    let mut found = Vec::new();
    for (at, line) in code.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        for (start, _) in line.match_indices("crate::") {
            let rest = &line[start + "crate::".len()..];
            let end = rest.find(|ch: char| !ch.is_alphanumeric() && ch != '_').unwrap_or(rest.len());
            // A group of modules has no name of its own.
            let named = if end == 0 { "" } else { &rest[end..] };
            found.push((at + 1, rest[..end].to_owned(), named.to_owned()));
        }
    }
    found
}

#[test]
fn imports_point_down() {
    let level: BTreeMap<&str, usize> = LAYERS
        .iter()
        .enumerate()
        .flat_map(|(row, names)| names.iter().map(move |name| (*name, row)))
        .collect();
    let (mut wrong, mut beside) = (Vec::new(), BTreeMap::new());
    for (path, text) in sources("transforms/src") {
        let Some(own) = module(&path) else { continue };
        let Some(row) = level.get(own.as_str()) else {
            wrong.push(format!("{}: module `{own}` has no row in LAYERS", path.display()));
            continue;
        };
        for (line, name, rest) in imports(&text) {
            let place = format!("{}:{line}: `{own}` imports `{name}`", path.display());
            match level.get(name.as_str()) {
                Some(_) if name != own && [&own, &name].iter().all(|one| APART.contains(&one.as_str())) => {
                    wrong.push(place);
                }
                Some(other) if other == row && name != own => {
                    beside.insert((own.clone(), name), place);
                }
                Some(other) if other > row => wrong.push(place),
                _ if rest.is_empty() => wrong.push(format!("{place}: write one `use` for each module")),
                _ => {}
            }
        }
    }
    for ((own, name), place) in &beside {
        if beside.contains_key(&(name.clone(), own.clone())) {
            wrong.push(format!("{place}, which imports it"));
        }
    }
    assert!(wrong.is_empty(), "imports that point up or round in a circle:\n{}", wrong.join("\n"));
}

#[test]
fn reads_imports_and_paths_but_not_in_tests() {
    let text = "use crate::app::X;\nuse crate::{\n// crate::no\nfn f(x: &crate::text::Span) {}\n#[cfg(test)]\nuse crate::engine;\n";
    let read = imports(text);
    let lines: Vec<(usize, &str)> = read.iter().map(|(line, name, _)| (*line, name.as_str())).collect();
    assert_eq!(lines, [(1, "app"), (2, ""), (4, "text")]);
    assert_eq!(read[1].2, "");
}

#[test]
fn files_keep_to_the_budget() {
    let mut long = Vec::new();
    for dir in ["src", "transforms", "tests", "conformance", "laws", "fuzz/fuzz_targets", "benches"] {
        for (path, text) in sources(dir) {
            let lines = text.lines().count();
            if lines > BUDGET {
                long.push(format!("{}: {lines}", path.display()));
            }
        }
    }
    assert!(long.is_empty(), "more than {BUDGET} lines:\n{}", long.join("\n"));
    let main = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).unwrap();
    assert!(main.lines().count() < 80);
}

#[test]
fn a_rule_stands_in_the_file_that_has_its_name() {
    let rules: Vec<&str> = nixpacks_transforms::rules::RULES.iter().map(|rule| rule.id).collect();
    assert!(rules.is_sorted(), "{rules:?}");
    let stems: Vec<String> = sources("transforms/src/rules")
        .iter()
        .map(|(path, _)| path.file_stem().unwrap().to_str().unwrap().replace('_', "-"))
        .collect();
    for rule in &rules {
        assert!(
            stems.iter().any(|stem| stem == rule),
            "no file transforms/src/rules/{}.rs",
            rule.replace('-', "_")
        );
    }
}

#[test]
fn no_rule_is_named_in_the_command() {
    for (path, text) in sources("src") {
        for rule in nixpacks_transforms::rules::RULES {
            let code = text.split("#[cfg(test)]").next().unwrap_or(&text);
            assert!(!code.contains(&format!("\"{}\"", rule.id)), "{} names `{}`", path.display(), rule.id);
        }
    }
}

#[test]
fn a_forge_knows_nothing_of_repairs_and_the_engine_nothing_of_forges() {
    let check = |dir: &str, barred: &[&str]| {
        for (path, text) in sources(dir) {
            for (line, name, _) in imports(&text) {
                assert!(!barred.contains(&name.as_str()), "{}:{line} imports `{name}`", path.display());
            }
        }
    };
    check("src/forge", &["pr", "commit", "commands", "view", "examine", "write"]);
    check("src/view", &["pr", "commit", "forge", "commands", "report"]);
    check("src/commit", &["pr", "forge", "commands"]);
}
