//! The app view: what the platform that runs Nixpacks will see of an app.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// What stands at a path, after following symbolic links inside the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Dir,
}

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Name without the directory.
    pub name: String,
    /// File or directory.
    pub kind: Kind,
}

/// Why the platform will not see a file that exists on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hidden {
    /// Present in the work tree, not in the index.
    Untracked,
    /// Hidden by a pattern of a `.gitignore`.
    Ignored {
        /// The ignore file, relative to the work tree's root.
        file: String,
        /// 1-based line of the pattern.
        line: usize,
        /// The pattern itself.
        pattern: String,
    },
}

/// A read that failed for another reason than that the file is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// Path as given.
    pub path: String,
    /// What went wrong, a lower-case phrase.
    pub message: String,
}

/// Read access to an app. Paths are relative to the app's root, with `/` between the parts and no
/// leading `./`; the root itself is `""`. A path that leaves the root is not there.
pub trait AppView: Sync {
    /// What stands at `path`.
    fn kind(&self, path: &str) -> Option<Kind>;
    /// The bytes of a file, `None` where no file stands at `path`.
    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError>;
    /// The entries of a directory, sorted by the bytes of their names.
    fn list(&self, dir: &str) -> Vec<Entry>;
    /// Whether the file has an execute bit.
    fn is_executable(&self, _path: &str) -> bool {
        false
    }
    /// Why the platform will not see `path` though it exists on this machine.
    fn hidden(&self, _path: &str) -> Option<Hidden> {
        None
    }
    /// Whether a regular file stands at `path` (Nixpacks' `includes_file`).
    fn is_file(&self, path: &str) -> bool {
        self.kind(path) == Some(Kind::File)
    }
}

/// An app held in memory: for tests and for standard input.
#[derive(Clone, Debug, Default)]
pub struct MemoryApp {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryApp {
    /// An app of these files.
    pub fn new<P: Into<String>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> Self {
        Self { files: files.into_iter().map(|(path, bytes)| (path.into(), bytes.into())).collect() }
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// The files, by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }
}

impl AppView for MemoryApp {
    fn kind(&self, path: &str) -> Option<Kind> {
        if self.files.contains_key(path) {
            return Some(Kind::File);
        }
        let prefix = format!("{path}/");
        let dir = path.is_empty()
            || self.files.range(prefix.clone()..).next().is_some_and(|(p, _)| p.starts_with(&prefix));
        dir.then_some(Kind::Dir)
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        Ok(self.files.get(path).map(|bytes| Cow::Borrowed(bytes.as_slice())))
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let mut entries: BTreeMap<&str, Kind> = BTreeMap::new();
        for path in self.files.keys().filter_map(|path| path.strip_prefix(&prefix)) {
            match path.split_once('/') {
                Some((name, _)) => entries.insert(name, Kind::Dir),
                None => entries.insert(path, Kind::File),
            };
        }
        entries.into_iter().map(|(name, kind)| Entry { name: name.to_owned(), kind }).collect()
    }
}

/// A view that notes which files could not be read.
pub struct NotingErrors<'a> {
    base: &'a dyn AppView,
    errors: Mutex<BTreeMap<String, String>>,
}

impl<'a> NotingErrors<'a> {
    /// `base`, with nothing noted yet.
    pub fn new(base: &'a dyn AppView) -> Self {
        Self { base, errors: Mutex::default() }
    }

    /// What could not be read so far, by path.
    pub fn errors(&self) -> Vec<ReadError> {
        let Ok(errors) = self.errors.lock() else { return Vec::new() };
        let error =
            |(path, message): (&String, &String)| ReadError { path: path.clone(), message: message.clone() };
        errors.iter().map(error).collect()
    }
}

impl AppView for NotingErrors<'_> {
    fn kind(&self, path: &str) -> Option<Kind> {
        self.base.kind(path)
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        let read = self.base.read(path);
        if let (Err(error), Ok(mut errors)) = (&read, self.errors.lock()) {
            errors.insert(path.to_owned(), error.message.clone());
        }
        read
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        self.base.list(dir)
    }

    fn is_executable(&self, path: &str) -> bool {
        self.base.is_executable(path)
    }

    fn hidden(&self, path: &str) -> Option<Hidden> {
        self.base.hidden(path)
    }
}

/// A view with some files replaced, added or taken away: what the app would be after edits.
pub struct Overlay<'a> {
    base: &'a dyn AppView,
    texts: BTreeMap<String, String>,
    removed: BTreeSet<String>,
}

impl<'a> Overlay<'a> {
    /// `base` as it is.
    pub fn new(base: &'a dyn AppView) -> Self {
        Self { base, texts: BTreeMap::new(), removed: BTreeSet::new() }
    }

    /// Replaces the text of a file, or adds one to a directory that `base` has.
    pub fn set(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.texts.insert(path.into(), text.into());
    }

    /// Takes a file away.
    pub fn remove(&mut self, path: impl Into<String>) {
        self.removed.insert(path.into());
    }

    /// The replaced and added files, by path.
    pub fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }
}

impl AppView for Overlay<'_> {
    fn kind(&self, path: &str) -> Option<Kind> {
        if self.removed.contains(path) {
            return None;
        }
        self.base.kind(path).or_else(|| self.texts.contains_key(path).then_some(Kind::File))
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        if self.removed.contains(path) {
            return Ok(None);
        }
        match self.texts.get(path) {
            Some(text) => Ok(Some(Cow::Borrowed(text.as_bytes()))),
            None => self.base.read(path),
        }
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        let mut entries = self.base.list(dir);
        let name = |path: &String| {
            let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
            (above == dir).then(|| name.to_owned())
        };
        let removed: BTreeSet<String> = self.removed.iter().filter_map(name).collect();
        entries.retain(|entry| !removed.contains(&entry.name));
        for name in self.texts.keys().filter_map(name) {
            if let Err(at) = entries.binary_search_by(|entry| entry.name.cmp(&name)) {
                entries.insert(at, Entry { name, kind: Kind::File });
            }
        }
        entries
    }

    fn is_executable(&self, path: &str) -> bool {
        self.base.is_executable(path)
    }

    fn hidden(&self, path: &str) -> Option<Hidden> {
        if self.texts.contains_key(path) { None } else { self.base.hidden(path) }
    }
}
