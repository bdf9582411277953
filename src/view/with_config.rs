//! An app whose Nixpacks config is replaced by one text: a config file of another name, or standard input.

use super::View;
use nixpacks_transforms::app::{AppView, Entry, Hidden, Kind, ReadError};
use nixpacks_transforms::document::FileKind;
use std::borrow::Cow;

/// An app with one text as its Nixpacks config: a config file of another name, or standard input.
pub(crate) struct WithConfig {
    base: Box<dyn View>,
    name: &'static str,
    bytes: Vec<u8>,
}

impl WithConfig {
    /// `base` with `bytes` as the config `name`, which takes the place of any other.
    pub(crate) fn new(base: Box<dyn View>, name: &'static str, bytes: Vec<u8>) -> Self {
        Self { base, name, bytes }
    }

    /// Whether the config that stands in is asked for, or one that it displaces.
    fn config(&self, path: &str) -> Option<bool> {
        is_config(path).then(|| path == self.name)
    }
}

/// Whether Nixpacks looks for its config there.
fn is_config(path: &str) -> bool {
    FileKind::of_name(path).is_some_and(FileKind::is_config)
}

impl AppView for WithConfig {
    fn kind(&self, path: &str) -> Option<Kind> {
        match self.config(path) {
            Some(own) => own.then_some(Kind::File),
            None => self.base.kind(path),
        }
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        match self.config(path) {
            Some(own) => Ok(own.then_some(Cow::Borrowed(self.bytes.as_slice()))),
            None => self.base.read(path),
        }
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        let mut entries = self.base.list(dir);
        if dir.is_empty() {
            entries.retain(|entry| !is_config(&entry.name));
            entries.push(Entry { name: self.name.to_owned(), kind: Kind::File });
            entries.sort_by(|a, b| a.name.cmp(&b.name));
        }
        entries
    }

    fn is_executable(&self, path: &str) -> bool {
        self.base.is_executable(path)
    }

    fn hidden(&self, path: &str) -> Option<Hidden> {
        if self.config(path).is_some() { None } else { self.base.hidden(path) }
    }
}

impl View for WithConfig {
    fn real(&self, path: &str) -> Option<String> {
        self.base.real(path)
    }
}
