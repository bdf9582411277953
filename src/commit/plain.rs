//! The plain commit, by libgit2.

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
        let mut index = self.index().map_err(|error| phrase(&error))?;
        let before: Vec<(&str, Option<IndexEntry>)> = order
            .files
            .iter()
            .map(|file| (file.path.as_str(), index.get_path(Path::new(&file.path), 0)))
            .collect();
        let made = self.add_and_commit(&mut index, order);
        made.map_err(|error| {
            let why = phrase(&error);
            match restore(&mut index, &before) {
                Ok(()) => why,
                Err(error) => format!("{why}; and the index could not be put back: {}", phrase(&error)),
            }
        })
    }
}

impl Plain {
    /// The index as it now is.
    fn index(&self) -> Result<Index, Error> {
        let mut index = self.repository.index()?;
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

    /// The index first: if HEAD then does not move, the entries are put back, while a HEAD that moved is seen.
    fn add_and_commit(&self, index: &mut Index, order: &Order<'_>) -> Result<Made, Error> {
        let mut update = TreeUpdateBuilder::new();
        for file in order.files {
            let path = Path::new(&file.path);
            index.add_path(path)?;
            let entry = index.get_path(path, 0).ok_or_else(|| Error::from_str("the index lost it"))?;
            let mode = REGULAR.into_iter().find(|mode| u32::from(*mode) == entry.mode);
            let mode = mode.ok_or_else(|| Error::from_str("it is not a regular file"))?;
            update.upsert(file.path.as_str(), entry.id, mode);
        }
        let base = match self.tree()? {
            Some(tree) => tree,
            None => self.repository.find_tree(self.repository.treebuilder(None)?.write()?)?,
        };
        let tree = self.repository.find_tree(update.create_updated(&self.repository, &base)?)?;
        let parent = match &order.head.oid {
            // If HEAD moved meanwhile, libgit2 refuses: it is no longer the first parent.
            Some(oid) => Some(self.repository.find_commit(git2::Oid::from_str(oid)?)?),
            None => None,
        };
        index.write()?;
        if parent.is_some() && tree.id() == base.id() {
            return Ok(Made::default());
        }
        let who = self.repository.signature()?;
        let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
        let oid = self.repository.commit(Some("HEAD"), &who, &who, order.message, &tree, &parents)?;
        Ok(Made { oid: Some(oid.to_string()), added: Vec::new() })
    }
}

fn is_announced(entry: &IndexEntry) -> bool {
    IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended).is_intent_to_add()
}

/// Puts entries back as they were, and nothing else.
fn restore(index: &mut Index, before: &[(&str, Option<IndexEntry>)]) -> Result<(), Error> {
    index.read(true)?;
    for (path, entry) in before {
        match entry {
            Some(entry) => index.add(entry)?,
            None if index.get_path(Path::new(path), 0).is_some() => index.remove(Path::new(path), 0)?,
            None => {}
        }
    }
    index.write()
}

/// What libgit2 says, as a lower-case phrase.
fn phrase(error: &Error) -> String {
    let mut chars = error.message().chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}
