//! The Go provider, as far as a Python deploy depends on it.

use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft, item};
use crate::plan::types::{Origin, Plan, PlanError};

const BY: Origin = Origin::Provider("go");

pub(super) const GO: Provider = Provider {
    name: "go",
    detect: |scope| Ok(scope.files.has("main.go") || scope.files.has("go.mod")),
    plan: |scope| plan(scope).map(Provided::from).map(Some),
};

fn plan(scope: Scope<'_>) -> Result<Plan, PlanError> {
    let files = scope.files;
    let module = if files.has("go.mod") { Some(files.text("go.mod")?) } else { None };
    let line = module.as_deref().and_then(|text| text.lines().find(|line| line.trim().starts_with("go")));
    let mut plan = Plan::default();
    let mut setup = Draft::setup(&BY, ["go"]);
    setup.archive(match line.and_then(|line| line.split_whitespace().nth(1)) {
        Some("1.18" | "1.19") => "5148520bfab61f99fd25fb9ff7bfbb50dad3c9db",
        Some("1.20" | "1.21") => "1f13eabcd6f5b00fe9de9575ac52c66a0e887ce6",
        Some("1.23") => "05bbf675397d5366259409139039af8077d695ce",
        _ => "e89cf1c932006531f454de7d652163a9a5c86668",
    });
    setup.put(&mut plan);
    if module.is_some() {
        Draft::install(&BY, Some("go mod download".to_owned())).put(&mut plan);
    }
    let top = module.is_some() && files.ending(&[".go"]).any(|path| !path.contains('/'));
    let builds = scope.env.config("GO_BIN").is_some()
        || top
        || if files.has_dir("cmd") {
            files.directories("cmd/*").iter().any(|dir| dir.rsplit('/').nth(1) == Some("cmd"))
        } else {
            module.is_some() || files.has("main.go")
        };
    let mut build = Draft::build(&BY, builds.then(|| "go build -o out".to_owned()));
    build.after("setup");
    build.put(&mut plan);
    if files.ending(&[".go"]).next().is_some() {
        let start = draft::start(&mut plan, &BY, "./out");
        if scope.env.get("CGO_ENABLED") != Some("1") {
            start.run_image = Some(item(&BY, "ubuntu:noble"));
        }
    }
    Ok(plan)
}
