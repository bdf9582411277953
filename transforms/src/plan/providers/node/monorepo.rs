//! Moon, Nx and Turborepo.

use super::js::{Package, dlx};
use crate::document::Table;
use crate::plan::detect::Scope;
use crate::plan::files::{Files, error};
use crate::plan::types::PlanError;

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
    if has_task(&turbo, "build") {
        return Some("npx turbo run build".to_owned());
    }
    scope.env.config("TURBO_APP_NAME").map(|app| format!("{dlx} turbo run {app}:build"))
}

pub(super) fn start_command(
    scope: Scope<'_>,
    package: &Package,
    manager: &str,
) -> Result<Option<String>, PlanError> {
    let dlx = dlx(manager);
    if let Some(app) = moon(scope) {
        let task = scope.env.config("MOON_START_TASK").unwrap_or_else(|| "start".to_owned());
        return Ok(Some(format!("{dlx} @moonrepo/cli run {app}:{task}")));
    }
    if let Some((app, targets)) = nx(scope) {
        return nx_start(&app, &targets, dlx).map(Some);
    }
    let Some(turbo) = turbo(scope.files) else { return Ok(None) };
    if let Some(app) = scope.env.config("TURBO_APP_NAME") {
        let workspaces = if manager == "pnpm" {
            match pnpm_workspaces(scope.files) {
                Some(workspaces) => workspaces,
                None => return Ok(None),
            }
        } else {
            package.workspaces.clone()
        };
        let named = |dir: &&str| **dir == app || dir.ends_with(&format!("/{app}"));
        if workspaces.iter().any(|glob| scope.files.directories(glob).iter().any(named)) {
            return Ok(Some(match manager {
                "pnpm" => format!("pnpm --filter {app} run start"),
                "yarn" => format!("yarn workspace {app} run start"),
                manager => format!("{manager} --workspace {app} run start"),
            }));
        }
    }
    Ok(has_task(&turbo, "start").then(|| "npx turbo run start".to_owned()))
}

fn turbo(files: &Files<'_>) -> Option<Table> {
    if files.has("turbo.json") { files.json("turbo.json").ok() } else { None }
}

fn has_task(turbo: &Table, task: &str) -> bool {
    ["pipeline", "tasks"].into_iter().any(|key| {
        let table = turbo.get(key).and_then(|node| node.as_table());
        table.is_some_and(|table| table.get(task).is_some())
    })
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
fn nx(scope: Scope<'_>) -> Option<(String, Table)> {
    let files = scope.files;
    let nx = if files.has("nx.json") { files.json("nx.json") } else { return None };
    let default = nx.ok().and_then(|nx| {
        let project = nx.get("defaultProject").or_else(|| nx.get("default_project"))?;
        project.as_str().map(|project| project.decoded.clone())
    });
    let app = scope.env.config("NX_APP_NAME").or(default).or_else(|| {
        let apps = files.directories("apps/*");
        let names = apps.into_iter().filter_map(|dir| dir.rsplit('/').next());
        names.into_iter().find_map(|name| {
            let found =
                files.has(&format!("apps/{name}/project.json")) || package_targets(files, name).is_some();
            found.then(|| name.to_owned())
        })
    })?;
    let project = files.json(&format!("apps/{app}/project.json")).ok();
    let targets = project.and_then(|project| project.get("targets")?.as_table().cloned());
    let targets = targets.filter(is_targets).or_else(|| package_targets(files, &app).filter(is_targets))?;
    Some((app, targets))
}

fn package_targets(files: &Files<'_>, app: &str) -> Option<Table> {
    let package = files.json(&format!("apps/{app}/package.json")).ok()?;
    package.get("nx")?.as_table()?.get("targets")?.as_table().cloned()
}

/// Whether there is a build target that names its executor, and a start target does so too.
fn is_targets(targets: &Table) -> bool {
    let executor = |name: &str| Some(targets.get(name)?.as_table()?.get("executor")?.as_str().is_some());
    executor("build") == Some(true) && (targets.get("start").is_none() || executor("start") == Some(true))
}

fn nx_start(app: &str, targets: &Table, dlx: &str) -> Result<String, PlanError> {
    let table = |table: &Table, key: &str| table.get(key).and_then(|node| node.as_table()).cloned();
    let string = |table: &Table, key: &str| Some(table.get(key)?.as_str()?.decoded.clone());
    if let Some(start) = table(targets, "start") {
        let production = table(&start, "configurations").is_some_and(|c| c.get("production").is_some());
        let suffix = if production { ":production" } else { "" };
        return Ok(format!("{dlx} nx run {app}:start{suffix}"));
    }
    let build = table(targets, "build").ok_or_else(|| error(format!("No build target found for {app}")))?;
    let options = table(&build, "options");
    let output = options
        .as_ref()
        .and_then(|options| string(options, "outputPath").or_else(|| string(options, "output_path")));
    let output = output.unwrap_or_else(|| format!("dist/apps/{app}"));
    if matches!(string(&build, "executor").as_deref(), Some("@nx/next:build" | "@nrwl/next:build")) {
        return Ok(format!("cd {output} && npm run start"));
    }
    let main = options.as_ref().and_then(|options| string(options, "main"));
    let stem = main.as_deref().and_then(|main| main.rsplit('/').next()).map_or("index", |name| {
        name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
    });
    Ok(format!("node {output}/{stem}.js"))
}
