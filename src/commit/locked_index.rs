//! Replaces git's index under git's own lock, which is held from before the index is read until HEAD has moved.

use crate::step;
use crate::write::{Journal, new_file};
use anyhow::{Context as _, Error, anyhow};
use git2::{Index, Repository};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A locked index, and a copy of it that takes its place, or goes.
pub(super) struct LockedIndex {
    files: LockFiles,
    modified: Option<SystemTime>,
    /// The copy.
    pub(super) index: Index,
}

impl LockedIndex {
    /// Locks the index of a repository, whose index from then on is a copy.
    pub(super) fn take(repository: &Repository, journal: &Journal) -> anyhow::Result<Self> {
        let files = LockFiles::of(repository.path(), journal);
        files.lock()?;
        let modified = match fs::copy(&files.index, &files.copy) {
            Ok(_) => fs::metadata(&files.index).and_then(|meta| meta.modified()).ok(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::new(error).context("cannot copy the index")),
        };
        step::reached("commit: index copied");
        let mut index = Index::open(&files.copy)?;
        repository.set_index(&mut index)?;
        Ok(Self { files, modified, index })
    }

    /// Writes the copy, so that nothing but a renaming is left to do once HEAD has moved.
    pub(super) fn write(&mut self) -> anyhow::Result<()> {
        self.index.write()?;
        step::reached("commit: index written");
        if let Some(modified) = self.modified {
            // Keep the old index mtime, or git treats entries edited in the same second as unchanged (racy git):
            // libgit2 has settled that by nanoseconds and git goes by seconds.
            let file = File::options().write(true).open(&self.files.copy);
            file.and_then(|file| file.set_modified(modified)).context(NOT_WRITTEN)?;
        }
        Ok(())
    }

    /// Puts the copy in the place of the index.
    pub(super) fn keep(self) -> anyhow::Result<()> {
        self.files.keep()
    }
}

const NOT_WRITTEN: &str = "cannot write the index";

/// The files that a change of the index is made by. They go with this.
pub(super) struct LockFiles {
    index: PathBuf,
    /// Git's own lock. While it is ours it holds `mark`.
    lock: PathBuf,
    mark: String,
    /// Becomes the lock, so that the lock holds the mark from the first moment.
    marked: PathBuf,
    copy: PathBuf,
    /// Where libgit2 writes the copy.
    written: PathBuf,
}

impl LockFiles {
    /// Those of a journal's commit in the repository's directory `git_dir`.
    pub(super) fn of(git_dir: &Path, journal: &Journal) -> Self {
        Self {
            index: git_dir.join("index"),
            lock: git_dir.join("index.lock"),
            mark: journal.stem(),
            marked: journal.sibling("lock"),
            copy: journal.sibling("index"),
            written: journal.sibling("index.lock"),
        }
    }

    fn lock(&self) -> anyhow::Result<()> {
        let mark = |path: &Path| new_file(path)?.write_all(self.mark.as_bytes());
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => anyhow!(index_is_locked(&self.lock)),
            _ => Error::new(error).context(format!("cannot make `{}`", self.lock.display())),
        };
        mark(&self.marked).map_err(failed)?;
        step::reached("commit: lock marked");
        match fs::hard_link(&self.marked, &self.lock) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(failed(error)),
            // Where files have one name only, the lock is made first and marked then.
            Err(_) => mark(&self.lock).map_err(failed)?,
        }
        step::reached("commit: index locked");
        Ok(())
    }

    /// Whether the index is locked by somebody else.
    pub(super) fn locked_by_another(&self) -> Option<String> {
        (self.lock.exists() && !self.is_ours()).then(|| index_is_locked(&self.lock))
    }

    fn is_ours(&self) -> bool {
        crate::load::read(&self.lock, 1 << 10).is_ok_and(|bytes| bytes == self.mark.as_bytes())
    }

    /// Puts the copy in the place of the index, if nobody else can have changed that.
    pub(super) fn keep(&self) -> anyhow::Result<()> {
        if self.is_ours() && self.copy.exists() {
            fs::rename(&self.copy, &self.index).context(NOT_WRITTEN)?;
            step::reached("commit: index replaced");
        }
        Ok(())
    }
}

impl Drop for LockFiles {
    fn drop(&mut self) {
        // The lock last: until then it tells whose the others are.
        let ours = self.is_ours().then_some(&self.lock);
        for path in [&self.written, &self.copy, &self.marked].into_iter().chain(ours) {
            // One that was renamed is gone; there is nothing to be done about one that will not go.
            if fs::remove_file(path).is_ok() {
                step::reached("commit: removed");
            }
        }
    }
}

/// What is said of a lock that is not ours.
pub(super) fn index_is_locked(lock: &Path) -> String {
    format!(
        "another git process is at work here; if none is, remove `{}`, which one left that broke down",
        lock.display()
    )
}
