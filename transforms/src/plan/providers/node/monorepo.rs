//! Moon, Nx and Turborepo.

use super::js::{Package, dlx};
use crate::plan::detect::Scope;
use crate::plan::files::Files;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// What the planner reads of a `turbo.json`.
#[derive(Deserialize)]
struct Turbo {
    #[serde(default)]
    pipeline: HashMap<String, Value>,
    #[serde(default)]
    tasks: HashMap<String, Value>,
}

/// What the planner reads of an `nx.json`.
#[derive(Deserialize)]
struct Nx {
    #[serde(alias = "defaultProject")]
    default_project: Option<String>,
}

/// What the planner reads of a `project.json`.
#[derive(Deserialize)]
struct Project {
    targets: Targets,
}

#[derive(Deserialize)]
struct Targets {
    build: Target,
    start: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    executor: String,
    options: Option<TargetOptions>,
    configurations: Option<Configurations>,
}

#[derive(Deserialize)]
struct TargetOptions {
    #[serde(alias = "outputPath")]
    output_path: Option<Value>,
    main: Option<String>,
}

#[derive(Deserialize)]
struct Configurations {
    production: Option<Value>,
}

/// The Moon project to run, where the app is a Moon workspace.
pub(super) fn moon(scope: Scope<'_>) -> Option<String> {
    scope.env.config("MOON_APP_NAME").filter(|_| scope.files.has(".moon/workspace.yml"))
}

pub(super) fn build_command(scope: Scope<'_>, manager: &str) -> Option<String> {
    let dlx = dlx(manager);
    if let Some(app) = moon(scope) {
        let task = scope.env.config("MOON_BUILD_TASK").unwrap_or_else(|| "build".to_owned());
        return Some(format!("{dlx} @moonrepo/cli run {app}:{task}"));
    }
    if let Some((app, _)) = nx(scope) {
        return Some(format!("{dlx} nx run {app}:build:production"));
    }
    let turbo = turbo(scope.files)?;
    if turbo.has_task("build") {
        return Some("npx turbo run build".to_owned());
    }
    scope.env.config("TURBO_APP_NAME").map(|app| format!("{dlx} turbo run {app}:build"))
}

pub(super) fn start_command(scope: Scope<'_>, package: &Package, manager: &str) -> Option<String> {
    let dlx = dlx(manager);
    if let Some(app) = moon(scope) {
        let task = scope.env.config("MOON_START_TASK").unwrap_or_else(|| "start".to_owned());
        return Some(format!("{dlx} @moonrepo/cli run {app}:{task}"));
    }
    if let Some((app, targets)) = nx(scope) {
        return Some(nx_start(&app, targets, dlx));
    }
    let turbo = turbo(scope.files)?;
    if let Some(app) = scope.env.config("TURBO_APP_NAME") {
        let workspaces = if manager == "pnpm" { pnpm_workspaces(scope.files)? } else { package.workspaces() };
        let named = |dir: &&str| **dir == app || dir.ends_with(&format!("/{app}"));
        if workspaces.iter().any(|glob| scope.files.directories(glob).iter().any(named)) {
            return Some(match manager {
                "pnpm" => format!("pnpm --filter {app} run start"),
                "yarn" => format!("yarn workspace {app} run start"),
                manager => format!("{manager} --workspace {app} run start"),
            });
        }
    }
    turbo.has_task("start").then(|| "npx turbo run start".to_owned())
}

fn turbo(files: &Files<'_>) -> Option<Turbo> {
    files.json("turbo.json").ok()
}

impl Turbo {
    fn has_task(&self, name: &str) -> bool {
        self.pipeline.contains_key(name) || self.tasks.contains_key(name)
    }
}

/// The list under `packages:` of `pnpm-workspace.yaml`.
fn pnpm_workspaces(files: &Files<'_>) -> Option<Vec<String>> {
    let text = files.text("pnpm-workspace.yaml").ok()?;
    let mut lines = text.lines().skip_while(|line| line.trim_end() != "packages:");
    lines.next()?;
    let items = lines.map_while(|line| {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Some(None);
        }
        line.strip_prefix('-').map(|item| Some(item.trim().trim_matches(['"', '\'']).to_owned()))
    });
    Some(items.flatten().collect())
}

/// The Nx project and its targets.
fn nx(scope: Scope<'_>) -> Option<(String, Targets)> {
    let files = scope.files;
    if !files.has("nx.json") {
        return None;
    }
    let default = files.json("nx.json").ok().and_then(|nx: Nx| nx.default_project);
    let app = scope.env.config("NX_APP_NAME").or(default).or_else(|| {
        let apps = files.directories("apps/*");
        let mut names = apps.into_iter().filter_map(|dir| dir.rsplit('/').next());
        let has_targets = |name: &&str| {
            files.has(&format!("apps/{name}/project.json")) || package_targets(files, name).is_some()
        };
        names.find(has_targets).map(str::to_owned)
    })?;
    let project = files.json(&format!("apps/{app}/project.json"));
    let targets = match project {
        Ok(Project { targets }) => Some(targets),
        Err(_) => serde_json::from_value(package_targets(files, &app)?).ok(),
    };
    Some((app, targets?))
}

fn package_targets(files: &Files<'_>, app: &str) -> Option<Value> {
    let package: Value = files.json(&format!("apps/{app}/package.json")).ok()?;
    package.get("nx")?.get("targets").cloned()
}

fn nx_start(app: &str, targets: Targets, dlx: &str) -> String {
    if let Some(start) = targets.start {
        let production =
            start.configurations.is_some_and(|configurations| configurations.production.is_some());
        let suffix = if production { ":production" } else { "" };
        return format!("{dlx} nx run {app}:start{suffix}");
    }
    let options = targets.build.options.as_ref();
    let output = options.and_then(|options| options.output_path.as_ref()?.as_str());
    let output = output.map_or_else(|| format!("dist/apps/{app}"), str::to_owned);
    if matches!(targets.build.executor.as_str(), "@nx/next:build" | "@nrwl/next:build") {
        return format!("cd {output} && npm run start");
    }
    let main = options.and_then(|options| options.main.as_deref());
    let stem = main.and_then(|main| main.rsplit('/').next()).map_or("index", |name| {
        name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
    });
    format!("node {output}/{stem}.js")
}
