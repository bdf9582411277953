//! What a run is asked to do.

use crate::app::AppView;
use crate::plan::{Dashboard, Platform};

/// Which end state to aim for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// `managed` where it applies, else `venv`.
    #[default]
    Auto,
    /// Let the Python provider make its own virtual environment.
    Managed,
    /// Make one in the install phase.
    Venv,
    /// As `venv`, and name every Python program by its path.
    Explicit,
}

/// Which rules take part: an empty `select` is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Ids to keep.
    pub select: Vec<String>,
    /// Ids to drop.
    pub ignore: Vec<String>,
    /// Ids of the rules of other checks: a comment that names one is not for this one.
    pub others: Vec<&'static str>,
}

impl Selection {
    /// Whether the rule takes part.
    pub fn has(&self, id: &str) -> bool {
        (self.select.is_empty() || self.select.iter().any(|s| s == id))
            && !self.ignore.iter().any(|s| s == id)
    }
}

/// What to aim for and what to allow.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The end state.
    pub strategy: Strategy,
    /// Apply unsafe fixes too.
    pub unsafe_fixes: bool,
    /// The rules that take part.
    pub rules: Selection,
    /// What the dashboard holds.
    pub dashboard: Dashboard,
    /// The platform; `None`: as the files of the app say.
    pub platform: Option<Platform>,
    /// Check the app as Nixpacks builds it, whatever builder its files choose.
    pub assume_nixpacks: bool,
}

impl Options {
    /// The platform that was named, or that the files of the app speak of.
    pub fn platform_of(&self, app: &dyn AppView) -> Platform {
        self.platform.unwrap_or_else(|| Platform::of(app))
    }
}
