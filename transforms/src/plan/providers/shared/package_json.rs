//! `package.json` as the planner's struct takes it: one value of a wrong type spoils the whole file.

use crate::plan::files::Files;
use crate::plan::types::PlanError;
use serde::Deserialize;
use std::collections::BTreeMap;

type Map = BTreeMap<String, String>;

/// What the planner reads of a `package.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::plan::providers) struct PackageJson {
    /// Only their types count, as of `type`.
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "type")]
    _type: Option<String>,
    scripts: Option<Map>,
    engines: Option<Map>,
    /// `main`
    pub(in crate::plan::providers) main: Option<String>,
    dependencies: Option<Map>,
    dev_dependencies: Option<Map>,
    /// `packageManager`
    pub(in crate::plan::providers) package_manager: Option<String>,
    workspaces: Option<serde_json::Value>,
    cache_directories: Option<Vec<String>>,
}

impl PackageJson {
    /// Reads the file.
    pub(in crate::plan::providers) fn read(files: &Files<'_>, name: &str) -> Result<Self, PlanError> {
        files.json(name)
    }

    /// A script.
    pub(in crate::plan::providers) fn script(&self, name: &str) -> Option<&str> {
        self.scripts.as_ref()?.get(name).map(String::as_str)
    }

    /// The versions of an engine that it asks for.
    pub(in crate::plan::providers) fn engine(&self, name: &str) -> Option<&str> {
        self.engines.as_ref()?.get(name).map(String::as_str)
    }

    /// `workspaces`, where it is a list of strings.
    pub(in crate::plan::providers) fn workspaces(&self) -> Vec<String> {
        let list = self.workspaces.clone().and_then(|value| serde_json::from_value(value).ok());
        list.unwrap_or_default()
    }

    /// `cacheDirectories`
    pub(in crate::plan::providers) fn cache_directories(&self) -> &[String] {
        self.cache_directories.as_deref().unwrap_or_default()
    }

    /// Whether it depends on a package. Development dependencies count only without others.
    pub(in crate::plan::providers) fn has_dependency(&self, name: &str) -> bool {
        let map = self.dependencies.as_ref().or(self.dev_dependencies.as_ref());
        map.is_some_and(|map| map.contains_key(name))
    }

    /// Whether it names a package among its dependencies of either kind.
    pub(in crate::plan::providers) fn mentions(&self, name: &str) -> bool {
        [&self.dependencies, &self.dev_dependencies].into_iter().flatten().any(|map| map.contains_key(name))
    }
}
