//! The files of the image: the app's own, as far as a phase has them, and what commands made of them.

use super::machine::{Machine, Shell};
use super::paths;
use super::simple::Cmd;
use super::status::Status;
use super::verdict::Reason;
use crate::app::{Entry, Kind};
use crate::plan::Phase;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A place that shows what stands at another one.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    /// Absolute path of the copy or link.
    pub(super) to: String,
    /// Absolute path of what it shows.
    from: String,
}

/// Directories of the base image below which nothing more is known.
const ROOTS: [&str; 16] = [
    "/app", "/bin", "/dev", "/etc", "/home", "/lib", "/mnt", "/nix", "/opt", "/proc", "/root", "/run",
    "/srv", "/tmp", "/usr", "/var",
];

/// The most steps from one copy to another.
const MOST_STEPS: usize = 8;

impl Machine<'_> {
    /// What a phase copies into the image before its commands run
    /// (`builder/docker/dockerfile_generation.rs`: `onlyIncludeFiles`, else everything).
    pub(crate) fn copy_in(&mut self, phase: &Phase) {
        if phase.cmds.as_ref().is_none_or(Vec::is_empty) {
            return;
        }
        let only: Option<BTreeSet<String>> = phase.only_include_files.as_ref().map(|files| {
            let inside = files.iter().filter_map(|file| {
                let path = paths::join(paths::APP, file.value.trim_start_matches('/'));
                paths::in_app(&path).map(str::to_owned)
            });
            inside.collect()
        });
        self.copy_again(only.as_ref());
        match (only, &mut self.copied) {
            (Some(inside), Some(copied)) => {
                Arc::make_mut(copied).extend(inside);
                if copied.contains("") {
                    self.copied = None;
                }
            }
            (None, _) => self.copied = None,
            (Some(_), None) => {}
        }
    }

    /// Whether the image has a file of the app, or something below the directory.
    fn is_copied(&self, inside: &str) -> bool {
        let Some(copied) = &self.copied else { return true };
        let above = inside.match_indices('/').filter_map(|(at, _)| inside.get(..at));
        let below = format!("{inside}/");
        inside.is_empty()
            || above.chain([inside]).any(|path| copied.contains(path))
            || copied.range(below.clone()..).next().is_some_and(|file| file.starts_with(&below))
    }

    /// The app view's path of an absolute path.
    pub(crate) fn view_path(&self, absolute: &str) -> Option<String> {
        let absolute = self.resolve(absolute);
        paths::in_app(&absolute).filter(|inside| self.is_copied(inside))?;
        self.own_path(&absolute)
    }

    /// The bytes of a file of the app.
    pub(crate) fn read(&self, absolute: &str) -> Option<Cow<'_, [u8]>> {
        // What a command has written is not known.
        if self.is_removed(absolute) || self.made.contains(&*self.resolve(absolute)) {
            return None;
        }
        self.app.read(&self.view_path(absolute)?).ok().flatten()
    }

    /// The entries of a directory of the app.
    pub(crate) fn list(&self, absolute: &str) -> Vec<Entry> {
        let Some(path) = self.view_path(absolute) else { return Vec::new() };
        let mut entries = self.app.list(&path);
        entries.retain(|entry| self.exists(&format!("{absolute}/{}", entry.name)));
        entries
    }

    /// Whether a file or directory stands there.
    pub(crate) fn exists(&self, absolute: &str) -> bool {
        self.kind(absolute).is_some()
    }

    /// What stands at an absolute path, as far as is known.
    pub(crate) fn kind(&self, absolute: &str) -> Option<Kind> {
        let removed = self.is_removed(absolute);
        let absolute = &*self.resolve(absolute);
        if removed {
            return self.venvs.contains_key(absolute).then_some(Kind::Dir);
        }
        if self.made.contains(absolute) || self.get_pip.contains(absolute) {
            return Some(Kind::File);
        }
        let below = format!("{absolute}/");
        let first = |next: Option<&String>| next.is_some_and(|next| next.starts_with(&below));
        if self.venvs.contains_key(absolute)
            || first(self.venvs.range(below.clone()..).next().map(|(dir, _)| dir))
            || first(self.made.range(below.clone()..).next())
        {
            return Some(Kind::Dir);
        }
        if let Some(path) = self.view_path(absolute) {
            return self.app.kind(&path);
        }
        matches!(
            absolute,
            "/" | "/opt" | "/tmp" | "/root" | "/usr" | "/etc" | "/var" | "/home" | "/usr/local" | "/var/log"
        )
        .then_some(Kind::Dir)
    }

    /// Whether nothing is known of what stands at this path: outside the app and never made.
    pub(crate) fn is_foreign(&self, absolute: &str) -> bool {
        paths::in_app(absolute).is_none() && !self.exists(absolute)
    }

    /// Whether a directory is certainly not there: inside the app, or beside the image's own at the root.
    pub(crate) fn lacks_dir(&self, absolute: &str) -> bool {
        let known = paths::in_app(absolute).is_some()
            || !ROOTS.iter().any(|root| paths::below(absolute, root).is_some());
        known && self.kind(absolute) != Some(Kind::Dir)
    }

    /// The place that a path shows, through copies and links.
    pub(crate) fn resolve<'p>(&self, absolute: &'p str) -> Cow<'p, str> {
        let mut path = Cow::Borrowed(absolute);
        self.work.count(self.copies.len());
        for _ in 0..MOST_STEPS {
            let Some(next) =
                self.copies.iter().rev().find_map(|copy| {
                    paths::below(&path, &copy.to).map(|rest| format!("{}{rest}", copy.from))
                })
            else {
                break;
            };
            path = Cow::Owned(next);
        }
        path
    }

    /// `cp`, `mv` and `ln -s`: the last operand shows what the others are.
    pub(crate) fn copy(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let operands = cmd.operands();
        let Some((to, from)) = operands.split_last() else { return Status::Ok };
        if cmd.args.iter().any(Option::is_none) || from.is_empty() {
            // Ex) `cp $(which x) /usr/local/bin/x`
            let dest = paths::join(&shell.cwd, to);
            self.executable.insert(dest.clone(), true);
            self.brings_unseen(&dest, true);
            if cmd.args.last().is_some_and(Option::is_some) && self.kind(&dest) != Some(Kind::Dir) {
                self.write(dest);
            } else {
                self.brings_unseen(paths::APP, true);
            }
            return Status::Ok;
        }
        let dest = paths::join(&shell.cwd, to);
        let many = from.len() > 1 || from.iter().any(|source| source.contains('*'));
        let into = many || to.ends_with('/') || self.kind(&dest) == Some(Kind::Dir);
        for source in from {
            let path = paths::join(&shell.cwd, source);
            let name = paths::base_name(&path).to_owned();
            if let Some((start, end)) = name.split_once('*') {
                self.copy_matching(paths::parent(&path), (start, end), &dest);
                continue;
            }
            if source.contains(['?', '[', '{']) {
                continue;
            }
            if paths::in_app(&path).is_some() && !self.exists(&path) {
                let from_venv = self.in_environment(&path);
                if paths::base_name(&cmd.name) != "ln" && !from_venv {
                    return self.may_be_created(&path, source);
                }
                // A link may lead to what comes later.
                self.write(dest.clone());
                self.executable.insert(dest.clone(), true);
                self.show(dest.clone(), path);
                continue;
            }
            let contents = *source == "." || source.ends_with("/.");
            let to = if into && !contents { format!("{dest}/{name}") } else { dest.clone() };
            // `cp -r svc /app/svc`: the directory is there already, so the copy would go into it.
            let inside = self.kind(&path) == Some(Kind::Dir) && paths::below(&to, &path).is_some();
            if inside && !contents && paths::base_name(&cmd.name) == "cp" {
                return Status::fail(
                    Reason::Other,
                    format!("cp: cannot copy a directory, '{source}', into itself, '{to}'"),
                );
            }
            let is_dir = self.kind(&path) == Some(Kind::Dir);
            self.write(if is_dir { format!("{to}/.") } else { to.clone() });
            // What is outside of the app and was not made here is a program of the system, as a rule.
            let executable = self.is_executable(&path) || self.is_foreign(&path);
            if executable {
                self.executable.insert(to.clone(), true);
            }
            self.show(to.clone(), path.clone());
            if is_dir && !contents && *self.resolve(&to) == *to {
                self.brings_unseen(&to, true);
            }
            if paths::base_name(&cmd.name) == "mv" && self.venv(&path).is_none() {
                self.remove(&path);
            }
        }
        if into {
            self.write(format!("{dest}/."));
        }
        Status::Ok
    }

    /// Ex) `cp *.py /srv`
    fn copy_matching(&mut self, dir: &str, (start, end): (&str, &str), dest: &str) {
        if start.is_empty() && end.is_empty() {
            self.show(dest.to_owned(), dir.to_owned());
            return;
        }
        for entry in self.list(dir) {
            if entry.name.len() >= start.len() + end.len()
                && entry.name.starts_with(start)
                && entry.name.ends_with(end)
            {
                self.show(format!("{dest}/{}", entry.name), format!("{dir}/{}", entry.name));
            }
        }
    }

    /// From here on `to` shows what stands at `from`.
    pub(super) fn show(&mut self, to: String, from: String) {
        // Ex) `cp -r backend/* .`: what is in the directory is then beside it, too.
        if to != from && paths::below(&from, &to).is_some() {
            for entry in self.list(&from) {
                let place = format!("{to}/{}", entry.name);
                if self.kind(&place) != Some(Kind::Dir) && self.copies.len() < MOST_COPIES {
                    self.copies.push(Copy { to: place, from: format!("{from}/{}", entry.name) });
                }
            }
            return;
        }
        // A copy of a directory into itself shows nothing that is looked for.
        let itself = paths::below(&to, &from).or(paths::below(&from, &to)).is_some();
        if !itself && self.copies.len() < MOST_COPIES {
            self.copies.push(Copy { to, from });
        }
    }
}

/// The most copies that are followed: every look at a file goes through them.
const MOST_COPIES: usize = 256;
