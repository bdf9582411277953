//! The repair of a branch as a commit, computed from git objects without a work tree.

use super::body;
use super::fingerprint::fingerprint;
use super::identity::Identity;
use crate::commit::message::{self, Message};
use crate::commit::objects::{self, TreeFile};
use crate::discover::Input;
use crate::examine::examine;
use crate::report::Examined;
use crate::settings::{self, Resolver};
use crate::shared::Shared;
use crate::view::commit;
use anyhow::{Context as _, bail};
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

/// The result of examining a branch.
pub(crate) struct BranchReport {
    /// Its apps.
    pub(crate) apps: Vec<Examined>,
    /// The repository wants no pull requests.
    pub(crate) opted_out: bool,
}

impl BranchReport {
    fn idle_app(app: &Examined) -> Option<String> {
        let outcome = app.result.as_ref().ok()?;
        let name = if app.home.shown == "." { "the app".to_owned() } else { format!("`{}`", app.home.shown) };
        if let Some(error) = outcome.unread.first() {
            return Some(format!("cannot read `{}`: {}", app.home.shown_file(&error.path), error.message));
        }
        if let Some(broken) = outcome.broken.first() {
            return Some(format!("cannot read `{}`: {}", app.home.shown_file(&broken.path), broken.message));
        }
        if !outcome.held.is_empty() {
            return Some(
                "the only fixes may break what works today; `--unsafe-fixes` proposes them".to_owned(),
            );
        }
        let verdict = &outcome.before;
        (outcome.fails() && outcome.changes.is_empty()).then(|| {
            format!("{name} is predicted to fail, and there is no automatic fix: {}", verdict.detail)
        })
    }

    /// Why nothing is proposed, if nothing is.
    pub(crate) fn idle(&self) -> String {
        if self.apps.is_empty() {
            return "it has no app that Nixpacks builds".to_owned();
        }
        self.apps.iter().find_map(Self::idle_app).unwrap_or_else(|| "nothing to repair".to_owned())
    }
}

/// Looks at the apps of a commit.
pub(crate) fn look(dir: &Path, commit: &str, resolver: &Resolver) -> anyhow::Result<BranchReport> {
    let opted_out = opted_out(dir, commit)?;
    let found = commit::apps(dir, commit)?;
    let input = |below: String| Input::Commit { dir: dir.to_owned(), revision: commit.to_owned(), below };
    let inputs: Vec<Input> = found.into_iter().map(input).collect();
    let apps = if opted_out { Vec::new() } else { examine(&inputs, resolver, &Shared::default())? };
    if let Some(unsettled) = apps.iter().find_map(|app| app.result.as_ref().err()) {
        bail!("{} ({}); please report this", unsettled.message, unsettled.rules.join(", "));
    }
    Ok(BranchReport { apps, opted_out })
}

/// `pull-requests = false` in the repository's own settings.
fn opted_out(dir: &Path, commit: &str) -> anyhow::Result<bool> {
    let Some(text) = commit::text(dir, commit, settings::NAME)? else { return Ok(false) };
    let read = settings::parse(&text);
    let read =
        read.with_context(|| format!("cannot read `{}`, so no pull request is opened", settings::NAME))?;
    Ok(read.pull_requests == Some(false))
}

impl Proposal {
    /// The repair of `apps`; `None` where there is none.
    pub(crate) fn new(
        base: &str,
        apps: &[&Examined],
        unsafe_fixes: bool,
        dir: &Path,
        commit: &str,
    ) -> anyhow::Result<Option<Self>> {
        let changed: Vec<&Examined> = apps.iter().copied().filter(|app| changes(app)).collect();
        if changed.is_empty() {
            return Ok(None);
        }
        let mut files: BTreeMap<String, NewFile> = BTreeMap::new();
        for app in &changed {
            let Ok(outcome) = &app.result else { continue };
            for change in &outcome.changes {
                let (path, executable) = if change.created {
                    (app.home.shown_file(&change.path), false)
                } else {
                    commit::behind(dir, commit, &app.home.shown, &change.path)?
                };
                let text = (!change.removed).then(|| change.after.clone());
                let new = NewFile { path: path.clone(), text: text.clone(), executable };
                if files.insert(path.clone(), new).is_some_and(|other| other.text != text) {
                    bail!("two apps share `{path}` and need it repaired in different ways");
                }
            }
        }
        let style = crate::terminal::OutputStyle { color: false, terminal: false, width: None };
        Ok(Some(Self {
            apps: changed.iter().map(|app| app.home.shown.clone()).collect(),
            files: files.into_values().collect(),
            fingerprint: fingerprint(base, &changed),
            message: message::message(&changed),
            body: body::body(&changed, unsafe_fixes),
            patch: changed.iter().map(|app| crate::report::patch::patch(app, None, style)).collect(),
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

/// Whether an app would be changed.
pub(crate) fn changes(app: &Examined) -> bool {
    app.result.as_ref().is_ok_and(|outcome| !outcome.changes.is_empty())
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
