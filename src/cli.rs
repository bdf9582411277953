//! What was typed. Parsing touches neither the disk nor the terminal.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Repairs Python deploys that Nixpacks cannot build.
#[derive(Debug, Parser)]
#[command(name = "nixpacks-fix", version, max_term_width = 100)]
#[command(
    after_help = "Exit status: 0 nothing to report or all fixed; 1 errors remain, or the diff is not empty; \
    2 usage, configuration or internal error; 3 no input found."
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// How to talk.
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Report what is wrong and what the build is predicted to do.
    Check(CheckArgs),
    /// Print the patch that `fix` would write; writes nothing.
    Diff(CheckArgs),
    /// Repair the files in place.
    Fix(FixArgs),
    /// Open, update and close pull requests that make the repair.
    Pr(Box<PrArgs>),
    /// Explain a rule.
    Explain {
        /// The rule's id, as `rules` lists it.
        rule: String,
    },
    /// List the rules.
    Rules {
        /// How to print.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        output_format: Format,
    },
    /// Print the effective build plan, before and after the fix.
    Plan(CheckArgs),
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// When to colour the output.
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true)]
    pub(crate) color: Color,
    /// Print findings only: no verdict, no summary, no advice.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Also print what the prediction assumes.
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
}

/// Options of the commands that look at apps.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// App directories, config files, or trees to search; `-` is standard input.
    pub(crate) paths: Vec<PathBuf>,
    /// With `-`: the app whose config standard input is.
    #[arg(long, value_name = "DIR")]
    pub(crate) app: Option<PathBuf>,
    /// Look at the app as this commit has it, in place of the work tree; a bare repository will do.
    #[arg(long, value_name = "REVISION")]
    pub(crate) rev: Option<String>,
    /// What the engine is told.
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) output_format: Format,
    /// The least severity that makes the command exit with 1.
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    pub(crate) fail_on: FailOn,
    /// Exit with 0 whatever was found.
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

/// Options of `fix`.
#[derive(Debug, Args)]
pub(crate) struct FixArgs {
    /// Which apps, and how to look at them.
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// Commit what was changed, and nothing else; one commit in each repository.
    #[arg(long, conflicts_with = "rev")]
    pub(crate) commit: bool,
    /// What `--commit` is told.
    #[command(flatten)]
    pub(crate) how: CommitArgs,
}

/// Options of `--commit`.
#[derive(Clone, Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct CommitArgs {
    /// The commit's message, in place of the one that is written from the findings; several become paragraphs.
    #[arg(short, long, value_name = "TEXT", requires = "commit")]
    pub(crate) message: Vec<String>,
    /// Add a `Signed-off-by` line to the message.
    #[arg(short, long, requires = "commit")]
    pub(crate) signoff: bool,
    /// Put the commit on this new branch, on top of HEAD; the work tree, the index and HEAD stay as they are.
    #[arg(long, value_name = "NAME", requires = "commit")]
    pub(crate) branch: Option<String>,
    /// Run none of the repository's hooks.
    #[arg(long, requires = "commit")]
    pub(crate) no_verify: bool,
    /// Commit a file that has uncommitted changes, those changes included.
    #[arg(long, requires = "commit")]
    pub(crate) allow_dirty: bool,
    /// Commit while other files are staged; they stay staged, and out of the commit.
    #[arg(long, requires = "commit")]
    pub(crate) allow_staged: bool,
}

/// Options of the engine: what the dashboard holds, and what a repair may be.
#[derive(Debug, Args)]
pub(crate) struct EngineArgs {
    /// A variable that the dashboard sets; may be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<String>,
    /// The install command that the dashboard sets.
    #[arg(long, value_name = "COMMAND")]
    pub(crate) install_cmd: Option<String>,
    /// The build command that the dashboard sets.
    #[arg(long, value_name = "COMMAND")]
    pub(crate) build_cmd: Option<String>,
    /// The start command that the dashboard sets.
    #[arg(long, value_name = "COMMAND")]
    pub(crate) start_cmd: Option<String>,
    /// Rules to use, and no other.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// Rules to leave out.
    #[arg(long, value_name = "RULES", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    /// Apply fixes too that may change what works today.
    #[arg(long)]
    pub(crate) unsafe_fixes: bool,
    /// The end state to aim for.
    #[arg(long, value_enum, default_value_t = Strategy::Auto)]
    pub(crate) strategy: Strategy,
}

/// Options of `pr`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct PrArgs {
    /// `status` and `close`.
    #[command(subcommand)]
    pub(crate) action: Option<PrAction>,
    /// Where.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// Open as a draft.
    #[arg(long)]
    pub(crate) draft: bool,
    /// A label for what is opened; may be repeated.
    #[arg(long = "label", value_name = "LABEL")]
    pub(crate) labels: Vec<String>,
    /// Somebody to ask for a review, on GitHub also a team as ORG/TEAM; may be repeated.
    #[arg(long = "reviewer", value_name = "NAME")]
    pub(crate) reviewers: Vec<String>,
    /// A pull request for each app, in place of one for the repository.
    #[arg(long)]
    pub(crate) per_app: bool,
    /// Let GitHub make and sign the commit.
    #[arg(long)]
    pub(crate) api_commits: bool,
    /// New pull requests at most, in one run.
    #[arg(long, value_name = "COUNT", default_value_t = 10, help_heading = "Many repositories")]
    pub(crate) max_new: usize,
    /// New pull requests at most in one hour, those of earlier runs among them.
    #[arg(long, value_name = "COUNT", default_value_t = 20, help_heading = "Many repositories")]
    pub(crate) max_hourly: usize,
    /// What the engine is told.
    #[command(flatten, next_help_heading = "Repair")]
    pub(crate) engine: EngineArgs,
}

/// What else to do with pull requests.
#[derive(Debug, Subcommand)]
pub(crate) enum PrAction {
    /// List the pull requests of this tool and what became of them.
    Status(PlaceArgs),
    /// Close those that nobody else has worked on, and remove their branches.
    Close(PlaceArgs),
}

/// Which repositories, and how to get there.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct PlaceArgs {
    /// Repositories as OWNER/NAME or the address of a clone; the one at hand if none is named.
    pub(crate) repositories: Vec<String>,
    /// A file with a repository on each line; `-` is standard input.
    #[arg(long, value_name = "FILE", help_heading = "Many repositories")]
    pub(crate) repos: Option<PathBuf>,
    /// All repositories of an organisation or a group, or the public ones of a user.
    #[arg(long, value_name = "NAME", help_heading = "Many repositories")]
    pub(crate) org: Option<String>,
    /// Only this part of the list: the names alone decide which repository is in which part.
    #[arg(long, value_name = "I/N", help_heading = "Many repositories")]
    pub(crate) shard: Option<String>,
    /// Repositories that are looked at at once.
    #[arg(long, value_name = "COUNT", default_value_t = 4, help_heading = "Many repositories")]
    pub(crate) concurrency: usize,
    /// Go on with many repositories without showing first what would be done.
    #[arg(short, long, help_heading = "Many repositories")]
    pub(crate) yes: bool,
    /// Print every call and the whole patch; send nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The interface of the forge: `https://HOST/api/v3` is GitHub Enterprise, `/api/v4` GitLab, `/api/v1` Gitea.
    #[arg(long, value_name = "URL")]
    pub(crate) api_url: Option<String>,
    /// The remote of the repository at hand.
    #[arg(long, value_name = "NAME", default_value = "origin")]
    pub(crate) remote: String,
    /// The branch to repair, in place of the default branch.
    #[arg(long, value_name = "BRANCH")]
    pub(crate) base: Option<String>,
    /// What the names of the branches start with.
    #[arg(long, value_name = "PREFIX", default_value = "nixpacks-fix/")]
    pub(crate) head_prefix: String,
    /// Push to a fork of the token's user.
    #[arg(long)]
    pub(crate) fork: bool,
    /// Take repositories that are forks, too.
    #[arg(long)]
    pub(crate) include_forks: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) output_format: Format,
}

/// Output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// With the lines of the file.
    Human,
    /// One line a finding.
    Concise,
    /// For programs, versioned.
    Json,
}

/// End states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Strategy {
    /// `managed` where it applies, else `venv`.
    Auto,
    /// Let the Python provider make its own virtual environment.
    Managed,
    /// Make one in the install phase.
    Venv,
    /// As `venv`, and name every Python program by its path.
    Explicit,
}

/// Severities that can fail the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Predicted failures.
    Error,
    /// What is inert or risky, too.
    Warning,
    /// Anything at all.
    Note,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal that wants it.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn the_argument_definitions_hold() {
        Cli::command().debug_assert();
    }
}
