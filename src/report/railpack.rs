//! The output of what concerns Railpack: its plan, what a switch changes, and what a migration writes.

use super::json::{self, CommitReport, to_text};
use super::prose::{count, shorten, wrap};
use super::text::escape;
use super::{Committed, Written, patch};
use crate::app::AppLocation;
use crate::cli::{Builder, FailOn, Format, OutputArgs};
use crate::terminal::{Output, OutputStyle};
use nixpacks_railpack::checklist::checklist;
use nixpacks_railpack::findings::{Finding, Severity, findings};
use nixpacks_railpack::losses::Loss;
use nixpacks_railpack::migrate::Migration;
use nixpacks_railpack::planner::{PlanError, Planned, Provider};
use nixpacks_railpack::release::Target;
use nixpacks_transforms::engine::FileChange;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Lines that are not wrapped are taken for this wide.
const WIDTH: usize = 80;
/// Findings of one kind that are shown.
const ALIKE: usize = 12;

/// An app as Railpack would plan it.
pub(crate) struct Moved {
    /// Where it is.
    pub(crate) home: AppLocation,
    /// What changes, and what keeps it.
    pub(crate) migration: Migration,
    /// The files to write.
    pub(crate) changes: Vec<FileChange>,
    /// Whether they were.
    pub(crate) written: Written,
    /// Files that could not be read: nothing is written then.
    pub(crate) unread: Vec<String>,
    /// Whether a Dockerfile is what is written, where one was asked for; or why none is.
    pub(crate) dockerfile: Option<Result<(), String>>,
    /// The severity from which on `check` fails.
    pub(crate) fail_on: FailOn,
}

#[derive(Serialize)]
struct Report<'a, T> {
    version: u32,
    apps: Vec<AppReport<'a, T>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commits: Option<Vec<CommitReport<'a>>>,
}

#[derive(Serialize)]
struct AppReport<'a, T> {
    path: &'a str,
    builder: String,
    #[serde(flatten)]
    rest: T,
}

#[derive(Serialize)]
struct PlanReport {
    provider: Option<&'static str>,
    /// Whether the plan of this provider is known.
    modelled: bool,
    start: Option<String>,
    install: Vec<String>,
    build: Vec<String>,
    /// The commands that install packages before the build, and in the image.
    apt_build: Vec<String>,
    apt_deploy: Vec<String>,
    /// The version that is asked for, and who asks.
    python: Option<[String; 2]>,
    error: Option<Vec<String>>,
}

#[derive(Serialize)]
struct MigrationReport<'a> {
    /// `nothing lost` or `loses something`: a prediction of the plan, not of the build.
    verdict: &'static str,
    verdict_after: &'static str,
    findings: Vec<FindingReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<FileReport<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_hand: Option<Vec<String>>,
    written: bool,
    errors: &'a [String],
}

#[derive(Serialize)]
struct FindingReport {
    kind: &'static str,
    severity: &'static str,
    message: String,
    help: Option<String>,
    kept: bool,
}

#[derive(Serialize)]
struct FileReport<'a> {
    path: &'a str,
    text: &'a str,
    created: bool,
}

fn plan_report(planned: &Planned) -> PlanReport {
    let refused = planned.error.is_some();
    PlanReport {
        provider: planned.provider.filter(|_| !refused).map(Provider::name),
        modelled: planned.provider.is_none_or(Provider::is_modelled),
        start: planned.plan.deploy.start.clone(),
        install: planned.plan.lines("install"),
        build: planned.plan.lines("build"),
        apt_build: planned.plan.lines("packages:apt:build"),
        apt_deploy: planned.plan.lines("packages:apt:runtime"),
        python: planned.python.as_ref().map(|python| [python.version.clone(), python.source.clone()]),
        error: planned.error.as_ref().map(|error| vec![error.message()]),
    }
}

/// The builder as it is typed.
fn builder(target: Target) -> String {
    Builder::Railpack(Some(target)).to_string()
}

/// The builder as a person reads it.
pub(crate) fn title(target: Target) -> String {
    match target.platform {
        Some(platform) => format!("Railpack {} ({})", target.release, platform.title()),
        None => format!("Railpack {}", target.release),
    }
}

fn name(home: &AppLocation) -> String {
    if home.shown == "." { "this app".to_owned() } else { escape(&home.shown) }
}

/// The plans, for programs.
pub(crate) fn plan_json(apps: &[Moved]) -> anyhow::Result<String> {
    let apps = apps.iter().map(|app| AppReport {
        path: &app.home.shown,
        builder: builder(app.migration.target),
        rest: plan_report(&app.migration.before),
    });
    to_text(&Report { version: 1, apps: apps.collect(), commits: None })
}

/// The plans, for people.
pub(crate) fn plan_human(apps: &[Moved]) -> String {
    let mut out = String::new();
    for app in apps {
        let plan = plan_report(&app.migration.before);
        let _ = writeln!(out, "{}: what {} installs and runs", name(&app.home), title(app.migration.target));
        if let Some(error) = &plan.error {
            let _ = writeln!(out, "  nothing: {}", escape(&error.join("; ")));
            continue;
        }
        let mut line = |key: &str, values: &[String]| {
            for (at, value) in values.iter().enumerate() {
                let _ = writeln!(out, "  {:12} {}", if at == 0 { key } else { "" }, escape(value));
            }
        };
        line("provider", &[plan.provider.unwrap_or("none").to_owned()]);
        if let Some([version, source]) = &plan.python {
            line("python", &[format!("{version} ({source})")]);
        }
        let names = |step: &str| -> Vec<String> {
            app.migration.before.plan.apt_packages(step).into_iter().map(str::to_owned).collect()
        };
        line("apt, build", &names("packages:apt:build"));
        line("install", &plan.install);
        line("build", &plan.build);
        line("apt, image", &names("packages:apt:runtime"));
        line("start", plan.start.as_slice());
        if !plan.modelled {
            line("", &["the rest is not modelled: only Python apps are".to_owned()]);
        }
    }
    out
}

/// `nothing lost` or `loses something`.
fn verdict(lost: usize) -> &'static str {
    if lost == 0 { "planned: nothing lost" } else { "planned: loses something" }
}

/// What a switch changes, for programs.
pub(crate) fn json(
    apps: &[Moved],
    with_files: bool,
    commits: Option<&[Committed]>,
) -> anyhow::Result<String> {
    let apps = apps.iter().map(|app| AppReport {
        path: &app.home.shown,
        builder: builder(app.migration.target),
        rest: migration_report(app, with_files),
    });
    to_text(&Report { version: 1, apps: apps.collect(), commits: json::commits(commits) })
}

fn migration_report(app: &Moved, with_files: bool) -> MigrationReport<'_> {
    let found = findings(&app.migration).into_iter().map(|finding| FindingReport {
        kind: finding.kind,
        severity: finding.severity.name(),
        message: finding.message,
        help: finding.help,
        kept: finding.is_kept,
    });
    let files = app.changes.iter().map(|change| FileReport {
        path: &change.path,
        text: &change.after,
        created: change.created,
    });
    MigrationReport {
        verdict: verdict(app.migration.lost.len()),
        verdict_after: verdict(app.migration.left.len()),
        findings: found.collect(),
        files: with_files.then(|| files.collect()),
        by_hand: with_files.then(|| checklist(&app.migration)),
        written: app.written.stands(),
        errors: &app.unread,
    }
}

/// One line for each finding.
fn concise(app: &Moved, out: &mut String) {
    for finding in findings(&app.migration) {
        let (severity, kind) = (finding.severity.name(), finding.kind);
        let _ = writeln!(out, "{}: {severity}[{kind}] {}", escape(&app.home.shown), escape(&finding.message));
    }
}

/// What a switch changes, for `check`.
pub(crate) fn check(
    apps: &[Moved],
    format: Format,
    (output_args, style): (&OutputArgs, OutputStyle),
    repeated: &str,
    output: &mut Output,
) {
    for app in apps {
        unread(app, output);
        if format == Format::Concise {
            concise(app, &mut output.stdout);
            continue;
        }
        let printer = Printer { app, style };
        if !output_args.quiet {
            printer.verdict(&mut output.stdout);
        }
        printer.findings(&findings(&app.migration), &mut output.stdout);
    }
    if output_args.quiet || format == Format::Concise {
        return;
    }
    let can = apps.iter().any(|app| !app.changes.is_empty());
    output
        .stdout
        .push_str("not checked: whether it builds, names in private registries, settings in the dashboard\n");
    if can {
        let _ = writeln!(
            output.stdout,
            "next: `nixpacks-fix migrate{repeated}` shows the files that keep the app"
        );
    }
}

/// What a migration writes, for `migrate`. The patch goes to standard output, and all else beside it.
pub(crate) fn migrate(
    apps: &[Moved],
    here: Option<&Path>,
    (output_args, style): (&OutputArgs, OutputStyle),
    repeated: &str,
    output: &mut Output,
) {
    let mut patches = String::new();
    let mut shown = patch::Patches::default();
    let mut told = String::new();
    for app in apps {
        unread(app, output);
        if !app.written.stands() {
            patches.push_str(&shown.next(&app.home, &app.changes, here, style));
        }
        let printer = Printer { app, style };
        if !output_args.quiet {
            printer.verdict(&mut told);
        }
        let left: Vec<Finding> = findings(&app.migration)
            .into_iter()
            .filter(|finding| !finding.is_kept && finding.severity > Severity::Note)
            .collect();
        printer.findings(&left, &mut told);
        printer.outcome(&mut told);
        if !output_args.quiet {
            printer.checklist(&mut told);
        }
    }
    let can_write = |app: &Moved| !app.changes.is_empty() && app.written == Written::Shown && !app.home.stdin;
    let shown = apps.iter().any(can_write);
    if shown && !output_args.quiet {
        let _ = writeln!(told, "next: `nixpacks-fix migrate --write{repeated}` writes these files");
    }
    if patches.is_empty() {
        output.stdout.push_str(&told);
    } else {
        output.stdout.push_str(&patches);
        output.stderr.push_str(&told);
    }
}

fn unread(app: &Moved, output: &mut Output) {
    for error in &app.unread {
        let _ = writeln!(output.stderr, "error: {}", escape(error));
    }
    if let Written::Failed(why) = &app.written {
        let _ = writeln!(output.stderr, "error: {}", escape(why));
    }
}

struct Printer<'a> {
    app: &'a Moved,
    style: OutputStyle,
}

impl Printer<'_> {
    fn verdict(&self, out: &mut String) {
        let migration = &self.app.migration;
        let name = name(&self.app.home);
        let lost = migration.lost.len();
        if migration.by_hand.dockerfile && migration.target.is_railway() {
            let _ =
                writeln!(out, "{name}: Railway builds the Dockerfile: neither Nixpacks nor Railpack runs\n");
            return;
        }
        let what = match (lost, &migration.before.error) {
            _ if matches!(migration.lost.as_slice(), [Loss::Unreadable(_)]) => {
                "cannot be compared with Nixpacks".to_owned()
            }
            (_, Some(error)) => format!("not planned: {}", escape(&shorten(&error.message()))),
            (0, _) => "planned: nothing lost".to_owned(),
            (lost, _) => format!("planned: loses {}", count(lost, "thing")),
        };
        let _ = writeln!(out, "{name}: with {}: {what}", title(migration.target));
        if migration.before.provider.is_some_and(|provider| !provider.is_modelled()) {
            let provider = migration.before.provider.map_or("", Provider::title);
            let _ = writeln!(
                out,
                "{name}: only the plan of Python apps is modelled, and this is built as {provider}"
            );
        }
        let has_dockerfile = matches!(self.app.dockerfile, Some(Ok(())));
        if !self.app.changes.is_empty() && !has_dockerfile {
            let left = migration.left.len();
            let after =
                if left == 0 { "nothing lost".to_owned() } else { format!("loses {}", count(left, "thing")) };
            let _ = writeln!(out, "{name}: with what `migrate` writes: planned: {after}");
        }
        out.push('\n');
    }

    fn findings(&self, findings: &[Finding], out: &mut String) {
        let width = self.style.width.unwrap_or(WIDTH);
        let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
        for finding in findings {
            let number = shown.entry(finding.kind).or_default();
            *number += 1;
            if *number > ALIKE {
                continue;
            }
            let (severity, kind) = (finding.severity.name(), finding.kind);
            let color = match finding.severity {
                Severity::Error => "\x1b[1;31m",
                Severity::Warning => "\x1b[1;33m",
                Severity::Note => "\x1b[1;36m",
            };
            let (color, plain) = if self.style.color { (color, "\x1b[0m") } else { ("", "") };
            let first = format!("{color}{severity}[{kind}]{plain}: ");
            let message = wrap(&escape(&finding.message), width, "", "  ");
            let text = wrap(&format!("{first}{message}").replace('\n', " "), width, "", "  ");
            let _ = writeln!(out, "{text}");
            let help = match (&finding.help, finding.is_kept) {
                (_, true) => Some("`migrate` deals with it".to_owned()),
                (Some(help), false) => Some(escape(help)),
                (None, false) => None,
            };
            if let Some(help) = help {
                let _ = writeln!(out, "{}", wrap(&help, width, "  = help: ", "          "));
            }
        }
        for (kind, number) in shown.iter().filter(|(_, number)| **number > ALIKE) {
            let _ = writeln!(out, "and {} more of {kind}", number - ALIKE);
        }
        if !findings.is_empty() {
            out.push('\n');
        }
    }

    /// What was written, or why nothing is.
    fn outcome(&self, out: &mut String) {
        let app = self.app;
        let name = name(&app.home);
        let files: Vec<String> =
            app.changes.iter().map(|change| format!("`{}`", escape(&change.path))).collect();
        match &app.dockerfile {
            Some(Ok(())) => {
                let _ = writeln!(
                    out,
                    "{name}: the Dockerfile is not predicted: build it yourself before you push it"
                );
                out.push_str("on Railway a Dockerfile is built whatever the builder is set to\n");
            }
            Some(Err(why)) => {
                let _ = writeln!(out, "{name}: no Dockerfile is written: {}", escape(why));
            }
            None => {}
        }
        if app.written.stands() {
            let _ = writeln!(out, "{name}: wrote {}", super::prose::list(&files));
        } else if app.migration.by_hand.dockerfile && app.migration.target.is_railway() {
            let _ = writeln!(out, "{name}: nothing is written: Railway builds the Dockerfile");
        } else if app.changes.is_empty() && app.migration.lost.is_empty() {
            let _ = writeln!(out, "{name}: no file has to be written");
        } else if app.changes.is_empty() && matches!(app.migration.before.error, Some(PlanError::Config(_))) {
            let _ = writeln!(out, "{name}: nothing is written: correct `railpack.json` first");
        } else if app.changes.is_empty() && app.migration.by_hand.has_config {
            let _ = writeln!(
                out,
                "{name}: nothing is written: `railpack.json` says otherwise there, and what it says is not changed"
            );
        } else if app.changes.is_empty() {
            let _ = writeln!(out, "{name}: nothing is written: only you can deal with what is named above");
        }
    }

    fn checklist(&self, out: &mut String) {
        let width = self.style.width.unwrap_or(WIDTH);
        let steps = checklist(&self.app.migration);
        if steps.is_empty() || matches!(self.app.dockerfile, Some(Ok(()))) {
            return;
        }
        out.push_str("then, by hand:\n");
        for (at, step) in steps.iter().enumerate() {
            let _ = writeln!(out, "{}", wrap(&escape(step), width, &format!("  {}. ", at + 1), "     "));
        }
        out.push('\n');
    }
}
