//! `check` and `plan` for Railpack, and `migrate`.

use super::apps::{Looked, Named, named};
use super::fix::sweep;
use super::formats;
use crate::cli::{Builder, CheckArgs, CommitArgs, EngineArgs, Format, MigrateArgs, OutputArgs, PlanArgs};
use crate::commit::{self, migration_message};
use crate::errors;
use crate::exit::Exit;
use crate::migrate;
use crate::options;
use crate::report::commit as told;
use crate::report::prose::shell_word;
use crate::report::railpack::{self, Moved};
use crate::report::{Committed, Examined, Texts, Written};
use crate::terminal::{Output, OutputStyle};
use crate::write;
use anyhow::{anyhow, bail};
use nixpacks_railpack::release::Target;
use nixpacks_transforms::engine::{self, Outcome};
use std::collections::BTreeMap;
use std::path::Path;

/// Whether the command is for Railpack.
pub(super) fn is_meant(args: &CheckArgs) -> bool {
    is_named(&args.engine)
}

/// Whether Railpack is named as the builder.
pub(super) fn is_named(args: &EngineArgs) -> bool {
    matches!(args.builder, Some(Builder::Railpack(_)))
}

/// The version that was named.
fn typed(args: &CheckArgs, to: Option<Target>) -> Option<Target> {
    let named = match args.engine.builder {
        Some(Builder::Railpack(target)) => target,
        _ => None,
    };
    to.or(named)
}

/// Writes and commits what changes, by the same means as a fix.
fn commit_all(
    apps: &mut [Moved],
    texts: Vec<Texts>,
    outcomes: Vec<Outcome>,
    how: &CommitArgs,
) -> anyhow::Result<Vec<Committed>> {
    let mut examined = Vec::new();
    for ((app, texts), outcome) in apps.iter().zip(texts).zip(outcomes) {
        let outcome = Outcome { changes: app.changes.clone(), ..outcome };
        let (home, fixed) = (app.home.clone(), texts.clone());
        examined.push(Examined {
            home,
            texts,
            fixed,
            result: Ok(outcome),
            written: Written::Shown,
            fail_on: app.fail_on,
            known: crate::report::Known::default(),
            comparison: None,
        });
    }
    let mut how = how.clone();
    if how.message.is_empty() {
        how.message = migration_message::paragraphs(&apps.iter().collect::<Vec<_>>());
    }
    let planned = commit::plan(&examined, &how)?;
    let commits = commit::make(&planned, &mut examined, &how);
    for (app, examined) in apps.iter_mut().zip(examined) {
        app.written = examined.written;
    }
    Ok(commits)
}

/// Compares the builders on each app.
fn look(
    named: &Named,
    typed: Option<Target>,
    asks_dockerfile: bool,
) -> anyhow::Result<(Vec<Moved>, Vec<Texts>)> {
    let all =
        named.each(|home, app, resolved| migrate::compare(home, app, resolved, typed, asks_dockerfile))?;
    let with_errors = all.into_iter().map(|((mut moved, texts), errors)| {
        migrate::note_unread(&mut moved, errors);
        (moved, texts)
    });
    Ok(with_errors.unzip())
}

/// The arguments that a further command has to repeat.
pub(super) fn repeated(args: &CheckArgs, to: Option<Target>) -> String {
    let to = typed(args, to).map(|target| Builder::Railpack(Some(target)).to_string());
    let mut words: Vec<String> = to.into_iter().flat_map(|to| ["--to".to_owned(), to]).collect();
    let mut own = options::repeated(&args.engine).into_iter();
    while let Some(word) = own.next() {
        if word == "--builder" {
            own.next();
        } else {
            words.push(word);
        }
    }
    if let Some(revision) = &args.rev {
        words.extend(["--rev".to_owned(), shell_word(revision)]);
    }
    words.extend(args.paths.iter().map(|path| shell_word(&path.display().to_string())));
    words.iter().flat_map(|word| [" ", word]).collect()
}

/// `check --builder railpack`: what changes if Railpack builds the apps.
pub(super) fn looked(args: &CheckArgs, output: &mut Output) -> anyhow::Result<(Looked, Vec<Moved>)> {
    let named = named(args, output)?;
    let (moved, _) = look(&named, typed(args, None), false)?;
    let apps = moved.iter().map(|app| app.examined.clone()).collect();
    Ok((Looked { apps, incomplete: named.is_incomplete() }, moved))
}

/// `plan --builder railpack`: what Railpack installs and runs.
pub(super) fn plan(args: &PlanArgs, output: &mut Output) -> anyhow::Result<Exit> {
    if args.diff {
        bail!(
            "cannot use `--diff` with `--builder railpack`: there is no fix for Railpack; `nixpacks-fix migrate` shows what changes"
        );
    }
    let args = &args.check;
    let format = formats::plain(args, "plan")?;
    let typed = typed(args, None);
    let named = named(args, output)?;
    let (apps, _) = look(&named, typed, false)?;
    output.stdout = match format {
        Format::Json => railpack::plan_json(&apps)?,
        Format::Human | Format::Concise => railpack::plan_human(&apps),
    };
    Ok(status(&apps, &named, |_| false))
}

/// `migrate`: shows or writes the files that keep the app.
pub(super) fn migrate(
    args: &MigrateArgs,
    output_args: &OutputArgs,
    style: OutputStyle,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    let format = formats::plain(&args.check, "migrate")?;
    let typed = typed(&args.check, args.to);
    let writes = args.write || args.commit;
    if writes && args.check.paths.iter().any(|path| path == Path::new("-")) {
        bail!("cannot write for `-`: standard input is in no directory; help: name the directory of the app");
    }
    let mut found = named(&args.check, output)?;
    let mut untidy = BTreeMap::new();
    if writes {
        let swept = sweep(&found.inputs, output);
        untidy = swept.failed;
        if swept.restored {
            // Files are other ones than they were when the apps were searched for.
            found = named(&args.check, output)?;
        }
    }
    let (mut apps, texts) = look(&found, typed, args.dockerfile)?;
    for app in apps.iter_mut().filter(|app| !app.changes.is_empty()) {
        if let Some(why) = app.home.dir.as_ref().and_then(|dir| untidy.get(dir)) {
            app.written = Written::Failed(why.clone());
        }
    }
    let mut commits = None;
    if args.commit {
        if let Some(why) = untidy.values().next() {
            bail!("not committed, and nothing was changed: {why}");
        }
        let outcomes = found.each(|_, app, resolved| engine::run(app, &resolved.options))?;
        let outcomes: Result<Vec<Outcome>, _> = outcomes.into_iter().map(|(outcome, _)| outcome).collect();
        let outcomes = outcomes.map_err(|failed| anyhow!("not committed: {}", failed.message))?;
        commits = Some(commit_all(&mut apps, texts, outcomes, &args.how)?);
    } else if args.write {
        for (app, texts) in apps.iter_mut().zip(&texts) {
            if app.written == Written::Shown && !app.changes.is_empty() {
                app.written = match write::all(&app.home, &app.changes, texts) {
                    Ok(()) => Written::Done,
                    Err(error) => Written::Failed(errors::line(&error)),
                };
            }
        }
    }
    if format == Format::Json {
        output.stdout.push_str(&railpack::json(
            apps.iter().map(|app| (app, &app.examined)),
            true,
            commits.as_deref(),
        )?);
    } else {
        let here = std::env::current_dir().ok().and_then(|dir| dir.canonicalize().ok());
        let repeated = repeated(&args.check, args.to);
        railpack::migrate(&apps, here.as_deref(), (output_args, style), &repeated, output);
        told::tell(commits.as_deref(), &mut output.stdout);
    }
    told::failures(commits.as_deref(), &mut output.stderr);
    let failed = commits.iter().flatten().any(|commit| commit.error.is_some());
    let is_left = |app: &Moved| {
        let shown = app.written == Written::Shown && !app.changes.is_empty();
        (shown || !app.migration.left.is_empty()) && !args.check.exit_zero
    };
    Ok(if failed { Exit::Unusable } else { status(&apps, &found, is_left) })
}

/// How it ended: the worst of the apps.
fn status(apps: &[Moved], named: &Named, finds: impl Fn(&Moved) -> bool) -> Exit {
    let of = |app: &Moved| match &app.written {
        Written::Failed(_) => Exit::Unusable,
        _ if !app.unread.is_empty() => Exit::Unusable,
        _ if finds(app) => Exit::Findings,
        _ => Exit::Clean,
    };
    let worst = apps.iter().map(of).max().unwrap_or(Exit::Clean);
    if named.is_incomplete() { Exit::Unusable } else { worst }
}
