//! What is proposed for a branch as a commit, computed from git objects without a work tree.

use super::PrOptions;
use super::app_report::AppReport;
use super::body;
use super::fingerprint::fingerprint;
use super::identity::Identity;
use super::kind::ProposalKind;
use super::migration_texts;
use crate::commit::message::{self, Message};
use crate::commit::migration_message;
use crate::commit::objects::{self, TreeFile};
use crate::report::Examined;
use crate::report::railpack::Moved;
use crate::view::commit;
use anyhow::bail;
use git2::{DiffOptions, ObjectType, Oid, Repository, Signature, Time, Tree};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A file that the repair writes or removes.
#[derive(Clone, Debug)]
pub(crate) struct NewFile {
    /// Its path from the root of the repository.
    pub(crate) path: String,
    /// Its new text; `None` where it goes.
    pub(crate) text: Option<String>,
    /// It keeps its mode.
    pub(crate) executable: bool,
}

/// A repair to propose.
#[derive(Clone, Debug)]
pub(crate) struct Proposal {
    /// Its apps, from the root of the repository.
    pub(crate) apps: Vec<String>,
    /// What it writes.
    pub(crate) files: Vec<NewFile>,
    /// What it repairs.
    pub(crate) fingerprint: String,
    /// The message of its commit; the subject is the title too.
    pub(crate) message: Message,
    /// The description, without a marker.
    pub(crate) body: String,
    /// The patch, for people.
    pub(crate) patch: String,
}

impl Proposal {
    /// What is proposed for `apps`; `None` where nothing is.
    pub(crate) fn new(
        base: &str,
        apps: &[&AppReport],
        options: &PrOptions,
        dir: &Path,
        commit: &str,
    ) -> anyhow::Result<Option<Self>> {
        let changed: Vec<&AppReport> = apps.iter().copied().filter(|app| !app.changes().is_empty()).collect();
        if changed.is_empty() {
            return Ok(None);
        }
        let mut files: BTreeMap<String, NewFile> = BTreeMap::new();
        for app in &changed {
            let home = app.home();
            for change in app.changes() {
                let (path, executable) = if change.created {
                    (home.shown_file(&change.path), false)
                } else {
                    commit::behind(dir, commit, &home.shown, &change.path)?
                };
                let text = (!change.removed).then(|| change.after.clone());
                let new = NewFile { path: path.clone(), text: text.clone(), executable };
                if files.insert(path.clone(), new).is_some_and(|other| other.text != text) {
                    bail!("two apps share `{path}` and need it changed in different ways");
                }
            }
        }
        let style = crate::terminal::OutputStyle { color: false, terminal: false, width: None };
        let patch = |app: &&AppReport| crate::report::patch::of(app.home(), app.changes(), None, style);
        let repairs: Vec<&Examined> = changed.iter().filter_map(|app| app.repair()).collect();
        let moves: Vec<&Moved> = changed.iter().filter_map(|app| app.migration()).collect();
        let (fingerprint, message, body) = match options.kind {
            ProposalKind::Repair => (
                fingerprint(base, &repairs),
                message::message(&repairs),
                body::body(&repairs, options.engine.unsafe_fixes()),
            ),
            ProposalKind::Migration => (
                migration_texts::fingerprint(base, &moves),
                migration_message::message(&moves),
                migration_texts::body(&moves),
            ),
        };
        Ok(Some(Self {
            apps: changed.iter().map(|app| app.home().shown.clone()).collect(),
            files: files.into_values().collect(),
            fingerprint,
            message,
            body,
            patch: changed.iter().map(patch).collect(),
        }))
    }

    /// Makes the commit on top of `parent`. The same repair of the same commit is the same commit: its time
    /// is that of its parent.
    pub(crate) fn commit(
        &self,
        dir: &Path,
        parent: &str,
        identity: &Identity,
    ) -> Result<String, git2::Error> {
        let repository = Repository::open_bare(dir)?;
        let parent = repository.find_commit(Oid::from_str(parent)?)?;
        let mut files = Vec::with_capacity(self.files.len());
        for file in &self.files {
            let blob = file.text.as_ref().map(|text| repository.blob(text.as_bytes())).transpose()?;
            files.push(TreeFile { path: &file.path, content: blob.map(|blob| (blob, file.executable)) });
        }
        let tree = objects::tree(&repository, Some(&parent), &files)?;
        let time = Time::new(parent.committer().when().seconds(), 0);
        let signature = Signature::new(&identity.name, &identity.email, &time)?;
        let oid = objects::commit(&repository, Some(&parent), &tree, &signature, &self.message.text())?;
        Ok(oid.to_string())
    }

    /// Whether a commit makes this repair and no other change, to files that the base still has as they were.
    pub(crate) fn stands_in(&self, dir: &Path, commit: &str, base: &str) -> Result<bool, git2::Error> {
        let repository = Repository::open_bare(dir)?;
        let commit = repository.find_commit(Oid::from_str(commit)?)?;
        let (Ok(parent), tree) = (commit.parent(0), commit.tree()?) else { return Ok(false) };
        let (parent, base) = (parent.tree()?, repository.find_commit(Oid::from_str(base)?)?.tree()?);
        let mut options = DiffOptions::new();
        options.skip_binary_check(true).include_typechange(true);
        let diff = repository.diff_tree_to_tree(Some(&parent), Some(&tree), Some(&mut options))?;
        let changed: BTreeSet<&Path> = diff.deltas().filter_map(|delta| delta.new_file().path()).collect();
        if changed != self.files.iter().map(|file| Path::new(&file.path)).collect() {
            return Ok(false);
        }
        let mut all = true;
        for file in &self.files {
            let text = file.text.as_ref();
            let wanted = text.map(|text| Oid::hash_object(ObjectType::Blob, text.as_bytes())).transpose()?;
            let at = |tree: &Tree<'_>| tree.get_path(Path::new(&file.path)).map(|entry| entry.id()).ok();
            all &= at(&tree) == wanted && at(&parent) == at(&base);
        }
        Ok(all)
    }
}

/// The commit at `oid`: its parents, the digest of its tree, its message, and who made it.
pub(crate) struct CommitSummary {
    /// Its parents.
    pub(crate) parents: Vec<String>,
    tree: Oid,
    /// Without the line end at its end.
    pub(crate) message: String,
    /// The addresses of its author and its committer.
    pub(crate) people: [String; 2],
}

impl CommitSummary {
    /// Reads a commit of the clone.
    pub(crate) fn read(dir: &Path, oid: &str) -> Result<Self, git2::Error> {
        let repository = Repository::open_bare(dir)?;
        let commit = repository.find_commit(Oid::from_str(oid)?)?;
        let address = |who: &Signature<'_>| String::from_utf8_lossy(who.email_bytes()).into_owned();
        Ok(Self {
            parents: commit.parent_ids().map(|id| id.to_string()).collect(),
            tree: commit.tree_id(),
            message: String::from_utf8_lossy(commit.message_bytes()).trim_end().to_owned(),
            people: [address(&commit.author()), address(&commit.committer())],
        })
    }

    /// Whether the commits say and hold the same.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        self.parents == other.parents && self.tree == other.tree && self.message == other.message
    }
}
