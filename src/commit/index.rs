//! The index, as git changes it: locked from before it is read until HEAD has moved.

use git2::{Error, Index, Repository, RepositoryOpenFlags};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A locked index, and a copy of it that takes its place, or goes.
pub(super) struct Locked {
    path: PathBuf,
    lock: PathBuf,
    copy: PathBuf,
    modified: Option<SystemTime>,
    /// A handle of its own, whose index is the copy.
    pub(super) repository: Repository,
    /// The copy.
    pub(super) index: Index,
}

impl Locked {
    /// Locks the index of a repository. Fails with a phrase.
    pub(super) fn take(of: &Repository) -> Result<Self, String> {
        let said = |error: Error| super::plain::phrase(&error);
        let path = of.path().join("index");
        let beside = |end: &str| path.with_file_name(format!("index{end}"));
        let (lock, copy) = (beside(".lock"), beside(&format!(".nixpacks-fix-{}", std::process::id())));
        let shown = lock.display();
        OpenOptions::new().write(true).create_new(true).open(&lock).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => format!(
                "another git process is at work here; if none is, remove `{shown}`, which one left that broke down"
            ),
            _ => format!("cannot make `{shown}`: {}", crate::load::phrase(&error)),
        })?;
        // From here on the lock goes with this.
        let guard = Files(lock.clone(), copy.clone());
        let modified = match fs::copy(&path, &copy) {
            Ok(_) => fs::metadata(&path).and_then(|meta| meta.modified()).ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("cannot copy the index: {}", crate::load::phrase(&error))),
        };
        // By its work tree: a link leads from there to a directory whose own work tree is another one.
        let (top, none) = (of.workdir().unwrap_or(of.path()), [""; 0]);
        let repository = Repository::open_ext(top, RepositoryOpenFlags::NO_SEARCH, none).map_err(said)?;
        let mut index = Index::open(&copy).map_err(said)?;
        repository.set_index(&mut index).map_err(said)?;
        std::mem::forget(guard);
        Ok(Self { path, lock, copy, modified, repository, index })
    }

    /// Puts the copy in the place of the index.
    pub(super) fn keep(mut self) -> Result<(), String> {
        self.index.write().map_err(|error| super::plain::phrase(&error))?;
        let put = || {
            if let Some(modified) = self.modified {
                // An entry as young as the index is one that git looks at again. libgit2 has settled that by
                // nanoseconds and git by seconds, so a younger index would hide what was edited just now.
                File::options().write(true).open(&self.copy)?.set_modified(modified)?;
            }
            fs::rename(&self.copy, &self.path)
        };
        put().map_err(|error| format!("cannot write the index: {}", crate::load::phrase(&error)))
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        remove(&self.copy);
        remove(&self.lock);
    }
}

struct Files(PathBuf, PathBuf);

impl Drop for Files {
    fn drop(&mut self) {
        remove(&self.0);
        remove(&self.1);
    }
}

fn remove(path: &Path) {
    // One that was renamed is gone; there is nothing to be done about one that will not go.
    let _ = fs::remove_file(path);
}
