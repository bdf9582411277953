//! What a config says, before it is written.

use super::commands::{self, Place};
use crate::ByteSource;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A string.
    Text(String),
    /// A list of strings.
    List(Vec<String>),
    /// As it is written.
    Raw(&'static str),
}

/// Keys of one table.
pub(super) type Entries = Vec<(String, Value)>;

/// A table and its keys; the root has no path.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) path: Vec<String>,
    pub(super) entries: Entries,
}

impl Table {
    pub(super) fn new(path: &[&str], entries: Entries) -> Self {
        Self { path: path.iter().map(|key| (*key).to_owned()).collect(), entries }
    }
}

pub(super) fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn list(values: &[&str]) -> Value {
    Value::List(values.iter().map(|value| (*value).to_owned()).collect())
}

const PACKAGES: &[&str] = &[
    "pip",
    "gcc",
    "python311Packages.pip",
    "ffmpeg",
    "python3",
    "python312",
    "python310",
    "pip3",
    "python3-pip",
    "python311.pkgs.pip",
    "python311Packages.virtualenv",
    "python311Packages.setuptools",
    "python3Packages.numpy",
    "(python311.withPackages (ps: [ ps.pip ]))",
    "(python311.withPackages (ps: with ps; [ pip numpy ]))",
    "...",
    "@auto",
    "nodejs_20",
    "nodejs-18_x",
    "npm",
    "g++",
    "postgresql",
    "stdenv.cc.cc.lib",
    "uv",
    "poetry",
    "curl",
    "python3.11",
    "python-venv",
    "é",
    "",
    "a b",
    "python311Packages",
    "pkgs.python311",
    "pkgs.pip",
    "ffmpg",
    "... ",
    "....",
    "…",
    "... ffmpeg",
];

fn packages(source: &mut ByteSource<'_>) -> Value {
    let first =
        source.pick(&["python311", "python311", "python311", "python312", "...", "python39", "", "gcc"]);
    let mut names = if first.is_empty() { Vec::new() } else { vec![first.to_owned()] };
    for _ in 0..source.below(5) {
        let at = source.below(names.len() + 1);
        names.insert(at, source.pick(PACKAGES).to_owned());
    }
    Value::List(names)
}

fn setup(source: &mut ByteSource<'_>, place: Place) -> Entries {
    let mut entries = Entries::new();
    if source.below(5) < 4 {
        let key = source.pick(&[
            "nixPkgs",
            "nixPkgs",
            "nixPkgs",
            "nixPkgs",
            "nixPkgs",
            "nixPackages",
            "nixpkgs",
            "nix_pkgs",
        ]);
        entries.push((key.to_owned(), packages(source)));
    }
    if source.one_in(6) {
        let key = source.pick(&["aptPkgs", "aptPackages"]);
        let value = match source.below(8) {
            6 => list(&["chromium-browser", "chromium-chromedriver", "curl"]),
            7 => list(&["....", "ffmpeg"]),
            4 => text("ffmpeg"),
            5 => list(&["libgl1-mesa-glx", "libsm6"]),
            0 => list(&["libpq5"]),
            1 => list(&["...", "ffmpeg", "curl"]),
            2 => list(&["python3", "python3-pip"]),
            _ => list(&["python3.11-venv", "build-essential"]),
        };
        entries.push((key.to_owned(), value));
        if source.one_in(8) {
            let other = if key == "aptPkgs" { "aptPackages" } else { "aptPkgs" };
            entries.push((other.to_owned(), list(&["git", "curl"])));
        }
    }
    if source.one_in(8) {
        let value = if source.one_in(2) { list(&["...", "libGL"]) } else { list(&["libGL"]) };
        entries.push((source.pick(&["nixLibs", "nixLibraries"]).to_owned(), value));
    }
    if source.one_in(10) {
        entries.push(("cmds".to_owned(), Value::List(commands::other(source, place))));
    }
    if source.one_in(16) {
        let value = source.pick(&[
            "https://github.com/NixOS/nixpkgs/archive/nixos-24.05.tar.gz",
            "https://github.com/example/nixpkgs/archive/main.zip",
            "nixos-24.05",
        ]);
        entries.push(("nixpkgsArchive".to_owned(), text(value)));
    }
    entries
}

fn install(source: &mut ByteSource<'_>, place: Place) -> Entries {
    let mut entries = Entries::new();
    if source.below(8) < 7 {
        let key = source.pick(&["cmds", "cmds", "cmds", "commands"]);
        entries.push((key.to_owned(), Value::List(commands::install(source, place))));
    }
    if source.one_in(7) {
        let value = match source.below(4) {
            0 => list(&["/opt/venv/bin"]),
            1 => list(&["/app/venv/bin", "..."]),
            2 => list(&["/app/.venv/bin"]),
            _ => list(&[]),
        };
        entries.push((source.pick(&["paths", "envPaths"]).to_owned(), value));
    }
    if source.one_in(8) {
        let value = match source.below(5) {
            0 => list(&["/opt/venv"]),
            1 => list(&["venv", "/root/.cache/pip"]),
            4 => list(&["node_modules", "/root/.npm"]),
            2 => list(&["/app/.venv"]),
            _ => list(&["/root/.cache/pip"]),
        };
        entries.push(("cacheDirectories".to_owned(), value));
    }
    if source.one_in(10) {
        entries.push(("dependsOn".to_owned(), list(&["setup"])));
    }
    entries
}

fn variables(source: &mut ByteSource<'_>) -> Entries {
    let mut entries = Entries::new();
    for (name, value) in [
        ("PATH", "/opt/venv/bin:$PATH"),
        ("PIP_BREAK_SYSTEM_PACKAGES", "1"),
        ("NIXPACKS_PYTHON_VERSION", "3.11"),
        ("NIXPACKS_PYTHON_PACKAGE_MANAGER", "pip"),
        ("PYTHONPATH", "/app/lib"),
        ("MODE", "é \\ \"x\""),
        ("VIRTUAL_ENV", "/opt/venv"),
        ("NODE_ENV", "production"),
        ("NIXPACKS_POETRY_VERSION", "2.0.1"),
        ("PYTHON_VERSION", "3.10"),
        ("NIXPACKS_APT_PKGS", "curl,libpq5"),
        ("NIXPACKS_BUILD_CMD", "python -m compileall ."),
        ("SECRET_KEY", "3f9c1b7e5d2a4860é"),
        ("LD_LIBRARY_PATH", "/app/lib:$LD_LIBRARY_PATH"),
    ] {
        if source.one_in(4) {
            entries.push((name.to_owned(), text(value)));
        }
    }
    if source.one_in(10) {
        let value = source.pick(&["2", "0.5", "true", "[\"python\"]", "[]"]);
        entries.push((source.pick(&["WORKERS", "providers"]).to_owned(), Value::Raw(value)));
    }
    entries
}

/// The tables of a Nixpacks config, the root's keys first.
pub(super) fn nixpacks(source: &mut ByteSource<'_>, place: Place) -> Vec<Table> {
    let mut tables = Vec::new();
    let mut root = Entries::new();
    if source.one_in(6) {
        let value = match source.below(11) {
            8 => text("python"),
            9 => Value::Raw("{ python = \"3.11\" }"),
            10 => Value::Raw("[]"),
            0 => list(&["python"]),
            1 => list(&["...", "python"]),
            2 => list(&["node", "python"]),
            3 => list(&["python", "node"]),
            4 => list(&[]),
            5 => list(&["node"]),
            6 => list(&["nodejs", "python3"]),
            _ => list(&["Python"]),
        };
        root.push(("providers".to_owned(), value));
    }
    if source.one_in(16) {
        root.push(("unknown".to_owned(), Value::Raw(source.pick(&["8000", "true", "1.5", "{}", "[]"]))));
    }
    tables.push(Table::new(&[], root));
    if source.below(6) < 5 {
        tables.push(Table::new(&["phases", "setup"], setup(source, place)));
    }
    if source.below(10) < 9 {
        tables.push(Table::new(&["phases", "install"], install(source, place)));
    }
    if source.one_in(4) {
        let cmds = Value::List(commands::other(source, place));
        let mut entries = vec![("cmds".to_owned(), cmds)];
        if source.one_in(4) {
            entries.push(("nixPkgs".to_owned(), list(&["ffmpeg", "é"])));
        }
        tables.push(Table::new(&["phases", "build"], entries));
    }
    if source.one_in(12) {
        let name = source.pick(&["release", "python:install", "my phase", "é"]);
        let cmds = Value::List(commands::other(source, place));
        let mut entries = vec![("cmds".to_owned(), cmds)];
        if !source.one_in(3) {
            entries.push(("dependsOn".to_owned(), list(&["install"])));
        }
        tables.push(Table::new(&["phases", name], entries));
    }
    if source.below(4) < 3 {
        let command = match source.below(24) {
            0 => list(&["python -m compileall .", "python main.py"]),
            1 => Value::Raw("[\"python\", \"main.py\"]"),
            2 => Value::Raw("[[\"python\"], \"main.py\"]"),
            _ => Value::Text(commands::start(source, place)),
        };
        let mut entries = vec![("cmd".to_owned(), command)];
        if source.one_in(10) {
            entries.push(("user".to_owned(), text("app")));
        }
        if source.one_in(16) {
            entries.push(("runImage".to_owned(), text("python:3.11-slim")));
        }
        tables.push(Table::new(&["start"], entries));
    }
    if source.one_in(4) {
        let entries = variables(source);
        tables.push(Table::new(&["variables"], entries));
    }
    if source.one_in(12) {
        tables.push(Table::new(&["deploy"], vec![("startCommand".to_owned(), text("python main.py"))]));
    }
    if source.one_in(20) {
        let path: &[&str] = match source.below(4) {
            0 => &["install"],
            1 => &["setup"],
            2 => &["phase", "build"],
            _ => &["phases", "start"],
        };
        let cmds = Value::List(commands::other(source, place));
        tables.push(Table::new(path, vec![("cmds".to_owned(), cmds)]));
    }
    // In any order, the root's keys before all.
    for at in (2..tables.len()).rev() {
        let other = at - source.below(at);
        tables.swap(at, other);
    }
    tables
}

/// The tables of a Railway config.
pub(super) fn railway(source: &mut ByteSource<'_>, place: Place) -> Vec<Table> {
    let mut build = Entries::new();
    if source.one_in(3) {
        build.push((
            "builder".to_owned(),
            text(source.pick(&["NIXPACKS", "nixpacks", "RAILPACK", "DOCKERFILE"])),
        ));
    }
    if source.one_in(3) {
        let commands = commands::other(source, place);
        build.push(("buildCommand".to_owned(), Value::Text(commands.join(" && "))));
    }
    let mut deploy = vec![("startCommand".to_owned(), Value::Text(commands::start(source, place)))];
    if source.one_in(4) {
        deploy.push(("numReplicas".to_owned(), Value::Raw("1")));
    }
    let mut tables =
        vec![Table::new(&[], Entries::new()), Table::new(&["build"], build), Table::new(&["deploy"], deploy)];
    if source.one_in(2) {
        let name = source.pick(&["production", "staging", "é"]);
        let start = vec![("startCommand".to_owned(), Value::Text(commands::start(source, place)))];
        tables.push(Table::new(&["environments", name, "deploy"], start));
    }
    tables
}
