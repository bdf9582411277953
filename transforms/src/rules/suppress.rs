//! Comments that silence a rule: `# nixpacks-fix: ignore[rule, other] reason`, on the line of the
//! finding or on a line of its own above it; what speaks for the line where a list opens or closes speaks
//! for the whole list, which edits may spread over several lines.

use super::unused_suppression::{self, Known, Useless};
use super::{Finding, RULES, RuleInfo};
use crate::context::Context;
use crate::document::{Document, Table, Value};
use crate::options::Selection;
use crate::plan::{Model, Place};
use crate::text::{LineIndex, Span};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// How a comment for this tool begins.
const MARK: &str = "nixpacks-fix:";

/// A rule that a comment names.
struct Ignored<'t> {
    rule: &'t str,
    span: Span,
    used: Cell<bool>,
}

/// What the comments of a file say.
struct Comments<'t> {
    /// By the line that they speak for.
    rules: BTreeMap<usize, Vec<Ignored<'t>>>,
    /// Those that cannot be understood.
    malformed: Vec<Span>,
    lines: LineIndex<'t>,
    /// The lists by their keys' first bytes, with their brackets' last ones.
    lists: BTreeMap<usize, usize>,
}

impl<'t> Comments<'t> {
    fn new(doc: &'t Document) -> Self {
        let mut lists = BTreeMap::new();
        add_lists(&doc.root, &mut lists);
        Self { lists, ..Self::of_text(&doc.text) }
    }

    /// Those of a file without lists.
    fn of_text(text: &'t str) -> Self {
        let (rules, malformed) = comments(text);
        Self { rules, malformed, lines: LineIndex::new(text), lists: BTreeMap::new() }
    }

    /// Whether they are silent about a rule at the place that starts here.
    fn silence(&self, rule: &str, start: usize) -> bool {
        let list = self.lists.range(..=start).next_back().filter(|(_, end)| start < **end);
        let places = std::iter::once(start).chain(list.into_iter().flat_map(|(key, end)| [*key, end - 1]));
        let mut silent = false;
        for line in places.map(|at| self.lines.position(at).line) {
            let named = self.rules.get(&line).into_iter().flatten().filter(|ignored| ignored.rule == rule);
            for ignored in named {
                ignored.used.set(true);
                silent = true;
            }
        }
        silent
    }

    /// What of them has no effect.
    fn useless(&self) -> impl Iterator<Item = (Span, Useless<'t>)> {
        let unused = self.rules.values().flatten().filter(|ignored| !ignored.used.get());
        let unused = unused.map(|ignored| (ignored.span, Useless::Rule(ignored.rule)));
        unused.chain(self.malformed.iter().map(|span| (*span, Useless::Malformed)))
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

/// What comments did.
#[derive(Default)]
pub(super) struct Suppressed {
    /// The rules of which no finding is left: their fixes are not made either.
    pub(super) rules: BTreeSet<&'static str>,
    /// How many findings are left out.
    pub(super) count: usize,
}

/// Drops the silenced findings, and adds those about comments without effect.
pub(super) fn drop(cx: &Context<'_>, findings: &mut Vec<Finding>) -> Suppressed {
    let selection = &cx.options.rules;
    let known = Known { selection, rules: RULES, others: &selection.others };
    let files = cx.model.documents.iter().filter(|doc| doc.text.contains(MARK));
    let files = files.map(|doc| (doc.path.as_str(), Comments::new(doc))).collect();
    drop_in(&files, &known, findings)
}

/// The same for the findings of another check, with rules of its own, about the files of `model` and about other
/// `texts`, each by its path. Gives back how many are left out.
pub fn suppress(
    findings: &mut Vec<Finding>,
    (model, texts): (&Model, &BTreeMap<String, String>),
    selection: &Selection,
    rules: &[&'static RuleInfo],
) -> usize {
    let others: Vec<&'static str> = RULES.iter().map(|rule| rule.id).collect();
    let known = Known { selection, rules, others: &others };
    let texts = texts.iter().filter(|(_, text)| text.contains(MARK));
    let mut files: BTreeMap<&str, Comments<'_>> =
        texts.map(|(path, text)| (path.as_str(), Comments::of_text(text))).collect();
    let documents = model.documents.iter().filter(|doc| doc.text.contains(MARK));
    files.extend(documents.map(|doc| (doc.path.as_str(), Comments::new(doc))));
    drop_in(&files, &known, findings).count
}

fn drop_in(
    files: &BTreeMap<&str, Comments<'_>>,
    known: &Known<'_>,
    findings: &mut Vec<Finding>,
) -> Suppressed {
    let mut silenced: BTreeSet<&'static str> = BTreeSet::new();
    let before = findings.len();
    if files.is_empty() {
        return Suppressed::default();
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
    let count = before - findings.len();
    for (path, comments) in files {
        let place = |span| Place { path: (*path).to_owned(), span };
        let found = comments.useless().map(|(span, useless)| (place(span), useless));
        findings.extend(unused_suppression::findings(known, found));
    }
    Suppressed { rules: silenced, count }
}

/// The rules that each line is silent about, and the comments that cannot be understood.
fn comments(text: &str) -> (BTreeMap<usize, Vec<Ignored<'_>>>, Vec<Span>) {
    let mut found: BTreeMap<usize, Vec<Ignored<'_>>> = BTreeMap::new();
    let mut malformed = Vec::new();
    let mut start = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let at = start;
        start += line.len();
        let Some((before, after)) = line.split_once(MARK) else { continue };
        let Some((code, comment)) = before.rsplit_once('#') else { continue };
        // Ex) `# see https://example.com/nixpacks-fix: …` is no comment for this tool
        if !comment.trim().is_empty() {
            continue;
        }
        let rules = after.trim_start().strip_prefix("ignore[").and_then(|rest| rest.split_once(']'));
        let Some((rules, _)) = rules.filter(|(rules, _)| !rules.trim().is_empty()) else {
            let from = at + before.len();
            malformed.push(Span::new(from, from + MARK.len() + after.trim_end().len()));
            continue;
        };
        let target = if code.trim().is_empty() { number + 1 } else { number };
        let mut from = at + before.len() + MARK.len() + after.find('[').map_or(0, |bracket| bracket + 1);
        for part in rules.split(',') {
            let rule = part.trim();
            let start = from + (part.len() - part.trim_start().len());
            let span = Span::new(start, start + rule.len());
            found.entry(target).or_default().push(Ignored { rule, span, used: Cell::new(false) });
            from += part.len() + 1;
        }
    }
    (found, malformed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{Comments, comments};
    use crate::document::{Document, FileKind};

    #[test]
    fn a_comment_speaks_for_its_line_or_the_next() {
        let text = "a = 1 # nixpacks-fix: ignore[x, y] because\n# nixpacks-fix: ignore[z]\nb = 2\n";
        let (found, malformed) = comments(text);
        let at = |line: usize| -> Vec<&str> {
            found.get(&line).into_iter().flatten().map(|ignored| ignored.span.of(text)).collect()
        };
        assert_eq!((at(1), at(3)), (vec!["x", "y"], vec!["z"]));
        assert_eq!((found.len(), malformed.len()), (2, 0));
    }

    #[test]
    fn what_is_no_list_of_rules_is_malformed() {
        for (text, want) in [
            ("a = 1 # nixpacks-fix: ignore venv\n", Some("nixpacks-fix: ignore venv")),
            ("# nixpacks-fix: ignore[]", Some("nixpacks-fix: ignore[]")),
            ("# nixpacks-fix: ignore[x", Some("nixpacks-fix: ignore[x")),
            ("# done by nixpacks-fix: ignore it\n", None),
            ("a = 'nixpacks-fix: ignore'\n", None),
        ] {
            let (_, malformed) = comments(text);
            assert_eq!(malformed.first().map(|span| span.of(text)), want, "{text}");
        }
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
