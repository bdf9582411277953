//! Drawing an app.

use crate::case::Case;
use crate::config::{self, VALUES};
use crate::source::{File, NODE, OTHER, PROCFILES, PYTHON};
use nixpacks_transforms::plan::Dashboard;
use proptest::prelude::*;
use std::collections::BTreeMap;

type Files = BTreeMap<String, Vec<u8>>;

fn file(file: &'static File) -> impl Strategy<Value = Option<(String, Vec<u8>)>> {
    let (path, share, texts) = *file;
    let text = prop::sample::select(texts).prop_map(move |text| {
        // A stand-in for bytes that are not UTF-8.
        let bytes = if text == "\u{0}latin" { b"# caf\xe9\n".to_vec() } else { text.as_bytes().to_vec() };
        (path.to_owned(), bytes)
    });
    prop::option::weighted(f64::from(share) / 100.0, text)
}

fn files(set: &'static [File]) -> impl Strategy<Value = Files> {
    set.iter().map(file).collect::<Vec<_>>().prop_map(|files| files.into_iter().flatten().collect())
}

fn sources() -> impl Strategy<Value = Files> {
    let both = |(mut a, b): (Files, Files)| {
        a.extend(b);
        a
    };
    prop_oneof![
        12 => files(PYTHON),
        2 => files(NODE),
        2 => (files(PYTHON), files(NODE)).prop_map(both),
        2 => files(OTHER),
        1 => (files(PYTHON), files(OTHER)).prop_map(both),
        1 => Just(Files::new()),
    ]
}

fn deploy_files() -> impl Strategy<Value = Files> {
    let config = prop::option::weighted(0.75, config::file());
    let second = prop::option::weighted(0.05, config::file());
    let procfile = prop::option::weighted(0.25, prop::sample::select(PROCFILES));
    let railway = prop::option::weighted(0.1, prop::sample::select(RAILWAY));
    (config, second, procfile, railway).prop_map(|(config, second, procfile, railway)| {
        let mut files = Files::new();
        for (name, text) in second.into_iter().chain(config) {
            files.insert(name.to_owned(), text.into_bytes());
        }
        if let Some(text) = procfile {
            files.insert("Procfile".to_owned(), text.into());
        }
        for (name, text) in railway.into_iter().flatten() {
            files.insert((*name).to_owned(), (*text).into());
        }
        files
    })
}

const RAILWAY: &[&[(&str, &str)]] = &[
    &[("railway.json", "{\"deploy\": {\"startCommand\": \"python x.py\"}}")],
    &[("railway.json", "{\"build\": {\"builder\": \"nixpacks\", \"buildCommand\": \"make\"}}")],
    &[("railway.toml", "[deploy]\nstartCommand = \"python y.py\"\n[build]\nbuilder = \"NIXPACKS\"\n")],
    &[
        ("railway.json", "{\"deploy\": {\"startCommand\": \"a\"}}"),
        ("railway.toml", "[deploy]\nstartCommand = \"b\"\n[build]\nbuildCommand = \"c\"\n"),
    ],
    &[("railway.json", "{\"build\": {\"nixpacksConfigPath\": \"nixpacks.json\"}}")],
    &[("railway.toml", "[build]\nnixpacksConfigPath = \"/nixpacks.toml\"\n")],
    &[(
        "railway.json",
        "{\"build\": {\"nixpacksPlan\": {\"phases\": {\"install\": {\"cmds\": [\"...\", \"make\"]}}}}}",
    )],
    &[("railway.json", "{\"build\": {\"nixpacksPlan\": {\"providers\": \"python\"}}}")],
    &[("railway.json", "{ not json"), ("railway.toml", "[deploy]\nstartCommand = \"b\"\n")],
    &[("railway.json", "{\"deploy\": {\"startCommand\": null}, \"build\": {\"buildCommand\": 3}}")],
];

const NAMES: &[&str] = &[
    "NIXPACKS_PKGS",
    "NIXPACKS_APT_PKGS",
    "NIXPACKS_LIBS",
    "NIXPACKS_INSTALL_CMD",
    "NIXPACKS_INSTALL_CACHE_DIRS",
    "NIXPACKS_BUILD_CMD",
    "NIXPACKS_BUILD_CACHE_DIRS",
    "NIXPACKS_START_CMD",
    "NIXPACKS_PYTHON_VERSION",
    "NIXPACKS_PYTHON_PACKAGE_MANAGER",
    "NIXPACKS_NODE_VERSION",
    "NIXPACKS_DEBIAN",
    "NIXPACKS_CONFIG_FILE",
    "NIXPACKS_SPA_OUT_DIR",
    "NIXPACKS_TURBO_APP_NAME",
    "NIXPACKS_MOON_APP_NAME",
    "NIXPACKS_METADATA",
    "PORT",
    "A.B",
];
const COMMANDS: &[&str] = &["make", "pip install -r requirements.txt", "", "npm ci && npm run build"];

fn dashboard() -> impl Strategy<Value = Dashboard> {
    let values: Vec<&str> = [VALUES, &["nixpacks.json", "conf.toml", "line\nbreak", "ui"]].concat();
    let pair = (prop::sample::select(NAMES), prop::sample::select(values));
    let pair = pair.prop_map(|(name, value)| (name.to_owned(), value.to_owned()));
    let command = || prop::option::weighted(0.05, prop::sample::select(COMMANDS).prop_map(str::to_owned));
    let env = prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(pair, 1..4)];
    (env, command(), command(), command()).prop_map(|(env, install_cmd, build_cmd, start_cmd)| Dashboard {
        env,
        install_cmd,
        build_cmd,
        start_cmd,
    })
}

/// Where an app's files stand, which decides whether the planner looks into a subdirectory.
#[derive(Clone, Copy, Debug)]
enum Layout {
    Root,
    OneDirectory,
    TwoDirectories,
    Deep,
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let layout = prop_oneof![
        8 => Just(Layout::Root),
        2 => Just(Layout::OneDirectory),
        1 => Just(Layout::TwoDirectories),
        1 => Just(Layout::Deep),
    ];
    let root = prop::option::weighted(0.4, deploy_files());
    (sources(), deploy_files(), root, dashboard(), layout).prop_map(
        |(sources, deploy, root, dashboard, layout)| {
            let prefix = match layout {
                Layout::Root => "",
                Layout::OneDirectory | Layout::TwoDirectories => "backend/",
                Layout::Deep => "apps/api/",
            };
            let mut files: Files = sources
                .into_iter()
                .chain(deploy)
                .map(|(path, bytes)| (format!("{prefix}{path}"), bytes))
                .collect();
            if !prefix.is_empty() {
                files.extend(root.unwrap_or_default());
            }
            if matches!(layout, Layout::TwoDirectories) {
                files.insert("frontend/README.md".to_owned(), Vec::new());
            }
            Case { files, dashboard }
        },
    )
}
