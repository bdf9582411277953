//! What the commands of a build leave behind, and what one shell sees of it.

use super::app_imports::MissingImport;
pub(crate) use super::dists::Dists;
use super::files::Copy;
use super::invocation::Interpreter;
use super::paths::{self, HOME, PROFILE_BIN, base_name, parent};
use super::profile::Profile;
pub(crate) use super::shell_state::{Function, MOST_DIRS, Shell, matters, path_with};
use super::verdict::Reason;
use super::work::Work;
use crate::app::AppView;
use crate::tables::BASE_IMAGE_PROGRAMS;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Before the directory of a virtual environment that a cache mount kept out of the image.
pub(crate) const CACHED: &str = "(cached) ";

/// Index of a Python environment in [`Machine::envs`].
pub(crate) type EnvId = usize;

/// Where an environment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// The interpreter's own, in the Nix store: externally managed.
    Store,
    /// apt's: externally managed too.
    Apt,
    /// What a program of this Python package from nixpkgs is wrapped with.
    Closure(String),
    /// A virtual environment.
    Venv {
        /// Absolute directory.
        dir: String,
        /// Whether the interpreter is a copy, not a link into the profile.
        copies: bool,
        /// Phase that made it.
        phase: String,
    },
}

impl Home {
    /// Whose interpreter it has, outside of virtual environments.
    pub(super) fn interpreter(&self) -> Option<Interpreter> {
        match self {
            Home::Store => Some(Interpreter::Nix),
            Home::Apt => Some(Interpreter::Apt),
            Home::Closure(_) => Some(Interpreter::Package),
            Home::Venv { .. } => None,
        }
    }
}

/// A Python environment.
#[derive(Clone, Debug)]
pub(crate) struct Env {
    /// Where it is.
    pub(crate) home: Home,
    /// `3.11`
    pub(crate) version: String,
    /// Names under which its interpreter stands in its `bin`.
    pub(crate) interpreters: BTreeSet<String>,
    /// Whether `python -m pip` works.
    pub(crate) has_pip: bool,
    /// What was installed into it. Shared with what it was copied from until one of them changes.
    pub(crate) dists: Arc<Dists>,
    /// What `pip install --user` put beside it.
    pub(crate) user: Arc<Dists>,
}

impl Env {
    /// The directory of a virtual environment.
    pub(crate) fn venv_dir(&self) -> Option<&str> {
        if let Home::Venv { dir, .. } = &self.home { Some(dir) } else { None }
    }
}

/// What a word in command position reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// A program whose run is taken to succeed: the base image's or a package's.
    Known,
    /// A Python interpreter.
    Python(EnvId),
    /// A pip bound to an environment.
    Pip(EnvId),
    /// The nixpkgs package of virtualenv, bound to an interpreter's environment.
    Virtualenv(EnvId),
    /// A console script of an environment.
    Console(EnvId),
    /// A file of the app.
    AppFile(String),
    /// A file that a command made.
    Made(String),
}

/// The image while it is built.
#[derive(Clone)]
pub(crate) struct Machine<'a> {
    pub(crate) app: &'a dyn AppView,
    /// The plan's directory in the app view.
    pub(crate) dir: &'a str,
    pub(crate) profile: &'a Profile,
    pub(crate) envs: Vec<Env>,
    /// The virtual environments by directory.
    pub(super) venvs: BTreeMap<String, EnvId>,
    /// Absolute paths of files that commands made or fetched.
    pub(crate) made: BTreeSet<String>,
    /// Fetched copies of get-pip.py.
    pub(crate) get_pip: BTreeSet<String>,
    /// Directories that `pip install --target` filled, and what with.
    pub(crate) targets: BTreeMap<String, Arc<Dists>>,
    /// Absolute paths whose mode a command set, and whether they may be executed.
    pub(crate) executable: BTreeMap<String, bool>,
    /// Those of them whose mode the app's next copy has set back.
    pub(crate) reset_modes: BTreeSet<String>,
    /// Absolute paths that commands removed, and those below them that were made again.
    pub(crate) removed: BTreeSet<String>,
    pub(super) again: BTreeSet<String>,
    /// Places that are copies of others or links to them, in the order in which they came about.
    pub(crate) copies: Vec<Copy>,
    /// The app's files that the image has so far; `None` is all.
    pub(crate) copied: Option<Arc<BTreeSet<String>>>,
    /// Where caches are mounted while the phase runs: absolute directories.
    pub(crate) mounts: Vec<String>,
    /// Directories that commands may have put files into that are not known (a clone, an archive, a program of the
    /// app), and whether modules and scripts may be among them.
    pub(super) unseen: BTreeMap<String, bool>,
    /// Whether it depends on a branch that is not known what is here.
    pub(crate) unsure: bool,
    /// Directories of git submodules: absolute paths. A platform clones them or not.
    pub(super) submodules: Vec<String>,
    /// Package managers that have installed the project into an environment of their own.
    pub(crate) managed: BTreeSet<String>,
    /// What `poetry config` has set.
    pub(crate) settings: BTreeMap<String, String>,
    /// What the started code imports and nothing is known to bring.
    pub(crate) missing_imports: Vec<MissingImport>,
    /// The app's files that the start command runs or loads.
    pub(crate) started: Vec<String>,
    pub(super) work: Work,
}

/// Up to so many environments and places a machine is copied to try a command that may not run.
const SMALL: usize = 64;

impl<'a> Machine<'a> {
    pub(crate) fn new(app: &'a dyn AppView, dir: &'a str, profile: &'a Profile) -> Self {
        let mut machine = Self {
            app,
            dir,
            profile,
            envs: Vec::new(),
            venvs: BTreeMap::new(),
            made: BTreeSet::new(),
            get_pip: BTreeSet::new(),
            targets: BTreeMap::new(),
            executable: BTreeMap::new(),
            reset_modes: BTreeSet::new(),
            removed: BTreeSet::new(),
            again: BTreeSet::new(),
            copies: Vec::new(),
            copied: Some(Arc::default()),
            mounts: Vec::new(),
            unseen: BTreeMap::new(),
            unsure: false,
            submodules: submodules(app, dir),
            managed: BTreeSet::new(),
            settings: BTreeMap::new(),
            missing_imports: Vec::new(),
            started: Vec::new(),
            work: Work::default(),
        };
        for dir in machine.submodules.clone() {
            machine.brings_unseen(&dir, true);
        }
        let mut versions: Vec<&String> =
            profile.pythons.values().chain(&profile.pip).chain(&profile.virtualenv).collect();
        versions.sort();
        versions.dedup();
        for version in versions {
            machine.add_base(Home::Store, version);
        }
        if let Some(version) = &profile.apt_python {
            machine.add_base(Home::Apt, version);
        }
        machine
    }

    fn add_base(&mut self, home: Home, version: &str) {
        self.envs.push(Env {
            home,
            version: version.to_owned(),
            interpreters: BTreeSet::new(),
            has_pip: self.profile.with_pip.contains(version),
            dists: Arc::new(self.profile.carried.get(version).cloned().unwrap_or_default()),
            user: Arc::default(),
        });
    }

    /// The environment of the store's interpreter of this version.
    pub(crate) fn store(&self, version: &str) -> Option<EnvId> {
        self.envs.iter().position(|env| env.home == Home::Store && env.version == version)
    }

    /// The environment of the virtual environment in this directory.
    pub(crate) fn venv(&self, dir: &str) -> Option<EnvId> {
        self.venvs.get(&*self.resolve(dir)).copied()
    }

    /// Adds an environment that no other has the directory of.
    pub(crate) fn add_env(&mut self, env: Env) -> EnvId {
        let id = self.envs.len();
        if let Some(dir) = env.venv_dir() {
            self.venvs.insert(dir.to_owned(), id);
        }
        self.envs.push(env);
        id
    }

    /// Whether another one has the same environments and files, as far as a later command could tell.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let envs = |machine: &Self| -> Vec<(Home, bool, Arc<Dists>, Arc<Dists>)> {
            let each = machine.envs.iter();
            each.map(|env| (env.home.clone(), env.has_pip, Arc::clone(&env.dists), Arc::clone(&env.user)))
                .collect()
        };
        envs(self) == envs(other)
            && self.made == other.made
            && self.get_pip == other.get_pip
            && self.executable == other.executable
            && self.targets == other.targets
            && self.copies.len() == other.copies.len()
            && self.removed == other.removed
            && self.again == other.again
            && self.unseen == other.unseen
            && self.settings == other.settings
    }

    /// Whether a copy costs little. The distributions are shared, so they do not count.
    pub(super) fn is_small(&self) -> bool {
        let places = self.made.len() + self.get_pip.len() + self.targets.len() + self.executable.len();
        let places = places + self.removed.len() + self.unseen.len();
        self.envs.len() + places <= SMALL
    }

    /// Hides the virtual environments in and below these directories. They keep their places, so that ids
    /// stay, but no path reaches them any more.
    pub(crate) fn hide_venvs(&mut self, below: &[String]) {
        for top in below {
            let inner = format!("{top}/");
            let inside = self.venvs.range(inner.clone()..).take_while(|(dir, _)| dir.starts_with(&inner));
            let hidden: Vec<String> = inside.map(|(dir, _)| dir.clone()).chain([top.clone()]).collect();
            for dir in hidden {
                let Some(id) = self.venvs.remove(&dir) else { continue };
                if let Some(Home::Venv { dir, .. }) = self.envs.get_mut(id).map(|env| &mut env.home) {
                    *dir = format!("{CACHED}{dir}");
                }
            }
        }
    }

    /// What a command name reaches.
    pub(crate) fn find(&self, shell: &Shell, name: &str) -> Option<Program> {
        self.work.count(shell.path.len());
        if name.contains('/') {
            return self.at(&paths::join(&shell.cwd, name));
        }
        self.at(&self.place(shell, name)?)
    }

    /// The path at which `PATH` has a program of this name: the first one that may be executed, else the first.
    pub(crate) fn place(&self, shell: &Shell, name: &str) -> Option<String> {
        if name.contains('/') {
            return Some(paths::join(&shell.cwd, name));
        }
        let places = || shell.path.iter().map(|dir| format!("{}/{name}", paths::join(&shell.cwd, dir)));
        let is_file = |program: &Program| matches!(program, Program::AppFile(_) | Program::Made(_));
        let runs = |place: &String| {
            self.at(place).is_some_and(|program| !is_file(&program) || self.is_executable(place))
        };
        places().find(runs).or_else(|| places().find(|place| self.at(place).is_some()))
    }

    /// A package in an environment on `PATH` that may bring along what no table knows.
    pub(crate) fn open_package(&self, shell: &Shell) -> Option<&str> {
        let on_path =
            shell.path.iter().filter_map(|dir| self.venv(paths::join(&shell.cwd, dir).strip_suffix("/bin")?));
        on_path.filter_map(|id| self.envs.get(id)).find_map(|env| {
            self.work.count_names(env.dists.names.len());
            env.dists.open()
        })
    }

    /// Whether commands may have put programs that are not known into a directory of `PATH`.
    pub(crate) fn has_unseen_programs(&self, shell: &Shell) -> bool {
        shell.path.iter().any(|dir| self.unseen.contains_key(&paths::join(&shell.cwd, dir)))
    }

    /// Whether an environment on `PATH` holds things that could not be listed.
    pub(crate) fn may_have(&self, shell: &Shell) -> bool {
        let on_path =
            shell.path.iter().filter_map(|dir| self.venv(paths::join(&shell.cwd, dir).strip_suffix("/bin")?));
        on_path.filter_map(|id| self.envs.get(id)).any(|env| env.dists.has_unknown)
    }

    /// What a program's absolute path reaches.
    fn at(&self, absolute: &str) -> Option<Program> {
        let removed = self.is_removed(absolute);
        let absolute = &*self.resolve(absolute);
        let (dir, name) = (parent(absolute), base_name(absolute));
        if let Some(id) = dir.strip_suffix("/bin").and_then(|home| self.venv(home)) {
            return self.in_venv(id, name);
        }
        if removed {
            return None;
        }
        match dir {
            _ if self.made.contains(absolute) => Some(Program::Made(absolute.to_owned())),
            PROFILE_BIN => self.in_profile(name),
            "/usr/bin" | "/bin" | "/usr/local/bin" | "/sbin" | "/usr/sbin" => self.in_base(dir, name),
            _ if dir == format!("{HOME}/.local/bin") => self.in_user(name),
            _ => {
                let path = self.view_path(absolute)?;
                self.app.is_file(&path).then_some(Program::AppFile(path))
            }
        }
    }

    fn in_venv(&self, id: EnvId, name: &str) -> Option<Program> {
        let env = self.envs.get(id)?;
        if env.interpreters.contains(name) {
            Some(Program::Python(id))
        } else if env.has_pip && is_pip_script(name, &env.version) {
            Some(Program::Pip(id))
        } else {
            env.dists.script(name).then_some(Program::Console(id))
        }
    }

    fn in_profile(&self, name: &str) -> Option<Program> {
        if let Some(version) = self.profile.pythons.get(name) {
            return self.store(version).map(Program::Python);
        }
        if let Some(version) = self.profile.pip.as_ref().filter(|version| is_pip_script(name, version)) {
            return self.store(version).map(Program::Pip);
        }
        if name == "virtualenv" {
            return self
                .profile
                .virtualenv
                .as_ref()
                .and_then(|version| self.store(version))
                .map(Program::Virtualenv);
        }
        let carries = |version: &&String| {
            self.profile.carried.get(*version).is_some_and(|carried| carried.script(name))
        };
        if let Some(version) =
            self.profile.pythons.get("python3").filter(|_| !name.starts_with("pip")).filter(carries)
        {
            return self.store(version).map(Program::Console);
        }
        self.profile.programs.contains(name).then_some(Program::Known)
    }

    fn in_base(&self, dir: &str, name: &str) -> Option<Program> {
        if let Some(version) = self.profile.apt_python.as_ref().filter(|_| dir != "/usr/local/bin") {
            let id = self.envs.iter().position(|env| env.home == Home::Apt)?;
            if name == "python3" || name.strip_prefix("python") == Some(version) {
                return Some(Program::Python(id));
            }
        }
        (dir != "/usr/local/bin" && BASE_IMAGE_PROGRAMS.has(name)).then_some(Program::Known)
    }

    fn in_user(&self, name: &str) -> Option<Program> {
        let id = self.envs.iter().position(|env| {
            env.user.script(name) || (env.user.names.contains_key("pip") && is_pip_script(name, &env.version))
        })?;
        Some(if is_pip_script(name, &self.envs.get(id)?.version) {
            Program::Pip(id)
        } else {
            Program::Console(id)
        })
    }

    /// Whether code that imports the app's packages runs in this environment, and why not.
    pub(crate) fn imports(&self, id: EnvId, shell: &Shell) -> Result<(), (Reason, String)> {
        let Some(env) = self.envs.get(id) else { return Ok(()) };
        let on_path = shell.vars.get("PYTHONPATH").into_iter().flat_map(|path| path.split(':'));
        // The directory of the script, or the working one, is the first place that Python looks.
        let places = on_path.chain(["."]).map(|dir| paths::join(&shell.cwd, dir));
        let places = places.inspect(|_| self.work.count(1));
        let extra: Vec<&Dists> = places.filter_map(|dir| self.targets.get(&dir)).map(Arc::as_ref).collect();
        if !env.dists.has_packages()
            && !env.user.has_packages()
            && !extra.iter().any(|dists| dists.has_packages())
        {
            return Err((
                Reason::ModuleNotFound,
                "your requirements are not installed for the Python that runs this: expect ModuleNotFoundError".to_owned(),
            ));
        }
        let native = [&*env.dists, &*env.user].into_iter().chain(extra).find_map(Dists::native);
        match native {
            Some(name) if !self.profile.libstdcxx => Err((
                Reason::NativeLibMissing,
                format!(
                    "libstdc++.so.6: cannot open shared object file: `{name}` needs it, and `nixLibs` does not include it"
                ),
            )),
            _ => Ok(()),
        }
    }
}

/// The directories that `.gitmodules` names, as absolute paths of the image.
fn submodules(app: &dyn AppView, dir: &str) -> Vec<String> {
    let Ok(Some(bytes)) = app.read(".gitmodules") else { return Vec::new() };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let named = text.lines().filter_map(|line| {
        let (key, path) = line.split_once('=')?;
        (key.trim() == "path").then(|| path.trim().trim_matches('"').to_owned())
    });
    let inside = named.filter_map(|path| match dir {
        "" => Some(path),
        dir => path.strip_prefix(dir)?.strip_prefix('/').map(str::to_owned),
    });
    inside
        .filter(|path| !path.is_empty())
        .map(|path| paths::join(paths::APP, &path))
        .take(MOST_SUBMODULES)
        .collect()
}

/// So many of them are looked at.
const MOST_SUBMODULES: usize = 64;

/// Whether `name` is a name of pip's own script for this interpreter.
pub(crate) fn is_pip_script(name: &str, version: &str) -> bool {
    name == "pip" || name == "pip3" || name.strip_prefix("pip") == Some(version)
}
