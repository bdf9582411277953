//! No text makes reading or editing panic.

#![allow(clippy::unwrap_used)]

use nixpacks_transforms::document::{Document, FileKind, Table, Value};
use nixpacks_transforms::intent::array::{Slot, rewrite};
use nixpacks_transforms::intent::{entry, string};
use nixpacks_transforms::text::{LineIndex, Style};
use proptest::prelude::*;

const KINDS: [FileKind; 4] =
    [FileKind::NixpacksToml, FileKind::NixpacksJson, FileKind::RailwayJson, FileKind::Procfile];

/// Pieces that the formats give a meaning, so that many texts get past the first character.
const PIECES: &[&str] = &[
    "a",
    "b.c",
    "=",
    " = ",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    ",",
    ":",
    ": ",
    "\"",
    "'",
    "'''",
    "\"\"\"",
    "\\",
    "\\u00e9",
    "\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "#",
    "# c\n",
    "é",
    "😀",
    "\u{feff}",
    "|\n ",
    ">-\n ",
    "- ",
    "---\n",
    "1",
    "true",
    "null",
    "a = ['x', \"y\"]\n",
    "[t]\n",
    "a = {b = 1}\n",
    "\"k\": [\"x\"]",
    "{\"k\": ",
    "web: x\n",
    "&",
    "*",
    "!",
    "%",
    "\0",
];

fn edit_all(doc: &Document, table: &Table, path: &mut Vec<String>) {
    for found in &table.entries {
        path.push(found.key.name.clone());
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        drop(entry::remove(doc, &keys));
        drop(entry::rename_key(doc, &keys, "é new"));
        drop(string::set(doc, &found.node, "it's\n\"x\""));
        if let Value::Array(array) = &found.node.value {
            let new = Slot::New("n".to_owned());
            drop(rewrite(doc, &keys, &[new.clone(), Slot::Keep(0), new]));
            drop(rewrite(doc, &keys, &(1..array.elements.len()).map(Slot::Keep).collect::<Vec<_>>()));
        }
        if let Some(inner) = found.node.as_table() {
            drop(entry::insert_string(doc, &keys, "new", "x", None));
            edit_all(doc, inner, path);
        }
        path.pop();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_it_panic(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..14)) {
        let text = pieces.concat();
        let lines = LineIndex::new(&text);
        for at in 0..=text.len() + 1 {
            let place = lines.position(at);
            prop_assert!(place.line <= lines.count() && place.column >= 1);
        }
        Style::of(&text);
        for kind in KINDS {
            if let Ok(doc) = Document::parse("f", kind, text.as_str()) {
                edit_all(&doc, &doc.root, &mut Vec::new());
                drop(entry::insert_array(&doc, &["phases", "setup"], "new", &["x".to_owned()], None));
            }
        }
    }
}
