//! A commit as a tree of files, without a work tree.

use super::objects::{Mode, Objects};
use super::tree::{Listed, ListedKind, Source, Tree};
use super::tree_view::TreeView;
use super::{View, git_config, work_tree};
use crate::app_files::{self, SKIPPED};
use crate::errors;
use crate::load::{self, ReadFailure};
use anyhow::{Context as _, anyhow, bail};
use git2::{ErrorCode, ObjectType, Oid, Repository};
use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// The longest target of a symbolic link, in bytes.
const LONGEST_LINK: u64 = 4096;
/// The most entries that a search visits: a few objects can name millions of files.
const ENTRIES: usize = 500_000;
/// The longest path, in bytes. It also limits how deep directories are nested.
const LONGEST_PATH: usize = 4096;
/// The most apps in one commit.
const APPS: usize = 500;

/// A commit. Its apps share what was read.
pub(crate) struct Commit {
    tree: Arc<Tree<InCommit>>,
    top: Oid,
    /// The directory that it was opened with, relative to the root of the tree.
    prefix: String,
}

/// The objects of a commit.
pub(super) struct InCommit(Objects);

impl Source for InCommit {
    type Id = (Oid, Mode);

    fn list(&self, dir: &str, (tree, _): &Self::Id) -> Vec<Listed<Self::Id>> {
        let mut listed = Vec::new();
        // One that is missing was said when the apps were looked for.
        let _ = self.0.tree(*tree, |entry| {
            let kind = entry.mode.map(|mode| match mode {
                Mode::Directory => ListedKind::Dir,
                Mode::Link => ListedKind::Link,
                Mode::File | Mode::Program => ListedKind::File,
            });
            if let (Some(mode), Some(kind), Ok(name)) = (entry.mode, kind, std::str::from_utf8(entry.name))
                && dir.len() + name.len() < LONGEST_PATH
            {
                listed.push(Listed { name: name.to_owned(), kind, id: (entry.id, mode) });
            }
            listed.len() < ENTRIES
        });
        listed
    }

    fn link(&self, _path: &str, (id, _): &Self::Id) -> Option<String> {
        String::from_utf8(self.0.blob(*id, LONGEST_LINK).ok()?).ok()
    }

    fn read(&self, _path: &str, (id, _): &Self::Id, limit: u64) -> Result<Vec<u8>, ReadFailure> {
        self.0.blob(*id, limit).map_err(|error| ReadFailure::Other(errors::line(&error)))
    }

    fn is_executable(&self, _path: &str, (_, mode): &Self::Id) -> bool {
        *mode == Mode::Program
    }
}

impl Commit {
    /// The commit `revision` of the repository that the directory `dir` is in, or is.
    pub(crate) fn open(dir: &Path, revision: &str) -> anyhow::Result<Self> {
        let repository = discovered(dir)?;
        let object = repository.revparse_single(revision).map_err(|error| match error.code() {
            ErrorCode::NotFound => anyhow!("no revision `{revision}`"),
            _ => error.into(),
        })?;
        let top = object.peel(ObjectType::Tree)?.id();
        let objects = Objects::open(&repository.commondir().join("objects"))?;
        let tree = Arc::new(Tree::new(InCommit(objects), (top, Mode::Directory)));
        Ok(Self { tree, top, prefix: below(&repository, dir)? })
    }

    /// The directory that it was opened with, relative to the root of the tree.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The app in the directory `path`, relative to the root, after following symbolic links; `None` if that is no
    /// directory.
    pub(crate) fn view(&self, path: &str) -> Option<Box<dyn View>> {
        TreeView::new(&self.tree, path).map(|view| Box::new(view) as Box<dyn View>)
    }

    /// How many directories were read for the views.
    #[cfg(test)]
    pub(crate) fn scans(&self) -> usize {
        self.tree.scans()
    }

    /// The apps in the directory at `path` from the top, sorted: the directories that hold a config, and `path`
    /// itself if that is an app; `None` where no directory is. Paths of more than 4,096 bytes, or too many entries,
    /// are an error.
    pub(crate) fn apps(&self, path: &str) -> anyhow::Result<Option<Vec<String>>> {
        let Some(top) = self.directory(path)? else { return Ok(None) };
        let objects = &self.tree.source().0;
        let (mut found, mut odd, mut count) = (BTreeSet::new(), None, 0);
        let mut left = vec![(Rc::new(Place { above: None, name: Vec::new(), length: 0 }), top)];
        while let Some((place, id)) = left.pop() {
            let mut too_long = false;
            let (mut is_app, mut inner) = (false, Vec::new());
            objects.tree(id, |entry| {
                count += 1;
                let name = entry.name;
                let length = place.length + usize::from(place.length > 0) + name.len();
                too_long = length > LONGEST_PATH;
                match entry.mode {
                    Some(Mode::Directory) if !SKIPPED.iter().any(|skipped| skipped.as_bytes() == name) => {
                        let above = Some(Rc::clone(&place));
                        inner.push((Rc::new(Place { above, name: name.to_owned(), length }), entry.id));
                    }
                    Some(Mode::Directory) | None => {}
                    Some(_) => {
                        let is_root = place.above.is_none();
                        is_app |=
                            std::str::from_utf8(name).is_ok_and(|name| app_files::makes_app(is_root, name));
                    }
                }
                count <= ENTRIES && !too_long
            })?;
            if count > ENTRIES {
                bail!("it has more than {ENTRIES} files");
            }
            if too_long {
                bail!("it has a path of more than {LONGEST_PATH} bytes");
            }
            if is_app {
                let inner = place.path();
                match String::from_utf8(inner) {
                    Ok(inner) if path.is_empty() => drop(found.insert(inner)),
                    Ok(inner) if inner.is_empty() => drop(found.insert(path.to_owned())),
                    Ok(inner) => drop(found.insert(format!("{path}/{inner}"))),
                    Err(inner) => odd = Some(load::shown(inner.as_bytes())),
                }
            }
            if found.len() > APPS {
                bail!("it has more than {APPS} apps");
            }
            left.append(&mut inner);
        }
        match odd {
            Some(odd) => bail!("the path of the app `{odd}` is not UTF-8, so no patch can name it"),
            None => Ok(Some(found.into_iter().collect())),
        }
    }

    /// The text of the file at `path`, relative to the root; `None` if there is none.
    pub(crate) fn text(&self, path: &str) -> anyhow::Result<Option<String>> {
        let cannot = || format!("cannot read `{path}`");
        let Some(root) = self.view("") else { return Ok(None) };
        let Some(bytes) = root.read(path).map_err(|error| anyhow!(error.message)).with_context(cannot)?
        else {
            return Ok(None);
        };
        let text = String::from_utf8(bytes.into_owned()).map_err(|_| anyhow!("it is not UTF-8"));
        text.map(Some).with_context(cannot)
    }

    /// The git tree of a directory whose path has no symbolic link; `None` if there is no such directory.
    fn directory(&self, path: &str) -> anyhow::Result<Option<Oid>> {
        let mut at = self.top;
        for part in path.split('/').filter(|_| !path.is_empty()) {
            let mut found = None;
            self.tree.source().0.tree(at, |entry| {
                if entry.name == part.as_bytes() && entry.mode == Some(Mode::Directory) {
                    found = Some(entry.id);
                }
                found.is_none()
            })?;
            match found {
                Some(id) => at = id,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }
}

/// A directory that the search is in.
struct Place {
    above: Option<Rc<Place>>,
    name: Vec<u8>,
    /// The length of its path in bytes.
    length: usize,
}

impl Place {
    fn path(&self) -> Vec<u8> {
        let (mut names, mut place) = (Vec::new(), self);
        while let Some(above) = &place.above {
            names.push(place.name.as_slice());
            place = above;
        }
        names.reverse();
        names.join(&b'/')
    }
}

/// Finds the apps of a commit.
pub(crate) fn apps(dir: &Path, revision: &str) -> anyhow::Result<Vec<String>> {
    Ok(Commit::open(dir, revision)?.apps("")?.unwrap_or_default())
}

/// The text of the file at `path`, relative to the root; `None` if there is none.
pub(crate) fn text(dir: &Path, revision: &str, path: &str) -> anyhow::Result<Option<String>> {
    Commit::open(dir, revision)?.text(path)
}

/// The path from the root of the file that `path` of the app at `app` is, behind links, and whether it is a
/// program.
pub(crate) fn behind(dir: &Path, revision: &str, app: &str, path: &str) -> anyhow::Result<(String, bool)> {
    let commit = Commit::open(dir, revision)?;
    let view = commit.view(if app == "." { "" } else { app });
    let found = view.and_then(|view| Some((view.real(path)?, view.is_executable(path))));
    found.with_context(|| format!("`{path}` leads nowhere"))
}

/// The repository that `dir` is in, or is.
fn discovered(dir: &Path) -> anyhow::Result<Repository> {
    let path = Repository::discover_path(dir, [] as [&Path; 0])?;
    git_config::check(&path, &work_tree::common_dir(&path))?;
    Ok(Repository::open(path)?)
}

/// The path of `dir` below the work tree, `""` for its root and for a bare repository.
fn below(repository: &Repository, dir: &Path) -> anyhow::Result<String> {
    let Some(top) = repository.workdir() else { return Ok(String::new()) };
    let (top, dir) = (top.canonicalize()?, dir.canonicalize()?);
    if !dir.starts_with(&top) {
        bail!("it is not in the work tree");
    }
    super::disk::below(&dir, &top).context("its path is not UTF-8")
}
