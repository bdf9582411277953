//! `package.json` as the planner's struct takes it: one value of a wrong type spoils the whole file.

use crate::document::{Node, Table, Value};
use crate::plan::files::{Files, error};
use crate::plan::types::PlanError;
use std::collections::BTreeMap;

type Map = BTreeMap<String, String>;

/// What the planner reads of a `package.json`.
#[derive(Clone, Debug, Default)]
pub(in crate::plan::providers) struct PackageJson {
    /// `scripts`
    pub(in crate::plan::providers) scripts: Map,
    /// `engines`
    pub(in crate::plan::providers) engines: Map,
    /// `main`
    pub(in crate::plan::providers) main: Option<String>,
    /// `dependencies`
    pub(in crate::plan::providers) dependencies: Option<Map>,
    /// `devDependencies`
    pub(in crate::plan::providers) dev_dependencies: Option<Map>,
    /// `packageManager`
    pub(in crate::plan::providers) package_manager: Option<String>,
    /// `workspaces`, where it is a list of strings.
    pub(in crate::plan::providers) workspaces: Vec<String>,
    /// `cacheDirectories`
    pub(in crate::plan::providers) cache_directories: Vec<String>,
}

impl PackageJson {
    /// Reads the file.
    pub(in crate::plan::providers) fn read(files: &Files<'_>, name: &str) -> Result<Self, PlanError> {
        Self::decode(&files.json(name)?).map_err(|_| error(format!("Error reading {name} as JSON")))
    }

    fn decode(root: &Table) -> Result<Self, Mistyped> {
        let known = [
            "name",
            "scripts",
            "engines",
            "main",
            "dependencies",
            "devDependencies",
            "type",
            "packageManager",
            "workspaces",
            "cacheDirectories",
        ];
        if known.iter().any(|key| root.entries.iter().filter(|entry| entry.key.name == **key).count() > 1) {
            return Err(Mistyped);
        }
        string(root.get("name"))?;
        string(root.get("type"))?;
        Ok(Self {
            scripts: map(root.get("scripts"))?.unwrap_or_default(),
            engines: map(root.get("engines"))?.unwrap_or_default(),
            main: string(root.get("main"))?,
            dependencies: map(root.get("dependencies"))?,
            dev_dependencies: map(root.get("devDependencies"))?,
            package_manager: string(root.get("packageManager"))?,
            workspaces: list(root.get("workspaces")).ok().flatten().unwrap_or_default(),
            cache_directories: list(root.get("cacheDirectories"))?.unwrap_or_default(),
        })
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

/// A value has a wrong type, or a key is given twice.
struct Mistyped;

fn string(node: Option<&Node>) -> Result<Option<String>, Mistyped> {
    match node.map(|node| &node.value) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Str(string)) => Ok(Some(string.decoded.clone())),
        Some(_) => Err(Mistyped),
    }
}

fn map(node: Option<&Node>) -> Result<Option<Map>, Mistyped> {
    match node.map(|node| &node.value) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Table(table)) => {
            let pair = |entry: &crate::document::Entry| {
                Some((entry.key.name.clone(), entry.node.as_str()?.decoded.clone()))
            };
            table.entries.iter().map(pair).collect::<Option<Map>>().map(Some).ok_or(Mistyped)
        }
        Some(_) => Err(Mistyped),
    }
}

fn list(node: Option<&Node>) -> Result<Option<Vec<String>>, Mistyped> {
    match node.map(|node| &node.value) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(array)) => {
            let strings = array.elements.iter().map(|node| Some(node.as_str()?.decoded.clone()));
            strings.collect::<Option<Vec<_>>>().map(Some).ok_or(Mistyped)
        }
        Some(_) => Err(Mistyped),
    }
}
