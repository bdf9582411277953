//! Words and quotes.

use super::Word;
use super::ansi;
use super::reader::{Close, Read, Reader};
use super::types::CommandList;
use crate::text::Span;

/// What a word has shown so far.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) text: String,
    /// Whether an expansion decides what the word is.
    pub(super) open: bool,
    pub(super) has_glob: bool,
    pub(super) quoted: bool,
    pub(super) substitutions: Vec<CommandList>,
    pattern: Pattern,
}

/// The opening character of a pattern that is not closed yet.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Pattern {
    #[default]
    None,
    Bracket,
    Brace,
    /// A brace with a comma or `..` after it.
    List,
}

impl Reader<'_> {
    pub(super) fn word_starts(&self) -> bool {
        match self.peek() {
            None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')') => false,
            Some(b'<' | b'>') => self.byte(self.at + 1) == Some(b'('),
            Some(_) => true,
        }
    }

    pub(super) fn word(&mut self) -> Read<Word> {
        let start = self.at;
        let mut parts = Parts { open: self.peek() == Some(b'~'), ..Parts::default() };
        while self.word_starts() {
            match self.peek() {
                Some(b'\\') => self.backslash(&mut parts),
                Some(b'\'') => {
                    parts.quoted = true;
                    let inner = self.single()?;
                    parts.text.push_str(inner);
                }
                Some(b'"') => self.double(&mut parts)?,
                Some(b'$') => self.dollar(&mut parts, false)?,
                Some(b'`') => self.backquotes(&mut parts)?,
                Some(b'<' | b'>') => {
                    let open = self.at;
                    self.at += 2;
                    parts.open = true;
                    let script = self.script(Close::Paren, open)?;
                    parts.substitutions.push(script);
                }
                Some(byte) => self.plain(byte, &mut parts),
                None => break,
            }
        }
        let span = Span::new(start, self.at);
        let raw = span.of(self.source).to_owned();
        // Ex) `{fd}>file` opens a descriptor and passes no word.
        if raw.starts_with('{') && raw.ends_with('}') && matches!(self.peek(), Some(b'<' | b'>')) {
            return self.refuse(start, "a named file descriptor");
        }
        let Parts { text, open, has_glob, quoted, substitutions, .. } = parts;
        Ok(Word { span, text: (!open).then_some(text), raw, has_glob, quoted, substitutions })
    }

    fn plain(&mut self, byte: u8, parts: &mut Parts) {
        match byte {
            b'*' | b'?' => parts.has_glob = true,
            b'[' => parts.pattern = Pattern::Bracket,
            b'{' => parts.pattern = Pattern::Brace,
            b',' if parts.pattern == Pattern::Brace => parts.pattern = Pattern::List,
            b'.' if parts.pattern == Pattern::Brace && parts.text.ends_with('.') => {
                parts.pattern = Pattern::List;
            }
            b']' => parts.has_glob |= parts.pattern == Pattern::Bracket,
            b'}' => parts.has_glob |= parts.pattern == Pattern::List,
            _ => {}
        }
        self.take_char(&mut parts.text);
    }

    pub(super) fn take_char(&mut self, text: &mut String) {
        let Some(c) = self.rest().chars().next() else { return };
        text.push(c);
        self.at += c.len_utf8();
    }

    fn backslash(&mut self, parts: &mut Parts) {
        self.at += 1;
        if self.peek() == Some(b'\n') {
            self.at += 1;
            return;
        }
        parts.quoted = true;
        if self.peek().is_none() {
            parts.text.push('\\');
        } else {
            self.take_char(&mut parts.text);
        }
    }

    /// Reads over `'…'`.
    pub(super) fn single(&mut self) -> Read<&str> {
        let start = self.at;
        let inner = self.rest().get(1..).unwrap_or_default();
        let Some(len) = inner.find('\'') else {
            self.at = self.end;
            return self.refuse(start, "an unclosed quote");
        };
        self.at += len + 2;
        Ok(inner.get(..len).unwrap_or_default())
    }

    /// Reads over `"…"`.
    pub(super) fn double(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.at;
        self.at += 1;
        parts.quoted = true;
        loop {
            match self.peek() {
                None => return self.refuse(start, "an unclosed quote"),
                Some(b'"') => break,
                Some(b'\\') => self.backslash_in_double(parts),
                Some(b'$') => self.dollar(parts, true)?,
                Some(b'`') => self.backquotes(parts)?,
                Some(_) => self.take_char(&mut parts.text),
            }
        }
        self.at += 1;
        Ok(())
    }

    fn backslash_in_double(&mut self, parts: &mut Parts) {
        self.at += 1;
        match self.peek() {
            Some(b'\n') => self.at += 1,
            Some(b'$' | b'`' | b'"' | b'\\') => self.take_char(&mut parts.text),
            _ => parts.text.push('\\'),
        }
    }

    /// Reads over `$'…'`, from the quote.
    pub(super) fn ansi(&mut self, parts: &mut Parts) -> Read<()> {
        let start = self.at;
        let rest = self.rest().as_bytes();
        let mut at = 1;
        while let Some(byte) = rest.get(at) {
            match byte {
                b'\'' => {
                    let inner = self.rest().get(1..at).unwrap_or_default();
                    match ansi::decode(inner) {
                        Some(text) => parts.text.push_str(&text),
                        None => parts.open = true,
                    }
                    parts.quoted = true;
                    self.at += at + 1;
                    return Ok(());
                }
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        self.at = self.end;
        self.refuse(start, "an unclosed quote")
    }
}
