//! `docs/schema/nixpacks.schema.json` is what the model reads of a config. `BLESS=1` writes it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod support;

use nixpacks_transforms::document::schema::{Key, NIXPACKS, ValueType};
use nixpacks_transforms::plan::provider_names;
use serde_json::{Map, Value, json};

fn of(value: ValueType) -> Value {
    match value {
        ValueType::String => json!({ "type": "string" }),
        ValueType::Strings => json!({ "type": "array", "items": { "type": "string" } }),
        ValueType::StringMap => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        ValueType::Table(keys, _) => table(keys),
        ValueType::TableMap(keys, _) => json!({ "type": "object", "additionalProperties": table(keys) }),
    }
}

/// Nixpacks ignores a key that it does not know, which is never what was meant.
fn table(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    for key in keys {
        for (at, name) in key.names.iter().enumerate() {
            let mut schema = of(key.value);
            let docs =
                if at == 0 { key.docs.to_owned() } else { format!("Another name of `{}`.", key.name()) };
            schema["description"] = Value::String(docs);
            if key.name() == "providers" {
                let names: Vec<&str> = std::iter::once("...").chain(provider_names()).collect();
                schema["items"] = json!({ "enum": names });
            }
            properties.insert((*name).to_owned(), schema);
        }
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

#[test]
fn the_schema_of_a_config_is_what_the_model_reads() {
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://raw.githubusercontent.com/nixpacks-fix/nixpacks-fix/main/docs/schema/nixpacks.schema.json",
        "title": "nixpacks.toml and nixpacks.json",
        "description": "How Nixpacks 1.41 builds and starts an app.",
    });
    for (name, value) in table(NIXPACKS).as_object().unwrap() {
        schema[name] = value.clone();
    }
    // A file may name this schema itself.
    schema["properties"]["$schema"] = json!({ "type": "string" });
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    support::hold("docs/schema/nixpacks.schema.json", &text);
}
