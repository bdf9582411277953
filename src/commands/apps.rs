use super::formats;
use crate::app::{App, AppLocation};
use crate::cli::{CheckArgs, FailOn, OutputArgs, ReportFormat};
use crate::discover::{self, Input};
use crate::errors::NoInput;
use crate::examine::{examine, with, without_directories_of_settings};
use crate::exit::Exit;
use crate::options;
use crate::report::prose::shell_word;
use crate::report::text::escape;
use crate::report::{Committed, Examined, Mode, Written, commit, concise, github, gitlab, human, json};
use crate::report::{markdown, patch, sarif};
use crate::settings::{Resolved, Resolver};
use crate::shared::Shared;
use crate::terminal::{Output, OutputStyle};
use nixpacks_transforms::app::{AppView, NotingErrors, ReadError};
use nixpacks_transforms::engine::{Options, Outcome};
use nixpacks_transforms::simulate::Outcome as Prediction;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

/// `diff`: a look at the apps, and the patch.
pub(super) fn diff(
    args: &CheckArgs,
    output_args: &OutputArgs,
    style: OutputStyle,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let format = formats::of_report(args, Mode::Diff)?;
    let Looked { apps, incomplete } = look(args, output)?;
    let here = here();
    let here = here.as_deref();
    let patches: Vec<String> = match format {
        // One for each app, which may be taken alone.
        ReportFormat::Json => apps.iter().map(|app| patch::patch(app, here, style)).collect(),
        _ => patch::together(&apps, here, style),
    };
    print(&apps, &patches, None, (Mode::Diff, format, &repeated(args)), (output_args, style), output)?;
    Ok(if incomplete { Exit::Unusable } else { status(&apps, Mode::Diff, args) })
}

/// Prints what is known of the apps, and of the commits if any were asked for.
pub(super) fn print(
    apps: &[Examined],
    patches: &[String],
    commits: Option<&[Committed]>,
    (mode, format, repeated): (Mode, ReportFormat, &str),
    (output_args, style): (&OutputArgs, OutputStyle),
    output: &mut Output,
) -> anyhow::Result<()> {
    let here = here();
    let here = here.as_deref();
    let out = &mut output.stdout;
    match format {
        ReportFormat::Json => {
            out.push_str(&json::report(apps, patches, commits)?);
        }
        ReportFormat::Markdown => out.push_str(&markdown::markdown(apps, (mode, repeated), here)),
        ReportFormat::Sarif => out.push_str(&sarif(apps, mode, here)?),
        ReportFormat::Github => {
            out.push_str(&github(apps, (mode, repeated), output_args.quiet, here));
        }
        ReportFormat::Gitlab => out.push_str(&gitlab(apps, mode, here)?),
        // The human report leaves standard output to the patch, so it can stand beside one.
        ReportFormat::Concise if mode != Mode::Diff => concise(apps, mode, output),
        ReportFormat::Concise | ReportFormat::Human => {
            human(apps, commits, (mode, repeated), output_args, style, output);
        }
    }
    if !matches!(format, ReportFormat::Json | ReportFormat::Human) {
        commit::tell(commits, &mut output.stderr);
    }
    commit::failures(commits, &mut output.stderr);
    if matches!(format, ReportFormat::Human | ReportFormat::Concise) {
        output.stdout.extend(patches.iter().map(String::as_str));
    }
    Ok(())
}

/// The arguments that decide what is repaired and how, as a further command has to have them.
pub(super) fn repeated(args: &CheckArgs) -> String {
    let mut words = options::repeated(&args.engine);
    if let Some(revision) = &args.rev {
        words.extend(["--rev".to_owned(), shell_word(revision)]);
    }
    words.extend(args.paths.iter().map(|path| shell_word(&path.display().to_string())));
    words.iter().flat_map(|word| [" ", word]).collect()
}

/// The apps that were named.
pub(super) struct Named {
    pub(super) inputs: Vec<Input>,
    resolver: Resolver,
    shared: Shared,
    unheeded: BTreeMap<PathBuf, String>,
    incomplete: bool,
}

/// The apps that were named, and how far they could be looked at.
pub(super) struct Looked {
    pub(super) apps: Vec<Examined>,
    /// Some could not be looked at.
    pub(super) incomplete: bool,
}

/// Looks at the apps that were named. What could not be looked at is said on the output.
pub(super) fn look(args: &CheckArgs, output: &mut Output) -> anyhow::Result<Looked> {
    named(args, output)?.look(output)
}

/// Finds the apps that were named; at least one, or the error is on the output.
pub(super) fn named(args: &CheckArgs, output: &mut Output) -> anyhow::Result<Named> {
    let resolver = Resolver::new(&args.engine, args.fail_on)?;
    let shared = Shared::default();
    let found = match &args.rev {
        Some(revision) => discover::commits(&args.paths, revision, &shared)?,
        None => discover::inputs(&args.paths, args.app.as_deref(), &shared)?,
    };
    for error in &found.errors {
        let _ = writeln!(output.stderr, "error: {}", escape(error));
    }
    let incomplete = !found.errors.is_empty();
    if found.inputs.is_empty() && !incomplete {
        return Err(NoInput("no app found: there is no nixpacks.toml, Procfile or Python app here").into());
    }
    let unheeded = found.unheeded.into_iter().collect();
    let inputs = without_directories_of_settings(found.inputs, &resolver, &shared);
    Ok(Named { inputs, resolver, shared, unheeded, incomplete })
}

impl Named {
    /// Opens those that the settings do not leave out one after the other, each with the errors of reading it. What is done with one is given back.
    pub(super) fn each<T>(
        &self,
        mut of: impl FnMut(AppLocation, &dyn AppView, &Resolved) -> T,
    ) -> anyhow::Result<Vec<(T, Vec<ReadError>)>> {
        let mut all = Vec::new();
        for input in &self.inputs {
            let resolved = self.resolver.of(input, &self.shared)?;
            if resolved.excluded {
                continue;
            }
            let App { home, view } = App::open(input, &self.shared)?;
            let noting = NotingErrors::new(view.as_ref());
            let made = of(home, &noting, &resolved);
            all.push((made, noting.errors()));
        }
        Ok(all)
    }

    /// Whether some could not be found.
    pub(super) fn is_incomplete(&self) -> bool {
        self.incomplete
    }

    /// Looks at one of them again, by its place among those that [`Named::look`] gave, with other options.
    pub(super) fn again(
        &self,
        at: usize,
        adapt: impl FnOnce(&mut Options),
    ) -> anyhow::Result<Option<Examined>> {
        let mut places = 0;
        for input in &self.inputs {
            let mut resolved = self.resolver.of(input, &self.shared)?;
            if resolved.excluded {
                continue;
            }
            if places == at {
                adapt(&mut resolved.options);
                return with(input, &BTreeMap::new(), &self.shared, resolved).map(Some);
            }
            places += 1;
        }
        Ok(None)
    }

    /// Looks at them.
    pub(super) fn look(&self, output: &mut Output) -> anyhow::Result<Looked> {
        let apps = examine(&self.inputs, &self.resolver, &self.shared)?;
        if apps.is_empty() && !self.inputs.is_empty() {
            let _ = writeln!(output.stderr, "note: `exclude` in nixpacks-fix.toml leaves out every app here");
        }
        let here = here().unwrap_or_default();
        let unheeded: BTreeMap<PathBuf, String> =
            self.unheeded.clone().into_iter().chain(self.shared.unheeded()).collect();
        for (path, why) in unheeded {
            let path = path.strip_prefix(&here).unwrap_or(&path).display().to_string();
            let _ = writeln!(output.stderr, "warning: `{}` is ignored: {why}", escape(&path));
        }
        Ok(Looked { apps, incomplete: self.incomplete })
    }
}

/// The canonical current directory.
pub(super) fn here() -> Option<PathBuf> {
    std::env::current_dir().ok().and_then(|dir| dir.canonicalize().ok())
}

/// How it ended: the worst of the apps.
pub(super) fn status(apps: &[Examined], mode: Mode, args: &CheckArgs) -> Exit {
    let of = |app: &Examined| match (&app.result, &app.written) {
        (Err(_), _) | (_, Written::Failed(_)) => Exit::Unusable,
        (Ok(outcome), _) if !outcome.unread.is_empty() => Exit::Unusable,
        (Ok(outcome), _) if fails(outcome, mode, app) && !args.exit_zero => Exit::Findings,
        _ => Exit::Clean,
    };
    apps.iter().map(of).max().unwrap_or(Exit::Clean)
}

fn fails(outcome: &Outcome, mode: Mode, app: &Examined) -> bool {
    let fail_on = app.fail_on;
    let threshold = options::threshold(fail_on);
    let is_unmodelled =
        app.comparison.as_ref().is_some_and(|comparison| !comparison.is_modelled) && fail_on != FailOn::Error;
    let (findings, predicted, verdict) = match mode {
        Mode::Diff if !outcome.changes.is_empty() => return true,
        Mode::Check => (&outcome.findings, outcome.fails() && !app.known.failure, &outcome.before),
        Mode::Diff | Mode::Fix => (&outcome.remaining, outcome.fails_after(), &outcome.after),
    };
    let unknown =
        app.comparison.is_none() && fail_on == FailOn::Unknown && verdict.outcome == Prediction::Unknown;
    predicted
        || unknown
        || is_unmodelled
        || !outcome.broken.is_empty()
        || findings.iter().any(|finding| finding.severity >= threshold)
}

#[cfg(test)]
mod tests {
    use super::{Examined, FailOn, Mode, fails};
    use crate::report::Known;
    use crate::report::sample::{examined, finding};

    #[test]
    fn fails_for_what_stands_and_after_a_fix_for_what_remains() {
        let mut app = examined(&["note"]);
        let fails = |app: &Examined, mode, fail_on| {
            let app = Examined { fail_on, ..app.clone() };
            app.result.as_ref().is_ok_and(|outcome| fails(outcome, mode, &app))
        };
        assert!(fails(&app, Mode::Check, FailOn::Error));
        assert!(fails(&app, Mode::Diff, FailOn::Error));
        assert!(!fails(&app, Mode::Fix, FailOn::Error));
        app.known = Known { problems: 0, failure: true };
        assert!(!fails(&app, Mode::Check, FailOn::Error));
        if let Ok(outcome) = &mut app.result {
            outcome.remaining = vec![finding("note")];
        }
        assert!(!fails(&app, Mode::Fix, FailOn::Warning));
        assert!(fails(&app, Mode::Fix, FailOn::Note));
        if let Ok(outcome) = &mut app.result {
            outcome.changes.clear();
        }
        assert!(!fails(&app, Mode::Diff, FailOn::Warning));
        assert!(fails(&app, Mode::Diff, FailOn::Note));
    }
}
