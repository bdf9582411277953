//! Places in a text as bytes, and as an editor counts them.

use lsp_types::{Position, PositionEncodingKind, Range};
use nixpacks_transforms::text::{LineIndex, Span, floor};

/// How the client counts in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    /// The best one that the client offers; every client has UTF-16.
    pub(super) fn of(offered: Option<&[PositionEncodingKind]>) -> Self {
        let utf8 = offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8));
        if utf8 { Self::Utf8 } else { Self::Utf16 }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn width(self, ch: char) -> usize {
        match self {
            Self::Utf8 => ch.len_utf8(),
            Self::Utf16 => ch.len_utf16(),
        }
    }

    pub(super) fn range(self, lines: &LineIndex<'_>, span: Span) -> Range {
        let span = lines.clamp(span);
        Range { start: self.position(lines, span.start), end: self.position(lines, span.end) }
    }

    fn position(self, lines: &LineIndex<'_>, offset: usize) -> Position {
        let line = lines.line(offset);
        let before = lines.text().get(lines.start(line)..offset).unwrap_or_default();
        let column: usize = before.chars().map(|ch| self.width(ch)).sum();
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Position { line: number(line - 1), character: number(column) }
    }

    /// The byte at a position. One past the end of its line is the end of the line.
    pub(super) fn offset(self, lines: &LineIndex<'_>, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX).saturating_add(1);
        let mut left = usize::try_from(position.character).unwrap_or(usize::MAX);
        let mut offset = lines.start(line);
        for ch in lines.content(line).chars() {
            let width = self.width(ch);
            if left < width {
                break;
            }
            left -= width;
            offset += ch.len_utf8();
        }
        floor(lines.text(), offset)
    }
}

#[cfg(test)]
mod tests {
    use super::{Encoding, LineIndex, Position, Span};

    #[test]
    fn counts_as_the_client_does() {
        let lines = LineIndex::new("a\n\u{1f40d}ü = 1\r\n");
        for (encoding, column, offset) in [
            (Encoding::Utf16, 3, 8),
            (Encoding::Utf8, 6, 8),
            (Encoding::Utf16, 2, 6),
            (Encoding::Utf16, 0, 2),
        ] {
            let position = Position { line: 1, character: column };
            assert_eq!(encoding.offset(&lines, position), offset);
            assert_eq!(encoding.range(&lines, Span::at(offset)).start, position);
        }
        // In the middle of a character, past the end of a line, past the end of the text.
        let at = |line, character| Encoding::Utf16.offset(&lines, Position { line, character });
        assert_eq!((at(1, 1), at(1, 99), at(9, 0)), (2, 12, 14));
    }
}
