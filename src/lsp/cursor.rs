//! What stands at the cursor in a file that is being typed, and so may not parse.

use nixpacks_transforms::document::FileKind;

/// What can be completed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The name of a table, in its brackets.
    Header,
    /// A key of this table.
    Key(Vec<String>),
    /// A value of this key. `quoted`: the cursor stands in a string.
    Value { keys: Vec<String>, quoted: bool },
}

/// The place at the end of `text`, which is a file up to the cursor.
pub(super) fn place(kind: FileKind, text: &str) -> Option<Place> {
    if kind.is_json() {
        return json(text);
    }
    if kind == FileKind::Procfile {
        let line = text.rsplit('\n').next().unwrap_or_default();
        return (!line.contains(':')).then(|| Place::Key(Vec::new()));
    }
    Toml { left: text, table: Vec::new() }.place()
}

struct Toml<'t> {
    left: &'t str,
    table: Vec<String>,
}

impl Toml<'_> {
    fn place(mut self) -> Option<Place> {
        loop {
            self.left = self.left.trim_start();
            let Some(first) = self.left.chars().next() else { return Some(Place::Key(self.table)) };
            match first {
                '#' => self.left = self.left.split_once('\n')?.1,
                '[' => {
                    let Some(end) = self.left.find([']', '\n']) else { return Some(Place::Header) };
                    let header = self.left.get(..end).unwrap_or_default();
                    self.table = parts(header.trim_matches(['[', ' ']));
                    self.left = self.left.get(end..).unwrap_or_default().trim_start_matches([']', ' ', '\t']);
                }
                _ => {
                    let Some(end) = self.left.find(['=', '\n']) else { return Some(Place::Key(self.table)) };
                    let key = self.left.get(..end).unwrap_or_default();
                    let is_value = self.left.get(end..).is_some_and(|rest| rest.starts_with('='));
                    self.left = self.left.get(end + 1..).unwrap_or_default();
                    if is_value {
                        let quoted = self.skip_value();
                        if let Some(quoted) = quoted {
                            let mut keys = self.table;
                            keys.extend(parts(key));
                            return Some(Place::Value { keys, quoted });
                        }
                    }
                }
            }
        }
    }

    /// Goes past a value. Where the text ends in it: whether it ends in a string.
    fn skip_value(&mut self) -> Option<bool> {
        let mut depth = 0_usize;
        loop {
            let mut chars = self.left.chars();
            let Some(first) = chars.next() else { return Some(false) };
            match first {
                '"' | '\'' => {
                    if !self.skip_string(first) {
                        return Some(true);
                    }
                    continue;
                }
                '#' => {
                    let Some(end) = self.left.find('\n') else { return Some(false) };
                    self.left = self.left.get(end..).unwrap_or_default();
                    continue;
                }
                '[' | '{' => depth += 1,
                ']' | '}' => depth = depth.saturating_sub(1),
                '\n' if depth == 0 => return None,
                _ => {}
            }
            self.left = chars.as_str();
        }
    }

    /// Goes past a string; `false` where the text ends in it.
    fn skip_string(&mut self, quote: char) -> bool {
        let triple: String = [quote; 3].iter().collect();
        if let Some(rest) = self.left.strip_prefix(triple.as_str()) {
            let end = rest.find(triple.as_str());
            self.left = end.and_then(|end| rest.get(end + 3..)).unwrap_or_default();
            return end.is_some();
        }
        let mut chars = self.left.chars();
        chars.next();
        while let Some(ch) = chars.next() {
            match ch {
                '\\' if quote == '"' => {
                    chars.next();
                }
                // A string ends with its line at the latest: the next one may be whole again.
                '\n' => {
                    // The value ends there too, so the line break is left.
                    let at = self.left.len() - chars.as_str().len() - 1;
                    self.left = self.left.get(at..).unwrap_or_default();
                    return true;
                }
                _ if ch == quote => {
                    self.left = chars.as_str();
                    return true;
                }
                _ => {}
            }
        }
        self.left = "";
        false
    }
}

/// The parts of a dotted key.
fn parts(key: &str) -> Vec<String> {
    key.split('.').map(|part| part.trim().trim_matches(['"', '\'']).to_owned()).collect()
}

/// An object or a list that is open, with the key that was read last in an object.
enum Level {
    Object { key: Option<String>, after_colon: bool },
    List,
}

fn json(text: &str) -> Option<Place> {
    let mut levels: Vec<Level> = Vec::new();
    let mut chars = text.chars();
    while let Some(ch) = chars.next() {
        match ch {
            '{' => levels.push(Level::Object { key: None, after_colon: false }),
            '[' => levels.push(Level::List),
            '}' | ']' => {
                levels.pop();
            }
            ':' => {
                if let Some(Level::Object { after_colon, .. }) = levels.last_mut() {
                    *after_colon = true;
                }
            }
            ',' => {
                if let Some(Level::Object { key, after_colon }) = levels.last_mut() {
                    (*key, *after_colon) = (None, false);
                }
            }
            '"' => {
                let mut string = String::new();
                let mut closed = false;
                while let Some(ch) = chars.next() {
                    match ch {
                        '\\' => string.extend(chars.next()),
                        '"' => {
                            closed = true;
                            break;
                        }
                        _ => string.push(ch),
                    }
                }
                if !closed {
                    return json_place(&levels, true);
                }
                if let Some(Level::Object { key, after_colon: false }) = levels.last_mut() {
                    *key = Some(string);
                }
            }
            _ => {}
        }
    }
    json_place(&levels, false)
}

fn json_place(levels: &[Level], quoted: bool) -> Option<Place> {
    let key = |level: &Level| match level {
        Level::Object { key, .. } => key.clone(),
        Level::List => None,
    };
    match levels.last()? {
        Level::Object { after_colon: false, .. } => {
            let above = levels.iter().rev().skip(1).rev();
            Some(Place::Key(above.filter_map(key).collect()))
        }
        _ => Some(Place::Value { keys: levels.iter().filter_map(key).collect(), quoted }),
    }
}

#[cfg(test)]
mod tests {
    use super::{FileKind, Place, place};

    fn keys(keys: &[&str]) -> Vec<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    #[test]
    fn finds_the_place_in_a_toml_file() {
        let value = |path: &[&str], quoted| Some(Place::Value { keys: keys(path), quoted });
        let key = |path: &[&str]| Some(Place::Key(keys(path)));
        for (text, want) in [
            ("", key(&[])),
            ("prov", key(&[])),
            ("providers = [", value(&["providers"], false)),
            ("providers = [\"", value(&["providers"], true)),
            ("providers = [\"python\", ", value(&["providers"], false)),
            ("[", Some(Place::Header)),
            ("[phases.", Some(Place::Header)),
            ("[phases.setup]\n", key(&["phases", "setup"])),
            ("# [start]\n[phases.setup]\nnix", key(&["phases", "setup"])),
            (
                "[phases.setup]\nnixPkgs = [\n  \"a]\", # \"\n  \"ff",
                value(&["phases", "setup", "nixPkgs"], true),
            ),
            ("[phases.setup]\nnixPkgs = [\"a\"]\n", key(&["phases", "setup"])),
            ("phases.setup.nixPkgs = ['", value(&["phases", "setup", "nixPkgs"], true)),
            // An unfinished line above does not hide where the cursor is.
            ("[start]\ncmd\n[variables]\n", key(&["variables"])),
            ("[start]\ncmd = \"python\n[variables]\n", key(&["variables"])),
            ("x = \"\"\"\n[start]\n\"\"\"\n", key(&[])),
        ] {
            assert_eq!(place(FileKind::NixpacksToml, text), want, "{text:?}");
        }
    }

    #[test]
    fn finds_the_place_in_json_and_a_procfile() {
        let value = |path: &[&str], quoted| Some(Place::Value { keys: keys(path), quoted });
        let key = |path: &[&str]| Some(Place::Key(keys(path)));
        for (text, want) in [
            ("", None),
            ("{", key(&[])),
            ("{\"pro", key(&[])),
            ("{\"providers\": [\"", value(&["providers"], true)),
            (
                "{\"phases\": {\"setup\": {\"nixPkgs\": [\"a\", ",
                value(&["phases", "setup", "nixPkgs"], false),
            ),
            ("{\"phases\": {\"setup\": {\"nixPkgs\": [\"a\"], \"", key(&["phases", "setup"])),
            ("{\"a\": \"\\\"{\", \"start\": {", key(&["start"])),
        ] {
            assert_eq!(place(FileKind::NixpacksJson, text), want, "{text:?}");
        }
        assert_eq!(place(FileKind::Procfile, "web: x\nwor"), key(&[]));
        assert_eq!(place(FileKind::Procfile, "web: "), None);
    }
}
