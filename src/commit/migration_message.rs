//! What the commit of a migration to Railpack says. It has no word of the app: a forge would follow what stands there.

use super::message::Message;
use crate::report::railpack::Moved;
use nixpacks_railpack::findings::findings;
use std::collections::BTreeMap;

/// What every subject starts with.
pub(crate) const START: &str = "build: prepare the move ";

/// The message for what was changed in `apps`.
pub(crate) fn message(apps: &[&Moved]) -> Message {
    let mut paragraphs = paragraphs(apps).into_iter();
    let subject = paragraphs.next().unwrap_or_default();
    Message { subject, body: paragraphs.collect::<Vec<_>>().join("\n\n") }
}

/// The same, a paragraph each.
pub(crate) fn paragraphs(apps: &[&Moved]) -> Vec<String> {
    let changed: Vec<&Moved> = apps.iter().copied().filter(|app| !app.changes.is_empty()).collect();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in changed.iter().flat_map(|app| findings(&app.migration)).filter(|finding| finding.is_kept) {
        *kinds.entry(finding.rule.id).or_default() += 1;
    }
    let kinds: Vec<String> = kinds.into_iter().map(|(kind, number)| format!("- {kind}: {number}")).collect();
    let of = if changed.len() > 1 { format!("of {} apps ", changed.len()) } else { String::new() };
    vec![
        format!("{START}{of}from Nixpacks to Railpack"),
        "Railpack reads nothing of the files of Nixpacks. Without this change, a\nswitch of the builder would lose:"
            .to_owned(),
        kinds.join("\n"),
        "Nixpacks ignores railpack.json. Predicted, not built.".to_owned(),
    ]
}
