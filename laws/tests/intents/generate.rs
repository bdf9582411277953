//! Draws `nixpacks.toml` files with formatting noise, and knows which comment belongs to what.

use laws::ByteSource;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const WORDS: &[&str] =
    &["python311", "pip", "gcc", "pip install -r requirements.txt", "é ü", "it's", "a \"b\" \\", "", "😀 x"];

/// A text, and for each comment the path of what it belongs to; none for a loose one.
pub struct Drawn {
    pub text: String,
    pub owners: BTreeMap<String, Option<String>>,
}

struct Draw<'t, 'b> {
    source: &'t mut ByteSource<'b>,
    out: String,
    owners: BTreeMap<String, Option<String>>,
    endings: usize,
    /// How tables are written.
    style: usize,
}

pub fn draw(source: &mut ByteSource<'_>) -> Drawn {
    let (bom, endings, unended) = (source.one_in(4), source.below(4), source.one_in(3));
    let style = source.below(4);
    let mut draw = Draw { source, out: String::new(), owners: BTreeMap::new(), endings, style };
    if bom {
        draw.out.push('\u{feff}');
    }
    draw.file();
    let Draw { mut out, owners, .. } = draw;
    if unended {
        let cut = out.trim_end_matches(['\n', '\r']).len();
        out.truncate(cut);
    }
    Drawn { text: out, owners }
}

impl Draw<'_, '_> {
    fn file(&mut self) {
        let (dotted, inline) = (self.style == 2, self.style == 3);
        if self.source.one_in(3) {
            self.loose(None);
        }
        for key in ["providers", "buildImage"] {
            if self.source.one_in(2) {
                self.entry("", key, key);
            }
        }
        let mut tables = vec!["phases.setup", "phases.install", "phases.build", "start", "variables"];
        while !tables.is_empty() {
            let table = tables.remove(self.source.below(tables.len()));
            if self.source.one_in(4) {
                continue;
            }
            let keys: Vec<&str> =
                ["cmds", "nixPkgs", "dependsOn"].into_iter().filter(|_| !self.source.one_in(3)).collect();
            if dotted {
                for key in keys {
                    self.entry(table, key, &format!("{table}.{key}"));
                }
            } else if inline {
                self.inline(table, &keys);
            } else {
                self.header(table);
                for key in keys {
                    self.entry(table, key, key);
                }
                if self.source.one_in(4) {
                    self.loose(None);
                }
            }
            if !self.source.one_in(4) {
                self.eol();
            }
        }
    }

    fn eol(&mut self) {
        self.out.push_str(self.source.eol(self.endings));
    }

    fn comment(&mut self, owner: Option<&str>) {
        let name = format!("#c{}é.", self.owners.len());
        self.out.push_str(&name);
        self.owners.insert(name, owner.map(str::to_owned));
    }

    /// A comment that a blank line cuts loose from what follows; inside a value it is that value's.
    fn loose(&mut self, value: Option<&str>) {
        self.eol();
        self.comment(value);
        self.eol();
        self.eol();
    }

    fn above(&mut self, indent: &str, owner: &str) {
        for _ in 0..self.source.below(8).saturating_sub(5) {
            self.out.push_str(indent);
            self.comment(Some(owner));
            self.eol();
        }
    }

    fn trailing(&mut self, owner: &str) {
        if self.source.one_in(4) {
            self.out.push(' ');
            self.comment(Some(owner));
        }
    }

    fn header(&mut self, table: &str) {
        self.above("", table);
        write!(self.out, "[{table}]").unwrap();
        self.trailing(table);
        self.eol();
    }

    fn entry(&mut self, table: &str, key: &str, written: &str) {
        let owner = if table.is_empty() { key.to_owned() } else { format!("{table}.{key}") };
        let indent = self.source.pick(&["", "", "  ", "\t"]);
        self.above(indent, &owner);
        write!(self.out, "{indent}{written} {}= ", self.source.pick(&["", " "])).unwrap();
        if self.source.one_in(3) {
            self.string();
        } else {
            self.array(&owner, indent);
        }
        self.trailing(&owner);
        self.eol();
        if self.source.one_in(6) {
            self.eol();
        }
    }

    fn inline(&mut self, table: &str, keys: &[&str]) {
        self.above("", table);
        write!(self.out, "{table} = {{").unwrap();
        for (i, key) in keys.iter().enumerate() {
            write!(self.out, "{} {key} = ", if i > 0 { "," } else { "" }).unwrap();
            if self.source.one_in(2) {
                self.string();
            } else {
                self.flat_array();
            }
        }
        self.out.push_str(if keys.is_empty() { "}" } else { " }" });
        self.trailing(table);
        self.eol();
    }

    fn string(&mut self) {
        let word = self.source.pick(WORDS);
        let escaped = word.replace('\\', "\\\\").replace('"', "\\\"");
        let literal = match self.source.below(4) {
            1 if !word.contains('\'') => format!("'{word}'"),
            2 => format!("\"\"\"{escaped}\"\"\""),
            3 if !word.contains('\'') => format!("'''{word}'''"),
            _ => format!("\"{escaped}\""),
        };
        self.out.push_str(&literal);
    }

    fn flat_array(&mut self) {
        self.out.push('[');
        let pad = self.source.pick(&["", " "]);
        let count = self.source.below(4);
        for i in 0..count {
            self.out.push_str(if i > 0 { ", " } else { pad });
            self.string();
        }
        self.out.push_str(if count > 0 && self.source.one_in(4) { "," } else { "" });
        self.out.push_str(pad);
        self.out.push(']');
    }

    fn array(&mut self, owner: &str, indent: &str) {
        if self.source.one_in(2) {
            return self.flat_array();
        }
        // Over several lines; some elements share one, the brackets may too.
        let count = self.source.below(5);
        let (open_alone, close_alone) = (!self.source.one_in(4), !self.source.one_in(4));
        let trailing_comma = self.source.one_in(2);
        self.out.push('[');
        let mut at_line_start = open_alone || count == 0;
        if at_line_start {
            self.eol();
        }
        for i in 0..count {
            let path = format!("{owner}[{i}]");
            if at_line_start {
                if self.source.one_in(6) {
                    self.loose(Some(owner));
                }
                self.above(&format!("{indent}    "), &path);
                write!(self.out, "{indent}    ").unwrap();
            }
            self.string();
            let last = i + 1 == count;
            if !last || trailing_comma {
                self.out.push(',');
            }
            if last {
                if close_alone {
                    self.trailing(&path);
                    self.eol();
                }
            } else if self.source.one_in(5) {
                self.out.push(' ');
                at_line_start = false;
            } else {
                self.trailing(&path);
                self.eol();
                at_line_start = true;
            }
        }
        if count == 0 || close_alone {
            if self.source.one_in(8) {
                self.loose(Some(owner));
            }
            self.out.push_str(indent);
        }
        self.out.push(']');
    }
}
