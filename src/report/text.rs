//! Text from a repository made safe to show.

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

#[cfg(test)]
mod tests {
    use super::escape;

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
}
