//! The commands: name the apps, ask the engine, hand what it says to a format.

mod about;
mod apps;
mod fix;
mod pr;

use crate::cli::{Cli, Command};
use crate::exit::{Exit, Failure};
use crate::report::Mode;
use crate::report::text::{escape, quote};
use crate::terminal::{Page, Tone, show};

/// Runs what was typed, prints, and says how it ended.
pub(crate) fn run(cli: &Cli) -> Exit {
    let tone = Tone::new(cli.voice.color);
    let mut page = Page::default();
    let result = match &cli.command {
        Command::Check(args) => apps::run(args, Mode::Check, &cli.voice, tone, &mut page),
        Command::Diff(args) => apps::run(args, Mode::Diff, &cli.voice, tone, &mut page),
        Command::Fix(args) => fix::run(args, &cli.voice, tone, &mut page),
        Command::Pr(args) => pr::run(args, &cli.voice, tone, &mut page),
        Command::Plan(args) => apps::plan(args, &mut page),
        Command::Explain { rule } => about::explain(rule, tone, &mut page),
        Command::Rules { output_format } => about::rules(*output_format, &mut page),
    };
    let exit = result.unwrap_or_else(|Failure { exit, message, said }| {
        page.err.push_str("error: ");
        page.err.push_str(&escape(&message));
        page.err.push('\n');
        quote(&said, &mut page.err);
        exit
    });
    show(&page, tone, exit)
}
