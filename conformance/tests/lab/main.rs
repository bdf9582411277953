//! Golden apps, run: built and started as Nixpacks would have it, before the repair and after. CONTRIBUTING.md says
//! how to run it, and what it shows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

mod app;
mod dockerfile;
mod host;
mod index;
mod log;
mod machine;
mod managed;
mod managers;
mod outcome;
mod planner;
mod run;
mod survey;
mod tool;
mod wheel;

fn main() -> std::process::ExitCode {
    run::main()
}
