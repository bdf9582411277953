//! Strings in every way that a format has for them.

use crate::ByteSource;
use std::fmt::Write as _;

/// A TOML string. `eol` is what a line of the file ends with; inside `{ … }` it keeps to its line.
pub(super) fn toml(
    source: &mut ByteSource<'_>,
    text: &str,
    usual: usize,
    eol: &str,
    one_line: bool,
) -> String {
    let style = if source.below(4) < 3 { usual } else { source.below(8) };
    let plain = !text.contains(|ch: char| ch == '\'' || (ch.is_control() && ch != '\n' && ch != '\t'));
    let lines = text.contains('\n');
    match style {
        1 if plain && !lines => format!("'{text}'"),
        2 if plain && !one_line => format!("'''{}{text}'''", if source.one_in(3) { eol } else { "" }),
        3 if !one_line => {
            let body = escaped(source, text, false).replace("\\n", "\n");
            format!("\"\"\"{}{body}\"\"\"", if source.one_in(3) { eol } else { "" })
        }
        4 if !one_line && !lines => {
            // A line that ends with a backslash goes on behind the blanks of the next one.
            let body = escaped(source, text, false);
            let at = body.find(' ').filter(|_| !body.contains("  "));
            at.map_or_else(
                || format!("\"\"\"{body}\"\"\""),
                |at| format!("\"\"\"{} \\{eol}    {}\"\"\"", &body[..at], &body[at + 1..]),
            )
        }
        5 => format!("\"{}\"", escaped(source, text, true)),
        _ => format!("\"{}\"", escaped(source, text, false)),
    }
}

/// A JSON string.
pub(super) fn json(source: &mut ByteSource<'_>, text: &str) -> String {
    let odd = source.one_in(8);
    let body = escaped(source, text, odd);
    format!("\"{}\"", body.replace("\\U", "\\u"))
}

fn escaped(source: &mut ByteSource<'_>, text: &str, odd: bool) -> String {
    let mut out = String::new();
    for ch in text.chars() {
        match ch {
            '"' | '\\' => out.extend(['\\', ch]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            _ if ch.is_control() || (odd && u32::from(ch) < 0xffff && source.one_in(6)) => {
                let _ = write!(out, "\\u{:04x}", u32::from(ch));
            }
            _ => out.push(ch),
        }
    }
    out
}
