//! Config files drawn as values, then written as TOML or JSON.

use proptest::prelude::*;
use std::fmt::Write;

#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    List(Vec<Value>),
    Table(Vec<(String, Value)>),
    Raw(&'static str),
}

const PHASES: &[&str] =
    &["setup", "install", "build", "release", "python:install", "python:setup", "postbuild", "caddy", "a b"];
const STRINGS: &[&str] = &[
    "...",
    "@auto",
    "... ",
    "",
    "python311",
    "pip",
    "gcc",
    "pip install -r requirements.txt",
    "echo \"a\\b\"",
    "line\nbreak",
    "é…",
    "/opt/venv/bin",
    "setup",
    "install",
    "build",
    "nowhere",
];
const LISTS: &[&str] = &[
    "dependsOn",
    "nixPkgs",
    "nixLibs",
    "nixOverlays",
    "aptPkgs",
    "cmds",
    "onlyIncludeFiles",
    "cacheDirectories",
    "paths",
    "nixPackages",
    "nixLibraries",
    "aptPackages",
    "commands",
    "envPaths",
    "nixpkgs",
    "nix_pkgs",
    "pkgs",
];

fn text() -> impl Strategy<Value = Value> {
    prop::sample::select(STRINGS).prop_map(|text| Value::Text(text.to_owned()))
}

fn list() -> impl Strategy<Value = Value> {
    prop::collection::vec(text(), 0..4).prop_map(Value::List)
}

/// A value of no use for a string or a list.
fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        prop::sample::select(&["8000", "true", "1.5"][..]).prop_map(Value::Raw),
        text(),
        list(),
        Just(Value::Table(vec![("a".to_owned(), Value::Raw("1"))])),
        Just(Value::List(vec![Value::Raw("1")])),
    ]
}

fn mostly(value: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Value> {
    prop_oneof![200 => value, 1 => odd()].boxed()
}

fn entries(
    keys: &'static [&'static str],
    value: fn() -> BoxedStrategy<Value>,
    most: usize,
) -> impl Strategy<Value = Vec<(String, Value)>> {
    let entry = (prop::sample::select(keys).prop_map(str::to_owned), value());
    prop::collection::vec(entry, 0..most).prop_map(|entries| {
        // A key given twice is for the aliases: most files don't have one.
        let mut seen = std::collections::BTreeSet::new();
        entries.into_iter().filter(|(key, _)| seen.insert(key.clone())).collect()
    })
}

fn phase() -> BoxedStrategy<Value> {
    let lists = entries(LISTS, || mostly(list()), 4);
    let others = entries(&["name", "nixpkgsArchive", "cmd"], || mostly(text()), 2);
    let table = (lists, others).prop_map(|(mut lists, others)| {
        lists.extend(others);
        Value::Table(lists)
    });
    prop_oneof![200 => table, 1 => odd()].boxed()
}

fn start() -> BoxedStrategy<Value> {
    let texts = entries(&["cmd", "runImage", "user", "command"], || mostly(text()), 3);
    let lists = entries(&["onlyIncludeFiles"], || mostly(list()), 2);
    (texts, lists)
        .prop_map(|(mut texts, lists)| {
            texts.extend(lists);
            Value::Table(texts)
        })
        .boxed()
}

fn variables() -> BoxedStrategy<Value> {
    let names = &[
        "NIXPACKS_PYTHON_VERSION",
        "NIXPACKS_PYTHON_PACKAGE_MANAGER",
        "NIXPACKS_NODE_VERSION",
        "NIXPACKS_INSTALL_CMD",
        "NIXPACKS_PKGS",
        "NIXPACKS_DEBIAN",
        "NIXPACKS_POETRY_VERSION",
        "PYTHONUNBUFFERED",
        "NIXPACKS_METADATA",
        "PORT",
    ];
    entries(names, || mostly(prop::sample::select(VALUES).prop_map(|v| Value::Text(v.to_owned()))), 3)
        .prop_map(Value::Table)
        .boxed()
}

pub(crate) const VALUES: &[&str] = &[
    "3.11", "3.9", "3", "2.7", "v3.12.1", "pip", "poetry", "UV", "skip", "18", "20", "1", "true", "a b,c",
    "x y",
];
const PROVIDERS: &[&str] = &[
    "python",
    "node",
    "...",
    "@auto",
    "go",
    "rust",
    "ruby",
    "php",
    "staticfile",
    "deno",
    "scala",
    "python",
    "Python",
];

fn providers() -> BoxedStrategy<Value> {
    let names = prop::sample::select(PROVIDERS).prop_map(|name| Value::Text(name.to_owned()));
    prop::collection::vec(names, 0..4).prop_map(Value::List).boxed()
}

/// A whole config.
fn config() -> impl Strategy<Value = Vec<(String, Value)>> {
    let top = (
        prop::option::weighted(0.2, mostly(providers())),
        prop::option::weighted(0.05, mostly(text())),
        prop::option::weighted(0.3, mostly(variables())),
        prop::option::weighted(0.05, mostly(variables())),
        prop::option::weighted(0.85, mostly(entries(PHASES, phase, 4).prop_map(Value::Table))),
        prop::option::weighted(0.5, mostly(start())),
        prop::option::weighted(0.1, phase()),
    );
    top.prop_map(|(providers, image, variables, assets, phases, start, unknown)| {
        let keys = ["providers", "buildImage", "variables", "staticAssets", "phases", "start", "setup"];
        let values = [providers, image, variables, assets, phases, start, unknown];
        keys.into_iter().zip(values).filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
    })
}

/// A config file: its name and its text.
pub(crate) fn file() -> impl Strategy<Value = (&'static str, String)> {
    let json = prop::bool::weighted(0.15);
    let damage = prop::option::weighted(0.04, (any::<prop::sample::Index>(), any::<bool>()));
    let style = (any::<bool>(), prop::bool::weighted(0.1), prop::bool::weighted(0.1));
    (config(), json, damage, style).prop_map(|(config, json, damage, (inline, crlf, bom))| {
        let mut text = if json { as_json(&Value::Table(config)) } else { as_toml(&config, inline) };
        if let Some((at, cut)) = damage {
            let mut chars: Vec<char> = text.chars().collect();
            if !chars.is_empty() {
                let at = at.index(chars.len());
                chars.drain(at..if cut { chars.len() } else { at + 1 });
            }
            text = chars.into_iter().collect();
        }
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        if bom {
            text.insert(0, '\u{feff}');
        }
        (if json { "nixpacks.json" } else { "nixpacks.toml" }, text)
    })
}

fn as_json(value: &Value) -> String {
    match value {
        Value::Text(text) => serde_json::to_string(text).unwrap(),
        Value::Raw(raw) => (*raw).to_owned(),
        Value::List(list) => format!("[{}]", list.iter().map(as_json).collect::<Vec<_>>().join(", ")),
        Value::Table(table) => {
            let pairs = table.iter().map(|(key, value)| format!("{key:?}: {}", as_json(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(",\n"))
        }
    }
}

fn key(key: &str) -> String {
    let bare = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if bare { key.to_owned() } else { format!("{key:?}") }
}

fn inline(value: &Value) -> String {
    match value {
        Value::Table(table) => {
            let pairs = table.iter().map(|(name, value)| format!("{} = {}", key(name), inline(value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
        Value::List(list) => format!("[{}]", list.iter().map(inline).collect::<Vec<_>>().join(",\n  ")),
        // JSON's escapes are TOML's too.
        value => as_json(value),
    }
}

fn as_toml(config: &[(String, Value)], braces: bool) -> String {
    let mut text = String::new();
    for (name, value) in config.iter().filter(|(_, value)| braces || !matches!(value, Value::Table(_))) {
        let value = match value {
            Value::Table(_) => inline(value).replace('\n', ""),
            value => inline(value),
        };
        writeln!(text, "{name} = {value} # é").unwrap();
    }
    if braces {
        return text;
    }
    for (name, value) in config {
        let Value::Table(table) = value else { continue };
        let (tables, others): (Vec<_>, Vec<_>) =
            table.iter().partition(|(_, value)| name == "phases" && matches!(value, Value::Table(_)));
        if !others.is_empty() || tables.is_empty() {
            writeln!(text, "[{name}]").unwrap();
        }
        for (name, value) in others {
            writeln!(text, "{} = {}", key(name), inline(value).replace('\n', "")).unwrap();
        }
        for (phase, value) in tables {
            writeln!(text, "\n[{name}.{}]", key(phase)).unwrap();
            let Value::Table(table) = value else { continue };
            for (name, value) in table {
                writeln!(text, "{} = {}", key(name), inline(value)).unwrap();
            }
        }
    }
    text
}
