//! Words and quotes.

use super::reader::{Read, Reader};
use super::{Substitution, Word, ansi};
use crate::text::Span;

/// What a word has shown so far.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) text: String,
    /// Whether an expansion decides what the word is.
    pub(super) expanded: bool,
    pub(super) has_glob: bool,
    pub(super) quoted: bool,
    pub(super) substitutions: Vec<Substitution>,
    pattern: Pattern,
    /// The last character, where it stands without quotes.
    last_plain: Option<u8>,
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

/// How the brackets in a word are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WordKind {
    /// A `(` ends the word.
    Plain,
    /// `NAME=(…)` is an array.
    Assignment,
    /// `@(a|b)` is a pattern.
    Pattern,
    /// `(a|b)` is part of a regular expression.
    Regex,
}

impl Parts {
    /// Whether a `(` here starts an extended pattern.
    fn is_pattern_prefix(&self) -> bool {
        self.last_plain.is_some_and(|byte| b"?*+@!".contains(&byte))
    }

    pub(super) fn into_word(self, span: Span, source: &str) -> Word {
        let Parts { text, expanded, has_glob, quoted, substitutions, .. } = self;
        let raw = span.of(source).to_owned();
        Word { span, text: (!expanded).then_some(text), raw, has_glob, quoted, substitutions }
    }
}

impl Reader<'_> {
    pub(super) fn word_starts(&self) -> bool {
        match self.peek() {
            None | Some(b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')') => false,
            Some(b'<' | b'>') => self.process_substitution().is_some(),
            Some(_) => true,
        }
    }

    /// The length of `<(` or `>(`.
    pub(super) fn process_substitution(&self) -> Option<usize> {
        self.token("<(").or_else(|| self.token(">("))
    }

    pub(super) fn word(&mut self) -> Read<Word> {
        self.word_of(WordKind::Plain)
    }

    pub(super) fn word_of(&mut self, kind: WordKind) -> Read<Word> {
        let start = self.at;
        let mut parts = Parts { expanded: self.peek() == Some(b'~'), ..Parts::default() };
        loop {
            let opens = match kind {
                WordKind::Regex => self.peek() == Some(b'('),
                WordKind::Pattern => parts.is_pattern_prefix() && self.peek() == Some(b'('),
                WordKind::Plain | WordKind::Assignment => false,
            };
            if opens {
                parts.expanded = true;
                self.parenthesized(&mut parts)?;
                continue;
            }
            if !self.word_starts() && (kind != WordKind::Regex || self.peek() != Some(b'|')) {
                break;
            }
            parts.last_plain = None;
            match self.peek() {
                Some(b'\\') => self.backslash(&mut parts)?,
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
                    if self.token("<((").is_some() || self.token(">((").is_some() {
                        // Bash counts parentheses here, as in arithmetic.
                        return self.unsupported(open, "a subshell in a process substitution");
                    }
                    self.at += self.process_substitution().unwrap_or_default();
                    parts.expanded = true;
                    let substitution = self.substitution(open)?;
                    parts.substitutions.push(substitution);
                }
                Some(b'=') if kind == WordKind::Assignment => {
                    self.plain(b'=', &mut parts);
                    if self.token("(").is_some() && is_array_start(self.from(start)) {
                        self.array(&mut parts)?;
                    }
                }
                Some(byte) => self.plain(byte, &mut parts),
                None => break,
            }
        }
        let opens = self.at < self.end && self.token("(").is_some();
        if parts.is_pattern_prefix() && opens {
            return self.unsupported(start, "an extended pattern");
        }
        let word = parts.into_word(Span::new(start, self.at), self.source);
        // Ex) `{fd}>file` opens a descriptor and passes no word.
        if word.raw.starts_with('{') && word.raw.ends_with('}') && matches!(self.peek(), Some(b'<' | b'>')) {
            return self.unsupported(start, "a named file descriptor");
        }
        Ok(word)
    }

    /// Reads over `(…)` after `NAME=`.
    fn array(&mut self, parts: &mut Parts) -> Read<()> {
        let opening = self.at;
        if !self.pending.is_empty() {
            return self.unsupported(opening, "an array after a here-document");
        }
        self.enter()?;
        self.take("(");
        parts.expanded = true;
        loop {
            self.skip_lines()?;
            if self.at >= self.end {
                return self.syntax(opening, "a `(` without `)`");
            }
            if self.take(")") {
                break;
            }
            if !self.word_starts() {
                return self.unexpected_token();
            }
            let element = self.word()?;
            // Ex) `[a b]=c`, where the brackets hold the blank.
            if element.raw.starts_with('[') && !has_plain_subscript(&element.raw) {
                return self.unsupported(element.span.start, "an element of an array");
            }
            parts.substitutions.extend(element.substitutions);
        }
        self.depth -= 1;
        Ok(())
    }

    /// The text from `start` to here.
    pub(super) fn from(&self, start: usize) -> &str {
        self.source.get(start..self.at).unwrap_or_default()
    }

    fn plain(&mut self, byte: u8, parts: &mut Parts) {
        parts.last_plain = Some(byte);
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

    fn backslash(&mut self, parts: &mut Parts) -> Read<()> {
        self.at += 1;
        match self.peek() {
            None => return self.trailing_backslash(),
            Some(b'\n') => self.at += 1,
            Some(_) => {
                parts.quoted = true;
                self.take_char(&mut parts.text);
            }
        }
        Ok(())
    }

    /// Reads over `'…'`.
    pub(super) fn single(&mut self) -> Read<&str> {
        let start = self.at;
        let inner = self.rest().get(1..).unwrap_or_default();
        let Some(len) = inner.find('\'') else {
            self.at = self.end;
            return self.syntax(start, "an unclosed quote");
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
                None => return self.syntax(start, "an unclosed quote"),
                Some(b'"') => break,
                Some(b'\\') => self.backslash_in_double(parts, true),
                Some(b'$') => self.dollar(parts, true)?,
                Some(b'`') => self.backquotes(parts)?,
                Some(_) => self.take_char(&mut parts.text),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Reads over a backslash in double quotes, where it stands before few characters only. In a here-document
    /// it does not stand before a quote.
    pub(super) fn backslash_in_double(&mut self, parts: &mut Parts, before_quote: bool) {
        self.at += 1;
        match self.peek() {
            Some(b'\n') => self.at += 1,
            Some(b'"') if !before_quote => parts.text.push('\\'),
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
                        None => parts.expanded = true,
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
        self.syntax(start, "an unclosed quote")
    }
}

/// `NAME=` or `NAME+=`.
fn is_array_start(raw: &str) -> bool {
    let Some(name) = raw.strip_suffix('=') else { return false };
    is_name(name.strip_suffix('+').unwrap_or(name))
}

/// Ex) `[key]=value`
fn has_plain_subscript(element: &str) -> bool {
    let subscript = element.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    subscript.is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

/// Whether a variable may be called so.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
