//! The build plan that Nixpacks 1.41.0 would make of an app: detection, providers, merging.
//! Held to the real planner by the `conformance` crate.

pub mod names;
mod types;

pub use types::{Dashboard, Item, Model, Origin, Phase, Place, Plan, PlanError, Start};
