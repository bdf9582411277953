//! What commands write, change and remove, and what of it the next `COPY` of the app undoes.

use super::files::Copy;
use super::machine::{Home, Machine};
use super::paths::{self, below};
use super::status::Status;
use crate::app::Kind;
use std::collections::BTreeSet;

/// What modules, scripts and settings end in.
const CODE: [&str; 6] = [".cfg", ".env", ".py", ".sh", ".toml", ".txt"];

/// So many directories with unknown contents are told apart: every look at a file that is not there asks them.
const MOST_UNSEEN: usize = 64;

/// Before the directory of a virtual environment that a command removed.
pub(crate) const REMOVED: &str = "(removed) ";

impl Machine<'_> {
    /// A command writes this file; `…/.` stands for a directory.
    pub(crate) fn write(&mut self, absolute: String) {
        self.copies.retain(|copy| copy.to != absolute);
        if !self.removed.is_empty() {
            self.again.insert(absolute.clone());
        }
        self.made.insert(absolute);
    }

    /// A command removes this file or directory, and all below it.
    pub(crate) fn remove(&mut self, absolute: &str) {
        self.work.count(self.venvs.len());
        let gone: Vec<String> =
            self.venvs.keys().filter(|dir| below(dir, absolute).is_some()).cloned().collect();
        // Ex) `rm -rf /opt/venv/bin`
        let inside = ["/bin", "/lib"].iter().filter_map(|end| absolute.strip_suffix(end)).map(str::to_owned);
        for dir in gone.into_iter().chain(inside) {
            let Some(id) = self.venvs.remove(&dir) else { continue };
            // It keeps its place, so that ids stay.
            if let Some(Home::Venv { dir, .. }) = self.envs.get_mut(id).map(|env| &mut env.home) {
                *dir = format!("{REMOVED}{dir}");
            }
        }
        self.again.retain(|path| below(path, absolute).is_none());
        self.removed.insert(absolute.to_owned());
    }

    /// Whether a command has removed what stood at this path, and none has made it again.
    pub(crate) fn is_removed(&self, absolute: &str) -> bool {
        if self.removed.is_empty() {
            return false;
        }
        let above = absolute.match_indices('/').filter_map(|(at, _)| absolute.get(..at));
        if !above.chain([absolute]).any(|path| self.removed.contains(path)) {
            return false;
        }
        let inside = format!("{absolute}/");
        let made_again = self.again.contains(absolute)
            || self.again.range(inside.clone()..).next().is_some_and(|path| path.starts_with(&inside));
        let copied = |copy: &Copy| below(absolute, &copy.to).is_some() && self.again.contains(&copy.to);
        !made_again && !self.copies.iter().any(copied)
    }

    /// Commands may have put files there that are not known: programs and modules too, or only others.
    pub(crate) fn brings_unseen(&mut self, dir: &str, code: bool) {
        let dir = if self.unseen.len() < MOST_UNSEEN { dir } else { "/" };
        *self.unseen.entry(dir.to_owned()).or_default() |= code;
    }

    /// Whether a file that is not known to be there may be there all the same.
    pub(crate) fn may_bring(&self, absolute: &str) -> bool {
        let is_code = CODE.iter().any(|extension| absolute.ends_with(extension));
        let hidden = [".git", ".nixpacks"].iter().map(|dir| format!("{}/{dir}", paths::APP));
        self.unseen.iter().any(|(dir, code)| (*code || !is_code) && is_at_or_below(absolute, dir))
            || self.in_environment(absolute)
            || hidden.into_iter().any(|dir| below(absolute, &dir).is_some())
    }

    /// What is said of a file that may be there all the same, `named` as the command names it.
    pub(crate) fn may_be_created(&self, absolute: &str, named: &str) -> Status {
        match self.submodule_of(absolute) {
            Some(dir) => Status::unknown(format!(
                "`{named}` belongs to the git submodule `{dir}`, and not every platform fetches submodules"
            )),
            None => Status::unknown(format!("an earlier command may create `{named}`")),
        }
    }

    /// The git submodule that a file which is not here belongs to, as the app names it.
    pub(crate) fn submodule_of(&self, absolute: &str) -> Option<&str> {
        let dir = self.submodules.iter().find(|dir| below(absolute, dir).is_some())?;
        (!self.exists(absolute)).then(|| paths::in_app(dir))?
    }

    /// Whether a path is inside a virtual environment, or a directory that pip filled, whose files are not listed.
    pub(crate) fn in_environment(&self, absolute: &str) -> bool {
        let mut above = absolute.match_indices('/').filter_map(|(at, _)| absolute.get(..at));
        above.any(|dir| self.venvs.contains_key(dir) || self.targets.contains_key(dir))
    }

    /// Whether commands may have brought modules or scripts that are not known.
    pub(crate) fn has_unseen_code(&self) -> bool {
        self.unseen.iter().any(|(dir, code)| *code && !self.submodules.contains(dir))
    }

    /// Whether commands have made files in this directory, or copied any to it.
    pub(crate) fn has_made_in(&self, dir: &str) -> bool {
        let inside = format!("{dir}/");
        self.made.range(inside.clone()..).next().is_some_and(|path| path.starts_with(&inside))
            || self.copies.iter().any(|copy| below(&copy.to, dir).is_some())
    }

    /// Whether a directory beside the image's own at the root is certainly not there. Ex) `/data`
    pub(crate) fn lacks_root(&self, absolute: &str) -> bool {
        paths::in_app(absolute).is_none() && self.lacks_dir(absolute) && !self.may_bring(absolute)
    }

    /// Whether a file or directory is certainly not there.
    pub(crate) fn lacks(&self, absolute: &str) -> bool {
        paths::in_app(absolute).is_some() && !self.exists(absolute) && !self.may_bring(absolute)
    }

    /// Whether a file may be executed, whatever it is.
    pub(crate) fn is_executable(&self, absolute: &str) -> bool {
        let resolved = self.resolve(absolute);
        let above = absolute.match_indices('/').filter_map(|(at, _)| absolute.get(..=at));
        // Ex) `chmod -R +x scripts`
        let tree = above.rev().find_map(|dir| self.executable.get(dir));
        let set = self.executable.get(absolute).or(tree).or_else(|| self.executable.get(&*resolved));
        set.copied()
            .unwrap_or_else(|| self.own_path(&resolved).is_some_and(|path| self.app.is_executable(&path)))
    }

    /// Docker copies the app's files again: those that commands have changed are as they were, with their modes.
    pub(crate) fn copy_again(&mut self, only: Option<&BTreeSet<String>>) {
        self.work.count(4 * (self.made.len() + self.executable.len() + self.copies.len()));
        if self.work.is_spent() {
            return;
        }
        let back = |machine: &Self, absolute: &str| {
            let Some(inside) = paths::in_app(absolute) else { return false };
            let named = |only: &BTreeSet<String>| only.iter().any(|path| is_at_or_below(inside, path));
            only.is_none_or(named)
                && machine.own_path(absolute).is_some_and(|path| machine.app.kind(&path) == Some(Kind::File))
        };
        let made: Vec<String> = self.made.iter().filter(|path| back(self, path)).cloned().collect();
        let is_tree = |path: &String| only.is_none() && path.ends_with('/') && paths::in_app(path).is_some();
        let modes = self.executable.keys().filter(|path| back(self, path) || is_tree(path));
        let modes: Vec<String> = modes.cloned().collect();
        let kept: Vec<bool> = self.copies.iter().map(|copy| !back(self, &copy.to)).collect();
        for path in made {
            self.made.remove(&path);
        }
        // What a command wrote keeps the mode that `chmod -R` gave it.
        let any_tree = modes.iter().any(|path| path.ends_with('/'));
        let own = self.made.iter().filter(|_| any_tree);
        let own: Vec<String> = own.filter(|path| self.is_executable(path)).cloned().collect();
        for path in own.into_iter().filter(|path| !path.ends_with("/.")) {
            self.executable.insert(path, true);
        }
        for path in modes {
            if self.executable.remove(&path) == Some(true) {
                self.reset_modes.insert(path);
            }
        }
        let mut kept = kept.into_iter();
        self.copies.retain(|_| kept.next().unwrap_or(true));
        if only.is_none() {
            self.removed.retain(|path| paths::in_app(path).is_none());
        }
    }

    /// The app view's path of an absolute path, whatever stands there now.
    pub(super) fn own_path(&self, absolute: &str) -> Option<String> {
        let inside = paths::in_app(absolute)?;
        Some(match (self.dir, inside) {
            ("", inside) => inside.to_owned(),
            (dir, "") => dir.to_owned(),
            (dir, inside) => format!("{dir}/{inside}"),
        })
    }
}

fn is_at_or_below(path: &str, dir: &str) -> bool {
    dir == "/" || dir.is_empty() || below(path, dir).is_some()
}
