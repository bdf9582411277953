//! The part of JSON Schema that Railpack's own schemas use. The schemas are printed by `railpack schema` of each version; they are
//! not part of the project.

use nixpacks_railpack::release::Release;
use serde_json::Value;
use std::path::PathBuf;

/// Holds a file to the schema of its version, where that is at hand.
pub(crate) fn check(text: &str, release: Release) {
    let Some(dir) = std::env::var_os("RAILPACK_RECORDED").map(PathBuf::from) else { return };
    let Ok(schema) = std::fs::read_to_string(dir.join(format!("railpack.schema-{release}.json"))) else {
        return;
    };
    let (schema, value): (Value, Value) =
        (serde_json::from_str(&schema).unwrap(), serde_json::from_str(text).unwrap());
    assert!(fits(&value, &schema), "{text}\ndoes not fit the schema of {release}");
}

fn fits(value: &Value, schema: &Value) -> bool {
    let is_type = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64(),
        _ => true,
    };
    let list = |key: &str| schema[key].as_array().cloned().unwrap_or_default();
    let known = schema["properties"].as_object();
    let additional = &schema["additionalProperties"];
    let fields = value.as_object().into_iter().flatten().all(|(key, value)| {
        match known.and_then(|known| known.get(key)) {
            Some(schema) => fits(value, schema),
            None if additional.is_object() => fits(value, additional),
            None => additional != &Value::Bool(false),
        }
    });
    let one_of = list("oneOf");
    is_type
        && fields
        && list("required").iter().all(|key| value.get(key.as_str().unwrap_or_default()).is_some())
        && (list("enum").is_empty() || list("enum").contains(value))
        && (one_of.is_empty() || one_of.iter().filter(|schema| fits(value, schema)).count() == 1)
        && (schema["items"].is_null()
            || value.as_array().into_iter().flatten().all(|item| fits(item, &schema["items"])))
}
