//! What every intent keeps to, on drawn files and drawn intents.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod generate;
mod tree;

use generate::{Drawn, draw};
use laws::ByteSource;
use nixpacks_transforms::document::{Document, FileKind};
use nixpacks_transforms::edit::Edit;
use nixpacks_transforms::intent::array::{Slot, rewrite};
use nixpacks_transforms::intent::{Refusal, check, entry, string};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;
use std::collections::BTreeSet;
use tree::{Paths, Tree, paths, tree};

/// An intent that was drawn: what it gave, the values it should lead to, and what it changes or
/// removes, as paths.
struct Try {
    name: String,
    edits: Result<Vec<Edit>, Refusal>,
    wanted: Tree,
    removed: Vec<String>,
    changed: Vec<String>,
}

fn strs(path: &[String]) -> Vec<&str> {
    path.iter().map(String::as_str).collect()
}

const NEW: &[&str] = &["n", "new word", "it's new", "\\ \"q\"", "日本"];

fn attempt(source: &mut ByteSource<'_>, doc: &Document, all: &Paths) -> Option<Try> {
    match source.below(6) {
        0 | 1 => try_array(source, doc, all),
        2 => try_remove(source, doc, all),
        3 => Some(try_insert(source, doc)),
        4 => try_string(source, doc, all),
        _ => try_rename(source, doc, all),
    }
}

fn try_array(source: &mut ByteSource<'_>, doc: &Document, all: &Paths) -> Option<Try> {
    let path = all.arrays.get(source.below(all.arrays.len()))?;
    let keys = strs(path);
    let array = doc.get(&keys).unwrap().as_array().unwrap();
    let name = path.join(".");
    let (mut slots, mut values) = (Vec::new(), Vec::new());
    let (mut removed, mut changed, mut moved) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..=array.elements.len() {
        if source.one_in(5) {
            let new = source.pick(NEW).to_owned();
            values.push(Tree::Text(new.clone()));
            slots.push(Slot::New(new));
        }
        let Some(element) = array.elements.get(i) else { break };
        match source.below(4) {
            0 | 1 => {
                values.push(Tree::Text(element.as_str().unwrap().decoded.clone()));
                slots.push(Slot::Keep(i));
            }
            2 => {
                let new = format!("{}{}", source.pick(NEW), element.as_str().unwrap().decoded);
                values.push(Tree::Text(new.clone()));
                slots.push(Slot::Change(i, new));
                changed.push(format!("{name}[{i}]"));
            }
            // To the end, as it is or with another text: the bytes go, and the comments come along.
            _ if source.one_in(3) => {
                changed.push(format!("{name}[{i}]"));
                let text = element.as_str().unwrap().decoded.clone();
                moved.push((i, if source.one_in(2) { source.pick(NEW).to_owned() } else { text }));
            }
            _ => removed.push(format!("{name}[{i}]")),
        }
    }
    for (i, text) in moved {
        values.push(Tree::Text(text.clone()));
        slots.push(Slot::Moved(i, text));
    }
    let mut wanted = tree(doc);
    *wanted.at(&keys) = Tree::List(values);
    let edits = rewrite(doc, &keys, &slots);
    Some(Try { name: format!("array {name} {slots:?}"), edits, wanted, removed, changed })
}

fn try_remove(source: &mut ByteSource<'_>, doc: &Document, all: &Paths) -> Option<Try> {
    let candidates: Vec<&Vec<String>> = all.values.iter().chain(&all.tables).collect();
    let count = 1 + source.below(3);
    let picked: Vec<&Vec<String>> =
        (0..count).filter_map(|_| candidates.get(source.below(candidates.len())).copied()).collect();
    let keys: Vec<Vec<&str>> = picked.iter().map(|path| strs(path)).collect();
    if keys.is_empty() {
        return None;
    }
    let mut wanted = tree(doc);
    let mut sorted = keys.clone();
    // The deepest first: a table that is named goes even if it was empty before.
    sorted.sort_by_key(|path| std::cmp::Reverse(path.len()));
    for path in &sorted {
        wanted.remove(path);
    }
    let mut left = wanted.clone();
    let gone = |path: &Vec<String>| !has(&mut left, path);
    let everything = all.values.iter().chain(&all.tables);
    let removed = everything
        .filter({
            let mut gone = gone;
            move |path| gone(path)
        })
        .map(|p| p.join("."))
        .collect();
    let keys: Vec<&[&str]> = keys.iter().map(Vec::as_slice).collect();
    let edits = entry::remove_many(doc, &keys);
    Some(Try { name: format!("remove {keys:?}"), edits, wanted, removed, changed: Vec::new() })
}

fn has(tree: &mut Tree, path: &[String]) -> bool {
    let mut at: &Tree = tree;
    for key in path {
        match at {
            Tree::Map(map) => match map.get(key) {
                Some(below) => at = below,
                None => return false,
            },
            _ => return false,
        }
    }
    true
}

fn try_insert(source: &mut ByteSource<'_>, doc: &Document) -> Try {
    let tables: [&[&str]; 6] =
        [&["phases", "setup"], &["phases", "install"], &["phases", "build"], &["start"], &["variables"], &[]];
    let table = tables[source.below(tables.len())];
    let mut wanted = tree(doc);
    let behind = ["cmds", "nixPkgs", "absent"][source.below(3)];
    let after = source.one_in(2).then_some(behind);
    let full: Vec<&str> = table.iter().copied().chain(["added"]).collect();
    let word = source.pick(NEW);
    let edits = if source.one_in(2) {
        let values: Vec<String> =
            (0..source.below(7)).map(|i| format!("{word} {}", "x".repeat(i * 6))).collect();
        *wanted.at(&full) = Tree::List(values.iter().cloned().map(Tree::Text).collect());
        entry::insert_array(doc, table, "added", &values, after)
    } else {
        *wanted.at(&full) = Tree::Text(word.to_owned());
        entry::insert_string(doc, table, "added", word, after)
    };
    Try {
        name: format!("insert {table:?} {after:?}"),
        edits,
        wanted,
        removed: Vec::new(),
        changed: Vec::new(),
    }
}

fn try_string(source: &mut ByteSource<'_>, doc: &Document, all: &Paths) -> Option<Try> {
    let path = all.strings.get(source.below(all.strings.len()))?;
    let keys = strs(path);
    let node = doc.get(&keys).unwrap();
    let new = format!("{}{}", node.as_str().unwrap().decoded, source.pick(NEW));
    let mut wanted = tree(doc);
    *wanted.at(&keys) = Tree::Text(new.clone());
    let edits = string::set(doc, node, &new);
    let name = path.join(".");
    Some(Try { name: format!("set {name}"), edits, wanted, removed: Vec::new(), changed: vec![name] })
}

fn try_rename(source: &mut ByteSource<'_>, doc: &Document, all: &Paths) -> Option<Try> {
    let path = all.values.get(source.below(all.values.len()))?;
    let keys = strs(path);
    let (last, parents) = keys.split_last().unwrap();
    let mut wanted = tree(doc);
    let Tree::Map(map) = wanted.at(parents) else { panic!("no table") };
    let value = map.remove(*last).unwrap();
    map.insert("renamed".to_owned(), value);
    let edits = entry::rename_key(doc, &keys, "renamed");
    Some(Try { name: format!("rename {keys:?}"), edits, wanted, removed: Vec::new(), changed: Vec::new() })
}

/// Panics where a law is broken.
fn hold(drawn: &Drawn, doc: &Document, all: &Paths, tried: &Try, edits: &[Edit]) {
    let before = &drawn.text;
    let result = check(doc, edits).unwrap_or_else(|e| panic!("{}: {e}\n{before}", tried.name));
    let after = &result.text;
    let case = || format!("{}\n{before:?}\n{after:?}\n--- before\n{before}\n--- after\n{after}", tried.name);

    assert_eq!(tree(&result), tried.wanted, "values: {}", case());
    comments(drawn, tried, after, &case);
    for (path, span) in &all.leaves {
        let below = |of: &String| {
            path == of || path.starts_with(&format!("{of}[")) || path.starts_with(&format!("{of}."))
        };
        if tried.removed.iter().chain(&tried.changed).any(below) {
            continue;
        }
        let touches = edits.iter().find(|e| e.span.start < span.end && span.start < e.span.end);
        assert!(touches.is_none(), "{path} is kept but touched by {touches:?}: {}", case());
    }

    assert_eq!(before.starts_with('\u{feff}'), after.starts_with('\u{feff}'), "mark: {}", case());
    if !before.trim_matches(['\u{feff}', '\r', '\n']).is_empty()
        && !after.trim_start_matches('\u{feff}').is_empty()
    {
        assert_eq!(before.ends_with('\n'), after.ends_with('\n'), "final newline: {}", case());
    }
    let (crlf, all_lines) = (before.matches("\r\n").count(), before.matches('\n').count());
    let crlf_after = after.matches("\r\n").count();
    if crlf == 0 {
        assert_eq!(crlf_after, 0, "line endings: {}", case());
    } else if crlf == all_lines {
        assert_eq!(crlf_after, after.matches('\n').count(), "line endings: {}", case());
    }
    assert!(widest_blank(after) <= widest_blank(before).max(1), "blank lines: {}", case());
}

fn comments(drawn: &Drawn, tried: &Try, after: &str, case: &dyn Fn() -> String) {
    let gone = |owner: &String| {
        let below = |of: &String| {
            owner == of || owner.starts_with(&format!("{of}[")) || owner.starts_with(&format!("{of}."))
        };
        tried.removed.iter().any(below)
    };
    for (comment, owner) in &drawn.owners {
        let wanted = usize::from(!owner.as_ref().is_some_and(gone));
        assert_eq!(after.matches(comment.as_str()).count(), wanted, "{comment} of {owner:?}: {}", case());
    }
}

fn widest_blank(text: &str) -> usize {
    let mut widest = (0, 0);
    for line in text.trim_start_matches('\u{feff}').lines() {
        widest.1 = if line.trim().is_empty() { widest.1 + 1 } else { 0 };
        widest.0 = widest.0.max(widest.1);
    }
    widest.0
}

#[test]
fn intents_keep_the_laws() {
    let (drawn_count, accepted) = (Cell::new(0_u32), Cell::new(0_u32));
    let refusals = std::cell::RefCell::new(BTreeSet::new());
    #[allow(clippy::disallowed_methods, reason = "a test may be told how long to run")]
    let cases = std::env::var("LAWS_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(3000);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() };
    let tapes = proptest::collection::vec(any::<u8>(), 0..300);
    let result = TestRunner::new(config).run(
        &(tapes, proptest::collection::vec(any::<u8>(), 1..40)),
        |(file, intent)| {
            let drawn = draw(&mut ByteSource::new(&file));
            let doc = Document::parse("nixpacks.toml", FileKind::NixpacksToml, drawn.text.as_str())
                .unwrap_or_else(|e| panic!("drawn file: {e:?}\n{}", drawn.text));
            let all = paths(&doc);
            if let Some(tried) = attempt(&mut ByteSource::new(&intent), &doc, &all) {
                drawn_count.set(drawn_count.get() + 1);
                match &tried.edits {
                    Ok(edits) => {
                        accepted.set(accepted.get() + 1);
                        hold(&drawn, &doc, &all, &tried, edits);
                    }
                    Err(refusal) => {
                        // A refusal names a shape; a result that does not parse is a fault.
                        assert!(
                            !refusal.message.contains("would not"),
                            "{}: {refusal}\n{}",
                            tried.name,
                            drawn.text
                        );
                        refusals.borrow_mut().insert(refusal.message.clone());
                    }
                }
            }
            Ok(())
        },
    );
    result.unwrap_or_else(|e| panic!("{e}"));
    let (drawn_count, accepted) = (drawn_count.get(), accepted.get());
    assert!(
        accepted * 10 >= drawn_count * 3,
        "only {accepted} of {drawn_count} accepted: {:?}",
        refusals.borrow()
    );
    assert!(drawn_count * 2 >= cases, "only {drawn_count} intents drawn");
    #[expect(clippy::print_stdout, reason = "the rate is worth seeing when the laws are run by hand")]
    {
        println!("{accepted} of {drawn_count} accepted; refused: {:?}", refusals.borrow());
    }
}
