use super::requirement::{Requirement, parse_requirement};
use crate::text::Span;

/// A requirements file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// The lines that say something, in order.
    pub lines: Vec<Line>,
}

/// What a logical line says; a line with several options gives several, with one span. The span
/// leaves out comments and blanks around the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A package.
    Requirement {
        /// What is asked for.
        requirement: Requirement,
        /// Where.
        span: Span,
    },
    /// `-r other.txt`
    Include {
        /// The file, relative to this one.
        path: String,
        /// Where.
        span: Span,
    },
    /// `-c constraints.txt`
    Constraint {
        /// The file, relative to this one.
        path: String,
        /// Where.
        span: Span,
    },
    /// `-e ./package`
    Editable {
        /// The directory or URL.
        target: String,
        /// The distribution, normalised, where the URL names it.
        name: Option<String>,
        /// Where.
        span: Span,
    },
    /// Another option: `--index-url`, `--no-index`, ….
    Option {
        /// The long name of the option.
        name: &'static str,
        /// Its value.
        value: Option<String>,
        /// Where.
        span: Span,
    },
    /// What pip refuses to read.
    Invalid {
        /// The line.
        text: String,
        /// Where.
        span: Span,
    },
}

/// The options that a line of a file may be: names, the first one long, and whether a value follows.
const OPTIONS: &[(&[&str], bool)] = &[
    (&["--requirement", "-r", "--requirements"], true),
    (&["--constraint", "-c"], true),
    (&["--editable", "-e"], true),
    (&["--index-url", "-i", "--pypi-url"], true),
    (&["--extra-index-url"], true),
    (&["--find-links", "-f"], true),
    (&["--no-index"], false),
    (&["--no-binary"], true),
    (&["--only-binary"], true),
    (&["--prefer-binary"], false),
    (&["--require-hashes"], false),
    (&["--pre"], false),
    (&["--trusted-host"], true),
    (&["--use-feature"], true),
];

/// Options that follow a requirement on its line.
const PER_REQUIREMENT: &[&str] =
    &["--hash", "--config-settings", "--config-setting", "-C", "--global-option"];

impl Requirements {
    /// The packages that are asked for, without those of included files.
    pub fn requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.lines.iter().filter_map(|line| match line {
            Line::Requirement { requirement, .. } => Some(requirement),
            _ => None,
        })
    }

    /// The normalised names of the packages that are asked for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.requirements().filter_map(|requirement| requirement.name.as_deref())
    }

    /// The files that `-r` includes.
    pub fn includes(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|line| match line {
            Line::Include { path, .. } => Some(path.as_str()),
            _ => None,
        })
    }
}

/// Reads the text of a requirements file. A byte order mark may stand first.
pub fn parse(text: &str) -> Requirements {
    let mut lines = Vec::new();
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut joined = String::new();
    let mut start = None;
    for physical in text.get(at..).unwrap_or_default().split_inclusive('\n') {
        let content = physical.trim_end_matches(['\n', '\r']);
        let from = at;
        at += physical.len();
        // A comment line ends a continuation; its backslash continues nothing.
        if content.trim_start().starts_with('#') {
            flush(&mut joined, &mut start, from, &mut lines);
            continue;
        }
        let first = *start.get_or_insert(from);
        if let Some(part) = content.strip_suffix('\\') {
            joined.push_str(part);
            continue;
        }
        joined.push_str(content);
        start = Some(first);
        flush(&mut joined, &mut start, from + content.len(), &mut lines);
    }
    flush(&mut joined, &mut start, at, &mut lines);
    lines.retain(|(_, text): &(Span, String)| !text.is_empty());
    Requirements { lines: lines.into_iter().flat_map(|(span, text)| line(&text, span)).collect() }
}

fn flush(joined: &mut String, start: &mut Option<usize>, end: usize, lines: &mut Vec<(Span, String)>) {
    let Some(first) = start.take() else { return };
    let logical = std::mem::take(joined);
    let kept = without_comment(&logical);
    let lead = kept.len() - kept.trim_start().len();
    // A joined line has lost its backslashes, so only its start is trimmed.
    let one_line = logical.len() == end.saturating_sub(first);
    let last = if one_line { first + kept.trim_end().len() } else { end };
    lines.push((Span::new((first + lead).min(last), last), kept.trim().to_owned()));
}

/// The line up to a `#` that stands first or after a blank.
fn without_comment(line: &str) -> &str {
    let mut blank = true;
    for (at, c) in line.char_indices() {
        if c == '#' && blank {
            return line.get(..at).unwrap_or_default();
        }
        blank = c.is_whitespace();
    }
    line
}

fn line(text: &str, span: Span) -> Vec<Line> {
    let invalid = || vec![Line::Invalid { text: text.to_owned(), span }];
    if text.starts_with('-') {
        return options(text, span).unwrap_or_else(invalid);
    }
    let (head, options) = text.find(" -").map_or((text, ""), |at| text.split_at(at));
    // Ex) `torch==2.1 --index-url https://x.y`: pip reads a file's option here and ignores it.
    let names = || OPTIONS.iter().flat_map(|(names, _)| *names).chain(PER_REQUIREMENT);
    let is_known = |word: &str| names().any(|name| after(word, name).is_some());
    let known = options.split_whitespace().filter(|word| word.starts_with('-')).all(is_known);
    match parse_requirement(head).filter(|_| known) {
        Some(requirement) => vec![Line::Requirement { requirement, span }],
        None => invalid(),
    }
}

/// Ex) `--index-url https://x.y/simple --trusted-host x.y`
fn options(text: &str, span: Span) -> Option<Vec<Line>> {
    let mut lines = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(" -") {
        let (first, more) = rest.split_at(at);
        lines.push(option(first.trim(), span)?);
        rest = more.trim_start();
    }
    lines.push(option(rest, span)?);
    Some(lines)
}

fn option(text: &str, span: Span) -> Option<Line> {
    let (names, valued, rest) = OPTIONS.iter().find_map(|(names, valued)| {
        let rest = names.iter().find_map(|name| after(text, name))?;
        Some((names, *valued, rest))
    })?;
    let name = *names.first()?;
    let value = rest.trim_matches(['"', '\'']);
    if valued == value.is_empty() {
        return None;
    }
    let value = value.to_owned();
    Some(match name {
        "--requirement" => Line::Include { path: value, span },
        "--constraint" => Line::Constraint { path: value, span },
        "--editable" => {
            let name = parse_requirement(&value)
                .and_then(|requirement| requirement.name.filter(|_| requirement.url.is_some()));
            Line::Editable { target: value, name, span }
        }
        _ => Line::Option { name, value: valued.then_some(value), span },
    })
}

/// What follows the option: `-r x`, `-rx`, `--requirement=x`, `--requirement x`.
fn after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(name)?;
    let long = name.starts_with("--");
    let apart = rest.is_empty() || rest.starts_with(char::is_whitespace);
    if long && rest.starts_with('=') {
        return rest.get(1..).map(str::trim);
    }
    (apart || !long).then(|| rest.trim())
}
