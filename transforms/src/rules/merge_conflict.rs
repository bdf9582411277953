use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::intent::syntax::conflict_markers;
use crate::plan::Place;

static INFO: RuleInfo = RuleInfo {
    id: "merge-conflict",
    summary: "a file has the markers of a merge conflict",
    docs: r#"## What it does
Finds `<<<<<<<`, `=======` and `>>>>>>>`, with which git marks the two sides of a merge conflict, in a deploy file.

## Why it fails
The markers are no TOML, JSON or YAML. Nixpacks and Railway cannot read the file and stop.

See also: https://git-scm.com/docs/git-merge#_how_conflicts_are_presented

## Example
```toml
[start]
<<<<<<< HEAD
cmd = "python main.py"
=======
cmd = "python stats.py"
>>>>>>> stats
```

## Fix
There is no automatic fix: only you know which side is to stay. Keep one of the two, delete the three lines of the markers, and commit the file.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let found = cx.model.broken.iter().filter_map(|broken| {
        let bytes = cx.app.read(&broken.path).ok()??;
        let lines = conflict_markers(&String::from_utf8_lossy(&bytes));
        if lines.is_empty() {
            return None;
        }
        let shown: Vec<String> = lines.iter().take(MOST_SHOWN).map(ToString::to_string).collect();
        let more = lines.len().saturating_sub(MOST_SHOWN);
        let and_more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("`{}` has the markers of a merge conflict", broken.path);
        let place = broken.span.map(|span| Place { path: broken.path.clone(), span });
        let found = match place {
            Some(place) => Found::place(place, Severity::Error, message),
            None => Found::app(Severity::Error, message),
        };
        Some(found.note(&format!(
            "the markers are on the lines {}{and_more}: keep one side of each conflict, and delete these lines",
            shown.join(", ")
        )))
    });
    found.collect()
}

/// The most lines that are named.
const MOST_SHOWN: usize = 12;
