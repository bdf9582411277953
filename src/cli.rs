//! The command line. Parsing touches neither the disk nor the terminal.

// Named, as the man pages are made from this file alone.
#[path = "cli/builder.rs"]
mod builder;
#[path = "cli/format.rs"]
mod format;

pub(crate) use builder::Builder;
pub(crate) use format::{Format, LogFormat, ReportFormat};

use builder::{builder, target};
use clap::{Args, Parser, Subcommand, ValueEnum};
use nixpacks_railpack::release::Target;
use std::path::PathBuf;

/// Finds out why Nixpacks cannot build or start a Python app, and fixes it.
///
/// Run `nixpacks-fix check` in the directory of your app first: it changes nothing.
#[derive(Debug, Parser)]
#[command(name = "nixpacks-fix", version, max_term_width = 100)]
#[command(
    after_help = "Exit status:\n  0  no problems, or all of them are fixed\n  1  problems were found (check), are left (fix), \
    or there is a patch (diff)\n  2  wrong arguments, a file that cannot be opened or written, or an error in the tool\n  \
    3  no app was found"
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// What every command takes.
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what is wrong, and whether the app is predicted to build and start.
    Check(CheckOnlyArgs),
    /// Show the changes that `fix` would make, as a patch. Changes nothing.
    Diff(CheckArgs),
    /// Fix the files of the app.
    Fix(FixArgs),
    /// Open pull requests with the fix, and keep them up to date.
    Pr(Box<PrArgs>),
    /// Read the log of a red deploy, and say what failed, at which line, and how to fix it.
    Diagnose(Box<DiagnoseArgs>),
    /// Explain a rule, a reason or an error text: what it means, why that fails, and what the fix does.
    Explain {
        /// The name of a rule, as in `error[NAME]` and in `nixpacks-fix rules`, or an error text from a log, such as
        /// "pip: command not found".
        rule: String,
    },
    /// List all rules.
    Rules {
        /// The output format.
        #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Human)]
        output_format: Format,
    },
    /// Show the build before it happens: each step, the Python it reaches, and whether it works.
    Simulate(PlanArgs),
    /// Show what Nixpacks would install and run, before and after the fix.
    Plan(PlanArgs),
    /// Run the language server, for editors.
    Lsp {
        /// Speak over standard input and output, as some editors ask for. It is the only way there is.
        #[arg(long, hide = true)]
        stdio: bool,
    },
    /// Show or write the files that keep the app if Railpack builds it.
    Migrate(MigrateArgs),
    /// Print a script with which a shell completes this command on Tab.
    #[command(
        after_help = "Where the script goes:\n  bash        ~/.local/share/bash-completion/completions/nixpacks-fix\n  fish        \
        ~/.config/fish/completions/nixpacks-fix.fish\n  zsh         a file `_nixpacks-fix` in a directory of $fpath\n  powershell  \
        at the end of the file $PROFILE\n  nushell     a file that config.nu \
        reads with `source`"
    )]
    Completions {
        /// The shell.
        #[arg(value_parser = ["bash", "fish", "nushell", "powershell", "zsh"])]
        shell: String,
    },
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// When to use colours.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = Color::Auto, global = true, help_heading = "Output")]
    pub(crate) color: Color,
    /// Show only the problems: no prediction, no summary, no next command.
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Also show what the prediction takes for granted.
    #[arg(short, long, global = true, help_heading = "Output")]
    pub(crate) verbose: bool,
}

/// Options of the commands that look at apps.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The app's directory or its nixpacks.toml, or a directory to search for apps. `-` reads the nixpacks.toml from
    /// standard input. The default is the current directory.
    pub(crate) paths: Vec<PathBuf>,
    /// The directory of the app that the nixpacks.toml on standard input (`-`) belongs to.
    #[arg(long, value_name = "DIR", help_heading = "What to check")]
    pub(crate) app: Option<PathBuf>,
    /// Check the files of this commit instead of the ones on disk. Works in a bare repository too.
    #[arg(long, value_name = "REVISION", help_heading = "What to check")]
    pub(crate) rev: Option<String>,
    /// What decides about the fix.
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
    /// The output format. Without it: `human`; for `check` in a run of GitHub Actions `github`.
    #[arg(long, value_name = "FORMAT", value_enum, help_heading = "Output")]
    pub(crate) output_format: Option<ReportFormat>,
    /// Exit with status 1 for problems of this severity or worse; `unknown`: for errors, and where the prediction is
    /// not possible. The default is `error`.
    #[arg(long, value_name = "SEVERITY", value_enum, help_heading = "Output")]
    pub(crate) fail_on: Option<FailOn>,
    /// Exit with status 0 even if there are problems.
    #[arg(long, help_heading = "Output")]
    pub(crate) exit_zero: bool,
}

/// Options of `check`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct CheckOnlyArgs {
    /// Which apps, and how to look at them.
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// Show how many problems each rule finds, instead of the problems.
    #[arg(long, help_heading = "Output")]
    pub(crate) statistics: bool,
    /// Leave out the problems that this file lists, so that only new ones are shown and make the command fail.
    #[arg(long, value_name = "FILE", help_heading = "Known problems")]
    pub(crate) baseline: Option<PathBuf>,
    /// Write the problems that there are today to the file of `--baseline`.
    #[arg(long, requires = "baseline", conflicts_with_all = ["statistics", "rev"], help_heading = "Known problems")]
    pub(crate) write_baseline: bool,
    /// Not an option of this command: the answer names the one that is meant.
    #[arg(long, hide = true)]
    pub(crate) fix: bool,
    /// The same.
    #[arg(long, hide = true)]
    pub(crate) diff: bool,
}

/// Options of `plan` and `simulate`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// Which apps, and how to look at them.
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// Compare it with what it is after the fix.
    #[arg(long, help_heading = "Output")]
    pub(crate) diff: bool,
}

/// Options of `fix`.
#[derive(Debug, Args)]
pub(crate) struct FixArgs {
    /// Which apps, and how to look at them.
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// Show each change with its reason, and ask whether to make it. Nothing is written before the last answer.
    #[arg(short, long, help_heading = "What to fix")]
    pub(crate) interactive: bool,
    /// Show the changes as a patch and write nothing, as `diff` does.
    #[arg(short = 'n', long, visible_alias = "diff", conflicts_with_all = ["commit", "interactive"], help_heading = "What to fix")]
    pub(crate) dry_run: bool,
    /// Commit the changed files, and nothing else. Makes one commit in each repository.
    #[arg(long, conflicts_with = "rev", help_heading = "Commit")]
    pub(crate) commit: bool,
    /// How to commit.
    #[command(flatten, next_help_heading = "Commit")]
    pub(crate) how: CommitArgs,
}

/// Options of `migrate`.
#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    /// Which apps, and how to look at them.
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// Where to: a version of Railpack, or a platform. The default is that of `--platform`, else Railway.
    #[arg(long, value_name = "railpack@VERSION", value_parser = target, help_heading = "Migration")]
    pub(crate) to: Option<Target>,
    /// Write the files. Never deletes one, and never changes a `nixpacks.toml`. A railpack.json that is there gets what is
    /// missing, and keeps what it says.
    #[arg(long, conflicts_with = "rev", help_heading = "Migration")]
    pub(crate) write: bool,
    /// Where Railpack cannot keep the app: a Dockerfile instead, which is not predicted. On Railway its mere presence
    /// decides what is built.
    #[arg(long, help_heading = "Migration")]
    pub(crate) dockerfile: bool,
    /// Write the files and commit them, and nothing else. Makes one commit in each repository.
    #[arg(long, conflicts_with = "rev", help_heading = "Commit")]
    pub(crate) commit: bool,
    /// How to commit.
    #[command(flatten, next_help_heading = "Commit")]
    pub(crate) how: CommitArgs,
}

/// Options of `--commit`.
#[derive(Clone, Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct CommitArgs {
    /// The commit message, instead of one that describes the problem and the fix. May be repeated for more paragraphs.
    #[arg(short, long, value_name = "TEXT", requires = "commit")]
    pub(crate) message: Vec<String>,
    /// Add a `Signed-off-by` line to the commit message.
    #[arg(short, long, requires = "commit")]
    pub(crate) signoff: bool,
    /// Commit to this new branch, on top of HEAD. Your files and your current branch do not change.
    #[arg(long, value_name = "NAME", requires = "commit")]
    pub(crate) branch: Option<String>,
    /// Do not run the git hooks of the repository.
    #[arg(long, requires = "commit")]
    pub(crate) no_verify: bool,
    /// Commit the changed files even if they already had uncommitted changes, which are then committed too.
    #[arg(long, requires = "commit")]
    pub(crate) allow_dirty: bool,
    /// Commit even if other files are staged. They stay staged and do not become part of the commit.
    #[arg(long, requires = "commit")]
    pub(crate) allow_staged: bool,
}

/// Options of `diagnose`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status:\n  0  the reason was found, or nothing failed\n  1  the build failed, and the reason is not in the file\n  \
    2  wrong arguments, or a file that cannot be read"
)]
pub(crate) struct DiagnoseArgs {
    /// The log: of the build, of the app, or both. `-` reads standard input, as in `railway logs --build | nixpacks-fix diagnose -`.
    #[arg(value_name = "FILE")]
    pub(crate) log: PathBuf,
    /// The app that the log belongs to. The fix is shown for its files. The default is the current directory, if it is an
    /// app.
    #[arg(long, value_name = "DIR", help_heading = "What to check")]
    pub(crate) app: Option<PathBuf>,
    /// What decides about the fix.
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
    /// The output format.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Human, help_heading = "Output")]
    pub(crate) output_format: LogFormat,
}

/// What the dashboard of the platform sets, and what the fix may do.
#[derive(Debug, Args)]
pub(crate) struct EngineArgs {
    /// An environment variable that is set in the dashboard, such as `NIXPACKS_PYTHON_VERSION=3.12`. May be repeated.
    #[arg(long, value_name = "NAME=VALUE", help_heading = "Settings in the dashboard of your platform")]
    pub(crate) env: Vec<String>,
    /// The install command that is set in the dashboard.
    #[arg(long, value_name = "COMMAND", help_heading = "Settings in the dashboard of your platform")]
    pub(crate) install_cmd: Option<String>,
    /// The build command that is set in the dashboard.
    #[arg(long, value_name = "COMMAND", help_heading = "Settings in the dashboard of your platform")]
    pub(crate) build_cmd: Option<String>,
    /// The start command that is set in the dashboard.
    #[arg(long, value_name = "COMMAND", help_heading = "Settings in the dashboard of your platform")]
    pub(crate) start_cmd: Option<String>,
    /// The platform. Without it: Railway where there is a railway.json or railway.toml, else no platform in particular.
    #[arg(long, value_enum, help_heading = "Settings in the dashboard of your platform")]
    pub(crate) platform: Option<Platform>,
    /// The builder that is set in the dashboard. `nixpacks` checks the app as Nixpacks builds it, even if a Dockerfile or
    /// a railway.json chooses another one.
    /// `railpack` and `railpack@VERSION` show what changes if Railpack builds the app (`check` and `plan`).
    #[arg(long, value_name = "BUILDER", value_parser = builder, help_heading = "Settings in the dashboard of your platform")]
    pub(crate) builder: Option<Builder>,
    /// Use only these rules, separated by commas.
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "What to fix")]
    pub(crate) select: Vec<String>,
    /// Do not use these rules, separated by commas.
    #[arg(long, value_name = "RULES", value_delimiter = ',', help_heading = "What to fix")]
    pub(crate) ignore: Vec<String>,
    /// Also make changes that may break what works today.
    #[arg(long, help_heading = "What to fix")]
    pub(crate) unsafe_fixes: bool,
    /// Who installs the Python packages after the fix. The default is `auto`.
    #[arg(long, value_enum, help_heading = "What to fix")]
    pub(crate) strategy: Option<Strategy>,
    /// Read the settings from this file instead of the nearest nixpacks-fix.toml.
    #[arg(long, value_name = "FILE", conflicts_with = "no_config", help_heading = "Settings")]
    pub(crate) config: Option<PathBuf>,
    /// Do not read any nixpacks-fix.toml.
    #[arg(long, help_heading = "Settings")]
    pub(crate) no_config: bool,
}

/// A platform that builds with Nixpacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Platform {
    Railway,
    Coolify,
    Dokploy,
    Sevalla,
    /// No platform in particular.
    Generic,
}

/// Options of `pr`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct PrArgs {
    /// What else to do with pull requests.
    #[command(subcommand)]
    pub(crate) action: Option<PrAction>,
    /// Which repositories.
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    /// Open pull requests as drafts.
    #[arg(long)]
    pub(crate) draft: bool,
    /// Add this label to new pull requests. May be repeated.
    #[arg(long = "label", value_name = "LABEL")]
    pub(crate) labels: Vec<String>,
    /// Ask this user for a review, or on GitHub a team, as ORG/TEAM. May be repeated.
    #[arg(long = "reviewer", value_name = "NAME")]
    pub(crate) reviewers: Vec<String>,
    /// Open one pull request for each app instead of one for the repository.
    #[arg(long)]
    pub(crate) per_app: bool,
    /// Let GitHub create the commit, so that it is signed.
    #[arg(long)]
    pub(crate) api_commits: bool,
    /// Open at most this many pull requests in one run.
    #[arg(long, value_name = "COUNT", default_value_t = 10, help_heading = "Many repositories")]
    pub(crate) max_new: usize,
    /// Open at most this many pull requests in one hour. Earlier runs count too.
    #[arg(long, value_name = "COUNT", default_value_t = 20, help_heading = "Many repositories")]
    pub(crate) max_hourly: usize,
    /// With `--migrate`: where to, a version of Railpack or a platform. The default is that of `--platform`, else Railway.
    #[arg(long, value_name = "railpack@VERSION", value_parser = target, requires = "migrate", help_heading = "Migration")]
    pub(crate) to: Option<Target>,
    /// What the engine is told.
    #[command(flatten)]
    pub(crate) engine: EngineArgs,
}

/// What else to do with pull requests.
#[derive(Debug, Subcommand)]
pub(crate) enum PrAction {
    /// List the pull requests that this tool opened, and their state.
    Status(PlaceArgs),
    /// Close the pull requests that nobody else has worked on, and delete their branches.
    Close(PlaceArgs),
}

/// Which repositories, and how to get there.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct PlaceArgs {
    /// Repositories, as OWNER/NAME or as an address to clone from. The default is the repository of the current
    /// directory.
    pub(crate) repositories: Vec<String>,
    /// A file with one repository on each line. `-` reads standard input.
    #[arg(long, value_name = "FILE", help_heading = "Many repositories")]
    pub(crate) repos: Option<PathBuf>,
    /// All repositories of this organisation or group, or the public ones of this user.
    #[arg(long, value_name = "NAME", help_heading = "Many repositories")]
    pub(crate) org: Option<String>,
    /// Only part I of N parts of the list, to spread it over several machines. The name of a repository decides in which part
    /// it is.
    #[arg(long, value_name = "I/N", help_heading = "Many repositories")]
    pub(crate) shard: Option<String>,
    /// Check this many repositories at the same time.
    #[arg(long, value_name = "COUNT", default_value_t = 4, help_heading = "Many repositories")]
    pub(crate) concurrency: usize,
    /// Do it for many repositories at once. Without this, the command only shows what it would do.
    #[arg(short, long, help_heading = "Many repositories")]
    pub(crate) yes: bool,
    /// Show every request and the whole patch. Sends nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The API of the server: `https://HOST/api/v3` for GitHub Enterprise, `https://HOST/api/v4` for GitLab,
    /// `https://HOST/api/v1` for Gitea and Forgejo.
    #[arg(long, value_name = "URL")]
    pub(crate) api_url: Option<String>,
    /// The git remote to open pull requests on, for the repository of the current directory.
    #[arg(long, value_name = "NAME", default_value = "origin")]
    pub(crate) remote: String,
    /// The branch to fix, instead of the default branch.
    #[arg(long, value_name = "BRANCH")]
    pub(crate) base: Option<String>,
    /// Propose the move to Railpack instead of a fix: the files that `migrate` writes, and what is left to do by hand.
    #[arg(long, help_heading = "Migration")]
    pub(crate) migrate: bool,
    /// How the names of the new branches start. With `--migrate`, `-railpack` is added to it.
    #[arg(long, value_name = "PREFIX", default_value = "nixpacks-fix/")]
    pub(crate) head_prefix: String,
    /// Push to a fork that belongs to the user of the token.
    #[arg(long)]
    pub(crate) fork: bool,
    /// Do not skip repositories that are forks.
    #[arg(long)]
    pub(crate) include_forks: bool,
    /// The output format.
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Human)]
    pub(crate) output_format: Format,
}

/// Who installs the Python packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Strategy {
    /// `managed` if that works, otherwise `venv`.
    Auto,
    /// Nixpacks: its own install step creates a virtual environment.
    Managed,
    /// Your install commands, in a virtual environment that they create.
    Venv,
    /// As `venv`, and every Python program is called by its full path.
    Explicit,
}

/// Severities that can make the command fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Problems that are predicted to make the build or the start fail.
    #[default]
    Error,
    /// Also apps of which nothing can be predicted.
    Unknown,
    /// Also problems that have no effect today or are risky.
    Warning,
    /// Also notes.
    Note,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// If the output is a terminal with colours.
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
