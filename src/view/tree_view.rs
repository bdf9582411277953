//! An app in a tree of files, as the engine looks at it.

use super::View;
use super::kept_files::KeptFiles;
use super::tree::{Found, Node, Source, Tree, join};
use crate::load::{self, ReadFailure};
use nixpacks_transforms::app::{AppView, Entry, Hidden, Kind, ReadError};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Bytes of file contents that one view keeps: an app is planned several times.
const KEPT: usize = 4 << 20;
/// Deeper directories are left out, so that no recursive reader of a view runs out of stack.
const DEPTH: usize = 128;
/// The most entries that are visible through symbolic links to directories: links to links can repeat a tree
/// exponentially.
const LINKED: usize = 10_000;

/// An app in a tree.
pub(super) struct TreeView<S: Source> {
    tree: Arc<Tree<S>>,
    /// Its directory.
    app: Found<S::Id>,
    trail: Mutex<Trail<S::Id>>,
    kept: Mutex<Kept>,
}

/// The directories on the way to what was asked for last: the next is often beside it, or below.
struct Trail<I> {
    /// The path of the last of them.
    path: String,
    /// With the lengths of their paths.
    dirs: Vec<(usize, Found<I>)>,
}

impl<I> Default for Trail<I> {
    fn default() -> Self {
        Self { path: String::new(), dirs: Vec::new() }
    }
}

impl<I> Trail<I> {
    /// The last directory that is on the way to `path` too, and the length of its own. What is below it is dropped.
    fn up_to(&mut self, path: &str) -> Option<(usize, &Found<I>)> {
        let (own, other) = (self.path.as_bytes(), path.as_bytes());
        let is_above = |len: usize| {
            matches!(other.get(len), None | Some(b'/'))
                && other.get(..len).is_some_and(|above| own.starts_with(above))
        };
        while self.dirs.pop_if(|(len, _)| !is_above(*len)).is_some() {}
        self.path.truncate(self.dirs.last().map_or(0, |(len, _)| *len));
        self.dirs.last().map(|(len, found)| (*len, found))
    }

    /// A directory in the last one.
    fn push(&mut self, path: &str, found: Found<I>) {
        path.clone_into(&mut self.path);
        self.dirs.push((path.len(), found));
    }
}

/// The caches of a view.
struct Kept {
    files: KeptFiles,
    /// How many entries are visible, for each directory that was reached through a link.
    linked: HashMap<String, usize>,
    /// How many more entries may be visible through links.
    entries: usize,
}

impl<S: Source> TreeView<S> {
    /// The app in the directory at `path` from the top, behind links; `None` where no directory is.
    pub(super) fn new(tree: &Arc<Tree<S>>, path: &str) -> Option<Self> {
        let app = tree.find(tree.top(), path).filter(|found| found.dir.is_some())?;
        let app = Found { linked: false, ..app };
        let kept = Kept { files: KeptFiles::new(KEPT), linked: HashMap::new(), entries: LINKED };
        Some(Self { tree: Arc::clone(tree), app, trail: Mutex::default(), kept: Mutex::new(kept) })
    }

    fn find(&self, path: &str) -> Option<Found<S::Id>> {
        if !is_path(path) {
            return None;
        }
        let mut trail = self.trail.lock().ok()?;
        let (mut found, mut rest) = match trail.up_to(path) {
            Some((len, found)) => (found.clone(), path.get(len..)?),
            None => (self.app.clone(), path),
        };
        while !rest.is_empty() {
            let inner = rest.strip_prefix('/').unwrap_or(rest);
            let (name, _) = inner.split_once('/').unwrap_or((inner, ""));
            found = self.tree.find(found, name)?;
            rest = inner.get(name.len()..)?;
            if found.dir.is_some() {
                trail.push(path.get(..path.len() - rest.len())?, found.clone());
            }
        }
        Some(found)
    }

    /// How many entries of a directory behind a link are visible. The number is the same each time.
    fn seen(&self, dir: &str, count: usize) -> usize {
        let Ok(mut kept) = self.kept.lock() else { return 0 };
        if let Some(seen) = kept.linked.get(dir) {
            return *seen;
        }
        let seen = count.min(kept.entries);
        kept.entries -= seen;
        kept.linked.insert(dir.to_owned(), seen);
        seen
    }
}

impl<S: Source> AppView for TreeView<S> {
    fn kind(&self, path: &str) -> Option<Kind> {
        self.find(path).map(|found| if found.dir.is_some() { Kind::Dir } else { Kind::File })
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        let Some(found) = self.find(path).filter(|found| found.dir.is_none()) else { return Ok(None) };
        if let Some(bytes) = self.tree.kept(&found, load::limit(path)) {
            return Ok(Some(Cow::Owned(bytes.to_vec())));
        }
        if let Ok(kept) = self.kept.lock()
            && let Some(bytes) = kept.files.get(&found.path)
        {
            return Ok(Some(Cow::Owned(bytes.to_vec())));
        }
        let (bytes, is_kept) = match self.tree.read(&found, load::limit(path)) {
            Ok(bytes) => bytes,
            Err(ReadFailure::Missing) => return Ok(None),
            Err(ReadFailure::Other(message)) => return Err(ReadError { path: path.to_owned(), message }),
        };
        if !is_kept && let Ok(mut kept) = self.kept.lock() {
            kept.files.keep(&found.path, &bytes);
        }
        Ok(Some(Cow::Owned(bytes.to_vec())))
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        let Some(found) = self.find(dir) else { return Vec::new() };
        let Some(inner) = found.dir.filter(|_| dir.split('/').count() < DEPTH) else { return Vec::new() };
        let entry = |node: &Node<S::Id>| {
            let kind = if self.tree.is_dir(&found.path, node)? { Kind::Dir } else { Kind::File };
            Some(Entry { name: node.name.to_string(), kind })
        };
        let mut entries: Vec<Entry> = self.tree.nodes(&inner, &found.path).iter().filter_map(entry).collect();
        if found.linked {
            entries.truncate(self.seen(dir, entries.len()));
        }
        entries
    }

    fn is_executable(&self, path: &str) -> bool {
        self.find(path).is_some_and(|found| {
            found.dir.is_none() && self.tree.source().is_executable(&found.path, &found.id)
        })
    }

    fn hidden(&self, path: &str) -> Option<Hidden> {
        if path.split('/').any(|part| matches!(part, "" | "." | ".." | ".git")) || self.kind(path).is_some() {
            return None;
        }
        self.tree.source().hidden(&join(self.app.path.clone(), path))
    }
}

impl<S: Source> View for TreeView<S> {
    fn real(&self, path: &str) -> Option<String> {
        self.find(path).map(|found| found.path)
    }
}

/// Whether a path has no empty part, and not too many parts.
fn is_path(path: &str) -> bool {
    let (mut before, mut depth) = (b'/', 0);
    for byte in path.bytes() {
        if byte == b'/' {
            depth += 1;
            if before == b'/' || depth >= DEPTH {
                return false;
            }
        }
        before = byte;
    }
    before != b'/' || path.is_empty()
}
