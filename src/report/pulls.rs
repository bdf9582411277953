//! The results of `pr`.

use super::json::to_text;
use super::prose::{count, shell_word};
use super::text::{escape, push_line, quote};
use crate::cli::OutputArgs;
use crate::pr::{Row, Status, Step};
use crate::terminal::{Output, OutputStyle};
use serde::Serialize;
use serde_json::Value;
use std::fmt::Write as _;

/// The version of the format for programs.
const VERSION: u32 = 1;

/// The results of one run.
pub(crate) struct Told<'a> {
    /// One for each pull request, or for a repository that has none.
    pub(crate) rows: &'a [Row],
    /// Nothing was done, because `--yes` was not given.
    pub(crate) ask_first: bool,
    /// As a table.
    pub(crate) table: bool,
}

/// For people.
pub(crate) fn human(told: &Told<'_>, output_args: &OutputArgs, style: OutputStyle, output: &mut Output) {
    for row in told.rows {
        for step in &row.steps {
            show(step, &mut output.stdout);
        }
        patch(&row.patch, style, &mut output.stdout);
    }
    if told.table {
        table(told.rows, output);
    } else {
        for row in told.rows {
            let line = sentence(row);
            let out = if row.status == Status::Failed { &mut output.stderr } else { &mut output.stdout };
            let _ = writeln!(out, "{line}");
        }
    }
    if output_args.quiet {
        return;
    }
    if told.rows.iter().any(|row| row.unchecked) {
        let _ = writeln!(
            output.stderr,
            "note: pull requests that are opened with the GITHUB_TOKEN of GitHub Actions start no checks; to have checks, \
             use the token of a GitHub App or of a user"
        );
    }
    if told.table {
        let _ = writeln!(output.stdout, "{}", summary(told.rows));
    }
    let waits = told.rows.iter().filter(|row| row.pending && row.status != Status::Limited).count();
    if told.ask_first && waits > 0 {
        let _ = writeln!(
            output.stdout,
            "next: the same command with `--yes` does this; with `--dry-run` it shows every request and patch"
        );
    }
}

/// A request or push of a dry run; long texts are shown as they are, with each line indented.
fn show(step: &Step, out: &mut String) {
    let (method, url, body) = match step {
        Step::Push(args) => {
            let word = |arg: &String| match arg.split_once('=') {
                Some((option, value)) if option.starts_with("--") => {
                    format!("{option}={}", shell_word(value))
                }
                _ => shell_word(arg),
            };
            let words: Vec<String> = args.iter().map(word).collect();
            let _ = writeln!(out, "git push {}\n", words.join(" "));
            return;
        }
        Step::Invocation { method, url, body } => (method, url, body),
    };
    let _ = writeln!(out, "{method} {}", escape(url));
    for (name, value) in body.iter().filter_map(Value::as_object).flatten() {
        match value {
            Value::String(text) if text.contains('\n') => {
                let _ = writeln!(out, "  {name}:");
                quote(text, out);
            }
            Value::String(text) => {
                let _ = writeln!(out, "  {name}: {}", escape(text));
            }
            other => {
                let _ = writeln!(out, "  {name}: {}", escape(&other.to_string()));
            }
        }
    }
    out.push('\n');
}

/// The patch of a dry run.
fn patch(text: &str, style: OutputStyle, out: &mut String) {
    if !style.terminal {
        out.push_str(text);
        return;
    }
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        push_line(out, line);
        out.push_str(end);
    }
}

/// The status in a word or two.
fn word(row: &Row) -> &'static str {
    match (row.status, row.pending) {
        (Status::Opened, true) => "would open",
        (Status::Opened, false) => "opened",
        (Status::Updated, true) => "would update",
        (Status::Updated, false) => "updated",
        (Status::Closed, true) => "would close",
        (Status::Closed, false) => "closed",
        (Status::UpToDate, _) => "up to date",
        (Status::HandsOff, true) => "left alone, would comment",
        (Status::HandsOff, false) => "left alone",
        (Status::Declined, _) => "declined",
        (Status::Merged, _) => "merged",
        (Status::Undone, _) => "reverted",
        (Status::Nothing, true) => "would clean up",
        (Status::Nothing, false) => "nothing to do",
        (Status::OptedOut, _) => "opted out",
        (Status::Skipped, _) => "skipped",
        (Status::Limited, _) => "waiting",
        (Status::Failed, _) => "failed",
    }
}

fn sentence(row: &Row) -> String {
    let mut line = format!("{}: {}", escape(&row.repository), word(row));
    if row.status == Status::Failed {
        line = format!("error: {}", escape(&row.repository));
    }
    if let Some((sigil, number)) = row.number {
        let _ = write!(line, " {sigil}{number}");
    }
    if !row.detail.is_empty() && row.detail != word(row) {
        // What git says may have many lines.
        let (first, said) = row.detail.split_once('\n').unwrap_or((&row.detail, ""));
        let _ = write!(line, ": {}", escape(first));
        if !said.is_empty() {
            line.push('\n');
            quote(said, &mut line);
            line.truncate(line.trim_end().len());
        }
    }
    if !row.url.is_empty() {
        let _ = write!(line, "\n{}", escape(&row.url));
    }
    line
}

fn table(rows: &[Row], output: &mut Output) {
    let names: Vec<String> = rows.iter().map(|row| escape(&row.repository)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let states = rows.iter().map(|row| word(row).len()).max().unwrap_or_default();
    for (row, name) in rows.iter().zip(&names) {
        let number = row.number.map(|(sigil, number)| format!("{sigil}{number} ")).unwrap_or_default();
        let link = if row.url.is_empty() { String::new() } else { format!("  {}", escape(&row.url)) };
        let text = format!("{name:width$}  {:states$}  {number}{}{link}", word(row), escape(&row.detail));
        let _ = writeln!(output.stdout, "{}", text.trim_end());
    }
}

/// `3 repositories: 1 opened, 2 up to date`
fn summary(rows: &[Row]) -> String {
    let mut words: Vec<(&str, usize)> = Vec::new();
    for row in rows {
        match words.iter_mut().find(|(known, _)| *known == word(row)) {
            Some((_, number)) => *number += 1,
            None => words.push((word(row), 1)),
        }
    }
    let parts: Vec<String> = words.iter().map(|(word, number)| format!("{number} {word}")).collect();
    format!("{}: {}", count(rows.len(), "line"), parts.join(", "))
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    pull_requests: Vec<RowReport<'a>>,
}

#[derive(Serialize)]
struct RowReport<'a> {
    repository: &'a str,
    base: Option<&'a str>,
    status: &'static str,
    pending: bool,
    number: Option<u64>,
    url: Option<&'a str>,
    branch: Option<&'a str>,
    commit: Option<&'a str>,
    title: Option<&'a str>,
    reason: Option<&'a str>,
    apps: &'a [String],
    without_checks: bool,
    steps: Vec<StepReport<'a>>,
    patch: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum StepReport<'a> {
    Invocation { method: &'a str, url: &'a str, body: &'a Option<Value> },
    Push { push: &'a [String] },
}

/// For programs.
pub(crate) fn json(told: &Told<'_>) -> anyhow::Result<String> {
    fn some(text: &str) -> Option<&str> {
        (!text.is_empty()).then_some(text)
    }
    let rows = told.rows.iter().map(|row| {
        let is_title = matches!(row.status, Status::Opened | Status::Updated | Status::UpToDate);
        RowReport {
            repository: &row.repository,
            base: some(&row.base),
            status: row.status.name(),
            pending: row.pending,
            number: row.number.map(|(_, number)| number),
            url: some(&row.url),
            branch: some(&row.branch),
            commit: some(&row.commit),
            title: some(&row.detail).filter(|_| is_title),
            reason: some(&row.detail).filter(|_| !is_title),
            apps: &row.apps,
            without_checks: row.unchecked,
            steps: row.steps.iter().map(step).collect(),
            patch: some(&row.patch),
        }
    });
    to_text(&Report { version: VERSION, pull_requests: rows.collect() })
}

fn step(step: &Step) -> StepReport<'_> {
    match step {
        Step::Invocation { method, url, body } => StepReport::Invocation { method, url, body },
        Step::Push(args) => StepReport::Push { push: args },
    }
}
