//! The distributions that an environment holds, and what they bring.

use crate::requirements::{native, normalize, scripts};
use std::collections::{BTreeMap, BTreeSet};

/// Above so many distributions the tables are gone through, not the distributions.
const MANY: usize = 100;

/// Packages that install others: having them, an environment has nothing that an app imports.
const INSTALLERS: [&str; 8] = ["pdm", "pip", "pipenv", "poetry", "setuptools", "uv", "virtualenv", "wheel"];

/// Distributions that an environment holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Dists {
    /// Normalised names, each with the extras that were asked for.
    pub(crate) names: BTreeMap<String, BTreeSet<String>>,
    /// Those of them that Nix links with the libraries that they need.
    pub(crate) from_nix: BTreeSet<String>,
    /// Those of them that came with a list of all that they require.
    pub(crate) whole: BTreeSet<String>,
    /// What was uninstalled and not installed again.
    pub(crate) gone: BTreeSet<String>,
    /// Whether something was installed that could not be listed.
    pub(crate) has_unknown: bool,
    /// Whether a requirements file or a project was installed, however little it asks for.
    pub(crate) installed_anything: bool,
    /// Directories of projects that were installed from their source.
    pub(crate) sources: BTreeSet<String>,
    /// Console scripts of those projects.
    pub(crate) scripts: BTreeSet<String>,
}

impl Dists {
    /// Whether nothing was ever installed.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
            && !self.has_unknown
            && !self.installed_anything
            && self.sources.is_empty()
            && self.scripts.is_empty()
    }

    /// A distribution of which no table knows what it brings along.
    pub(crate) fn open(&self) -> Option<&str> {
        let known = |name: &String| self.from_nix.contains(name) || self.whole.contains(name);
        let mut names = self.names.iter().filter(|(name, _)| !known(name));
        names
            .find(|(name, extras)| !scripts::is_known_whole(name, extras.iter()))
            .map(|(name, _)| name.as_str())
    }

    /// Adds a distribution.
    pub(crate) fn add(&mut self, name: &str, extras: impl IntoIterator<Item = String>) {
        self.gone.remove(name);
        self.names.entry(name.to_owned()).or_default().extend(extras);
    }

    /// Removes a distribution, and not what it brought along.
    pub(crate) fn remove(&mut self, name: &str) {
        self.names.remove(name);
        self.gone.insert(name.to_owned());
    }

    /// Adds all that another one holds.
    pub(crate) fn extend(&mut self, from: Self) {
        self.gone.retain(|name| !from.names.contains_key(name));
        self.has_unknown |= from.has_unknown;
        self.installed_anything |= from.installed_anything;
        self.from_nix.extend(from.from_nix);
        self.whole.extend(from.whole);
        self.sources.extend(from.sources);
        self.scripts.extend(from.scripts);
        for (name, extras) in from.names {
            self.names.entry(name).or_default().extend(extras);
        }
    }

    /// Whether anything but the installers is here.
    pub(crate) fn has_packages(&self) -> bool {
        self.has_unknown
            || self.installed_anything
            || self.names.keys().any(|name| !INSTALLERS.contains(&name.as_str()))
    }

    /// One of them that is there to install others, and has packages of its own for that.
    pub(crate) fn installer(&self) -> Option<&str> {
        let large = INSTALLERS.iter().filter(|name| !matches!(**name, "pip" | "setuptools" | "wheel" | "uv"));
        large.copied().find(|name| self.names.contains_key(*name))
    }

    /// Whether one of them needs libstdc++ to import.
    pub(crate) fn native(&self) -> Option<&str> {
        if self.names.len() > MANY {
            return native::listed()
                .find(|name| self.names.contains_key(*name) && !self.from_nix.contains(*name));
        }
        let mut names = self.names.keys().map(String::as_str).filter(|name| !self.from_nix.contains(*name));
        names.find(|name| native::needs_libstdcxx(name))
    }

    /// Whether one of them brings this console script.
    pub(crate) fn script(&self, program: &str) -> bool {
        if self.scripts.contains(program) {
            return true;
        }
        if self.gone.iter().any(|name| scripts::brings(name, &[], program) && normalize(program) == *name) {
            return false;
        }
        let brings = |(name, extras): (&String, &BTreeSet<String>)| {
            scripts::brings(name, &extras.iter().cloned().collect::<Vec<_>>(), program)
        };
        if self.names.len() > MANY {
            let own = normalize(program);
            let mut known = scripts::listed().filter_map(|name| self.names.get_key_value(name));
            return self.names.get_key_value(&own).is_some_and(brings) || known.any(brings);
        }
        self.names.iter().any(brings)
    }
}
