//! The Procfile, as the planner's YAML library reads it and as a layer.

use super::draft::{self, Draft, item};
use super::types::{Item, Origin, Place, Plan, PlanError, PlanErrorKind};
use crate::document::{Document, FileKind, Layout, ParseError, Table, Value};
use crate::text::Span;
use std::collections::BTreeMap;

/// Parses a Procfile. A file without a document is an empty map, and a tab doesn't indent.
pub(super) fn parse(path: String, text: String) -> Result<Document, ParseError> {
    if has_no_document(&text) {
        let root = Table::new(Layout::Yaml, Vec::new());
        return Ok(Document::new(path, FileKind::Procfile, text, root));
    }
    let document = Document::parse(path, FileKind::Procfile, text)?;
    for entry in &document.root.entries {
        let before = document.text.get(..entry.key.span.start).unwrap_or_default();
        let indent = before.rsplit('\n').next().unwrap_or_default();
        if indent.starts_with('\t') {
            let at = entry.key.span.start - indent.len();
            let message = "found character that cannot start any token".to_owned();
            return Err(ParseError { path: document.path, span: Some(Span::new(at, at + 1)), message });
        }
    }
    Ok(document)
}

fn has_no_document(yaml: &str) -> bool {
    let lines = yaml.trim_start_matches('\u{feff}').lines().map(str::trim);
    let mut lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.next().is_none_or(|line| line == "---") && lines.next().is_none()
}

/// The Procfile: `release` becomes a phase, and `web`, else `worker`, else the first by name starts.
pub(super) fn layer(document: &Document) -> Result<Plan, PlanError> {
    let mut commands: BTreeMap<&str, Item> = BTreeMap::new();
    for entry in &document.root.entries {
        let place = Place { path: document.path.clone(), span: entry.node.span };
        let Value::Str(cmd) = &entry.node.value else {
            let found = entry.node.type_name();
            let message =
                format!("Reading Procfile: {}: invalid type: {found}, expected a string", entry.key.name);
            return Err(PlanError { kind: PlanErrorKind::WrongType, message, place: Some(place) });
        };
        commands.insert(&entry.key.name, item(&Origin::Deploy(place), &cmd.decoded));
    }
    let mut plan = Plan::default();
    if let Some(cmd) = commands.remove("release") {
        let by = &cmd.origin;
        let mut release = Draft::new(by, "release");
        for phase in ["setup", "install", "build"] {
            release.after(phase);
        }
        release.cmd("...").cmd(&cmd.value);
        release.put(&mut plan);
    }
    let cmd = commands.remove("web").or_else(|| commands.remove("worker"));
    if let Some(cmd) = cmd.or_else(|| commands.into_values().next()) {
        draft::start(&mut plan, &cmd.origin, cmd.value);
    }
    Ok(plan)
}
