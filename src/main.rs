//! The command `nixpacks-fix`: arguments, files on disk, output. No rule lives here.

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
mod forge;
mod git;
mod interrupt;
mod load;
mod lsp;
mod options;
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
use exit::Exit;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
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
