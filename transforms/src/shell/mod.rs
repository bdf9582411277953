//! Command strings as bash reads them, with spans. What is not understood is said, never guessed.
//!
//! Words, quotes, redirections and the operators between commands are read here, after the token rules
//! of bash: a grammar for editors splits `uvicorn[standard]` and `a\ b`, hangs redirections on lists,
//! and gives pipes the wrong precedence. The extent of a compound command (`if`, `for`, `case`,
//! `[[`, a function) comes from `tree-sitter-bash`, and only from a tree without errors; what it
//! runs is not followed.
//!
//! Spans are byte offsets into the command string that was given to [`parse`].
//!
//! Limitations: here-documents, arrays, `coproc`, and escapes inside backquotes are refused.

mod ansi;
mod compound;
mod dollar;
mod nested;
mod reader;
mod simple;
mod types;
mod unwrapped;
mod visit;
mod word;

#[cfg(test)]
mod tests;

use crate::text::Span;
pub use nested::nested;
pub use types::{
    Assignment, Command, CommandList, OtherKind, Redirection, RedirectionOperator, Separator, SimpleCommand,
    Step, Word,
};
pub use unwrapped::{EnvAssignment, Unwrapped};
pub use visit::{Context, SimpleCommandAt};

/// The most bytes of a command that is read.
pub const MAX_LEN: usize = 64 * 1024;
/// The most levels of nesting that are followed.
pub const MAX_DEPTH: usize = 100;

/// A command that is not understood: where, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellParseError {
    /// The part of the command string.
    pub span: Span,
    /// What was met, as a noun phrase: `a here-document`.
    pub what: &'static str,
}

impl ShellParseError {
    fn new(span: Span, what: &'static str) -> Self {
        Self { span, what }
    }
}

/// Reads a command string as bash would.
///
/// The empty string and a string of comments are scripts without steps.
pub fn parse(command: &str) -> Result<CommandList, ShellParseError> {
    if command.len() > MAX_LEN {
        return Err(ShellParseError::new(Span::new(0, command.len()), "a very long command"));
    }
    if let Some(at) = command.find('\0') {
        return Err(ShellParseError::new(Span::new(at, at + 1), "a NUL byte"));
    }
    reader::Reader::new(command).whole()
}
