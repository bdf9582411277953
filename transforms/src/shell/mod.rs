//! Command strings and shell scripts as bash reads them, with spans. What is not understood is said,
//! never guessed.
//!
//! [`parse`] gives a tree of lists, pipelines and commands, named after the grammar of POSIX and the
//! manual of bash, with the bodies of compound commands, functions and here-documents. It reads in
//! linear time, and to a bounded depth. `laws/tests/shell` holds it to `bash -n` and
//! `bash --pretty-print` on drawn text.
//!
//! Spans are byte offsets into the command string that was given to [`parse`].
//!
//! Limitations: `coproc`, elements of arrays, extended patterns outside of `[[`, descriptors by name
//! and escapes inside backquotes are reported as unsupported.

mod ansi;
mod arithmetic;
mod case;
mod compound;
mod compound_types;
mod conditional;
mod dollar;
mod error;
mod here_document;
mod list;
mod nested;
mod reader;
mod redirection;
mod simple;
mod types;
mod unwrapped;
mod visit;
mod word;

#[cfg(test)]
mod compound_tests;
#[cfg(test)]
mod error_tests;
#[cfg(test)]
mod span_tests;
#[cfg(test)]
mod tests;

pub use compound_types::{
    ArithmeticFor, CaseClause, CaseItem, CaseTerminator, CompoundCommand, CompoundKind,
    ConditionalExpression, ForClause, FunctionDefinition, HereDocument, IfBranch, IfClause, LoopClause,
};
pub use error::{ShellParseError, ShellParseErrorKind};
pub use nested::nested;
pub use types::{
    Assignment, Command, CommandList, Pipeline, Redirection, RedirectionOperator, Separator, SimpleCommand,
    Step, Substitution, Word,
};
pub use unwrapped::{EnvAssignment, Unwrapped};
pub use visit::{Context, SimpleCommandAt};
pub(crate) use word::is_name;

use crate::text::Span;

/// The most bytes of a command that is read.
pub const MAX_LEN: usize = 64 * 1024;
/// The most levels of nesting that are followed.
pub const MAX_DEPTH: usize = 50;

/// Reads a command string or script as bash would.
///
/// The empty string and a string of comments are lists without steps.
pub fn parse(command: &str) -> Result<CommandList, ShellParseError> {
    if command.len() > MAX_LEN {
        return Err(ShellParseError::unsupported(Span::new(0, command.len()), "a very long command"));
    }
    if let Some(at) = command.find('\0') {
        return Err(ShellParseError::unsupported(Span::new(at, at + 1), "a NUL byte"));
    }
    reader::Reader::new(command).whole()
}
