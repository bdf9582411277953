//! Builds a tree and a commit from "these files on top of that commit", as objects that no branch names yet.

use git2::build::TreeUpdateBuilder;
use git2::{Commit, Error, FileMode, Oid, Repository, Signature, Tree};
use std::path::Path;

/// A file to put into a tree, or to take out of it.
pub(crate) struct TreeFile<'a> {
    /// From the top.
    pub(crate) path: &'a str,
    /// Its blob, and whether it is executable; `None` takes it out.
    pub(crate) content: Option<(Oid, bool)>,
}

/// The tree of `parent` with `files` put in; nothing but them where there is no parent.
pub(crate) fn tree<'r>(
    repository: &'r Repository,
    parent: Option<&Commit<'r>>,
    files: &[TreeFile<'_>],
) -> Result<Tree<'r>, Error> {
    let base = match parent {
        Some(parent) => parent.tree()?,
        None => repository.find_tree(repository.treebuilder(None)?.write()?)?,
    };
    let mut update = TreeUpdateBuilder::new();
    for file in files {
        match file.content {
            Some((blob, executable)) => {
                let mode = if executable { FileMode::BlobExecutable } else { FileMode::Blob };
                update.upsert(file.path, blob, mode);
            }
            None if base.get_path(Path::new(file.path)).is_ok() => drop(update.remove(file.path)),
            None => {}
        }
    }
    repository.find_tree(update.create_updated(repository, &base)?)
}

/// The commit of `tree` on top of `parent`, by one who is author and committer.
pub(crate) fn commit(
    repository: &Repository,
    parent: Option<&Commit<'_>>,
    tree: &Tree<'_>,
    who: &Signature<'_>,
    message: &str,
) -> Result<Oid, Error> {
    let parents: Vec<&Commit<'_>> = parent.into_iter().collect();
    repository.commit(None, who, who, message, tree, &parents)
}
