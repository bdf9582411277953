//! What a report and a pull request say of a repair, in Markdown: what fails, why, and what changes.

use super::inert_markdown::{block, code, prose};
use super::prose::{self as words, count, list, shorten};
use super::{Examined, FixStatus, fix_status};
use nixpacks_transforms::engine::{FileChange, Finding, Outcome};
use nixpacks_transforms::rules::Severity;
use nixpacks_transforms::simulate;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Reasons that one app is given at most.
const REASONS: usize = 6;
/// Characters of an error that are quoted.
const QUOTED: usize = 400;

/// What is predicted of the app `name` as it is, and the error.
pub(crate) fn problem(name: &str, outcome: &Outcome) -> String {
    match outcome.before.outcome {
        failure @ simulate::Outcome::Fails { .. } => {
            let predicted = words::outcome(failure);
            format!("The Nixpacks deploy of {name} is {predicted}:\n\n{}\n", error(outcome))
        }
        builds @ simulate::Outcome::Builds if outcome.changes.is_empty() => {
            format!("{name} is {}.\n", words::outcome(builds))
        }
        builds @ simulate::Outcome::Builds => {
            let predicted = words::outcome(builds);
            format!("{name} is {predicted} as it is, but some of its settings can cause trouble.\n")
        }
        unknown @ simulate::Outcome::Unknown => {
            format!("Whether the Nixpacks deploy of {name} works is {}.\n", words::outcome(unknown))
        }
    }
}

/// The command and what it answers, as a build log has them.
fn error(outcome: &Outcome) -> String {
    let command = outcome.before.command.as_ref().map(|command| format!("$ {}", shorten(command)));
    let detail = limited(&outcome.before.detail);
    block(&command.into_iter().chain([detail]).collect::<Vec<_>>())
}

/// The first of [`lines`].
pub(crate) fn reasons<'f>(app: &Examined, findings: impl Iterator<Item = &'f Finding>) -> String {
    let mut lines = lines(app, findings);
    let more = lines.len().saturating_sub(REASONS);
    lines.truncate(REASONS);
    if more > 0 {
        lines.push(format!("- … and {}", count(more, "more reason")));
    }
    lines.join("\n")
}

/// A line for each of the findings, each sentence once, with its place.
pub(crate) fn lines<'f>(app: &Examined, findings: impl Iterator<Item = &'f Finding>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for finding in findings {
        let mut line = prose(&limited(&finding.message));
        for note in &finding.notes {
            let _ = write!(line, "; {}", prose(&limited(note)));
        }
        let place = finding.place.as_ref().and_then(|place| {
            let at = app.texts.get(&place.path)?.position(place.span.start).line;
            Some(format!("{}, line {at}: ", code(&limited(&app.home.shown_file(&place.path)))))
        });
        if seen.insert(line.clone()) {
            lines.push(format!("- {}{line}", place.unwrap_or_default()));
        }
    }
    lines
}

/// The findings that the changes answer.
pub(crate) fn fixed(outcome: &Outcome) -> impl Iterator<Item = &Finding> {
    outcome.findings.iter().filter(|finding| fix_status(outcome, finding) == FixStatus::Fixable)
}

/// A line for each file that changes, with what is done to it.
pub(crate) fn files_changed(app: &Examined, outcome: &Outcome) -> String {
    let line = |change: &FileChange| {
        let applied = outcome
            .fixes
            .iter()
            .filter(|fix| fix.applied && fix.edits.iter().any(|edit| edit.path == change.path));
        let mut titles: Vec<String> = applied.map(|fix| prose(&limited(&fix.title))).collect();
        titles.dedup();
        if change.removed {
            titles.push("nothing is left in it, so the file is removed".to_owned());
        }
        format!("- {}: {}", code(&limited(&app.home.shown_file(&change.path))), titles.join("; "))
    };
    outcome.changes.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What is predicted with the changes made.
pub(crate) fn outlook(outcome: &Outcome) -> String {
    match outcome.after.outcome {
        builds @ simulate::Outcome::Builds => {
            format!("With this change the app is {}.\n", words::outcome(builds))
        }
        unknown @ simulate::Outcome::Unknown => {
            format!("Whether the build works with this change is {}.\n", words::outcome(unknown))
        }
        failure @ simulate::Outcome::Fails { .. } => format!(
            "With this change the build gets further. It is then {}, with an error that has to be fixed by hand: {}\n",
            words::outcome(failure),
            prose(&limited(&outcome.after.detail))
        ),
    }
}

/// What is left for a person; empty where nothing is.
pub(crate) fn left(outcome: &Outcome) -> String {
    let open = outcome.remaining.iter().filter(|finding| finding.severity > Severity::Note);
    let mut open: Vec<String> = open.map(|finding| prose(&limited(&finding.message))).collect();
    open.dedup();
    open.truncate(REASONS);
    if open.is_empty() { String::new() } else { format!("Left to fix by hand: {}.\n", list(&open)) }
}

/// The beginning of a text, without the full stop at its end.
pub(crate) fn limited(text: &str) -> String {
    let mut chars = text.trim().trim_end_matches('.').chars();
    let head: String = chars.by_ref().take(QUOTED).collect();
    if chars.next().is_some() { format!("{head}…") } else { head }
}
