//! A git work tree: where its root and its index are.

use super::{Tracked, git_config, index, sparse_index};
use crate::load;
use std::io;
use std::path::{Path, PathBuf};

/// A git work tree and where its repository stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WorkTree {
    /// The canonical path of the work tree's root.
    pub(crate) top: PathBuf,
    /// The directory that holds the index.
    pub(crate) git_dir: PathBuf,
}

impl WorkTree {
    /// The work tree that holds the canonical directory `dir`.
    pub(crate) fn of(dir: &Path) -> Option<Self> {
        dir.ancestors().find_map(Self::at)
    }

    /// The work tree whose root is the canonical directory `top`.
    pub(crate) fn at(top: &Path) -> Option<Self> {
        git_dir(top).map(|git_dir| Self { top: top.to_owned(), git_dir })
    }

    /// The directory that the work trees of one repository share.
    pub(crate) fn common_dir(&self) -> PathBuf {
        common_dir(&self.git_dir)
    }

    /// Fails if libgit2 or git would block on a pipe or loop when it opens the repository.
    pub(crate) fn check_config(&self) -> anyhow::Result<()> {
        git_config::check(&self.git_dir, &self.common_dir())
    }

    /// The path of `info/exclude`, which the work trees of one repository share.
    pub(crate) fn exclude(&self) -> PathBuf {
        self.common_dir().join("info/exclude")
    }

    /// The files of the index.
    ///
    /// The index alone is opened, not the repository: that runs no hook, reads no configuration, and does not mind
    /// whose directory it is.
    pub(crate) fn tracked(&self) -> anyhow::Result<Tracked> {
        match index::read(&self.git_dir).and_then(|index| sparse_index::unfolded(self, index)) {
            Ok(tracked) => Ok(tracked),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.has_index() => {
                Ok(Tracked::default())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn has_index(&self) -> bool {
        std::fs::symlink_metadata(self.git_dir.join("index")).is_ok()
    }

    /// The signatures of the index's extensions; empty if there is no index yet.
    pub(crate) fn extensions(&self) -> anyhow::Result<Vec<index::Name>> {
        if !self.has_index() {
            return Ok(Vec::new());
        }
        Ok(index::read(&self.git_dir)?.extensions)
    }
}

/// The directory that the work trees of the repository at `git_dir` share.
pub(super) fn common_dir(git_dir: &Path) -> PathBuf {
    let common = load::read(&git_dir.join("commondir"), 4096).ok();
    let common = common.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    git_dir.join(common.trim())
}

/// The repository's directory for a work tree whose root is `top`.
fn git_dir(top: &Path) -> Option<PathBuf> {
    let dot_git = top.join(".git");
    let meta = std::fs::metadata(&dot_git).ok()?;
    let dir = if meta.is_dir() {
        dot_git
    } else {
        // A linked work tree or a submodule: the file names the directory.
        let text = String::from_utf8(load::read(&dot_git, 4096).ok()?).ok()?;
        top.join(text.strip_prefix("gitdir:")?.trim())
    };
    dir.join("HEAD").is_file().then_some(dir)
}
