//! The command `nixpacks-fix`: arguments, files on disk, output. No rule lives here.

mod app;
mod cli;
mod commands;
mod commit;
mod discover;
mod examine;
mod exit;
mod forge;
mod git;
mod interrupt;
mod load;
mod options;
mod pr;
mod report;
mod shared;
mod step;
mod terminal;
mod view;
mod workers;
mod write;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Cli::try_parse() {
        Ok(cli) => commands::run(&cli).into(),
        Err(error) => {
            // A closed pipe is the reader's choice, so a failure to print is no failure.
            let _ = error.print();
            if error.use_stderr() { exit::Exit::Unusable } else { exit::Exit::Clean }.into()
        }
    }
}
