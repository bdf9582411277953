//! `check`.

use super::apps::{Looked, look, print, repeated, status};
use super::{formats, railpack};
use crate::baseline::Baseline;
use crate::cli::{CheckOnlyArgs, Format, OutputArgs, ReportFormat};
use crate::exit::Exit;
use crate::report;
use crate::report::prose::count;
use crate::report::text::escape;
use crate::report::{Mode, overview};
use crate::terminal::{Output, OutputStyle};
use anyhow::bail;
use std::fmt::Write as _;
use std::path::Path;

/// Reports the problems of the apps, or counts them, or writes down that they are known.
pub(super) fn run(
    args: &CheckOnlyArgs,
    output_args: &OutputArgs,
    style: OutputStyle,
    output: &mut Output,
) -> anyhow::Result<Exit> {
    if args.baseline.is_some()
        && (args.check.rev.is_some() || args.check.paths.iter().any(|path| path == Path::new("-")))
    {
        bail!("cannot use `--baseline` with `--rev` or `-`: it lists the apps of a work tree");
    }
    let is_railpack = railpack::is_meant(&args.check);
    for (given, option, command, does) in [
        (args.fix, "--fix", "fix", "makes the changes"),
        (args.diff, "--diff", "diff", "shows the changes as a patch"),
    ] {
        if given && is_railpack {
            let repeated = railpack::repeated(&args.check, None);
            bail!(
                "`check` has no `{option}`; help: `nixpacks-fix migrate{repeated}` shows the files that keep the app"
            );
        }
        if given {
            let repeated = repeated(&args.check);
            bail!("`check` has no `{option}`; help: `nixpacks-fix {command}{repeated}` {does}");
        }
    }
    // Counts have no place in a file.
    let format = if args.statistics {
        let is_json = formats::plain(&args.check, "check --statistics")? == Format::Json;
        if is_json { ReportFormat::Json } else { ReportFormat::Human }
    } else {
        formats::of_report(&args.check, Mode::Check)?
    };
    // Read first: a mistake in it costs nobody the time of the check.
    let baseline = args.baseline.as_ref().filter(|_| !args.write_baseline);
    let baseline = baseline.map(|file| Ok::<_, anyhow::Error>((file, Baseline::read(file)?))).transpose()?;
    if is_railpack && args.statistics {
        bail!("cannot use `--statistics` with `--builder railpack`: it counts predictions for Nixpacks");
    }
    let (Looked { mut apps, incomplete }, moved) = if is_railpack {
        railpack::looked(&args.check, output)?
    } else {
        (look(&args.check, output)?, Vec::new())
    };
    if let Some(file) = args.baseline.as_ref().filter(|_| args.write_baseline) {
        if incomplete {
            bail!("not written: not all apps could be looked at");
        }
        let baseline = Baseline::of(&apps, file)?;
        baseline.write(file)?;
        let (problems, of) = baseline.size();
        let (problems, of) = (count(problems, "problem"), count(of, "app"));
        let _ =
            writeln!(output.stdout, "wrote {problems} of {of} to `{}`", escape(&file.display().to_string()));
        return Ok(Exit::Clean);
    }
    if let Some((file, baseline)) = baseline {
        let gone = baseline.leave_out(&mut apps, file)?;
        // Rules that are not used find nothing, which says nothing of their problems.
        let all_rules = args.check.engine.select.is_empty() && args.check.engine.ignore.is_empty();
        if gone > 0 && all_rules && !output_args.quiet {
            let gone = match gone {
                1 => "1 problem of the baseline is".to_owned(),
                gone => format!("{gone} problems of the baseline are"),
            };
            let _ =
                writeln!(output.stderr, "note: {gone} no longer there; `--write-baseline` writes it anew");
        }
    }
    match (args.statistics, format) {
        (false, ReportFormat::Json) if is_railpack => {
            output.stdout.push_str(&report::railpack::json(moved.iter().zip(&apps), false, None)?);
        }
        (false, format) => {
            let repeated =
                if is_railpack { railpack::repeated(&args.check, None) } else { repeated(&args.check) };
            print(&apps, &[], None, (Mode::Check, format, &repeated), (output_args, style), output)?;
        }
        (true, ReportFormat::Json) => output.stdout.push_str(&overview::statistics_json(&apps)?),
        (true, _) => output.stdout.push_str(&overview::statistics(&apps)),
    }
    Ok(if incomplete { Exit::Unusable } else { status(&apps, Mode::Check, &args.check) })
}
