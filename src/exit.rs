use std::process::ExitCode;

/// The exit status. Its numbers are only here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// No problems, or all of them are fixed.
    Clean,
    /// There are problems, or there is a patch.
    Findings,
    /// Wrong arguments, a file that cannot be read or written, or an error in the tool.
    Unusable,
    /// No input found.
    NoInput,
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

/// Why the command ends before it has anything to report.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The status to end with.
    pub(crate) exit: Exit,
    /// A lower-case phrase.
    pub(crate) message: String,
    /// What another program said about it, in its own lines.
    pub(crate) said: String,
}

impl Failure {
    /// Arguments that cannot be used.
    pub(crate) fn unusable(message: impl Into<String>) -> Self {
        Self { exit: Exit::Unusable, message: message.into(), said: String::new() }
    }

    /// Nothing to look at.
    pub(crate) fn no_input(message: impl Into<String>) -> Self {
        Self { exit: Exit::NoInput, ..Self::unusable(message) }
    }
}
