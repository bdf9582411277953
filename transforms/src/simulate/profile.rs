//! What the plan's packages put on `PATH`.

use super::machine::Dists;
use super::paths::base_name;
use crate::plan::names::{self, Nixpkgs};
use crate::plan::{Origin, Plan};
use crate::requirements::normalize;
use crate::tables::{CONSOLE_SCRIPTS, PACKAGE_PROGRAMS};
use std::collections::{BTreeMap, BTreeSet};

/// Programs by where they come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    /// Interpreter names of the Nix profile (`python`, `python3`, `python3.11`) and their versions.
    pub(crate) pythons: BTreeMap<String, String>,
    /// Version of the interpreter that the nixpkgs package of pip belongs to, where one is named.
    pub(crate) pip: Option<String>,
    /// As `pip`, for virtualenv.
    pub(crate) virtualenv: Option<String>,
    /// Versions whose interpreter was made by `withPackages` with pip in it.
    pub(crate) with_pip: BTreeSet<String>,
    /// Versions whose interpreter was made by `withPackages`, with the packages that it carries.
    pub(crate) carried: BTreeMap<String, Dists>,
    /// Programs of Python packages from nixpkgs, and the packages.
    pub(crate) closures: BTreeMap<String, String>,
    /// Other programs that packages bring, as far as is known.
    pub(crate) programs: BTreeSet<String>,
    /// Version of the interpreter that apt brings as `/usr/bin/python3`.
    pub(crate) apt_python: Option<String>,
    /// Whether apt brings what its Python needs to make a virtual environment.
    pub(crate) apt_venv: bool,
    /// Whether apt is asked for a Python by name, not only for something that brings one along.
    pub(crate) apt_named: bool,
    /// Whether `nixLibs` puts libstdc++ on the library path.
    pub(crate) libstdcxx: bool,
    /// Two versions of Python that one `nix-env` would install into one profile.
    pub(crate) collision: Option<(String, String)>,
    /// Pythons of two revisions of nixpkgs, which two runs of `nix-env` would install into one profile.
    pub(crate) conflict: Option<(String, String)>,
    /// An entry with a `#`, and the entries behind it, of which Nix reads nothing.
    pub(crate) comment: Option<(String, Vec<String>)>,
    /// Entries of `nixPkgs` that no table has.
    pub(crate) unknown: Vec<String>,
    /// Packages outside the tables: their programs are guessed from their names.
    pub(crate) assumed: Vec<String>,
}

/// The Python that Ubuntu 24.04, the base image, has in apt.
const APT_PYTHON: &str = "3.12";

impl Profile {
    /// Reads every phase's packages: Nixpacks installs them all before the first command runs.
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut profile = Self::default();
        // One `nix-env -if` an archive, and in each expression the packages are sorted
        // (nix/mod.rs, nix_expression_for_group): the first interpreter keeps the name `python`.
        let mut by_archive: BTreeMap<&str, (Nixpkgs<'_>, Vec<&str>)> = BTreeMap::new();
        for (phase, nixpkgs) in Nixpkgs::of(plan) {
            let packages = phase.nix_pkgs.iter().flatten().map(|item| item.value.as_str());
            let group = by_archive.entry(nixpkgs.archive.unwrap_or("")).or_insert((nixpkgs, Vec::new()));
            group.1.extend(packages);
            // What Nixpacks itself asks for is there.
            let named = phase.nix_pkgs.iter().chain(&phase.nix_libs).flatten();
            let named = named.filter(|item| !matches!(item.origin, Origin::Provider(_)));
            let read = named.filter(|item| names::syntax_error(&item.value).is_none());
            let uncommented = read.map(|item| item.value.split('#').next().unwrap_or_default());
            let unknown = uncommented.flat_map(names::elements).filter(|name| !names::is_known(name));
            profile.unknown.extend(unknown.map(str::to_owned));
            profile.libstdcxx |= phase.nix_libs.iter().flatten().any(|item| is_libstdcxx(&item.value));
            for item in phase.apt_pkgs.iter().flatten() {
                profile.add_apt(&item.value);
            }
        }
        let mut of_revision: Option<&str> = None;
        for (nixpkgs, entries) in by_archive.into_values() {
            let comment = entries.iter().find(|entry| entry.contains('#')).copied();
            let (read, lost) = names::read_entries(entries);
            if let Some(comment) = comment.filter(|_| !lost.is_empty()) {
                profile.comment = Some((comment.to_owned(), lost.into_iter().map(str::to_owned).collect()));
            }
            let mut packages: Vec<&str> = read.into_iter().flat_map(names::elements).collect();
            packages.sort_unstable();
            let mut versions = packages.iter().filter_map(|package| names::python(package, nixpkgs.archive));
            let first = versions.clone().next();
            if let (Some(known), Some(first)) = (of_revision, first) {
                profile.conflict.get_or_insert_with(|| (known.to_owned(), first.to_owned()));
            }
            of_revision = of_revision.or(first);
            if let Some(first) = versions.next()
                && let Some(other) = versions.find(|version| *version != first)
            {
                profile.collision = Some((first.to_owned(), other.to_owned()));
            }
            for package in packages {
                profile.add_nix(package, nixpkgs);
            }
        }
        let mut seen = BTreeSet::new();
        profile.unknown.retain(|name| seen.insert(name.clone()));
        profile
    }

    /// A package outside the tables that may bring a program of this name, which no package in them and no Python
    /// package is known for.
    pub(crate) fn may_have_program(&self, name: &str) -> Option<&str> {
        let elsewhere = CONSOLE_SCRIPTS.has(&normalize(name))
            || PACKAGE_PROGRAMS.names().any(|package| {
                PACKAGE_PROGRAMS
                    .words(package)
                    .is_some_and(|mut programs| programs.any(|program| program == name))
            });
        // A library has none that a deploy would call.
        let any = |package: &&String| !package.starts_with("lib") || package.ends_with("-dev");
        self.assumed.iter().find(any).filter(|_| !elsewhere).map(String::as_str)
    }

    /// Whether apt's interpreter is the only one.
    pub(crate) fn has_only_apt(&self) -> bool {
        self.pythons.is_empty() && self.apt_python.is_some()
    }

    fn add_nix(&mut self, package: &str, nixpkgs: Nixpkgs<'_>) {
        let package = package.trim();
        if package.is_empty() || names::undefined_in(package, nixpkgs).is_some() {
            return;
        }
        let archive = nixpkgs.archive.unwrap_or("");
        if let Some(version) = interpreter(package, archive) {
            for name in ["python".to_owned(), "python3".to_owned(), format!("python{version}")] {
                self.pythons.entry(name).or_insert_with(|| version.to_owned());
            }
            if package.contains("withPackages") {
                let carried = self.carried.entry(version.to_owned()).or_default();
                for name in packages_carried(package) {
                    carried.add(&normalize(name), []);
                    carried.from_nix.insert(normalize(name));
                }
                if package.contains("pip") {
                    self.with_pip.insert(version.to_owned());
                }
            }
            return;
        }
        let (owner, member) = package.rsplit_once('.').unwrap_or(("", package));
        let set_version = python_set(owner).and_then(|attr| interpreter(&attr, archive));
        match (member, set_version) {
            ("pip", Some(version)) => self.pip = Some(version.to_owned()),
            ("virtualenv", Some(version)) => self.virtualenv = Some(version.to_owned()),
            ("virtualenv", None) => self.virtualenv = interpreter("python3", archive).map(str::to_owned),
            (_, Some(_)) => {
                let programs = programs(package).0;
                self.closures.extend(programs.iter().map(|program| (program.clone(), member.to_owned())));
                self.programs.extend(programs);
            }
            _ => self.add_programs(package),
        }
    }

    fn add_apt(&mut self, package: &str) {
        let is_python = package == "python3"
            || package.strip_prefix("python3").is_some_and(|rest| {
                let rest = rest
                    .strip_prefix('.')
                    .map_or(rest, |v| v.trim_start_matches(|c: char| c.is_ascii_digit()));
                matches!(rest, "" | "-minimal" | "-full" | "-dev" | "-venv" | "-pip")
            });
        self.apt_venv |=
            package.starts_with("python3") && (package.ends_with("-venv") || package.ends_with("-full"));
        self.apt_named |= is_python && !package.ends_with("-pip") && !package.ends_with("-dev");
        if is_python {
            self.apt_python = Some(APT_PYTHON.to_owned());
        } else {
            self.add_programs(package);
        }
    }

    fn add_programs(&mut self, package: &str) {
        let (programs, known) = programs(package);
        self.programs.extend(programs);
        if !known {
            self.assumed.push(package.to_owned());
        }
    }
}

/// The names in the list of `python3.withPackages (ps: [ ps.flask ps.gunicorn ])` or `(ps: with ps; [ flask ])`.
fn packages_carried(expression: &str) -> impl Iterator<Item = &str> {
    let list =
        expression.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(list, _)| list);
    list.split_whitespace().map(|name| name.rsplit('.').next().unwrap_or(name))
}

/// The programs of a package, as far as is known.
pub(crate) fn programs_of(package: &str) -> Vec<String> {
    programs(package).0
}

/// Names that only an interpreter or an environment brings: none is guessed from a package's name.
fn is_python_tool(name: &str) -> bool {
    let versioned = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    ["python", "pip"].iter().any(|tool| name.strip_prefix(tool).is_some_and(versioned))
}

/// The programs of a package, and whether the table has it: else they are guessed from its name.
fn programs(package: &str) -> (Vec<String>, bool) {
    let member = base_name(&package.replace('.', "/")).to_owned();
    let stem = version_stem(&member).to_owned();
    for name in [package, member.as_str(), stem.as_str()] {
        if let Some(programs) = PACKAGE_PROGRAMS.words(name) {
            return (programs.map(str::to_owned).collect(), true);
        }
    }
    (vec![member, stem].into_iter().filter(|name| !is_python_tool(name)).collect(), false)
}

/// The version of an interpreter. One that the archive is not known to have is taken to be there.
fn interpreter(attribute: &str, archive: &str) -> Option<&'static str> {
    let attribute = attribute.trim_start_matches("pkgs.");
    let archive = Some(archive).filter(|archive| !archive.is_empty());
    names::python(attribute, archive).or_else(|| names::python(attribute, Some("another")))
}

fn is_libstdcxx(lib: &str) -> bool {
    lib.contains("stdenv.cc.cc") || lib.starts_with("gcc-unwrapped") || lib == "libgcc" || lib == "gcc.cc.lib"
}

/// `python311Packages`, `python311.pkgs`, `python3Packages`: the attribute of the interpreter.
pub(crate) fn python_set(owner: &str) -> Option<String> {
    let base = owner.strip_suffix("Packages").or_else(|| owner.strip_suffix(".pkgs"))?;
    base.starts_with("python").then(|| base.to_owned())
}

/// The name without its version: `nodejs_20` is `nodejs`, `npm-9_x` is `npm`.
fn version_stem(name: &str) -> &str {
    let stem = name.strip_suffix("_x").unwrap_or(name);
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '_' | '-'));
    if stem.is_empty() { name } else { stem }
}
