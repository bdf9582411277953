//! What follows a `$`, and backquotes.

use super::list::Until;
use super::reader::{Read, Reader};
use super::word::Parts;
use super::{ShellParseError, ShellParseErrorKind, Substitution};
use crate::text::Span;

impl Reader<'_> {
    /// Reads over an expansion. `double` says whether it stands inside double quotes.
    pub(super) fn dollar(&mut self, parts: &mut Parts, double: bool) -> Read<()> {
        let start = self.at;
        let next = self.byte(self.at + 1);
        match next {
            Some(b'(') if self.token("$((").is_some() => {
                parts.expanded = true;
                self.arithmetic_expansion(parts)
            }
            Some(b'(') => {
                parts.expanded = true;
                self.at += 2;
                let substitution = self.substitution(start)?;
                parts.substitutions.push(substitution);
                Ok(())
            }
            Some(b'{') => {
                parts.expanded = true;
                self.parameter(parts, double)
            }
            Some(b'[') => self.unsupported(start, "an old arithmetic expansion"),
            Some(b'\'') if !double => {
                self.at += 1;
                self.ansi(parts)
            }
            Some(b'"') if !double => {
                self.at += 1;
                self.double(parts)
            }
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => {
                parts.expanded = true;
                self.at += 1;
                while matches!(self.peek(), Some(b) if b.is_ascii_alphanumeric() || b == b'_') {
                    self.at += 1;
                }
                Ok(())
            }
            Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => {
                parts.expanded = true;
                self.at += 2;
                Ok(())
            }
            // Ex) `$\<line end>HOME` is `$HOME`.
            Some(b'\\') if self.byte(self.at + 2) == Some(b'\n') => {
                self.unsupported(start, "a `$` at the end of a line")
            }
            _ => {
                parts.text.push('$');
                self.at += 1;
                Ok(())
            }
        }
    }

    /// Reads over `${…}`.
    fn parameter(&mut self, parts: &mut Parts, double: bool) -> Read<()> {
        let start = self.at;
        self.enter()?;
        self.at += 2;
        if matches!(self.peek(), None | Some(b' ' | b'\t' | b'\n' | b'|' | b'}')) {
            return self.unsupported(start, "an unknown expansion");
        }
        loop {
            match self.peek() {
                None => return self.syntax(start, "an unclosed expansion"),
                Some(b'}') => break,
                Some(b'\\') => self.skip_escape(),
                Some(b'<' | b'>') if self.process_substitution().is_some() => {
                    return self.unsupported(self.at, "a process substitution in an expansion");
                }
                // The operator decides whether the quote is one.
                Some(b'\'') if double => return self.unsupported(start, "a quote inside a quoted expansion"),
                Some(b'\'') => {
                    self.single()?;
                }
                Some(b'"') => self.double(parts)?,
                Some(b'$') => self.dollar(parts, double)?,
                Some(b'`') => self.backquotes(parts)?,
                Some(_) => self.skip_char(),
            }
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    /// Reads over a command in backquotes.
    pub(super) fn backquotes(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.at;
        let inner = self.rest().get(1..).unwrap_or_default();
        let Some(len) = inner.find('`') else {
            self.at = self.end;
            return self.syntax(start, "an unclosed backquote");
        };
        if inner.get(..len).is_some_and(|inner| inner.contains('\\')) {
            return self.unsupported(start, "an escape inside backquotes");
        }
        let outer_end = self.end;
        let outer_pending = std::mem::take(&mut self.pending);
        let outer_in_substitution = std::mem::replace(&mut self.in_substitution, false);
        self.at += 1;
        self.end = self.at + len;
        // Bash reads what stands inside only when it gets there: a mistake in it is none of the script's syntax.
        let commands = self
            .list(Until::EndOfText, start)
            .map_err(|error| ShellParseError { kind: ShellParseErrorKind::Unsupported, ..error })?;
        self.at = self.end + 1;
        self.end = outer_end;
        self.pending = outer_pending;
        self.in_substitution = outer_in_substitution;
        parts.expanded = true;
        parts.substitutions.push(Substitution { commands, span: Span::new(start, self.at) });
        Ok(())
    }

    pub(super) fn skip_escape(&mut self) {
        self.at += 1;
        self.skip_char();
    }

    pub(super) fn skip_char(&mut self) {
        self.at += self.rest().chars().next().map_or(0, char::len_utf8);
    }
}
