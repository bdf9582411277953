//! Where code may stand and what it may import.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

use std::collections::{BTreeMap, BTreeSet};
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
    &["simulate", "options"],
    &["context"],
    &["fix"],
    &["rules", "strategies"],
    &["engine"],
];

/// The same for the crate of Railpack.
const RAILPACK: &[&[&str]] = &[
    &["rules", "tables"],
    &["release"],
    &["names"],
    &["places", "plan"],
    &["config", "json_text", "lint", "rewrite", "secrets", "source"],
    &["acts", "config_file", "image", "merge", "procfile"],
    &["python"],
    &["detect", "wanted"],
    &["dockerfile", "shell_script"],
    &["planner"],
    &["losses", "program"],
    &["config_edit", "still_wanted"],
    &["draft"],
    &["subject"],
    &["loss_places"],
    &["migrate"],
    &["checklist", "findings"],
];

/// The same for the crate that reads logs.
const DIAGNOSE: &[&[&str]] = &[
    &["answer", "catalogue", "clean", "command", "decode", "mask", "plan_box", "prefix"],
    &["attempt", "mark", "split"],
    &["reader", "rule"],
    &["decide"],
];

/// Modules of one row that know nothing of each other: a fix belongs to its rule, a strategy answers several rules
/// at once, and the engine alone brings them together.
const APART: &[&str] = &["rules", "strategies"];

/// What each module of the command may import, from the ground up: a row names rows above its own alone, so no two
/// modules import each other. `report::text` and `report::pulls` are rows of their own: the one makes text safe to show
/// and needs nothing, the other prints what `pr` found.
const COMMAND: &[(&str, &[&str])] = &[
    ("cli", &[]),
    ("app_files", &[]),
    ("report::text", &[]),
    ("step", &[]),
    ("workers", &[]),
    ("panics", &["workers"]),
    ("errors", &["report::text"]),
    ("exit", &["errors"]),
    ("load", &["errors"]),
    ("interrupt", &["load"]),
    ("git", &["errors", "interrupt", "step"]),
    ("terminal", &["cli", "exit", "report::text"]),
    ("view", &["app_files", "errors", "load"]),
    ("shared", &["view"]),
    ("discover", &["app_files", "errors", "load", "shared", "view"]),
    ("app", &["discover", "load", "shared", "view"]),
    ("report", &["app", "cli", "terminal"]),
    ("options", &["cli", "report"]),
    ("settings", &["cli", "discover", "load", "options", "shared", "view"]),
    ("examine", &["app", "discover", "report", "settings", "shared", "terminal", "workers"]),
    ("migrate", &["app", "discover", "report", "settings", "shared"]),
    ("lsp", &["discover", "errors", "examine", "report", "report::text", "settings", "shared"]),
    ("baseline", &["load", "report", "view"]),
    ("write", &["app", "errors", "interrupt", "load", "report", "step", "view"]),
    (
        "commit",
        &["cli", "errors", "git", "interrupt", "load", "report", "report::text", "step", "view", "write"],
    ),
    // Knows nothing of repairs.
    ("forge", &["git"]),
    (
        "pr",
        &[
            "app",
            "app_files",
            "commit",
            "discover",
            "errors",
            "examine",
            "forge",
            "git",
            "interrupt",
            "load",
            "migrate",
            "panics",
            "report",
            "settings",
            "shared",
            "terminal",
            "view",
            "workers",
        ],
    ),
    ("report::pulls", &["cli", "pr", "terminal"]),
    // The commands put all of it together.
    (
        "commands",
        &[
            "app",
            "baseline",
            "cli",
            "commit",
            "discover",
            "errors",
            "examine",
            "exit",
            "forge",
            "git",
            "load",
            "lsp",
            "migrate",
            "options",
            "pr",
            "report",
            "report::pulls",
            "report::text",
            "settings",
            "shared",
            "terminal",
            "view",
            "write",
        ],
    ),
];

/// Files of the command that are part of a module of tests.
const TEST_FILES: &[&str] = &["tests", "decide_tests", "decide_property", "sample"];

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

/// The module of a pure crate that a file belongs to.
fn module(path: &Path, root: &str) -> Option<String> {
    let first = path.strip_prefix(root).ok()?.components().next()?;
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
    points_down("transforms/src", LAYERS);
    points_down("railpack/src", RAILPACK);
    points_down("diagnose/src", DIAGNOSE);
}

/// Holds the modules of a crate to its rows.
fn points_down(root: &str, rows: &[&[&str]]) {
    let level: BTreeMap<&str, usize> =
        rows.iter().enumerate().flat_map(|(row, names)| names.iter().map(move |name| (*name, row))).collect();
    let (mut wrong, mut beside) = (Vec::new(), BTreeMap::new());
    for (path, text) in sources(root) {
        let Some(own) = module(&path, root) else { continue };
        let Some(row) = level.get(own.as_str()) else {
            wrong.push(format!("{}: module `{own}` has no row in the table of its crate", path.display()));
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
    for dir in [
        "src",
        "transforms",
        "railpack",
        "diagnose",
        "tests",
        "conformance",
        "laws",
        "packaging",
        "fuzz/fuzz_targets",
        "benches",
    ] {
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

/// The row of [`COMMAND`] that a path of modules belongs to: that of its first two names, or of its first.
fn row(names: &[&str]) -> String {
    let two = names.iter().take(2).copied().collect::<Vec<_>>().join("::");
    if COMMAND.iter().any(|(name, _)| *name == two) { two } else { names[0].to_owned() }
}

#[test]
fn the_command_imports_as_the_table_says() {
    let mut unused: BTreeSet<(String, &str)> = COMMAND
        .iter()
        .flat_map(|(own, others)| others.iter().map(|other| ((*own).to_owned(), *other)))
        .collect();
    let mut wrong = Vec::new();
    for (path, text) in sources("src") {
        let inner = path.strip_prefix("src").unwrap().with_extension("");
        let names: Vec<&str> = inner.iter().map(|name| name.to_str().unwrap()).collect();
        if names == ["main"] || names.last().is_some_and(|stem| TEST_FILES.contains(stem)) {
            continue;
        }
        let own = row(&names);
        let Some((_, may)) = COMMAND.iter().find(|(name, _)| *name == own) else {
            wrong.push(format!("{}: module `{own}` has no row in COMMAND", path.display()));
            continue;
        };
        for (line, name, rest) in imports(&text) {
            let second = rest.trim_start_matches(':').split(|ch: char| !ch.is_alphanumeric() && ch != '_');
            let other = row(&[&name, second.into_iter().next().unwrap_or_default()]);
            unused.retain(|(from, to)| *from != own || *to != other);
            if other != own && !may.contains(&other.as_str()) {
                wrong.push(format!("{}:{line}: `{own}` may not import `{other}`", path.display()));
            }
        }
    }
    for (at, (own, others)) in COMMAND.iter().enumerate() {
        for other in *others {
            if COMMAND[..at].iter().all(|(name, _)| name != other) {
                wrong.push(format!("COMMAND: `{own}` names `{other}`, which is no row above it"));
            }
        }
    }
    wrong.extend(unused.iter().map(|(own, other)| format!("COMMAND: `{own}` does not import `{other}`")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
