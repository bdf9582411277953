//! Parentheses that are read by counting them: arithmetic, patterns and regular expressions.

use super::reader::{Read, Reader};
use super::word::Parts;
use super::{ShellParseError, ShellParseErrorKind, Word};
use crate::text::Span;

impl Reader<'_> {
    /// Reads over `((…))`, the command. None where it is a subshell in a subshell: `((a); b)`.
    pub(super) fn arithmetic(&mut self) -> Read<Option<Word>> {
        let start = self.at;
        let Some(len) = self.token("((") else { return Ok(None) };
        self.at += len - 1;
        let mut parts = Parts::default();
        parts.expanded = true;
        self.parenthesized(&mut parts)?;
        if self.peek() == Some(b')') {
            self.at += 1;
            return Ok(Some(parts.into_word(Span::new(start, self.at), self.source)));
        }
        // Bash 5.2 loses its place where what it reads again has a line end.
        if self.from(start).contains('\n') || matches!(self.peek(), Some(b'\n' | b'\\')) {
            return self.unsupported(start, "two subshells on more than one line");
        }
        // What is inside is read again as a command; twice on every level would be without an end.
        if !parts.substitutions.is_empty() {
            return self.unsupported(start, "a substitution in two subshells");
        }
        self.at = start;
        Ok(None)
    }

    /// Reads over `$((…))`.
    pub(super) fn arithmetic_expansion(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.at;
        self.enter()?;
        self.take("$((");
        let mut open = 0_usize;
        loop {
            match self.peek() {
                None => return self.syntax(start, "an unclosed expansion"),
                Some(b'(') => {
                    open += 1;
                    self.at += 1;
                }
                Some(b')') if open > 0 => {
                    open -= 1;
                    self.at += 1;
                }
                Some(b')') if self.byte(self.at + 1) == Some(b')') => break,
                Some(b'$') if self.token("${").is_some() => self.parameter_in_arithmetic(parts)?,
                Some(b'$') => self.dollar(parts, true)?,
                Some(b'`') => self.backquotes(parts)?,
                Some(b')' | b'\'' | b'"' | b'\\') => {
                    return self.unsupported(start, "an arithmetic expansion");
                }
                Some(_) => self.skip_char(),
            }
        }
        self.at += 2;
        self.depth -= 1;
        Ok(())
    }

    /// Reads over `${…}` in `$((…))`, where bash goes on counting parentheses.
    fn parameter_in_arithmetic(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.at;
        let read = self.dollar(parts, true);
        read.map_err(|error| ShellParseError { kind: ShellParseErrorKind::Unsupported, ..error })?;
        if self.from(start).contains(['(', ')']) {
            return self.unsupported(start, "an arithmetic expansion");
        }
        Ok(())
    }

    /// Reads over `(…)` up to the `)` that closes it, whatever stands inside.
    pub(super) fn parenthesized(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.at;
        let mut open = 0_usize;
        loop {
            match self.peek() {
                None => return self.syntax(start, "a `(` without `)`"),
                Some(b'(') => {
                    open += 1;
                    self.at += 1;
                }
                Some(b')') => {
                    open -= 1;
                    self.at += 1;
                    if open == 0 {
                        return Ok(());
                    }
                }
                Some(b'\\') => self.skip_escape(),
                Some(b'\'') => {
                    self.single()?;
                }
                Some(b'"') => self.double(parts)?,
                Some(b'$') => self.dollar(parts, false)?,
                Some(b'`') => self.backquotes(parts)?,
                Some(_) => self.skip_char(),
            }
        }
    }
}
