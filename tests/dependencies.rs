//! What the shipped crates may depend on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Licences of which a dependency has to offer one. The same stand in deny.toml.
const LICENCES: &[&str] =
    &["MIT", "Apache-2.0", "Unlicense", "Zlib", "Unicode-3.0", "ISC", "BSD-3-Clause", "CDLA-Permissive-2.0"];

/// The packages that end up in the shipped crates, on any platform.
fn shipped() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let array = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let packages: BTreeMap<String, Value> =
        array(&metadata["packages"]).into_iter().map(|package| (text(&package["id"]), package)).collect();
    let nodes: BTreeMap<String, Value> =
        array(&metadata["resolve"]["nodes"]).into_iter().map(|node| (text(&node["id"]), node)).collect();
    let ours = |package: &&Value| {
        package["source"].is_null()
            && matches!(
                package["name"].as_str(),
                Some("nixpacks-fix" | "nixpacks-diagnose" | "nixpacks-railpack" | "nixpacks-transforms")
            )
    };
    let mut left: Vec<String> = packages.values().filter(ours).map(|package| text(&package["id"])).collect();
    assert_eq!(left.len(), 4);
    let mut seen = BTreeSet::new();
    while let Some(id) = left.pop() {
        for dependency in array(&nodes[&id]["deps"]) {
            if array(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev") {
                left.extend(Some(text(&dependency["pkg"])).filter(|id| !seen.contains(id)));
            }
        }
        seen.insert(id);
    }
    seen.iter().map(|id| packages[id].clone()).collect()
}

fn version(text: &str) -> Vec<u32> {
    let mut parts: Vec<u32> = text.split('.').map(|part| part.parse().unwrap()).collect();
    parts.resize(3, 0);
    parts
}

/// Whether a licence expression leaves a choice that is allowed: `AND` binds all of what it joins.
fn allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    // Precise enough: no dependency nests `AND` inside `OR`.
    expression.split(" AND ").all(|part| part.split(" OR ").any(|licence| LICENCES.contains(&licence.trim())))
}

#[test]
fn a_licence_is_allowed_if_one_choice_of_each_part_is() {
    for (expression, wanted) in [
        ("MIT", true),
        ("Unlicense/MIT", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("MIT OR Apache-2.0 OR LGPL-2.1-or-later", true),
        ("GPL-3.0-only", false),
        ("MIT AND GPL-3.0-only", false),
    ] {
        assert_eq!(allowed(expression), wanted, "{expression}");
    }
}

#[test]
#[ignore = "asks for the manifests of every platform, which a build does not fetch; .ci/run does"]
fn dependencies_keep_to_the_stated_rust_version_and_licences() {
    let ours = version(env!("CARGO_PKG_RUST_VERSION"));
    let mut wrong = Vec::new();
    for package in shipped() {
        let name = format!("{} {}", package["name"].as_str().unwrap(), package["version"].as_str().unwrap());
        if let Some(needed) = package["rust_version"].as_str()
            && version(needed) > ours
        {
            wrong.push(format!("{name} needs Rust {needed}"));
        }
        match package["license"].as_str() {
            Some(licence) if allowed(licence) => {}
            licence => wrong.push(format!("{name} has the licence {licence:?}")),
        }
        let source = package["source"].as_str();
        if source.is_some_and(|source| !source.starts_with("registry+")) {
            wrong.push(format!("{name} comes from {source:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
