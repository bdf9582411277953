//! The commands: name the apps, ask the engine, hand what it says to a format.

mod about;
mod apps;
mod fix;
mod pr;

use crate::cli::{Cli, Command};
use crate::exit::Exit;
use crate::report::Mode;
use crate::terminal::{Page, Tone};

/// Runs what was typed, with what it prints on the page.
pub(crate) fn run(cli: &Cli, tone: Tone, page: &mut Page) -> anyhow::Result<Exit> {
    match &cli.command {
        Command::Check(args) => apps::run(args, Mode::Check, &cli.voice, tone, page),
        Command::Diff(args) => apps::run(args, Mode::Diff, &cli.voice, tone, page),
        Command::Fix(args) => fix::run(args, &cli.voice, tone, page),
        Command::Pr(args) => pr::run(args, &cli.voice, tone, page),
        Command::Plan(args) => apps::plan(args, page),
        Command::Explain { rule } => about::explain(rule, tone, page),
        Command::Rules { output_format } => about::rules(*output_format, page),
    }
}
