//! Reads the directories that a sparse index folds into one entry each.

use super::index::{Index, LARGEST, odd};
use super::objects::{Mode, Objects};
use super::{Tracked, WorkTree};
use crate::errors;
use git2::Oid;
use std::io;

/// The most files that are read from trees.
const MOST: usize = 500_000;

/// The files of an index, those included that it folds where there is a directory of that name in the work tree:
/// then somebody has files there all the same. Objects that a partial clone lacks are an error; they are not fetched.
pub(super) fn unfolded(tree: &WorkTree, index: Index) -> io::Result<Tracked> {
    let is_there = |dir: &str| std::fs::symlink_metadata(tree.top.join(dir)).is_ok_and(|meta| meta.is_dir());
    let mut left: Vec<(String, Vec<u8>)> =
        index.folded.into_iter().filter(|(dir, _)| is_there(dir)).collect();
    if left.is_empty() {
        return Ok(index.tracked);
    }
    let unreadable = |why: String| odd(&format!("a directory that it folds cannot be read: {why}"));
    let objects = Objects::open(&tree.common_dir().join("objects"))
        .map_err(|error| unreadable(errors::line(&error)))?;
    let (mut found, mut count, mut size) = (Vec::new(), 0, 0);
    while let Some((dir, id)) = left.pop() {
        let id = Oid::from_bytes(&id).map_err(|error| unreadable(errors::cause(&error)))?;
        let visited = objects.tree(id, |entry| {
            let Ok(name) = std::str::from_utf8(entry.name) else { return true };
            let path = format!("{dir}/{name}");
            (count, size) = (count + 1, size + path.len());
            match entry.mode {
                Some(Mode::Directory) => left.push((path, entry.id.as_bytes().to_vec())),
                _ => found.push(path),
            }
            count <= MOST && size <= LARGEST
        });
        visited.map_err(|error| unreadable(format!("`{dir}`: {}", errors::line(&error))))?;
        if count > MOST || size > LARGEST {
            return Err(unreadable(format!("`{dir}`: it has more than {MOST} files")));
        }
    }
    found.sort_unstable();
    Ok(index.tracked.merged(&found.into_iter().collect()))
}
