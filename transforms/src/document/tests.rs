#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Document, FileKind, Node, Table, Value};
use std::fmt::Write as _;

fn parse(kind: FileKind, text: &str) -> Document {
    Document::parse("f", kind, text).unwrap_or_else(|e| panic!("{text:?}: {e:?}"))
}

fn error(kind: FileKind, text: &str) -> (Option<(usize, usize)>, String) {
    let error = Document::parse("f", kind, text).expect_err(text);
    (error.span.map(|span| (span.start, span.end)), error.message)
}

/// One line per entry: the raw key and the raw value, as the spans say.
fn dump(doc: &Document) -> String {
    let mut out = String::new();
    table(&doc.root, &doc.text, &mut out, 0);
    out
}

fn table(table: &Table, text: &str, out: &mut String, depth: usize) {
    for entry in &table.entries {
        let pad = " ".repeat(depth);
        let key = entry.key.span.of(text);
        node(&entry.node, text, out, &format!("{pad}{key}@{}", entry.key.span.start), depth);
    }
}

fn node(node: &Node, text: &str, out: &mut String, head: &str, depth: usize) {
    let raw = node.span.of(text);
    match &node.value {
        Value::Str(s) => writeln!(out, "{head} {raw:?} = {:?}", s.decoded).unwrap(),
        Value::Array(array) => {
            writeln!(out, "{head} {raw:?} array").unwrap();
            for element in &array.elements {
                self::node(element, text, out, &format!("{} -", " ".repeat(depth)), depth + 1);
            }
        }
        Value::Table(inner) => {
            writeln!(out, "{head} {raw:?} {:?}", inner.layout).unwrap();
            table(inner, text, out, depth + 1);
        }
        _ => writeln!(out, "{head} {raw:?} {}", node.type_name()).unwrap(),
    }
}

#[test]
fn spans_are_right_on_crlf_with_a_mark_and_wide_characters() {
    let text = "\u{feff}# é\r\n[phases.install]\r\ncmds = [\"é\", 'b']\r\n\r\n[phases.setup] # s\r\n\
                x.y = {a = 1, b.c = '''\r\nq\r\nr'''}\r\nx.z = \"\"\"a\\\r\n  b\"\"\"\r\n[phases]\r\nq=1\r\n\
                [[t]]\r\na=1\r\n[[t]]\r\na=2";
    let wanted = r#"
phases@126 "[phases]" Header
 install@17 "[phases.install]" Header
  cmds@27 "[\"é\", 'b']" array
   - "\"é\"" = "é"
   - "'b'" = "b"
 setup@57 "[phases.setup]" Header
  x@69 "x" Dotted
   y@71 "{a = 1, b.c = '''\r\nq\r\nr'''}" Braces
    a@76 "1" integer
    b@83 "b" Dotted
     c@85 "'''\r\nq\r\nr'''" = "q\nr"
   z@106 "\"\"\"a\\\r\n  b\"\"\"" = "ab"
 q@135 "1" integer
t@142 "[[t]]\r\na=1\r\n[[t]]" array
 - "[[t]]" Header
  a@147 "1" integer
 - "[[t]]" Header
  a@159 "2" integer
"#;
    assert_eq!(dump(&parse(FileKind::NixpacksToml, text)), wanted.trim_start());
}

#[test]
fn dotted_keys_and_split_tables_are_entries_of_one_table() {
    let text = "a.b.c = 1\na.b.d = 2\nz = 3\na.e = 4\n'q r'.s = 2\n[b]\n[b.c]\nk = 07:32:00\n[c.d]\n[e]\n[c]\n[c.f]\n";
    let wanted = r#"
a@0 "a" Dotted
 b@2 "b" Dotted
  c@4 "1" integer
  d@14 "2" integer
 e@28 "4" integer
z@20 "3" integer
'q r'@34 "'q r'" Dotted
 s@40 "2" integer
b@47 "[b]" Header
 c@53 "[b.c]" Header
  k@56 "07:32:00" datetime
e@76 "[e]" Header
c@80 "[c]" Header
 d@72 "[c.d]" Header
 f@86 "[c.f]" Header
"#;
    assert_eq!(dump(&parse(FileKind::NixpacksToml, text)), wanted.trim_start());
}

#[test]
fn json_spans_count_the_mark_and_escapes() {
    let text = "\u{feff}{\"a\\n\": [\"é\\ud83d\\ude00\", 1.5e3, -0, null, true], \"é\": {}}";
    let wanted = r#"
"a\n"@4 "[\"é\\ud83d\\ude00\", 1.5e3, -0, null, true]" array
 - "\"é\\ud83d\\ude00\"" = "é😀"
 - "1.5e3" float
 - "-0" integer
 - "null" null
 - "true" boolean
"é"@54 "{}" Braces
"#;
    assert_eq!(dump(&parse(FileKind::RailwayJson, text)), wanted.trim_start());
}

#[test]
fn a_procfile_gives_every_scalar_as_text() {
    let text = "\u{feff}# c é\r\nweb: python é main.py # c\r\nworker: 'it''s'\r\nx: \"a\\tb\"\r\nnum: 8000\r\nempty:\r\n\
                block: |\r\n  a\r\n  b\r\n\r\nfold: >-\r\n  a\r\n  b\r\nplain: a\r\n   b c\r\n\r\nlast: x";
    let wanted = r#"
web@11 "python é main.py" = "python é main.py"
worker@39 "'it''s'" = "it's"
x@56 "\"a\\tb\"" = "a\tb"
num@67 "8000" = "8000"
empty@78 "" = ""
block@86 "a\r\n  b" = "a\nb\n"
fold@108 "a\r\n  b" = "a b"
plain@128 "a\r\n   b c" = "a b c"
last@148 "x" = "x"
"#;
    assert_eq!(dump(&parse(FileKind::Procfile, text)), wanted.trim_start());
    for empty in ["", "# c\n", "\u{feff}", "---\n"] {
        assert_eq!(dump(&parse(FileKind::Procfile, empty)), "", "{empty:?}");
    }
    // Of a key given twice the last one counts.
    let twice = parse(FileKind::Procfile, "---\nweb: a:b --x=y {z}\nweb: b   \n...\n");
    assert_eq!(dump(&twice), "web@23 \"b\" = \"b\"\n");
    assert_eq!(dump(&parse(FileKind::Procfile, "{web: 'a'}")), "web@1 \"'a'\" = \"a\"\n");
}

#[test]
fn what_nixpacks_refuses_is_an_error_with_its_place() {
    use FileKind::{NixpacksJson as Json, NixpacksToml as Toml, Procfile};
    let rows = [
        (Procfile, "web:python", Some((0, 10)), "expected lines of `name: command`"),
        (Procfile, "- a", Some((0, 0)), "expected a command, found a list"),
        (Procfile, "a: [b]", Some((3, 4)), "expected a command, found a list"),
        (Procfile, "a: 1\n---\nb: 2", Some((5, 8)), "more than one document"),
        (Procfile, "web: a: b", Some((6, 6)), "mapping values are not allowed in this context"),
        (
            Toml,
            "a = {b = 1,}",
            Some((10, 11)),
            "a trailing comma in an inline table needs TOML 1.1, and Nixpacks reads TOML 1.0",
        ),
        (
            Toml,
            "a = {\nb = 1}",
            Some((5, 5)),
            "a line break in an inline table needs TOML 1.1, and Nixpacks reads TOML 1.0",
        ),
        (Toml, "a = \"\\e\"", Some((5, 7)), "the escape `\\e` needs TOML 1.1, and Nixpacks reads TOML 1.0"),
        (Toml, "\"\\x41\" = 1", Some((1, 3)), "the escape `\\x` needs TOML 1.1, and Nixpacks reads TOML 1.0"),
        (Toml, "[\"\\x41\"]", Some((2, 4)), "the escape `\\x` needs TOML 1.1, and Nixpacks reads TOML 1.0"),
        (Toml, "a = 07:32", Some((4, 9)), "a time needs seconds (Nixpacks reads TOML 1.0)"),
        (Toml, "a = 1979-05-27 07:32Z", Some((4, 21)), "a time needs seconds (Nixpacks reads TOML 1.0)"),
        (Json, "\u{feff}{}", Some((0, 3)), "a byte order mark is not allowed in JSON"),
        (Json, "{\"a\":[1,]}", Some((7, 8)), "trailing commas are not allowed"),
        (Json, "{\"a\":[1 [2]]}", Some((7, 7)), "expected comma"),
        (Json, "{\"start\":1,\"start\":2}", Some((11, 18)), "duplicate field `start`"),
        (Json, "// c\n{}", Some((0, 4)), "comments are not allowed"),
        (Json, "[]", Some((0, 2)), "expected an object, found array"),
        (Json, "", None, "the file is empty"),
        (Json, "{\"a\":\"x\ty\"}", Some((7, 8)), "a control character must be escaped"),
        (Json, "{\"a\":1}\u{a0}", Some((7, 9)), "unexpected character outside a string"),
    ];
    for (kind, text, span, message) in rows {
        assert_eq!(error(kind, text), (span, message.to_owned()), "{text:?}");
    }
    // Allowed in 1.0: a line break inside a value of an inline table.
    parse(Toml, "a = {b = [\n1,\n], c = '''\n'''}\nd = 1979-05-27T07:32:00-08:00\ne = 1979-05-27\n");
}

#[test]
fn deep_nesting_is_an_error() {
    let (lists, n) = ("[".repeat(100_000), 100_000);
    for (kind, text) in [
        (FileKind::NixpacksToml, format!("a = {lists}")),
        (FileKind::NixpacksToml, format!("a = {}", "{a=".repeat(n))),
        (FileKind::NixpacksToml, format!("[{}a]", "a.".repeat(n))),
        (FileKind::NixpacksToml, format!("{}a=1", "a.".repeat(n))),
        (FileKind::NixpacksJson, format!("{{\"a\":{lists}")),
        (FileKind::NixpacksJson, "{\"a\":".repeat(n)),
        (FileKind::Procfile, format!("a: {lists}")),
        (FileKind::Procfile, lists.clone()),
        (FileKind::Procfile, "- ".repeat(n)),
    ] {
        error(kind, &text);
    }
}

#[test]
fn each_decoded_character_has_its_place_in_the_file() {
    // Text, decoded range, the bytes of the file that give it.
    let rows = [
        (FileKind::NixpacksToml, "k = 'é pip'", 3..6, "pip"),
        (FileKind::NixpacksToml, "k = \"\\u00e9 \\\"pip\\\"\"", 0..2, "\\u00e9"),
        (FileKind::NixpacksToml, "k = \"\\u00e9 \\\"pip\\\"\"", 3..8, "\\\"pip\\\""),
        (FileKind::NixpacksToml, "k = '''\r\na\r\nb'''", 0..2, "a\r\n"),
        (FileKind::NixpacksToml, "k = '''\r\na\r\nb'''", 2..3, "b"),
        (FileKind::NixpacksToml, "k = \"\"\"\na \\\n   b\"\"\"", 2..3, "b"),
        (FileKind::NixpacksToml, "k = \"\"\"\na \\\n   b\"\"\"", 1..3, " \\\n   b"),
        (FileKind::NixpacksToml, "k = \"\"\"\na\"\"\"", 0..0, ""),
        (FileKind::NixpacksJson, "{\"k\": \"\\ud83d\\ude00\\/x\"}", 0..4, "\\ud83d\\ude00"),
        (FileKind::NixpacksJson, "{\"k\": \"\\ud83d\\ude00\\/x\"}", 4..6, "\\/x"),
        (FileKind::Procfile, "k: a\n   b c\n", 2..3, "b"),
        (FileKind::Procfile, "k: 'it''s'", 2..4, "''s"),
        (FileKind::Procfile, "k: |\n  a\n  b\n", 0..3, "a\n  b"),
    ];
    for (kind, text, range, wanted) in rows {
        let doc = parse(kind, text);
        let s = doc.get(&["k"]).unwrap().as_str().unwrap();
        let span = s.source(text, range.clone()).unwrap_or_else(|| panic!("{text:?} {range:?}"));
        assert_eq!(span.of(text), wanted, "{text:?} {range:?} of {:?}", s.decoded);
    }
    let doc = parse(FileKind::NixpacksToml, "k = \"\\u00e9\"");
    let s = doc.get(&["k"]).unwrap().as_str().unwrap();
    assert_eq!(s.source(&doc.text, 0..1), None, "half a character");
    assert_eq!(s.source(&doc.text, 0..3), None, "past the end");
}
