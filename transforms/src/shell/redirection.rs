//! Redirections.

use super::here_document::PendingHereDocument;
use super::reader::{Read, Reader};
use super::{Redirection, RedirectionOperator};
use crate::text::Span;
use std::sync::Arc;

/// The operators; one that starts another stands after it.
const OPERATORS: &[(&str, RedirectionOperator)] = &[
    ("&>>", RedirectionOperator::AppendBoth),
    ("&>", RedirectionOperator::WriteBoth),
    ("<<<", RedirectionOperator::HereString),
    ("<<-", RedirectionOperator::HereDocument),
    ("<<", RedirectionOperator::HereDocument),
    ("<&", RedirectionOperator::DuplicateIn),
    ("<>", RedirectionOperator::ReadWrite),
    ("<", RedirectionOperator::Read),
    (">>", RedirectionOperator::Append),
    (">&", RedirectionOperator::DuplicateOut),
    (">|", RedirectionOperator::Write),
    (">", RedirectionOperator::Write),
];

impl Reader<'_> {
    /// The redirections after a compound command.
    pub(super) fn redirections(&mut self) -> Read<Vec<Redirection>> {
        let mut redirections = Vec::new();
        loop {
            let end = self.at;
            self.skip_blank();
            let Some(redirection) = self.redirection()? else {
                self.at = end;
                return Ok(redirections);
            };
            redirections.push(redirection);
        }
    }

    pub(super) fn redirection(&mut self) -> Read<Option<Redirection>> {
        let start = self.at;
        let digits = self.digits();
        if digits.is_empty() && self.names_descriptor() {
            return self.unsupported(start, "a named file descriptor");
        }
        if !matches!(self.byte(self.after_continuations(self.at)), Some(b'<' | b'>' | b'&')) {
            self.at = start;
            return Ok(None);
        }
        // Ex) `<(sort a)` is a word, and so is `2<(sort a)`.
        let substitution = self.token("<(").is_some() || self.token(">(").is_some();
        let found = OPERATORS
            .iter()
            .filter(|(token, _)| digits.is_empty() || !token.starts_with('&'))
            .find(|(token, _)| !substitution && self.token(token).is_some());
        let Some((token, operator)) = found.copied() else {
            self.at = start;
            return Ok(None);
        };
        self.take(token);
        let fd = match digits.parse() {
            Ok(fd) => Some(fd),
            Err(_) if digits.is_empty() => None,
            Err(_) => return self.unsupported(start, "a very large file descriptor"),
        };
        self.skip_blank();
        if !self.word_starts() {
            return self.syntax(start, "a redirection without a target");
        }
        let duplicates =
            matches!(operator, RedirectionOperator::DuplicateIn | RedirectionOperator::DuplicateOut);
        let closes = duplicates && self.peek() == Some(b'-');
        let target = self.word()?;
        // Ex) `>&-a` closes the descriptor; `a` is a word of its own.
        if closes && target.raw != "-" {
            return self.unsupported(start, "a word right after a closed descriptor");
        }
        if target.is_number() && !duplicates && matches!(self.peek(), Some(b'<' | b'>')) {
            return self.syntax(start, "a redirection without a target");
        }
        let mut redirection =
            Redirection { span: Span::new(start, target.span.end), fd, operator, target, body: None };
        if operator == RedirectionOperator::HereDocument {
            let pending = PendingHereDocument::new(&redirection, token == "<<-")?;
            redirection.body = Some(Arc::clone(&pending.body));
            self.pending.push(pending);
        }
        Ok(Some(redirection))
    }

    /// Reads over the digits of a descriptor.
    fn digits(&mut self) -> String {
        let mut digits = String::new();
        loop {
            let at = self.after_continuations(self.at);
            let Some(byte) = self.byte(at).filter(u8::is_ascii_digit) else {
                self.at = if digits.is_empty() { self.at } else { at };
                return digits;
            };
            digits.push(char::from(byte));
            self.at = at + 1;
        }
    }

    /// Ex) `{fd}>file` opens a descriptor and keeps its number in a variable.
    fn names_descriptor(&self) -> bool {
        let Some(inner) = self.rest().strip_prefix('{') else { return false };
        let name = inner.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_[]@*\\\n".contains(c));
        name.starts_with("}<") || name.starts_with("}>")
    }
}
