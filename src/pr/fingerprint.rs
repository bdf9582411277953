//! A short digest of what a repair is about: the same for the same problem, whatever else changes around it.

use crate::report::digest::digest;
use crate::report::{Examined, FixStatus, fix_status};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The fingerprint of the repair of `apps` on a branch: the rules, the files, and the text that is edited.
///
/// What is written is no part of it: a repair that a person declined is not proposed again because the tool
/// learned to write it better.
pub(crate) fn fingerprint(base: &str, apps: &[&Examined]) -> String {
    let mut parts = format!("{base}\n");
    for app in apps {
        let Ok(outcome) = &app.result else { continue };
        let _ = writeln!(parts, "app {:?}", app.home.shown);
        let fixed =
            outcome.findings.iter().filter(|finding| fix_status(outcome, finding) == FixStatus::Fixable);
        let rules: BTreeSet<&str> = fixed.map(|finding| finding.rule.id).collect();
        for rule in rules {
            let _ = writeln!(parts, "rule {rule}");
        }
        let applied = outcome.fixes.iter().filter(|fix| fix.applied);
        let edits: BTreeSet<_> = applied.flat_map(|fix| &fix.edits).collect();
        for edit in edits {
            let change = outcome.changes.iter().find(|change| change.path == edit.path);
            let text = change.and_then(|change| change.before.get(edit.edit.span.start..edit.edit.span.end));
            let _ = writeln!(parts, "edit {:?} {:?}", edit.path, text.unwrap_or_default());
        }
    }
    digest(parts.as_bytes())
}
