#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::array::{Slot, rewrite};
use super::check;
use crate::document::{Document, FileKind};

fn run(kind: FileKind, keys: &[&str], text: &str, slots: &[Slot]) -> String {
    let doc = Document::parse("f", kind, text).unwrap();
    let edits = rewrite(&doc, keys, slots).unwrap_or_else(|e| panic!("{text:?}: {e}"));
    let after = check(&doc, &edits).unwrap();
    // The value is the one asked for.
    let old = doc.get(keys).unwrap().as_array().unwrap();
    let wanted: Vec<String> = slots
        .iter()
        .map(|slot| match slot {
            Slot::Keep(i) => old.elements[*i].as_str().unwrap().decoded.clone(),
            Slot::Change(_, new) | Slot::New(new) | Slot::Moved(_, new) | Slot::Joined(_, _, new) => {
                new.clone()
            }
        })
        .collect();
    let new = after.get(keys).unwrap().as_array().unwrap();
    let got: Vec<String> = new.elements.iter().map(|e| e.as_str().unwrap().decoded.clone()).collect();
    assert_eq!(got, wanted, "{text:?} -> {:?}", after.text);
    after.text
}

fn slots(spec: &str) -> Vec<Slot> {
    let each = spec.split_whitespace().map(|word| match word.split_once('=') {
        Some((index, new)) => Slot::Change(index.parse().unwrap(), new.replace('_', " ")),
        None => word.parse().map_or_else(|_| Slot::New(word.replace('_', " ")), Slot::Keep),
    });
    each.collect()
}

/// Before, what the array shall hold, after. `~` stands for a line break.
fn table(rows: &[(&str, &str, &str)]) {
    for (before, spec, after) in rows {
        for eol in ["\n", "\r\n"] {
            let text = before.replace('~', eol);
            let got = run(FileKind::NixpacksToml, &["a"], &text, &slots(spec));
            assert_eq!(got, after.replace('~', eol), "{before} with `{spec}`");
        }
    }
}

#[test]
fn keeps_a_list_on_its_line() {
    table(&[
        ("a = ['x', 'pip', 'y'] # c~", "0 2", "a = ['x', 'y'] # c~"),
        ("a = ['pip', 'x']", "1", "a = ['x']"),
        ("a = ['x', 'pip']", "0", "a = ['x']"),
        ("a = [ 'x' , 'pip' ]", "0", "a = [ 'x' ]"),
        ("a = [ 'pip', 'x' ]", "1", "a = [ 'x' ]"),
        ("a = ['x', 'pip',]", "0", "a = ['x',]"),
        ("a = ['x','pip','y','z']", "0 3", "a = ['x','z']"),
        ("a = [ 'x' ]", "", "a = []"),
        ("a = []", "n", "a = [\"n\"]"),
        ("a = ['x']", "0 n", "a = ['x', 'n']"),
        ("a = ['x',]", "0 n m", "a = ['x', 'n', 'm',]"),
        ("a = ['x','y']", "n 0 1", "a = ['n','x','y']"),
        ("a = ['x', 'y']", "0 n 1", "a = ['x', 'n', 'y']"),
        ("a = ['x', 'pip', 'y']", "0 n m 2", "a = ['x', 'n', 'm', 'y']"),
        ("a = ['x', 'pip']", "n", "a = ['n']"),
        ("a = [\"x\"]", "0=xyz", "a = [\"xyz\"]"),
        ("a = ['it']", "0=it's", "a = [\"it's\"]"),
        ("a = ['''~it~''']", "0=its", "a = ['''~its''']"),
    ]);
}

#[test]
fn removes_whole_lines_with_the_comments_they_own() {
    table(&[
        (
            "a = [~    'x', # interpreter~    # pip is needed~    'pip', # broken!~    'gcc'~]",
            "0 2",
            "a = [~    'x', # interpreter~    'gcc'~]",
        ),
        ("a = [~  'x',~  'pip',~]~", "0", "a = [~  'x',~]~"),
        ("a = [~  'x',~  'pip'~]~", "0", "a = [~  'x'~]~"),
        ("a = [~  'x', # c~  'pip'~]~", "0", "a = [~  'x' # c~]~"),
        ("a = [~  'x',~  # loose~~  'pip',~]~", "0", "a = [~  'x',~  # loose~]~"),
        ("a = [~  'pip',~~  'x',~]~", "1", "a = [~  'x',~]~"),
        ("a = [~  'x',~~  'pip',~~  'y',~]~", "0 2", "a = [~  'x',~~  'y',~]~"),
        ("a = [~  # all~  'pip', # p~  'x', # x~]~", "", "a = []~"),
        ("a = [~  # loose~~  'pip', # p~]~", "", "a = [~  # loose~]~"),
        ("a = [~  'pip',~~  # loose~~  'wheel',~  'x',~]~", "2", "a = [~  # loose~~  'x',~]~"),
    ]);
}

#[test]
fn follows_brackets_that_share_a_line_with_an_element() {
    table(&[
        ("a = ['pip',~     'x',~     'y']", "1 2", "a = ['x',~     'y']"),
        ("a = ['x',~     'y',~     'pip']", "0 1", "a = ['x',~     'y']"),
        ("a = ['x', # c~     'pip']", "0", "a = ['x' # c~]"),
        ("a = ['x',~     'y']", "0 1 n", "a = ['x',~     'y',~     'n']"),
        ("a = ['pip', # c~     # about x~     'x']", "1", "a = [~     # about x~     'x']"),
        ("a = [~  'x', 'pip', # both~  'y'~]", "0 2", "a = [~  'x',~  'y'~]"),
        ("a = [~  # about~  'pip', 'x',~]", "1", "a = [~  'x',~]"),
    ]);
}

#[test]
fn adds_lines_as_the_neighbours_are() {
    table(&[
        ("a = [~\t'x', # c~]~", "0 n", "a = [~\t'x', # c~\t'n',~]~"),
        ("a = [~  'x' # c~]~", "0 n", "a = [~  'x', # c~  'n'~]~"),
        ("a = [~  # about~  'x'~]~", "n 0", "a = [~  'n',~  # about~  'x'~]~"),
        ("a = [~  'pip', # p~  'x',~]~", "n 1", "a = [~  'n',~  'x',~]~"),
        ("a = [~  'pip'~]~", "n m", "a = [~  'n',~  'm'~]~"),
        ("a = [~  'x', 'y',~]~", "0 n 1", "a = [~  'x', 'n', 'y',~]~"),
        ("a = [~]~", "n", "a = [~    \"n\",~]~"),
    ]);
}

#[test]
fn unfolds_a_line_that_no_longer_fits() {
    let long = "x".repeat(60);
    table(&[(
        &format!("a = ['{long}', 'pip'] # c~"),
        &format!("0 {long}"),
        &format!("a = [~    '{long}',~    '{long}',~] # c~"),
    )]);
}

#[test]
fn follows_json() {
    let rows = [
        ("{\"a\": [\"x\", \"pip\"]}", "0", "{\"a\": [\"x\"]}"),
        (
            "{\n  \"a\": [\n    \"x\",\n    \"pip\"\n  ]\n}",
            "0 n",
            "{\n  \"a\": [\n    \"x\",\n    \"n\"\n  ]\n}",
        ),
        ("{\n  \"a\": [\n    \"pip\",\n    \"x\"\n  ]\n}", "1", "{\n  \"a\": [\n    \"x\"\n  ]\n}"),
        ("{\n  \"a\": [\n    \"x\",\n    \"pip\"\n  ]\n}", "0", "{\n  \"a\": [\n    \"x\"\n  ]\n}"),
        ("{\"a\": [\"a\\u0041b\"]}", "0=aAc", "{\"a\": [\"a\\u0041c\"]}"),
    ];
    for (before, spec, after) in rows {
        assert_eq!(run(FileKind::NixpacksJson, &["a"], before, &slots(spec)), after);
    }
}

#[test]
fn refuses_what_it_does_not_follow() {
    for (text, keys, spec) in [
        ("a = [\n 'x'\n , 'y']", "a", "0"),
        ("a = 'x'", "a", ""),
        ("a = [1]", "a", "0=x"),
        ("a = ['x', 'y']", "a", "1 0"),
        ("a = ['x']", "a", "1"),
        ("a = ['x']", "b", "0"),
        ("[[a]]\nx = 1", "a", ""),
    ] {
        let doc = Document::parse("f", FileKind::NixpacksToml, text).unwrap();
        assert!(rewrite(&doc, &[keys], &slots(spec)).is_err(), "{text:?}");
    }
}
