//! Keys, and the values that are known of some of them.

use super::cursor::{self, Place};
use super::documents::Documents;
use lsp_types::{
    CompletionItem, CompletionItemKind, Documentation, MarkupContent, MarkupKind, Position, Uri,
};
use nixpacks_transforms::document::FileKind;
use nixpacks_transforms::document::schema::{self, Key, NIXPACKS, PHASE, START_PHASE, ValueType};
use nixpacks_transforms::plan::provider_names;
use nixpacks_transforms::tables;
use nixpacks_transforms::text::LineIndex;

/// Tables that people write.
const HEADERS: &[(&str, &str)] = &[
    ("phases.setup", "Packages that are installed before everything else"),
    ("phases.install", "Installs the dependencies of the app"),
    ("phases.build", "Builds the app"),
    ("start", "How the app starts"),
    ("variables", "Environment variables of the build and of the app"),
];

/// Variables that Nixpacks' Python provider heeds.
const VARIABLES: &[(&str, &str)] = &[
    ("NIXPACKS_PYTHON_VERSION", "The version of Python, such as `3.12`"),
    ("NIXPACKS_POETRY_VERSION", "The version of Poetry"),
    ("NIXPACKS_PDM_VERSION", "The version of PDM"),
    ("NIXPACKS_UV_VERSION", "The version of uv"),
];

/// Processes of a Procfile that Nixpacks starts.
const PROCESSES: &[(&str, &str)] =
    &[("web", "The start command"), ("worker", "The start command where there is no `web`")];

/// Packages of nixpkgs: what a list of a lower layer has.
const REST: &str = "...";

/// What can stand at the cursor. The client narrows it down by what is typed.
pub(super) fn completions(documents: &Documents, uri: &Uri, position: Position) -> Vec<CompletionItem> {
    let open = super::documents::path_of(uri).and_then(|path| documents.open.get(&path));
    let Some(open) = open else { return Vec::new() };
    let lines = LineIndex::new(open.text.as_str());
    let offset = documents.encoding.offset(&lines, position);
    let before = open.text.get(..offset).unwrap_or_default();
    let Some(place) = cursor::place(open.kind, before) else { return Vec::new() };
    match place {
        Place::Header if open.kind == FileKind::NixpacksToml => {
            HEADERS.iter().map(|(name, docs)| item(name, docs, CompletionItemKind::STRUCT)).collect()
        }
        Place::Key(keys) => {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let in_string = open.kind.is_json() && in_string(before);
            key_items(open.kind, &keys, in_string)
        }
        Place::Value { keys, quoted } if open.kind.is_config() => {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            value_items(&keys, quoted)
        }
        Place::Header | Place::Value { .. } => Vec::new(),
    }
}

/// Whether a key of a JSON file has its first quote.
fn in_string(before: &str) -> bool {
    before.trim_end_matches(|ch: char| ch.is_alphanumeric() || ch == '_').ends_with('"')
}

fn key_items(kind: FileKind, keys: &[&str], in_string: bool) -> Vec<CompletionItem> {
    if kind == FileKind::Procfile {
        let mut items: Vec<CompletionItem> =
            PROCESSES.iter().map(|(name, docs)| item(name, docs, CompletionItemKind::FIELD)).collect();
        for item in &mut items {
            item.insert_text = Some(format!("{}: ", item.label));
        }
        return items;
    }
    if !kind.is_config() {
        return Vec::new();
    }
    let of = |all: &[Key]| -> Vec<CompletionItem> {
        all.iter()
            .filter(|key| key.name() != schema::PHASE_NAME.name())
            .map(|key| {
                let mut item = item(key.name(), key.docs, CompletionItemKind::FIELD);
                item.detail = Some(type_name(key.value).to_owned());
                item
            })
            .collect()
    };
    let named = |all: &[(&str, &str)]| -> Vec<CompletionItem> {
        all.iter().map(|(name, docs)| item(name, docs, CompletionItemKind::FIELD)).collect()
    };
    let mut items = match keys {
        [] => of(NIXPACKS),
        ["phases"] => named(&[("setup", ""), ("install", ""), ("build", "")]),
        ["phases", _] => of(PHASE),
        ["start"] => of(START_PHASE),
        ["variables"] => named(VARIABLES),
        _ => Vec::new(),
    };
    if kind.is_json() && !in_string {
        for item in &mut items {
            item.insert_text = Some(format!("\"{}\"", item.label));
        }
    }
    items
}

fn value_items(keys: &[&str], quoted: bool) -> Vec<CompletionItem> {
    let names: Vec<&str> = match keys {
        ["providers"] => std::iter::once(REST).chain(provider_names()).collect(),
        ["phases", _, key] if is(schema::NIX_PKGS, key) || is(schema::NIX_LIBS, key) => {
            std::iter::once(REST).chain(tables::nix_names()).collect()
        }
        ["phases", _, key] if is(schema::DEPENDS_ON, key) => vec![REST, "setup", "install", "build"],
        ["phases", _, key] if is(schema::APT_PKGS, key) || is(schema::CMDS, key) => vec![REST],
        _ => Vec::new(),
    };
    let of = |name: &str| {
        let docs = if name == REST { "What Nixpacks has in this place by itself" } else { "" };
        let mut item = item(name, docs, CompletionItemKind::VALUE);
        if !quoted {
            item.insert_text = Some(format!("\"{name}\""));
        }
        item
    };
    names.into_iter().map(of).collect()
}

fn is(key: Key, name: &str) -> bool {
    key.names.contains(&name)
}

fn item(label: &str, docs: &str, kind: CompletionItemKind) -> CompletionItem {
    let docs = (!docs.is_empty()).then(|| {
        Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value: docs.to_owned() })
    });
    CompletionItem {
        label: label.to_owned(),
        kind: Some(kind),
        documentation: docs,
        ..CompletionItem::default()
    }
}

fn type_name(value: ValueType) -> &'static str {
    match value {
        ValueType::String => "a string",
        ValueType::Strings => "a list of strings",
        ValueType::StringMap => "a table of strings",
        ValueType::Table(..) | ValueType::TableMap(..) => "a table",
    }
}
