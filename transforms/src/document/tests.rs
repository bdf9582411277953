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
fn dumps() {
    for (kind, text) in [
        (
            FileKind::NixpacksToml,
            "\u{feff}# é\r\n[phases.install]\r\ncmds = [\"é\", 'b']\r\n\r\n[phases.setup] # s\r\nx.y = {a = 1, b.c = '''\r\nq\r\nr'''}\r\nx.z = \"\"\"a\\\r\n  b\"\"\"\r\n[phases]\r\nq=1\r\n[[t]]\r\na=1\r\n[[t]]\r\na=2",
        ),
        (
            FileKind::NixpacksToml,
            "a.b.c = 1\na.b.d = 2\nz = 3\na.e = 4\n'q r'.s = 2\n[b]\n[b.c]\nk = 07:32:00\n[c.d]\n[e]\n[c]\n[c.f]\n",
        ),
        (
            FileKind::RailwayJson,
            "\u{feff}{\"a\\n\": [\"é\\ud83d\\ude00\", 1.5e3, -0, null, true], \"é\": {}}",
        ),
        (
            FileKind::Procfile,
            "\u{feff}# c é\r\nweb: python é main.py # c\r\nworker: 'it''s'\r\nx: \"a\\tb\"\r\nnum: 8000\r\nempty:\r\nblock: |\r\n  a\r\n  b\r\n\r\nfold: >-\r\n  a\r\n  b\r\nplain: a\r\n   b c\r\n\r\nlast: x",
        ),
        (FileKind::Procfile, "---\nweb: a:b --x=y {z}\nweb: b\n...\n"),
        (FileKind::Procfile, "web: a"),
        (FileKind::Procfile, "web: a   \n"),
        (FileKind::Procfile, "web: |\n  a\n# c\nb: |+\n  x\n\n\n"),
        (FileKind::Procfile, "{web: 'a', b: c d}"),
    ] {
        let doc = parse(kind, text);
        println!("{}", dump(&doc));
    }
    let deep = "[".repeat(100_000);
    println!("{:?}", error(FileKind::NixpacksToml, &format!("a = {deep}")));
    println!("{:?}", error(FileKind::NixpacksToml, &format!("a = {}", "{a=".repeat(100_000))));
    println!("{:?}", error(FileKind::NixpacksToml, &format!("[{}a]", "a.".repeat(100_000))));
    println!("{:?}", error(FileKind::NixpacksToml, &format!("{}a=1", "a.".repeat(100_000))));
    println!("{:?}", error(FileKind::NixpacksJson, &format!("{{\"a\":{deep}")));
    println!("{:?}", error(FileKind::Procfile, &format!("a: {deep}")));
    println!("{:?}", error(FileKind::Procfile, &deep));
    for (kind, text) in [
        (FileKind::Procfile, ""),
        (FileKind::Procfile, "# c\n"),
        (FileKind::Procfile, "web python"),
        (FileKind::Procfile, "web:python"),
        (FileKind::Procfile, "- a"),
        (FileKind::Procfile, "a: 1\n---\nb: 2"),
        (FileKind::Procfile, "web: a: b"),
        (FileKind::Procfile, "web: @x"),
        (FileKind::NixpacksToml, "a = {b = 1,}"),
        (FileKind::NixpacksToml, "a = {\nb = 1}"),
        (FileKind::NixpacksToml, "a = \"\\e\""),
        (FileKind::NixpacksToml, "a = \"\\x41\""),
        (FileKind::NixpacksToml, "a = 07:32"),
        (FileKind::NixpacksToml, "a = 1\ra=2"),
        (FileKind::NixpacksToml, "a = \n"),
        (FileKind::NixpacksJson, "\u{feff}{}"),
        (FileKind::NixpacksJson, "{\"a\":[1,]}"),
        (FileKind::NixpacksJson, "{\"a\":[1 [2]]}"),
        (FileKind::NixpacksJson, "{\"a\":[,1]}"),
        (FileKind::NixpacksJson, "{\"a\":[1,,1]}"),
        (FileKind::NixpacksJson, "{\"a\":01}"),
        (FileKind::NixpacksJson, "{\"a\":1,\"a\":2}"),
        (FileKind::NixpacksJson, "{\"a\":\"\\ud800\"}"),
        (FileKind::NixpacksJson, "{\"a\":\"\\q\"}"),
        (FileKind::NixpacksJson, "{,}"),
        (FileKind::NixpacksJson, "// c\n{}"),
        (FileKind::NixpacksJson, "[]"),
        (FileKind::NixpacksJson, ""),
        (FileKind::NixpacksJson, "{'a':1}"),
        (FileKind::NixpacksJson, "{\"a\":1} x"),
        (FileKind::NixpacksJson, "{\"a\":\"x\ty\"}"),
    ] {
        println!(
            "{text:?} {:?}",
            Document::parse("f", kind, text).map(|d| dump(&d)).map_err(|e| (e.span, e.message))
        );
    }
}
