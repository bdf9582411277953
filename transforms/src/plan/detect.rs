//! Which provider is for an app.

use super::env::Env;
use super::files::Files;
use super::remembered::Remembered;
use super::types::{Plan, PlanError};

/// What a provider decides from.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The directory that the plan is for.
    pub(super) files: &'a Files<'a>,
    /// The platform's variables with those of the config file.
    pub(super) env: &'a Env,
    /// What earlier plans of the app saw.
    pub(super) remembered: &'a Remembered,
}

/// A provider's plan.
#[derive(Debug, Default)]
pub(super) struct Provided {
    /// The plan, phase names without prefix.
    pub(super) plan: Plan,
    /// What it noticed, for `NIXPACKS_METADATA`.
    pub(super) labels: Vec<&'static str>,
}

impl From<Plan> for Provided {
    fn from(plan: Plan) -> Self {
        Self { plan, labels: Vec::new() }
    }
}

/// A provider.
pub(super) struct Provider {
    /// The name that `providers` uses.
    pub(super) name: &'static str,
    /// Whether it is for this app.
    pub(super) detect: fn(Scope<'_>) -> Result<bool, PlanError>,
    /// Its plan, `None` where it has none for this app.
    pub(super) plan: fn(Scope<'_>) -> Result<Option<Provided>, PlanError>,
}

/// The first provider that is for the app.
pub(super) fn detect(
    providers: &'static [Provider],
    scope: Scope<'_>,
) -> Result<Option<&'static Provider>, PlanError> {
    for provider in providers {
        if (provider.detect)(scope)? {
            return Ok(Some(provider));
        }
    }
    Ok(None)
}
