//! The JSON Schema of `nixpacks-fix.toml`. `BLESS=1` writes it.

use super::parse::{APP_KEYS, KEYS};
use crate::cli::{FailOn, Platform, Strategy};
use clap::ValueEnum;
use serde_json::{Map, Value, json};
use std::path::Path;

fn choice<T: ValueEnum>() -> Value {
    let names = T::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    json!({ "enum": names.map(|value| value.get_name().to_owned()).collect::<Vec<_>>() })
}

fn rules() -> Value {
    json!({ "type": "array", "items": { "enum": crate::options::rule_ids() } })
}

/// The type of a setting, and what it is for.
fn setting(name: &str) -> (Value, &'static str) {
    let string = || json!({ "type": "string" });
    match name {
        "select" => (rules(), "Use only these rules."),
        "ignore" => (rules(), "Do not use these rules."),
        "per-path" => (
            json!({ "type": "object", "additionalProperties": rules() }),
            "Rules that are not used in the apps whose path matches the pattern.",
        ),
        "exclude" => (
            json!({ "type": "array", "items": string() }),
            "Patterns of apps that are left out when a directory is searched.",
        ),
        "strategy" => (choice::<Strategy>(), "Who installs the Python packages after the fix."),
        "unsafe-fixes" => {
            (json!({ "type": "boolean" }), "Also make changes that may break what works today.")
        }
        "platform" => (choice::<Platform>(), "The platform."),
        "builder" => (json!({ "enum": ["nixpacks"] }), "The builder that is set in the dashboard."),
        "fail-on" => (choice::<FailOn>(), "Exit with status 1 for problems of this severity or worse."),
        "apps" => (
            json!({ "type": "object", "additionalProperties": table(&APP_KEYS) }),
            "What the dashboard holds for the app at this path.",
        ),
        "pull-requests" => (json!({ "type": "boolean" }), "Whether `pr` may open pull requests."),
        "env" => (
            json!({ "type": "object", "additionalProperties": string() }),
            "Environment variables that are set in the dashboard.",
        ),
        "install-cmd" => (string(), "The install command that is set in the dashboard."),
        "build-cmd" => (string(), "The build command that is set in the dashboard."),
        "start-cmd" => (string(), "The start command that is set in the dashboard."),
        _ => panic!("no schema for the setting `{name}`"),
    }
}

fn table(names: &[&str]) -> Value {
    let mut properties = Map::new();
    for name in names {
        let (mut schema, docs) = setting(name);
        schema["description"] = Value::String(docs.to_owned());
        properties.insert((*name).to_owned(), schema);
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

#[test]
fn the_schema_has_every_setting() {
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://raw.githubusercontent.com/nixpacks-fix/nixpacks-fix/main/docs/schema/nixpacks-fix.schema.json",
        "title": "nixpacks-fix.toml",
        "description": "Settings of nixpacks-fix.",
    });
    if let Value::Object(table) = table(&KEYS) {
        table.into_iter().for_each(|(name, value)| schema[name] = value);
    }
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema/nixpacks-fix.schema.json");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&file).unwrap_or_default(),
        text,
        "`BLESS=1` writes {}",
        file.display()
    );
}
