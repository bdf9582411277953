//! The command `nixpacks-fix`: arguments, files on disk, output. No rule lives here.

#![cfg_attr(not(feature = "pr"), allow(dead_code, reason = "the command `pr` is alone in using some of it"))]

mod app;
mod app_files;
mod baseline;
mod cli;
mod commands;
mod commit;
mod discover;
mod errors;
mod examine;
mod exit;
#[cfg(feature = "pr")]
mod forge;
mod git;
mod interrupt;
mod load;
mod lsp;
mod migrate;
mod options;
#[cfg(feature = "pr")]
mod panics;
#[cfg(feature = "pr")]
mod pr;
mod report;
mod settings;
mod shared;
mod step;
mod terminal;
mod view;
mod workers;
mod write;

use clap::Parser as _;
use clap::error::ErrorKind;
use exit::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        // Typed alone in a terminal, it checks and asks.
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && is_bare() => {
            match cli::Cli::try_parse_from([env!("CARGO_PKG_NAME"), "fix", "--interactive"]) {
                Ok(cli) => cli,
                Err(_) => return Exit::Unusable.into(),
            }
        }
        Err(error) => {
            // A closed pipe is the reader's choice, so a failure to print is no failure.
            let _ = error.print();
            return if error.use_stderr() { Exit::Unusable } else { Exit::Clean }.into();
        }
    };
    let (style, mut output) = (terminal::OutputStyle::new(cli.output.color), terminal::Output::default());
    let exit = commands::run(&cli, style, &mut output).unwrap_or_else(|error| {
        errors::print(&error, &mut output.stderr);
        Exit::of(&error)
    });
    terminal::show(&output, style, exit).into()
}

/// Whether nothing is typed beside the name, and there is a person to ask.
fn is_bare() -> bool {
    std::env::args_os().len() == 1 && terminal::can_ask()
}
