//! A block for each problem: its lines, why it is one, and what its fix changes.

use super::super::fix_lines::{self, Shape};
use super::super::masked;
use super::super::problems::{alike, help};
use super::super::prose;
use super::super::snippet::Window;
use super::super::text::escape;
use super::super::{Examined, Texts};
use super::{Report, SHOWN};
use annotate_snippets::{Group, Level, Origin};
use nixpacks_railpack::rules::finds_secrets;
use nixpacks_transforms::document::ParseError;
use nixpacks_transforms::engine::{Finding, Fix, Outcome};
use nixpacks_transforms::rules::Severity;
use std::collections::BTreeSet;

/// Columns that `  = note: ` takes up before a wrapped text, the number of a line included.
const NOTE_MARGIN: usize = 14;

impl Report<'_> {
    /// A block for each finding, or for several that differ only in their lines; with its fix if `fixes` has those of
    /// the files that are shown.
    pub(super) fn pictures(
        &self,
        app: &Examined,
        texts: &Texts,
        findings: &[&Finding],
        fixes: Option<&Outcome>,
        out: &mut String,
    ) {
        let mut explained = BTreeSet::new();
        for block in alike(findings) {
            let mut found = block.into_iter();
            let Some(first) = found.next() else { continue };
            let text = match (fixes.and_then(|outcome| help(outcome, first)), first.fix) {
                // A fix that many findings share is described once.
                (Some(_), Some(fix)) if !explained.insert(fix) => Some("same fix as above".to_owned()),
                (Some(title), Some(fix)) => {
                    let title = self.wrapped(&title, NOTE_MARGIN);
                    let fix = fixes.and_then(|outcome| outcome.fixes.get(fix));
                    Some(title + &fix.map(|fix| self.lines_of(app, fix, first)).unwrap_or_default())
                }
                (text, _) => text,
            };
            let line = |finding: &Finding| {
                let place = finding.place.as_ref()?;
                Some(texts.get(&place.path)?.position(place.span.start).line)
            };
            let lines: Vec<usize> = found.clone().filter_map(line).collect();
            let more = also(found.count(), line(first), &lines);
            self.picture(app, texts, first, more.into_iter().collect(), text, out);
        }
    }

    /// The lines that a fix changes, each after a line break.
    fn lines_of(&self, app: &Examined, fix: &Fix, finding: &Finding) -> String {
        let shape = Shape {
            color: self.style.color,
            width: self.style.width.map(|width| width.saturating_sub(NOTE_MARGIN)),
        };
        let beside = finding.place.as_ref().map(|place| place.path.as_str());
        let lines = fix_lines::lines(fix, &app.texts, &app.home, beside, shape);
        lines.lines().flat_map(|line| ["\n", line]).collect()
    }

    fn picture(
        &self,
        app: &Examined,
        texts: &Texts,
        finding: &Finding,
        more: Vec<String>,
        help: Option<String>,
        out: &mut String,
    ) {
        let margin = finding.severity.name().len() + finding.rule.id.len() + "[]: ".len();
        let message = self.wrapped(&escape(&finding.message), margin);
        let label = escape(&finding.label);
        let mut title = level(finding.severity).primary_title(message);
        title = title.id(finding.rule.id);
        let mut group = Group::with_title(title);
        let place = finding.place.as_ref();
        let path = place.map(|place| escape(&app.home.shown_file(&place.path))).unwrap_or_default();
        let window = place.and_then(|place| Some(Window::new(texts.get(&place.path)?, place.span)));
        if let Some(window) = &window {
            // Values are what is lost, and some of them are secrets.
            if app.comparison.is_some() && has_secret(app, window, finding) {
                group = group.element(Origin::path(path.as_str()).line(window.line));
            } else {
                group = group.element(window.snippet(&path, &label));
            }
        }
        for note in finding.notes.iter().map(|note| escape(note)).chain(more) {
            group = group.element(Level::NOTE.message(self.wrapped(&note, NOTE_MARGIN)));
        }
        if let Some(help) = help {
            group = group.element(Level::HELP.message(help));
        }
        self.render(group, out);
    }

    pub(super) fn broken(&self, app: &Examined, broken: &ParseError, out: &mut String) {
        let path = escape(&app.home.shown_file(&broken.path));
        let message =
            self.wrapped(&format!("cannot read `{path}`: {}", escape(&broken.message)), "error: ".len());
        let window = broken.span.and_then(|span| Some(Window::new(app.texts.get(&broken.path)?, span)));
        let mut group = Group::with_title(Level::ERROR.primary_title(message));
        if let Some(window) = &window {
            group = group.element(window.snippet(&path, ""));
        }
        self.render(group.element(Level::NOTE.message("this file is not changed")), out);
    }
}

/// Whether the lines of a finding have a value in them that is not to be shown.
fn has_secret(app: &Examined, window: &Window, finding: &Finding) -> bool {
    let lines = window.line..=window.line + window.source.matches('\n').count();
    let path = finding.place.as_ref().map(|place| place.path.as_str());
    let is_there = |other: &Finding| {
        let place = other.place.as_ref().filter(|place| Some(place.path.as_str()) == path);
        let line = place.and_then(|place| Some(app.texts.get(&place.path)?.position(place.span.start).line));
        finds_secrets(other.rule) && line.is_some_and(|line| lines.contains(&line))
    };
    masked::has_secret(&window.source)
        || app.result.as_ref().is_ok_and(|outcome| outcome.findings.iter().any(is_there))
}

/// The note on findings that are like the one that is shown.
fn also(count: usize, first: Option<usize>, lines: &[usize]) -> Option<String> {
    if count == 0 {
        return None;
    }
    let mut other: Vec<usize> = lines.iter().copied().filter(|line| Some(*line) != first).collect();
    other.dedup();
    if other.is_empty() {
        return Some(format!("and {count} more in the same line"));
    }
    let more = other.len().saturating_sub(SHOWN);
    let mut names: Vec<String> = other.iter().take(SHOWN).map(usize::to_string).collect();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    let noun = if other.len() == 1 { "line" } else { "lines" };
    Some(format!("and {count} more, in {noun} {}", prose::list(&names)))
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

#[cfg(test)]
mod tests {
    use super::also;

    #[test]
    fn counts_the_lines_of_findings_that_are_alike() {
        assert_eq!(also(3, Some(1), &[1, 2, 2]).as_deref(), Some("and 3 more, in line 2"));
        assert_eq!(also(2, Some(1), &[4, 5]).as_deref(), Some("and 2 more, in lines 4 and 5"));
    }
}
