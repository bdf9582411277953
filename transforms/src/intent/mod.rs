//! Edits by intent: rewrite an array, insert or remove an entry, replace a word inside a string.
//!
//! Each function takes a parsed document and gives edits of its text, or a [`Refusal`] where the
//! text has a shape that it does not follow. `docs/formatting.md` is the policy.

pub mod array;
pub mod entry;
pub mod string;
pub mod syntax;

mod indent;
mod lines;
mod list;
mod quote;

use crate::document::Document;
use crate::edit::{Edit, apply};
use crate::text::Span;

/// Why an intent was not turned into edits. Nothing is guessed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Path of the file, relative to the app's root.
    pub path: String,
    /// Where, when there is a place.
    pub span: Option<Span>,
    /// A lower-case phrase.
    pub message: String,
}

impl Refusal {
    fn new(doc: &Document, span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self { path: doc.path.clone(), span: span.into(), message: message.into() }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot edit `{}`: {}", self.path, self.message)
    }
}

impl std::error::Error for Refusal {}

/// Where edits that are made together are not understood, so many are looked at one by one: each look parses the file.
pub(crate) const MOST_ALONE: usize = 64;

/// Applies `edits` to the document's text and parses the result.
pub fn check(doc: &Document, edits: &[Edit]) -> Result<Document, Refusal> {
    let text = apply(&doc.text, edits).map_err(|e| Refusal::new(doc, None, e.to_string()))?;
    Document::parse(doc.path.clone(), doc.kind, text).map_err(|e| {
        let message = format!("the result would not parse: {}", e.message);
        Refusal { path: e.path, span: None, message }
    })
}

/// `text` with quotation marks around it, in this style where that can hold it.
pub(crate) fn literal(text: &str, style: crate::document::Quote) -> String {
    quote::literal(text, style, "\n")
}

/// Joins edits that touch, so that a set never depends on the order of two edits at one place.
fn join(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.retain(|edit| !edit.span.is_empty() || !edit.content.is_empty());
    edits.sort_by_key(|edit| edit.span);
    let mut out: Vec<Edit> = Vec::new();
    for edit in edits {
        match out.last_mut() {
            Some(last) if edit.span.start <= last.span.end => {
                last.span.end = last.span.end.max(edit.span.end);
                last.content.push_str(&edit.content);
            }
            _ => out.push(edit),
        }
    }
    out
}

#[cfg(test)]
mod array_tests;
#[cfg(test)]
mod entry_tests;
