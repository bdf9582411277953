//! The app view over a commit: a git tree, without a work tree.

use crate::discover::{self, SKIPPED};
use crate::load;
use git2::{ErrorCode, ObjectType, Oid, Repository, Tree, TreeEntry, TreeWalkMode, TreeWalkResult};
use nixpacks_transforms::app::{AppView, Entry, Kind, ReadError};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;

/// The most links that are followed from one path.
const HOPS: usize = 8;
/// Bytes of the longest target of a link.
const LONGEST_LINK: u64 = 4096;
/// Entries of a tree that are visited at most.
const ENTRIES: usize = 500_000;
/// Bytes of the longest path; it bounds how deep directories lie in each other, too.
const LONGEST_PATH: usize = 4096;
/// Apps of one commit at most.
const APPS: usize = 500;
/// The mode of a symbolic link in a git tree.
const LINK: i32 = 0o120_000;
/// The mode of a program.
const PROGRAM: i32 = 0o100_755;

/// An app as a commit has it.
pub(crate) struct CommitView {
    repository: Mutex<Repository>,
    /// Files below the app's root: blob and mode.
    files: BTreeMap<String, (Oid, i32)>,
}

impl CommitView {
    /// The directory `inner` of the directory `dir` as `revision` has it; the repository is the one that `dir`
    /// is in, or is.
    pub(crate) fn open(dir: &Path, revision: &str, inner: &str) -> Result<(Self, String), String> {
        let repository = Repository::discover(dir).map_err(said)?;
        let mut prefix = below(&repository, dir)?;
        if !inner.is_empty() {
            prefix = if prefix.is_empty() { inner.to_owned() } else { format!("{prefix}/{inner}") };
        }
        let mut files = BTreeMap::new();
        {
            let mut tree = tree(&repository, revision)?;
            if !prefix.is_empty() {
                let entry = tree
                    .get_path(Path::new(&prefix))
                    .map_err(|_| format!("`{revision}` has no `{prefix}`"))?;
                tree = entry.to_object(&repository).and_then(|object| object.peel_to_tree()).map_err(said)?;
            }
            walk(&tree, |root, name, entry| {
                if entry.kind() == Some(ObjectType::Blob) {
                    files.insert(format!("{root}{name}"), (entry.id(), entry.filemode()));
                }
                true
            })?;
        }
        Ok((Self { repository: Mutex::new(repository), files }, prefix))
    }

    /// The blob at a path, behind links that stay in the app.
    fn blob(&self, path: &str) -> Option<(Oid, i32)> {
        let read = |id| self.bytes(id, LONGEST_LINK).ok();
        follow(path, |path| self.files.get(path).copied(), read).map(|(_, id, mode)| (id, mode))
    }

    fn bytes(&self, id: Oid, limit: u64) -> Result<Vec<u8>, String> {
        let repository = self.repository.lock().map_err(|_| "the repository is in use".to_owned())?;
        bytes(&repository, id, limit)
    }

    fn has_dir(&self, path: &str) -> bool {
        let inner = if path.is_empty() { String::new() } else { format!("{path}/") };
        path.is_empty()
            || self.files.range(inner.clone()..).next().is_some_and(|(file, _)| file.starts_with(&inner))
    }
}

impl AppView for CommitView {
    fn kind(&self, path: &str) -> Option<Kind> {
        if self.blob(path).is_some() {
            return Some(Kind::File);
        }
        self.has_dir(path).then_some(Kind::Dir)
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        let Some((id, _)) = self.blob(path) else { return Ok(None) };
        let failed = |message| ReadError { path: path.to_owned(), message };
        self.bytes(id, load::limit(path)).map(|bytes| Some(Cow::Owned(bytes))).map_err(failed)
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        let inner = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let mut entries: BTreeMap<&str, Kind> = BTreeMap::new();
        for (path, _) in self.files.range(inner.clone()..).take_while(|(path, _)| path.starts_with(&inner)) {
            let rest = path.strip_prefix(&inner).unwrap_or_default();
            match rest.split_once('/') {
                Some((name, _)) => entries.insert(name, Kind::Dir),
                None => self.kind(path).and_then(|kind| entries.insert(rest, kind)),
            };
        }
        entries.into_iter().map(|(name, kind)| Entry { name: name.to_owned(), kind }).collect()
    }

    fn is_executable(&self, path: &str) -> bool {
        self.blob(path).is_some_and(|(_, mode)| mode == PROGRAM)
    }
}

/// The directories of a commit that hold a config, and its root if that is an app, sorted.
pub(crate) fn apps(dir: &Path, revision: &str) -> Result<Vec<String>, String> {
    let repository = Repository::discover(dir).map_err(said)?;
    let mut found = BTreeSet::new();
    walk(&tree(&repository, revision)?, |root, name, entry| {
        if entry.kind() == Some(ObjectType::Blob) && discover::makes_app(root, name) {
            found.insert(root.trim_end_matches('/').to_owned());
        }
        entry.kind() != Some(ObjectType::Tree) || !SKIPPED.contains(&name)
    })?;
    if found.len() > APPS {
        return Err(format!("it has more than {APPS} apps"));
    }
    Ok(found.into_iter().collect())
}

/// Visits the entries of a tree, with the directory that each is in, and goes into a directory where the visit
/// says so. Fails with a phrase where there is no end to it: a few objects can name millions of files.
fn walk<'a>(
    tree: &'a Tree<'a>,
    mut visit: impl FnMut(&str, &str, &TreeEntry<'_>) -> bool,
) -> Result<(), String> {
    let (mut count, mut longest) = (0, 0);
    let walked = tree.walk(TreeWalkMode::PreOrder, |root, entry| {
        count += 1;
        longest = longest.max(root.len());
        if count > ENTRIES || longest > LONGEST_PATH {
            return TreeWalkResult::Abort;
        }
        match std::str::from_utf8(entry.name_bytes()) {
            Ok(name) if visit(root, name, entry) => TreeWalkResult::Ok,
            _ => TreeWalkResult::Skip,
        }
    });
    if count > ENTRIES {
        return Err(format!("it has more than {ENTRIES} files"));
    }
    if longest > LONGEST_PATH {
        return Err(format!("it has a path of more than {LONGEST_PATH} bytes"));
    }
    walked.map_err(said)
}

/// Where a path leads, behind links, with what is there.
fn follow(
    path: &str,
    find: impl Fn(&str) -> Option<(Oid, i32)>,
    read: impl Fn(Oid) -> Option<Vec<u8>>,
) -> Option<(String, Oid, i32)> {
    let mut path = path.to_owned();
    for _ in 0..HOPS {
        let (id, mode) = find(&path)?;
        if mode != LINK {
            return Some((path, id, mode));
        }
        path = joined(&path, std::str::from_utf8(&read(id)?).ok()?)?;
    }
    None
}

/// The text of the file at `path`, from the root; `None` where there is none.
pub(crate) fn text(dir: &Path, revision: &str, path: &str) -> Result<Option<String>, String> {
    let repository = Repository::discover(dir).map_err(said)?;
    let tree = tree(&repository, revision)?;
    let Ok(entry) = tree.get_path(Path::new(path)) else { return Ok(None) };
    let text = bytes(&repository, entry.id(), load::DEPLOY_LIMIT)
        .map_err(|why| format!("cannot read `{path}`: {why}"))?;
    String::from_utf8(text).map(Some).map_err(|_| format!("cannot read `{path}`: it is not UTF-8"))
}

/// The path from the root of the file that `path` of the app at `app` is, behind links, and whether it is a
/// program.
pub(crate) fn behind(dir: &Path, revision: &str, app: &str, path: &str) -> Result<(String, bool), String> {
    let inner = if app == "." { "" } else { app };
    let repository = Repository::discover(dir).map_err(said)?;
    let tree = tree(&repository, revision)?;
    let full = |path: &str| if inner.is_empty() { path.to_owned() } else { format!("{inner}/{path}") };
    let find = |path: &str| {
        let entry = tree.get_path(Path::new(&full(path))).ok()?;
        (entry.kind() == Some(ObjectType::Blob)).then(|| (entry.id(), entry.filemode()))
    };
    let read = |id| bytes(&repository, id, LONGEST_LINK).ok();
    let (own, _, mode) = follow(path, find, read).ok_or_else(|| format!("`{path}` leads nowhere"))?;
    Ok((full(&own), mode == PROGRAM))
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn said(error: git2::Error) -> String {
    error.message().to_owned()
}

fn tree<'a>(repository: &'a Repository, revision: &str) -> Result<Tree<'a>, String> {
    let object = repository.revparse_single(revision).map_err(|error| match error.code() {
        ErrorCode::NotFound => format!("no revision `{revision}`"),
        _ => said(error),
    })?;
    object.peel_to_tree().map_err(said)
}

/// A blob of at most `limit` bytes.
fn bytes(repository: &Repository, id: Oid, limit: u64) -> Result<Vec<u8>, String> {
    // Asked before reading: a hostile one may not fit into memory.
    let (size, kind) = repository.odb().and_then(|odb| odb.read_header(id)).map_err(said)?;
    if kind != ObjectType::Blob {
        return Err("not a regular file".to_owned());
    }
    if size as u64 > limit {
        return Err(load::too_large(limit));
    }
    Ok(repository.find_blob(id).map_err(said)?.content().to_vec())
}

/// The path of `dir` below the work tree, `""` for its root and for a bare repository.
fn below(repository: &Repository, dir: &Path) -> Result<String, String> {
    let Some(top) = repository.workdir() else { return Ok(String::new()) };
    let canonical = |path: &Path| path.canonicalize().map_err(|error| error.to_string());
    let (top, dir) = (canonical(top)?, canonical(dir)?);
    let inside = dir.strip_prefix(&top).map_err(|_| "it is not in the work tree".to_owned())?;
    inside.to_str().map(|path| path.replace('\\', "/")).ok_or_else(|| "its path is not UTF-8".to_owned())
}

/// Where a link at `path` leads, `None` outside the app.
fn joined(path: &str, target: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
