//! Apps before and after the move to Railpack, one folder each: `golden-railpack/<case>/`.
//!
//! `BLESS=1` writes what the command says and does into the folder; it never touches `before/` or `case.toml`, and exit
//! codes and the promises below hold all the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod support;
#[path = "golden/tree.rs"]
mod tree;

use libtest_mimic::{Arguments, Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use support::{Ran, Sandbox};
use toml_edit::DocumentMut;
use tree::Tree;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden-railpack");
    let mut cases: Vec<PathBuf> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty(), "no case in {}", root.display());
    let trial = |dir: PathBuf| {
        let name = dir.file_name().unwrap().to_string_lossy().into_owned();
        Trial::test(name, move || judge(&dir).map_err(Failed::from))
    };
    libtest_mimic::run(&Arguments::from_args(), cases.into_iter().map(trial).collect()).exit_code()
}

/// A case: options for each command, and the exit codes.
struct Case {
    args: Vec<String>,
    table: DocumentMut,
}

impl Case {
    fn read(dir: &Path) -> Self {
        let table: DocumentMut = fs::read_to_string(dir.join("case.toml")).unwrap().parse().unwrap();
        let known = ["why", "args", "exit"];
        assert!(table.iter().all(|(key, _)| known.contains(&key)), "case.toml has an unknown key");
        assert!(
            table["why"].as_str().unwrap().len() > 10,
            "case.toml: `why` does not say what the case is for"
        );
        let args = table.get("args").and_then(|item| item.as_array()).into_iter().flatten();
        Self { args: args.map(|arg| arg.as_str().unwrap().to_owned()).collect(), table }
    }

    fn run(&self, app: &Sandbox, command: &[&str], code: &str) -> Result<Ran, String> {
        let mut args = command.to_vec();
        args.extend(["--color", "never"]);
        args.extend(self.args.iter().map(String::as_str));
        let ran = app.run(&args);
        let expected = self.table["exit"][code].as_integer().unwrap();
        if i64::from(ran.code) == expected {
            return Ok(ran);
        }
        Err(format!("{args:?}: expected exit code {expected}, got {}\n{}{}", ran.code, ran.out, ran.err))
    }
}

fn judge(dir: &Path) -> Result<(), String> {
    let case = Case::read(dir);
    let before = Tree::read(&dir.join("before"))?;
    let none: [(&str, &str); 0] = [];
    let app = Sandbox::new(none);
    before.write(&app.path());
    let check = case.run(&app, &["check", "--builder", "railpack"], "check")?;
    let shown = case.run(&app, &["migrate"], "migrate")?;
    before.expect_same(&Tree::read(&app.path())?, "after `check` and `migrate`, which write nothing")?;
    let copy = Sandbox::new(none);
    before.write(&copy.path());
    if shown.out.starts_with("--- ") {
        copy.tool("git", "", &["apply", "--whitespace=nowarn", "-"], &shown.out);
    }
    case.run(&app, &["migrate", "--write"], "write")?;
    let after = Tree::read(&app.path())?;
    after.expect_same(&Tree::read(&copy.path())?, "after `git apply` of what `migrate` shows")?;
    case.run(&app, &["migrate", "--write"], "again")?;
    after.expect_same(&Tree::read(&app.path())?, "after a second `migrate --write`")?;
    let text = format!("{}\n{}{}", check.out + &check.err, shown.out, shown.err);
    if std::env::var_os("BLESS").is_some() {
        fs::write(dir.join("output.txt"), &text).unwrap();
        let _ = fs::remove_dir_all(dir.join("after"));
        if after != before {
            after.write(&dir.join("after"));
        }
    }
    let expected = fs::read_to_string(dir.join("output.txt")).unwrap_or_default();
    if let Some(why) = tree::mismatch(expected.as_bytes(), text.as_bytes()) {
        return Err(format!("output.txt: {why}"));
    }
    let kept = dir.join("after");
    let wanted = if kept.is_dir() { Tree::read(&kept)? } else { before };
    wanted.expect_same(&after, "after `migrate --write`")
}
