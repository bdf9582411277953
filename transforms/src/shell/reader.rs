//! The place in the text, and what is skipped and matched there.

use super::here_document::PendingHereDocument;
use super::{CommandList, MAX_DEPTH, ShellParseError};
use crate::text::Span;

pub(super) type Read<T> = Result<T, ShellParseError>;

/// The words that have a meaning of their own where a command may start.
const RESERVED_WORDS: &[&str] = &[
    "!", "{", "}", "[[", "]]", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for",
    "function", "if", "in", "select", "then", "time", "until", "while",
];

// How many bytes have been looked at, for the tests that hold it to linear time.
#[cfg(test)]
thread_local!(pub(super) static READS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) });

pub(super) struct Reader<'a> {
    pub(super) source: &'a str,
    pub(super) at: usize,
    /// Where the text ends: earlier than the source inside backquotes and here-documents.
    pub(super) end: usize,
    pub(super) depth: usize,
    /// Here-documents whose bodies start after the next line end.
    pub(super) pending: Vec<PendingHereDocument>,
    /// Whether this is inside `$( … )`, where a here-document may end differently.
    pub(super) in_substitution: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { source, at: 0, end: source.len(), depth: 0, pending: Vec::new(), in_substitution: false }
    }

    pub(super) fn whole(mut self) -> Read<CommandList> {
        let mut list = self.list(super::list::Until::EndOfText, 0)?;
        list.span = Span::new(0, self.end);
        Ok(list)
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.byte(self.at)
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        #[cfg(test)]
        READS.set(READS.get() + 1);
        if at < self.end { self.source.as_bytes().get(at).copied() } else { None }
    }

    pub(super) fn rest(&self) -> &'a str {
        self.source.get(self.at..self.end).unwrap_or_default()
    }

    /// What stands from `from` to here, or the one character there.
    fn met(&self, from: usize) -> Span {
        let end = (self.at.max(from)..=self.end).find(|at| self.source.is_char_boundary(*at));
        Span::new(from, end.unwrap_or(from))
    }

    pub(super) fn syntax<T>(&self, from: usize, what: &'static str) -> Read<T> {
        Err(ShellParseError::syntax(self.met(from), what))
    }

    pub(super) fn unsupported<T>(&self, from: usize, what: &'static str) -> Read<T> {
        Err(ShellParseError::unsupported(self.met(from), what))
    }

    pub(super) fn unexpected_token<T>(&self) -> Read<T> {
        if self.rest() == "\\" {
            return self.trailing_backslash();
        }
        let len = self.rest().chars().next().map_or(0, char::len_utf8);
        Err(ShellParseError::syntax(Span::new(self.at, self.at + len), "an unexpected token"))
    }

    /// `bash -c` passes it on, and in a file it is nothing.
    pub(super) fn trailing_backslash<T>(&self) -> Read<T> {
        self.unsupported(self.end - 1, "a backslash at the very end")
    }

    pub(super) fn enter(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { self.unsupported(self.at, "very deep nesting") } else { Ok(()) }
    }

    /// The bytes that `token` takes up here, line continuations inside it included.
    pub(super) fn token(&self, token: &str) -> Option<usize> {
        let mut at = self.at;
        for byte in token.bytes() {
            at = self.after_continuations(at);
            if self.byte(at)? != byte {
                return None;
            }
            at += 1;
        }
        Some(at - self.at)
    }

    /// Reads over `token` where it stands here.
    pub(super) fn take(&mut self, token: &str) -> bool {
        let len = self.token(token);
        self.at += len.unwrap_or_default();
        len.is_some()
    }

    /// The reserved word that stands here, as a whole word.
    pub(super) fn reserved(&self) -> Option<&'static str> {
        let first = self.byte(self.after_continuations(self.at))?;
        let word = RESERVED_WORDS
            .iter()
            .filter(|word| word.as_bytes().first() == Some(&first))
            .find(|word| self.token(word).is_some_and(|len| self.is_token_end(self.at + len)))?;
        Some(word)
    }

    /// Whether a word that reaches `at` ends there.
    pub(super) fn is_token_end(&self, at: usize) -> bool {
        let at = self.after_continuations(at);
        match self.byte(at) {
            None => true,
            // Ex) `if<(a)`, which is one word.
            Some(b'<' | b'>') => self.byte(self.after_continuations(at + 1)) != Some(b'('),
            Some(byte) => b" \t\n;&|()".contains(&byte),
        }
    }

    /// Reads over the reserved word `word` where it stands here.
    pub(super) fn take_reserved(&mut self, word: &'static str) -> bool {
        self.reserved() == Some(word) && self.take(word)
    }

    pub(super) fn after_continuations(&self, mut at: usize) -> usize {
        while self.byte(at) == Some(b'\\') && self.byte(at + 1) == Some(b'\n') {
            at += 2;
        }
        at
    }

    /// Skips blanks, line continuations and a comment. Only called where a token may start.
    pub(super) fn skip_blank(&mut self) {
        loop {
            self.at = self.after_continuations(self.at);
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'#') => {
                    let rest = self.rest();
                    self.at += rest.find('\n').unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    /// Skips blanks and line ends, with the here-documents after them.
    pub(super) fn skip_lines(&mut self) -> Read<()> {
        loop {
            self.skip_blank();
            if self.peek() != Some(b'\n') {
                return Ok(());
            }
            self.line_end()?;
        }
    }

    /// Reads over a line end and the here-documents after it.
    pub(super) fn line_end(&mut self) -> Read<()> {
        self.at += 1;
        if self.pending.is_empty() { Ok(()) } else { self.here_documents() }
    }
}
