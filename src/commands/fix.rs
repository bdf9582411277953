use super::apps::{Looked, look, print, status};
use crate::app::STDIN_NAME;
use crate::cli::{FixArgs, Format, Voice};
use crate::commit;
use crate::exit::{Exit, Failure};
use crate::report::{Examined, Mode, Written};
use crate::terminal::{Page, Tone};
use crate::write;
use std::path::Path;

/// `fix`: writes, and commits if asked to.
pub(super) fn run(args: &FixArgs, voice: &Voice, tone: Tone, page: &mut Page) -> Result<Exit, Failure> {
    if args.check.rev.is_some() {
        return Err(Failure::unusable(
            "cannot use `--rev` with `fix`: a commit is not written; use `diff --rev`",
        ));
    }
    if args.commit && args.check.paths.iter().any(|path| path == Path::new("-")) {
        return Err(Failure::unusable("cannot use `--commit` with `-`: standard input is in no repository"));
    }
    let Looked { mut apps, incomplete } = look(&args.check, page)?;
    let planned = if args.commit { Some(commit::plan(&apps, &args.how)?) } else { None };
    // A commit aside takes the text from here; the files stay as they are.
    if args.how.branch.is_none() {
        for app in &mut apps {
            write_app(app, args.check.output_format, page);
        }
    }
    let commits = planned.map(|planned| commit::make(&planned, &mut apps, &args.how));
    print(&apps, &[], commits.as_deref(), (Mode::Fix, &args.check), (voice, tone), page)?;
    let failed = commits.iter().flatten().any(|commit| commit.error.is_some());
    Ok(if failed || incomplete { Exit::Unusable } else { status(&apps, Mode::Fix, &args.check) })
}

fn write_app(app: &mut Examined, format: Format, page: &mut Page) {
    let Ok(outcome) = &app.result else { return };
    if app.home.stdin {
        // The text goes on whether or not it changed, as a filter's must.
        if format != Format::Json {
            let changed = outcome.changes.iter().find(|change| change.path == STDIN_NAME);
            let text = changed.map(|change| change.after.as_str());
            page.out.push_str(text.or_else(|| Some(app.texts.get(STDIN_NAME)?.text())).unwrap_or_default());
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
