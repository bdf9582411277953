//! The commands: name the apps, ask the engine, hand what it says to a format.

mod about;
mod apps;
mod fix;
mod pr;

use crate::cli::{Cli, Command};
use crate::exit::{Exit, Failure};
use crate::report::Mode;
use crate::report::text::{escape, quote};
use crate::terminal::{Output, OutputStyle, show};

/// Runs what was typed, prints, and says how it ended.
pub(crate) fn run(cli: &Cli) -> Exit {
    let style = OutputStyle::new(cli.output.color);
    let mut output = Output::default();
    let result = match &cli.command {
        Command::Check(args) => apps::run(args, Mode::Check, &cli.output, style, &mut output),
        Command::Diff(args) => apps::run(args, Mode::Diff, &cli.output, style, &mut output),
        Command::Fix(args) => fix::run(args, &cli.output, style, &mut output),
        Command::Pr(args) => pr::run(args, &cli.output, style, &mut output),
        Command::Plan(args) => apps::plan(args, &mut output),
        Command::Explain { rule } => about::explain(rule, style, &mut output),
        Command::Rules { output_format } => about::rules(*output_format, style, &mut output),
    };
    let exit = result.unwrap_or_else(|Failure { exit, message, said }| {
        output.stderr.push_str("error: ");
        output.stderr.push_str(&escape(&message));
        output.stderr.push('\n');
        quote(&said, &mut output.stderr);
        exit
    });
    show(&output, style, exit)
}
