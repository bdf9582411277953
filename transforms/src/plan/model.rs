//! The whole of it: from an app to its plan.

use super::config;
use super::deploy::Deploy;
use super::detect::{Provided, Scope, detect};
use super::draft::item;
use super::env::Env;
use super::files::{Files, error};
use super::layers;
use super::merge::{drop_splices, is_splice, merge, pin_images, prefix, splice};
use super::order::order;
use super::procfile;
use super::providers::{PROVIDERS, meant_provider};
use super::remembered::Remembered;
use super::types::{Dashboard, Item, Model, Origin, Place, Plan, PlanError, PlanErrorKind};
use crate::app::{AppView, Kind};
use crate::document::{Document, FileKind, schema};
use std::borrow::Cow;

/// How often the plan may move into the one subdirectory.
const MAX_FALLBACKS: usize = 64;

/// Computes the plan that Nixpacks 1.41.0 would make of `app`, and what Nixpacks would refuse. Reads `.py`
/// files only where the Python provider runs, and each once.
pub fn model(app: &dyn AppView, dashboard: &Dashboard) -> Model {
    model_with(app, dashboard, &Remembered::default())
}

/// [`model`], with what other plans of the app saw of the files that no fix touches.
pub(crate) fn model_with(app: &dyn AppView, dashboard: &Dashboard, remembered: &Remembered) -> Model {
    model_in(app, dashboard, remembered, schema::RAILWAY_PRODUCTION)
}

/// The same in an environment of Railway, which may have settings of its own in Railway's file.
pub(crate) fn model_in(
    app: &dyn AppView,
    dashboard: &Dashboard,
    remembered: &Remembered,
    environment: &str,
) -> Model {
    let mut deploy = Deploy::root(app, environment);
    let env = Env::new(&dashboard.env);
    let mut dir = String::new();
    let mut layers = plans(app, &mut deploy, &env, dashboard, remembered, &dir);
    for _ in 0..MAX_FALLBACKS {
        if !(layers.errors.is_empty() && layers.plan.phases.is_empty()) {
            break;
        }
        let Some(only) = only_directory(app, &dir) else { break };
        dir = only;
        deploy.directory(app, &dir);
        layers = plans(app, &mut deploy, &env, dashboard, remembered, &dir);
    }
    let builder = deploy.railway(&schema::RAILWAY_BUILDER);
    let new_config = new_config(app, &deploy, &layers, &dir);
    let Deploy { documents, broken, .. } = deploy;
    let Layers { config, provided, plan, mut errors } = layers;
    let (order, cycle) = order(&plan);
    errors.extend(cycle);
    for error in broken.iter().filter(|error| FileKind::RAILWAY.iter().any(|kind| kind.name() == error.path))
    {
        errors.push(PlanError {
            kind: PlanErrorKind::RailwayFile,
            message: format!("Railway cannot read `{}`: {}", error.path, error.message),
            place: error.span.map(|span| Place { path: error.path.clone(), span }),
        });
    }
    Model { documents, broken, config, new_config, provider_plan: provided, plan, errors, builder, order }
}

/// An empty config, where a new one would be read: no file has the name, and none is asked for under another.
fn new_config(app: &dyn AppView, deploy: &Deploy, layers: &Layers, dir: &str) -> Option<Document> {
    let kind = FileKind::NixpacksToml;
    let path = if dir.is_empty() { kind.name().to_owned() } else { format!("{dir}/{}", kind.name()) };
    let is_taken = layers.config.is_some()
        || app.kind(&path).is_some()
        || app.hidden(&path).is_some()
        || deploy.railway(&schema::RAILWAY_CONFIG_PATH).is_some();
    if is_taken { None } else { Document::parse(path, kind, "").ok() }
}

/// The directory that the plan moves to where it has no phase: the only one there is.
fn only_directory(app: &dyn AppView, dir: &str) -> Option<String> {
    let mut dirs = app.list(dir).into_iter().filter(|entry| entry.kind == Kind::Dir);
    let only = dirs.next().filter(|_| dirs.next().is_none())?;
    Some(if dir.is_empty() { only.name } else { format!("{dir}/{}", only.name) })
}

/// The plan of the providers and the Procfile, the merged plan, and what Nixpacks refuses, in the order in which
/// it would complain.
struct Layers {
    config: Option<String>,
    provided: Plan,
    plan: Plan,
    errors: Vec<PlanError>,
}

/// The layers for one directory. What is refused is left out of them.
fn plans(
    app: &dyn AppView,
    deploy: &mut Deploy,
    env: &Env,
    dashboard: &Dashboard,
    remembered: &Remembered,
    dir: &str,
) -> Layers {
    let files = Files::new(app, dir, &remembered.walks);
    let mut errors = Vec::new();
    let (config, file) = config_file(app, &files, deploy, env, &mut errors);
    let command_line = layers::command_line(deploy, dashboard, &mut errors);
    let above = merge(merge(file, layers::environment(env)), command_line);
    let env = env.with(above.variables.iter().map(|(name, item)| (name, &item.value)));
    let scope = Scope { files: &files, env: &env, remembered };

    let mut provided = from_providers(scope, above.providers.clone(), &mut errors);
    let document = files.path(FileKind::Procfile.name()).and_then(|path| deploy.get(&path));
    match document.map(|document| document.and_then(procfile::layer)) {
        Some(Ok(layer)) => provided = merge(provided, layer),
        Some(Err(error)) => errors.push(error),
        None => {}
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
    pin_images(&mut plan, env.truthy("DEBIAN"));
    drop_splices(&mut provided);
    Layers { config, provided, plan, errors }
}

/// The path of the config file and what it says as a layer, empty where there is none or none can be read.
fn config_file(
    app: &dyn AppView,
    files: &Files<'_>,
    deploy: &mut Deploy,
    env: &Env,
    errors: &mut Vec<PlanError>,
) -> (Option<String>, Plan) {
    let nothing = (None, Plan::default());
    let from_railway = deploy.railway(&schema::RAILWAY_CONFIG_PATH);
    let from_railway = from_railway.map(|(path, _)| {
        let path = path.trim_start_matches("./").trim_matches('/').to_owned();
        // Written from the root of the repository, where the service builds the directory below it.
        let name = path.rsplit('/').next().unwrap_or(&path);
        if !files.has(&path) && files.has(name) { name.to_owned() } else { path }
    });
    let is_named_by_railway = from_railway.is_some();
    let name = match from_railway.or_else(|| env.config("CONFIG_FILE")) {
        Some(name) if !files.has(&name) => {
            errors.push(error(if is_named_by_railway {
                format!("Failed to read Nixpacks config file `{name}`: No such file or directory")
            } else {
                format!("Config file {name} does not exist")
            }));
            return nothing;
        }
        Some(name) => name,
        None => match FileKind::CONFIGS.map(FileKind::name).into_iter().find(|name| files.has(name)) {
            Some(name) => name.to_owned(),
            None => return nothing,
        },
    };
    let file = name.rsplit('/').next().unwrap_or(&name);
    let kind = match file.rsplit_once('.') {
        Some((stem, "toml")) if !stem.is_empty() => FileKind::NixpacksToml,
        Some((stem, "json")) if !stem.is_empty() => FileKind::NixpacksJson,
        _ => {
            errors.push(error(format!("Unknown file type: {name}")));
            return nothing;
        }
    };
    let Some(path) = files.path(&name).map(Cow::into_owned) else { return nothing };
    deploy.load(app, path.clone(), kind);
    let (plan, refused) = match deploy.get(&path) {
        Some(Ok(document)) => config::decode(document),
        Some(Err(error)) => (Plan::default(), vec![error]),
        None => return nothing,
    };
    errors.extend(refused.into_iter().map(|error| PlanError {
        message: match error.kind {
            // The words are those of our own parser.
            PlanErrorKind::Syntax => format!("it cannot read `{name}`: {}", error.message),
            _ => format!("Failed to parse Nixpacks config file `{name}`: {}", error.message),
        },
        ..error
    }));
    (Some(path), plan)
}

/// The plans of the providers: the detected one, or those that the layers above name. A provider that is not
/// known or that refuses the app is left out.
fn from_providers(scope: Scope<'_>, listed: Option<Vec<Item>>, errors: &mut Vec<PlanError>) -> Plan {
    let planner = Origin::Provider("nixpacks");
    let detected = detect(PROVIDERS, scope).unwrap_or_else(|error| {
        errors.push(error);
        None
    });
    let detected = detected.map(|provider| item(&planner, provider.name)).into_iter().collect();
    let listed = listed.unwrap_or_else(|| vec![item(&planner, "...")]);
    let mut chosen = splice(Some(detected), Some(listed)).unwrap_or_default();
    chosen.retain(|name| !is_splice(&name.value));

    let named = |name: &str| PROVIDERS.iter().find(|provider| provider.name == name);
    let mut plan = Plan::default();
    let mut metadata: Vec<&str> = Vec::new();
    for (nth, name) in chosen.iter().enumerate() {
        let known = named(&name.value);
        if known.is_none() {
            let message = format!("Provider {} not found", name.value);
            let place = if let Origin::Deploy(place) = &name.origin { Some(place.clone()) } else { None };
            errors.push(PlanError { kind: PlanErrorKind::UnknownProvider, message, place });
        }
        let meant = || meant_provider(&name.value).and_then(named);
        let Some(provider) = known.or_else(meant) else { continue };
        let Provided { plan: mut own, labels } = match (provider.plan)(scope) {
            Ok(Some(made)) => made,
            Ok(None) => continue,
            Err(error) => {
                errors.push(error);
                continue;
            }
        };
        if nth > 0 {
            prefix(&mut own, provider.name);
        }
        metadata.push(provider.name);
        metadata.extend(labels);
        let mut ran = std::mem::take(&mut plan.active_providers);
        ran.push(provider.name.to_owned());
        // Each provider goes below those before it.
        plan = merge(own, plan);
        plan.active_providers = ran;
    }
    if !chosen.is_empty() {
        plan.variables.insert("NIXPACKS_METADATA".to_owned(), item(&planner, metadata.join(",")));
    }
    plan
}
