use super::{BOM, Span};
use std::borrow::Cow;

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based line number.
    pub line: usize,
    /// 1-based, in characters. A byte order mark is not counted.
    pub column: usize,
}

/// A text and where its lines begin. Total: any offset and any line number has an answer.
#[derive(Clone, Debug)]
pub struct LineIndex<'t> {
    text: Cow<'t, str>,
    starts: Vec<usize>,
    /// Characters before every [`STEP`]th byte, so that a column far along a line costs no walk along it.
    marks: Vec<usize>,
}

const STEP: usize = 1024;

impl<'t> LineIndex<'t> {
    /// Reads `text` once.
    pub fn new(text: impl Into<Cow<'t, str>>) -> Self {
        let text = text.into();
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(breaks).collect();
        let mut seen = 0;
        let mut marks = Vec::with_capacity(text.len() / STEP + 1);
        for part in text.as_bytes().chunks(STEP) {
            marks.push(seen);
            seen += characters(part);
        }
        Self { text, starts, marks }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The 1-based line that holds the byte at `offset`; an offset past the end is on the last line.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// The 1-based line and column of the byte at `offset`. An offset inside a character is that
    /// character's, one past the end is the end's.
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor(&self.text, offset);
        let line = self.line(offset);
        let mark = usize::from(line == 1 && offset > 0 && self.text.starts_with(BOM));
        let column = self.characters_before(offset) - self.characters_before(self.start(line)) - mark + 1;
        Position { line, column }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let at = (offset / STEP).min(self.marks.len().saturating_sub(1));
        let part = self.text.as_bytes().get(at * STEP..offset).unwrap_or_default();
        self.marks.get(at).copied().unwrap_or_default() + characters(part)
    }

    /// The part of `span` that lies in the text, on character boundaries.
    pub fn clamp(&self, span: Span) -> Span {
        let start = floor(&self.text, span.start);
        Span::new(start, floor(&self.text, span.end).max(start))
    }

    /// How many lines there are. The empty rest after a final newline is one.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// Where a 1-based line starts; past the last line, the end of the text.
    pub fn start(&self, line: usize) -> usize {
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len())
    }

    /// The bytes of a 1-based line, its ending included.
    pub fn full_span(&self, line: usize) -> Span {
        Span::new(self.start(line), self.start(line.saturating_add(1)))
    }

    /// The bytes of a 1-based line without its ending.
    pub fn span(&self, line: usize) -> Span {
        let full = self.full_span(line);
        Span::new(full.start, full.start + self.content(line).len())
    }

    /// The text of a 1-based line without its ending.
    pub fn content(&self, line: usize) -> &str {
        let full = self.full_span(line).of(&self.text);
        let cut = full.strip_suffix('\n').unwrap_or(full);
        cut.strip_suffix('\r').filter(|_| cut.len() < full.len()).unwrap_or(cut)
    }
}

/// The characters that start in `bytes`.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// The last character boundary at or before `offset`.
pub fn floor(text: &str, offset: usize) -> usize {
    let end = offset.min(text.len());
    // A character has at most four bytes.
    (end.saturating_sub(3)..=end).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_columns_in_characters() {
        let text = "\u{feff}a\r\né = 'x'\nlast";
        let lines = LineIndex::new(text);
        let table = [
            (0, 1, 1), // the mark itself
            (3, 1, 1), // `a`
            (5, 1, 3), // `\n` of CRLF
            (6, 2, 1), // `é`
            (7, 2, 1), // inside `é`
            (8, 2, 2), // ` `
            (text.len(), 3, 5),
            (9999, 3, 5),
        ];
        for (offset, line, column) in table {
            assert_eq!(lines.position(offset), Position { line, column }, "offset {offset}");
        }
        assert_eq!(LineIndex::new("").position(0), Position { line: 1, column: 1 });
    }

    #[test]
    fn counts_along_long_lines() {
        let text = format!("{}\n{}", "a".repeat(1500), "日本".repeat(2000));
        let lines = LineIndex::new(&text);
        for (offset, _) in text.char_indices().step_by(97).chain([(text.len(), ' ')]) {
            let line = text.get(..offset).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
            assert_eq!(lines.position(offset).column, line.chars().count() + 1, "{offset}");
        }
    }

    #[test]
    fn gives_lines_with_and_without_their_ending() {
        let lines = LineIndex::new("a\r\nb\n");
        assert_eq!(lines.count(), 3);
        assert_eq!(lines.full_span(1), Span::new(0, 3));
        assert_eq!(lines.span(1), Span::new(0, 1));
        assert_eq!(lines.content(2), "b");
        assert_eq!(lines.full_span(3), Span::at(5));
        assert_eq!(lines.full_span(44), Span::at(5));
        assert_eq!(LineIndex::new("\r").content(1), "\r");
    }
}
