//! Bytes to lines: UTF-8 or UTF-16, any line end, and no more of a line in memory than a limit.

use memchr::memchr;
use std::io::{self, BufRead};

/// Bytes of a line that are held at once. A longer line comes in pieces.
pub(crate) const PIECE: usize = 64 << 10;
/// Bytes that decide about the encoding where there is no byte order mark.
const SAMPLE: usize = 512;

/// A line, or a part of a very long one.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    /// The line, from 1.
    pub(crate) number: u64,
    /// This is where the line begins.
    pub(crate) first: bool,
    /// This is where it ends.
    pub(crate) last: bool,
    pub(crate) text: &'a str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { big: bool },
}

/// Calls `each` for every line.
pub(crate) fn read(mut from: impl BufRead, mut each: impl FnMut(&Piece<'_>)) -> io::Result<()> {
    let mut lines = Lines { buffer: Vec::new(), number: 1, first: true };
    let mut encoding = None;
    let mut units = Units::default();
    loop {
        let chunk = match from.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            break;
        }
        let length = chunk.len();
        let (known, mark) = encoding.map_or_else(|| guess(chunk), |known| (known, 0));
        encoding = Some(known);
        let bytes = chunk.get(mark..).unwrap_or_default();
        match known {
            Encoding::Utf8 => lines.push(bytes, &mut each),
            Encoding::Utf16 { big } => {
                units.decode(bytes, big);
                lines.push(units.text.as_bytes(), &mut each);
                units.text.clear();
            }
        }
        from.consume(length);
    }
    lines.end(&mut each);
    Ok(())
}

/// The encoding, and how many bytes its mark takes.
fn guess(start: &[u8]) -> (Encoding, usize) {
    match start {
        [0xff, 0xfe, ..] => (Encoding::Utf16 { big: false }, 2),
        [0xfe, 0xff, ..] => (Encoding::Utf16 { big: true }, 2),
        [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
        _ => {
            let sample = start.get(..SAMPLE).unwrap_or(start);
            let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
            let many = sample.len() / 4;
            if sample.len() >= 4 && zeros(1) > many {
                (Encoding::Utf16 { big: false }, 0)
            } else if sample.len() >= 4 && zeros(0) > many {
                (Encoding::Utf16 { big: true }, 0)
            } else {
                (Encoding::Utf8, 0)
            }
        }
    }
}

/// Decodes UTF-16 that arrives in chunks of any length.
#[derive(Default)]
struct Units {
    text: String,
    odd: Option<u8>,
    high: Option<u16>,
}

impl Units {
    fn decode(&mut self, bytes: &[u8], big: bool) {
        for byte in bytes {
            let Some(before) = self.odd.take() else {
                self.odd = Some(*byte);
                continue;
            };
            let pair = [before, *byte];
            let unit = if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
            let units = [self.high.take(), Some(unit)].into_iter().flatten();
            for decoded in char::decode_utf16(units) {
                match decoded {
                    Ok(ch) => self.text.push(ch),
                    // The first half of a pair: the other half comes next.
                    Err(error) if (0xd800..0xdc00).contains(&error.unpaired_surrogate()) => {
                        self.high = Some(error.unpaired_surrogate());
                    }
                    Err(_) => self.text.push(char::REPLACEMENT_CHARACTER),
                }
            }
        }
    }
}

struct Lines {
    buffer: Vec<u8>,
    number: u64,
    first: bool,
}

impl Lines {
    fn push(&mut self, mut bytes: &[u8], each: &mut impl FnMut(&Piece<'_>)) {
        while let Some(at) = memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at(at);
            bytes = rest.get(1..).unwrap_or_default();
            if self.buffer.is_empty() && line.len() <= PIECE {
                emit(line, self.number, self.first, true, each);
            } else {
                self.append(line, each);
                let line = std::mem::take(&mut self.buffer);
                emit(&line, self.number, self.first, true, each);
                self.buffer = line;
                self.buffer.clear();
            }
            self.number += 1;
            self.first = true;
        }
        self.append(bytes, each);
    }

    /// Adds a part of a line. What is more than a piece is handed on.
    fn append(&mut self, mut bytes: &[u8], each: &mut impl FnMut(&Piece<'_>)) {
        while self.buffer.len() + bytes.len() > PIECE {
            let (now, rest) = bytes.split_at(PIECE.saturating_sub(self.buffer.len()));
            self.buffer.extend_from_slice(now);
            let cut = boundary(&self.buffer);
            emit(self.buffer.get(..cut).unwrap_or_default(), self.number, self.first, false, each);
            self.buffer.drain(..cut);
            self.first = false;
            bytes = rest;
        }
        self.buffer.extend_from_slice(bytes);
    }

    fn end(&mut self, each: &mut impl FnMut(&Piece<'_>)) {
        if !self.buffer.is_empty() {
            emit(&self.buffer, self.number, self.first, true, each);
        }
    }
}

/// Where to cut so that no character is cut.
fn boundary(bytes: &[u8]) -> usize {
    let continued = bytes.iter().rev().take(3).take_while(|byte| (0x80..0xc0).contains(*byte)).count();
    let start = bytes.len().saturating_sub(continued + 1);
    if bytes.get(start).is_some_and(|byte| *byte >= 0xc0) { start.max(1) } else { bytes.len() }
}

fn emit(bytes: &[u8], number: u64, first: bool, last: bool, each: &mut impl FnMut(&Piece<'_>)) {
    let bytes = if last { bytes.strip_suffix(b"\r").unwrap_or(bytes) } else { bytes };
    match std::str::from_utf8(bytes) {
        Ok(text) => each(&Piece { number, first, last, text }),
        Err(_) => each(&Piece { number, first, last, text: &String::from_utf8_lossy(bytes) }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{PIECE, read};
    use std::io::BufReader;

    fn lines(bytes: &[u8], chunk: usize) -> Vec<(u64, String)> {
        let mut found: Vec<(u64, String)> = Vec::new();
        read(BufReader::with_capacity(chunk, bytes), |piece| {
            assert!(piece.text.len() <= PIECE * 3);
            if piece.first {
                found.push((piece.number, String::new()));
            }
            found.last_mut().unwrap().1.push_str(piece.text);
        })
        .unwrap();
        found
    }

    #[test]
    fn reads_every_encoding_and_line_end_in_chunks_of_any_size() {
        let text = "a║b\r\n😢 c\n\nlast";
        let want: Vec<(u64, String)> =
            [(1, "a║b"), (2, "😢 c"), (3, ""), (4, "last")].map(|(at, text)| (at, text.to_owned())).into();
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for chunk in [16, 17, 1000] {
            assert_eq!(lines(text.as_bytes(), chunk), want);
            assert_eq!(lines(&[b"\xef\xbb\xbf", text.as_bytes()].concat(), chunk), want);
            assert_eq!(lines(&[b"\xff\xfe", &little[..]].concat(), chunk), want);
            assert_eq!(lines(&[b"\xfe\xff", &big[..]].concat(), chunk), want);
        }
        let ascii: Vec<u8> = "one\r\ntwo".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(lines(&ascii, 64), [(1, "one".to_owned()), (2, "two".to_owned())]);
    }

    #[test]
    fn a_long_line_comes_in_pieces_that_cut_no_character() {
        let text = format!("x{}\nend", "║".repeat(PIECE));
        let found = lines(text.as_bytes(), 4096);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].1.chars().count(), PIECE + 1);
        assert!(!found[0].1.contains(char::REPLACEMENT_CHARACTER));
        assert_eq!(found[1], (2, "end".to_owned()));
    }
}
