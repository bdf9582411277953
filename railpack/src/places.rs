//! Where in the app's files stands what a switch may lose.

use nixpacks_transforms::plan::{Item, Origin, Place};
use std::collections::BTreeMap;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    /// A file of `staticAssets`.
    Asset,
    /// A build command that downloads the browsers of Playwright.
    Browsers,
    /// A build command, as Railpack's image can run it.
    Command,
    /// A file that a command installs.
    File,
    /// A command that installs Python packages.
    Install,
    /// A package, by the name in the file.
    Package,
    /// The version of Python.
    Python,
    /// The command of `release:`.
    Release,
    /// A build command, or a variable, that looks like a secret.
    Secret,
    /// A setting of Railway's own file.
    Setting,
    /// The start command.
    Start,
    /// What was found in the text of a file.
    Text,
    /// A tool of mise.
    Tool,
    /// The user that the app runs as.
    User,
    /// A variable.
    Variable,
}

/// The places of values. A value that no file has, such as one of the dashboard, has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places(BTreeMap<(About, String), Place>);

impl Places {
    /// Notes where a value of the plan stands. The first place counts.
    pub(crate) fn note(&mut self, about: About, text: &str, item: &Item) {
        if let Origin::Deploy(place) = &item.origin {
            self.at(about, text, place.clone());
        }
    }

    /// Notes a place.
    pub(crate) fn at(&mut self, about: About, text: &str, place: Place) {
        self.0.entry((about, text.to_owned())).or_insert(place);
    }

    /// The place of a value.
    pub(crate) fn get(&self, about: About, text: &str) -> Option<Place> {
        self.0.get(&(about, text.to_owned())).cloned()
    }
}
