//! Long and hostile shapes are read and edited to the end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::format_collect)]

use nixpacks_transforms::document::{Document, FileKind};
use nixpacks_transforms::intent::array::{Slot, rewrite};
use nixpacks_transforms::intent::{entry, string};
/// Not timed: a quadratic step on these sizes takes minutes, which a person sees.
fn within(_what: &str, run: impl FnOnce()) {
    run();
}

fn every_other(count: usize) -> Vec<Slot> {
    (0..count).step_by(2).map(Slot::Keep).collect()
}

#[test]
fn long_lists_are_edited_in_linear_time() {
    let n = 100_000;
    for (head, between) in [("[", ", "), ("[\n", ", "), ("[\n  ", ", # é\n\n  # c\n  ")] {
        let text = format!("a = {head}{}\n]\n", vec!["'é'"; n].join(between));
        within(between, || {
            let doc = Document::parse("f", FileKind::NixpacksToml, text.as_str()).unwrap();
            rewrite(&doc, &["a"], &every_other(n)).unwrap();
        });
    }
}

#[test]
fn many_keys_and_tables_are_removed_in_linear_time() {
    let lines: String = (0..50_000).map(|i| format!("# c\nk{i} = 1\n\n")).collect();
    let doc = Document::parse("f", FileKind::NixpacksToml, format!("[t]\n{lines}[u]\nx = 1\n")).unwrap();
    within("keys", || {
        entry::remove(&doc, &["t"]).unwrap();
        entry::insert_string(&doc, &["t"], "new", "x", Some("k7")).unwrap();
    });
    let tables: String = (0..30_000).map(|i| format!("\n\n[t.k{i}]\na.b = 1\n")).collect();
    let doc = Document::parse("f", FileKind::NixpacksToml, tables).unwrap();
    within("tables", || {
        entry::remove(&doc, &["t"]).unwrap();
        entry::insert_string(&doc, &["start"], "cmd", "x", None).unwrap();
    });
}

#[test]
fn long_strings_and_procfiles_are_read_in_linear_time() {
    let escaped = "\\u00e9".repeat(150_000);
    let doc = Document::parse("f", FileKind::NixpacksJson, format!("{{\"a\": \"{escaped}\"}}")).unwrap();
    within("escapes", || {
        string::set(&doc, doc.get(&["a"]).unwrap(), &format!("{}x", "é".repeat(149_999))).unwrap();
    });
    within("procfile", || {
        let lines: String = (0..40_000).map(|i| format!("p{i}: python é # c\n")).collect();
        Document::parse("f", FileKind::Procfile, lines).unwrap();
    });
    within("one long line", || {
        Document::parse("f", FileKind::Procfile, format!("web: {}", "é a ".repeat(250_000))).unwrap();
    });
    for hostile in
        ["[", "{", "? ", "- ", "&a ", "!", "'", "\"", "|\n", "a: ", "\t", "# ", "---\n", "%", "*a", "a\n"]
    {
        within(hostile, || {
            drop(Document::parse(
                "f",
                FileKind::Procfile,
                format!("web: {}", hostile.repeat(1_000_000 / hostile.len())),
            ));
            drop(Document::parse("f", FileKind::Procfile, hostile.repeat(1_000_000 / hostile.len())));
        });
    }
}
