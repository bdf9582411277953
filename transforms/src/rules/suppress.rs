//! Comments that silence a rule: `# nixpacks-fix: ignore[rule, other] reason`, on the line of the
//! finding or on a line of its own above it; what speaks for the line where a list opens or closes speaks
//! for the whole list, which edits may spread over several lines.

use super::Finding;
use crate::context::Context;
use crate::document::{Document, Table, Value};
use crate::text::LineIndex;
use std::collections::{BTreeMap, BTreeSet};

/// The mark that starts the list of rules.
const MARK: &str = "nixpacks-fix: ignore[";

/// What the comments of a file say.
struct Comments<'t> {
    rules: BTreeMap<usize, Vec<&'t str>>,
    lines: LineIndex<'t>,
    /// The lists by their keys' first bytes, with their brackets' last ones.
    lists: BTreeMap<usize, usize>,
}

impl<'t> Comments<'t> {
    fn new(doc: &'t Document) -> Self {
        let mut lists = BTreeMap::new();
        add_lists(&doc.root, &mut lists);
        Self { rules: comments(&doc.text), lines: LineIndex::new(&doc.text), lists }
    }

    /// Whether they are silent about a rule at the place that starts here.
    fn silence(&self, rule: &str, start: usize) -> bool {
        let list = self.lists.range(..=start).next_back().filter(|(_, end)| start < **end);
        let places = std::iter::once(start).chain(list.into_iter().flat_map(|(key, end)| [*key, end - 1]));
        places
            .map(|at| self.lines.position(at).line)
            .any(|line| self.rules.get(&line).is_some_and(|rules| rules.contains(&rule)))
    }
}

fn add_lists(table: &Table, lists: &mut BTreeMap<usize, usize>) {
    for entry in &table.entries {
        match &entry.node.value {
            Value::Array(array) if !array.of_tables => {
                lists.insert(entry.key.span.start, entry.node.span.end);
            }
            Value::Table(below) => add_lists(below, lists),
            _ => {}
        }
    }
}

/// Drops the silenced findings. Gives the rules of which none is left: their fixes are not made either.
pub(super) fn drop(cx: &Context<'_>, findings: &mut Vec<Finding>) -> BTreeSet<&'static str> {
    let mut silenced: BTreeSet<&'static str> = BTreeSet::new();
    let files = cx.model.documents.iter().filter(|doc| doc.text.contains(MARK));
    let files: BTreeMap<&str, Comments<'_>> =
        files.map(|doc| (doc.path.as_str(), Comments::new(doc))).collect();
    if files.is_empty() {
        return silenced;
    }
    findings.retain(|finding| {
        let Some(place) = &finding.place else { return true };
        let hit = files
            .get(place.path.as_str())
            .is_some_and(|comments| comments.silence(finding.rule.id, place.span.start));
        if hit {
            silenced.insert(finding.rule.id);
        }
        !hit
    });
    silenced.retain(|id| !findings.iter().any(|finding| finding.rule.id == *id));
    silenced
}

/// The rules that each line is silent about.
fn comments(text: &str) -> BTreeMap<usize, Vec<&str>> {
    let mut found: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()) {
        let Some((before, after)) = line.split_once(MARK) else { continue };
        let (Some((code, _)), Some((rules, _))) = (before.rsplit_once('#'), after.split_once(']')) else {
            continue;
        };
        let target = if code.trim().is_empty() { number + 1 } else { number };
        found.entry(target).or_default().extend(rules.split(',').map(str::trim));
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Comments, comments};
    use crate::document::{Document, FileKind};

    #[test]
    fn a_comment_speaks_for_its_line_or_the_next() {
        let text = "a = 1 # nixpacks-fix: ignore[x, y] because\n# nixpacks-fix: ignore[z]\nb = 2\n";
        let found = comments(text);
        assert_eq!(found.get(&1), Some(&vec!["x", "y"]));
        assert_eq!(found.get(&3), Some(&vec!["z"]));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn at_the_first_or_last_line_of_a_list_it_speaks_for_the_list() {
        let list = "a = [\n  'x',\n  'y', # nixpacks-fix: ignore[r]\n  'z',\n";
        for (text, silent) in [
            (format!("# nixpacks-fix: ignore[q]\n{list}]\nb = ['w']\n"), [true, true, true, false]),
            (format!("{list}] # nixpacks-fix: ignore[q]\nb = ['w']\n"), [true, true, true, false]),
            (format!("{list}]\nb = ['w'] # nixpacks-fix: ignore[q]\n"), [false, false, false, true]),
        ] {
            let doc = Document::parse("nixpacks.toml", FileKind::NixpacksToml, text.as_str()).unwrap();
            let comments = Comments::new(&doc);
            let at = |word: &str| text.find(word).unwrap();
            let found = ["'x'", "'y'", "'z'", "'w'"].map(|word| comments.silence("q", at(word)));
            assert_eq!(found, silent, "{text}");
            let found = ["'x'", "'y'", "'z'", "'w'"].map(|word| comments.silence("r", at(word)));
            assert_eq!(found, [false, true, false, false], "{text}");
        }
    }
}
