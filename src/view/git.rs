use super::index;
use crate::git::Git;
use crate::load;
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
        dir.ancestors().find_map(|top| {
            let git_dir = git_dir(top)?;
            Some(Self { top: top.to_owned(), git_dir })
        })
    }

    /// The file of excludes that the work trees of one repository share.
    pub(crate) fn exclude(&self) -> PathBuf {
        let common = load::read(&self.git_dir.join("commondir"), 4096).ok();
        let common = common.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        self.git_dir.join(common.trim()).join("info/exclude")
    }

    /// The files of the index. Fails with a phrase that says why they cannot be known.
    pub(crate) fn tracked(&self) -> Result<Tracked, String> {
        let index = self.git_dir.join("index");
        if !index.is_file() {
            return Ok(Tracked::default());
        }
        // The index alone is opened, not the repository: that runs no hook, reads no configuration, and does
        // not mind whose directory it is.
        match index::read(&index) {
            Ok(tracked) => Ok(tracked),
            Err(error) => self.ask_git().map_err(|git| format!("{}; {git}", load::phrase(&error))),
        }
    }

    /// The names of the extensions of the index; none where there is no index yet.
    pub(crate) fn extensions(&self) -> Result<Vec<index::Name>, String> {
        let index = self.git_dir.join("index");
        if !index.is_file() {
            return Ok(Vec::new());
        }
        index::extensions(&index).map_err(|error| load::phrase(&error))
    }

    fn ask_git(&self) -> Result<Tracked, String> {
        let git = Git::new(&self.top).args(["ls-files", "-z", "--cached"]);
        let listed = git.run().map_err(|failed| failed.what)?;
        Ok(listed.split(|byte| *byte == 0).filter_map(|path| std::str::from_utf8(path).ok()).collect())
    }
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

/// The paths of an index, relative to the work tree's root, sorted by their bytes.
#[derive(Debug, Default)]
pub(crate) struct Tracked {
    // One buffer for all of them: an index may hold a hundred thousand.
    names: String,
    ends: Vec<usize>,
}

impl<S: AsRef<str>> FromIterator<S> for Tracked {
    fn from_iter<I: IntoIterator<Item = S>>(paths: I) -> Self {
        let mut tracked = Self::default();
        paths.into_iter().for_each(|path| tracked.push(path.as_ref()));
        tracked
    }
}

impl Tracked {
    /// Adds a path that is not less than those before it.
    pub(super) fn push(&mut self, path: &str) {
        // A file in conflict has several entries; a directory is one that a sparse index folds.
        let last = self.ends.len().checked_sub(1).map(|last| self.name(last));
        if !path.is_empty() && !path.ends_with('/') && last != Some(path) {
            self.names.push_str(path);
            self.ends.push(self.names.len());
        }
    }

    fn name(&self, at: usize) -> &str {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.names.get(start..end).unwrap_or_default()
    }

    /// The paths, in order.
    #[cfg(test)]
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|at| self.name(at))
    }

    /// Index of the first path that is not less than `path`.
    fn position(&self, path: &str) -> usize {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.name(middle) < path { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Whether the index has this file.
    pub(crate) fn has_file(&self, path: &str) -> bool {
        self.name(self.position(path)) == path && !path.is_empty()
    }

    /// Whether the index has a file below this directory; `""` is the root.
    pub(crate) fn has_dir(&self, path: &str) -> bool {
        if path.is_empty() {
            return !self.ends.is_empty();
        }
        let prefix = format!("{path}/");
        self.name(self.position(&prefix)).starts_with(&prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::Tracked;

    #[test]
    fn finds_files_and_directories_and_nothing_between() {
        let tracked: Tracked = ["a", "b-c", "b/x/y", "b/x/y", "b0", "ü/z"].into_iter().collect();
        for (path, file, dir) in [
            ("a", true, false),
            ("b", false, true),
            ("b/x", false, true),
            ("b/x/y", true, false),
            ("b/x/y/z", false, false),
            ("b-c", true, false),
            ("b-", false, false),
            ("c", false, false),
            ("ü", false, true),
            ("ü/z", true, false),
            ("", false, true),
        ] {
            assert_eq!((tracked.has_file(path), tracked.has_dir(path)), (file, dir), "{path}");
        }
        assert!(!Tracked::default().has_dir(""));
        assert!(!Tracked::default().has_file(""));
    }
}
