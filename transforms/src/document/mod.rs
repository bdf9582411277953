//! Deploy files as values with byte spans. Never serialises: edits go to the original text.

mod compare;
mod json;
mod node;
mod procfile;
pub mod schema;
mod source;
mod string;
mod toml;
mod toml_1_0;

pub use compare::KeyPath;
pub use node::{Array, Entry, Key, Layout, Node, Table, Value};
pub use source::SourceMap;
pub use string::{Quote, Str};

use crate::text::{Eol, Span};
use std::sync::OnceLock;

/// Which deploy file a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileKind {
    /// `nixpacks.toml`
    NixpacksToml,
    /// `nixpacks.json`
    NixpacksJson,
    /// `railway.toml`
    RailwayToml,
    /// `railway.json`
    RailwayJson,
    /// `Procfile`
    Procfile,
}

/// A parsed deploy file.
#[derive(Clone, Debug)]
pub struct Document {
    /// Path relative to the app's root.
    pub path: String,
    /// Which file it is.
    pub kind: FileKind,
    /// The whole text, byte order mark included. Every span points into it.
    pub text: String,
    /// The root table.
    pub root: Table,
    /// Where its lines end, found at the first question.
    line_ends: OnceLock<Vec<usize>>,
    key_paths: OnceLock<compare::KeyPaths>,
}

/// A file that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Path relative to the app's root.
    pub path: String,
    /// Where, when the parser says.
    pub span: Option<Span>,
    /// A lower-case phrase.
    pub message: String,
}

impl Document {
    /// A document of which the parts are known.
    pub(crate) fn new(path: String, kind: FileKind, text: String, root: Table) -> Self {
        Self { path, kind, text, root, line_ends: OnceLock::new(), key_paths: OnceLock::new() }
    }

    /// As [`Eol::near`] of the text, for many questions: a line may be as long as the file.
    pub fn eol_near(&self, offset: usize) -> Eol {
        let ends = self.line_ends.get_or_init(|| self.text.match_indices('\n').map(|(at, _)| at).collect());
        let after = ends.partition_point(|end| *end < offset);
        match ends.get(after).or_else(|| ends.get(after.checked_sub(1)?)) {
            Some(end) if self.text.get(..*end).is_some_and(|before| before.ends_with('\r')) => Eol::Crlf,
            _ => Eol::Lf,
        }
    }

    /// Parses `text`. Never panics; deep nesting is a [`ParseError`].
    pub fn parse(
        path: impl Into<String>,
        kind: FileKind,
        text: impl Into<String>,
    ) -> Result<Self, ParseError> {
        let (path, text) = (path.into(), text.into());
        let root = match kind {
            FileKind::NixpacksToml | FileKind::RailwayToml => toml::parse(&text),
            FileKind::NixpacksJson => json::parse(&text),
            FileKind::RailwayJson => json::parse_after_bom(&text),
            FileKind::Procfile => procfile::parse(&text),
        };
        match root {
            Ok(root) => Ok(Self::new(path, kind, text, root)),
            Err((span, message)) => Err(ParseError { path, span, message }),
        }
    }

    /// Every string of the document.
    pub fn strings(&self) -> Vec<&Node> {
        let mut found = Vec::new();
        self.root.entries.iter().for_each(|entry| entry.node.strings(&mut found));
        found
    }

    /// The value at a path of keys: `["phases", "install", "cmds"]`.
    pub fn get(&self, keys: &[&str]) -> Option<&Node> {
        let (last, parents) = keys.split_last()?;
        let mut table = &self.root;
        for key in parents {
            table = table.get(key)?.as_table()?;
        }
        table.get(last)
    }
}

#[cfg(test)]
mod tests;
