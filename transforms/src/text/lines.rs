use super::{BOM, Span};

/// A place as people count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based line number.
    pub line: usize,
    /// 1-based, in characters. A byte order mark is not counted.
    pub column: usize,
}

/// Where the lines of a text begin. Total: any offset and any line number has an answer.
#[derive(Clone, Debug)]
pub struct LineIndex<'t> {
    text: &'t str,
    starts: Vec<usize>,
    ascii: bool,
}

impl<'t> LineIndex<'t> {
    /// Reads `text` once.
    pub fn new(text: &'t str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        Self { text, starts, ascii: text.is_ascii() }
    }

    /// The 1-based line that holds the byte at `offset`; an offset past the end is on the last line.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
    }

    /// The 1-based line and column of the byte at `offset`. An offset inside a character is that
    /// character's, one past the end is the end's.
    pub fn position(&self, offset: usize) -> Position {
        let offset = floor(self.text, offset);
        let line = self.line(offset);
        let start = self.start(line);
        let column = if self.ascii {
            offset - start
        } else {
            let head = self.text.get(start..offset).unwrap_or_default();
            let head = if start == 0 { head.strip_prefix(BOM).unwrap_or(head) } else { head };
            head.chars().count()
        };
        Position { line, column: column + 1 }
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
    pub fn content(&self, line: usize) -> &'t str {
        let full = self.full_span(line).of(self.text);
        let cut = full.strip_suffix('\n').unwrap_or(full);
        cut.strip_suffix('\r').filter(|_| cut.len() < full.len()).unwrap_or(cut)
    }
}

/// The last character boundary at or before `offset`.
pub(super) fn floor(text: &str, offset: usize) -> usize {
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
