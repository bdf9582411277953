//! What is shown of a key: what it is for, and its value in the merged plan.

use super::documents::Documents;
use crate::report::text::escape;
use crate::report::{Examined, plan};
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position, Uri};
use nixpacks_transforms::document::schema::{self, Key, NIXPACKS, PHASE, START_PHASE};
use nixpacks_transforms::document::{Document, FileKind, Table, Value};
use nixpacks_transforms::text::{LineIndex, Span};
use std::fmt::Write as _;

/// Values that are listed at most.
const MOST_VALUES: usize = 20;

/// The text on the key at `position`, or on the one that holds the value there.
pub(super) fn hover(documents: &Documents, uri: &Uri, position: Position) -> Option<Hover> {
    let (open, examined) = documents.app(uri)?;
    let document = Document::parse(open.kind.name(), open.kind, open.text.as_str()).ok()?;
    let lines = LineIndex::new(open.text.as_str());
    let offset = documents.encoding.offset(&lines, position);
    let mut keys = Vec::new();
    let span = key_at(&document.root, offset, &mut keys)?;
    let (section, key, docs) = meaning(open.kind, &keys)?;
    let mut text = format!("`{}`", code(&keys.join(".")));
    if !docs.is_empty() {
        let _ = write!(text, "\n\n{docs}");
    }
    push_values(&mut text, examined, section, key);
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: text }),
        range: Some(documents.encoding.range(&lines, span)),
    })
}

/// The innermost key whose entry holds the byte, with its path.
fn key_at<'d>(table: &'d Table, offset: usize, keys: &mut Vec<&'d str>) -> Option<Span> {
    for entry in &table.entries {
        let (key, value) = (entry.key.span, entry.node.span);
        let below = matches!(entry.node.value, Value::Table(_));
        let depth = keys.len();
        keys.push(&entry.key.name);
        if let Value::Table(inner) = &entry.node.value
            && let Some(found) = key_at(inner, offset, keys)
        {
            return Some(found);
        }
        let holds = |span: Span| span.start <= offset && offset <= span.end;
        if holds(key) || (!below && holds(value)) {
            return Some(key);
        }
        keys.truncate(depth);
    }
    None
}

/// The section and the key of the plan that a key of a file decides, and what it is for.
fn meaning<'k>(kind: FileKind, keys: &[&'k str]) -> Option<(&'k str, &'k str, &'static str)> {
    let start = || Some((schema::START.name(), schema::START_CMD.name(), schema::START_CMD.docs));
    if kind == FileKind::Procfile {
        return matches!(keys, ["web" | "worker"]).then(start).flatten();
    }
    if FileKind::RAILWAY.contains(&kind) {
        let keys = if let [schema::RAILWAY_ENVIRONMENTS, _, own @ ..] = keys { own } else { keys };
        return match keys {
            keys if *keys == schema::RAILWAY_START_COMMAND => start(),
            keys if *keys == schema::RAILWAY_BUILD_COMMAND => Some(("build", "cmds", schema::CMDS.docs)),
            _ => None,
        };
    }
    let of = |keys: &'static [Key], name: &str| schema::find(keys, name);
    match keys {
        ["phases", phase, key] => of(PHASE, key).map(|key| (*phase, key.name(), key.docs)),
        ["start", key] => of(START_PHASE, key).map(|key| ("start", key.name(), key.docs)),
        ["variables", name] => Some((schema::VARIABLES.name(), name, "")),
        [key] => of(NIXPACKS, key).map(|key| ("", key.name(), key.docs)),
        _ => None,
    }
}

/// Adds the merged values. Of variables the value may be a secret, so only where it comes from.
fn push_values(text: &mut String, examined: &Examined, section: &str, key: &str) {
    let values = plan::values_of(examined, section, key);
    if values.is_empty() {
        return;
    }
    text.push_str("\n\nIn the build plan:\n");
    for (value, origin) in values.iter().take(MOST_VALUES) {
        let origin = escape(origin);
        if section == schema::VARIABLES.name() {
            let _ = write!(text, "\n- from {}", code(&origin));
        } else {
            let _ = write!(text, "\n- `{}` from {}", code(&escape(value)), code(&origin));
        }
    }
    if values.len() > MOST_VALUES {
        let _ = write!(text, "\n- and {} more", values.len() - MOST_VALUES);
    }
}

/// Text that cannot end a code span or begin a link.
fn code(text: &str) -> String {
    text.replace('`', "'").replace(['[', ']', '<'], "")
}
