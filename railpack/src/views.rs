//! Views of an app with files added, or without some.

use nixpacks_transforms::app::{AppView, Entry, Hidden, Kind, ReadError};
use nixpacks_transforms::document::FileKind;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A view with files of the root written over it.
pub(crate) struct With<'a> {
    pub(crate) base: &'a dyn AppView,
    pub(crate) files: &'a BTreeMap<String, String>,
}

impl AppView for With<'_> {
    fn kind(&self, path: &str) -> Option<Kind> {
        if self.files.contains_key(path) { Some(Kind::File) } else { self.base.kind(path) }
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        match self.files.get(path) {
            Some(text) => Ok(Some(Cow::Borrowed(text.as_bytes()))),
            None => self.base.read(path),
        }
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        let mut entries = self.base.list(dir);
        if dir.is_empty() {
            for name in self.files.keys().filter(|name| !name.contains('/')) {
                if !entries.iter().any(|entry| entry.name == *name) {
                    entries.push(Entry { name: name.clone(), kind: Kind::File });
                }
            }
            entries.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
        }
        entries
    }

    fn is_executable(&self, path: &str) -> bool {
        self.base.is_executable(path)
    }

    fn hidden(&self, path: &str) -> Option<Hidden> {
        self.base.hidden(path)
    }
}

/// A view without the files of Railway's own, as every other platform sees it.
pub(crate) struct WithoutRailway<'a>(pub(crate) &'a dyn AppView);

fn is_railway(path: &str) -> bool {
    FileKind::RAILWAY.iter().any(|kind| kind.name() == path)
}

impl AppView for WithoutRailway<'_> {
    fn kind(&self, path: &str) -> Option<Kind> {
        if is_railway(path) { None } else { self.0.kind(path) }
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        if is_railway(path) { Ok(None) } else { self.0.read(path) }
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        let mut entries = self.0.list(dir);
        entries.retain(|entry| !dir.is_empty() || !is_railway(&entry.name));
        entries
    }

    fn is_executable(&self, path: &str) -> bool {
        self.0.is_executable(path)
    }

    fn hidden(&self, path: &str) -> Option<Hidden> {
        self.0.hidden(path)
    }
}
