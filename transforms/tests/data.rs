//! The tables in `data/`: what the program relies on when it looks a name up in one.

#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

use std::fs;
use std::path::Path;

/// What is wrong with a table, line by line.
fn faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !["# ", "# Source: ", "# A row: "].iter().all(|said| text.lines().any(|line| line.starts_with(said))) {
        faults.push("the comment at its head has to say what it is, `Source:` and `A row:`".to_owned());
    }
    let mut rows = text.lines().enumerate().skip_while(|(_, line)| line.starts_with('#')).peekable();
    let columns = rows.peek().map_or(0, |(_, row)| row.split('\t').count());
    let mut before = "";
    for (at, row) in rows {
        let name = row.split('\t').next().unwrap();
        let mut wrong = |what: &str| faults.push(format!("line {}: `{name}` {what}", at + 1));
        if name <= before {
            wrong(if name == before { "stands here twice" } else { "is not in its place by its bytes" });
        }
        if row.starts_with('#') {
            wrong("is a comment between rows");
        }
        if row.split('\t').count() != columns {
            wrong("has another number of columns than the first row");
        }
        if row.split(['\t', ' ']).any(str::is_empty) {
            wrong("has an empty column or two spaces");
        }
        before = name;
    }
    if columns == 0 || !text.ends_with('\n') {
        faults.push("it has no row, or its last one does not end".to_owned());
    }
    faults
}

#[test]
fn every_table_is_sorted_has_no_duplicates_and_is_loaded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    check(root);
    check(&root.join("../railpack"));
}

/// Checks the tables of a crate.
fn check(root: &Path) {
    let loader = fs::read_to_string(root.join("src/tables.rs")).unwrap();
    let mut found = 0;
    for entry in fs::read_dir(root.join("data")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let faults = faults(&fs::read_to_string(&path).unwrap());
        assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
        assert!(loader.contains(&format!("../data/{name}\"")), "src/tables.rs does not load {name}");
        found += 1;
    }
    assert_eq!(found, loader.matches("include_str!").count());
}

#[test]
fn finds_what_is_wrong_with_a_table() {
    let head = "# Names.\n# Source: here.\n# A row: the name, a tab, a word.\n";
    assert!(faults(&format!("{head}a\tb\nc\td e\n")).is_empty());
    for rows in [
        "b\tx\na\ty\n",
        "a\tx\na\ty\n",
        "a\tx\nb\n",
        "a\tx \n",
        "a\tx\n# b\tx\n",
        "a\tx\n\nb\tx\n",
        "a\tx",
        "",
    ] {
        assert!(!faults(&format!("{head}{rows}")).is_empty(), "{rows:?}");
    }
    assert!(!faults("# Names.\na\tb\n").is_empty());
}
