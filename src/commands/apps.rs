use super::examine::examine;
use crate::cli::{CheckArgs, Format, Voice};
use crate::discover;
use crate::exit::{Exit, Failure};
use crate::options;
use crate::report::{Examined, Mode, Written, concise, human, json, patch, plan};
use crate::terminal::{Page, Tone};
use crate::write;
use nixpacks_transforms::engine::Outcome;
use nixpacks_transforms::rules::Severity;

/// `check`, `diff` and `fix`: one look at the apps, and three things to do with it.
pub(super) fn run(
    args: &CheckArgs,
    mode: Mode,
    voice: &Voice,
    tone: Tone,
    page: &mut Page,
) -> Result<Exit, Failure> {
    if mode == Mode::Fix && args.rev.is_some() {
        return Err(Failure::unusable(
            "cannot use `--rev` with `fix`: a commit is not written; use `diff --rev`",
        ));
    }
    let mut apps = look(args)?;
    let mut patches = Vec::new();
    match mode {
        Mode::Check => {}
        Mode::Diff => {
            let here = std::env::current_dir().ok().and_then(|dir| dir.canonicalize().ok());
            patches = apps.iter().map(|app| patch::patch(app, here.as_deref(), tone)).collect();
        }
        Mode::Fix => {
            for app in &mut apps {
                write_app(app, args.output_format, page);
            }
        }
    }
    match args.output_format {
        Format::Json => page.out.push_str(&json::report(&apps, &patches).map_err(Failure::unusable)?),
        // The human report leaves standard output to the patch, so it can stand beside one.
        Format::Concise if mode != Mode::Diff => concise(&apps, mode, page),
        Format::Concise | Format::Human => human(&apps, mode, voice, tone, page),
    }
    if args.output_format != Format::Json {
        page.out.extend(patches.iter().map(String::as_str));
    }
    Ok(status(&apps, mode, args))
}

/// Prints the plans.
pub(super) fn plan(args: &CheckArgs, page: &mut Page) -> Result<Exit, Failure> {
    let apps = look(args)?;
    if args.output_format == Format::Json {
        page.out = plan::json(&apps).map_err(Failure::unusable)?;
    } else {
        page.out = plan::human(&apps);
    }
    Ok(if apps.iter().any(|app| app.result.is_err()) { Exit::Unusable } else { Exit::Clean })
}

fn look(args: &CheckArgs) -> Result<Vec<Examined>, Failure> {
    let options = options::resolve(&args.engine)?;
    let inputs = match &args.rev {
        Some(revision) => discover::commits(&args.paths, revision),
        None => discover::inputs(&args.paths, args.app.as_deref())?,
    };
    if inputs.is_empty() {
        let message = "no app found: no deploy file and no Python app here".to_owned();
        return Err(Failure { exit: Exit::NoInput, message });
    }
    examine(&inputs, &options)
}

fn write_app(app: &mut Examined, format: Format, page: &mut Page) {
    let Ok(outcome) = &app.result else { return };
    if app.home.stdin {
        // The text goes on whether or not it changed, as a filter's must.
        if format != Format::Json {
            let path = "nixpacks.toml";
            let changed = outcome.changes.iter().find(|change| change.path == path);
            let text = changed.map(|change| change.after.as_str());
            page.out.push_str(text.or_else(|| Some(&app.texts.get(path)?.text)).unwrap_or_default());
        }
        if !outcome.changes.is_empty() {
            app.written = Written::Done;
        }
        return;
    }
    if !outcome.changes.is_empty() {
        app.written = match write::all(&app.home, &outcome.changes) {
            Ok(()) => Written::Done,
            Err(why) => Written::Failed(why),
        };
    }
}

/// How it ended: the worst of the apps.
fn status(apps: &[Examined], mode: Mode, args: &CheckArgs) -> Exit {
    let threshold = options::threshold(args.fail_on);
    let of = |app: &Examined| match (&app.result, &app.written) {
        (Err(_), _) | (_, Written::Failed(_)) => Exit::Unusable,
        (Ok(outcome), _) if fails(outcome, mode, threshold) && !args.exit_zero => Exit::Findings,
        _ => Exit::Clean,
    };
    apps.iter().map(of).max().unwrap_or(Exit::Clean)
}

fn fails(outcome: &Outcome, mode: Mode, threshold: Severity) -> bool {
    let (findings, verdict) = match mode {
        Mode::Diff if !outcome.changes.is_empty() => return true,
        Mode::Check => (&outcome.findings, &outcome.before),
        Mode::Diff | Mode::Fix => (&outcome.remaining, &outcome.after),
    };
    verdict.fails()
        || !outcome.broken.is_empty()
        || findings.iter().any(|finding| finding.severity >= threshold)
}

#[cfg(test)]
mod tests {
    use super::{Mode, Severity, fails};
    use crate::report::sample::{examined, finding};

    #[test]
    fn fails_for_what_stands_and_after_a_fix_for_what_remains() {
        let Ok(mut outcome) = examined(&["note"]).result else { return };
        assert!(fails(&outcome, Mode::Check, Severity::Error));
        assert!(fails(&outcome, Mode::Diff, Severity::Error));
        assert!(!fails(&outcome, Mode::Fix, Severity::Error));
        outcome.remaining = vec![finding("note")];
        assert!(!fails(&outcome, Mode::Fix, Severity::Warning));
        assert!(fails(&outcome, Mode::Fix, Severity::Note));
        outcome.changes.clear();
        assert!(!fails(&outcome, Mode::Diff, Severity::Warning));
        assert!(fails(&outcome, Mode::Diff, Severity::Note));
    }
}
