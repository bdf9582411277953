//! The exit status.

use crate::errors::NoInput;
use std::process::ExitCode;

/// How the command ends. The only place with numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Nothing to report, or everything is fixed.
    Clean,
    /// Errors remain, or the diff is not empty.
    Findings,
    /// The arguments cannot be used, or the tool itself failed.
    Unusable,
    /// No input found.
    NoInput,
}

impl Exit {
    /// The status after an error that ended the command.
    pub(crate) fn of(error: &anyhow::Error) -> Self {
        if error.is::<NoInput>() { Exit::NoInput } else { Exit::Unusable }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Unusable => 2,
            Exit::NoInput => 3,
        })
    }
}
