//! Findings as diagnostics, and fixes as code actions.

use super::documents::{Documents, Open, path_of, uri_of};
use super::positions::Encoding;
use crate::report::text::escape;
use crate::report::{Examined, FixStatus, fix_status, rule_docs};
use lsp_types::{
    CodeAction, CodeActionKind, CodeDescription, CreateFile, CreateFileOptions, Diagnostic,
    DiagnosticSeverity, DiagnosticTag, DocumentChangeOperation, DocumentChanges, NumberOrString, OneOf,
    OptionalVersionedTextDocumentIdentifier, Position, Range, ResourceOp, TextDocumentEdit, TextEdit, Uri,
    WorkspaceEdit,
};
use nixpacks_transforms::edit::Edit;
use nixpacks_transforms::engine::{Applicability, Finding, Outcome};
use nixpacks_transforms::rules::Severity;
use nixpacks_transforms::text::LineIndex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::str::FromStr as _;

/// The name that is shown beside each problem.
const SOURCE: &str = "nixpacks-fix";
/// All fixes of a file at once, as an editor may be told to make them when it saves.
pub(super) const FIX_ALL: &str = "source.fixAll.nixpacks-fix";

/// The diagnostics of an open file.
pub(super) fn diagnostics(open: &Open, examined: &Examined, encoding: Encoding) -> Vec<Diagnostic> {
    let Ok(outcome) = &examined.result else { return Vec::new() };
    let lines = LineIndex::new(open.text.as_str());
    let name = open.kind.name();
    let mut found = Vec::new();
    for finding in &outcome.findings {
        if !belongs(finding, open, examined) {
            continue;
        }
        found.push(diagnostic(finding, range(finding, &lines, name, encoding)));
    }
    for broken in outcome.broken.iter().filter(|broken| broken.path == name) {
        // A rule says it too where Nixpacks reads the file.
        if !outcome.findings.iter().any(|finding| finding.message.ends_with(&broken.message)) {
            let range = broken.span.map_or_else(Range::default, |span| encoding.range(&lines, span));
            found.push(failure(range, escape(&broken.message)));
        }
    }
    for error in &outcome.unread {
        found.push(failure(
            Range::default(),
            format!("failed to read `{}`: {}", escape(&error.path), error.message),
        ));
    }
    found
}

/// What is said where the app could not be looked at.
pub(super) fn failure(range: Range, message: String) -> Diagnostic {
    Diagnostic {
        range,
        severity: Some(DiagnosticSeverity::ERROR),
        source: Some(SOURCE.to_owned()),
        message,
        ..Diagnostic::default()
    }
}

/// A finding without a place, or in a file that no editor shows, is told in the first file that is there.
fn belongs(finding: &Finding, open: &Open, examined: &Examined) -> bool {
    match &finding.place {
        Some(place) if place.path == open.kind.name() => true,
        Some(place) if examined.texts.get(&place.path).is_some() => false,
        _ => {
            let first = nixpacks_transforms::document::FileKind::ALL;
            let first = first.into_iter().find(|kind| examined.texts.get(kind.name()).is_some());
            first.is_none_or(|first| first == open.kind)
        }
    }
}

fn range(finding: &Finding, lines: &LineIndex<'_>, name: &str, encoding: Encoding) -> Range {
    match finding.place.as_ref().filter(|place| place.path == name) {
        Some(place) => encoding.range(lines, place.span),
        None => Range { start: Position::default(), end: Position::default() },
    }
}

fn diagnostic(finding: &Finding, range: Range) -> Diagnostic {
    let mut message = escape(&finding.message);
    for part in std::iter::once(&finding.label).chain(&finding.notes).filter(|part| !part.is_empty()) {
        message.push('\n');
        message.push_str(&escape(part));
    }
    let unused = finding.label == "has no effect";
    Diagnostic {
        range,
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.rule.id.to_owned())),
        code_description: Uri::from_str(&rule_docs::page(finding.rule))
            .ok()
            .map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message,
        tags: unused.then(|| vec![DiagnosticTag::UNNECESSARY]),
        ..Diagnostic::default()
    }
}

/// What a client can do with an edit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Abilities {
    /// It takes edits of a version of a document.
    pub(super) document_changes: bool,
    /// It can make a file.
    pub(super) create: bool,
}

/// The fixes of the findings that touch `range`, and all of the app's at once.
pub(super) fn actions(
    documents: &Documents,
    uri: &Uri,
    range: Range,
    wanted: Option<&[CodeActionKind]>,
    abilities: Abilities,
) -> Vec<CodeAction> {
    let Some((open, examined)) = documents.app(uri) else { return Vec::new() };
    let Ok(outcome) = &examined.result else { return Vec::new() };
    let Some(dir) = path_of(uri).and_then(|path| Some(path.parent()?.to_owned())) else { return Vec::new() };
    let edits =
        |edits: &BTreeMap<&str, Vec<&Edit>>| workspace_edit(documents, &dir, examined, edits, abilities);
    let mut actions = Vec::new();
    if is_wanted(wanted, &CodeActionKind::QUICKFIX) {
        let lines = LineIndex::new(open.text.as_str());
        let mut done = BTreeSet::new();
        for finding in outcome.findings.iter().filter(|finding| belongs(finding, open, examined)) {
            let at = self::range(finding, &lines, open.kind.name(), documents.encoding);
            let touches = at.start <= range.end && range.start <= at.end;
            let Some((index, fix)) = finding.fix.and_then(|index| Some((index, outcome.fixes.get(index)?)))
            else {
                continue;
            };
            if !touches || fix.applicability == Applicability::Manual || !done.insert(index) {
                continue;
            }
            let mut files: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
            for edit in &fix.edits {
                files.entry(&edit.path).or_default().push(&edit.edit);
            }
            let Some(edit) = edits(&files) else { continue };
            let safe = fix_status(outcome, finding) == FixStatus::Fixable;
            let title = capital(&escape(&fix.title));
            actions.push(CodeAction {
                title: if safe { title } else { format!("{title} (may change what works today)") },
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostic(finding, at)]),
                edit: Some(edit),
                is_preferred: Some(safe),
                ..CodeAction::default()
            });
        }
    }
    let all = CodeActionKind::new(FIX_ALL);
    if is_wanted(wanted, &all)
        && let Some(edit) = edits(&whole(outcome))
    {
        actions.push(CodeAction {
            title: "Fix the whole app".to_owned(),
            kind: Some(all),
            edit: Some(edit),
            ..CodeAction::default()
        });
    }
    actions
}

fn whole(outcome: &Outcome) -> BTreeMap<&str, Vec<&Edit>> {
    outcome.changes.iter().map(|change| (change.path.as_str(), change.edits.iter().collect())).collect()
}

/// Whether the client asks for actions of that kind, or of one that it is part of.
fn is_wanted(wanted: Option<&[CodeActionKind]>, kind: &CodeActionKind) -> bool {
    let part = |wanted: &CodeActionKind| {
        let rest = kind.as_str().strip_prefix(wanted.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.as_str().is_empty())
    };
    wanted.is_none_or(|wanted| wanted.iter().any(part))
}

/// The edits of files as the client takes them; `None` where there are none, or one that it cannot make.
fn workspace_edit(
    documents: &Documents,
    dir: &Path,
    examined: &Examined,
    files: &BTreeMap<&str, Vec<&Edit>>,
    abilities: Abilities,
) -> Option<WorkspaceEdit> {
    let mut operations = Vec::new();
    for (path, edits) in files {
        let on_disk = dir.join(path);
        let open = documents.open.get(&on_disk);
        let empty = LineIndex::new("");
        let read = open.map(|open| LineIndex::new(open.text.as_str()));
        let lines = read.as_ref().or_else(|| examined.texts.get(path));
        let uri = open.map(|open| open.uri.clone()).or_else(|| uri_of(&on_disk))?;
        if lines.is_none() {
            if !(abilities.create && abilities.document_changes) {
                return None;
            }
            let options = CreateFileOptions { overwrite: Some(false), ignore_if_exists: Some(false) };
            let create = CreateFile { uri: uri.clone(), options: Some(options), annotation_id: None };
            operations.push(DocumentChangeOperation::Op(ResourceOp::Create(create)));
        }
        let lines = lines.unwrap_or(&empty);
        let edit = |edit: &&Edit| TextEdit {
            range: documents.encoding.range(lines, edit.span),
            new_text: edit.content.clone(),
        };
        operations.push(DocumentChangeOperation::Edit(TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier {
                uri,
                version: open.map(|open| open.version),
            },
            edits: edits.iter().map(edit).map(OneOf::Left).collect(),
        }));
    }
    if operations.is_empty() {
        return None;
    }
    if abilities.document_changes {
        let document_changes = Some(DocumentChanges::Operations(operations));
        return Some(WorkspaceEdit { document_changes, ..WorkspaceEdit::default() });
    }
    let mut changes = Vec::new();
    for operation in operations {
        if let DocumentChangeOperation::Edit(edit) = operation {
            let edits = edit.edits.into_iter().filter_map(|edit| match edit {
                OneOf::Left(edit) => Some(edit),
                OneOf::Right(_) => None,
            });
            changes.push((edit.text_document.uri, edits.collect()));
        }
    }
    Some(WorkspaceEdit { changes: Some(changes.into_iter().collect()), ..WorkspaceEdit::default() })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
