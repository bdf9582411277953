//! Projects that are installed from their own directory, by pip or a package manager.

use super::exec::Run;
use super::machine::{Dists, Shell};
use super::pip::add;
use super::status::Status;
use super::verdict::Reason;
use crate::app::Kind;
use crate::requirements::{self, Project, normalize};
use std::collections::BTreeSet;

/// Directories that setuptools leaves out of a flat layout (setuptools 75, `discovery.py`).
const NOT_PACKAGES: &str = " benchmark benchmarks bin build changelog ci debian dist doc docs documentation env \
example examples exercise exercises fabfile htmlcov manpages news newsfragments python requirements scripts \
site_scons tasks test tests tools unit_test unit_tests util utils venv ";

/// Files that it leaves out (the same file).
const NOT_MODULES: &str = " SConstruct Sconstruct benchmark benchmarks build conanfile conftest dodo example \
examples exercise exercises fabfile manage noxfile pavement sConstruct sconstruct setup tasks test tests toxfile ";

impl Run<'_, '_> {
    /// `pip install DIR`: builds the project there, and installs it with what it asks for.
    pub(crate) fn install_project(
        &self,
        shell: &Shell,
        dir: &str,
        extras: &[String],
        asked: &mut Dists,
    ) -> Result<(), Status> {
        let found = self.project_file(dir, "pyproject.toml");
        self.builds(dir, found.as_ref())?;
        self.add_project(shell, dir, found, extras, false, asked);
        Ok(())
    }

    /// What a package manager installs for the project in a directory.
    pub(crate) fn manage_project(&self, shell: &Shell, groups: bool, asked: &mut Dists) {
        let dir = shell.cwd.as_str();
        let found = ["pyproject.toml", "Pipfile"].iter().find_map(|name| self.project_file(dir, name));
        self.add_project(shell, dir, found, &[], groups, asked);
    }

    fn add_project(
        &self,
        shell: &Shell,
        dir: &str,
        found: Option<Project>,
        extras: &[String],
        groups: bool,
        asked: &mut Dists,
    ) {
        asked.installed_anything = true;
        asked.sources.insert(dir.to_owned());
        // A `setup.py` computes what it asks for.
        let Some(found) = found.filter(|found| found.name.is_some() || !found.requirements.is_empty()) else {
            asked.has_unknown = true;
            return;
        };
        asked.has_unknown |= found.dynamic && found.dynamic_files.is_empty();
        asked.scripts.extend(found.scripts);
        let more = extras.iter().filter_map(|extra| found.extras.get(&normalize(extra))).flatten();
        let grouped = found.groups.iter().filter(|_| groups);
        for requirement in found.requirements.iter().chain(more).chain(grouped) {
            add(asked, requirement);
        }
        for file in &found.dynamic_files {
            // A file that is not there is one for the build to complain about, or to take as empty.
            let _ = self.requirements_file(shell, file, dir, asked, &mut BTreeSet::new());
        }
    }

    fn project_file(&self, dir: &str, name: &str) -> Option<Project> {
        let bytes = self.machine.read(&format!("{dir}/{name}"))?;
        requirements::project(std::str::from_utf8(&bytes).ok()?)
    }

    /// Whether the backend finds what to ship, in the words that it uses where it does not.
    fn builds(&self, dir: &str, found: Option<&Project>) -> Result<(), Status> {
        let has = |name: &str| self.machine.exists(&format!("{dir}/{name}"));
        let Some(found) = found else { return Ok(()) };
        // What `setup.py` and `setup.cfg` say is not read.
        if has("setup.py") || has("setup.cfg") {
            return Ok(());
        }
        let fails = |detail: String| Err(Status::fail(Reason::BuildBackend, detail));
        let backend = found.backend.as_deref().unwrap_or("setuptools");
        let module = found.name.as_deref().filter(|_| !found.ships).map(|name| name.replace(['-', '.'], "_"));
        let missing = |places: &[&str]| {
            module.as_deref().filter(|module| {
                let lower = module.to_lowercase();
                let names = [module, lower.as_str()];
                !names.iter().any(|name| places.iter().any(|place| has(&place.replace('*', name))))
            })
        };
        if backend.starts_with("hatchling") {
            if let Some(readme) = found.readme.as_deref().filter(|readme| !has(readme)) {
                return fails(format!("Readme file does not exist: {readme}"));
            }
            if missing(&["*/__init__.py", "src/*/__init__.py", "*.py"])
                .is_some_and(|module| !self.is_in_a_namespace(dir, module))
            {
                return fails("Unable to determine which files to ship inside the wheel".to_owned());
            }
        } else if backend.starts_with("poetry") {
            if found.no_package {
                return fails("Building a package is not possible in non-package mode.".to_owned());
            }
            if let Some(module) = missing(&["*", "*.py", "src/*", "src/*.py"]) {
                return fails(format!("No file/folder found for package {module}"));
            }
        } else if backend.starts_with("setuptools") && !found.ships && !has("src") {
            let packages = self.flat(dir, Kind::Dir);
            if packages.len() > 1 {
                return fails(format!(
                    "Multiple top-level packages discovered in a flat-layout: {packages:?}"
                ));
            }
            let modules = self.flat(dir, Kind::File);
            if packages.is_empty() && modules.len() > 1 {
                return fails(format!("Multiple top-level modules discovered in a flat-layout: {modules:?}"));
            }
        }
        Ok(())
    }

    /// The packages, or the modules, that setuptools finds beside `pyproject.toml`.
    fn flat(&self, dir: &str, kind: Kind) -> Vec<String> {
        let entries = self.machine.list(dir).into_iter().filter(|entry| entry.kind == kind);
        let names = entries.filter_map(|entry| match kind {
            Kind::Dir => Some(entry.name),
            Kind::File => entry.name.strip_suffix(".py").map(str::to_owned),
        });
        let left_out = if kind == Kind::Dir { NOT_PACKAGES } else { NOT_MODULES };
        names
            .filter(|name| is_identifier(name) && !name.starts_with('_'))
            .filter(|name| !left_out.contains(&format!(" {name} ")))
            .collect()
    }

    /// Whether one directory holds the package, as hatchling looks for namespaces.
    fn is_in_a_namespace(&self, dir: &str, module: &str) -> bool {
        let places = self.machine.list(dir);
        places
            .iter()
            .filter(|entry| self.machine.exists(&format!("{dir}/{}/{module}/__init__.py", entry.name)))
            .count()
            == 1
    }
}

pub(super) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
}
