//! The Node provider.

use super::shared::{js, pattern};
use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft, variables};
use crate::plan::files::{Files, error};
use crate::plan::types::{Origin, Plan, PlanError};
use js::Package;
use regex::Regex;
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
    for dir in &package.cache_directories {
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
    if let Some(cmd) = start_command(scope, &package, caddy)? {
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
    let script = || package.scripts.contains_key("build").then(|| format!("{manager} run build"));
    monorepo::build_command(scope, manager).or_else(script)
}

fn start_command(scope: Scope<'_>, package: &Package, caddy: bool) -> Result<Option<String>, PlanError> {
    let files = scope.files;
    let manager = js::manager(files, package);
    if let Some(cmd) = monorepo::start_command(scope, package, manager)? {
        return Ok(Some(cmd));
    }
    if caddy {
        let serve = "exec caddy run --config /assets/Caddyfile --adapter caddyfile 2>&1";
        return Ok(Some(serve.to_owned()));
    }
    let executor = if manager == "bun" { "bun" } else { "node" };
    Ok(if package.scripts.contains_key("start") {
        Some(format!("{manager} run start"))
    } else if let Some(main) = package.main.as_ref().filter(|main| files.has(main)) {
        Some(format!("{executor} {main}"))
    } else if files.has("index.js") {
        Some(format!("{executor} index.js"))
    } else if files.has("index.ts") && manager == "bun" {
        Some("bun index.ts".to_owned())
    } else {
        None
    })
}

fn is_vite(files: &Files<'_>, package: &Package) -> bool {
    package.has_dependency("vite")
        || files.has("vite.config.js")
        || files.has("vite.config.ts")
        || package.scripts.get("build").is_some_and(|build| build.to_lowercase().contains("vite build"))
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
    let script = package.scripts.get("build").map_or("", String::as_str);
    let found = CONFIG.captures(&config).or_else(|| SCRIPT.captures(script));
    found.and_then(|captures| captures.get(1)).map_or_else(|| "dist".to_owned(), |m| m.as_str().to_owned())
}

/// The file in which TypeScript keeps what it built, where `tsconfig.json` turns that on.
fn build_info(files: &Files<'_>) -> Option<String> {
    let config = files.json("tsconfig.json").ok()?;
    let string = |table: &crate::document::Table, key: &str| {
        table.get(key).and_then(|node| node.as_str()).map(|string| string.decoded.clone())
    };
    let base = string(&config, "extends").and_then(|name| files.json(&name).ok());
    let options = [Some(&config), base.as_ref()];
    let options = options.map(|file| file.and_then(|file| file.get("compilerOptions")?.as_table()));
    let find = |key: &str| options.into_iter().flatten().find_map(|options| string(options, key));
    let incremental =
        options.into_iter().flatten().find_map(|options| match options.get("incremental")?.value {
            crate::document::Value::Bool(on) => Some(on),
            _ => None,
        });
    if incremental != Some(true) {
        return None;
    }
    let file = find("tsBuildInfoFile")
        .or_else(|| find("outDir").map(|dir| format!("{dir}/tsconfig.tsbuildinfo")))
        .unwrap_or_else(|| "tsconfig.tsbuildinfo".to_owned());
    files.has(&file).then_some(file)
}
