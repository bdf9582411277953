//! What the formats for other programs show: each problem with its place as a checkout has it.

use super::digest::digest;
use super::prose;
use super::text::escape;
use super::{Examined, FixStatus, Mode, Texts, Written, fix_status};
use crate::app::AppLocation;
use nixpacks_transforms::document::FileKind;
use nixpacks_transforms::engine::{Applicability, Finding, Fix, Outcome};
use nixpacks_transforms::rules::{RuleInfo, Severity};
use nixpacks_transforms::text::{Position, Span};
use std::collections::BTreeMap;
use std::path::Path;

/// A file that cannot be read or parsed.
pub(super) const UNREADABLE: &str = "unreadable-file";
/// A file that could not be written.
const NOT_WRITTEN: &str = "not-written";
/// A mistake of this tool.
const INTERNAL: &str = "internal-error";
/// An app that is predicted to fail, of which no finding says why.
const SILENCED: &str = "silenced-failure";

/// One problem.
pub(super) struct Problem<'a> {
    /// The rule, or the name of what is wrong that no rule finds.
    pub(super) id: &'a str,
    /// What is known of the rule; `None` where it is no rule's.
    pub(super) rule: Option<&'static RuleInfo>,
    pub(super) severity: Severity,
    /// What is wrong, in one phrase.
    pub(super) message: String,
    /// The error that it shows, further sentences, and what the fix does: a line for each.
    pub(super) more: Vec<String>,
    /// The file, with `/` between names, from the top of the work tree; for a problem of an app as a whole one of its
    /// files.
    pub(super) path: String,
    /// Where in the file; `None` for a problem of an app or a file as a whole.
    pub(super) at: Option<Range>,
    /// The changes that solve it, where they are part of what `fix` writes.
    pub(super) fix: Option<&'a Fix>,
    /// The app.
    pub(super) app: &'a Examined,
    /// The same for the same problem in another version of the file, as long as the text at its place is the same.
    pub(super) fingerprint: String,
}

/// A place in a file.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub(super) span: Span,
    pub(super) start: Position,
    /// One past the last character.
    pub(super) end: Position,
}

impl Problem<'_> {
    /// All that is said of it, on one line where a format has no more.
    pub(super) fn text(&self, between: &str) -> String {
        let lines = std::iter::once(self.message.as_str()).chain(self.more.iter().map(String::as_str));
        lines.collect::<Vec<_>>().join(between)
    }
}

/// The problems of the apps, in their order. After a fix these are the ones that remain. `here` is the canonical
/// current directory.
pub(super) fn problems<'a>(apps: &'a [Examined], mode: Mode, here: Option<&Path>) -> Vec<Problem<'a>> {
    let mut all: Vec<Problem<'a>> = apps.iter().flat_map(|app| of_app(app, mode, here)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for problem in &mut all {
        // Two that are alike are told apart by their order.
        let count = seen.entry(problem.fingerprint.clone()).or_default();
        *count += 1;
        problem.fingerprint = digest(format!("{}\n{count}", problem.fingerprint).as_bytes());
    }
    all
}

fn of_app<'a>(app: &'a Examined, mode: Mode, here: Option<&Path>) -> Vec<Problem<'a>> {
    let whole = |id: &'static str, severity, message: String| {
        problem(app, here, (id, severity, message, Vec::new()), None)
    };
    let outcome = match &app.result {
        Ok(outcome) => outcome,
        Err(internal) => return vec![whole(INTERNAL, Severity::Error, escape(&internal.message))],
    };
    let mut all = Vec::new();
    for unread in &outcome.unread {
        let message = format!("cannot read this file: {}", escape(&unread.message));
        let what = (UNREADABLE, Severity::Error, message, Vec::new());
        all.push(problem(app, here, what, Some((&unread.path, None, &app.texts))));
    }
    let fixed = mode == Mode::Fix && app.written.stands();
    let (findings, texts) =
        if fixed { (&outcome.remaining, &app.fixed) } else { (&outcome.findings, &app.texts) };
    for broken in &outcome.broken {
        // A rule says it too where Nixpacks reads the file.
        if findings.iter().any(|finding| finding.message.ends_with(&broken.message)) {
            continue;
        }
        let message = format!("cannot read this file: {}", escape(&broken.message));
        let what = (UNREADABLE, Severity::Error, message, Vec::new());
        all.push(problem(app, here, what, Some((&broken.path, broken.span, &app.texts))));
    }
    for finding in findings {
        let label = Some(escape(&finding.label)).filter(|label| !label.is_empty());
        let help = if fixed { None } else { help(outcome, finding).map(|help| format!("help: {help}")) };
        let further = finding.notes.iter().map(|note| escape(note));
        let sentences: Vec<String> = label.into_iter().chain(further).chain(help).collect();
        let what = (finding.rule.id, finding.severity, escape(&finding.message), sentences);
        let place = finding.place.as_ref().map(|place| (place.path.as_str(), Some(place.span), texts));
        let is_made = !fixed && fix_status(outcome, finding) == FixStatus::Fixable;
        all.push(Problem {
            rule: Some(finding.rule),
            fix: finding
                .fix
                .filter(|_| is_made)
                .and_then(|index| outcome.fixes.get(index))
                .filter(|fix| !fix.edits.is_empty()),
            ..problem(app, here, what, place)
        });
    }
    let (verdict, fails) =
        if fixed { (&outcome.after, outcome.fails_after()) } else { (&outcome.before, outcome.fails()) };
    if fails && findings.is_empty() && !app.known.failure {
        all.push(whole(SILENCED, Severity::Error, prose::verdict(verdict)));
    }
    if let Written::Failed(why) = &app.written {
        all.push(whole(NOT_WRITTEN, Severity::Error, escape(why)));
    }
    all
}

/// A file of the app by its path there, the bytes in it, and where its lines are found.
type PlaceIn<'t> = (&'t str, Option<Span>, &'t Texts);

fn problem<'a>(
    app: &'a Examined,
    here: Option<&Path>,
    (id, severity, message, more): (&'a str, Severity, String, Vec<String>),
    place: Option<PlaceIn<'_>>,
) -> Problem<'a> {
    let lines = place.and_then(|(path, span, texts)| Some((texts.get(path)?, span?)));
    let at = lines.map(|(lines, span)| Range {
        span,
        start: lines.position(span.start),
        end: lines.position(span.end),
    });
    let path = match place {
        Some((path, ..)) => from_top(&app.home, path, here),
        None => a_file(app, here),
    };
    let text = lines.map(|(lines, span)| span.of(lines.text()));
    let fingerprint = format!("{id}\n{path}\n{}", text.unwrap_or(&message));
    Problem { id, rule: None, severity, message, more, path, at, fix: None, app, fingerprint }
}

/// A file that stands for the app as a whole: one that decides how it is built.
fn a_file(app: &Examined, here: Option<&Path>) -> String {
    let known = FileKind::ALL.map(FileKind::name);
    let found = known.into_iter().find(|name| app.texts.get(name).is_some());
    match found.or_else(|| app.texts.0.keys().next().map(String::as_str)) {
        Some(path) => from_top(&app.home, path, here),
        None => app.home.shown.clone(),
    }
}

/// The path of an app's file from the top of its work tree, as a forge knows it: it has to be found whatever the
/// current directory is. Outside a work tree it is the path from the current directory.
pub(super) fn from_top(home: &AppLocation, path: &str, here: Option<&Path>) -> String {
    if home.dir.is_none() {
        if home.stdin {
            return home.on_disk(path).to_owned();
        }
        return home.behind.get(path).cloned().unwrap_or_else(|| home.shown_file(path));
    }
    let below = |real: &Path, dir: &Path| {
        let rest = real.strip_prefix(dir).ok()?;
        let parts: Option<Vec<&str>> = rest.components().map(|part| part.as_os_str().to_str()).collect();
        parts.map(|parts| parts.join("/"))
    };
    let real = home.real_path(path).ok();
    let top = if home.in_git { Some(home.top.as_path()) } else { here };
    real.zip(top).and_then(|(real, top)| below(&real, top)).unwrap_or_else(|| home.shown_file(path))
}

/// Findings that differ only in their lines, together, in the order of the first of each.
pub(super) fn alike<'f>(findings: &[&'f Finding]) -> Vec<Vec<&'f Finding>> {
    let mut alike: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let path = finding.place.as_ref().map(|place| place.path.as_str());
        let key = (finding.rule.id, &finding.message, path, finding.severity, finding.fix, &finding.notes);
        alike.entry(key).or_default().push(at);
    }
    let mut blocks: Vec<Vec<usize>> = alike.into_values().collect();
    blocks.sort();
    let found = |block: Vec<usize>| block.into_iter().filter_map(|at| findings.get(at).copied()).collect();
    blocks.into_iter().map(found).collect()
}

/// What the fix of a finding will do, and whether it may.
pub(super) fn help(outcome: &Outcome, finding: &Finding) -> Option<String> {
    let index = finding.fix?;
    let fix = outcome.fixes.get(index)?;
    let title = escape(&fix.title);
    Some(match (fix.applicability, fix_status(outcome, finding)) {
        (Applicability::Manual, _) => format!("do this yourself: {title}"),
        (_, FixStatus::HeldBack) => format!("{title} (only with --unsafe-fixes)"),
        (_, FixStatus::Fixable) => title,
        _ => format!("{title} (not done: the prediction does not improve)"),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::sample::{examined, finding};
    use super::super::{Mode, Written};
    use super::problems;

    #[test]
    fn fingerprints_stay_where_lines_move_and_differ_where_problems_do() {
        let prints = |apps: &[_]| -> Vec<String> {
            problems(apps, Mode::Check, None).iter().map(|problem| problem.fingerprint.clone()).collect()
        };
        let mut app = examined(&["safe", "none", "note"]);
        let before = prints(std::slice::from_ref(&app));
        assert_eq!(before.len(), 3);
        assert!(before[0] != before[1] && before[1] != before[2]);
        let moved = format!("# more\n\n{}", app.texts.get("nixpacks.toml").unwrap().text());
        app.texts.0.insert("nixpacks.toml".to_owned(), nixpacks_transforms::text::LineIndex::new(moved));
        for finding in &mut app.result.as_mut().unwrap().findings {
            let place = finding.place.as_mut().unwrap();
            (place.span.start, place.span.end) = (place.span.start + 8, place.span.end + 8);
        }
        assert_eq!(prints(&[app]), before);
    }

    #[test]
    fn speaks_of_what_remains_after_a_fix_and_of_what_no_rule_says() {
        let mut app = examined(&["safe"]);
        app.written = Written::Done;
        app.result.as_mut().unwrap().remaining = vec![finding("note")];
        let found = problems(std::slice::from_ref(&app), Mode::Fix, None);
        assert_eq!((found.len(), found[0].id, found[0].fix.is_none()), (1, "sample-rule", true));
        let mut silent = examined(&[]);
        silent.written = Written::Failed("the disk is full".to_owned());
        let found = problems(std::slice::from_ref(&silent), Mode::Check, None);
        let ids: Vec<&str> = found.iter().map(|problem| problem.id).collect();
        assert_eq!(ids, ["silenced-failure", "not-written"]);
        assert_eq!(found[0].path, "app/nixpacks.toml");
    }
}
