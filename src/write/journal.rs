//! The journal of a write: what the next run needs to know if this one ends in the middle.
//!
//! It stands in the directory of the app, or in git's directory for what is to be committed, and is there before
//! anything else is written. Repositories are hostile, so a journal counts only if this tool wrote it where it
//! stands: its first line has the file's own number and time of birth, which no clone, archive or copy of the file
//! has in common with it. A live writer holds a lock on its journal.

use super::Target;
use crate::load;
use crate::step;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// How the names of all files begin that a run may leave.
const PREFIX: &str = ".nixpacks-fix-";
const JOURNAL: &str = ".journal";
/// Digits of the number that makes the names of one write its own.
const DIGITS: usize = 16;
/// The longest journal that is read: an app has five deploy files of 1 MiB at most, twice.
const LIMIT: u64 = 1 << 30;
/// Journals of one directory that are looked at.
const MOST: usize = 1_000;

/// What is to be written.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The directory that the journal stands in.
    dir: OsString,
    pub(super) files: Vec<Entry>,
    /// What is to come after the files are written; `None` where that is all.
    pub(crate) commit: Option<BeforeCommit>,
}

/// A file that is to be written.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    target: OsString,
    pub(super) before: String,
    pub(super) after: String,
    /// The file is not there before: an empty one is made, and taken away again where the new text is not written.
    #[serde(default)]
    pub(super) created: bool,
    /// The file goes: `after` is empty.
    #[serde(default)]
    pub(super) removed: bool,
}

/// The state of a repository before a commit.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct BeforeCommit {
    /// The commit at HEAD; `None` if there is none yet.
    pub(crate) head: Option<String>,
    /// The branch that is checked out; `None` where HEAD is detached.
    pub(crate) branch: Option<String>,
    /// Paths that git is told of before it commits them: its index does not have them.
    pub(crate) announced: Vec<String>,
}

/// A journal that this process has locked.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    /// Keeps the lock.
    file: File,
    pub(crate) record: Record,
    /// What was noted after it was begun.
    pub(crate) notes: Vec<String>,
}

/// A journal that is complete, or one whose writer ended before it had begun to write files.
pub(super) enum Found {
    Complete(Journal),
    Empty(PathBuf, File),
}

impl Entry {
    pub(super) fn new(target: &Target) -> Self {
        Self {
            target: target.path.as_os_str().to_owned(),
            before: target.before.clone(),
            after: target.after.clone(),
            created: target.created,
            removed: target.removed,
        }
    }
}

impl Journal {
    /// Begins one in `dir`.
    pub(super) fn begin(dir: &Path, files: Vec<Entry>, commit: Option<BeforeCommit>) -> io::Result<Self> {
        let number = std::hash::RandomState::new().build_hasher().finish();
        let path = dir.join(format!("{PREFIX}{number:0DIGITS$x}{JOURNAL}"));
        let mut file = new_file(&path)?;
        step::reached("journal: made");
        // Where files cannot be locked, nobody can tell a journal in use from one that was left, and none is swept.
        let _ = file.try_lock();
        let record = Record { dir: dir.as_os_str().to_owned(), files, commit };
        let identity = identity(&file.metadata()?).unwrap_or_default();
        let text = format!("{}\n{}\n", first_line(&identity), serde_json::to_string(&record)?);
        let several = record.files.len() > 1;
        // From here on it goes with the value.
        let journal = Self { path, file: file.try_clone()?, record, notes: Vec::new() };
        let written = file.write_all(text.as_bytes());
        // One file is renamed in one step, whether or not the journal survives a loss of power.
        let written = written.and_then(|()| if several { file.sync_data() } else { Ok(()) });
        if let Err(error) = written {
            let _ = journal.remove();
            return Err(error);
        }
        step::reached("journal: written");
        Ok(journal)
    }

    /// Adds a line.
    pub(crate) fn note(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(format!("{line}\n").as_bytes())?;
        self.file.sync_data()?;
        self.notes.push(line.to_owned());
        step::reached("journal: noted");
        Ok(())
    }

    /// Removes it: what it is about is done.
    pub(crate) fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)?;
        step::reached("journal: removed");
        Ok(())
    }

    /// The file that an entry is about. `None` if it stood elsewhere than below the directory, which was moved since.
    pub(super) fn target(&self, at: usize) -> Option<PathBuf> {
        let target = Path::new(&self.record.files.get(at)?.target);
        let (then, now) = (Path::new(&self.record.dir), self.path.parent()?);
        if then == now {
            return Some(target.to_owned());
        }
        Some(now.join(target.strip_prefix(then).ok()?))
    }

    /// Whether all its files stand below `tree`.
    pub(super) fn is_below(&self, tree: &Path) -> bool {
        let mut known = (0..self.record.files.len()).filter_map(|at| self.target(at));
        known.all(|target| target.starts_with(tree))
    }

    /// A file of this write beside `beside`, for a number and a purpose.
    pub(super) fn beside(&self, beside: &Path, at: usize, end: &str) -> PathBuf {
        beside.with_file_name(format!("{}-{at}.{end}", self.stem()))
    }

    /// A file of this write in the directory of the journal.
    pub(crate) fn sibling(&self, end: &str) -> PathBuf {
        self.path.with_file_name(format!("{}.{end}", self.stem()))
    }

    /// Opens a journal of this process's own once more, which has it locked.
    pub(crate) fn reopen(&self) -> io::Result<Self> {
        let (path, file) = (self.path.clone(), self.file.try_clone()?);
        let record = serde_json::from_str(&serde_json::to_string(&self.record)?)?;
        Ok(Self { path, file, record, notes: self.notes.clone() })
    }

    /// When it was begun; `None` where the file system does not say.
    pub(crate) fn born(&self) -> Option<SystemTime> {
        self.file.metadata().ok()?.created().ok()
    }

    /// What all names of this write begin with, in which no other write has a part.
    pub(crate) fn stem(&self) -> String {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        name.trim_end_matches(JOURNAL).to_owned()
    }
}

/// The journals in `dir` that runs left which have ended.
pub(super) fn left_in(dir: &Path) -> Vec<Found> {
    named_in(dir).into_iter().filter_map(open).collect()
}

/// What has the name of a journal in `dir`.
pub(super) fn named_in(dir: &Path) -> Vec<PathBuf> {
    let Ok(listing) = fs::read_dir(dir) else { return Vec::new() };
    let is_journal = |name: &str| {
        let number = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(JOURNAL));
        number.is_some_and(|number| {
            number.len() == DIGITS && number.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    };
    let names = listing.flatten().filter(|entry| entry.file_name().to_str().is_some_and(is_journal));
    let mut paths: Vec<PathBuf> = names.take(MOST).map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn open(path: PathBuf) -> Option<Found> {
    // A link or a pipe is none of ours; to open a pipe would wait.
    let meta = fs::symlink_metadata(&path).ok().filter(Metadata::is_file)?;
    if meta.len() > LIMIT {
        return None;
    }
    let file = OpenOptions::new().read(true).append(true).open(&path).ok()?;
    match file.try_lock() {
        Ok(()) => {}
        // Its writer is at work; or nobody can tell whether it is.
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => return None,
    }
    // Its writer may have removed it before it was locked here.
    let meta = file.metadata().ok().filter(Metadata::is_file)?;
    let ours = identity(&meta)?;
    if fs::symlink_metadata(&path).ok().and_then(|meta| identity(&meta))? != ours {
        return None;
    }
    if meta.len() == 0 {
        return Some(Found::Empty(path, file));
    }
    // The first line is looked at before the rest is read.
    let expected = first_line(&ours);
    let mut head = vec![0; expected.len()];
    io::Read::read_exact(&mut &file, &mut head).ok()?;
    if head != expected.as_bytes() {
        return None;
    }
    let rest = load::stream(&file, LIMIT).ok()?;
    let rest = String::from_utf8(rest).ok()?;
    let mut lines = rest.strip_prefix('\n')?.lines();
    match lines.next().and_then(|line| serde_json::from_str(line).ok()) {
        Some(record) => {
            let notes = lines.map(str::to_owned).collect();
            Some(Found::Complete(Journal { path, file, record, notes }))
        }
        // Cut short by a full disk: files are written only after the whole of it.
        None => Some(Found::Empty(path, file)),
    }
}

fn first_line(identity: &str) -> String {
    format!("nixpacks-fix journal 1 {identity}")
}

/// What a file has in common with no copy of it. `None` where the file system does not say when it was made.
fn identity(meta: &Metadata) -> Option<String> {
    let born = meta.created().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}.{:09}", number(meta), born.as_secs(), born.subsec_nanos()))
}

#[cfg(unix)]
fn number(meta: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(meta)
}

#[cfg(not(unix))]
fn number(_meta: &Metadata) -> u64 {
    0
}

/// A file that was not there, for nobody else to read.
pub(crate) fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
