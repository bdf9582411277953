//! What a project file asks for: `pyproject.toml` (PEP 621 and poetry's own tables) and `Pipfile`.

use super::{Requirement, normalize, parse_requirement};
use std::collections::BTreeMap;
use toml_edit::{Array, Document, Item, TableLike};

/// A project that can be installed from its directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// Its name as written.
    pub name: Option<String>,
    /// What it always asks for.
    pub requirements: Vec<Requirement>,
    /// What each extra adds, by normalised name.
    pub extras: BTreeMap<String, Vec<Requirement>>,
    /// What its dependency groups and development dependencies add.
    pub groups: Vec<Requirement>,
    /// Its own console scripts.
    pub scripts: Vec<String>,
    /// Whether its build computes what it asks for (`dynamic = ["dependencies"]`).
    pub dynamic: bool,
    /// The files that setuptools reads those dependencies from.
    pub dynamic_files: Vec<String>,
    /// Its build backend; none is setuptools (PEP 517).
    pub backend: Option<String>,
    /// Whether the backend is told what to ship.
    pub ships: bool,
    /// Whether poetry is told that there is nothing to package (`package-mode = false`).
    pub no_package: bool,
    /// Its description file.
    pub readme: Option<String>,
}

/// Reads a project file. `None` where the text is no TOML.
pub fn project(text: &str) -> Option<Project> {
    let toml = Document::parse(text).ok()?;
    let root = toml.as_table();
    let mut found =
        Project { backend: text_at(root, &["build-system"], "build-backend"), ..Project::default() };
    if let Some(project) = table(root, &["project"]) {
        found.name = project.get("name").and_then(Item::as_str).map(str::to_owned);
        found.requirements = listed(project.get("dependencies"));
        for (extra, item) in table(project, &["optional-dependencies"]).into_iter().flat_map(TableLike::iter)
        {
            found.extras.insert(normalize(extra), listed(Some(item)));
        }
        let readme = project.get("readme");
        let file = readme.and_then(Item::as_table_like).and_then(|table| table.get("file"));
        found.readme = file.or(readme).and_then(Item::as_str).map(str::to_owned);
        found.dynamic =
            strings(project.get("dynamic").and_then(Item::as_array)).any(|field| field == "dependencies");
    }
    if let Some(item) =
        table(root, &["tool", "setuptools", "dynamic", "dependencies"]).and_then(|table| table.get("file"))
    {
        found.dynamic_files.extend(item.as_str().map(str::to_owned));
        found.dynamic_files.extend(strings(item.as_array()).map(str::to_owned));
    }
    let poetry = table(root, &["tool", "poetry"]);
    if let Some(poetry) = poetry {
        found.name = found.name.or_else(|| poetry.get("name").and_then(Item::as_str).map(str::to_owned));
        for (extra, item) in table(poetry, &["extras"]).into_iter().flat_map(TableLike::iter) {
            let names = strings(item.as_array()).map(named).collect();
            found.extras.insert(normalize(extra), names);
        }
        let groups = table(poetry, &["group"]).into_iter().flat_map(TableLike::iter);
        let groups = groups.filter_map(|(_, group)| group.as_table_like());
        found.groups.extend(groups.flat_map(|group| versions(group, &["dependencies"])));
        found.groups.extend(versions(poetry, &["dev-dependencies"]));
    }
    for keys in [&["tool", "poetry", "dependencies"][..], &["packages"]] {
        found.requirements.extend(versions(root, keys));
    }
    for (_, group) in table(root, &["dependency-groups"]).into_iter().flat_map(TableLike::iter) {
        found.groups.extend(listed(Some(group)));
    }
    found.groups.extend(listed(table(root, &["tool", "uv"]).and_then(|uv| uv.get("dev-dependencies"))));
    found.groups.extend(versions(root, &["dev-packages"]));
    for keys in [&["project", "scripts"][..], &["tool", "poetry", "scripts"]] {
        let scripts = table(root, keys).into_iter().flat_map(TableLike::iter);
        found.scripts.extend(scripts.map(|(name, _)| name.to_owned()));
    }
    let told: [&[&str]; 4] = [
        &["tool", "hatch", "build"],
        &["tool", "setuptools"],
        &["tool", "flit"],
        &["tool", "uv", "build-backend"],
    ];
    found.ships = told.iter().any(|keys| table(root, keys).is_some_and(tells))
        || poetry.is_some_and(|poetry| poetry.contains_key("packages"));
    let packaged = poetry.and_then(|poetry| poetry.get("package-mode")).and_then(Item::as_bool);
    found.no_package = packaged == Some(false);
    Some(found)
}

/// A field without which uv does not read a `uv.lock`, and which this one has not.
pub fn missing_in_uv_lock(text: &str) -> Option<&'static str> {
    // A lock file is long, and these stand on its first lines.
    let head = text.split("[[package]]").next().unwrap_or(text);
    let head = Document::parse(head).ok();
    let has = |field: &str| head.as_ref().is_some_and(|head| head.as_table().contains_key(field));
    let version = head.as_ref().and_then(|head| head.as_table().get("version")?.as_integer());
    if version.is_none() {
        return Some("version");
    }
    (!has("requires-python")).then_some("requires-python")
}

/// Whether a backend's table is about what to ship. One with metadata alone is not.
fn tells(table: &dyn TableLike) -> bool {
    let metadata = ["dynamic", "package-data", "exclude-package-data", "include-package-data", "zip-safe"];
    table.iter().any(|(key, _)| !metadata.contains(&key))
}

/// The requirements in an array of strings (PEP 508).
fn listed(item: Option<&Item>) -> Vec<Requirement> {
    strings(item.and_then(Item::as_array)).filter_map(parse_requirement).collect()
}

/// The requirements in a table of names and versions, as poetry and pipenv write them.
fn versions(root: &dyn TableLike, keys: &[&str]) -> Vec<Requirement> {
    let listed = table(root, keys).into_iter().flat_map(TableLike::iter);
    let packages = listed.filter(|(name, item)| {
        let optional = item.as_table_like().and_then(|table| table.get("optional")).and_then(Item::as_bool);
        *name != "python" && optional != Some(true)
    });
    packages
        .map(|(name, item)| {
            let extras = item.as_table_like().and_then(|table| table.get("extras")).and_then(Item::as_array);
            Requirement { extras: strings(extras).map(str::to_owned).collect(), ..named(name) }
        })
        .collect()
}

fn strings(array: Option<&Array>) -> impl Iterator<Item = &str> {
    array.into_iter().flatten().filter_map(toml_edit::Value::as_str)
}

fn named(name: &str) -> Requirement {
    Requirement {
        name: Some(normalize(name)),
        extras: Vec::new(),
        specifier: String::new(),
        marker: None,
        url: None,
    }
}

fn text_at(root: &dyn TableLike, keys: &[&str], key: &str) -> Option<String> {
    table(root, keys)?.get(key).and_then(Item::as_str).map(str::to_owned)
}

fn table<'t>(root: &'t dyn TableLike, keys: &[&str]) -> Option<&'t dyn TableLike> {
    let (first, rest) = keys.split_first()?;
    let next = root.get(first)?.as_table_like()?;
    if rest.is_empty() { Some(next) } else { table(next, rest) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn names(requirements: &[Requirement]) -> Vec<&str> {
        requirements.iter().filter_map(|requirement| requirement.name.as_deref()).collect()
    }

    #[test]
    fn reads_each_kind_of_project_file() {
        let standard = project(
            "[project]\nname = 'My_App'\ndependencies = [\"fastapi>=0.1\", 'uvicorn[standard]']\n\
             readme = { file = 'docs/me.md' }\n\
             [project.optional-dependencies]\nAll = ['gunicorn']\n[project.scripts]\nserve = 'app:main'\n",
        )
        .unwrap();
        assert_eq!(names(&standard.requirements), ["fastapi", "uvicorn"]);
        assert_eq!(names(&standard.extras["all"]), ["gunicorn"]);
        assert_eq!(standard.scripts, ["serve"]);
        assert_eq!(standard.readme.as_deref(), Some("docs/me.md"));
        assert!(!standard.dynamic && !standard.ships);
        let poetry = project(
            "[tool.poetry]\nname = 'app'\n[tool.poetry.dependencies]\npython = '^3.11'\nFlask = '*'\n\
             celery = { version = '*', optional = true }\n[tool.poetry.group.dev.dependencies]\npytest = '*'\n",
        )
        .unwrap();
        assert_eq!(poetry.name.as_deref(), Some("app"));
        assert_eq!(names(&poetry.requirements), ["flask"]);
        assert_eq!(names(&poetry.groups), ["pytest"]);
        assert_eq!(names(&project("[packages]\ndjango = '*'\n").unwrap().requirements), ["django"]);
        assert!(project("not toml [").is_none());
    }

    #[test]
    fn reads_where_dynamic_dependencies_come_from() {
        let found = project(
            "[project]\nname = 'x'\ndynamic = ['version', 'dependencies']\n\
             [tool.setuptools.dynamic]\ndependencies = { file = ['requirements.txt'] }\n",
        )
        .unwrap();
        assert!(found.dynamic && !found.ships);
        assert_eq!(found.dynamic_files, ["requirements.txt"]);
    }
}
