//! `completions`: a script that lets a shell complete the command.

use crate::cli::Cli;
use crate::exit::Exit;
use crate::terminal::Output;
use anyhow::{Context as _, bail};
use clap::CommandFactory as _;
use clap_complete::Generator;
use clap_complete::shells::{Bash, Fish, PowerShell, Zsh};
use clap_complete_nushell::Nushell;

/// What the scripts complete.
const NAME: &str = "nixpacks-fix";

/// Prints the script for a shell.
pub(super) fn run(shell: &str, output: &mut Output) -> anyhow::Result<Exit> {
    let generator: &dyn Generator = match shell {
        "bash" => &Bash,
        "fish" => &Fish,
        "nushell" => &Nushell,
        "powershell" => &PowerShell,
        "zsh" => &Zsh,
        _ => bail!("no completions for {shell}"),
    };
    let mut command = Cli::command();
    command.set_bin_name(NAME);
    command.build();
    let mut script = Vec::new();
    generator.try_generate(&command, &mut script).context("failed to write the completions")?;
    output.stdout = String::from_utf8(script).context("failed to write the completions")?;
    // clap_complete 4.6 names the states of bash in two ways where the name of a command has a hyphen in it, and then
    // completes nothing behind a subcommand.
    let (one, other) = (NAME.replace('-', "__subcmd__"), NAME.replace('-', "__"));
    output.stdout = output.stdout.replace(&one, &other);
    Ok(Exit::Clean)
}
