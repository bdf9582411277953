//! An app in memory, with what the laws need to know of it.

use nixpacks_transforms::app::{AppView, Entry, Hidden, Kind, MemoryApp, ReadError};
use nixpacks_transforms::engine::Options;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// An app, and what the tool is asked to do with it.
#[derive(Clone, Debug, Default)]
pub struct App {
    /// Its files.
    pub files: MemoryApp,
    /// Files that are on the machine and not in git.
    pub untracked: BTreeSet<String>,
    /// The options.
    pub options: Options,
    /// The comments of its deploy files.
    pub comments: Vec<Comment>,
}

/// A comment of a deploy file.
#[derive(Clone, Debug)]
pub struct Comment {
    /// The file.
    pub path: String,
    /// Text that stands nowhere else in the file.
    pub mark: String,
    /// What it belongs to.
    pub owner: Owner,
}

/// What a comment belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// Nothing: a blank line cuts it loose.
    Free,
    /// A table, a key, or a value that it stands loose in.
    Key(Vec<String>),
    /// An element of the list at a path of keys.
    Element(Vec<String>, usize),
}

impl App {
    /// The app with other texts in some files.
    #[must_use]
    pub fn with<'a>(&self, texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut app = self.clone();
        texts.into_iter().for_each(|(path, text)| app.files.insert(path, text));
        app
    }
}

impl AppView for App {
    fn kind(&self, path: &str) -> Option<Kind> {
        self.files.kind(path)
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        self.files.read(path)
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        self.files.list(dir)
    }

    fn hidden(&self, path: &str) -> Option<Hidden> {
        self.untracked.contains(path).then_some(Hidden::Untracked)
    }
}

/// Enough to make a test of it.
impl fmt::Display for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}; untracked: {:?}", self.options, self.untracked)?;
        for (path, bytes) in self.files.files() {
            let text = String::from_utf8_lossy(bytes);
            writeln!(f, "=== {path} {text:?}")?;
            if text.contains('\n') {
                writeln!(f, "{}", text.trim_end_matches('\n'))?;
            }
        }
        Ok(())
    }
}
