//! The Node provider.

use super::shared::{js, pattern};
use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft, variables};
use crate::plan::files::{Files, error};
use crate::plan::types::{Origin, Plan, PlanError};
use js::Package;
use regex::Regex;
use serde::Deserialize;
use std::sync::LazyLock;

mod monorepo;

const BY: Origin = Origin::Provider("node");
const CADDY_ARCHIVE: &str = "ba913eda2df8eb72147259189d55932012df6301";

pub(super) const NODE: Provider = Provider {
    name: "node",
    detect: |scope| Ok(scope.files.has("package.json")),
    plan: |scope| plan(scope).map(Provided::from).map(Some),
};

fn plan(scope: Scope<'_>) -> Result<Plan, PlanError> {
    let files = scope.files;
    let package = js::package(files);
    let mut plan = Plan::default();
    js::setup(&BY, scope)?.put(&mut plan);
    js::install(&BY, scope)?.put(&mut plan);

    let mut build = Draft::build(&BY, build_command(scope, &package));
    for (path, package) in js::all_packages(files)? {
        if package.mentions("next") {
            build.cache(match path.rsplit_once('/') {
                Some((dir, _)) => format!("{dir}/.next/cache"),
                None => ".next/cache".to_owned(),
            });
        }
    }
    build.cache("node_modules/.cache");
    for dir in package.cache_directories() {
        build.cache(dir);
    }
    if let Some(file) = build_info(files) {
        build.cache(file);
    }
    if monorepo::moon(scope).is_some() {
        build.cache(".moon/cache/outputs");
    }
    build.put(&mut plan);

    let caddy = serves_itself(scope, &package)?;
    if caddy {
        let mut phase = Draft::new(&BY, "caddy");
        phase.archive(CADDY_ARCHIVE).pkgs(["caddy"]).cmd("caddy fmt --overwrite /assets/Caddyfile");
        phase.after("setup");
        phase.put(&mut plan);
        // Only the name counts here: no decision rests on the content.
        plan.static_assets = Some([("Caddyfile".to_owned(), String::new())].into());
    }
    if let Some(cmd) = start_command(scope, &package, caddy) {
        draft::start(&mut plan, &BY, cmd);
    }
    let fixed = [("NODE_ENV", "production"), ("NPM_CONFIG_PRODUCTION", "false"), ("CI", "true")];
    variables(&mut plan, &BY, fixed.map(|(name, value)| (name, value.to_owned())));
    if is_vite(files, &package) {
        let dir = scope.env.config("SPA_OUT_DIR").unwrap_or_else(|| vite_output(files, &package));
        variables(&mut plan, &BY, [("NIXPACKS_SPA_OUTPUT_DIR", dir)]);
    }
    Ok(plan)
}

fn build_command(scope: Scope<'_>, package: &Package) -> Option<String> {
    let manager = js::manager(scope.files, package);
    let script = || package.script("build").is_some().then(|| format!("{manager} run build"));
    monorepo::build_command(scope, manager).or_else(script)
}

fn start_command(scope: Scope<'_>, package: &Package, caddy: bool) -> Option<String> {
    let files = scope.files;
    let manager = js::manager(files, package);
    if let Some(cmd) = monorepo::start_command(scope, package, manager) {
        return Some(cmd);
    }
    if caddy {
        let serve = "exec caddy run --config /assets/Caddyfile --adapter caddyfile 2>&1";
        return Some(serve.to_owned());
    }
    let executor = if manager == "bun" { "bun" } else { "node" };
    if package.script("start").is_some() {
        Some(format!("{manager} run start"))
    } else if let Some(main) = package.main.as_ref().filter(|main| files.has(main)) {
        Some(format!("{executor} {main}"))
    } else if files.has("index.js") {
        Some(format!("{executor} index.js"))
    } else if files.has("index.ts") && manager == "bun" {
        Some("bun index.ts".to_owned())
    } else {
        None
    }
}

fn is_vite(files: &Files<'_>, package: &Package) -> bool {
    package.has_dependency("vite")
        || files.has("vite.config.js")
        || files.has("vite.config.ts")
        || package.script("build").is_some_and(|build| build.to_lowercase().contains("vite build"))
}

/// Whether the app is a page that a server of the planner's own serves.
fn serves_itself(scope: Scope<'_>, package: &Package) -> Result<bool, PlanError> {
    let off = scope.env.config("SPA_CADDY").map(|value| value.to_lowercase());
    if matches!(off.as_deref(), Some("false" | "0")) || !is_vite(scope.files, package) {
        return Ok(false);
    }
    if !scope.files.has("package.json") {
        // The planner itself crashes here.
        return Err(error("Error reading package.json: No such file or directory"));
    }
    let has = |name| package.has_dependency(name);
    Ok((has("react") && !has("@remix-run/react") && !has("@react-router/node"))
        || (has("svelte") && !has("@sveltejs/kit"))
        || ["vue", "preact", "lit", "solid-js", "@builder.io/qwik"].into_iter().any(has)
        || scope.env.config("SPA_OUT_DIR").is_some())
}

fn vite_output(files: &Files<'_>, package: &Package) -> String {
    static CONFIG: LazyLock<Regex> = LazyLock::new(|| pattern(r#"outDir:\s*['"`](.*?)['"`]"#));
    static SCRIPT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"vite\s+build(?:\s+-[^\s]*)*\s+(?:--outDir)\s+([^-\s;]+)"));
    let config = files.text("vite.config.js").or_else(|_| files.text("vite.config.ts")).unwrap_or_default();
    let script = package.script("build").unwrap_or_default();
    let found = CONFIG.captures(&config).or_else(|| SCRIPT.captures(script));
    found.and_then(|captures| captures.get(1)).map_or_else(|| "dist".to_owned(), |m| m.as_str().to_owned())
}

/// What the planner reads of a `tsconfig.json`.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TsConfig {
    compiler_options: Option<CompilerOptions>,
    extends: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CompilerOptions {
    incremental: Option<bool>,
    ts_build_info_file: Option<String>,
    out_dir: Option<String>,
}

/// The file in which TypeScript keeps what it built, where `tsconfig.json` turns that on.
fn build_info(files: &Files<'_>) -> Option<String> {
    let read = |name: &str| files.json::<TsConfig>(name).unwrap_or_default();
    let config = read("tsconfig.json");
    let base = config.extends.as_deref().map(read).and_then(|base| base.compiler_options).unwrap_or_default();
    let own = config.compiler_options.unwrap_or_default();
    if own.incremental.or(base.incremental) != Some(true) {
        return None;
    }
    let in_output = |dir| format!("{dir}/tsconfig.tsbuildinfo");
    let named = own.ts_build_info_file.or(base.ts_build_info_file);
    let file = named.or_else(|| own.out_dir.or(base.out_dir).map(in_output));
    file.or_else(|| Some("tsconfig.tsbuildinfo".to_owned())).filter(|file| files.has(file))
}
