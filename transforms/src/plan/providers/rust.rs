//! The Rust provider, and Lunatic's, which is the same with another runner, as far as a Python deploy
//! depends on them.

use super::shared::pattern;
use crate::document::{Node, Table};
use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft, item, items};
use crate::plan::files::{Files, error};
use crate::plan::types::{Origin, Plan, PlanError};
use regex::Regex;
use std::sync::LazyLock;

const ARCHIVE: &str = "ef56e777fedaa4da8c66a150081523c5de1e0171";

pub(super) const RUST: Provider = Provider {
    name: "rust",
    detect: |scope| Ok(scope.files.has("Cargo.toml")),
    plan: |scope| plan(scope, "rust", "").map(Provided::from).map(Some),
};

pub(super) const LUNATIC: Provider = Provider {
    name: "lunatic",
    detect: |scope| {
        static RUNNER: LazyLock<Regex> = LazyLock::new(|| pattern(r#"runner\s*=\s*"lunatic""#));
        let files = scope.files;
        let config = ".cargo/config.toml";
        Ok(files.has("Cargo.toml") && files.has(config) && RUNNER.is_match(&files.text(config)?))
    },
    plan: |scope| plan(scope, "lunatic", "lunatic ").map(Provided::from).map(Some),
};

fn plan(scope: Scope<'_>, name: &'static str, runner: &str) -> Result<Plan, PlanError> {
    let by = Origin::Provider(name);
    let files = scope.files;
    let manifest = if files.has("Cargo.toml") { Some(files.toml("Cargo.toml")?) } else { None };
    let mut plan = Plan::default();
    let mut setup = Draft::setup(&by, ["binutils", "gcc", "rust-bin.stable.latest.default"]);
    setup.overlay("https://github.com/oxalica/rust-overlay/archive/master.tar.gz").archive(ARCHIVE);
    if let Some(file) = toolchain(files) {
        setup.file(file);
    }
    setup.put(&mut plan);
    let mut build = Draft::build(&by, None);
    if manifest.is_some() {
        build.phase.depends_on = None;
        build.after("setup").cmd("cargo build --release");
    }
    build.put(&mut plan);
    if let Some(program) = program(scope, manifest.as_ref())? {
        let start = draft::start(&mut plan, &by, format!("{runner}./bin/{program}"));
        if name == "rust" && is_static(scope, manifest.as_ref()) {
            start.run_image = Some(item(&by, "ubuntu:noble"));
            start.only_include_files = Some(items(&by, [format!("./bin/{program}")]));
        }
    }
    Ok(plan)
}

fn toolchain(files: &Files<'_>) -> Option<&'static str> {
    ["rust-toolchain", "rust-toolchain.toml"].into_iter().find(|file| files.has(file))
}

/// Whether the program needs nothing of the image that builds it.
fn is_static(scope: Scope<'_>, manifest: Option<&Table>) -> bool {
    static WASM: LazyLock<Regex> = LazyLock::new(|| pattern(r#"target\s*=\s*"wasm32-wasi""#));
    let files = scope.files;
    let openssl = |key: &&str| {
        let table = manifest.and_then(|manifest| manifest.get(key)?.as_table());
        table.is_some_and(|table| table.get("openssl").is_some())
    };
    WASM.is_match(&files.text_or_empty(".cargo/config.toml"))
        || !(scope.env.truthy("NO_MUSL")
            || toolchain(files).is_some()
            || ["dependencies", "dev-dependencies", "build-dependencies"].iter().any(openssl)
            || files.text_or_empty("Cargo.lock").contains("openssl"))
}

/// The program that starts.
fn program(scope: Scope<'_>, manifest: Option<&Table>) -> Result<Option<String>, PlanError> {
    let files = scope.files;
    let member = match scope.env.config("CARGO_WORKSPACE") {
        Some(name) => Some(name),
        None => member(files, manifest)?,
    };
    if member.is_some() {
        return Ok(member);
    }
    let mut programs: Vec<String> =
        package(manifest, "name").into_iter().filter(|_| files.has("src/main.rs")).collect();
    if files.has_dir("src/bin") {
        let paths = files.ending(&[""]).filter_map(|path| path.strip_prefix("src/bin/"));
        let names = paths.map(|path| path.rsplit('/').next().unwrap_or(path));
        programs.extend(names.map(|name| name.rsplit_once('.').map_or("", |(stem, _)| stem).to_owned()));
    }
    match (programs.as_slice(), scope.env.config("RUST_BIN")) {
        ([], _) => Ok(None),
        ([only], _) => Ok(Some(only.clone())),
        (programs, Some(name)) if programs.contains(&name) => Ok(Some(name)),
        (_, Some(name)) => Err(error(format!("Could not find binary named {name}"))),
        (_, None) => Ok(package(manifest, "default-run")),
    }
}

fn package(manifest: Option<&Table>, key: &str) -> Option<String> {
    Some(manifest?.get("package")?.as_table()?.get(key)?.as_str()?.decoded.clone())
}

/// The first member of the workspace that has a program.
fn member(files: &Files<'_>, manifest: Option<&Table>) -> Result<Option<String>, PlanError> {
    let Some(workspace) = manifest.and_then(|manifest| manifest.get("workspace")?.as_table()) else {
        return Ok(None);
    };
    let list = |key: &str| -> Vec<&str> {
        let array = workspace.get(key).and_then(Node::as_array);
        array.map_or(Vec::new(), |a| {
            a.elements.iter().filter_map(Node::as_str).map(|s| s.decoded.as_str()).collect()
        })
    };
    let excluded = list("exclude");
    for member in [list("default-members"), list("members")].concat() {
        if excluded.contains(&member) {
            continue;
        }
        let dirs = if member.contains(['*', '?']) { files.directories(member) } else { vec![member] };
        for dir in dirs {
            let manifest = files.toml(&format!("{dir}/Cargo.toml"))?;
            let program = manifest.get("bin").is_some()
                || files.has(&format!("{dir}/src/main.rs"))
                || files.has_dir(&format!("{dir}/src/bin"));
            let library = manifest.get("lib").is_some() || files.has(&format!("{dir}/src/lib.rs"));
            if let Some(name) = package(Some(&manifest), "name").filter(|_| program || !library) {
                return Ok(Some(name));
            }
        }
    }
    Ok(None)
}
