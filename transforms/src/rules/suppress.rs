//! Comments that silence a rule: `# nixpacks-fix: ignore[rule, other] reason`, on the line of the
//! finding or on a line of its own above it.

use super::Finding;
use crate::context::Context;
use crate::text::LineIndex;
use std::collections::{BTreeMap, BTreeSet};

/// The mark that starts the list of rules.
const MARK: &str = "nixpacks-fix: ignore[";

/// Drops the silenced findings. Gives the rules of which none is left: their fixes are not made either.
pub(super) fn drop(cx: &Context<'_>, findings: &mut Vec<Finding>) -> BTreeSet<&'static str> {
    let mut silenced: BTreeSet<&'static str> = BTreeSet::new();
    let comments: BTreeMap<&str, BTreeMap<usize, Vec<&str>>> = cx
        .model
        .documents
        .iter()
        .filter(|doc| doc.text.contains(MARK))
        .map(|doc| (doc.path.as_str(), comments(&doc.text)))
        .collect();
    if comments.is_empty() {
        return silenced;
    }
    findings.retain(|finding| {
        let Some(place) = &finding.place else { return true };
        let Some((lines, doc)) = comments.get(place.path.as_str()).zip(cx.model.document(&place.path)) else {
            return true;
        };
        let line = LineIndex::new(&doc.text).position(place.span.start).line;
        let hit = lines.get(&line).is_some_and(|rules| rules.contains(&finding.rule.id));
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
    use super::comments;

    #[test]
    fn a_comment_speaks_for_its_line_or_the_next() {
        let text = "a = 1 # nixpacks-fix: ignore[x, y] because\n# nixpacks-fix: ignore[z]\nb = 2\n";
        let found = comments(text);
        assert_eq!(found.get(&1), Some(&vec!["x", "y"]));
        assert_eq!(found.get(&3), Some(&vec!["z"]));
        assert_eq!(found.len(), 2);
    }
}
