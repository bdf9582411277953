//! Text from a repository made safe to show, and its lines.

use nixpacks_transforms::text::Span;

/// Whether a terminal or a reader could be misled by the character.
pub(crate) fn is_harmful(ch: char) -> bool {
    ch.is_control()
        || matches!(ch,
            // Marks that reorder what is read, and characters that cannot be seen.
            '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `text` on one line, without a control character.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|ch| push(&mut out, ch));
    out
}

/// Adds the lines of what another program said. The mark before each keeps a line from being read as a command
/// to the runner of a workflow, which passes over blanks.
pub(crate) fn quote(said: &str, out: &mut String) {
    for line in said.lines() {
        out.push_str("  | ");
        out.push_str(escape(line).trim_end());
        out.push('\n');
    }
}

/// Adds a line of a file, escaped but for its tabs, which are no harm.
pub(crate) fn push_line(out: &mut String, line: &str) {
    line.chars().for_each(|ch| if ch == '\t' { out.push(ch) } else { push(out, ch) });
}

/// Adds one character, escaped if need be.
pub(crate) fn push(out: &mut String, ch: char) {
    if is_harmful(ch) { out.extend(ch.escape_default()) } else { out.push(ch) }
}

/// A text and where its lines start.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    /// The text.
    pub(crate) text: String,
    starts: Vec<usize>,
    /// Characters before every [`STEP`]th byte, so that a column far along a line costs no walk along it.
    marks: Vec<usize>,
}

const STEP: usize = 1024;

/// A place for people: 1-based, the column in characters; a byte order mark is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// 1-based.
    pub(crate) line: usize,
    /// 1-based, in characters.
    pub(crate) column: usize,
}

impl Lines {
    /// Indexes the lines of `text`.
    pub(crate) fn new(text: String) -> Self {
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

    /// Where the byte at `offset` is; past the end is the end.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let offset = floor(&self.text, offset);
        let line = self.line(offset);
        let mark = usize::from(line == 0 && offset > 0 && self.text.starts_with('\u{feff}'));
        let column = self.characters_before(offset) - self.characters_before(self.start(line)) - mark + 1;
        Position { line: line + 1, column }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let at = (offset / STEP).min(self.marks.len().saturating_sub(1));
        let part = self.text.as_bytes().get(at * STEP..offset).unwrap_or_default();
        self.marks.get(at).copied().unwrap_or_default() + characters(part)
    }

    /// The 0-based line of a byte.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// The first byte of a 0-based line; the text's end past the last.
    pub(crate) fn start(&self, line: usize) -> usize {
        self.starts.get(line).copied().unwrap_or(self.text.len())
    }

    /// The part of `span` that lies in the text, on character boundaries.
    pub(crate) fn clamp(&self, span: Span) -> Span {
        let start = floor(&self.text, span.start);
        Span::new(start, floor(&self.text, span.end).max(start))
    }
}

/// The characters that start in `bytes`.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// The closest character boundary at or before `offset`.
pub(crate) fn floor(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{Lines, Position, escape};

    #[test]
    fn escapes_what_moves_the_cursor_or_the_reading_order() {
        for (text, want) in [
            ("plain ü 日本", "plain ü 日本"),
            ("a\x1b[31mb", "a\\u{1b}[31mb"),
            ("a\r\n\tb", "a\\r\\n\\tb"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("\u{202e}txt", "\\u{202e}txt"),
            ("\u{2066}\u{feff}\u{200b}\u{7f}", "\\u{2066}\\u{feff}\\u{200b}\\u{7f}"),
        ] {
            assert_eq!(escape(text), want);
        }
    }

    #[test]
    fn counts_characters_and_no_byte_order_mark() {
        let lines = Lines::new("\u{feff}a\r\nüb\n".to_owned());
        for (offset, line, column) in [
            (0, 1, 1),
            (3, 1, 1),
            (4, 1, 2),
            (6, 2, 1),
            (7, 2, 1),
            (8, 2, 2),
            (9, 2, 3),
            (10, 3, 1),
            (99, 3, 1),
        ] {
            assert_eq!(lines.position(offset), Position { line, column }, "{offset}");
        }
        assert_eq!(Lines::new(String::new()).position(0), Position { line: 1, column: 1 });
    }

    #[test]
    fn counts_along_long_lines() {
        let text = format!("{}\n{}", "a".repeat(1500), "日本".repeat(2000));
        let lines = Lines::new(text.clone());
        for (offset, _) in text.char_indices().step_by(97).chain([(text.len(), ' ')]) {
            let line = text.get(..offset).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
            assert_eq!(lines.position(offset).column, line.chars().count() + 1, "{offset}");
        }
    }
}
