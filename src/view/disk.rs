//! A directory on disk as a tree: in a git work tree what is tracked or staged, elsewhere what is there.

use super::tree::{Listed, ListedKind, Source, Tree};
use super::tree_view::TreeView;
use super::{Checkout, View};
use crate::load::{self, ReadFailure};
use nixpacks_transforms::app::Hidden;
use nixpacks_transforms::document::FileKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A directory on disk.
pub(super) struct Disk {
    /// The canonical path of its root. No path and no symbolic link may lead out of it.
    top: PathBuf,
    /// In a git work tree: only tracked and staged files are visible.
    git: Option<Arc<Checkout>>,
}

/// The tree of a directory on disk. Its apps share what was read.
#[derive(Clone)]
pub(crate) struct DiskTree(Arc<Tree<Disk>>);

/// An app in a directory on disk.
pub(super) type DiskView = TreeView<Disk>;

impl DiskTree {
    /// All files below the canonical directory `top`.
    pub(crate) fn of_directory(top: PathBuf) -> Self {
        Self(Arc::new(Tree::new(Disk { top, git: None }, ())))
    }

    /// The tracked and staged files of a work tree, with their contents on disk.
    pub(crate) fn of_checkout(checkout: Arc<Checkout>) -> Self {
        Self(Arc::new(Tree::new(Disk { top: checkout.tree.top.clone(), git: Some(checkout) }, ())))
    }

    /// The root directory.
    pub(crate) fn top(&self) -> &Path {
        &self.0.source().top
    }

    /// The app in the canonical directory `dir`; `None` if it is not visible.
    pub(crate) fn view(&self, dir: &Path) -> Option<Box<dyn View>> {
        self.open(dir).map(|view| Box::new(view) as Box<dyn View>)
    }

    pub(super) fn open(&self, dir: &Path) -> Option<DiskView> {
        TreeView::new(&self.0, &below(dir, self.top())?)
    }

    /// How many directories were read.
    #[cfg(test)]
    pub(crate) fn scans(&self) -> usize {
        self.0.scans()
    }

    /// How often a file was read.
    #[cfg(test)]
    pub(crate) fn reads(&self) -> usize {
        self.0.reads()
    }
}

impl Disk {
    /// Whether the platform sees the entry `name` at `path`.
    fn sees(&self, path: &str, name: &str, is_dir: bool) -> bool {
        let Some(git) = &self.git else { return true };
        if is_dir {
            return git.tracked.has_dir(path);
        }
        // One who has just made a deploy file wants it looked at before it is committed.
        let new = || FileKind::of_name(name).is_some() && git.ignored.why(path, false) == Hidden::Untracked;
        git.tracked.has_file(path) || new()
    }
}

impl Source for Disk {
    type Id = ();

    fn list(&self, dir: &str, (): &()) -> Vec<Listed<()>> {
        let Ok(listing) = std::fs::read_dir(self.top.join(dir)) else { return Vec::new() };
        let listed = listing.flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let kind = entry.file_type().ok()?;
            let kind = match () {
                () if kind.is_dir() => ListedKind::Dir,
                () if kind.is_symlink() => ListedKind::Link,
                () if kind.is_file() => ListedKind::File,
                () => return None,
            };
            let path = if dir.is_empty() { name.clone() } else { format!("{dir}/{name}") };
            self.sees(&path, &name, kind == ListedKind::Dir).then_some(Listed { name, kind, id: () })
        });
        listed.collect()
    }

    fn link(&self, path: &str, (): &()) -> Option<String> {
        std::fs::read_link(self.top.join(path)).ok()?.into_os_string().into_string().ok()
    }

    fn read(&self, path: &str, (): &(), limit: u64) -> Result<Vec<u8>, ReadFailure> {
        load::read(&self.top.join(path), limit)
    }

    #[cfg(unix)]
    fn is_executable(&self, path: &str, (): &()) -> bool {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(self.top.join(path)).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
    }

    #[cfg(not(unix))]
    fn is_executable(&self, _path: &str, (): &()) -> bool {
        false
    }

    fn hidden(&self, path: &str) -> Option<Hidden> {
        let git = self.git.as_ref()?;
        // The file must be there, and be reached without leaving the work tree.
        let real = self.top.join(path).canonicalize().ok()?;
        below(&real, &self.top)?;
        Some(git.ignored.why(path, real.is_dir()))
    }
}

/// The path of `path` below `top`, with `/` between the parts.
pub(crate) fn below(path: &Path, top: &Path) -> Option<String> {
    let rest = path.strip_prefix(top).ok()?;
    let parts: Option<Vec<&str>> = rest.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}
