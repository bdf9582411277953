//! What makes a broken TOML or JSON file readable again: small mends of mistakes with one plain meaning, each tried and
//! kept only where another mistake is the first one then.

use crate::document::{Document, FileKind};
use crate::edit::{self, Edit};
use crate::text::Span;

/// Mends that are made at most.
const MOST_MENDS: usize = 12;

/// Edits after which the file can be read, and what each does: `None` where it is still not read to its end.
pub fn mend(path: &str, kind: FileKind, text: &str) -> Option<(Vec<Edit>, Vec<&'static str>)> {
    let (mut edits, mut done): (Vec<Edit>, Vec<&'static str>) = (Vec::new(), Vec::new());
    let mut now = text.to_owned();
    for _ in 0..MOST_MENDS {
        let left = match Document::parse(path, kind, now.as_str()) {
            Ok(_) => return (!done.is_empty()).then_some((edits, done)),
            Err(error) => now.len() - error.span?.start.min(now.len()),
        };
        let at = now.len() - left;
        // Further on is better than elsewhere: the parser does not name mistakes in the order of the text.
        let tried = mends(kind, &now, at).into_iter().filter_map(|(more, what)| {
            let next = edit::apply(&now, &more).ok()?;
            let rest = match Document::parse(path, kind, next.as_str()) {
                Ok(_) => 0,
                Err(error) => next.len() - error.span?.start.min(next.len()),
            };
            (rest != left).then_some((rest > left, more, next, what))
        });
        let (_, more, next, what) = tried.min_by_key(|(elsewhere, ..)| *elsewhere)?;
        edits = edit::compose(text, &edits, &more).ok()?;
        now = next;
        if !done.contains(&what) {
            done.push(what);
        }
    }
    Document::parse(path, kind, now.as_str()).ok().map(|_| (edits, done))
}

type Mend = (Vec<Edit>, &'static str);

/// What may be meant where reading stops, the likeliest first.
fn mends(kind: FileKind, text: &str, at: usize) -> Vec<Mend> {
    let all = [
        fences(text),
        quotes(text, at),
        if kind.is_json() { comment(text, at) } else { None },
        if kind.is_json() { None } else { inline_table(text, at) },
        extra_comma(text, at),
        missing_comma(text, at),
    ];
    all.into_iter().flatten().collect()
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
    let edits: Vec<Edit> = if before.lines().any(is_setting) {
        cut(first.start, text.len()).into_iter().collect()
    } else {
        let end = fences.get(1).map_or(text.len(), |fence| fence.start);
        [cut(0, first.end), cut(end, text.len())].into_iter().flatten().collect()
    };
    Some((edits, WHAT))
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
    (!edits.is_empty()).then_some((edits, "write the quotation marks as plain ones"))
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
    Some((vec![Edit::deletion(span)], "remove the comments, which JSON does not have"))
}

/// A comma behind the last value, or at the end of a line of TOML.
fn extra_comma(text: &str, at: usize) -> Option<Mend> {
    const WHAT: &str = "remove the comma that nothing follows";
    let here = text.get(at..)?;
    let comma = if here.starts_with(',') { at } else { text.get(..at)?.trim_end().len().checked_sub(1)? };
    text.get(comma..)?.starts_with(',').then(|| (vec![Edit::deletion(Span::new(comma, comma + 1))], WHAT))
}

/// A value right behind another one of a list or an object.
fn missing_comma(text: &str, at: usize) -> Option<Mend> {
    let starts_value = text.get(at..)?.starts_with(['"', '\'', '[', '{']);
    let mut before = text.get(..at)?;
    loop {
        before = before.trim_end();
        let line = before.rfind('\n').map_or(0, |line| line + 1);
        let code = without_comment(before.get(line..)?);
        if code.len() == before.len() - line {
            break;
        }
        before = before.get(..line + code.len())?;
    }
    let ends_value = before.ends_with(['"', '\'', ']', '}']);
    let what = "add the comma between two values";
    (starts_value && ends_value).then(|| (vec![Edit::insertion(before.len(), ",")], what))
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
            return Some((edits, "write the table in braces as lines of their own"));
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

/// A line without the comment at its end.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some('"') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == '#' => return line.get(..at).unwrap_or(line),
            _ => {}
        }
    }
    line
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::mend;
    use crate::document::FileKind;
    use crate::edit;

    #[test]
    fn mends_what_has_one_plain_meaning() {
        let toml = FileKind::NixpacksToml;
        for (kind, text, want) in [
            (toml, "[start]\ncmd = 'a'\n```\n\n**2.** Push:\n```\ngit push\n", Some("[start]\ncmd = 'a'\n")),
            (toml, "Here it is:\n```toml\n[start]\ncmd = 'a'\n```\n", Some("[start]\ncmd = 'a'\n")),
            (toml, "[start]\ncmd = \u{201c}a b\u{201d}\n", Some("[start]\ncmd = \"a b\"\n")),
            (
                toml,
                "[phases.build]\ncmds = [\n  \"a\" # one\n  \"b\",\n\n  \"c\"\n\n  \"d\"\n]\n",
                Some("[phases.build]\ncmds = [\n  \"a\", # one\n  \"b\",\n\n  \"c\",\n\n  \"d\"\n]\n"),
            ),
            (
                toml,
                "[variables]\nA = \"1\", # x\nB = \"2\",\n",
                Some("[variables]\nA = \"1\" # x\nB = \"2\"\n"),
            ),
            (
                toml,
                "[phases.build]\nenv = {\n  A = \"1\",\n  # why\n  B = \"2\"  # because\n}\ncmds = ['x']\n",
                Some("[phases.build]\nenv.A = \"1\"\n  # why\nenv.B = \"2\"  # because\ncmds = ['x']\n"),
            ),
            (toml, "[start\ncmd = 'a'\n", None),
            (toml, "cmd = \n", None),
            (
                FileKind::NixpacksJson,
                "{\n  // why\n  \"start\": {\"cmd\": \"a\",}, /* x */\n}\n",
                Some("{\n  \"start\": {\"cmd\": \"a\"}\n}\n"),
            ),
        ] {
            let found = mend("f", kind, text).map(|(edits, _)| edit::apply(text, &edits).unwrap());
            assert_eq!(found.as_deref(), want, "{text}");
        }
    }
}
