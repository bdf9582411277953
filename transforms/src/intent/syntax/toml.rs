//! Mistakes in TOML files.

use super::scan::{Line, code_before, unquoted, without_comment};
use super::{Mend, keys, shell};
use crate::document::{Document, FileKind, Quote, schema};
use crate::edit::Edit;
use crate::intent::quote;
use crate::text::{Eol, Span};

pub(super) fn mends(kind: FileKind, text: &str, at: usize) -> Vec<Mend> {
    let whole = [shell::commands(text), inline_table(text, at), unclosed_list(kind, text, at)];
    let mut found: Vec<Mend> = whole.into_iter().flatten().collect();
    let here = Line::at(text, at);
    // A mistake at the end of a line is often named at the beginning of the next one.
    let above = here.filter(|line| at <= line.body_start()).and_then(|line| line.above(text));
    for line in [here, above].into_iter().flatten() {
        let own = [
            comment(line),
            semicolon(line),
            header(line),
            export(line),
            equals(line),
            keys::quoted(line),
            escape(text, line, at),
            string_end(line),
            value(line),
            word(text, line, at),
        ];
        found.extend(own.into_iter().flatten());
    }
    found
}

/// A comment in the way of other languages.
fn comment(line: Line<'_>) -> Option<Mend> {
    const WHAT: &str = "begin the comment with `#`";
    let body = line.text.trim_start();
    let start = line.body_start();
    if let Some(mark) = ["//", ";", "--"].into_iter().find(|mark| body.starts_with(mark)) {
        return Some(Mend::replace(start, start + mark.len(), "#", WHAT));
    }
    let (at, _) = unquoted(line.text).find(|(at, c)| {
        *c == '/' && *at > 0 && line.text.get(..*at).is_some_and(|before| before.ends_with([' ', '\t']))
    })?;
    let behind = line.text.get(at..)?;
    behind.starts_with("// ").then(|| Mend::replace(line.start + at, line.start + at + 2, "#", WHAT))
}

/// A semicolon behind a value.
fn semicolon(line: Line<'_>) -> Option<Mend> {
    let code = without_comment(line.text).trim_end();
    let at = line.start + code.strip_suffix(';')?.len();
    Some(Mend::delete(at, at + 1, "remove the semicolon at the end of the line"))
}

/// A header that is not closed, or closed twice. Ex) `[start`
fn header(line: Line<'_>) -> Option<Mend> {
    let code = line.code();
    let inner = code.trim_start_matches('[');
    let name = inner.trim_end_matches(']').trim();
    let first = name.split('.').next()?.trim();
    let is_table = schema::find(schema::NIXPACKS, first).is_some() || matches!(first, "build" | "deploy");
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '"' | '\'');
    if !is_table || !name.chars().all(is_key) || code.len() == inner.len() {
        return None;
    }
    let (open, closed) = (code.len() - inner.len(), inner.len() - inner.trim_end_matches(']').len());
    let end = line.body_start() + code.len();
    if closed < open {
        let more = "]".repeat(open - closed);
        return Some(Mend::insert(end, &more, &format!("close the brackets around `{name}`")));
    }
    (closed > open).then(|| Mend::delete(end - (closed - open), end, "remove the bracket that nothing opens"))
}

/// Ex) `export NAME="value"`
fn export(line: Line<'_>) -> Option<Mend> {
    let rest = line.text.trim_start().strip_prefix("export ")?;
    let start = line.body_start();
    let end = start + "export ".len() + rest.len() - rest.trim_start().len();
    Some(Mend::delete(start, end, "remove `export`"))
}

/// Another sign than `=` between a key and its value. Ex) `cmd: "python main.py"`
fn equals(line: Line<'_>) -> Option<Mend> {
    const WHAT: &str = "write `=` between the key and its value";
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '\t' | '"');
    let (at, _) = line.text.char_indices().find(|(_, c)| !is_key(*c))?;
    let (key, rest) = (line.text.get(..at)?, line.text.get(at..)?);
    let signs = ["==", ":=", "=>", ":"];
    let sign = signs.into_iter().find(|sign| rest.starts_with(sign)).filter(|_| !key.trim().is_empty())?;
    let behind = rest.get(sign.len()..)?;
    if behind.trim().is_empty() || !behind.trim_start().starts_with(['"', '\'', '[', '{']) {
        return None;
    }
    let before = if key.ends_with([' ', '\t']) { "" } else { " " };
    let after = if behind.starts_with([' ', '\t']) { "" } else { " " };
    let at = line.start + at;
    Some(Mend::replace(at, at + sign.len(), &format!("{before}={after}"), WHAT))
}

/// The value of a line, and where it begins.
fn value_of(line: Line<'_>) -> Option<(usize, &str)> {
    let (equals, _) = unquoted(line.text).find(|(_, c)| *c == '=')?;
    let key = line.text.get(..equals)?.trim();
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '"' | '\'');
    if key.is_empty() || !key.chars().all(is_key) {
        return None;
    }
    let rest = line.text.get(equals + 1..)?;
    let start = line.start + equals + 1 + (rest.len() - rest.trim_start().len());
    Some((start, rest.trim()))
}

/// A string that the end of its line closes, or that another quotation mark closes than opens it.
fn string_end(line: Line<'_>) -> Option<Mend> {
    let (start, value) = value_of(line)?;
    let mark = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let inner = value.get(1..)?;
    if inner.contains([mark, '\\']) || inner.contains('#') {
        return None;
    }
    let end = start + value.len();
    let other = if mark == '"' { '\'' } else { '"' };
    match inner.strip_suffix(other) {
        Some(text) if !text.is_empty() && !text.contains(other) => Some(Mend::replace(
            end - 1,
            end,
            &mark.to_string(),
            "close the string with the mark that opens it",
        )),
        _ if inner.trim().is_empty() => None,
        _ => Some(Mend::insert(end, &mark.to_string(), "close the string at the end of its line")),
    }
}

/// A value without quotes. Ex) `cmd = python main.py`
fn value(line: Line<'_>) -> Option<Mend> {
    let (start, value) = value_of(line)?;
    let value = match value.find(" #") {
        Some(comment) => value.get(..comment)?.trim_end(),
        None => value,
    };
    let end = start + value.len();
    if value.is_empty() || value.starts_with(['"', '\'', '[', '{', '#', '=', '\u{201c}', '\u{2018}']) {
        return None;
    }
    if matches!(value, "null" | "None" | "nil" | "undefined") {
        return Some(Mend::delete(line.start, line.end(), "remove the key that has no value"));
    }
    let mark = |mark: char| value.ends_with(mark) && value.matches(mark).count() == 1;
    if let Some(mark) = ['"', '\''].into_iter().find(|quote| mark(*quote)) {
        return Some(Mend::insert(start, &mark.to_string(), "open the string with a quotation mark"));
    }
    // A list without its brackets is another thing.
    if value.contains([',', ']', '}']) || value.contains(char::is_control) {
        return None;
    }
    let quote = if value.contains(['"', '\\']) { Quote::Literal } else { Quote::Basic };
    Some(Mend::replace(start, end, &quote::literal(value, quote, "\n"), "put quotes around the value"))
}

/// An entry of a list without quotes.
fn word(text: &str, line: Line<'_>, at: usize) -> Option<Mend> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/' | '@' | ':');
    let head = text.get(line.start..at)?;
    let start = at - head.chars().rev().take_while(|c| is_word(*c)).count();
    let word: String = text.get(start..line.end())?.chars().take_while(|c| is_word(*c)).collect();
    let end = start + word.len();
    let is_entry = text.get(..code_before(text, start)?)?.ends_with(['[', ',']);
    let ends = text.get(end..line.end())?.trim_start();
    if word.is_empty() || !is_entry || !(ends.is_empty() || ends.starts_with([',', ']', '#'])) {
        return None;
    }
    let edits = vec![Edit::insertion(start, "\""), Edit::insertion(end, "\"")];
    Some(Mend::new(edits, "put quotes around the entries of the list"))
}

/// A backslash that TOML does not know before this letter.
fn escape(text: &str, line: Line<'_>, at: usize) -> Option<Mend> {
    let before = at.checked_sub(1).filter(|at| text.get(*at..).is_some_and(|rest| rest.starts_with('\\')));
    let slash = before.or_else(|| text.get(at..)?.starts_with('\\').then_some(at))?;
    let next = text.get(slash + 1..)?.chars().next()?;
    // Ex) `C:\new`: which of its backslashes are meant for escapes nobody knows
    if line.text.contains(":\\") {
        return None;
    }
    Some(match next {
        '$' | '`' | '\'' => {
            Mend::delete(slash, slash + 1, "remove the backslash, which TOML does not know here")
        }
        _ => Mend::insert(slash, "\\", "write the backslash twice, as TOML needs it"),
    })
}

/// Whether a line begins a table that is read.
fn is_header(line: Line<'_>) -> bool {
    let code = line.code();
    let name = code.trim_matches(['[', ']']).split('.').next().unwrap_or_default().trim();
    code.starts_with('[') && code.ends_with(']') && schema::find(schema::NIXPACKS, name).is_some()
}

/// A list that is still open where the next table or key begins, or where the file ends.
fn unclosed_list(kind: FileKind, text: &str, at: usize) -> Option<Mend> {
    let rest = text.get(at..)?;
    let mut here = text.len();
    if !rest.trim().is_empty() {
        let line = Line::at(text, at)?;
        // The header of the next table may have been read as an entry of the list.
        let header = [Some(line), line.above(text)].into_iter().flatten().find(|line| is_header(*line));
        here = header.or_else(|| value_of(line).map(|_| line))?.start;
    }
    let end = code_before(text, here)?;
    let last = Line::at(text, end)?;
    if !text.get(..end)?.ends_with(['"', '\'', ',', '[']) {
        return None;
    }
    // Over several lines the bracket gets one of its own.
    let opens = |line: Line<'_>| value_of(line).is_some_and(|(_, value)| value.starts_with('['));
    let mut first = last;
    for _ in 0..MOST_LINES {
        if value_of(first).is_some() || is_header(first) {
            break;
        }
        first = first.above(text)?;
    }
    let is_closed = |list: &str| Document::parse("", kind, list).is_ok();
    if !opens(first) || text.get(first.start..last.end()).is_none_or(is_closed) {
        return None;
    }
    let what = "close the list";
    if first.start == last.start {
        return Some(Mend::insert(end, "]", what));
    }
    let eol = Eol::near(text, last.start).as_str();
    let indent = first.text.get(..first.text.len() - first.text.trim_start().len())?;
    Some(Mend::insert(last.end(), &format!("{eol}{indent}]"), what))
}

/// A table in braces over several lines, which TOML 1.0 does not have: its keys become lines of their own, so that
/// comments stay. Ex) `env = {` + `A = "1", # why` + `}` -> `env.A = "1" # why`
fn inline_table(text: &str, at: usize) -> Option<Mend> {
    let lines: Vec<(usize, &str)> = {
        let mut start = 0;
        let spans = text.split_inclusive('\n').map(|line| {
            let from = start;
            start += line.len();
            (from, line)
        });
        spans.collect()
    };
    let here = lines.partition_point(|(from, _)| *from <= at).checked_sub(1)?;
    let opens = |line: &str| without_comment(line.trim_end()).trim_end().ends_with('{');
    let first = (0..=here).rev().take(MOST_LINES);
    let first = first.into_iter().find(|line| lines.get(*line).is_some_and(|(_, line)| opens(line)))?;
    let (start, head) = *lines.get(first)?;
    let (key, rest) = head.split_once('=')?;
    if rest.trim() != "{" {
        return None;
    }
    let indent = head.get(..head.len() - head.trim_start().len())?;
    let mut edits = vec![Edit::deletion(Span::new(start, start + head.len()))];
    for (from, line) in lines.get(first + 1..)?.iter().take(MOST_LINES) {
        let code = without_comment(line.trim_end_matches(['\n', '\r']));
        let body = code.trim();
        if body == "}" && code.len() == line.trim_end_matches(['\n', '\r']).len() {
            edits.push(Edit::deletion(Span::new(*from, from + line.len())));
            return Some(Mend::new(edits, "write the table in braces as lines of their own"));
        }
        if body.is_empty() {
            continue;
        }
        if !body.contains('=') {
            return None;
        }
        let lead = code.len() - code.trim_start().len();
        let prefix = format!("{indent}{}.", key.trim());
        edits.push(Edit::replacement(Span::new(*from, from + lead), &prefix));
        if body.ends_with(',') {
            let comma = from + code.trim_end().len() - 1;
            edits.push(Edit::deletion(Span::new(comma, comma + 1)));
        }
    }
    None
}

/// Lines that a table in braces is looked for over.
const MOST_LINES: usize = 200;
