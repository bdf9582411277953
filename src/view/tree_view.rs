//! An app in a tree of files, as the engine looks at it.

use super::View;
use super::kept_files::KeptFiles;
use super::tree::{Found, Node, Source, Tree, join};
use crate::load::{self, ReadFailure};
use nixpacks_transforms::app::{AppView, Entry, Hidden, Kind, ReadError};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Bytes of file contents that one view keeps: a deploy is planned several times over.
const KEPT: usize = 4 << 20;
/// Deeper directories are not there, so that no reader of a view can run out of stack.
const DEPTH: usize = 128;
/// Entries seen through linked directories: links to links can name a tree exponentially often.
const LINKED: usize = 10_000;

/// An app in a tree.
pub(super) struct TreeView<S: Source> {
    tree: Arc<Tree<S>>,
    /// Where it is, from the top.
    app: Found<S::Id>,
    /// The directory that was asked for last, for those who go down a tree.
    last: Mutex<Option<(String, Found<S::Id>)>>,
    kept: Mutex<Kept>,
}

/// What a view remembers.
struct Kept {
    files: KeptFiles,
    /// Directories that were reached through links, and how many of their entries are seen.
    linked: HashMap<String, usize>,
    /// Entries that are left for them.
    entries: usize,
}

impl<S: Source> TreeView<S> {
    /// The app in the directory at `path` from the top, behind links; `None` where no directory is.
    pub(super) fn new(tree: &Arc<Tree<S>>, path: &str) -> Option<Self> {
        let app = tree.find(tree.top(), path).filter(|found| found.dir.is_some())?;
        let app = Found { linked: false, ..app };
        let kept = Kept { files: KeptFiles::new(KEPT), linked: HashMap::new(), entries: LINKED };
        Some(Self { tree: Arc::clone(tree), app, last: Mutex::new(None), kept: Mutex::new(kept) })
    }

    fn find(&self, path: &str) -> Option<Found<S::Id>> {
        if path.matches('/').count() >= DEPTH {
            return None;
        }
        let (mut from, mut rest) = (None, path);
        if let Ok(last) = self.last.lock()
            && let Some((last, found)) = &*last
            && let Some(inner) = path.strip_prefix(last.as_str()).filter(|_| !last.is_empty())
        {
            let below = inner.strip_prefix('/').filter(|below| !below.is_empty());
            if let Some(below) = below.or_else(|| inner.is_empty().then_some("")) {
                (from, rest) = (Some(found.clone()), below);
            }
        }
        let found = self.tree.find(from.unwrap_or_else(|| self.app.clone()), rest)?;
        if found.dir.is_some()
            && let Ok(mut last) = self.last.lock()
        {
            *last = Some((path.to_owned(), found.clone()));
        }
        Some(found)
    }

    /// How many of the entries of a directory behind a link are seen: the same number at each look.
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
        if let Ok(kept) = self.kept.lock()
            && let Some(bytes) = kept.files.get(&found.path)
        {
            return Ok(Some(Cow::Owned(bytes.to_vec())));
        }
        let bytes = match self.tree.read(&found, load::limit(path)) {
            Ok(bytes) => bytes,
            Err(ReadFailure::Missing) => return Ok(None),
            Err(ReadFailure::Other(message)) => return Err(ReadError { path: path.to_owned(), message }),
        };
        if let Ok(mut kept) = self.kept.lock() {
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
