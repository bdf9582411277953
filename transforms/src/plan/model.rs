//! The whole of it: from an app to its plan.

use super::config;
use super::deploy::Deploy;
use super::detect::{Provided, Scope, detect};
use super::draft::item;
use super::env::Env;
use super::files::{Files, error};
use super::layers;
use super::merge::{close, fill, is_hole, merge, pin, prefix};
use super::order::order;
use super::procfile;
use super::providers::PROVIDERS;
use super::types::{Dashboard, Item, Model, Origin, Plan, PlanError};
use crate::app::{AppView, Kind};
use crate::document::{FileKind, schema};

/// How often the plan may move into the one subdirectory.
const MAX_FALLBACKS: usize = 64;

/// Computes the plan that Nixpacks 1.41.0 would make of `app`. Reads `.py` files only where the
/// Python provider runs, and each once.
pub fn model(app: &dyn AppView, dashboard: &Dashboard) -> Model {
    let mut deploy = Deploy::root(app);
    let env = Env::new(&dashboard.env);
    let mut dir = String::new();
    let mut result = plans(app, &mut deploy, &env, dashboard, &dir);
    for _ in 0..MAX_FALLBACKS {
        if !result.as_ref().is_ok_and(|(_, plan)| plan.phases.is_empty()) {
            break;
        }
        let Some(only) = only_directory(app, &dir) else { break };
        dir = only;
        deploy.directory(app, &dir);
        result = plans(app, &mut deploy, &env, dashboard, &dir);
    }
    let builder = deploy.railway(&schema::RAILWAY_BUILDER);
    let Deploy { documents, broken } = deploy;
    match result {
        Ok((provided, plan)) => {
            Model { documents, broken, provided, order: order(&plan), plan: Ok(plan), builder }
        }
        Err(e) => Model {
            documents,
            broken,
            provided: Plan { dir, ..Plan::default() },
            plan: Err(e.clone()),
            builder,
            order: Err(e),
        },
    }
}

/// The directory that the plan moves to where it has no phase: the only one there is.
fn only_directory(app: &dyn AppView, dir: &str) -> Option<String> {
    let mut dirs = app.list(dir).into_iter().filter(|entry| entry.kind == Kind::Dir);
    let only = dirs.next().filter(|_| dirs.next().is_none())?;
    Some(if dir.is_empty() { only.name } else { format!("{dir}/{}", only.name) })
}

/// The plan of the providers and the Procfile, and the merged plan, for one directory.
fn plans(
    app: &dyn AppView,
    deploy: &mut Deploy,
    env: &Env,
    dashboard: &Dashboard,
    dir: &str,
) -> Result<(Plan, Plan), PlanError> {
    let files = Files::new(app, dir);
    let file = config_file(app, &files, deploy, env)?;
    let above = merge(merge(file, layers::environment(env)), layers::command_line(deploy, dashboard));
    let env = env.with(above.variables.iter().map(|(name, item)| (name, &item.value)));
    let scope = Scope { files: &files, env: &env };

    let mut provided = from_providers(scope, above.providers.clone())?;
    let document = files.path(FileKind::Procfile.name()).and_then(|path| deploy.get(&path)).transpose()?;
    if let Some(document) = document {
        provided = merge(provided, procfile::layer(document)?);
    }
    dir.clone_into(&mut provided.dir);

    let mut plan = merge(provided.clone(), above);
    // The platform's variables end up in the plan too, those of the file over them.
    for (name, value) in env.iter() {
        let by = Origin::Variable(name.clone());
        let from_file = plan.variables.get(name).is_some_and(|item| matches!(item.origin, Origin::Deploy(_)));
        if !from_file {
            plan.variables.insert(name.clone(), item(&by, value));
        }
    }
    pin(&mut plan, env.truthy("DEBIAN"));
    close(&mut provided);
    Ok((provided, plan))
}

/// The config file as a layer, empty where there is none.
fn config_file(
    app: &dyn AppView,
    files: &Files<'_>,
    deploy: &mut Deploy,
    env: &Env,
) -> Result<Plan, PlanError> {
    let name = match env.config("CONFIG_FILE") {
        Some(name) if !files.has(&name) => return Err(error(format!("Config file {name} does not exist"))),
        Some(name) => name,
        None => match FileKind::CONFIGS.map(FileKind::name).into_iter().find(|name| files.has(name)) {
            Some(name) => name.to_owned(),
            None => return Ok(Plan::default()),
        },
    };
    let file = name.rsplit('/').next().unwrap_or(&name);
    let kind = match file.rsplit_once('.') {
        Some((stem, "toml")) if !stem.is_empty() => FileKind::NixpacksToml,
        Some((stem, "json")) if !stem.is_empty() => FileKind::NixpacksJson,
        _ => return Err(error(format!("Unknown file type: {name}"))),
    };
    let Some(path) = files.path(&name) else { return Ok(Plan::default()) };
    deploy.load(app, path.clone(), kind);
    let context = |e: PlanError| PlanError {
        message: format!("Failed to parse Nixpacks config file `{name}`: {}", e.message),
        place: e.place,
    };
    match deploy.get(&path) {
        Some(document) => document.and_then(config::decode).map_err(context),
        None => Ok(Plan::default()),
    }
}

/// The plans of the providers: the detected one, or those that the layers above name.
fn from_providers(scope: Scope<'_>, listed: Option<Vec<Item>>) -> Result<Plan, PlanError> {
    let planner = Origin::Provider("nixpacks");
    let detected = detect(PROVIDERS, scope)?;
    let detected = detected.map(|provider| item(&planner, provider.name)).into_iter().collect();
    let listed = listed.unwrap_or_else(|| vec![item(&planner, "...")]);
    let mut chosen = fill(Some(detected), Some(listed)).unwrap_or_default();
    chosen.retain(|name| !is_hole(&name.value));

    let mut plan = Plan::default();
    let mut metadata: Vec<&str> = Vec::new();
    for (nth, name) in chosen.iter().enumerate() {
        let Some(provider) = PROVIDERS.iter().find(|provider| provider.name == name.value) else {
            let message = format!("Provider {} not found", name.value);
            let place = if let Origin::Deploy(place) = &name.origin { Some(place.clone()) } else { None };
            return Err(PlanError { message, place });
        };
        let Some(Provided { plan: mut own, labels }) = (provider.plan)(scope)? else { continue };
        if nth > 0 {
            prefix(&mut own, provider.name);
        }
        metadata.push(provider.name);
        metadata.extend(labels);
        let mut ran = std::mem::take(&mut plan.ran);
        ran.push(provider.name.to_owned());
        // Each provider goes below those before it.
        plan = merge(own, plan);
        plan.ran = ran;
    }
    if !chosen.is_empty() {
        plan.variables.insert("NIXPACKS_METADATA".to_owned(), item(&planner, metadata.join(",")));
    }
    Ok(plan)
}
