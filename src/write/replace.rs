//! Puts new texts in the place of old ones, all of them or none, and never in the place of a text that was not read.
//!
//! Each new text is first written beside its file. Then every pair changes places in one step, so that what was
//! there is still at hand; where that turns out to be another text than the one that was read, all of it is taken
//! back. [`settle`] takes back or completes what a journal is about, after an error as after a kill.

use super::attributes;
use super::journal::{BeforeCommit, Entry, Journal, new_file};
use super::{Target, WriteError};
use crate::errors;
use crate::load::{self, ReadFailure};
use crate::step;
use anyhow::{Context as _, Error, anyhow, bail};
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Nothing,
    Text(Vec<u8>),
    /// No regular file, too large, or not to be read; a phrase says which.
    Other(String),
}

impl Content {
    /// What stands there, a link not followed; a text of at most the size of `like` or of a deploy file.
    pub(super) fn of(path: &Path, like: &str) -> Self {
        if fs::symlink_metadata(path).is_ok_and(|meta| !meta.is_file()) {
            return Self::Other("it is no regular file any more".to_owned());
        }
        match load::read(path, load::DEPLOY_LIMIT.max(like.len() as u64)) {
            Ok(bytes) => Self::Text(bytes),
            Err(ReadFailure::Missing) => Self::Nothing,
            Err(ReadFailure::Other(why)) => Self::Other(why),
        }
    }

    pub(super) fn is(&self, text: &str) -> bool {
        matches!(self, Self::Text(bytes) if bytes == text.as_bytes())
    }

    /// Whether it may be what a write of `text` left that was ended.
    fn begins(&self, text: &str) -> bool {
        matches!(self, Self::Text(bytes) if text.as_bytes().starts_with(bytes))
    }
}

/// Replaces the texts of `targets`, or none. What was `read` beside them has to be as it was. The journal that comes
/// back is the caller's to remove.
pub(super) fn replace(
    targets: &[&Target],
    read: &[(PathBuf, String)],
    dir: &Path,
    commit: Option<BeforeCommit>,
) -> Result<Journal, WriteError> {
    let entries = targets.iter().map(|target| Entry::new(target)).collect();
    let journal = Journal::begin(dir, entries, commit).map_err(|error| {
        WriteError::any(Error::new(error).context(format!("failed to write in `{}`", dir.display())))
    })?;
    let Err(mut failed) = replace_all(&journal, targets, read) else { return Ok(journal) };
    // Where something is left, so is the journal.
    match settle(&journal, Goal::TakeBack) {
        Ok(_) => drop(journal.remove()),
        Err(also) => failed.error = anyhow!("{}; and {}", errors::line(&failed.error), errors::line(&also)),
    }
    Err(failed)
}

fn replace_all(journal: &Journal, targets: &[&Target], read: &[(PathBuf, String)]) -> Result<(), WriteError> {
    for target in targets.iter().filter(|target| target.created) {
        // Empty at first, so that from here on it is a file like any other.
        OpenOptions::new().write(true).create_new(true).open(&target.path).map_err(|error| {
            let is_there = error.kind() == io::ErrorKind::AlreadyExists;
            let error = Error::new(error).context(format!("failed to create `{}`", target.shown));
            if is_there { target.changed() } else { target.failed(error) }
        })?;
        step::reached("write: empty file made");
    }
    for (at, target) in targets.iter().enumerate().filter(|(_, target)| !target.removed) {
        let beside = journal.beside(&target.path, at, "tmp");
        stage(&beside, &target.path, &target.after).map_err(|error| {
            target.failed(Error::new(error).context(format!("failed to write `{}`", target.shown)))
        })?;
    }
    for (path, text) in read {
        let now = match Content::of(path, text) {
            Content::Text(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            _ => String::new(),
        };
        if now != *text {
            let changed = anyhow!("nothing was written: `{}` changed since it was read", path.display());
            return Err(WriteError::any(changed));
        }
    }
    for (at, target) in targets.iter().enumerate() {
        if !target.is_due()? {
            return Err(target.changed());
        }
        let beside = journal.beside(&target.path, at, "tmp");
        if target.removed {
            // Under another name until all of them are written.
            fs::rename(&target.path, &beside).map_err(|error| {
                target.failed(Error::new(error).context(format!("failed to remove `{}`", target.shown)))
            })?;
            step::reached("write: moved away");
            continue;
        }
        exchange(&beside, &target.path, &journal.beside(&target.path, at, "old")).map_err(|error| {
            target.failed(Error::new(error).context(format!("failed to write `{}`", target.shown)))
        })?;
        step::reached("write: exchanged");
    }
    // As late as can be: an editor that has the old file open may still write to it.
    for (at, target) in targets.iter().enumerate() {
        if !Content::of(&journal.beside(&target.path, at, "tmp"), &target.before).is(&target.before) {
            return Err(target.changed());
        }
    }
    for (at, target) in targets.iter().enumerate() {
        fs::remove_file(journal.beside(&target.path, at, "tmp"))
            .map_err(|error| target.failed(Error::new(error).context("failed to remove the old text")))?;
        step::reached("write: old text removed");
    }
    Ok(())
}

/// Writes `text` to the new file `beside`, with what `like` has beside its text.
fn stage(beside: &Path, like: &Path, text: &str) -> io::Result<()> {
    let meta = fs::metadata(like)?;
    let mut file = new_file(beside)?;
    step::reached("write: new file made");
    file.write_all(text.as_bytes())?;
    step::reached("write: new text written");
    attributes::copy(like, &meta, &file)?;
    file.sync_all()?;
    step::reached("write: new text synced");
    Ok(())
}

/// Swaps the files at `beside` and `target`.
fn exchange(beside: &Path, target: &Path, old: &Path) -> io::Result<()> {
    if swap(beside, target)? {
        return Ok(());
    }
    // Where the system cannot do that in one step, the old file gets a second name first. Only what is saved
    // between the comparison and the renaming, by a rename of its own, is not seen.
    fs::hard_link(target, old).or_else(|_| fs::copy(target, old).map(drop))?;
    step::reached("write: old file linked");
    fs::rename(beside, target)?;
    step::reached("write: renamed");
    fs::rename(old, beside)
}

/// Swaps two files in one step. `false` if the system or the file system cannot.
#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn swap(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    #[cfg(test)]
    if super::tests::WITHOUT_SWAP.get() {
        return Ok(false);
    }
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::NOSYS | Errno::INVAL | Errno::NOTSUP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn swap(_one: &Path, _other: &Path) -> io::Result<bool> {
    Ok(false)
}

/// A file of a journal as it is on disk now.
struct FoundFile<'a> {
    at: usize,
    entry: &'a Entry,
    target: PathBuf,
    beside: PathBuf,
    at_target: Content,
    at_beside: Content,
}

impl FoundFile<'_> {
    /// The new text is in its place.
    fn is_written(&self) -> bool {
        if self.entry.removed {
            return self.at_target == Content::Nothing;
        }
        self.at_target.is(&self.entry.after) && !self.at_beside.is(&self.entry.after)
    }

    /// The new text is not in its place yet.
    fn is_waiting(&self) -> bool {
        if self.entry.removed {
            return self.at_target.is(&self.entry.before) && self.at_beside == Content::Nothing;
        }
        if self.entry.created && (self.at_target == Content::Nothing || self.at_target.is("")) {
            return true;
        }
        self.at_beside != Content::Nothing
            && !self.at_target.is(&self.entry.after)
            && !self.at_beside.is(&self.entry.before)
    }

    /// The text that the new one took the place of is not the one that was read.
    fn displaced_another(&self) -> bool {
        self.is_written() && self.at_beside != Content::Nothing && !self.at_beside.is(&self.entry.before)
    }
}

/// The state that [`settle`] is to reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// No file is written: one of them could not be.
    TakeBack,
    /// No file is written where one was not yet, else all are.
    AllOrNone,
}

/// Brings the files of a journal to a state of all or none. Where one is not written, or took the place of a text that
/// was not read, those that are written are put back. Removes what stands beside them. Returns the files that were
/// put back. After an error, everything that somebody wrote is still there.
pub(super) fn settle(journal: &Journal, goal: Goal) -> anyhow::Result<Vec<PathBuf>> {
    let files = journal.record.files.iter().enumerate();
    let found = files.filter_map(|(at, entry)| inspect(journal, at, entry)).collect::<Result<Vec<_>, _>>()?;
    let mut restored = Vec::new();
    if goal == Goal::TakeBack || found.iter().any(|found| found.is_waiting() || found.displaced_another()) {
        for found in found.iter().filter(|found| found.is_written()) {
            put_back(journal, found)
                .with_context(|| format!("failed to put `{}` back", found.target.display()))?;
            restored.push(found.target.clone());
        }
    }
    for FoundFile { entry, target, beside, .. } in &found {
        match Content::of(beside, &entry.after) {
            Content::Nothing => {}
            now if now.begins(&entry.after) || now.is(&entry.before) => {
                fs::remove_file(beside)
                    .with_context(|| format!("failed to remove `{}`", beside.display()))?;
                step::reached("settle: removed");
            }
            _ => {
                bail!(
                    "`{}` was saved twice while it was written: what was saved first is in `{}`; take from it what \
                     you need, and remove it",
                    target.display(),
                    beside.display()
                );
            }
        }
    }
    for FoundFile { target, .. } in found.iter().filter(|found| found.entry.created) {
        // The empty one that was made for a text that has not come, or that was taken back.
        if Content::of(target, "").is("") {
            fs::remove_file(target).with_context(|| format!("failed to remove `{}`", target.display()))?;
            step::reached("settle: empty file removed");
        }
    }
    Ok(restored)
}

fn inspect<'a>(journal: &Journal, at: usize, entry: &'a Entry) -> Option<anyhow::Result<FoundFile<'a>>> {
    // One that stood elsewhere than below a directory that has been moved is no longer known.
    let target = journal.target(at)?;
    let (beside, old) = (journal.beside(&target, at, "tmp"), journal.beside(&target, at, "old"));
    let is_there = |path: &Path| fs::symlink_metadata(path).is_ok();
    let failed = |error: io::Error| {
        Error::new(error).context(format!("failed to tidy up beside `{}`", target.display()))
    };
    if is_there(&old) {
        // Left by an exchange in several steps: either it was not made, or it lacks the last one.
        let done = if is_there(&beside) { fs::remove_file(&old) } else { fs::rename(&old, &beside) };
        if let Err(error) = done {
            return Some(Err(failed(error)));
        }
        step::reached("settle: exchange completed");
    }
    let at_target = Content::of(&target, &entry.after);
    let at_beside = Content::of(&beside, &entry.after);
    Some(Ok(FoundFile { at, entry, target, beside, at_target, at_beside }))
}

/// Puts what was displaced, or the text that was read, back in its place.
fn put_back(journal: &Journal, found: &FoundFile<'_>) -> anyhow::Result<()> {
    let FoundFile { at, entry, target, beside, at_beside, .. } = found;
    if entry.removed {
        return bring_back(entry, target, beside, at_beside);
    }
    if *at_beside == Content::Nothing {
        stage(beside, target, &entry.before)?;
    }
    let old = journal.beside(target, *at, "old");
    exchange(beside, target, &old)?;
    step::reached("settle: put back");
    if Content::of(beside, &entry.after).is(&entry.after) {
        return Ok(());
    }
    // Somebody has saved the file since it was looked at: that is the newest.
    exchange(beside, target, &old)?;
    bail!("it was saved meanwhile")
}

/// Puts a file that was moved away back under its name, unless there is another one by now.
fn bring_back(entry: &Entry, target: &Path, beside: &Path, at_beside: &Content) -> anyhow::Result<()> {
    if *at_beside == Content::Nothing {
        // It is gone for good: what is known of it is its text.
        let mut file = OpenOptions::new().write(true).create_new(true).open(beside)?;
        file.write_all(entry.before.as_bytes())?;
        file.sync_all()?;
        step::reached("settle: text written again");
    }
    if fs::hard_link(beside, target).is_ok() {
        step::reached("settle: linked back");
        fs::remove_file(beside)?;
    } else if fs::symlink_metadata(target).is_ok() {
        bail!("it was saved meanwhile");
    } else {
        fs::rename(beside, target)?;
    }
    step::reached("settle: put back");
    Ok(())
}
