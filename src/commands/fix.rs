use super::apps::{Looked, diff, named, print, repeated, status};
use super::formats;
use super::interactive::{self, Answered};
use crate::app::STDIN_NAME;
use crate::cli::{FixArgs, OutputArgs, ReportFormat};
use crate::commit;
use crate::discover::Input;
use crate::errors;
use crate::exit::Exit;
use crate::report::prose::count;
use crate::report::text::{escape, push_line};
use crate::report::{Examined, Mode, Written};
use crate::terminal::{self, Output, OutputStyle};
use crate::view::WorkTree;
use crate::write;
use anyhow::bail;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// `fix`: writes, and commits if asked to.
pub(super) fn run(
    args: &FixArgs,
    output_args: &OutputArgs,
    style: OutputStyle,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    if args.check.rev.is_some() {
        bail!("cannot use `--rev` with `fix`: a commit is not written; use `diff --rev`");
    }
    if args.commit && args.check.paths.iter().any(|path| path == Path::new("-")) {
        bail!("cannot use `--commit` with `-`: standard input is in no repository");
    }
    if args.dry_run {
        return diff(&args.check, output_args, style, output);
    }
    let format = formats::of_report(&args.check, Mode::Fix)?;
    if args.interactive {
        if format != ReportFormat::Human || args.check.paths.iter().any(|path| path == Path::new("-")) {
            bail!("cannot use `--interactive` with `-` or another output format than `human`");
        }
        interactive::needs_terminal()?;
    }
    let mut found = named(&args.check, output)?;
    let Swept { failed: untidy, restored } = sweep(&found.inputs, output);
    if let Some(why) = untidy.values().next().filter(|_| args.commit) {
        bail!("not committed, and nothing was changed: {why}");
    }
    if restored {
        // Files are other ones than they were when the apps were searched for.
        found = named(&args.check, output)?;
    }
    let Looked { mut apps, incomplete } = found.look(output)?;
    for app in &mut apps {
        let left = app.home.dir.as_ref().and_then(|dir| untidy.get(dir));
        if let Some(why) = left
            && app.result.as_ref().is_ok_and(|outcome| !outcome.changes.is_empty())
        {
            app.written = Written::Failed(why.clone());
        }
    }
    let mut declined = 0;
    if args.interactive {
        // What is in the way of a commit is said before somebody answers questions for nothing.
        if args.commit {
            commit::plan(&apps, &args.how)?;
        }
        match interactive::ask(&found, &mut apps, style)? {
            Answered::Quit => {
                output.stdout.push_str("nothing was changed\n");
                return Ok(Exit::Findings);
            }
            Answered::Done { declined: number, untouched } => {
                declined = number;
                output.stdout.push('\n');
                // Nobody asked for a report on those.
                let mut at = 0;
                apps.retain(|app| {
                    at += 1;
                    let is_left = untouched.contains(&(at - 1));
                    if is_left {
                        let _ = writeln!(output.stdout, "{}: left as it is", interactive::name(app));
                    }
                    !is_left
                });
            }
        }
    }
    let planned = if args.commit { Some(commit::plan(&apps, &args.how)?) } else { None };
    if planned.is_none() {
        for app in apps.iter_mut().filter(|app| app.written == Written::Shown) {
            write_app(app, format, output);
        }
    }
    let commits = planned.map(|planned| commit::make(&planned, &mut apps, &args.how));
    print(
        &apps,
        &[],
        commits.as_deref(),
        (Mode::Fix, format, &repeated(&args.check)),
        (output_args, style),
        output,
    )?;
    if declined > 0 {
        let _ = writeln!(output.stdout, "left out: {}", count(declined, "change"));
    }
    let failed = commits.iter().flatten().any(|commit| commit.error.is_some());
    let status = status(&apps, Mode::Fix, &args.check);
    Ok(match status {
        _ if failed || incomplete => Exit::Unusable,
        Exit::Clean if declined > 0 && !args.check.exit_zero => Exit::Findings,
        status => status,
    })
}

/// What became of what interrupted runs left.
pub(super) struct Swept {
    /// The apps in which it could not be tidied, and why.
    pub(super) failed: BTreeMap<PathBuf, String>,
    /// Whether files were brought back.
    pub(super) restored: bool,
}

/// Completes or takes back what runs left that were ended in the middle, and says which files are as they were
/// before.
pub(super) fn sweep(inputs: &[Input], output: &mut Output) -> Swept {
    let mut failed = BTreeMap::new();
    let mut restored = false;
    let mut trees: BTreeMap<PathBuf, Result<(), String>> = BTreeMap::new();
    let mut say = |files: Vec<PathBuf>| {
        for file in files {
            restored = true;
            let file = escape(&file.display().to_string());
            let _ = writeln!(
                output.stderr,
                "note: an earlier `fix` was interrupted: `{file}` is as it was before that"
            );
        }
    };
    for input in inputs {
        let dir = match input {
            Input::Dir { real, .. } => real.clone(),
            Input::Config(file) => {
                let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let Ok(dir) = dir.canonicalize() else { continue };
                dir
            }
            Input::Commit { .. } | Input::Stdin(_) => continue,
        };
        let tree = WorkTree::of(&dir);
        let top = tree.as_ref().map_or(&dir, |tree| &tree.top);
        let swept = write::sweep(&dir, top).map_err(|error| errors::lines(&error));
        let swept = swept.map(|swept| say(swept.restored)).and_then(|()| match tree {
            Some(ref tree) => {
                let sweep = || commit::sweep(tree).map(&mut say).map_err(|error| errors::lines(&error));
                trees.entry(tree.top.clone()).or_insert_with(sweep).clone()
            }
            None => Ok(()),
        });
        if let Err(why) = swept {
            failed.insert(dir, why);
        }
    }
    Swept { failed, restored }
}

fn write_app(app: &mut Examined, format: ReportFormat, output: &mut Output) {
    let Ok(outcome) = &app.result else { return };
    if app.home.stdin {
        // The text goes on whether or not it changed, as a filter's must.
        if format != ReportFormat::Json {
            let changed = outcome.changes.iter().find(|change| change.path == STDIN_NAME);
            let text = changed.map(|change| change.after.as_str());
            let text = text.or_else(|| Some(app.texts.get(STDIN_NAME)?.text())).unwrap_or_default();
            if terminal::is_shown() {
                push_lines(&mut output.stdout, text);
            } else {
                output.stdout.push_str(text);
            }
        }
        if !outcome.changes.is_empty() {
            app.written = Written::Done;
        }
        return;
    }
    if !outcome.changes.is_empty() {
        app.written = match write::all(&app.home, &outcome.changes, &app.texts) {
            Ok(()) => Written::Done,
            Err(error) => Written::Failed(errors::line(&error)),
        };
    }
}

/// Adds a text for a terminal: what would tell it to do something is shown in its place.
fn push_lines(out: &mut String, text: &str) {
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        push_line(out, line.strip_suffix('\r').unwrap_or(line));
        out.push_str(end);
    }
}
