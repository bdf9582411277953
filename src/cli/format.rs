//! The output formats.

use clap::ValueEnum;

/// Output formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people, with the lines of the file.
    Human,
    /// One line for each problem.
    Concise,
    /// JSON, for programs.
    Json,
}

/// Output formats of the commands that look at apps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people, with the lines of the file.
    Human,
    /// One line for each problem.
    Concise,
    /// JSON, for programs.
    Json,
    /// A report in Markdown, with the reasons and the diff.
    Markdown,
    /// SARIF 2.1.0, for code scanning and editors.
    Sarif,
    /// Annotations in a run of GitHub Actions.
    Github,
    /// A Code Quality report for GitLab.
    Gitlab,
}

/// Output formats of what is said of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Human,
    /// One line.
    Concise,
    /// JSON, for programs.
    Json,
    /// A report in Markdown, with the fix for the app.
    Markdown,
}
