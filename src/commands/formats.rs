//! Which output format a command uses.

use crate::cli::{CheckArgs, Format, ReportFormat};
use crate::report::Mode;
use crate::terminal;
use anyhow::bail;
use clap::ValueEnum as _;
use std::path::Path;

/// The format of `check`, `diff` and `fix`.
pub(super) fn of_report(args: &CheckArgs, mode: Mode) -> anyhow::Result<ReportFormat> {
    let Some(format) = args.output_format else {
        let annotates = mode == Mode::Check && is_in_actions() && !terminal::is_shown();
        return Ok(if annotates { ReportFormat::Github } else { ReportFormat::Human });
    };
    let takes_stdout = matches!(
        format,
        ReportFormat::Sarif | ReportFormat::Github | ReportFormat::Gitlab | ReportFormat::Markdown
    );
    if mode == Mode::Diff && takes_stdout && format != ReportFormat::Markdown {
        let name = name(format);
        bail!(
            "cannot use `--output-format {name}` with `diff`, which prints a patch; help: `check --output-format {name}`"
        );
    }
    if mode == Mode::Fix && takes_stdout && args.paths.iter().any(|path| path == Path::new("-")) {
        let name = name(format);
        bail!(
            "cannot use `--output-format {name}` with `fix -`, which prints the fixed file; help: `check --output-format {name} -`"
        );
    }
    Ok(format)
}

/// The format of a command that has none of those of the checks.
pub(super) fn plain(args: &CheckArgs, command: &str) -> anyhow::Result<Format> {
    Ok(match args.output_format {
        None | Some(ReportFormat::Human) => Format::Human,
        Some(ReportFormat::Concise) => Format::Concise,
        Some(ReportFormat::Json) => Format::Json,
        Some(other) => bail!(
            "cannot use `--output-format {}` with `{command}`; help: it has `human`, `concise` and `json`",
            name(other)
        ),
    })
}

fn name(format: ReportFormat) -> String {
    format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

/// Whether a run of GitHub Actions reads the output.
#[expect(clippy::disallowed_methods, reason = "how it is shown, not what is planned")]
fn is_in_actions() -> bool {
    std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true")
}
