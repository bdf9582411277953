//! The Deno provider.

use super::shared::pattern;
use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft};
use crate::plan::types::{Origin, Plan, PlanError};
use regex::Regex;
use serde::Deserialize;
use std::sync::LazyLock;

const BY: Origin = Origin::Provider("deno");
const SOURCES: [&str; 4] = [".ts", ".tsx", ".js", ".jsx"];

/// What the planner reads of a `deno.json`.
#[derive(Deserialize)]
struct Config {
    tasks: Option<Tasks>,
}

#[derive(Deserialize)]
struct Tasks {
    start: Option<String>,
}

pub(super) const DENO: Provider = Provider {
    name: "deno",
    detect: |scope| {
        static IMPORT: LazyLock<Regex> = LazyLock::new(|| {
            pattern(r#"import .+ from (?:"|'|`)https://deno.land/[^"`']+\.(?:ts|js|tsx|jsx)(?:"|'|`);?"#)
        });
        let files = scope.files;
        if files.has("deno.json") || files.has("deno.jsonc") {
            return Ok(true);
        }
        // Compiled only for a text that may match: that takes longer than all else on a small app.
        files.any_match(|text| text.contains("https://deno") && IMPORT.is_match(text), files.ending(&SOURCES))
    },
    plan: |scope| plan(scope).map(Provided::from).map(Some),
};

fn plan(scope: Scope<'_>) -> Result<Plan, PlanError> {
    let files = scope.files;
    let mut plan = Plan::default();
    Draft::setup(&BY, ["deno"]).put(&mut plan);
    let index = files.named(&["index.ts", "index.tsx", "index.js", "index.jsx"]).next();
    if let Some(index) = index {
        let mut build = Draft::build(&BY, Some(format!("deno cache {index}")));
        build.after("setup");
        build.put(&mut plan);
    }
    let task = if files.has("deno.json") || files.has("deno.jsonc") {
        let config: Config = files.json("deno.json").or_else(|_| files.jsonc("deno.jsonc"))?;
        config.tasks.and_then(|tasks| tasks.start)
    } else {
        None
    };
    if let Some(cmd) = task.or_else(|| index.map(|index| format!("deno run --allow-all {index}"))) {
        draft::start(&mut plan, &BY, cmd);
    }
    Ok(plan)
}
