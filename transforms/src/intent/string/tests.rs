#![allow(clippy::unwrap_used)]

use super::set_many;
use crate::document::{Document, FileKind, Node};
use crate::intent::{Refusal, check};

/// Gives every command of a Procfile the same new text.
fn set_all(before: &str, new: &str) -> Result<String, Refusal> {
    let doc = Document::parse("Procfile", FileKind::Procfile, before).unwrap();
    let strings: Vec<(&Node, &str)> = doc.root.entries.iter().map(|entry| (&entry.node, new)).collect();
    let edits: Vec<_> = set_many(&doc, &strings).into_iter().collect::<Result<_, _>>()?;
    assert_eq!(edits.len(), strings.len());
    let after = check(&doc, &edits.concat())?;
    for entry in &after.root.entries {
        assert_eq!(entry.node.as_str().unwrap().decoded, new);
    }
    Ok(after.text)
}

#[test]
fn changes_commands_on_lines_of_their_own_and_beside_each_other() {
    for (before, new, after) in [
        ("a: x\nb: x # c\n", "y", "a: y\nb: y # c\n"),
        ("a: x\nb: 'x'\nc: \"x\"\n", "y # z", "a: 'y # z'\nb: 'y # z'\nc: \"y # z\"\n"),
        ("a: x\n   x\nb: >-\n  x\n  x\n", "x y", "a: x\n   y\nb: >-\n  x\n  y\n"),
        // A comma ends a plain command between braces, and only there.
        ("{a: x, b: x}", "y, z", "{a: 'y, z', b: 'y, z'}"),
        ("a: x\nb: x\n", "y, z", "a: y, z\nb: y, z\n"),
    ] {
        assert_eq!(set_all(before, new).as_deref(), Ok(after), "{before}");
    }
}

#[test]
fn refuses_very_many_commands_that_share_a_line() {
    let entries: Vec<String> = (0..500).map(|at| format!("p{at}: x")).collect();
    let refused = set_all(&format!("{{{}}}", entries.join(", ")), "y, z").unwrap_err();
    assert!(refused.message.contains("write each command on a line of its own"), "{}", refused.message);
    assert!(set_all(&entries.join("\n"), "y, z").is_ok());
}
