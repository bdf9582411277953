//! The backend that commits with libgit2, for repositories where no hook, signature or filter is in play.

use super::locked_index::LockedIndex;
use super::objects::{self, TreeFile};
use super::{Backend, CommitError, CommitRequest, CommitResult, FileState, Head, Identity, IndexState};
use crate::step;
use crate::write::Journal;
use anyhow::Context as _;
use git2::{
    Delta, Error, ErrorCode, FileMode, Index, IndexEntry, IndexEntryExtendedFlag, IndexEntryFlag, Oid,
    RepositoryOpenFlags, Status, StatusOptions, Tree,
};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// The backend that uses libgit2.
pub(super) struct Libgit2 {
    pub(super) repository: git2::Repository,
    /// The top of its work tree.
    pub(super) top: PathBuf,
}

/// The modes of regular files.
const REGULAR: [FileMode; 2] = [FileMode::Blob, FileMode::BlobExecutable];

impl Backend for Libgit2 {
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

    fn index_state(&self) -> anyhow::Result<IndexState> {
        let index = self.index()?;
        let mut state = IndexState::default();
        let diff = self.repository.diff_tree_to_index(self.tree()?.as_ref(), Some(&index), None)?;
        for delta in diff.deltas() {
            let file = if delta.status() == Delta::Deleted { delta.old_file() } else { delta.new_file() };
            let bytes = file.path_bytes().unwrap_or_default();
            let path = String::from_utf8_lossy(bytes).into_owned();
            // One that is only announced has nothing staged.
            let entry = index.get_path(Path::new(&path), 0);
            if delta.status() == Delta::Conflicted {
                state.unmerged.push(path);
            } else if delta.status() != Delta::Added || !entry.is_some_and(|entry| is_announced(&entry)) {
                state.staged.push(path);
            }
        }
        if state.unmerged.is_empty() && index.has_conflicts() {
            state.unmerged.push("the index".to_owned());
        }
        Ok(state)
    }

    fn states(&self, paths: &[&str]) -> anyhow::Result<Vec<FileState>> {
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

    fn commit(
        &self,
        request: &CommitRequest<'_>,
        journal: &mut Journal,
    ) -> Result<CommitResult, CommitError> {
        // Opened by where the files are: a link leads from there to a repository with another work tree, too.
        let repository = open(&self.top)?;
        let repository = repository.context("libgit2 takes another directory for its work tree")?;
        let mut locked = LockedIndex::take(&repository, journal)?;
        let oid = add(&repository, &mut locked, request)?;
        locked.write()?;
        if let Some(oid) = oid {
            let oid = oid.to_string();
            journal.note(&oid).context("cannot write the journal")?;
            move_head(&repository, &oid, request)?;
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
        Ok(CommitResult { oid: oid.map(|oid| oid.to_string()), added_by_hook: Vec::new() })
    }
}

/// The repository whose work tree is at `top`, by libgit2; `None` where that has another work tree.
pub(super) fn open(top: &Path) -> Result<Option<git2::Repository>, Error> {
    let none: [&Path; 0] = [];
    let repository = git2::Repository::open_ext(top, RepositoryOpenFlags::NO_SEARCH, none)?;
    let own = repository.workdir().and_then(|dir| dir.canonicalize().ok()).is_some_and(|dir| dir == top);
    Ok(own.then_some(repository))
}

/// The state of a file by its index entry and its status.
fn state(entry: Option<&IndexEntry>, status: Status) -> FileState {
    if let Some(entry) = entry {
        let skipped = IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended);
        if IndexEntryFlag::from_bits_truncate(entry.flags).is_valid() || skipped.is_skip_worktree() {
            return FileState::Hidden;
        }
    }
    match status {
        Status::CURRENT => FileState::Clean,
        status if status.is_ignored() => FileState::Ignored,
        _ if entry.is_none() => FileState::Untracked,
        _ => FileState::Changed,
    }
}

impl Libgit2 {
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
fn add(
    repository: &git2::Repository,
    locked: &mut LockedIndex,
    request: &CommitRequest<'_>,
) -> Result<Option<Oid>, Error> {
    let mut files = Vec::with_capacity(request.files.len());
    for file in request.files {
        let path = Path::new(&file.path);
        if file.removed {
            if locked.index.get_path(path, 0).is_some() {
                locked.index.remove_path(path)?;
            }
            files.push(TreeFile { path: &file.path, content: None });
            continue;
        }
        locked.index.add_path(path)?;
        let entry = locked.index.get_path(path, 0).ok_or_else(|| Error::from_str("the index lost it"))?;
        let mode = REGULAR.into_iter().find(|mode| u32::from(*mode) == entry.mode);
        let mode = mode.ok_or_else(|| Error::from_str("it is not a regular file"))?;
        let executable = mode == FileMode::BlobExecutable;
        files.push(TreeFile { path: &file.path, content: Some((entry.id, executable)) });
    }
    step::reached("commit: files added");
    let parent = match &request.head.oid {
        Some(oid) => Some(repository.find_commit(Oid::from_str(oid)?)?),
        None => None,
    };
    let tree = objects::tree(repository, parent.as_ref(), &files)?;
    if parent.as_ref().is_some_and(|parent| parent.tree_id() == tree.id()) {
        return Ok(None);
    }
    let who = repository.signature()?;
    let oid = objects::commit(repository, parent.as_ref(), &tree, &who, request.message)?;
    step::reached("commit: made");
    Ok(Some(oid))
}

/// Moves HEAD to the commit. If HEAD has moved meanwhile, libgit2 refuses: it is no longer the first parent.
fn move_head(repository: &git2::Repository, oid: &str, request: &CommitRequest<'_>) -> Result<(), Error> {
    let commit = repository.find_commit(Oid::from_str(oid)?)?;
    let parents = commit.parents().collect::<Vec<_>>();
    let parents: Vec<&git2::Commit<'_>> = parents.iter().collect();
    // Commits the same content again: that gives the same object, and makes libgit2 move HEAD and write the reflog.
    let (author, committer) = (commit.author(), commit.committer());
    repository.commit(Some("HEAD"), &author, &committer, request.message, &commit.tree()?, &parents).map(drop)
}

fn is_announced(entry: &IndexEntry) -> bool {
    IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended).is_intent_to_add()
}
