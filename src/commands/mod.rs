//! The commands: name the apps, ask the engine, hand what it says to a format.

mod about;
mod apps;
mod check;
mod completions;
mod diagnose;
mod fix;
mod formats;
mod interactive;
mod plan;
#[cfg(feature = "pr")]
mod pr;
#[cfg(not(feature = "pr"))]
#[path = "pr_left_out.rs"]
mod pr;
mod railpack;

use crate::cli::{Cli, Command};
use crate::exit::Exit;
use crate::lsp;
use crate::terminal::{Output, OutputStyle};
use anyhow::bail;

/// Runs what was typed, with what it prints on the output.
pub(crate) fn run(cli: &Cli, style: OutputStyle, output: &mut Output) -> anyhow::Result<Exit> {
    let of_nixpacks = match &cli.command {
        Command::Diff(args) => Some(&args.engine),
        Command::Fix(args) => Some(&args.check.engine),
        Command::Pr(args) if !args.place.migrate => Some(&args.engine),
        Command::Simulate(args) => Some(&args.check.engine),
        _ => None,
    };
    if of_nixpacks.is_some_and(railpack::is_named) {
        bail!(
            "cannot use `--builder railpack` here: this is about Nixpacks; `nixpacks-fix migrate` and `pr --migrate` are about the move to Railpack"
        );
    }
    match &cli.command {
        Command::Check(args) => check::run(args, &cli.output, style, output),
        Command::Diff(args) => apps::diff(args, &cli.output, style, output),
        Command::Fix(args) => fix::run(args, &cli.output, style, output),
        Command::Pr(args) => pr::run(args, &cli.output, style, output),
        Command::Plan(args) if railpack::is_meant(&args.check) => railpack::plan(args, output),
        Command::Plan(args) => plan::run(args, style, output),
        Command::Simulate(args) => plan::simulate(args, style, output),
        Command::Diagnose(args) => diagnose::run(args, style, output),
        Command::Lsp { .. } => lsp::serve().map(|()| Exit::Clean),
        Command::Migrate(args) => railpack::migrate(args, &cli.output, style, output),
        Command::Explain { rule } => about::explain(rule, style, output),
        Command::Completions { shell } => completions::run(shell, output),
        Command::Rules { output_format } => about::rules(*output_format, style, output),
    }
}
