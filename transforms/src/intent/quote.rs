//! How a new string is written.

use crate::document::{Document, FileKind, Node, Quote, Table, Value};
use std::fmt::Write as _;

/// The delimiters of a quote style.
pub(super) fn marks(quote: Quote) -> &'static str {
    match quote {
        Quote::Basic | Quote::YamlDouble => "\"",
        Quote::Literal | Quote::YamlSingle => "'",
        Quote::MultilineBasic => "\"\"\"",
        Quote::MultilineLiteral => "'''",
        Quote::Plain | Quote::YamlBlock => "",
    }
}

/// `text` as it stands between the marks of `quote`; `None` where it cannot stand there.
pub(super) fn body(text: &str, quote: Quote, eol: &str) -> Option<String> {
    let control = |c: char| c.is_control() && c != '\t';
    match quote {
        Quote::Basic | Quote::YamlDouble => Some(escaped(text, |c| c == '"' || c.is_control())),
        Quote::MultilineBasic => {
            let lines = escaped(text, |c| c == '"' || control(c) && c != '\n');
            Some(lines.replace('\n', eol))
        }
        Quote::Literal => (!text.contains(|c| c == '\'' || control(c))).then(|| text.to_owned()),
        Quote::MultilineLiteral => {
            let fits =
                !text.contains("'''") && !text.ends_with('\'') && !text.contains(|c| control(c) && c != '\n');
            fits.then(|| text.replace('\n', eol))
        }
        Quote::YamlSingle => (!text.contains(char::is_control)).then(|| text.replace('\'', "''")),
        Quote::Plain | Quote::YamlBlock => (!text.contains(char::is_control)).then(|| text.to_owned()),
    }
}

/// `text` with its marks, in the style `wanted` where that can hold it, else as a basic string.
pub(super) fn literal(text: &str, wanted: Quote, eol: &str) -> String {
    let mark = marks(wanted);
    match (wanted, body(text, wanted, eol)) {
        // The first line break after the marks does not count, so one more is given.
        (Quote::MultilineBasic | Quote::MultilineLiteral, Some(body)) if text.starts_with('\n') => {
            format!("{mark}{eol}{body}{mark}")
        }
        (_, Some(body)) => format!("{mark}{body}{mark}"),
        (Quote::MultilineLiteral, None) => literal(text, Quote::MultilineBasic, eol),
        (Quote::YamlSingle | Quote::Plain | Quote::YamlBlock, None) => literal(text, Quote::YamlDouble, eol),
        (_, None) => literal(text, Quote::Basic, eol),
    }
}

fn escaped(text: &str, must: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            c if !must(c) => out.push(c),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c => {
                // Control characters are all below U+00A0. Writing to a `String` cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
        }
    }
    out
}

/// A key as it stands in a TOML or JSON file.
pub(super) fn key(name: &str, kind: FileKind) -> String {
    let json = kind.is_json();
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !json && !name.is_empty() && name.chars().all(bare) {
        return name.to_owned();
    }
    literal(name, Quote::Basic, "\n")
}

/// The quote style for a new string among `near`, else among all strings of the file.
pub(super) fn style(doc: &Document, near: &[Node]) -> Quote {
    let mut found = [0_usize; 2];
    for node in near {
        count(node, &mut found);
    }
    if found == [0, 0] {
        table(&doc.root, &mut found);
    }
    if found[1] > found[0] { Quote::Literal } else { Quote::Basic }
}

fn table(table: &Table, found: &mut [usize; 2]) {
    table.entries.iter().for_each(|entry| count(&entry.node, found));
}

fn count(node: &Node, found: &mut [usize; 2]) {
    match &node.value {
        Value::Str(s) => match s.quote {
            Quote::Basic | Quote::MultilineBasic => found[0] += 1,
            Quote::Literal | Quote::MultilineLiteral => found[1] += 1,
            _ => {}
        },
        Value::Array(array) => array.elements.iter().for_each(|element| count(element, found)),
        Value::Table(inner) => table(inner, found),
        _ => {}
    }
}
