//! Writes the files of an app: all of them or none, each in one step, and none that changed since it was read.
//!
//! A crate for one atomic file would not cover that, nor say what it took the place of. [`replace`] has the steps,
//! [`journal`] what survives a run that is killed between two of them. A hard link to a target keeps the old text:
//! that a file is replaced in one step is worth more.

mod attributes;
mod journal;
mod lock;
mod replace;

pub(crate) use journal::{BeforeCommit, Journal, new_file};

use crate::app::AppLocation;
use crate::interrupt::{self, Section};
use crate::report::Texts;
use crate::view::WorkTree;
use anyhow::{Context as _, anyhow, bail};
use journal::Found;
use nixpacks_transforms::engine::FileChange;
use replace::{Content, Goal};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A file to write.
pub(crate) struct Target {
    /// As a person finds it from where they are.
    shown: String,
    /// Its canonical path.
    path: PathBuf,
    before: String,
    after: String,
    /// It is not there yet.
    created: bool,
    /// It goes; `after` is empty.
    removed: bool,
}

/// Why nothing was written.
#[derive(Debug)]
pub(crate) struct WriteError {
    /// The target that is the reason; `None` where none of them is.
    target: Option<PathBuf>,
    /// It names the file.
    pub(crate) error: anyhow::Error,
}

impl WriteError {
    /// One that no target is the reason for.
    pub(crate) fn any(error: anyhow::Error) -> Self {
        Self { target: None, error }
    }

    /// Which of these targets is the reason, if one is.
    pub(crate) fn position(&self, targets: &[Target]) -> Option<usize> {
        let path = self.target.as_ref()?;
        targets.iter().position(|target| target.path == *path)
    }
}

impl Target {
    /// As a person finds it from where they are.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// Its canonical path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The text to write.
    pub(crate) fn after(&self) -> &str {
        &self.after
    }

    /// Whether the file goes.
    pub(crate) fn removed(&self) -> bool {
        self.removed
    }

    fn failed(&self, error: anyhow::Error) -> WriteError {
        WriteError { target: Some(self.path.clone()), error }
    }

    fn changed(&self) -> WriteError {
        self.failed(anyhow!("cannot write `{}`: it changed since it was read", self.shown))
    }

    /// Whether the new text is still to be written. Fails if the file holds neither that nor what was read.
    fn is_due(&self) -> Result<bool, WriteError> {
        match Content::of(&self.path, &self.before) {
            now if now.is(&self.before) => Ok(true),
            Content::Nothing if self.created => Ok(true),
            Content::Nothing if self.removed => Ok(false),
            // By another run, which found the same.
            now if now.is(&self.after) && !self.removed => Ok(false),
            Content::Other(why) => Err(self.failed(anyhow!("failed to read `{}`: {why}", self.shown))),
            _ => Err(self.changed()),
        }
    }
}

/// Writes the changes of one app, of which these texts were read. Fails with an error that names the file;
/// then nothing is changed.
pub(crate) fn all(home: &AppLocation, changes: &[FileChange], texts: &Texts) -> anyhow::Result<()> {
    let targets = targets(home, changes)?;
    let dir = home.dir.as_deref().context("it is standard input")?;
    let writing = Writing::begin(&tree_of(dir))?;
    let journal = write_with_journal(&targets, &texts_read_beside(home, changes, texts), dir, &writing, None);
    let journal = journal.map_err(|failed| failed.error)?;
    // The files are written. What cannot be removed now is removed by the next run.
    let _ = journal.remove();
    Ok(())
}

/// Held while files are written: no other run writes in the work tree, and a signal waits until it is dropped.
pub(crate) struct Writing {
    // Dropped in this order: at the end of the step a signal may end this thread's work, and a cleanup wants the lock.
    _lock: Option<File>,
    _section: Section,
}

impl Writing {
    /// Waits for it.
    pub(crate) fn begin(tree: &Path) -> anyhow::Result<Self> {
        let lock = lock::lock(tree)?;
        Ok(Self { _lock: lock, _section: interrupt::uninterrupted() })
    }
}

/// Writes `targets`, or none of them, with a journal in `dir`, which the caller removes once nothing is left to do.
/// What was `read` beside them has to be as it was.
pub(crate) fn write_with_journal(
    targets: &[Target],
    read: &[(PathBuf, String)],
    dir: &Path,
    _writing: &Writing,
    commit: Option<BeforeCommit>,
) -> Result<Journal, WriteError> {
    let mut due = Vec::new();
    for target in targets {
        if target.created && Content::of(&target.path, "").is("") {
            return Err(target.changed());
        }
        if target.is_due()? {
            due.push(target);
        }
    }
    replace::replace(&due, read, dir, commit)
}

/// The files that the changes of an app are about, each once.
pub(crate) fn targets(home: &AppLocation, changes: &[FileChange]) -> anyhow::Result<Vec<Target>> {
    let mut targets: BTreeMap<PathBuf, Target> = BTreeMap::new();
    for change in changes {
        let shown = home.shown_file(&change.path);
        let path = home.real_path(&change.path).with_context(|| format!("cannot write `{shown}`"))?;
        match targets.get(&path) {
            // Two names of one file.
            Some(known)
                if (known.before.as_str(), known.after()) == (change.before.as_str(), change.written()) => {}
            Some(known) => {
                bail!("cannot write `{shown}`: it is the same file as `{}`", known.shown);
            }
            None => {
                let (before, after) = (change.before.clone(), change.written().to_owned());
                let (created, removed) = (change.created, change.removed);
                targets.insert(path.clone(), Target { shown, path, before, after, created, removed });
            }
        }
    }
    Ok(targets.into_values().collect())
}

/// The files that were read beside those that are to be changed: a repair was decided by them, too.
pub(crate) fn texts_read_beside(
    home: &AppLocation,
    changes: &[FileChange],
    texts: &Texts,
) -> Vec<(PathBuf, String)> {
    let Some(dir) = &home.dir else { return Vec::new() };
    let others = texts.0.iter().filter(|(path, _)| changes.iter().all(|change| change.path != **path));
    let read = others.map(|(path, lines)| {
        let there = home.real_path(path).unwrap_or_else(|_| dir.join(home.on_disk(path)));
        (there, lines.text().to_owned())
    });
    read.collect()
}

/// The directory that a writer locks: the root of the work tree, or the app where there is none.
pub(crate) fn tree_of(dir: &Path) -> PathBuf {
    WorkTree::of(dir).map_or_else(|| dir.to_owned(), |tree| tree.top)
}

/// What killed runs left behind, and what became of it.
#[derive(Default)]
pub(crate) struct Swept {
    /// Files that were put back.
    pub(crate) restored: Vec<PathBuf>,
    /// Journals of which all files are written, and that wait for a commit.
    pub(crate) awaiting: Vec<Journal>,
}

/// Brings what ended runs left in `dir`, which belongs to `tree`, to a state of all files or none.
pub(crate) fn sweep(dir: &Path, tree: &Path) -> anyhow::Result<Swept> {
    if journal::named_in(dir).is_empty() {
        return Ok(Swept::default());
    }
    // Before they are looked at: a writer makes its journal before it can lock that.
    let _writing = Writing::begin(tree)?;
    let mut swept = Swept::default();
    let failed = || format!("failed to remove what an interrupted run left in `{}`", dir.display());
    for found in journal::left_in(dir) {
        match found {
            Found::Empty(path, _locked) => std::fs::remove_file(path).with_context(failed)?,
            // Git's directory may be that of another work tree, too.
            Found::Complete(journal) if !journal.is_below(tree) => {}
            Found::Complete(journal) => {
                let restored = replace::settle(&journal, Goal::AllOrNone)?;
                if journal.record.commit.is_some() && restored.is_empty() {
                    swept.awaiting.push(journal);
                    continue;
                }
                swept.restored.extend(restored);
                journal.remove().with_context(failed)?;
            }
        }
    }
    Ok(swept)
}

/// Puts the files of a journal back that are all as they were written; where one is not, somebody has gone on from
/// there, and all stay. Returns those that were put back.
pub(crate) fn undo(journal: &Journal, dir: &Path, writing: &Writing) -> anyhow::Result<Vec<PathBuf>> {
    let (mut targets, mut made) = (Vec::new(), Vec::new());
    for (at, entry) in journal.record.files.iter().enumerate() {
        let Some(path) = journal.target(at) else { return Ok(Vec::new()) };
        let now = Content::of(&path, &entry.after);
        if if entry.removed { now != Content::Nothing } else { !now.is(&entry.after) } {
            return Ok(Vec::new());
        }
        let (before, after) = (entry.after.clone(), entry.before.clone());
        made.extend(entry.created.then(|| path.clone()));
        let shown = path.display().to_string();
        targets.push(Target { shown, path, before, after, created: entry.removed, removed: false });
    }
    let undone = write_with_journal(&targets, &[], dir, writing, None).map_err(|failed| failed.error)?;
    for path in made.iter().filter(|path| Content::of(path, "").is("")) {
        std::fs::remove_file(path).with_context(|| format!("failed to remove `{}`", path.display()))?;
    }
    let _ = undone.remove();
    Ok(targets.into_iter().map(|target| target.path).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
