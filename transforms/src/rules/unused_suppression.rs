use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{Finding, RULES, RuleInfo, Severity};
use crate::context::Context;
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

/// The findings about comments without effect.
pub(super) fn findings<'t>(
    cx: &Context<'_>,
    useless: impl Iterator<Item = (Place, Useless<'t>)>,
) -> Vec<Finding> {
    if !cx.has(INFO.id) {
        return Vec::new();
    }
    let found = useless.filter_map(|(place, useless)| {
        let (message, label) = match useless {
            Useless::Malformed => {
                ("this comment silences nothing".to_owned(), "write `nixpacks-fix: ignore[rule]`".to_owned())
            }
            Useless::Rule(name) if RULES.iter().any(|rule| rule.id == name) => {
                // A rule that takes no part finds nothing anywhere.
                if !cx.has(name) {
                    return None;
                }
                (format!("`{name}` finds nothing here"), "has no effect".to_owned())
            }
            Useless::Rule(name) => {
                let near = RULES.iter().map(|rule| (strsim::osa_distance(rule.id, name), rule.id)).min();
                let near = near.filter(|(far, _)| *far <= name.len().min(64) / 3);
                let label = near.map_or(String::new(), |(_, near)| format!("did you mean `{near}`?"));
                (format!("there is no rule `{name}`"), label)
            }
        };
        Some(Found::place(place, Severity::Warning, message).label(&label).by(&INFO))
    });
    found.collect()
}
