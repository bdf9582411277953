use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::options::Selection;
use crate::plan::Place;

static INFO: RuleInfo = RuleInfo {
    id: "unused-suppression",
    summary: "a comment that silences a rule has no effect",
    docs: r#"## What it does
Finds comments such as `# nixpacks-fix: ignore[rule]` that silence nothing: the rule finds nothing there, no rule has that name, or the comment has no list of rules.

## Why it fails
A comment without effect hides nothing today, and may hide a problem of tomorrow that nobody meant.

## Example
```toml
[start]
cmd = "python main.py" # nixpacks-fix: ignore[venv-of-path]
```

## Fix
There is no automatic fix. Remove the name from the comment, or correct it.
"#,
};

// What it speaks of is known only once all other rules have spoken.
pub(super) static RULE: Rule = Rule { info: &INFO, check: |_| Vec::new(), fix: RuleFix::None };

/// What has no effect.
pub(super) enum Useless<'t> {
    /// The name of a rule in a comment.
    Rule(&'t str),
    /// A whole comment.
    Malformed,
}

/// The rules that a comment may name.
pub(super) struct Known<'k> {
    /// Those that take part.
    pub(super) selection: &'k Selection,
    /// Those of this check.
    pub(super) rules: &'k [&'static RuleInfo],
    /// Ids of the others.
    pub(super) others: &'k [&'static str],
}

/// The findings about comments without effect.
pub(super) fn findings<'t>(
    known: &Known<'_>,
    useless: impl Iterator<Item = (Place, Useless<'t>)>,
) -> Vec<Finding> {
    if !known.selection.has(INFO.id) {
        return Vec::new();
    }
    let found = useless.filter_map(|(place, useless)| {
        let (message, label) = match useless {
            Useless::Malformed => {
                ("this comment silences nothing".to_owned(), "write `nixpacks-fix: ignore[rule]`".to_owned())
            }
            Useless::Rule(name) if known.others.contains(&name) => return None,
            Useless::Rule(name) if known.rules.iter().any(|rule| rule.id == name) => {
                // A rule that takes no part finds nothing anywhere.
                if !known.selection.has(name) {
                    return None;
                }
                (format!("`{name}` finds nothing here"), "has no effect".to_owned())
            }
            Useless::Rule(name) => {
                let ids = known.rules.iter().map(|rule| rule.id).chain(known.others.iter().copied());
                let near = ids.map(|id| (strsim::osa_distance(id, name), id)).min();
                let near = near.filter(|(far, _)| *far <= name.len().min(64) / 3);
                let label = near.map_or(String::new(), |(_, near)| format!("did you mean `{near}`?"));
                (format!("there is no rule `{name}`"), label)
            }
        };
        Some(Found::place(place, Severity::Warning, message).label(&label).by(&INFO))
    });
    found.collect()
}
