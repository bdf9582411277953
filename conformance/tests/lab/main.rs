//! Golden apps, run: built and started as Nixpacks would have it, before the repair and after. CONTRIBUTING.md says
//! how to run it, and what it shows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]

#[cfg(target_os = "linux")]
mod app;
#[cfg(target_os = "linux")]
mod dockerfile;
#[cfg(target_os = "linux")]
mod host;
#[cfg(target_os = "linux")]
mod index;
#[cfg(target_os = "linux")]
mod machine;
#[cfg(target_os = "linux")]
mod outcome;
#[cfg(target_os = "linux")]
mod planner;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod tool;
#[cfg(target_os = "linux")]
mod wheel;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    run::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("skipped: lab: it needs Linux");
}
