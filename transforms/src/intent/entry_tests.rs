#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{check, entry, string};
use crate::document::{Document, FileKind};

fn parse(text: &str) -> Document {
    let kind = if text.starts_with('{') { FileKind::NixpacksJson } else { FileKind::NixpacksToml };
    Document::parse("f", kind, text).unwrap()
}

fn removes(rows: &[(&str, &[&str], &str)]) {
    for (before, paths, after) in rows {
        for eol in ["\n", "\r\n"] {
            let doc = parse(&before.replace('~', eol));
            let paths: Vec<Vec<&str>> = paths.iter().map(|path| path.split('.').collect()).collect();
            let paths: Vec<&[&str]> = paths.iter().map(Vec::as_slice).collect();
            let edits = entry::remove_many(&doc, &paths).unwrap_or_else(|e| panic!("{before}: {e}"));
            assert_eq!(check(&doc, &edits).unwrap().text, after.replace('~', eol), "{before}");
        }
    }
}

#[test]
fn removes_a_key_with_its_comments_and_no_other() {
    removes(&[
        ("[t]~# about a~a = 1 # a~b = 2~", &["t.a"], "[t]~b = 2~"),
        ("[t]~# loose~~a = 1~b = 2~", &["t.a"], "[t]~# loose~~b = 2~"),
        ("[t]~a = 1~~b = 2~~c = 3~", &["t.b"], "[t]~a = 1~~c = 3~"),
        ("[t]~a = [~  'x',~] # a~b = 2~", &["t.a"], "[t]~b = 2~"),
        ("x = '''~# no comment'''~a = 1~", &["a"], "x = '''~# no comment'''~"),
        ("a = 1~b = 2", &["b"], "a = 1"),
        ("a = 1~b = 2", &["a"], "b = 2"),
        ("\u{feff}a = 1~b = 2", &["a"], "\u{feff}b = 2"),
        ("\u{feff}a = 1~", &["a"], "\u{feff}"),
        ("p.i.c = 1~p.i.d = 2~q = 1~", &["p.i.d"], "p.i.c = 1~q = 1~"),
        ("p.i.c = 1~q = 1~p.i.d = 2~", &["p.i"], "q = 1~"),
        ("i = { a = 1, b = 2 }~", &["i.a"], "i = { b = 2 }~"),
        ("i = { a = 1, b.c = 2, b.d = 3 } # c~", &["i.b"], "i = { a = 1 } # c~"),
        ("i = { a = 1, b.c = 2, b.d = 3 } # c~", &["i.b.c"], "i = { a = 1, b.d = 3 } # c~"),
    ]);
}

#[test]
fn removes_the_table_that_loses_its_last_key() {
    removes(&[
        ("[s]~a = 1~~# about i~[p.i] # i~a = 1~~[z]~b = 1~", &["p.i.a"], "[s]~a = 1~~[z]~b = 1~"),
        ("[p.i]~a = 1~b = 2~~[z]~b = 1~", &["p.i.a", "p.i.b"], "[z]~b = 1~"),
        ("[z]~b = 1~~[p.i]~a = 1~", &["p.i.a"], "[z]~b = 1~"),
        ("[z]~b = 1~~[p.i]~a = 1", &["p.i.a"], "[z]~b = 1"),
        ("[z]~b = 1~~[p.i]~a = 1~~# loose~", &["p.i.a"], "[z]~b = 1~~# loose~"),
        ("[p.i]~a = 1~~[p.s]~a = 1~", &["p"], ""),
        ("[p]~x = 1~~[p.s]~a = 1~", &["p.x"], "[p.s]~a = 1~"),
        ("[p]~~[p.s]~a = 1~~[q]~", &["p.s.a"], "[q]~"),
        ("[p]~i = { c = 1 }~s = { c = 2 }~", &["p.i.c"], "[p]~s = { c = 2 }~"),
        ("p = { i = { c = 1 }, s = 2 }~", &["p.i.c"], "p = { s = 2 }~"),
        ("p = { i = { c = 1 } }~q = 1~", &["p.i.c"], "q = 1~"),
        ("[p]~i.c = 1~~[q]~x = 1~", &["p.i.c"], "[q]~x = 1~"),
    ]);
}

#[test]
fn removes_from_json() {
    removes(&[
        ("{~  \"a\": 1,~  \"b\": 2~}~", &["b"], "{~  \"a\": 1~}~"),
        ("{~  \"a\": 1,~  \"b\": 2~}~", &["a"], "{~  \"b\": 2~}~"),
        ("{~  \"p\": {~    \"i\": {~      \"c\": 1~    }~  },~  \"q\": 1~}", &["p.i.c"], "{~  \"q\": 1~}"),
        ("{\"a\": {\"b\": 1}}", &["a.b"], "{}"),
    ]);
}

/// Before, table, key, after which key, value (an array if it has brackets), after.
type Row<'r> = (&'r str, &'r str, &'r str, Option<&'r str>, &'r str, &'r str);

fn inserts(rows: &[Row<'_>]) {
    for (before, table, key, behind, value, after) in rows {
        for eol in ["\n", "\r\n"] {
            let doc = parse(&before.replace('~', eol));
            let table: Vec<&str> = table.split('.').filter(|name| !name.is_empty()).collect();
            let edits = match value.strip_prefix('[') {
                Some(list) => {
                    let values: Vec<String> =
                        list.trim_end_matches(']').split_whitespace().map(str::to_owned).collect();
                    entry::insert_array(&doc, &table, key, &values, *behind)
                }
                None => entry::insert_string(&doc, &table, key, value, *behind),
            };
            let edits = edits.unwrap_or_else(|e| panic!("{before}: {e}"));
            // A file of one line has no line ending to follow.
            let single = !before.contains('~');
            let wanted = after.replace('~', if single { "\n" } else { eol });
            assert_eq!(check(&doc, &edits).unwrap().text, wanted, "{before}");
        }
    }
}

#[test]
fn adds_a_key_behind_the_last_or_the_named_one() {
    inserts(&[
        ("[t]~a = 1 # c~~[u]~", "t", "k", None, "v", "[t]~a = 1 # c~k = \"v\"~~[u]~"),
        (
            "[t]~  a = 'x'~  b = 'x'~",
            "t",
            "k",
            Some("a"),
            "[v w]",
            "[t]~  a = 'x'~  k = ['v', 'w']~  b = 'x'~",
        ),
        ("[t]~a = 1", "t", "k", None, "v", "[t]~a = 1~k = \"v\""),
        ("[t]~~[u]~", "t", "k", None, "v", "[t]~k = \"v\"~~[u]~"),
        ("a = 1~~[u]~", "", "k", None, "v", "a = 1~k = \"v\"~~[u]~"),
        ("# top~~# about u~[u]~", "", "k", None, "v", "# top~~k = \"v\"~~# about u~[u]~"),
        ("", "", "k", None, "v", "k = \"v\"~"),
        ("p.i.c = ['x']~~[u]~", "p.i", "k", None, "v", "p.i.c = ['x']~p.i.k = 'v'~~[u]~"),
        ("p = { i = { c = 1 } }~", "p.i", "k", None, "v", "p = { i = { c = 1, k = \"v\" } }~"),
        ("[p]~i.c = 1~", "p.i", "k", None, "v", "[p]~i.c = 1~i.k = \"v\"~"),
    ]);
}

#[test]
fn makes_a_missing_table_as_its_siblings_are() {
    inserts(&[
        (
            "[phases.setup]~a = ['x']~~# go~[start]~cmd = 'x'~",
            "phases.install",
            "cmds",
            None,
            "[v]",
            "[phases.setup]~a = ['x']~~[phases.install]~cmds = [\"v\"]~~# go~[start]~cmd = 'x'~"
                .replace('"', "'")
                .leak(),
        ),
        (
            "[phases.build]~a = 1~",
            "phases.setup",
            "k",
            None,
            "v",
            "[phases.setup]~k = \"v\"~~[phases.build]~a = 1~",
        ),
        ("[start]~cmd = 'x'", "variables", "K", None, "v", "[start]~cmd = 'x'~~[variables]~K = 'v'"),
        ("[start]~cmd = 'x'~", "variables", "K", None, "v", "[start]~cmd = 'x'~~[variables]~K = 'v'~"),
        (
            "[phases]~setup = { a = 1 }~",
            "phases.install",
            "k",
            None,
            "v",
            "[phases]~setup = { a = 1 }~install = { k = \"v\" }~",
        ),
        (
            "[phases]~setup.a = 1~",
            "phases.install",
            "k",
            None,
            "v",
            "[phases]~setup.a = 1~install.k = \"v\"~",
        ),
        (
            "phases.setup.a = 1~start.cmd = 'x'~",
            "phases.install",
            "k",
            None,
            "v",
            "phases.setup.a = 1~phases.install.k = 'v'~start.cmd = 'x'~",
        ),
        (
            "phases = { setup = { a = 1 } }~",
            "phases.install",
            "k",
            None,
            "v",
            "phases = { setup = { a = 1 }, install = { k = \"v\" } }~",
        ),
        ("# only~", "phases.install", "k", None, "v", "# only~~[phases.install]~k = \"v\"~"),
    ]);
}

#[test]
fn adds_to_json() {
    inserts(&[
        (
            "{~  \"phases\": {~    \"setup\": {~      \"a\": 1~    }~  }~}~",
            "phases.install",
            "cmds",
            None,
            "[v]",
            "{~  \"phases\": {~    \"setup\": {~      \"a\": 1~    },~    \"install\": {~      \"cmds\": [\"v\"]~    }~  }~}~",
        ),
        ("{\"a\": 1}", "b", "c", None, "v", "{\"a\": 1, \"b\": {\"c\": \"v\"}}"),
        ("{}", "", "c", None, "v", "{\"c\": \"v\"}"),
    ]);
}

#[test]
fn unfolds_a_new_array_that_does_not_fit() {
    let doc = parse("[t]\n  a = ['x']\n");
    let values = vec!["v".repeat(50), "w".repeat(50)];
    let edits = entry::insert_array(&doc, &["t"], "k", &values, None).unwrap();
    let wanted = format!("[t]\n  a = ['x']\n  k = [\n      '{}',\n      '{}',\n  ]\n", values[0], values[1]);
    assert_eq!(check(&doc, &edits).unwrap().text, wanted);
}

#[test]
fn renames_a_key_where_it_stands() {
    for (before, path, new, after) in [
        (
            "[phases.setup] # s\nnixpkgs = [] # c\n",
            "phases.setup.nixpkgs",
            "nixPkgs",
            "[phases.setup] # s\nnixPkgs = [] # c\n",
        ),
        ("'a' = 1\n", "a", "b", "'b' = 1\n"),
        ("[p.a]\nx = 1\n", "p.a", "b c", "[p.\"b c\"]\nx = 1\n"),
        ("{\"a\": 1}", "a", "b", "{\"b\": 1}"),
        ("p = {a.b = 1}", "p.a.b", "c", "p = {a.c = 1}"),
    ] {
        let doc = parse(before);
        let keys: Vec<&str> = path.split('.').collect();
        let edits = entry::rename_key(&doc, &keys, new).unwrap();
        assert_eq!(check(&doc, &edits).unwrap().text, after);
    }
    for (text, path, new) in [
        ("a = 1\nb = 2\n", "a", "b"),
        ("a.x = 1\na.y = 2\n", "a", "b"),
        ("[a.b]\n[a.c]\n", "a", "b"),
        ("", "a", "b"),
    ] {
        assert!(entry::rename_key(&parse(text), &path.split('.').collect::<Vec<_>>(), new).is_err());
    }
}

#[test]
fn changes_only_what_differs_inside_a_string() {
    let rows = [
        (FileKind::NixpacksToml, "k = 'pip install x'", "/opt/pip install x", "k = '/opt/pip install x'"),
        (FileKind::NixpacksToml, "k = \"\\u0070ip a\"", "pip b", "k = \"\\u0070ip b\""),
        (FileKind::NixpacksToml, "k = 'a'", "it's", "k = \"it's\""),
        (FileKind::NixpacksToml, "k = \"a\"", "a \"b\" \\", "k = \"a \\\"b\\\" \\\\\""),
        (
            FileKind::NixpacksToml,
            "k = \"\"\"\r\na \\\r\n  b\r\nc\"\"\"\r\n",
            "a b\nd",
            "k = \"\"\"\r\na \\\r\n  b\r\nd\"\"\"\r\n",
        ),
        (FileKind::NixpacksToml, "k = '''\na'''", "a'", "k = \"\"\"a'\"\"\""),
        (FileKind::NixpacksToml, "k = '''\na'''", "a\nb", "k = '''\na\nb'''"),
        (FileKind::NixpacksJson, "{\"k\": \"\\ud83d\\ude00 pip\"}", "😀 x", "{\"k\": \"\\ud83d\\ude00 x\"}"),
        (
            FileKind::Procfile,
            "a: b\nk: python é main.py # c\n",
            "/v/python é main.py",
            "a: b\nk: /v/python é main.py # c\n",
        ),
        (FileKind::Procfile, "k: python\n", "python # x", "k: 'python # x'\n"),
        (FileKind::Procfile, "k: 'it''s'\n", "it's '", "k: 'it''s '''\n"),
        (FileKind::Procfile, "k: \"a\\tb\"\n", "a\tc\"", "k: \"a\\tc\\\"\"\n"),
        (FileKind::Procfile, "k: >-\n  a\n  b\nz: c\n", "a c", "k: >-\n  a\n  c\nz: c\n"),
        (FileKind::Procfile, "k: a\n   b\n", "x b", "k: x\n   b\n"),
    ];
    for (kind, before, new, after) in rows {
        let doc = Document::parse("f", kind, before).unwrap();
        let node = doc.get(&["k"]).unwrap();
        let edits = string::set(&doc, node, new).unwrap_or_else(|e| panic!("{before:?}: {e}"));
        let result = check(&doc, &edits).unwrap();
        assert_eq!(result.text, after);
        assert_eq!(result.get(&["k"]).unwrap().as_str().unwrap().decoded, new);
    }
}
