//! Byte-range edits, and how a set of them is applied to one text.

mod apply;
mod compose;
mod difference;
mod transaction;

pub use apply::{EditError, apply};
pub use compose::compose;
pub use difference::difference;
pub use transaction::Transaction;

use crate::text::Span;

/// One replacement in one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The bytes that go.
    pub span: Span,
    /// What takes their place.
    pub content: String,
}

impl Edit {
    /// Removes `span`.
    pub fn deletion(span: Span) -> Self {
        Self { span, content: String::new() }
    }

    /// Inserts `content` before the byte at `at`.
    pub fn insertion(at: usize, content: impl Into<String>) -> Self {
        Self { span: Span::at(at), content: content.into() }
    }

    /// Replaces `span`.
    pub fn replacement(span: Span, content: impl Into<String>) -> Self {
        Self { span, content: content.into() }
    }
}

#[cfg(test)]
mod tests;
