//! Annotations for a run of GitHub Actions, which shows them beside the lines of a pull request.

use super::problems::{Problem, problems};
use super::prose::{self, count};
use super::summary::{next, summary};
use super::text::escape;
use super::{Examined, Mode, said};
use nixpacks_transforms::rules::Severity;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// A workflow command for each problem; then, for who reads the log, the predictions and what to do.
/// Problems that differ only in their lines are one: GitHub shows ten errors of a step.
pub(crate) fn github(
    apps: &[Examined],
    (mode, repeated): (Mode, &str),
    quiet: bool,
    here: Option<&Path>,
) -> String {
    let mut out = String::new();
    let all = problems(apps, mode, here);
    let mut blocks: BTreeMap<(&str, &str, &str), Vec<usize>> = BTreeMap::new();
    for (at, problem) in all.iter().enumerate() {
        blocks.entry((problem.id, &problem.path, &problem.message)).or_default().push(at);
    }
    let mut blocks: Vec<Vec<usize>> = blocks.into_values().collect();
    blocks.sort();
    for block in blocks {
        let mut alike = block.iter().filter_map(|at| all.get(*at));
        if let Some(first) = alike.next() {
            annotation(first, alike.count(), &mut out);
        }
    }
    if quiet {
        return out;
    }
    for app in apps {
        let Ok(outcome) = &app.result else { continue };
        let name = if app.home.shown == "." { "this app".to_owned() } else { escape(&app.home.shown) };
        for said in said(app, outcome, mode == Mode::Fix && app.written.stands()) {
            line(&format!("{name}: {said}"), &mut out);
        }
        if !outcome.changes.is_empty() && mode != Mode::Fix {
            line(&format!("{name}: with the fix: {}", prose::verdict(&outcome.after)), &mut out);
        }
    }
    if !apps.is_empty() {
        line(&summary(apps, mode), &mut out);
    }
    if let Some(next) = next(apps, mode, repeated) {
        line(&format!("next: {next}"), &mut out);
    }
    out
}

fn annotation(problem: &Problem<'_>, more: usize, out: &mut String) {
    let command = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = vec![("title", problem.id.to_owned())];
    properties.push(("file", problem.path.clone()));
    if let Some(at) = problem.at {
        // The end of a span that takes in the end of its line is on the next one.
        let last =
            if at.end.column == 1 && at.end.line > at.start.line { at.end.line - 1 } else { at.end.line };
        properties.push(("line", at.start.line.to_string()));
        properties.push(("endLine", last.to_string()));
        // Columns are for a place in one line.
        if last == at.start.line && at.end.line == at.start.line {
            properties.push(("col", at.start.column.to_string()));
            properties.push(("endColumn", at.end.column.to_string()));
        }
    }
    let properties: Vec<String> =
        properties.into_iter().map(|(key, value)| format!("{key}={}", property(&value))).collect();
    let mut text = problem.text("\n");
    if more > 0 {
        let _ = write!(text, "\nand {} like it in this file", count(more, "more problem"));
    }
    let _ = writeln!(out, "::{command} {}::{}", properties.join(","), data(&text));
}

/// The message of a command, as `escapeData` of GitHub's toolkit has it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, as `escapeProperty` of GitHub's toolkit has it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line that is no command: the runner takes one that begins with `::`, and `##[` wherever it is.
fn line(text: &str, out: &mut String) {
    let text = text.replace("##[", "## [");
    if text.trim_start().starts_with("::") {
        out.push_str("| ");
    }
    out.push_str(&text);
    out.push('\n');
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Mode;
    use super::super::sample::{examined, finding};
    use super::{data, github, property};

    #[test]
    fn escapes_as_the_toolkit_does() {
        assert_eq!(data("100%\r\n: ,"), "100%25%0D%0A: ,");
        assert_eq!(property("100%\r\n: ,"), "100%25%0D%0A%3A %2C");
    }

    #[test]
    fn annotates_each_kind_of_problem_once_and_says_the_rest_in_plain_lines() {
        let text = github(&[examined(&["safe", "safe", "note"])], (Mode::Check, ""), false, None);
        let lines: Vec<&str> = text.lines().collect();
        let first = "::error title=sample-rule,file=app/nixpacks.toml,line=2,endLine=2,col=12,endColumn=17::`pip` is no attribute of nixpkgs%0Anot in nixpkgs%0A";
        assert!(lines[0].starts_with(first), "{text}");
        assert!(lines[0].ends_with("%0Aand 2 more problems like it in this file"), "{text}");
        assert!(lines[1].starts_with("app: predicted to fail"), "{text}");
        assert!(lines[2].starts_with("app: with the fix: predicted to install"), "{text}");
        let quiet = github(&[examined(&["safe"])], (Mode::Check, ""), true, None);
        assert_eq!(quiet.lines().count(), 1);
    }

    #[test]
    fn a_repository_gives_the_runner_no_command() {
        let mut app = examined(&[]);
        app.home.shown = "::set-output name=x::y".to_owned();
        let mut hostile = finding("none");
        hostile.message = "a\n::error::b %0A ##[error]c".to_owned();
        hostile.place.as_mut().unwrap().path = "x,line=1::y\n.toml".to_owned();
        let outcome = app.result.as_mut().unwrap();
        outcome.findings = vec![hostile];
        outcome.before.detail = "##[add-mask]x\n::stop-commands::z".to_owned();
        let text = github(&[app], (Mode::Check, ""), false, None);
        for (at, line) in text.lines().enumerate() {
            assert_eq!(line.trim_start().starts_with("::"), at == 0, "{text}");
            assert!(at == 0 || !line.contains("##["), "{text}");
        }
        let first = text.lines().next().unwrap();
        let (properties, message) = first.strip_prefix("::error ").unwrap().split_once("::").unwrap();
        assert!(!properties.contains(":y") && properties.contains("x%2Cline=1%3A%3Ay"), "{first}");
        assert_eq!(properties.matches(',').count(), 1, "{first}");
        assert!(message.contains("%250A"), "{first}");
    }
}
