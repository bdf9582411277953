//! The Rust provider's phases, which Lunatic also uses.

use super::pattern;
use crate::document::{Node, Table};
use crate::plan::detect::Scope;
use crate::plan::draft::Draft;
use crate::plan::files::{Files, error};
use crate::plan::types::{Origin, PlanError};
use regex::Regex;
use std::sync::LazyLock;

const OVERLAY: &str = "https://github.com/oxalica/rust-overlay/archive/master.tar.gz";
const ARCHIVE: &str = "ef56e777fedaa4da8c66a150081523c5de1e0171";

/// What the plan rests on.
pub(in crate::plan::providers) struct Cargo {
    manifest: Option<Table>,
    target: Option<&'static str>,
    member: Option<String>,
    bins: Vec<String>,
    openssl: bool,
}

impl Cargo {
    /// Reads the manifests.
    pub(in crate::plan::providers) fn read(scope: Scope<'_>) -> Result<Self, PlanError> {
        let files = scope.files;
        let manifest = if files.has("Cargo.toml") { Some(files.toml("Cargo.toml")?) } else { None };
        let depends = |table: &Table| {
            ["dependencies", "dev-dependencies", "build-dependencies"].into_iter().any(|key| {
                let table = table.get(key).and_then(Node::as_table);
                table.is_some_and(|table| table.get("openssl").is_some())
            })
        };
        let openssl = manifest.as_ref().is_some_and(depends)
            || (files.has("Cargo.lock") && files.text("Cargo.lock")?.contains("openssl"));
        let wasm = files.has(".cargo/config.toml")
            && files.text(".cargo/config.toml").is_ok_and(|text| WASM.is_match(&text));
        let target = if wasm {
            Some("wasm32-wasi")
        } else if scope.env.truthy("NO_MUSL") || toolchain(files).is_some() || openssl {
            None
        } else {
            Some("x86_64-unknown-linux-musl")
        };
        let member = match scope.env.config("CARGO_WORKSPACE") {
            Some(name) => Some(name),
            None => member(files, manifest.as_ref())?,
        };
        let mut bins: Vec<String> =
            package_name(manifest.as_ref()).into_iter().filter(|_| files.has("src/main.rs")).collect();
        if files.has_dir("src/bin") {
            let in_bin = files.ending(&[""]).filter_map(|path| path.strip_prefix("src/bin/"));
            let stems = in_bin.map(|path| {
                let name = path.rsplit('/').next().unwrap_or(path);
                name.rsplit_once('.').map_or("", |(stem, _)| stem).to_owned()
            });
            bins.extend(stems);
        }
        Ok(Self { manifest, target, member, bins, openssl })
    }

    /// `setup`, with more packages after its own.
    pub(in crate::plan::providers) fn setup(&self, by: &Origin, scope: Scope<'_>, more: &[&str]) -> Draft {
        let rust = self.toolchain_package(scope);
        let rust = match self.target {
            Some(target) => format!("({rust}.override {{ targets = [\"{target}\"]; }})"),
            None => rust,
        };
        let mut setup = Draft::setup(by, ["binutils".to_owned(), "gcc".to_owned(), rust]);
        setup.overlay(OVERLAY);
        if let Some(file) = toolchain(scope.files) {
            setup.file(file);
        }
        if self.openssl {
            setup.libs(["openssl", "openssl.dev"]);
        }
        if self.target.is_some_and(|target| target.ends_with("musl")) {
            setup.pkgs(["musl", "musl.dev"]);
        }
        setup.pkgs(more.iter().copied()).archive(ARCHIVE);
        setup
    }

    fn toolchain_package(&self, scope: Scope<'_>) -> String {
        let manifest = self.manifest.as_ref();
        let package = manifest.and_then(|manifest| manifest.get("package")?.as_table());
        let wanted = package.and_then(|package| Some(package.get("rust-version")?.as_str()?.decoded.clone()));
        if let Some(version) = scope.env.config("RUST_VERSION") {
            format!("rust-bin.stable.\"{version}\".default")
        } else if let Some(file) = toolchain(scope.files) {
            format!("(rust-bin.fromRustupToolchainFile ../{file})")
        } else if let Some(version) = wanted {
            format!("rust-bin.stable.\"{version}\".default")
        } else {
            "rust-bin.stable.latest.default".to_owned()
        }
    }

    /// `build`
    pub(in crate::plan::providers) fn build(&self, by: &Origin, files: &Files<'_>) -> Draft {
        let mut build = Draft::build(by, None);
        if !files.has("Cargo.toml") {
            return build;
        }
        build.phase.depends_on = None;
        build.after("setup").cmd("mkdir -p bin");
        let (option, dir) = match self.target {
            Some(target) => (format!(" --target {target}"), format!("target/{target}")),
            None => (String::new(), "target".to_owned()),
        };
        let suffix = self.suffix();
        if let Some(member) = &self.member {
            build.cmd(format!("cargo build --release --package {member}{option}"));
            build.cmd(format!("cp {dir}/release/{member}{suffix} bin"));
        } else if !self.bins.is_empty() {
            build.cmd(format!("cargo build --release{option}"));
            for bin in &self.bins {
                build.cmd(format!("cp {dir}/release/{bin}{suffix} bin"));
            }
        }
        build.cache("/root/.cargo/git").cache("/root/.cargo/registry");
        if package_name(self.manifest.as_ref()).is_some() {
            build.cache("target");
        }
        build
    }

    /// The program to start, and whether it runs in an image of its own.
    pub(in crate::plan::providers) fn start(
        &self,
        scope: Scope<'_>,
    ) -> Result<Option<(String, bool)>, PlanError> {
        let alone = self.target.is_some();
        if let Some(member) = &self.member {
            return Ok(Some((format!("./bin/{member}"), alone)));
        }
        let default = || {
            let package = self.manifest.as_ref()?.get("package")?.as_table()?;
            Some(package.get("default-run")?.as_str()?.decoded.clone())
        };
        let bin = match (self.bins.as_slice(), scope.env.config("RUST_BIN")) {
            ([], _) => None,
            ([only], _) => Some(only.clone()),
            (bins, Some(name)) if bins.contains(&name) => Some(name),
            (_, Some(name)) => return Err(error(format!("Could not find binary named {name}"))),
            (_, None) => default(),
        };
        Ok(bin.map(|bin| (format!("./bin/{bin}{}", self.suffix()), alone)))
    }

    fn suffix(&self) -> &'static str {
        if self.target == Some("wasm32-wasi") { ".wasm" } else { "" }
    }
}

static WASM: LazyLock<Regex> = LazyLock::new(|| pattern(r#"target\s*=\s*"wasm32-wasi""#));

fn toolchain(files: &Files<'_>) -> Option<&'static str> {
    ["rust-toolchain", "rust-toolchain.toml"].into_iter().find(|file| files.has(file))
}

fn package_name(manifest: Option<&Table>) -> Option<String> {
    Some(manifest?.get("package")?.as_table()?.get("name")?.as_str()?.decoded.clone())
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
            if let Some(name) = package_name(Some(&manifest)).filter(|_| program || !library) {
                return Ok(Some(name));
            }
        }
    }
    Ok(None)
}
