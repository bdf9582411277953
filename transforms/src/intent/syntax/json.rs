//! Mistakes in JSON files.

use super::Mend;
use super::scan::Line;
use crate::edit::Edit;
use crate::text::{BOM, Eol, Span};

pub(super) fn mends(text: &str, at: usize) -> Vec<Mend> {
    let here = text.get(at..).unwrap_or_default();
    let at = at + here.len() - here.trim_start().len();
    let all = [byte_order_mark(text), comment(text, at), quotes(text, at), word(text, at), unclosed(text)];
    all.into_iter().flatten().collect()
}

fn byte_order_mark(text: &str) -> Option<Mend> {
    text.starts_with(BOM).then(|| Mend::delete(0, BOM.len_utf8(), "remove the byte order mark"))
}

/// A comment in JSON, which has none.
fn comment(text: &str, at: usize) -> Option<Mend> {
    let rest = text.get(at..)?;
    let end = if rest.starts_with("//") {
        rest.find('\n').unwrap_or(rest.len())
    } else if rest.starts_with("/*") {
        rest.find("*/")? + 2
    } else {
        return None;
    };
    // With the blanks before it, and the line where it has one of its own.
    let before = text.get(..at)?.trim_end_matches([' ', '\t']);
    let own_line = before.is_empty() || before.ends_with('\n');
    let newline = usize::from(own_line && text.get(at + end..).is_some_and(|rest| rest.starts_with('\n')));
    let span = Span::new(before.len(), at + end + newline);
    Some(Mend::new(vec![Edit::deletion(span)], "remove the comments, which JSON does not have"))
}

/// A string or key in single quotes.
fn quotes(text: &str, at: usize) -> Option<Mend> {
    let line = Line::at(text, at)?;
    let inner = text.get(at..line.end())?.strip_prefix('\'')?;
    let end = at + 1 + inner.find('\'')?;
    if text.get(at + 1..end)?.contains(['"', '\\']) {
        return None;
    }
    let mark = |at: usize| Edit::replacement(Span::new(at, at + 1), "\"");
    Some(Mend::new(vec![mark(at), mark(end)], "use double quotes"))
}

/// A key or a value without quotes. Ex) `True`, which is `true` in JSON, and a text where only texts are read
fn word(text: &str, at: usize) -> Option<Mend> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '-' | '.');
    let head = text.get(..at)?;
    let start = head.len() - head.chars().rev().take_while(|c| is_word(*c)).count();
    let word: String = text.get(start..)?.chars().take_while(|c| is_word(*c)).collect();
    if !word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return None;
    }
    let end = start + word.len();
    if word == "None" || word == "undefined" {
        return Some(Mend::replace(start, end, "null", "write `null`"));
    }
    let quoted = vec![Edit::insertion(start, "\""), Edit::insertion(end, "\"")];
    // A value may be a secret, and what is done is told in many places.
    let is_key = text.get(end..)?.trim_start().starts_with(':');
    let what =
        if is_key { format!("put quotes around `{word}`") } else { "put quotes around the value".to_owned() };
    Some(Mend::new(quoted, what))
}

/// Brackets that are still open at the end.
fn unclosed(text: &str) -> Option<Mend> {
    let (mut open, mut quoted, mut escaped) = (Vec::new(), false, false);
    for c in text.chars() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '"' => quoted = true,
            '{' => open.push('}'),
            '[' => open.push(']'),
            '}' | ']' if open.pop() != Some(c) => return None,
            _ => {}
        }
    }
    if quoted || open.is_empty() || open.len() > MOST_OPEN {
        return None;
    }
    let closing: String = open.into_iter().rev().collect();
    let end = text.trim_end().len();
    let eol = if text.get(..end)?.contains('\n') { Eol::near(text, end).as_str() } else { "" };
    Some(Mend::insert(
        end,
        &format!("{eol}{closing}"),
        &format!("add the `{closing}` that is missing at the end"),
    ))
}

/// The most brackets that are closed.
const MOST_OPEN: usize = 8;
