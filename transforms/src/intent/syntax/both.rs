//! Mistakes that TOML and JSON files share.

use super::Mend;
use super::scan::{Line, code_before};
use crate::edit::Edit;
use crate::text::Span;

pub(super) fn mends(text: &str, at: usize) -> Vec<Mend> {
    [fences(text), quotes(text, at), blanks(text, at)].into_iter().flatten().collect()
}

/// Where a comma is missing or stands alone.
pub(super) fn commas(text: &str, at: usize) -> Vec<Mend> {
    [extra_comma(text, at), missing_comma(text, at)].into_iter().flatten().collect()
}

/// Ex) a file copied out of a chat, with the fences of its code block and what stood below it.
fn fences(text: &str) -> Option<Mend> {
    const WHAT: &str = "remove the Markdown around the settings";
    let is_fence = |line: &str| line.trim_start().starts_with("```");
    let (mut start, mut fences) = (0, Vec::new());
    for line in text.split_inclusive('\n') {
        if is_fence(line) {
            fences.push(Span::new(start, start + line.len()));
        }
        start += line.len();
    }
    let first = fences.first()?;
    let cut = |from: usize, to: usize| (from < to).then(|| Edit::deletion(Span::new(from, to)));
    let before = text.get(..first.start)?;
    let is_setting =
        |line: &str| line.trim_start().starts_with('[') || line.contains('=') || line.contains('{');
    let end = if before.lines().any(is_setting) {
        first.start
    } else {
        fences.get(1).map_or(text.len(), |fence| fence.start)
    };
    let mut edits: Vec<Edit> = if end == first.start {
        cut(end, text.len()).into_iter().collect()
    } else {
        [cut(0, first.end), cut(end, text.len())].into_iter().flatten().collect()
    };
    // Where settings stand behind it as well, only the fences are too much.
    if text.get(end..)?.lines().any(|line| !is_fence(line) && looks_like_setting(line)) {
        edits = fences.iter().map(|fence| Edit::deletion(*fence)).collect();
    }
    Some(Mend::new(edits, WHAT))
}

/// Whether a line may be one of TOML or JSON: the header of a table, a key with a value, a part of an object.
fn looks_like_setting(line: &str) -> bool {
    let line = line.trim();
    let is_name = |text: &str| {
        let text = text.trim();
        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "._-\"' ".contains(c))
    };
    if let Some(header) = line.strip_prefix('[') {
        let name = header.split(']').next().unwrap_or_default();
        return is_name(name.trim_start_matches('['));
    }
    let is_pair = line
        .split_once('=')
        .is_some_and(|(key, value)| is_name(key) && !key.trim().contains(' ') && !value.starts_with('='));
    is_pair || line.starts_with(['{', '}', '"'])
}

/// Quotation marks of a word processor.
fn quotes(text: &str, at: usize) -> Option<Mend> {
    let start = text.get(..at)?.rfind('\n').map_or(0, |line| line + 1);
    let line = text.get(start..)?.split('\n').next()?;
    let plain = |c: char| match c {
        '\u{201c}' | '\u{201d}' | '\u{201e}' => Some("\""),
        '\u{2018}' | '\u{2019}' => Some("'"),
        _ => None,
    };
    let edits: Vec<Edit> = line
        .char_indices()
        .filter_map(|(from, c)| {
            let from = start + from;
            Some(Edit::replacement(Span::new(from, from + c.len_utf8()), plain(c)?))
        })
        .collect();
    (!edits.is_empty()).then(|| Mend::new(edits, "write the quotation marks as plain ones"))
}

/// Blanks that only look like one, and characters that are not seen at all. Ex) a no-break space, copied from a page
fn blanks(text: &str, at: usize) -> Option<Mend> {
    let line = Line::at(text, at)?;
    let mut edits = Vec::new();
    for (from, c) in super::scan::unquoted(line.text) {
        let plain = match c {
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => "",
            '\t' => continue,
            c if c.is_whitespace() && !c.is_ascii() => " ",
            _ => continue,
        };
        let from = line.start + from;
        edits.push(Edit::replacement(Span::new(from, from + c.len_utf8()), plain));
    }
    (!edits.is_empty()).then(|| Mend::new(edits, "write the blanks as plain ones"))
}

/// A comma behind the last value, or at the end of a line of TOML.
fn extra_comma(text: &str, at: usize) -> Option<Mend> {
    let here = text.get(at..)?;
    let comma = if here.starts_with(',') { at } else { text.get(..at)?.trim_end().len().checked_sub(1)? };
    // Where something follows, it is the comma of a list that has lost its brackets.
    let behind = text.get(comma + 1..).unwrap_or_default().split('\n').next()?.trim_start();
    let is_last = behind.is_empty() || behind.starts_with([',', ']', '}', '#', '/']);
    let is_second = text.get(..comma)?.trim_end().ends_with(',');
    ((is_last || is_second) && text.get(comma..)?.starts_with(','))
        .then(|| Mend::delete(comma, comma + 1, "remove the comma that nothing follows"))
}

/// A value right behind another one of a list or an object.
fn missing_comma(text: &str, at: usize) -> Option<Mend> {
    let here = text.get(at..)?;
    let next = at + here.len() - here.trim_start().len();
    let starts_value = text.get(next..)?.starts_with(['"', '\'', '[', '{']);
    let before = code_before(text, next)?;
    let ends_value = text.get(..before)?.ends_with(['"', '\'', ']', '}']);
    (starts_value && ends_value).then(|| Mend::insert(before, ",", "add the comma between two values"))
}
