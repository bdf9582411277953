//! JSON with formatting noise, and Procfiles.

use super::config::{Table, Value};
use super::strings;
use crate::{ByteSource, Comment, Owner};
use std::fmt::Write as _;

/// A tree of objects.
enum Node<'t> {
    Object(Vec<(&'t str, Node<'t>)>),
    Value(&'t Value),
}

fn insert<'t>(node: &mut Node<'t>, path: &'t [String], entries: &'t [(String, Value)]) {
    let Node::Object(object) = node else { return };
    let Some((first, rest)) = path.split_first() else {
        object.extend(entries.iter().map(|(key, value)| (key.as_str(), Node::Value(value))));
        return;
    };
    let at = object.iter().position(|(key, _)| key == first).unwrap_or_else(|| {
        object.push((first, Node::Object(Vec::new())));
        object.len() - 1
    });
    if let Some((_, below)) = object.get_mut(at) {
        insert(below, rest, entries);
    }
}

struct Writer<'t, 'b> {
    source: &'t mut ByteSource<'b>,
    out: String,
    eol: &'static str,
    indent: &'static str,
    colon: &'static str,
    one_line: bool,
}

/// Writes the tables as one object.
pub(super) fn write(source: &mut ByteSource<'_>, bom: bool, tables: &[Table]) -> String {
    let mut root = Node::Object(Vec::new());
    for table in tables {
        insert(&mut root, &table.path, &table.entries);
    }
    let bom = source.one_in(5) && bom;
    let eol = if source.one_in(4) { "\r\n" } else { "\n" };
    let indent = source.pick(&["  ", "  ", "    ", "\t", ""]);
    let colon = source.pick(&[": ", ": ", ":", " : "]);
    let one_line = source.one_in(8);
    let out = String::from(if bom { "\u{feff}" } else { "" });
    let mut writer = Writer { source, out, eol, indent, colon, one_line };
    writer.node(&root, 0);
    if !writer.source.one_in(3) {
        writer.out.push_str(eol);
    }
    writer.out
}

impl Writer<'_, '_> {
    fn line(&mut self, depth: usize, wide: bool) {
        if wide {
            self.out.push_str(self.eol);
            for _ in 0..depth {
                self.out.push_str(self.indent);
            }
        }
    }

    fn node(&mut self, node: &Node<'_>, depth: usize) {
        match node {
            Node::Object(object) => {
                let narrow = self.one_line || object.is_empty() || (depth > 0 && self.source.one_in(5));
                let wide = !narrow;
                self.out.push('{');
                for (at, (key, below)) in object.iter().enumerate() {
                    self.out.push_str(if at > 0 { "," } else { "" });
                    if !wide && self.source.one_in(2) {
                        self.out.push(' ');
                    }
                    self.line(depth + 1, wide);
                    let name = strings::json(self.source, key);
                    self.out.push_str(&name);
                    self.out.push_str(self.colon);
                    self.node(below, depth + 1);
                }
                self.line(depth, wide);
                self.out.push('}');
            }
            Node::Value(Value::Text(text)) => {
                let string = strings::json(self.source, text);
                self.out.push_str(&string);
            }
            Node::Value(Value::Raw(raw)) => self.out.push_str(raw),
            Node::Value(Value::List(list)) => {
                let wide = !self.one_line && !list.is_empty() && self.source.one_in(2);
                self.out.push('[');
                for (at, text) in list.iter().enumerate() {
                    self.out.push_str(if at > 0 { "," } else { "" });
                    self.line(depth + 1, wide);
                    if !wide && at > 0 {
                        self.out.push(' ');
                    }
                    let string = strings::json(self.source, text);
                    self.out.push_str(&string);
                }
                self.line(depth, wide);
                self.out.push(']');
            }
        }
    }
}

/// A Procfile of these processes.
pub(super) fn procfile(source: &mut ByteSource<'_>, processes: &[(&str, String)]) -> (String, Vec<Comment>) {
    let eol = if source.one_in(4) { "\r\n" } else { "\n" };
    let (mut out, mut comments) = (String::new(), Vec::new());
    let mut comment = |out: &mut String, mark: String| {
        out.push_str(&mark);
        comments.push(Comment { path: "Procfile".to_owned(), mark, owner: Owner::Free });
    };
    for (at, (name, command)) in processes.iter().enumerate() {
        if source.one_in(4) {
            comment(&mut out, format!("# p{at}é."));
            out.push_str(eol);
        }
        let command = command.trim();
        let plain = !command.contains([':', '#', '\n', '{', '&'])
            && command.starts_with(|ch: char| ch.is_ascii_lowercase());
        let style = source.below(6);
        out.push_str(name);
        out.push_str(if source.one_in(6) { ":   " } else { ": " });
        match style {
            3 => out.push_str(&strings::json(source, command)),
            4 if !command.contains('\n') => {
                let _ = write!(out, "'{}'", command.replace('\'', "''"));
            }
            5 if !command.contains('\n') => {
                let _ = write!(out, ">-{eol}  {command}");
            }
            _ if plain => out.push_str(command),
            _ => out.push_str(&strings::json(source, command)),
        }
        if style < 5 && source.one_in(5) {
            out.push(' ');
            comment(&mut out, format!("# t{at}é."));
        }
        out.push_str(eol);
    }
    if source.one_in(4) {
        out.truncate(out.trim_end_matches(['\n', '\r']).len());
    }
    (out, comments)
}
