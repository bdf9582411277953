//! The exit status.

use crate::errors::NoInput;
use std::process::ExitCode;

/// The exit status. Its numbers are only here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// No problems, or all of them are fixed.
    Clean,
    /// There are problems, or there is a patch.
    Findings,
    /// Wrong arguments, a file that cannot be opened or written, or an error in the tool.
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
