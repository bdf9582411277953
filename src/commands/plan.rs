use super::apps::{Looked, look, repeated};
use super::formats;
use crate::cli::{FailOn, Format, PlanArgs};
use crate::exit::Exit;
use crate::report::{Examined, plan, simulate};
use crate::terminal::{Output, OutputStyle};
use nixpacks_transforms::simulate::Outcome as Prediction;
use std::fmt::Write as _;

/// `plan`: what Nixpacks installs and runs.
pub(super) fn run(args: &PlanArgs, style: OutputStyle, output: &mut Output) -> anyhow::Result<Exit> {
    let format = formats::plain(&args.check, "plan")?;
    let Looked { apps, incomplete } = look(&args.check, output)?;
    output.stdout = match format {
        Format::Json => plan::json(&apps)?,
        Format::Human | Format::Concise if args.diff => plan::diff(&apps, style),
        Format::Human | Format::Concise => plan::human(&apps, style),
    };
    Ok(if incomplete || apps.iter().any(|app| app.result.is_err()) { Exit::Unusable } else { Exit::Clean })
}

/// `simulate`: the build before it happens.
pub(super) fn simulate(args: &PlanArgs, style: OutputStyle, output: &mut Output) -> anyhow::Result<Exit> {
    let format = formats::plain(&args.check, "simulate")?;
    let Looked { apps, incomplete } = look(&args.check, output)?;
    if format == Format::Json {
        output.stdout = simulate::json(&apps)?;
    } else {
        output.stdout = simulate::human(&apps, args.diff, style);
        let changed = |app: &Examined| app.result.as_ref().is_ok_and(|outcome| !outcome.changes.is_empty());
        if !args.diff && apps.iter().any(changed) {
            let repeated = repeated(&args.check);
            let _ = writeln!(
                output.stdout,
                "\nnext: `nixpacks-fix simulate --diff{repeated}` compares it with the fix"
            );
        }
    }
    let of = |app: &Examined| match &app.result {
        Err(_) => Exit::Unusable,
        Ok(outcome) if !outcome.unread.is_empty() => Exit::Unusable,
        Ok(_) if args.check.exit_zero => Exit::Clean,
        Ok(outcome) if outcome.fails() => Exit::Findings,
        Ok(outcome) if app.fail_on == FailOn::Unknown && outcome.before.outcome == Prediction::Unknown => {
            Exit::Findings
        }
        Ok(_) => Exit::Clean,
    };
    let worst = apps.iter().map(of).max().unwrap_or(Exit::Clean);
    Ok(if incomplete { Exit::Unusable } else { worst })
}
