//! The build plan that Nixpacks 1.41.0 would make of an app: detection, providers, merging.
//! Held to the real planner by the `conformance` crate.
//!
//! A plan is five layers, each merged over the one before: the providers, the Procfile, the config
//! file, the platform's `NIXPACKS_*` variables, and the command line (where Railway passes what
//! `railway.json` says).

mod builder;
mod config;
mod deploy;
mod detect;
mod draft;
mod env;
mod files;
mod layers;
mod merge;
mod model;
pub mod names;
mod order;
mod procfile;
mod providers;
mod remembered;
mod types;

#[cfg(test)]
mod tests;

pub use builder::{OtherBuilder, Platform, other_builder};
pub(crate) use builder::{empty_tables, refused_on_coolify, without_railway_files};
pub(crate) use deploy::{configs_of_environments, other_environments};
pub use deploy::{is_settings_file, railway_value};
pub use model::model;
pub(crate) use model::{model_in, model_with};
pub(crate) use providers::meant_provider;
pub use providers::{PROVIDER_VENV, PYTHON_FILES, PYTHON_MANIFESTS, provider_names};
pub(crate) use remembered::Remembered;
pub use types::{Dashboard, Item, Model, Origin, Phase, Place, Plan, PlanError, PlanErrorKind, Start};
