//! How a command ends, as far as can be said.

use super::verdict::Reason;
use crate::text::Span;
use std::sync::Arc;

/// A predicted failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) reason: Reason,
    /// The error that it shows.
    pub(crate) detail: String,
    /// What would mend it, where that is known.
    pub(crate) hint: Option<String>,
    /// The file of the repository and the bytes in it where it happens, where that is not the command itself.
    pub(crate) at: Option<(Arc<str>, Span)>,
}

/// How a command ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Exit code 0.
    Ok,
    /// Another exit code.
    Fail(Failure),
    /// Not known: what stopped the prediction.
    Unknown(String),
}

impl Status {
    pub(crate) fn fail(reason: Reason, detail: impl Into<String>) -> Self {
        Status::Fail(Failure { reason, detail: detail.into(), hint: None, at: None })
    }

    pub(crate) fn unknown(why: impl Into<String>) -> Self {
        Status::Unknown(why.into())
    }

    /// A module or program that the environment may have: not all that was installed is known.
    pub(crate) fn may_be_installed(name: &str) -> Self {
        Status::unknown(format!(
            "a package that is installed from a directory or a lock file may contain `{name}`"
        ))
    }

    /// A module or program that may come with what this package requires.
    pub(crate) fn may_come_along(package: &str, name: &str) -> Self {
        Status::unknown(format!("`{package}` may bring `{name}` along, or one of the other packages may"))
    }

    /// The error that a failure shows.
    pub(crate) fn detail(&self) -> Option<&str> {
        if let Status::Fail(failure) = self { Some(&failure.detail) } else { None }
    }

    pub(crate) fn is_ok(&self) -> bool {
        *self == Status::Ok
    }
}

/// Of several failures in one command, the one that a reader of its output goes by.
pub(crate) fn leading(failures: &[Failure]) -> Option<&Failure> {
    failures.iter().min_by_key(|failure| {
        ORDER.iter().position(|reason| *reason == failure.reason).unwrap_or(ORDER.len())
    })
}

/// The nearer to the cause, the earlier.
const ORDER: [Reason; 13] = [
    Reason::VenvMissing,
    Reason::ExternallyManaged,
    Reason::NoPipModule,
    Reason::UndefinedVariable,
    Reason::PipNotFound,
    Reason::PythonNotFound,
    Reason::CommandNotFound,
    Reason::NativeLibMissing,
    Reason::ModuleNotFound,
    Reason::NoSuchFile,
    Reason::Resolution,
    Reason::Network,
    Reason::BuildBackend,
];
