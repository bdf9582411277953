//! Rolls back or completes a commit whose run was killed in the middle.

use super::git_cli::GitCli;
use super::locked_index::LockFiles;
use super::{Backend as _, Head, libgit2};
use crate::step;
use crate::view::WorkTree;
use crate::write::{self, Journal, Swept, Writing};
use anyhow::{Context as _, bail};
use std::path::{Path, PathBuf};

/// Takes back the commits that were begun in a work tree and not made, and completes those that were. Returns the
/// files that were put back.
pub(crate) fn sweep(tree: &WorkTree) -> anyhow::Result<Vec<PathBuf>> {
    let Swept { mut restored, awaiting } = write::sweep(&tree.git_dir, &tree.top)?;
    for journal in awaiting {
        restored.extend(roll_back_or_complete(tree, journal)?);
    }
    Ok(restored)
}

/// The same for one commit, of which all files are written.
pub(super) fn roll_back_or_complete(tree: &WorkTree, journal: Journal) -> anyhow::Result<Vec<PathBuf>> {
    let Some(before) = journal.record.commit.clone() else { return Ok(Vec::new()) };
    tree.check_config()?;
    let writing = Writing::begin(&tree.top)?;
    // What is ours of these goes when this is dropped.
    let files = LockFiles::of(&tree.git_dir, &journal);
    let head = head(tree)?;
    let made = journal.notes.first();
    remove_lock_of_head(tree, before.branch.as_deref(), &journal);
    let mut restored = Vec::new();
    if head.oid == before.head {
        if let Some(why) = files.locked_by_another() {
            bail!(why);
        }
        if !before.announced.is_empty() {
            GitCli { top: tree.top.clone() }.withdraw_announced(&before.announced)?;
        }
        restored = write::undo(&journal, &tree.git_dir, &writing)?;
    } else if made.is_some() && head.oid.as_ref() == made {
        // It was made, and the index alone was not written any more.
        files.keep()?;
    }
    drop(files);
    journal.remove().context("failed to remove the journal")?;
    Ok(restored)
}

fn head(tree: &WorkTree) -> anyhow::Result<Head> {
    match libgit2::open(&tree.top) {
        Ok(Some(repository)) => libgit2::Libgit2 { repository, top: tree.top.clone() }.head(),
        _ => GitCli { top: tree.top.clone() }.head(),
    }
}

/// Removes the lock by which libgit2 was moving the branch. It is known by the name of our commit in it; an empty one
/// has nothing in it yet, and is ours if it came to be while we were at work.
fn remove_lock_of_head(tree: &WorkTree, branch: Option<&str>, journal: &Journal) {
    let Some(made) = journal.notes.first() else { return };
    let lock = match branch {
        Some(branch) => tree.common_dir().join(format!("refs/heads/{branch}.lock")),
        None => tree.git_dir.join("HEAD.lock"),
    };
    let Ok(text) = crate::load::read(&lock, 1 << 10) else { return };
    let is_ours = text.trim_ascii() == made.as_bytes() || (text.is_empty() && is_younger(&lock, journal));
    if is_ours && std::fs::remove_file(&lock).is_ok() {
        step::reached("commit: lock of the branch removed");
    }
}

fn is_younger(path: &Path, journal: &Journal) -> bool {
    let born = std::fs::metadata(path).and_then(|meta| meta.created()).ok();
    born.zip(journal.born()).is_some_and(|(lock, journal)| lock >= journal)
}
