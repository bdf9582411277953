use super::hidden;
use super::{Tracked, WorkTree};
use crate::load::{self, Unread};
use nixpacks_transforms::app::{AppView, Entry, Hidden, Kind, ReadError};
use nixpacks_transforms::document::FileKind;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Bytes of file contents that one view keeps: a deploy is planned several times over.
const KEPT: usize = 4 << 20;
/// Deeper directories are not listed, so that no reader of a view can run out of stack.
const DEPTH: usize = 128;
/// Entries seen through linked directories: links to links can name a tree exponentially often.
const LINKED: usize = 10_000;

/// An app in a directory. Directories are listed and files read when asked for, once.
pub(crate) struct DirView {
    /// Canonical path of the app.
    dir: PathBuf,
    /// Canonical path that nothing may lead out of.
    top: PathBuf,
    git: Option<(WorkTree, Arc<Tracked>)>,
    root: Node,
    kept: AtomicUsize,
    linked: AtomicUsize,
}

struct Node {
    name: String,
    kind: Kind,
    depth: usize,
    /// Where a symbolic link leads; `None` for anything else.
    target: Option<PathBuf>,
    /// Whether a link stands on the way here.
    through_link: bool,
    children: OnceLock<Vec<Node>>,
    bytes: OnceLock<Vec<u8>>,
}

impl DirView {
    /// The view of the canonical directory `dir`. With `git`, only what the index has is seen, unless
    /// it has nothing in this directory: then the directory is taken as it is.
    pub(crate) fn new(dir: PathBuf, git: Option<(WorkTree, Arc<Tracked>)>) -> Self {
        let git = git
            .filter(|(tree, tracked)| below(&dir, &tree.top).is_some_and(|inside| tracked.has_dir(&inside)));
        let top = git.as_ref().map_or_else(|| dir.clone(), |(tree, _)| tree.top.clone());
        let root = Node {
            name: String::new(),
            kind: Kind::Dir,
            depth: 0,
            target: None,
            through_link: false,
            children: OnceLock::new(),
            bytes: OnceLock::new(),
        };
        Self { dir, top, git, root, kept: AtomicUsize::new(KEPT), linked: AtomicUsize::new(LINKED) }
    }

    /// The directory that nothing leads out of: the work tree's root, or the app.
    pub(crate) fn top(&self) -> &Path {
        &self.top
    }

    fn locate(&self, path: &str) -> Option<(&Node, PathBuf)> {
        let mut node = &self.root;
        let mut real = self.dir.clone();
        for part in path.split('/').filter(|_| !path.is_empty()) {
            let children = self.children(node, &real);
            let at = children.binary_search_by(|child| child.name.as_str().cmp(part)).ok()?;
            node = children.get(at)?;
            match &node.target {
                Some(target) => real.clone_from(target),
                None => real.push(part),
            }
        }
        Some((node, real))
    }

    fn children<'a>(&self, node: &'a Node, real: &Path) -> &'a [Node] {
        node.children.get_or_init(|| if node.kind == Kind::Dir { self.scan(node, real) } else { Vec::new() })
    }

    fn scan(&self, parent: &Node, real: &Path) -> Vec<Node> {
        if parent.depth >= DEPTH {
            return Vec::new();
        }
        let inside = below(real, &self.top);
        let Ok(listing) = std::fs::read_dir(real) else { return Vec::new() };
        let mut nodes: Vec<Node> = listing
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().into_string().ok().filter(|name| name != ".git")?;
                let kind = entry.file_type().ok()?;
                let mut node = Node {
                    name,
                    kind: if kind.is_dir() { Kind::Dir } else { Kind::File },
                    depth: parent.depth + 1,
                    target: None,
                    through_link: parent.through_link,
                    children: OnceLock::new(),
                    bytes: OnceLock::new(),
                };
                if !self.sees(inside.as_deref()?, &node.name, kind.is_dir()) {
                    return None;
                }
                if kind.is_symlink() {
                    self.follow(&mut node, real)?;
                } else if !kind.is_dir() && !kind.is_file() {
                    return None;
                }
                if node.through_link {
                    let left = |left: usize| left.checked_sub(1);
                    self.linked.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left).ok()?;
                }
                Some(node)
            })
            .collect();
        nodes.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        nodes
    }

    /// Whether the platform sees the entry `name` of the directory `dir`, relative to the top.
    fn sees(&self, dir: &str, name: &str, is_dir: bool) -> bool {
        let Some((tree, tracked)) = &self.git else { return true };
        let path = join(dir, name);
        if is_dir {
            return tracked.has_dir(&path);
        }
        // One who has just made a deploy file wants it looked at before it is committed.
        let new = || FileKind::of_name(name).is_some() && hidden::why(tree, &path) == Hidden::Untracked;
        tracked.has_file(&path) || new()
    }

    /// Resolves a link, if it stays inside and what it leads to is seen itself.
    fn follow(&self, node: &mut Node, dir: &Path) -> Option<()> {
        let target = dir.join(&node.name).canonicalize().ok()?;
        let inside = below(&target, &self.top)?;
        let meta = std::fs::metadata(&target).ok()?;
        if inside.split('/').any(|part| part == ".git") || !(meta.is_dir() || meta.is_file()) {
            return None;
        }
        let (parent, name) = inside.rsplit_once('/').unwrap_or(("", &inside));
        // A link to a directory that holds it would never end.
        if (meta.is_dir() && dir.starts_with(&target)) || !self.sees(parent, name, meta.is_dir()) {
            return None;
        }
        node.kind = if meta.is_dir() { Kind::Dir } else { Kind::File };
        node.through_link |= meta.is_dir();
        node.target = Some(target);
        Some(())
    }
}

impl AppView for DirView {
    fn kind(&self, path: &str) -> Option<Kind> {
        Some(self.locate(path)?.0.kind)
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        let Some((node, real)) = self.locate(path).filter(|(node, _)| node.kind == Kind::File) else {
            return Ok(None);
        };
        if let Some(bytes) = node.bytes.get() {
            return Ok(Some(Cow::Borrowed(bytes)));
        }
        let bytes = match load::read(&real, load::limit(path)) {
            Ok(bytes) => bytes,
            Err(Unread::Missing) => return Ok(None),
            Err(Unread::Because(message)) => return Err(ReadError { path: path.to_owned(), message }),
        };
        let keep = |left: usize| left.checked_sub(bytes.len());
        if self.kept.fetch_update(Ordering::Relaxed, Ordering::Relaxed, keep).is_err() {
            return Ok(Some(Cow::Owned(bytes)));
        }
        Ok(Some(Cow::Borrowed(node.bytes.get_or_init(|| bytes))))
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        let Some((node, real)) = self.locate(dir) else { return Vec::new() };
        let children = self.children(node, &real).iter();
        children.map(|child| Entry { name: child.name.clone(), kind: child.kind }).collect()
    }

    fn is_executable(&self, path: &str) -> bool {
        self.locate(path).is_some_and(|(node, real)| node.kind == Kind::File && has_execute_bit(&real))
    }

    fn hidden(&self, path: &str) -> Option<Hidden> {
        let (tree, _) = self.git.as_ref()?;
        if self.kind(path).is_some() || path.split('/').any(|part| matches!(part, "" | "." | ".." | ".git")) {
            return None;
        }
        // The file must be there, and be reached without leaving the work tree.
        let full = self.dir.join(path);
        let real = full.canonicalize().ok()?;
        below(&real, &self.top)?;
        Some(hidden::why(tree, &below(&full, &self.top)?))
    }
}

#[cfg(unix)]
fn has_execute_bit(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn has_execute_bit(_path: &Path) -> bool {
    false
}

fn join(dir: &str, name: &str) -> String {
    if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") }
}

/// The path of `path` below `top`, with `/` between the parts.
fn below(path: &Path, top: &Path) -> Option<String> {
    let rest = path.strip_prefix(top).ok()?;
    let parts: Option<Vec<&str>> = rest.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}
