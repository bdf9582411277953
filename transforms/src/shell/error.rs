use crate::text::Span;

/// A command that is not understood: where, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellParseError {
    /// The part of the command string.
    pub span: Span,
    /// What was met, as a noun phrase: `an unclosed quote`.
    pub what: &'static str,
    /// Whose fault it is.
    pub kind: ShellParseErrorKind,
}

/// Why a command is not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShellParseErrorKind {
    /// Bash refuses it too.
    Syntax,
    /// Bash may read it; this parser does not.
    Unsupported,
}

impl ShellParseError {
    pub(super) fn syntax(span: Span, what: &'static str) -> Self {
        Self { span, what, kind: ShellParseErrorKind::Syntax }
    }

    pub(super) fn unsupported(span: Span, what: &'static str) -> Self {
        Self { span, what, kind: ShellParseErrorKind::Unsupported }
    }
}
