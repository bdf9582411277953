//! The commands: name the apps, ask the engine, hand what it says to a format.

mod about;
mod apps;
mod fix;
mod pr;

use crate::cli::{Cli, Command};
use crate::exit::Exit;
use crate::report::Mode;
use crate::terminal::{Output, OutputStyle};

/// Runs what was typed, with what it prints on the output.
pub(crate) fn run(cli: &Cli, style: OutputStyle, output: &mut Output) -> anyhow::Result<Exit> {
    match &cli.command {
        Command::Check(args) => apps::run(args, Mode::Check, &cli.output, style, output),
        Command::Diff(args) => apps::run(args, Mode::Diff, &cli.output, style, output),
        Command::Fix(args) => fix::run(args, &cli.output, style, output),
        Command::Pr(args) => pr::run(args, &cli.output, style, output),
        Command::Plan(args) => apps::plan(args, output),
        Command::Explain { rule } => about::explain(rule, style, output),
        Command::Rules { output_format } => about::rules(*output_format, style, output),
    }
}
