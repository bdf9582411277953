//! The plain commit, by libgit2.

use super::index::Locked;
use super::objects::{self, TreeFile};
use super::{CommitError, Head, Identity, Made, Order, Pending, Repository, State};
use crate::step;
use crate::write::Journal;
use anyhow::Context as _;
use git2::{
    Delta, Error, ErrorCode, FileMode, Index, IndexEntry, IndexEntryExtendedFlag, IndexEntryFlag, Oid,
    RepositoryOpenFlags, Status, StatusOptions, Tree,
};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A repository as libgit2 has it.
pub(super) struct Plain {
    pub(super) repository: git2::Repository,
    /// The top of its work tree.
    pub(super) top: PathBuf,
}

/// The file in HEAD where it is no file.
const REGULAR: [FileMode; 2] = [FileMode::Blob, FileMode::BlobExecutable];

impl Repository for Plain {
    fn head(&self) -> anyhow::Result<Head> {
        let head = self.repository.find_reference("HEAD")?;
        let name = head.symbolic_target()?;
        let branch = name.map(|name| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned());
        let oid = match self.repository.head() {
            Ok(tip) => Some(tip.peel_to_commit()?.id().to_string()),
            Err(error) if error.code() == ErrorCode::UnbornBranch => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Head { branch, oid })
    }

    fn pending(&self) -> anyhow::Result<Pending> {
        let index = self.index()?;
        let mut pending = Pending::default();
        let diff = self.repository.diff_tree_to_index(self.tree()?.as_ref(), Some(&index), None)?;
        for delta in diff.deltas() {
            let file = if delta.status() == Delta::Deleted { delta.old_file() } else { delta.new_file() };
            let bytes = file.path_bytes().unwrap_or_default();
            let path = String::from_utf8_lossy(bytes).into_owned();
            // One that is only announced has nothing staged.
            let entry = index.get_path(Path::new(&path), 0);
            if delta.status() == Delta::Conflicted {
                pending.unmerged.push(path);
            } else if delta.status() != Delta::Added || !entry.is_some_and(|entry| is_announced(&entry)) {
                pending.staged.push(path);
            }
        }
        if pending.unmerged.is_empty() && index.has_conflicts() {
            pending.unmerged.push("the index".to_owned());
        }
        Ok(pending)
    }

    fn states(&self, paths: &[&str]) -> anyhow::Result<Vec<State>> {
        let index = self.index()?;
        let mut options = StatusOptions::new();
        options.include_untracked(true).recurse_untracked_dirs(true);
        options.include_ignored(true).recurse_ignored_dirs(true);
        options.disable_pathspec_match(true);
        for path in paths {
            options.pathspec(path);
        }
        // All of them at once: the index is gone through for each time that is asked.
        step::counted("index gone through");
        let statuses = self.repository.statuses(Some(&mut options))?;
        let of = |entry: git2::StatusEntry<'_>| (entry.path_bytes().to_vec(), entry.status());
        let statuses: HashMap<Vec<u8>, Status> = statuses.iter().map(of).collect();
        let state = |path: &&str| {
            let entry = index.get_path(Path::new(path), 0);
            let status = statuses.get(path.as_bytes()).copied().unwrap_or(Status::CURRENT);
            state(entry.as_ref(), status)
        };
        Ok(paths.iter().map(state).collect())
    }

    fn operation(&self) -> Option<&'static str> {
        None
    }

    fn identity(&self) -> anyhow::Result<Option<Identity>> {
        let Ok(signature) = self.repository.signature() else { return Ok(None) };
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Ok(Some(Identity { name: text(signature.name_bytes()), email: text(signature.email_bytes()) }))
    }

    fn is_git(&self) -> bool {
        false
    }

    fn commit(&self, order: &Order<'_>, journal: &mut Journal) -> Result<Made, CommitError> {
        // Opened by where the files are: a link leads from there to a repository with another work tree, too.
        let repository = open(&self.top)?;
        let repository = repository.context("libgit2 takes another directory for its work tree")?;
        let mut locked = Locked::take(&repository, journal)?;
        let oid = add(&repository, &mut locked, order)?;
        locked.write()?;
        if let Some(oid) = oid {
            let oid = oid.to_string();
            journal.note(&oid).context("cannot write the journal")?;
            move_head(&repository, &oid, order)?;
            step::reached("commit: HEAD moved");
        }
        // HEAD first: where it does not move, the index stays as it is.
        let kept = locked.keep();
        match oid {
            Some(oid) => kept.map_err(|error| {
                CommitError::index_stale(
                    &oid.to_string(),
                    error,
                    "the index still has the files as they were",
                )
            })?,
            None => kept?,
        }
        Ok(Made { oid: oid.map(|oid| oid.to_string()), added: Vec::new() })
    }
}

/// The repository whose work tree is at `top`, by libgit2; `None` where that has another work tree.
pub(super) fn open(top: &Path) -> Result<Option<git2::Repository>, Error> {
    let none: [&Path; 0] = [];
    let repository = git2::Repository::open_ext(top, RepositoryOpenFlags::NO_SEARCH, none)?;
    let own = repository.workdir().and_then(|dir| dir.canonicalize().ok()).is_some_and(|dir| dir == top);
    Ok(own.then_some(repository))
}

/// What the index and the status of a file come to.
fn state(entry: Option<&IndexEntry>, status: Status) -> State {
    if let Some(entry) = entry {
        let skipped = IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended);
        if IndexEntryFlag::from_bits_truncate(entry.flags).is_valid() || skipped.is_skip_worktree() {
            return State::Hidden;
        }
    }
    match status {
        Status::CURRENT => State::Clean,
        status if status.is_ignored() => State::Ignored,
        _ if entry.is_none() => State::Untracked,
        _ => State::Changed,
    }
}

impl Plain {
    /// The index as it now is.
    fn index(&self) -> Result<Index, Error> {
        let mut index = self.repository.index()?;
        step::counted("index read");
        index.read(true)?;
        Ok(index)
    }

    /// The tree of HEAD; `None` where there is no commit yet.
    fn tree(&self) -> Result<Option<Tree<'_>>, Error> {
        match self.repository.head() {
            Ok(tip) => Ok(Some(tip.peel_to_tree()?)),
            Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Adds the files to the index and makes the commit, on no branch yet. `None` if the parent has them so already.
fn add(repository: &git2::Repository, locked: &mut Locked, order: &Order<'_>) -> Result<Option<Oid>, Error> {
    let mut files = Vec::with_capacity(order.files.len());
    for file in order.files {
        let path = Path::new(&file.path);
        locked.index.add_path(path)?;
        let entry = locked.index.get_path(path, 0).ok_or_else(|| Error::from_str("the index lost it"))?;
        let mode = REGULAR.into_iter().find(|mode| u32::from(*mode) == entry.mode);
        let mode = mode.ok_or_else(|| Error::from_str("it is not a regular file"))?;
        let executable = mode == FileMode::BlobExecutable;
        files.push(TreeFile { path: &file.path, blob: entry.id, executable });
    }
    step::reached("commit: files added");
    let parent = match &order.head.oid {
        Some(oid) => Some(repository.find_commit(Oid::from_str(oid)?)?),
        None => None,
    };
    let tree = objects::tree(repository, parent.as_ref(), &files)?;
    if parent.as_ref().is_some_and(|parent| parent.tree_id() == tree.id()) {
        return Ok(None);
    }
    let who = repository.signature()?;
    let oid = objects::commit(repository, parent.as_ref(), &tree, &who, order.message)?;
    step::reached("commit: made");
    Ok(Some(oid))
}

/// Moves HEAD to the commit. If HEAD has moved meanwhile, libgit2 refuses: it is no longer the first parent.
fn move_head(repository: &git2::Repository, oid: &str, order: &Order<'_>) -> Result<(), Error> {
    let commit = repository.find_commit(Oid::from_str(oid)?)?;
    let parents = commit.parents().collect::<Vec<_>>();
    let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
    // The same once more, which makes the same object, and with it libgit2's own entry of the reflog.
    let (author, committer) = (commit.author(), commit.committer());
    repository.commit(Some("HEAD"), &author, &committer, order.message, &commit.tree()?, &parents).map(drop)
}

fn is_announced(entry: &IndexEntry) -> bool {
    IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended).is_intent_to_add()
}
