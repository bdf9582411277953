//! `cargo run -p man-pages -- DIR`: writes a man page for each command into the directory. A release and the Nix flake
//! run it; the pages are not kept in the repository, where they would be out of date with the next option.

// The definition that the command itself parses with: it needs nothing else of it.
#[allow(dead_code, unreachable_pub, reason = "only its description is read here")]
#[path = "../../../src/cli.rs"]
mod cli;

use anyhow::{Context as _, bail};
use clap::CommandFactory as _;
use std::path::Path;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args_os().skip(1);
    let (Some(dir), None) = (args.next(), args.next()) else {
        bail!("usage: man-pages DIR");
    };
    let write = || {
        std::fs::create_dir_all(&dir)?;
        clap_mangen::generate_to(cli::Cli::command(), &dir)
    };
    write().with_context(|| format!("failed to write to `{}`", Path::new(&dir).display()))
}
