//! Building a layer: phases and start whose items all come from one place.

use super::types::{Item, Origin, Phase, Plan, Start};

/// Items of one origin.
pub(super) fn items<S: Into<String>>(origin: &Origin, values: impl IntoIterator<Item = S>) -> Vec<Item> {
    values.into_iter().map(|value| item(origin, value)).collect()
}

/// One item.
pub(super) fn item(origin: &Origin, value: impl Into<String>) -> Item {
    Item { value: value.into(), origin: origin.clone() }
}

/// A phase in the making.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    name: &'static str,
    by: Origin,
    /// The phase so far.
    pub(super) phase: Phase,
}

impl Draft {
    /// An empty phase.
    pub(super) fn new(by: &Origin, name: &'static str) -> Self {
        Self { name, by: by.clone(), phase: Phase::default() }
    }

    /// `setup`, with these packages and an (empty) list of overlays.
    pub(super) fn setup<S: Into<String>>(by: &Origin, pkgs: impl IntoIterator<Item = S>) -> Self {
        let mut draft = Self::new(by, "setup");
        draft.pkgs(pkgs);
        draft
    }

    /// `install`, which runs after `setup`.
    pub(super) fn install(by: &Origin, cmd: Option<String>) -> Self {
        let mut draft = Self::new(by, "install");
        draft.phase.cmds = cmd.map(|cmd| items(by, [cmd]));
        draft.after("setup");
        draft
    }

    /// `build`, which runs after `install`.
    pub(super) fn build(by: &Origin, cmd: Option<String>) -> Self {
        let mut draft = Self::new(by, "build");
        draft.phase.cmds = cmd.map(|cmd| items(by, [cmd]));
        draft.after("install");
        draft
    }

    /// Adds Nix packages.
    pub(super) fn pkgs<S: Into<String>>(&mut self, pkgs: impl IntoIterator<Item = S>) -> &mut Self {
        self.phase.nix_overlays.get_or_insert_default();
        self.phase.nix_pkgs.get_or_insert_default().extend(items(&self.by, pkgs));
        self
    }

    /// Adds an overlay.
    pub(super) fn overlay(&mut self, url: &str) -> &mut Self {
        push(&mut self.phase.nix_overlays, &self.by, url);
        self
    }

    /// Adds libraries.
    pub(super) fn libs<S: Into<String>>(&mut self, libs: impl IntoIterator<Item = S>) -> &mut Self {
        self.phase.nix_libs.get_or_insert_default().extend(items(&self.by, libs));
        self
    }

    /// Adds Debian packages.
    pub(super) fn apt<S: Into<String>>(&mut self, pkgs: impl IntoIterator<Item = S>) -> &mut Self {
        self.phase.apt_pkgs.get_or_insert_default().extend(items(&self.by, pkgs));
        self
    }

    /// Adds a command.
    pub(super) fn cmd(&mut self, cmd: impl Into<String>) -> &mut Self {
        push(&mut self.phase.cmds, &self.by, cmd);
        self
    }

    /// Adds a directory to `PATH`.
    pub(super) fn path(&mut self, path: impl Into<String>) -> &mut Self {
        push(&mut self.phase.paths, &self.by, path);
        self
    }

    /// Adds a cache directory: the list stays sorted and without duplicates.
    pub(super) fn cache(&mut self, dir: impl Into<String>) -> &mut Self {
        push(&mut self.phase.cache_directories, &self.by, dir);
        if let Some(dirs) = &mut self.phase.cache_directories {
            dirs.sort_by(|a, b| a.value.cmp(&b.value));
            dirs.dedup_by(|a, b| a.value == b.value);
        }
        self
    }

    /// Adds a phase that must have run.
    pub(super) fn after(&mut self, phase: &str) -> &mut Self {
        push(&mut self.phase.depends_on, &self.by, phase);
        self
    }

    /// Adds a file that the phase needs.
    pub(super) fn file(&mut self, file: impl Into<String>) -> &mut Self {
        push(&mut self.phase.only_include_files, &self.by, file);
        self
    }

    /// Sets the nixpkgs revision.
    pub(super) fn archive(&mut self, sha: &str) -> &mut Self {
        self.phase.nixpkgs_archive = Some(item(&self.by, sha));
        self
    }

    /// Puts the phase in a plan.
    pub(super) fn put(self, plan: &mut Plan) {
        plan.phases.insert(self.name.to_owned(), self.phase);
    }
}

/// Sets the start command of a plan.
pub(super) fn start<'p>(plan: &'p mut Plan, by: &Origin, cmd: impl Into<String>) -> &'p mut Start {
    let start = plan.start.get_or_insert_default();
    start.cmd = Some(item(by, cmd));
    start
}

/// Sets variables of a plan.
pub(super) fn variables<'a>(
    plan: &mut Plan,
    by: &Origin,
    pairs: impl IntoIterator<Item = (&'a str, String)>,
) {
    plan.variables.extend(pairs.into_iter().map(|(name, value)| (name.to_owned(), item(by, value))));
}

fn push(list: &mut Option<Vec<Item>>, by: &Origin, value: impl Into<String>) {
    list.get_or_insert_default().push(item(by, value));
}
