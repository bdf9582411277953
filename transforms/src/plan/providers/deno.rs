//! The Deno provider.

use super::shared::pattern;
use crate::document::{Table, Value};
use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft};
use crate::plan::files::error;
use crate::plan::types::{Origin, Plan, PlanError};
use regex::Regex;
use std::sync::LazyLock;

const BY: Origin = Origin::Provider("deno");
const SOURCES: [&str; 4] = [".ts", ".tsx", ".js", ".jsx"];

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
        files.any_match(&IMPORT, files.ending(&SOURCES))
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
        start_task(&files.json("deno.json").or_else(|_| files.jsonc("deno.jsonc"))?)?
    } else {
        None
    };
    if let Some(cmd) = task.or_else(|| index.map(|index| format!("deno run --allow-all {index}"))) {
        draft::start(&mut plan, &BY, cmd);
    }
    Ok(plan)
}

fn start_task(config: &Table) -> Result<Option<String>, PlanError> {
    let tasks = match config.get("tasks").map(|node| &node.value) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Table(tasks)) => tasks,
        Some(_) => return Err(error("Error reading deno.json as JSON")),
    };
    match tasks.get("start").map(|node| &node.value) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Str(start)) => Ok(Some(start.decoded.clone())),
        Some(_) => Err(error("Error reading deno.json as JSON")),
    }
}
