//! Apps before and after the repair, one folder each: `golden/<group>/<case>/`.
//!
//! `BLESS=1` writes what the command says and does into the folder; it never touches `before/` or `case.toml`,
//! and exit codes, verdicts and the promises below hold all the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod case;
#[path = "../support/mod.rs"]
mod support;
mod tree;

use case::Case;
use libtest_mimic::{Arguments, Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use support::{Ran, Sandbox};
use tree::Tree;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut trials: Vec<Trial> = folders(&root)
        .iter()
        .flat_map(|group| folders(group))
        .map(|dir| {
            let name = dir.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            Trial::test(name, move || judge(&dir).map_err(Failed::from))
        })
        .collect();
    assert!(!trials.is_empty(), "no case in {}", root.display());
    trials.push(Trial::test(
        "each rule has a case that it finds, and one beside it that it leaves alone",
        move || each_rule_has_both(&root).map_err(Failed::from),
    ));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn folders(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap_or_else(|error| panic!("{}: {error}", dir.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

/// The second case is `untouched/<rule>`: an app that looks like what the rule finds, and works.
fn each_rule_has_both(root: &Path) -> Result<(), String> {
    let all: Vec<PathBuf> = folders(root).iter().flat_map(|group| folders(group)).collect();
    let says = |case: &Path, id: &str| text(&case.join("check.txt")).contains(&format!("[{id}]"));
    let none: [(&str, &str); 0] = [];
    let rules = Sandbox::new(none).run(&["rules"]).out;
    // Those of `check --builder railpack` come behind an empty line; their cases are in `golden-railpack`.
    let own = rules.lines().take_while(|line| !line.is_empty());
    let ids: Vec<&str> = own.filter_map(|line| line.split_whitespace().next()).collect();
    let mut missing = Vec::new();
    for id in &ids {
        let beside = root.join("untouched").join(id);
        if !all.iter().any(|case| says(case, id)) {
            missing.push(format!("no case has a finding of `{id}`"));
        }
        if !beside.join("case.toml").is_file() || says(&beside, id) {
            missing.push(format!("`untouched/{id}` is no case without a finding of the rule"));
        }
    }
    if ids.len() > 20 && missing.is_empty() {
        Ok(())
    } else {
        Err(format!("{}\n{rules}", missing.join("\n")))
    }
}

/// What the command makes of a case.
struct Outcome {
    check: String,
    patch: String,
    after: Tree,
}

fn judge(dir: &Path) -> Result<(), String> {
    let case = Case::read(dir)?;
    let before = Tree::read(&dir.join("before"))?;
    let outcome = repair(&case, &before)?;
    if std::env::var_os("BLESS").is_some() {
        bless(dir, &case, &before, &outcome);
    }
    let after = if case.untouched { before } else { Tree::read(&dir.join("after"))? };
    same("check.txt", &text(&dir.join("check.txt")), &outcome.check)?;
    same("diff.patch", &text(&dir.join("diff.patch")), &outcome.patch)?;
    after.expect_same(&outcome.after, "after `fix`")
}

/// Runs everything, and holds it to what must be true of any case.
fn repair(case: &Case, before: &Tree) -> Result<Outcome, String> {
    let app = open(case, before);
    let check = run(case, &app, "check", case.exits.check)?;
    let patch = run(case, &app, "diff", case.exits.diff)?;
    if let Some(verdict) = &case.verdict {
        same("verdict before", &verdict.before, &judged(case, &app)?)?;
    }
    before.expect_same(&Tree::read(&app.path())?, "after `check` and `diff`, which never write")?;
    run(case, &app, "fix", case.exits.fix)?;
    let after = Tree::read(&app.path())?;
    if case.untouched != (*before == after) {
        return Err(format!("case.toml says untouched = {}, but `fix` left:\n{}", case.untouched, patch.out));
    }
    if patch.out.is_empty() != case.untouched {
        return Err(format!("`fix` and `diff` disagree; `diff` says:\n{}", patch.out));
    }
    applies(case, before, &patch.out, &after)?;
    if let Some(verdict) = &case.verdict {
        same("verdict after", &verdict.after, &judged(case, &app)?)?;
    }
    // A second run finds nothing left to do.
    run(case, &app, "check", case.exits.recheck)?;
    run(case, &app, "fix", if case.untouched { case.exits.fix } else { case.exits.recheck })?;
    after.expect_same(&Tree::read(&app.path())?, "after a second `fix`")?;
    // What goes wrong is said on standard error; where it is said does not matter here.
    Ok(Outcome { check: check.out + &check.err, patch: patch.out, after })
}

fn open(case: &Case, tree: &Tree) -> Sandbox {
    let none: [(&str, &str); 0] = [];
    let sandbox = Sandbox::new(none);
    tree.write(&sandbox.path());
    if case.git { sandbox.in_git() } else { sandbox }
}

fn run(case: &Case, app: &Sandbox, command: &str, code: i32) -> Result<Ran, String> {
    let mut args = vec![command, "--color", "never"];
    args.extend(case.args.iter().map(String::as_str));
    let ran = app.run(&args);
    if ran.code == code {
        return Ok(ran);
    }
    Err(format!("{args:?}: expected exit code {code}, got {}\n{}{}", ran.code, ran.out, ran.err))
}

/// The verdict as one word: `builds`, `unknown`, or the reason of the failure.
fn judged(case: &Case, app: &Sandbox) -> Result<String, String> {
    let mut args = vec!["check", "--output-format", "json"];
    args.extend(case.args.iter().map(String::as_str));
    let json = app.run(&args).json();
    let verdict = &json["apps"][0]["verdict"];
    let key = if verdict["outcome"] == "fails" { "reason" } else { "outcome" };
    verdict[key].as_str().map(str::to_owned).ok_or_else(|| format!("no verdict in {json}"))
}

fn applies(case: &Case, before: &Tree, patch: &str, after: &Tree) -> Result<(), String> {
    if patch.is_empty() {
        return Ok(());
    }
    let copy = open(case, before);
    let git = ["apply", "--whitespace=nowarn", "-"];
    copy.tool("git", "", &git, patch);
    after.expect_same(&Tree::read(&copy.path())?, "after `git apply` of the diff")
}

fn bless(dir: &Path, case: &Case, before: &Tree, outcome: &Outcome) {
    fs::write(dir.join("check.txt"), &outcome.check).unwrap();
    let (patch, after) = (dir.join("diff.patch"), dir.join("after"));
    // Either may be absent already.
    let _ = fs::remove_file(&patch);
    let _ = fs::remove_dir_all(&after);
    if !case.untouched && outcome.after != *before {
        fs::write(patch, &outcome.patch).unwrap();
        outcome.after.write(&after);
    }
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn same(what: &str, expected: &str, actual: &str) -> Result<(), String> {
    tree::mismatch(expected.as_bytes(), actual.as_bytes()).map_or(Ok(()), |why| Err(format!("{what}: {why}")))
}
