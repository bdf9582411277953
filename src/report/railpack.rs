//! The output of what concerns Railpack: its plan, what a switch changes for programs, and what a migration writes.

use super::human::left_to_do;
use super::json::{self, CommitReport, to_text};
use super::prose::{count, shorten, wrap};
use super::text::escape;
use super::{Committed, Comparison, Examined, Written, patch};
use crate::app::AppLocation;
use crate::cli::{Builder, FailOn, OutputArgs};
use crate::terminal::{Output, OutputStyle};
use nixpacks_railpack::checklist::checklist;
use nixpacks_railpack::losses::Loss;
use nixpacks_railpack::migrate::Migration;
use nixpacks_railpack::planner::{PlanError, Planned, Provider};
use nixpacks_railpack::release::Target;
use nixpacks_transforms::engine::{FileChange, Finding, Outcome};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;

/// Lines that are not wrapped are taken for this wide.
const WIDTH: usize = 80;

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
    /// What changes, as any other findings.
    pub(crate) examined: Examined,
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
    findings: Vec<FindingReport<'a>>,
    /// Left out because of comments in the files.
    suppressed: usize,
    /// Left out because a baseline lists them.
    known: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<FileReport<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_hand: Option<Vec<String>>,
    written: bool,
    errors: &'a [String],
}

/// A finding as in any report, and what is done about it.
#[derive(Serialize)]
struct FindingReport<'a> {
    #[serde(flatten)]
    finding: json::FindingReport<'a>,
    help: Option<&'a str>,
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

/// What a switch changes, for programs. The findings are those of `examined`, in the order of the apps.
pub(crate) fn json<'a>(
    apps: impl Iterator<Item = (&'a Moved, &'a Examined)>,
    with_files: bool,
    commits: Option<&[Committed]>,
) -> anyhow::Result<String> {
    let apps = apps.map(|(app, examined)| AppReport {
        path: &app.home.shown,
        builder: builder(app.migration.target),
        rest: migration_report(app, examined, with_files),
    });
    to_text(&Report { version: 1, apps: apps.collect(), commits: json::commits(commits) })
}

fn finding_report<'a>(app: &'a Examined, outcome: &'a Outcome, finding: &'a Finding) -> FindingReport<'a> {
    let fix = finding.fix.and_then(|fix| outcome.fixes.get(fix));
    let kept = fix.is_some_and(|fix| fix.applied);
    FindingReport {
        finding: json::compared(app, finding, outcome),
        help: fix.filter(|_| !kept).map(|fix| fix.title.as_str()),
        kept,
    }
}

fn migration_report<'a>(app: &'a Moved, examined: &'a Examined, with_files: bool) -> MigrationReport<'a> {
    let outcome = examined.result.as_ref().ok();
    let found = outcome.into_iter().flat_map(|outcome| {
        outcome.findings.iter().map(move |finding| finding_report(examined, outcome, finding))
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
        suppressed: outcome.map_or(0, |outcome| outcome.suppressed),
        known: examined.known.problems,
        files: with_files.then(|| files.collect()),
        by_hand: with_files.then(|| checklist(&app.migration)),
        written: app.written.stands(),
        errors: &app.unread,
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
        left_to_do(&app.examined, output_args, style, &mut told);
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

/// How the sentence on the files of a migration begins.
const AFTER: &str = "with what `migrate` writes";

/// What Railpack makes of an app, in sentences.
pub(crate) fn comparison(migration: &Migration) -> Comparison {
    let is_modelled = migration.before.provider.is_none_or(Provider::is_modelled);
    let mut comparison = Comparison { said: Vec::new(), is_helped: !migration.files.is_empty(), is_modelled };
    let said = &mut comparison.said;
    if migration.by_hand.dockerfile && migration.target.is_railway() {
        said.push("Railway builds the Dockerfile: neither Nixpacks nor Railpack runs".to_owned());
        return comparison;
    }
    let lost = migration.lost.len();
    let what = match (lost, &migration.before.error) {
        _ if matches!(migration.lost.as_slice(), [Loss::Unreadable(_)]) => {
            "cannot be compared with Nixpacks".to_owned()
        }
        (_, Some(error)) => format!("not planned: {}", escape(&shorten(&error.message()))),
        (0, _) => "planned: nothing lost".to_owned(),
        (lost, _) => format!("planned: loses {}", count(lost, "thing")),
    };
    said.push(format!("with {}: {what}", title(migration.target)));
    if !is_modelled {
        let provider = migration.before.provider.map_or("", Provider::title);
        said.push(format!("only the plan of Python apps is modelled, and this is built as {provider}"));
    }
    if !migration.files.is_empty() {
        let left = migration.left.len();
        let after =
            if left == 0 { "nothing lost".to_owned() } else { format!("loses {}", count(left, "thing")) };
        said.push(format!("{AFTER}: planned: {after}"));
    }
    comparison
}

struct Printer<'a> {
    app: &'a Moved,
    style: OutputStyle,
}

impl Printer<'_> {
    fn verdict(&self, out: &mut String) {
        let name = name(&self.app.home);
        let said = self.app.examined.comparison.iter().flat_map(|comparison| &comparison.said);
        for (at, said) in said.enumerate() {
            // A Dockerfile that is asked for is not predicted.
            if at == 0 || !said.starts_with(AFTER) || !matches!(self.app.dockerfile, Some(Ok(()))) {
                let _ = writeln!(out, "{name}: {said}");
            }
        }
        out.push('\n');
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
