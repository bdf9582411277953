//! The place of each character of a decoded string in the file.

use super::{Quote, Str};
use crate::text::Span;
use std::ops::Range;

/// Maps ranges of a decoded string to bytes of the file.
#[derive(Clone, Debug)]
pub struct SourceMap {
    /// The bytes between the quotes.
    inner: Span,
    /// Length of the decoded string.
    decoded: usize,
    /// One for each decoded character, in order; `None` where the two texts are the same.
    pieces: Option<Vec<Piece>>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    at: usize,
    source: Span,
}

impl SourceMap {
    /// The bytes of the file that give `range` of the decoded string. `None` where the range is
    /// not one of whole characters. What a string skips (a line-ending backslash) belongs to no
    /// character, so it is only inside a span that goes across it.
    pub fn span(&self, range: Range<usize>) -> Option<Span> {
        if range.start > range.end || range.end > self.decoded {
            return None;
        }
        let Some(pieces) = &self.pieces else {
            return Some(Span::new(self.inner.start + range.start, self.inner.start + range.end));
        };
        let find = |at: usize| pieces.binary_search_by_key(&at, |piece| piece.at).ok();
        let first = if range.start == self.decoded { pieces.len() } else { find(range.start)? };
        if range.is_empty() {
            let before = || pieces.last().map_or(self.inner.end, |last| last.source.end);
            return Some(Span::at(pieces.get(first).map_or_else(before, |piece| piece.source.start)));
        }
        let end = if range.end == self.decoded { pieces.len() } else { find(range.end)? };
        Some(Span::new(pieces.get(first)?.source.start, pieces.get(end.checked_sub(1)?)?.source.end))
    }
}

impl Str {
    /// The map from the decoded string to the file, for several look-ups. `None` where the string
    /// is written in a way that this crate does not follow (some of YAML's).
    pub fn map(&self, text: &str) -> Option<SourceMap> {
        let (inner, decoded) = (self.inner, self.decoded.len());
        if inner.of(text) == self.decoded {
            return Some(SourceMap { inner, decoded, pieces: None });
        }
        let (read, pieces) = self.read(text)?;
        (read == self.decoded).then_some(SourceMap { inner, decoded, pieces: Some(pieces) })
    }

    /// The bytes of the file that give `decoded`, a byte range of the decoded string.
    pub fn source(&self, text: &str, decoded: Range<usize>) -> Option<Span> {
        self.map(text)?.span(decoded)
    }

    fn read(&self, text: &str) -> Option<(String, Vec<Piece>)> {
        let raw = self.inner.of(text);
        let mut reader =
            Reader { raw, at: 0, base: self.inner.start, out: String::new(), pieces: Vec::new() };
        match self.quote {
            Quote::Basic | Quote::Literal => {}
            Quote::MultilineBasic | Quote::MultilineLiteral => {
                reader.skip(&["\r\n", "\n"]);
            }
            Quote::Plain | Quote::YamlSingle | Quote::YamlDouble | Quote::YamlBlock => {
                return yaml(reader, &self.decoded, self.quote);
            }
        }
        let escapes = matches!(self.quote, Quote::Basic | Quote::MultilineBasic);
        while let Some(next) = reader.peek() {
            match next {
                '\\' if escapes => reader.escape()?,
                '\r' if reader.rest().starts_with("\r\n") => reader.push('\n', 2),
                c => reader.push(c, c.len_utf8()),
            }
        }
        Some((reader.out, reader.pieces))
    }
}

/// The decoded form of what stands between the quotes, line endings as LF: how Nixpacks reads it.
pub(super) fn decode(inner: Span, quote: Quote, text: &str) -> Option<String> {
    let unread = Str { decoded: String::new(), quote, inner };
    unread.read(text).map(|(decoded, _)| decoded)
}

struct Reader<'t> {
    raw: &'t str,
    at: usize,
    base: usize,
    out: String,
    pieces: Vec<Piece>,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.raw.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, c: char, width: usize) {
        let source = Span::new(self.base + self.at, self.base + self.at + width);
        self.pieces.push(Piece { at: self.out.len(), source });
        self.out.push(c);
        self.at += width;
    }

    fn skip(&mut self, any: &[&str]) -> bool {
        let found = any.iter().find(|prefix| self.rest().starts_with(**prefix));
        self.at += found.map_or(0, |prefix| prefix.len());
        found.is_some()
    }

    /// Reads one escape of TOML or JSON.
    fn escape(&mut self) -> Option<()> {
        let rest = self.rest();
        let simple = match rest.as_bytes().get(1)? {
            b'b' => '\u{8}',
            b't' => '\t',
            b'n' => '\n',
            b'f' => '\u{c}',
            b'r' => '\r',
            b'"' => '"',
            b'\\' => '\\',
            b'/' => '/',
            b'u' => {
                let (c, width) = unicode(rest)?;
                self.push(c, width);
                return Some(());
            }
            b'U' => {
                self.push(char::from_u32(hex(rest, 2, 8)?)?, 10);
                return Some(());
            }
            b' ' | b'\t' | b'\r' | b'\n' => {
                // A line-ending backslash takes every blank up to the next character.
                let blank = rest.get(1..)?;
                let kept = blank.trim_start_matches([' ', '\t', '\r', '\n']);
                self.at += 1 + blank.len() - kept.len();
                return Some(());
            }
            _ => return None,
        };
        self.push(simple, 2);
        Some(())
    }
}

fn hex(text: &str, from: usize, width: usize) -> Option<u32> {
    let digits = text.get(from..from + width)?;
    if digits.bytes().all(|b| b.is_ascii_hexdigit()) { u32::from_str_radix(digits, 16).ok() } else { None }
}

/// `\uXXXX`, or the two of them that make one character in JSON.
fn unicode(rest: &str) -> Option<(char, usize)> {
    let first = hex(rest, 2, 4)?;
    if let Some(c) = char::from_u32(first) {
        return Some((c, 6));
    }
    let second = rest.get(6..8).filter(|next| *next == "\\u").and_then(|_| hex(rest, 8, 4))?;
    if !(0xd800..0xdc00).contains(&first) || !(0xdc00..0xe000).contains(&second) {
        return None;
    }
    let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
    Some((char::from_u32(code)?, 12))
}

/// YAML folds line breaks, so blanks are matched run against run and all else character by
/// character; where the two do not match there is no map.
fn yaml(mut reader: Reader<'_>, decoded: &str, quote: Quote) -> Option<(String, Vec<Piece>)> {
    let blank = |c: char| c.is_ascii_whitespace();
    while reader.out.len() < decoded.len() {
        let wanted = &decoded[reader.out.len()..];
        let next = wanted.chars().next()?;
        if reader.rest().is_empty() && blank(next) {
            // The last line break of a block is not inside its span.
            reader.push(next, 0);
            continue;
        }
        let run = reader.rest().len() - reader.rest().trim_start_matches(blank).len();
        if blank(next) && run > 0 {
            let folded = &wanted[..wanted.len() - wanted.trim_start_matches(blank).len()];
            if folded == &reader.rest()[..run] {
                folded.chars().for_each(|c| reader.push(c, c.len_utf8()));
            } else {
                let source = Span::new(reader.base + reader.at, reader.base + reader.at + run);
                for c in folded.chars() {
                    reader.pieces.push(Piece { at: reader.out.len(), source });
                    reader.out.push(c);
                }
                reader.at += run;
            }
            continue;
        }
        reader.at += run;
        match (quote, reader.peek()?) {
            (Quote::YamlSingle, '\'') if reader.rest().starts_with("''") => reader.push('\'', 2),
            (Quote::YamlDouble, '\\') => reader.escape()?,
            (_, c) if c == next => reader.push(c, c.len_utf8()),
            _ => return None,
        }
    }
    Some((reader.out, reader.pieces))
}
