//! The JSON output. It has types of its own, so that it changes only on purpose.

use super::text::is_harmful;
use super::{Committed, Examined, FixStatus, Texts, Written, fix_status};
use nixpacks_transforms::document::ParseError;
use nixpacks_transforms::engine::{Finding, Fix, Outcome};
use nixpacks_transforms::simulate::{self, Verdict};
use nixpacks_transforms::text::LineIndex;
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};
use std::io;

/// The version of this format.
pub(super) const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    apps: Vec<AppReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commits: Option<Vec<CommitReport<'a>>>,
}

#[derive(Serialize)]
pub(super) struct CommitReport<'a> {
    repository: &'a str,
    oid: Option<&'a str>,
    branch: Option<&'a str>,
    subject: &'a str,
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct AppReport<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<&'static str>,
    /// Who builds the app, where the files say that it is not Nixpacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_builder: Option<BuilderReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<VerdictReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict_after: Option<VerdictReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict_without_railway_file: Option<VerdictReport<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict_after_without_railway_file: Option<VerdictReport<'a>>,
    findings: Vec<FindingReport<'a>>,
    remaining: Vec<FindingReport<'a>>,
    fixes: Vec<FixReport<'a>>,
    held_back: Vec<HeldReport<'a>>,
    suppressed: usize,
    /// Left out because a baseline lists them.
    known: usize,
    refused: Vec<RefusedReport<'a>>,
    changes: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    removed: Vec<&'a str>,
    written: bool,
    assumed: &'a [String],
    errors: Vec<ErrorReport<'a>>,
    warning: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    patch: Option<&'a str>,
    /// The fixed text, where the input was standard input.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'a str>,
}

#[derive(Serialize)]
struct BuilderReport<'a> {
    name: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
pub(super) struct VerdictReport<'a> {
    outcome: &'static str,
    stage: Option<&'static str>,
    reason: Option<&'static str>,
    command: Option<&'a str>,
    detail: &'a str,
}

#[derive(Serialize)]
pub(super) struct FindingReport<'a> {
    rule: &'static str,
    severity: &'static str,
    message: &'a str,
    path: Option<&'a str>,
    span: Option<SpanReport>,
    start: Option<PositionReport>,
    end: Option<PositionReport>,
    label: &'a str,
    notes: &'a [String],
    applicability: Option<&'static str>,
    status: Option<&'static str>,
    /// Index into `fixes`: findings share them, so each stands once.
    fix: Option<usize>,
}

#[derive(Serialize)]
struct FixReport<'a> {
    title: &'a str,
    applicability: &'static str,
    applied: bool,
    edits: Vec<EditReport<'a>>,
}

#[derive(Serialize)]
struct EditReport<'a> {
    path: &'a str,
    start: usize,
    end: usize,
    content: &'a str,
}

#[derive(Serialize)]
struct HeldReport<'a> {
    title: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct RefusedReport<'a> {
    findings: &'a [usize],
    reason: &'a str,
}

#[derive(Serialize)]
struct SpanReport {
    start: usize,
    end: usize,
}

#[derive(Serialize)]
struct PositionReport {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct ErrorReport<'a> {
    path: &'a str,
    message: &'a str,
    line: Option<usize>,
    column: Option<usize>,
}

/// The report on `apps`; `patches` stand beside them in the order of the apps, or are none; `commits` are there
/// if they were asked for.
pub(crate) fn report(
    apps: &[Examined],
    patches: &[String],
    commits: Option<&[Committed]>,
) -> anyhow::Result<String> {
    let apps = apps
        .iter()
        .enumerate()
        .map(|(at, app)| AppReport { patch: patches.get(at).map(String::as_str), ..app_report(app) })
        .collect();
    to_text(&Report { version: VERSION, apps, commits: self::commits(commits) })
}

/// The commits, if any were asked for.
pub(super) fn commits(commits: Option<&[Committed]>) -> Option<Vec<CommitReport<'_>>> {
    commits.map(|commits| commits.iter().map(commit_report).collect())
}

fn commit_report(commit: &Committed) -> CommitReport<'_> {
    CommitReport {
        repository: &commit.repository,
        oid: commit.oid.as_deref(),
        branch: commit.branch.as_deref(),
        subject: &commit.subject,
        error: commit.error.as_deref(),
    }
}

fn app_report(app: &Examined) -> AppReport<'_> {
    let mut report = AppReport {
        path: &app.home.shown,
        platform: None,
        other_builder: None,
        verdict: None,
        verdict_after: None,
        verdict_without_railway_file: None,
        verdict_after_without_railway_file: None,
        findings: Vec::new(),
        remaining: Vec::new(),
        fixes: Vec::new(),
        held_back: Vec::new(),
        suppressed: 0,
        known: app.known.problems,
        refused: Vec::new(),
        changes: Vec::new(),
        removed: Vec::new(),
        written: app.written == Written::Done,
        assumed: &[],
        errors: Vec::new(),
        warning: app.home.warning.as_deref(),
        patch: None,
        output: None,
    };
    let whole = |message| ErrorReport { path: "", message, line: None, column: None };
    match &app.result {
        Ok(outcome) => fill(&mut report, app, outcome),
        Err(unsettled) => report.errors.push(whole(&unsettled.message)),
    }
    if let Written::Failed(why) = &app.written {
        report.errors.push(whole(why));
    }
    report
}

fn fill<'a>(report: &mut AppReport<'a>, app: &'a Examined, outcome: &'a Outcome) {
    report.platform = Some(outcome.platform.name());
    report.other_builder = outcome
        .other_builder
        .as_ref()
        .map(|other| BuilderReport { name: &other.name, reason: &other.reason });
    report.verdict = Some(verdict(&outcome.before));
    report.verdict_after = Some(verdict(&outcome.after));
    report.verdict_without_railway_file = outcome.retired_before.as_ref().map(verdict);
    report.verdict_after_without_railway_file = outcome.retired_after.as_ref().map(verdict);
    let status = |finding| Some(status(fix_status(outcome, finding), &app.written));
    report.findings =
        outcome.findings.iter().map(|f| finding(app, f, outcome, &app.texts, status(f))).collect();
    report.remaining = outcome.remaining.iter().map(|f| finding(app, f, outcome, &app.fixed, None)).collect();
    report.fixes = outcome.fixes.iter().map(|fix| fix_report(app, fix)).collect();
    report.held_back = outcome
        .held
        .iter()
        .filter_map(|(index, reason)| Some(HeldReport { title: &outcome.fixes.get(*index)?.title, reason }))
        .collect();
    report.refused = outcome
        .refused
        .iter()
        .map(|refused| RefusedReport { findings: &refused.findings, reason: &refused.reason })
        .collect();
    report.suppressed = outcome.suppressed;
    report.changes = outcome.changes.iter().map(|change| app.home.on_disk(&change.path)).collect();
    let removed = outcome.changes.iter().filter(|change| change.removed);
    report.removed = removed.map(|change| app.home.on_disk(&change.path)).collect();
    report.assumed = &outcome.assumed;
    if app.home.stdin {
        let changed = outcome.changes.iter().find(|change| change.path == "nixpacks.toml");
        report.output = changed.map(|change| change.after.as_str());
    }
    let unread = outcome.unread.iter().map(|unread| ErrorReport {
        path: app.home.on_disk(&unread.path),
        message: &unread.message,
        line: None,
        column: None,
    });
    report.errors = unread.chain(outcome.broken.iter().map(|broken| error(app, broken))).collect();
}

pub(super) fn verdict(verdict: &Verdict) -> VerdictReport<'_> {
    let (outcome, stage, reason) = match verdict.outcome {
        simulate::Outcome::Builds => ("builds", None, None),
        simulate::Outcome::Fails { stage, reason } => ("fails", Some(stage.name()), Some(reason.name())),
        simulate::Outcome::Unknown => ("unknown", None, None),
    };
    VerdictReport { outcome, stage, reason, command: verdict.command.as_deref(), detail: &verdict.detail }
}

fn status(fix_status: FixStatus, written: &Written) -> &'static str {
    match (fix_status, written) {
        (FixStatus::Fixable, Written::Done) => "fixed",
        (FixStatus::Fixable, _) => "fixable",
        (FixStatus::HeldBack, _) => "held-back",
        (FixStatus::Manual, _) => "manual",
        (FixStatus::Informational, _) => "note",
    }
}

/// A finding of a comparison with Railpack: there the fix is a whole migration, which stands elsewhere.
pub(super) fn compared<'a>(app: &'a Examined, found: &'a Finding, outcome: &'a Outcome) -> FindingReport<'a> {
    let status = status(fix_status(outcome, found), &app.written);
    FindingReport { fix: None, applicability: None, ..finding(app, found, outcome, &app.texts, Some(status)) }
}

fn finding<'a>(
    app: &'a Examined,
    finding: &'a Finding,
    outcome: &'a Outcome,
    texts: &Texts,
    status: Option<&'static str>,
) -> FindingReport<'a> {
    let place = finding.place.as_ref();
    let lines = place.and_then(|place| texts.get(&place.path));
    // The fixes are those of the files as read, so they say nothing about what remains.
    let index = finding.fix.filter(|_| status.is_some());
    let fix = index.and_then(|index| outcome.fixes.get(index));
    FindingReport {
        rule: finding.rule.id,
        severity: finding.severity.name(),
        message: &finding.message,
        path: place.map(|place| app.home.on_disk(&place.path)),
        span: place.map(|place| SpanReport { start: place.span.start, end: place.span.end }),
        start: place.and_then(|place| Some(position(lines?, place.span.start))),
        end: place.and_then(|place| Some(position(lines?, place.span.end))),
        label: &finding.label,
        notes: &finding.notes,
        applicability: fix.map(|fix| fix.applicability.name()),
        status,
        fix: index,
    }
}

fn fix_report<'a>(app: &'a Examined, fix: &'a Fix) -> FixReport<'a> {
    let edits = fix.edits.iter().map(|file| EditReport {
        path: app.home.on_disk(&file.path),
        start: file.edit.span.start,
        end: file.edit.span.end,
        content: &file.edit.content,
    });
    let applicability = fix.applicability.name();
    FixReport { title: &fix.title, applicability, applied: fix.applied, edits: edits.collect() }
}

fn position(lines: &LineIndex<'_>, offset: usize) -> PositionReport {
    let at = lines.position(offset);
    PositionReport { line: at.line, column: at.column }
}

fn error<'a>(app: &'a Examined, broken: &'a ParseError) -> ErrorReport<'a> {
    let at = broken.span.and_then(|span| Some(app.texts.get(&broken.path)?.position(span.start)));
    ErrorReport {
        path: app.home.on_disk(&broken.path),
        message: &broken.message,
        line: at.map(|at| at.line),
        column: at.map(|at| at.column),
    }
}

/// The same of each app before and after the fix, as `of` has it.
pub(super) fn before_and_after<'a, T: Serialize>(
    apps: &'a [Examined],
    of: impl Fn(&'a Examined) -> (Option<T>, Option<T>),
) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Report<'a, T> {
        version: u32,
        apps: Vec<AppReport<'a, T>>,
    }
    #[derive(Serialize)]
    struct AppReport<'a, T> {
        path: &'a str,
        error: Option<&'a str>,
        before: Option<T>,
        after: Option<T>,
    }
    let apps = apps.iter().map(|app| {
        let (before, after) = of(app);
        let error = app.result.as_ref().err().map(|internal| internal.message.as_str());
        AppReport { path: &app.home.shown, error, before, after }
    });
    to_text(&Report { version: VERSION, apps: apps.collect() })
}

/// `value` as indented JSON with a final newline, and no character that a terminal would act on.
pub(crate) fn to_text(value: &impl Serialize) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, Escaping::default());
    value.serialize(&mut serializer)?;
    bytes.push(b'\n');
    Ok(String::from_utf8(bytes)?)
}

/// Pretty printing that also escapes what [`is_harmful`] names.
#[derive(Default)]
struct Escaping(PrettyFormatter<'static>);

impl Formatter for Escaping {
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, to: &mut W, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some((at, ch)) = rest.char_indices().find(|(_, ch)| is_harmful(*ch)) {
            let (plain, tail) = rest.split_at(at);
            to.write_all(plain.as_bytes())?;
            for unit in ch.encode_utf16(&mut [0; 2]) {
                write!(to, "\\u{unit:04x}")?;
            }
            rest = tail.get(ch.len_utf8()..).unwrap_or_default();
        }
        to.write_all(rest.as_bytes())
    }

    fn begin_array<W: io::Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_array(to)
    }

    fn end_array<W: io::Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_array(to)
    }

    fn begin_array_value<W: io::Write + ?Sized>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(to, first)
    }

    fn end_array_value<W: io::Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_array_value(to)
    }

    fn begin_object<W: io::Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_object(to)
    }

    fn end_object<W: io::Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_object(to)
    }

    fn begin_object_key<W: io::Write + ?Sized>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(to, first)
    }

    fn begin_object_value<W: io::Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.begin_object_value(to)
    }

    fn end_object_value<W: io::Write + ?Sized>(&mut self, to: &mut W) -> io::Result<()> {
        self.0.end_object_value(to)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::sample::examined;
    use super::{report, to_text};
    use serde_json::{Value, json};

    #[test]
    fn holds_places_fixes_and_verdicts() {
        let text = report(&[examined(&["safe", "none"])], &[], None).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["version"], 1);
        let app = &value["apps"][0];
        assert_eq!(app["path"], "app");
        assert_eq!(app["verdict"]["outcome"], "fails");
        assert_eq!(app["verdict"]["reason"], "undefined-variable");
        assert_eq!(app["verdict_after"]["outcome"], "builds");
        let found = &app["findings"][0];
        assert_eq!(found["span"], json!({"start": 26, "end": 31}));
        assert_eq!(found["start"], json!({"line": 2, "column": 12}));
        assert_eq!(found["applicability"], "safe");
        assert_eq!(found["fix"], 0);
        assert_eq!(
            app["fixes"][0]["edits"][0],
            json!({"path": "nixpacks.toml", "start": 26, "end": 31, "content": ""})
        );
        assert_eq!(app["findings"][1]["fix"], Value::Null);
        assert_eq!(app["changes"], json!(["nixpacks.toml"]));
        assert_eq!(app["held_back"][0]["reason"], "the app works");
        assert_eq!(app.get("patch"), None);
    }

    #[test]
    fn escapes_for_terminals_and_decodes_to_the_same() {
        let hostile = "a\x1b\u{9b}\u{202e}\u{e0001}ü日\n\"\\";
        let text = to_text(&hostile).unwrap();
        assert!(text.trim_end().chars().all(|ch| !super::is_harmful(ch)), "{text:?}");
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), hostile);
    }
}
