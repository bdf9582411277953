//! A tree of files that is read as it is asked for, each directory once: all apps of a repository share it.
//!
//! A directory on disk and a commit differ in how they are read alone; what is seen of them, and where links lead,
//! is decided here.

use super::kept_files::KeptFiles;
use crate::load::ReadFailure;
use nixpacks_transforms::app::Hidden;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// The most path components that are followed to resolve a symbolic link.
const STEPS: usize = 256;

/// Where a tree is read from. Paths are relative to the root and contain no symbolic links.
pub(super) trait Source: Send + Sync {
    /// What identifies an entry to this source.
    type Id: Clone + Send + Sync;
    /// The entries of a directory that reach the platform.
    fn list(&self, dir: &str, id: &Self::Id) -> Vec<Listed<Self::Id>>;
    /// The target of a symbolic link.
    fn link(&self, path: &str, id: &Self::Id) -> Option<String>;
    /// The bytes of a file, at most `limit` of them.
    fn read(&self, path: &str, id: &Self::Id, limit: u64) -> Result<Vec<u8>, ReadFailure>;
    /// Whether a file has an execute bit.
    fn is_executable(&self, path: &str, id: &Self::Id) -> bool;
    /// Why the platform will not see a path that exists on this machine.
    fn hidden(&self, _path: &str) -> Option<Hidden> {
        None
    }
}

/// An entry of a directory.
pub(super) struct Listed<I> {
    pub(super) name: String,
    pub(super) kind: ListedKind,
    pub(super) id: I,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListedKind {
    File,
    Dir,
    Link,
}

/// Bytes of file contents that a tree keeps for all of its views: nested apps read the same files.
const KEPT: usize = 4 << 20;

/// A tree.
pub(super) struct Tree<S: Source> {
    source: S,
    root: Arc<Dir<S::Id>>,
    kept: Mutex<KeptFiles>,
    scans: AtomicUsize,
    reads: AtomicUsize,
}

/// A directory.
pub(super) struct Dir<I> {
    id: I,
    entries: OnceLock<Vec<Node<I>>>,
}

pub(super) struct Node<I> {
    pub(super) name: Box<str>,
    id: I,
    what: What<I>,
}

enum What<I> {
    File,
    Dir(Arc<Dir<I>>),
    /// A symbolic link, and its target once it was resolved.
    Link(OnceLock<Option<Box<Target<I>>>>),
}

/// The file or directory that a symbolic link leads to.
#[derive(Clone)]
struct Target<I> {
    path: String,
    id: I,
    /// `None` for a file.
    dir: Option<Arc<Dir<I>>>,
}

/// A file or directory that was looked up.
#[derive(Clone)]
pub(super) struct Found<I> {
    /// Its path relative to the root, after following symbolic links.
    pub(super) path: String,
    pub(super) id: I,
    /// `None` for a file.
    pub(super) dir: Option<Arc<Dir<I>>>,
    /// Whether a symbolic link to a directory was followed.
    pub(super) linked: bool,
}

impl<S: Source> Tree<S> {
    /// The tree of a source, from its root.
    pub(super) fn new(source: S, top: S::Id) -> Self {
        let kept = Mutex::new(KeptFiles::new(KEPT));
        let (scans, reads) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { source, root: Arc::new(Dir::new(top)), kept, scans, reads }
    }

    /// Its source.
    pub(super) fn source(&self) -> &S {
        &self.source
    }

    /// How many directories were read.
    #[cfg(test)]
    pub(super) fn scans(&self) -> usize {
        self.scans.load(Ordering::Relaxed)
    }

    /// How often a file was read.
    #[cfg(test)]
    pub(super) fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }

    /// The bytes of a file that was read before, if they are kept and no more than `limit`: another limit may have held
    /// for the same file under the name of a link to it.
    pub(super) fn kept(&self, found: &Found<S::Id>, limit: u64) -> Option<Arc<[u8]>> {
        let kept = self.kept.lock().ok()?.get(&found.path)?;
        (kept.len() as u64 <= limit).then_some(kept)
    }

    /// Reads a file that was found, at most `limit` bytes of it, and says whether they are kept.
    pub(super) fn read(&self, found: &Found<S::Id>, limit: u64) -> Result<(Arc<[u8]>, bool), ReadFailure> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let bytes: Arc<[u8]> = self.source.read(&found.path, &found.id, limit)?.into();
        let is_kept = self.kept.lock().is_ok_and(|mut kept| kept.keep(&found.path, &bytes));
        Ok((bytes, is_kept))
    }

    /// The entries of a directory, in the order of their names.
    pub(super) fn nodes<'a>(&self, dir: &'a Dir<S::Id>, path: &str) -> &'a [Node<S::Id>] {
        dir.entries.get_or_init(|| {
            self.scans.fetch_add(1, Ordering::Relaxed);
            let listed = self.source.list(path, &dir.id).into_iter();
            let mut nodes: Vec<_> = listed.filter(|listed| listed.name != ".git").map(Node::new).collect();
            nodes.sort_by(|a, b| a.name.cmp(&b.name));
            nodes.dedup_by(|a, b| a.name == b.name);
            nodes
        })
    }

    fn node<'a>(&self, dir: &'a Dir<S::Id>, path: &str, name: &str) -> Option<&'a Node<S::Id>> {
        let nodes = self.nodes(dir, path);
        let at = nodes.binary_search_by(|node| (*node.name).cmp(name)).ok()?;
        nodes.get(at)
    }

    /// The root directory.
    pub(super) fn top(&self) -> Found<S::Id> {
        let dir = Arc::clone(&self.root);
        Found { path: String::new(), id: dir.id.clone(), dir: Some(dir), linked: false }
    }

    /// Looks up `path` from a directory.
    pub(super) fn find(&self, from: Found<S::Id>, path: &str) -> Option<Found<S::Id>> {
        let mut found = from;
        for name in path.split('/').filter(|_| !path.is_empty()) {
            let dir = found.dir.take()?;
            let node = self.node(&dir, &found.path, name)?;
            found = self.enter(found, node)?;
        }
        Some(found)
    }

    /// Follows one entry of a directory.
    fn enter(&self, from: Found<S::Id>, node: &Node<S::Id>) -> Option<Found<S::Id>> {
        Some(match &node.what {
            What::Link(target) => {
                let target = target.get_or_init(|| self.target(&from.path, node).map(Box::new)).as_ref()?;
                let Target { path, id, dir } = (**target).clone();
                Found { path, id, linked: from.linked || dir.is_some(), dir }
            }
            What::File => Found { path: join(from.path, &node.name), id: node.id.clone(), dir: None, ..from },
            What::Dir(dir) => {
                let path = join(from.path, &node.name);
                Found { path, id: node.id.clone(), dir: Some(Arc::clone(dir)), ..from }
            }
        })
    }

    /// Whether an entry of the directory at `path` is one itself, behind links; `None` where it is not seen.
    pub(super) fn is_dir(&self, path: &str, node: &Node<S::Id>) -> Option<bool> {
        Some(match &node.what {
            What::File => false,
            What::Dir(_) => true,
            What::Link(target) => {
                let target = target.get_or_init(|| self.target(path, node).map(Box::new));
                target.as_ref()?.dir.is_some()
            }
        })
    }

    /// Resolves a symbolic link in the directory `path`; `None` if it leads outside or to what is not visible.
    fn target(&self, path: &str, link: &Node<S::Id>) -> Option<Target<S::Id>> {
        let target = self.behind(path, link, &mut { STEPS })?;
        // A link to a directory that holds it would never end.
        let holds = |dir: &str| dir.is_empty() || path == dir || path.starts_with(&format!("{dir}/"));
        (target.dir.is_none() || !holds(&target.path)).then_some(target)
    }

    fn behind(&self, path: &str, link: &Node<S::Id>, steps: &mut usize) -> Option<Target<S::Id>> {
        let text = self.source.link(&join(path.to_owned(), &link.name), &link.id)?;
        // An absolute one leads elsewhere on the platform.
        if text.is_empty() || text.starts_with('/') {
            return None;
        }
        let mut at = Stack::open(self, path)?;
        for part in text.split('/') {
            *steps = steps.checked_sub(1)?;
            if at.file.is_some() {
                return None;
            }
            match part {
                "" | "." => {}
                ".." => drop(at.dirs.pop()?),
                name => {
                    let path = at.path();
                    let node = self.node(at.dir(self), &path, name)?;
                    match &node.what {
                        What::File => at.file = Some((name.to_owned(), node.id.clone())),
                        What::Dir(dir) => at.dirs.push((name.to_owned(), Arc::clone(dir))),
                        What::Link(_) => at = Stack::at(self, &self.behind(&path, node, steps)?)?,
                    }
                }
            }
        }
        Some(at.target(self))
    }
}

/// A position while a symbolic link is resolved: the directories above it, and the file.
struct Stack<I> {
    dirs: Vec<(String, Arc<Dir<I>>)>,
    file: Option<(String, I)>,
}

impl<I: Clone + Send + Sync> Stack<I> {
    /// The directory at a path without links.
    fn open<S: Source<Id = I>>(tree: &Tree<S>, path: &str) -> Option<Self> {
        let mut stack = Self { dirs: Vec::new(), file: None };
        for name in path.split('/').filter(|_| !path.is_empty()) {
            let node = tree.node(stack.dir(tree), &stack.path(), name)?;
            let What::Dir(dir) = &node.what else { return None };
            stack.dirs.push((name.to_owned(), Arc::clone(dir)));
        }
        Some(stack)
    }

    fn at<S: Source<Id = I>>(tree: &Tree<S>, target: &Target<I>) -> Option<Self> {
        if target.dir.is_some() {
            return Self::open(tree, &target.path);
        }
        let (dir, name) = target.path.rsplit_once('/').unwrap_or(("", &target.path));
        let mut stack = Self::open(tree, dir)?;
        stack.file = Some((name.to_owned(), target.id.clone()));
        Some(stack)
    }

    fn dir<'a, S: Source<Id = I>>(&'a self, tree: &'a Tree<S>) -> &'a Arc<Dir<I>> {
        self.dirs.last().map_or(&tree.root, |(_, dir)| dir)
    }

    fn path(&self) -> String {
        let names: Vec<&str> = self.dirs.iter().map(|(name, _)| name.as_str()).collect();
        names.join("/")
    }

    fn target<S: Source<Id = I>>(self, tree: &Tree<S>) -> Target<I> {
        let path = self.path();
        if let Some((name, id)) = self.file {
            return Target { path: join(path, &name), id, dir: None };
        }
        let dir = Arc::clone(self.dir(tree));
        Target { path, id: dir.id.clone(), dir: Some(dir) }
    }
}

impl<I> Dir<I> {
    fn new(id: I) -> Self {
        Self { id, entries: OnceLock::new() }
    }
}

impl<I: Clone> Node<I> {
    fn new(listed: Listed<I>) -> Self {
        let what = match listed.kind {
            ListedKind::File => What::File,
            ListedKind::Dir => What::Dir(Arc::new(Dir::new(listed.id.clone()))),
            ListedKind::Link => What::Link(OnceLock::new()),
        };
        Self { name: listed.name.into_boxed_str(), id: listed.id, what }
    }
}

/// The path of an entry of a directory.
pub(super) fn join(mut dir: String, name: &str) -> String {
    if !dir.is_empty() {
        dir.push('/');
    }
    dir.push_str(name);
    dir
}
