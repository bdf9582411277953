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
