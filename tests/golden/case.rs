//! What `case.toml` says.

use std::fs;
use std::path::Path;
use toml_edit::{DocumentMut, TableLike};

/// A case.
pub(crate) struct Case {
    /// Options for each command.
    pub(crate) args: Vec<String>,
    pub(crate) exits: Exits,
    /// What the build is predicted to do, as a run of the real planner's Dockerfile confirmed it.
    pub(crate) verdict: Option<Verdict>,
    /// Nothing changes, so there is no `after/`.
    pub(crate) untouched: bool,
    /// The app is a git work tree with everything added that `.gitignore` lets through.
    pub(crate) git: bool,
}

/// Exit codes.
pub(crate) struct Exits {
    pub(crate) check: i32,
    pub(crate) diff: i32,
    pub(crate) fix: i32,
    /// Of `check` after `fix`.
    pub(crate) recheck: i32,
}

/// `builds`, `unknown` or the reason of the failure.
pub(crate) struct Verdict {
    pub(crate) before: String,
    pub(crate) after: String,
}

impl Case {
    /// Reads the case in `dir`. A key or a file that nothing reads is an error: it would look like a test.
    pub(crate) fn read(dir: &Path) -> Result<Self, String> {
        let text =
            fs::read_to_string(dir.join("case.toml")).map_err(|error| format!("case.toml: {error}"))?;
        let document: DocumentMut = text.parse().map_err(|error| format!("case.toml: {error}"))?;
        let table = document.as_table();
        only(table, &["why", "args", "exit", "verdict", "untouched", "git"])?;
        if string(table, "why").is_none_or(|why| why.len() < 10) {
            return Err("case.toml: `why` does not say what the case is for".to_owned());
        }
        let flag = |key| table.get(key).and_then(toml_edit::Item::as_bool).unwrap_or(false);
        let args = table.get("args").and_then(toml_edit::Item::as_array);
        let args = args.into_iter().flatten().filter_map(|arg| arg.as_str()).map(str::to_owned).collect();
        let case = Self {
            args,
            exits: exits(table)?,
            verdict: verdict(table)?,
            untouched: flag("untouched"),
            git: flag("git"),
        };
        let known = ["case.toml", "before", "check.txt", "diff.patch", "after"];
        for entry in fs::read_dir(dir).map_err(|error| error.to_string())? {
            let name = entry.map_err(|error| error.to_string())?.file_name();
            let stale = case.untouched && ["after", "diff.patch"].iter().any(|other| name == *other);
            if stale || !known.iter().any(|known| name == *known) {
                return Err(format!("`{}` has no meaning in this case", name.display()));
            }
        }
        Ok(case)
    }
}

fn exits(table: &dyn TableLike) -> Result<Exits, String> {
    let exit = table.get("exit").and_then(|item| item.as_table_like()).ok_or("case.toml: no `exit`")?;
    only(exit, &["check", "diff", "fix", "recheck"])?;
    let code = |key: &str| {
        let number = exit.get(key).and_then(toml_edit::Item::as_integer);
        number.and_then(|number| i32::try_from(number).ok()).ok_or(format!("case.toml: no `exit.{key}`"))
    };
    let recheck = if exit.contains_key("recheck") { code("recheck")? } else { 0 };
    Ok(Exits { check: code("check")?, diff: code("diff")?, fix: code("fix")?, recheck })
}

fn verdict(table: &dyn TableLike) -> Result<Option<Verdict>, String> {
    let Some(verdict) = table.get("verdict").and_then(|item| item.as_table_like()) else { return Ok(None) };
    only(verdict, &["before", "after"])?;
    let word = |key| string(verdict, key).ok_or(format!("case.toml: no `verdict.{key}`"));
    Ok(Some(Verdict { before: word("before")?, after: word("after")? }))
}

fn string(table: &dyn TableLike, key: &str) -> Option<String> {
    table.get(key).and_then(|item| item.as_str()).map(str::to_owned)
}

fn only(table: &dyn TableLike, known: &[&str]) -> Result<(), String> {
    match table.iter().find(|(key, _)| !known.contains(key)) {
        Some((key, _)) => Err(format!("case.toml: unknown key `{key}`")),
        None => Ok(()),
    }
}
