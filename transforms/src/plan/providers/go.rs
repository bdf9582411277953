//! The Go provider.

use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft, item, variables};
use crate::plan::types::{Origin, Plan, PlanError};

const BY: Origin = Origin::Provider("go");
const CACHE: &str = "/root/.cache/go-build";
const DEFAULT: (&str, &str) = ("go", "e89cf1c932006531f454de7d652163a9a5c86668");
const VERSIONS: [(&str, (&str, &str)); 6] = [
    ("1.18", ("go_1_18", "5148520bfab61f99fd25fb9ff7bfbb50dad3c9db")),
    ("1.19", ("go_1_19", "5148520bfab61f99fd25fb9ff7bfbb50dad3c9db")),
    ("1.20", ("go_1_20", "1f13eabcd6f5b00fe9de9575ac52c66a0e887ce6")),
    ("1.21", ("go_1_21", "1f13eabcd6f5b00fe9de9575ac52c66a0e887ce6")),
    ("1.22", DEFAULT),
    ("1.23", ("go_1_23", "05bbf675397d5366259409139039af8077d695ce")),
];

pub(super) const GO: Provider = Provider {
    name: "go",
    detect: |scope| Ok(scope.files.has("main.go") || scope.files.has("go.mod")),
    plan: |scope| plan(scope).map(Provided::from).map(Some),
};

fn plan(scope: Scope<'_>) -> Result<Plan, PlanError> {
    let files = scope.files;
    let module = if files.has("go.mod") { Some(files.text("go.mod")?) } else { None };
    let line = module.as_deref().and_then(|text| text.lines().find(|line| line.trim().starts_with("go")));
    let version = line.and_then(|line| line.split_whitespace().nth(1));
    let known = VERSIONS.into_iter().find(|(name, _)| version == Some(*name));
    let (package, archive) = known.map_or(DEFAULT, |(_, found)| found);
    let mut plan = Plan::default();
    let mut setup = Draft::setup(&BY, [package]);
    setup.archive(archive);
    setup.put(&mut plan);
    if module.is_some() {
        let mut install = Draft::install(&BY, Some("go mod download".to_owned()));
        install.cache(CACHE);
        install.put(&mut plan);
    }
    let mut build = Draft::build(&BY, build_command(scope, module.is_some()));
    build.cache(CACHE).after("setup");
    build.put(&mut plan);
    if files.ending(&[".go"]).next().is_some() {
        let start = draft::start(&mut plan, &BY, "./out");
        if scope.env.get("CGO_ENABLED") != Some("1") {
            start.run_image = Some(item(&BY, "ubuntu:noble"));
        }
    }
    variables(&mut plan, &BY, [("CGO_ENABLED", "0".to_owned())]);
    Ok(plan)
}

fn build_command(scope: Scope<'_>, module: bool) -> Option<String> {
    let files = scope.files;
    if let Some(name) = scope.env.config("GO_BIN") {
        Some(format!("go build -o out ./cmd/{name}"))
    } else if module && files.ending(&[".go"]).any(|path| !path.contains('/')) {
        Some("go build -o out".to_owned())
    } else if files.has_dir("cmd") {
        let dirs = files.directories("cmd/*");
        let names = dirs.into_iter().filter_map(|dir| dir.rsplit_once('/'));
        let mut own = names.filter(|(parent, _)| *parent == "cmd" || parent.ends_with("/cmd"));
        own.next().map(|(_, name)| format!("go build -o out ./cmd/{name}"))
    } else if module {
        Some("go build -o out".to_owned())
    } else {
        files.has("main.go").then(|| "go build -o out main.go".to_owned())
    }
}
