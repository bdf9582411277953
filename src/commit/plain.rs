//! The plain commit, by libgit2.

use super::index::Locked;
use super::{Head, Identity, Made, Order, Pending, Repository, State};
use git2::build::TreeUpdateBuilder;
use git2::{
    Delta, Error, ErrorCode, FileMode, Index, IndexEntry, IndexEntryExtendedFlag, IndexEntryFlag, Status,
    Tree,
};
use std::path::Path;

/// A repository as libgit2 has it.
pub(super) struct Plain {
    pub(super) repository: git2::Repository,
}

/// The file in HEAD where it is no file.
const REGULAR: [FileMode; 2] = [FileMode::Blob, FileMode::BlobExecutable];

impl Repository for Plain {
    fn head(&self) -> Result<Head, String> {
        let head = self.repository.find_reference("HEAD").map_err(|error| phrase(&error))?;
        let name = head.symbolic_target().map_err(|error| phrase(&error))?;
        let branch = name.map(|name| name.strip_prefix("refs/heads/").unwrap_or(name).to_owned());
        let oid = match self.repository.head() {
            Ok(tip) => Some(tip.peel_to_commit().map_err(|error| phrase(&error))?.id().to_string()),
            Err(error) if error.code() == ErrorCode::UnbornBranch => None,
            Err(error) => return Err(phrase(&error)),
        };
        Ok(Head { branch, oid })
    }

    fn pending(&self) -> Result<Pending, String> {
        let index = self.index().map_err(|error| phrase(&error))?;
        let mut pending = Pending::default();
        let diff = self
            .repository
            .diff_tree_to_index(self.tree().map_err(|error| phrase(&error))?.as_ref(), Some(&index), None)
            .map_err(|error| phrase(&error))?;
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

    fn state(&self, path: &str) -> Result<State, String> {
        let entry = self.index().map_err(|error| phrase(&error))?.get_path(Path::new(path), 0);
        if let Some(entry) = &entry {
            let skipped = IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended);
            if IndexEntryFlag::from_bits_truncate(entry.flags).is_valid() || skipped.is_skip_worktree() {
                return Ok(State::Hidden);
            }
        }
        let status = self.repository.status_file(Path::new(path)).map_err(|error| phrase(&error))?;
        Ok(match status {
            Status::CURRENT => State::Clean,
            status if status.is_ignored() => State::Ignored,
            _ if entry.is_none() => State::Untracked,
            _ => State::Changed,
        })
    }

    fn operation(&self) -> Option<&'static str> {
        None
    }

    fn identity(&self) -> Result<Option<Identity>, String> {
        let Ok(signature) = self.repository.signature() else { return Ok(None) };
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Ok(Some(Identity { name: text(signature.name_bytes()), email: text(signature.email_bytes()) }))
    }

    fn commit(&self, order: &Order<'_>) -> Result<Made, String> {
        let mut locked = Locked::take(&self.repository)?;
        let made = add_and_commit(&mut locked, order).map_err(|error| phrase(&error))?;
        // HEAD first: where it does not move, the index stays as it is.
        let kept = locked.keep();
        match &made.oid {
            Some(oid) => kept.map_err(|why| {
                format!("committed as {oid}, but {why}; `git status` shows what the index still has")
            })?,
            None => kept?,
        }
        Ok(made)
    }
}

impl Plain {
    /// The index as it now is.
    fn index(&self) -> Result<Index, Error> {
        let mut index = self.repository.index()?;
        index.read(true)?;
        Ok(index)
    }

    fn tree(&self) -> Result<Option<Tree<'_>>, Error> {
        tree(&self.repository)
    }
}

/// The tree of HEAD; `None` where there is no commit yet.
fn tree(repository: &git2::Repository) -> Result<Option<Tree<'_>>, Error> {
    match repository.head() {
        Ok(tip) => Ok(Some(tip.peel_to_tree()?)),
        Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
        Err(error) => Err(error),
    }
}

fn add_and_commit(locked: &mut Locked, order: &Order<'_>) -> Result<Made, Error> {
    let mut update = TreeUpdateBuilder::new();
    for file in order.files {
        let path = Path::new(&file.path);
        locked.index.add_path(path)?;
        let entry = locked.index.get_path(path, 0).ok_or_else(|| Error::from_str("the index lost it"))?;
        let mode = REGULAR.into_iter().find(|mode| u32::from(*mode) == entry.mode);
        let mode = mode.ok_or_else(|| Error::from_str("it is not a regular file"))?;
        update.upsert(file.path.as_str(), entry.id, mode);
    }
    let repository = &locked.repository;
    let base = match tree(repository)? {
        Some(tree) => tree,
        None => repository.find_tree(repository.treebuilder(None)?.write()?)?,
    };
    let tree = repository.find_tree(update.create_updated(repository, &base)?)?;
    let parent = match &order.head.oid {
        // If HEAD moved meanwhile, libgit2 refuses: it is no longer the first parent.
        Some(oid) => Some(repository.find_commit(git2::Oid::from_str(oid)?)?),
        None => None,
    };
    if parent.is_some() && tree.id() == base.id() {
        return Ok(Made::default());
    }
    let who = repository.signature()?;
    let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
    let oid = repository.commit(Some("HEAD"), &who, &who, order.message, &tree, &parents)?;
    Ok(Made { oid: Some(oid.to_string()), added: Vec::new() })
}

fn is_announced(entry: &IndexEntry) -> bool {
    IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended).is_intent_to_add()
}

/// What libgit2 says, as a lower-case phrase.
pub(super) fn phrase(error: &Error) -> String {
    let mut chars = error.message().chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
