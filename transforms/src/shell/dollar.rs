//! What follows a `$`, and backquotes.

use super::reader::{Close, Read, Reader};
use super::word::Parts;

impl Reader<'_> {
    /// Reads over an expansion. `double` says whether it stands inside double quotes.
    pub(super) fn dollar(&mut self, parts: &mut Parts, double: bool) -> Read<()> {
        let start = self.at;
        let next = self.byte(self.at + 1);
        match next {
            Some(b'(') if self.rest().starts_with("$((") => {
                parts.open = true;
                self.arithmetic(parts)
            }
            Some(b'(') => {
                parts.open = true;
                self.at += 2;
                let script = self.script(Close::Paren, start)?;
                parts.substitutions.push(script);
                Ok(())
            }
            Some(b'{') => {
                parts.open = true;
                self.parameter(parts, double)
            }
            Some(b'[') => self.refuse(start, "an old arithmetic expansion"),
            Some(b'\'') if !double => {
                self.at += 1;
                self.ansi(parts)
            }
            Some(b'"') if !double => {
                self.at += 1;
                self.double(parts)
            }
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => {
                parts.open = true;
                self.at += 1;
                while matches!(self.peek(), Some(b) if b.is_ascii_alphanumeric() || b == b'_') {
                    self.at += 1;
                }
                Ok(())
            }
            Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!') => {
                parts.open = true;
                self.at += 2;
                Ok(())
            }
            // Ex) `$\<line end>HOME` is `$HOME`.
            Some(b'\\') if self.byte(self.at + 2) == Some(b'\n') => {
                self.refuse(start, "a `$` at the end of a line")
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
            return self.refuse(start, "an unknown expansion");
        }
        loop {
            match self.peek() {
                None => return self.refuse(start, "an unclosed expansion"),
                Some(b'}') => break,
                Some(b'\\') => self.skip_escape(),
                // The operator decides whether the quote is one.
                Some(b'\'') if double => return self.refuse(start, "a quote inside a quoted expansion"),
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

    /// Reads over `$((…))`.
    fn arithmetic(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.at;
        self.enter()?;
        self.at += 3;
        let mut open = 0_usize;
        loop {
            match self.peek() {
                Some(b'(') => {
                    open += 1;
                    self.at += 1;
                }
                Some(b')') if open > 0 => {
                    open -= 1;
                    self.at += 1;
                }
                Some(b')') if self.byte(self.at + 1) == Some(b')') => break,
                Some(b'$') => self.dollar(parts, true)?,
                Some(b'`') => self.backquotes(parts)?,
                None | Some(b')' | b'\'' | b'"' | b'\\' | b'#' | b';' | b'\n') => {
                    return self.refuse(start, "an arithmetic expansion");
                }
                Some(_) => self.skip_char(),
            }
        }
        self.at += 2;
        self.depth -= 1;
        Ok(())
    }

    /// Reads over a command in backquotes.
    pub(super) fn backquotes(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.at;
        let inner = self.rest().get(1..).unwrap_or_default();
        let Some(len) = inner.find('`') else {
            self.at = self.end;
            return self.refuse(start, "an unclosed backquote");
        };
        if inner.get(..len).is_some_and(|inner| inner.contains('\\')) {
            return self.refuse(start, "an escape inside backquotes");
        }
        let end = self.end;
        self.at += 1;
        self.end = self.at + len;
        let mut script = self.script(Close::End, start)?;
        self.at = self.end + 1;
        self.end = end;
        script.span.end = self.at;
        parts.open = true;
        parts.substitutions.push(script);
        Ok(())
    }

    fn skip_escape(&mut self) {
        self.at += 1;
        self.skip_char();
    }

    fn skip_char(&mut self) {
        self.at += self.rest().chars().next().map_or(0, char::len_utf8);
    }
}
