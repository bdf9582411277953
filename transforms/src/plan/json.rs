//! The JSON of manifests, as serde reads it. Unlike a deploy file, a manifest is never edited and may
//! give a key twice: all of them are kept, in order.

use crate::document::{Array, Entry, Key, Layout, Node, Quote, Str, Table, Value};
use crate::text::Span;

/// Nesting that serde still reads.
const MAX_DEPTH: usize = 127;

/// Parses an object. `None` where serde would fail, or the root is no object.
pub(super) fn parse(text: &str) -> Option<Table> {
    let mut parser = Parser { text, at: 0 };
    let value = parser.value(0)?;
    parser.blank();
    match value.value {
        Value::Table(table) if parser.at == text.len() => Some(table),
        _ => None,
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blank(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    /// Takes `token` if it comes next, after blanks.
    fn take(&mut self, token: &str) -> bool {
        self.blank();
        let is = self.rest().starts_with(token);
        if is {
            self.at += token.len();
        }
        is
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.blank();
        let start = self.at;
        let value = match self.rest().bytes().next()? {
            b'{' | b'[' if depth >= MAX_DEPTH => return None,
            b'{' => Value::Table(self.object(depth)?),
            b'[' => Value::Array(self.array(depth)?),
            b'"' => Value::Str(self.string()?),
            b't' if self.take("true") => Value::Bool(true),
            b'f' if self.take("false") => Value::Bool(false),
            b'n' if self.take("null") => Value::Null,
            _ => self.number()?,
        };
        Some(Node { span: Span::new(start, self.at), value })
    }

    fn object(&mut self, depth: usize) -> Option<Table> {
        let mut entries = Vec::new();
        self.take("{");
        if !self.take("}") {
            loop {
                self.blank();
                let start = self.at;
                let name = self.string()?.decoded;
                let span = Span::new(start, self.at);
                if !self.take(":") {
                    return None;
                }
                entries.push(Entry { key: Key { name, span }, node: self.value(depth + 1)? });
                if self.take("}") {
                    break;
                } else if !self.take(",") {
                    return None;
                }
            }
        }
        Some(Table::new(Layout::Braces, entries))
    }

    fn array(&mut self, depth: usize) -> Option<Array> {
        let mut elements = Vec::new();
        self.take("[");
        if !self.take("]") {
            loop {
                elements.push(self.value(depth + 1)?);
                if self.take("]") {
                    break;
                } else if !self.take(",") {
                    return None;
                }
            }
        }
        Some(Array { elements, of_tables: false })
    }

    fn string(&mut self) -> Option<Str> {
        let body = self.rest().strip_prefix('"')?;
        let start = self.at + 1;
        let mut decoded = String::new();
        let mut chars = body.char_indices();
        loop {
            match chars.next()? {
                (end, '"') => {
                    self.at = start + end + 1;
                    return Some(Str { decoded, quote: Quote::Basic, inner: Span::new(start, start + end) });
                }
                (_, '\\') => match chars.next()?.1 {
                    c @ ('"' | '\\' | '/') => decoded.push(c),
                    'b' => decoded.push('\u{8}'),
                    'f' => decoded.push('\u{c}'),
                    'n' => decoded.push('\n'),
                    'r' => decoded.push('\r'),
                    't' => decoded.push('\t'),
                    'u' => {
                        let high = unit(&mut chars)?;
                        let mut ahead = chars.clone();
                        let low = match (ahead.next(), ahead.next()) {
                            (Some((_, '\\')), Some((_, 'u'))) if (0xd800..0xdc00).contains(&high) => {
                                unit(&mut ahead).filter(|low| (0xdc00..0xe000).contains(low))
                            }
                            _ => None,
                        };
                        let code =
                            low.map_or(high, |low| 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                        if low.is_some() {
                            chars = ahead;
                        }
                        // Half of a pair is an error to serde only in the few values that are read.
                        decoded.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                    }
                    _ => return None,
                },
                (_, c) if c < ' ' => return None,
                (_, c) => decoded.push(c),
            }
        }
    }

    fn number(&mut self) -> Option<Value> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
        let raw = end.map_or(rest, |end| &rest[..end]);
        let digits = raw.strip_prefix('-').unwrap_or(raw);
        let (mantissa, exponent) =
            digits.split_once(['e', 'E']).map_or((digits, None), |(m, e)| (m, Some(e)));
        let (whole, fraction) = mantissa.split_once('.').map_or((mantissa, None), |(w, f)| (w, Some(f)));
        let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let well_formed = number(whole)
            && (whole == "0" || !whole.starts_with('0'))
            && fraction.is_none_or(number)
            && exponent.is_none_or(|e| number(e.strip_prefix(['+', '-']).unwrap_or(e)));
        let is_whole = fraction.is_none() && exponent.is_none();
        let length = raw.len();
        self.at += length;
        well_formed.then_some(if is_whole { Value::Integer } else { Value::Float })
    }
}

fn unit(chars: &mut std::str::CharIndices<'_>) -> Option<u32> {
    (0..4).try_fold(0, |code, _| Some(code * 16 + chars.next()?.1.to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn keeps_both_of_a_doubled_key() {
        let table = parse("{\"a\": {\"b\": \"c\\u00e9\\ud83d\\ude00\"}, \"a\": [1, 2.5e3, null]}");
        let table = table.as_ref().map(|table| table.entries.len());
        assert_eq!(table, Some(2));
    }

    #[test]
    fn refuses_what_serde_refuses() {
        for text in
            ["", "[]", "{", "{\"a\": 01}", "{\"a\": 1,}", "{a: 1}", "{} x", "{\"a\": \"\n\"}", "// c\n{}"]
        {
            assert!(parse(text).is_none(), "{text}");
        }
        let deep = |depth: usize| format!("{{\"a\": {}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&deep(126)).is_some() && parse(&deep(200_000)).is_none());
    }
}
