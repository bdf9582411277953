//! TOML with formatting noise, and which comment belongs to what.

use super::config::{Table, Value};
use super::remarks::{REMARKS, SILENCED};
use super::strings;
use crate::{ByteSource, Comment, Owner};
use std::fmt::Write as _;

/// How a file writes its tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Headers,
    Dotted,
    Inline,
    /// `[phases]` and dotted keys below it.
    HalfDotted,
}

struct Writer<'t, 'b> {
    source: &'t mut ByteSource<'b>,
    path: &'static str,
    out: String,
    comments: Vec<Comment>,
    endings: usize,
    quotes: usize,
    style: Style,
    noisy: bool,
}

/// Writes the tables to a file of this name.
pub(super) fn write(
    source: &mut ByteSource<'_>,
    path: &'static str,
    tables: &[Table],
) -> (String, Vec<Comment>) {
    let (bom, unended, noisy) = (source.one_in(5), source.one_in(4), source.below(4) > 0);
    let (endings, quotes) = (source.below(4), [0, 0, 0, 1, 2, 3].get(source.below(6)).copied().unwrap_or(0));
    let style = match source.below(8) {
        5 => Style::Dotted,
        6 => Style::Inline,
        7 => Style::HalfDotted,
        _ => Style::Headers,
    };
    let (out, comments) = (String::new(), Vec::new());
    let mut writer = Writer { source, path, out, comments, endings, quotes, style, noisy };
    if bom {
        writer.out.push('\u{feff}');
    }
    writer.file(tables);
    let Writer { mut out, comments, .. } = writer;
    if unended {
        out.truncate(out.trim_end_matches(['\n', '\r']).len());
    }
    (out, comments)
}

fn join(table: &[String], key: &str) -> Vec<String> {
    table.iter().cloned().chain([key.to_owned()]).collect()
}

impl Writer<'_, '_> {
    fn file(&mut self, tables: &[Table]) {
        if self.noise(4) {
            self.loose(Owner::Free);
        }
        let mut in_phases = false;
        for table in tables {
            let phase = table.path.first().is_some_and(|key| key == "phases");
            match self.style {
                _ if table.path.is_empty() => table.entries.iter().for_each(|(key, value)| {
                    self.entry(&[], key, value, &[]);
                }),
                Style::Headers => self.section(table),
                Style::Dotted => self.dotted(table, &table.path),
                Style::Inline => self.inline(table),
                Style::HalfDotted if phase => {
                    if !in_phases {
                        let _ = write!(self.out, "[phases]");
                        self.eol();
                    }
                    self.dotted(table, &table.path[1..]);
                }
                // `[phases]` stays open: what is none of its keys comes before.
                Style::HalfDotted => {}
            }
            in_phases |= phase;
            if !self.noise(4) && !table.path.is_empty() {
                self.eol();
            }
        }
        if self.style == Style::HalfDotted {
            for table in tables.iter().filter(|table| table.path.len() == 1) {
                self.section(table);
            }
        }
        if self.noise(6) {
            self.loose(Owner::Free);
        }
    }

    fn section(&mut self, table: &Table) {
        self.above("", &Owner::Key(table.path.clone()));
        let path = self.keys(&table.path);
        let pad = if self.noise(8) { " " } else { "" };
        let _ = write!(self.out, "[{pad}{path}{pad}]");
        self.trailing(Owner::Key(table.path.clone()));
        self.eol();
        for (key, value) in &table.entries {
            self.entry(&table.path, key, value, &[]);
        }
        if self.noise(5) {
            self.loose(Owner::Free);
        }
    }

    fn dotted(&mut self, table: &Table, written: &[String]) {
        for (key, value) in &table.entries {
            self.entry(&table.path, key, value, written);
        }
    }

    /// Never when the file is to be tidy.
    fn noise(&mut self, n: usize) -> bool {
        self.source.one_in(n) && self.noisy
    }

    fn eol(&mut self) {
        self.out.push_str(self.source.eol(self.endings));
    }

    fn comment(&mut self, owner: Owner) {
        let mark = format!("#c{}{}", self.comments.len(), self.source.pick(REMARKS));
        let mark = if self.source.one_in(24) {
            format!("# nixpacks-fix: ignore[{}] {}", self.source.pick(SILENCED), &mark[1..])
        } else {
            mark
        };
        self.out.push_str(&mark);
        self.comments.push(Comment { path: self.path.to_owned(), mark, owner });
    }

    /// A comment that a blank line cuts loose from what follows; inside a value it is that value's.
    fn loose(&mut self, owner: Owner) {
        self.eol();
        self.comment(owner);
        self.eol();
        self.eol();
    }

    fn above(&mut self, indent: &str, owner: &Owner) {
        for _ in 0..self.source.below(10).saturating_sub(7) {
            if self.noisy {
                self.out.push_str(indent);
                self.comment(owner.clone());
                self.eol();
            }
        }
    }

    fn trailing(&mut self, owner: Owner) {
        if self.noise(5) {
            let gap = self.source.pick(&[" ", "  ", "\t", ""]);
            self.out.push_str(gap);
            self.comment(owner);
        }
    }

    fn keys(&mut self, path: &[String]) -> String {
        let parts: Vec<String> = path.iter().map(|key| self.key(key)).collect();
        let dot = if self.noise(12) { " . " } else { "." };
        parts.join(dot)
    }

    fn key(&mut self, key: &str) -> String {
        let bare = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        match self.source.below(16) {
            14 => format!("\"{key}\""),
            15 => format!("'{key}'"),
            _ if !bare => format!("\"{key}\""),
            _ => key.to_owned(),
        }
    }

    fn entry(&mut self, table: &[String], key: &str, value: &Value, written: &[String]) {
        let path = join(table, key);
        let owner = Owner::Key(path.clone());
        let indent = if self.noisy { self.source.pick(&["", "", "", "  ", "\t"]) } else { "" };
        self.above(indent, &owner);
        let name = self.keys(&join(written, key));
        let (before, after) = if self.noise(6) { ("   ", "\t") } else { (" ", " ") };
        let (before, after) = if self.noise(6) { ("", "") } else { (before, after) };
        let _ = write!(self.out, "{indent}{name}{before}={after}");
        match value {
            Value::Text(text) => self.string(text, false),
            Value::List(list) if self.source.below(5) < 3 => self.flat(list, false),
            Value::List(list) => self.lines(list, &path, indent),
            Value::Raw(raw) => self.out.push_str(raw),
        }
        self.trailing(owner);
        self.eol();
        if self.noise(8) {
            self.eol();
        }
    }

    fn inline(&mut self, table: &Table) {
        let owner = Owner::Key(table.path.clone());
        self.above("", &owner);
        let name = self.keys(&table.path);
        let _ = write!(self.out, "{name} = {{");
        for (at, (key, value)) in table.entries.iter().enumerate() {
            let key = self.key(key);
            let _ = write!(self.out, "{} {key} = ", if at > 0 { "," } else { "" });
            match value {
                Value::Text(text) => self.string(text, true),
                Value::List(list) => self.flat(list, true),
                Value::Raw(raw) => self.out.push_str(raw),
            }
        }
        self.out.push_str(if table.entries.is_empty() { "}" } else { " }" });
        self.trailing(owner);
        self.eol();
    }

    fn string(&mut self, text: &str, one_line: bool) {
        let eol = if self.endings == 2 { "\r\n" } else { "\n" };
        let string = strings::toml(self.source, text, self.quotes, eol, one_line);
        self.out.push_str(&string);
    }

    fn flat(&mut self, list: &[String], one_line: bool) {
        self.out.push('[');
        let pad = if self.noise(4) { " " } else { "" };
        let comma = if self.noise(8) { " , " } else { ", " };
        for (at, text) in list.iter().enumerate() {
            self.out.push_str(if at > 0 { comma } else { pad });
            self.string(text, one_line);
        }
        let comma = if !list.is_empty() && self.noise(5) { "," } else { "" };
        self.out.push_str(comma);
        self.out.push_str(pad);
        self.out.push(']');
    }

    /// Over several lines; some elements share one, the brackets may too.
    fn lines(&mut self, list: &[String], path: &[String], indent: &str) {
        let inner = format!("{indent}{}", self.source.pick(&["    ", "    ", "  ", "\t"]));
        let (open_alone, close_alone) = (!self.noise(5), !self.noise(5));
        let trailing_comma = !self.source.one_in(3);
        self.out.push('[');
        let mut at_line_start = open_alone || list.is_empty();
        if at_line_start {
            if self.noise(10) {
                self.out.push(' ');
                self.comment(Owner::Key(path.to_vec()));
            }
            self.eol();
        }
        for (at, text) in list.iter().enumerate() {
            let owner = Owner::Element(path.to_vec(), at);
            if at_line_start {
                if self.noise(8) {
                    self.loose(Owner::Key(path.to_vec()));
                }
                self.above(&inner, &owner);
                self.out.push_str(&inner);
            }
            self.string(text, false);
            let closes = at + 1 == list.len();
            if !closes || trailing_comma {
                let comma = if self.noise(12) { " ," } else { "," };
                self.out.push_str(comma);
            }
            at_line_start = !self.noise(6);
            if closes && !close_alone {
                break;
            }
            if closes || at_line_start {
                self.trailing(owner);
                self.eol();
            } else {
                self.out.push(' ');
            }
        }
        if list.is_empty() || close_alone {
            if self.noise(10) {
                self.loose(Owner::Key(path.to_vec()));
            }
            self.out.push_str(indent);
        }
        self.out.push(']');
    }
}
