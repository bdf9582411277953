//! The files that are open in the editor, and the apps that they belong to.

use super::positions::Encoding;
use crate::discover::Input;
use crate::examine;
use crate::report::Examined;
use crate::settings::Resolver;
use crate::shared::Shared;
use lsp_types::Uri;
use nixpacks_transforms::document::FileKind;
use nixpacks_transforms::document::schema::SIZE_LIMIT;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

/// What has to be escaped in the path of an address.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A file that is open.
#[derive(Clone, Debug)]
pub(super) struct Open {
    pub(super) uri: Uri,
    pub(super) kind: FileKind,
    pub(super) version: i32,
    pub(super) text: String,
}

/// The deploy files that are open, by their paths, and the last look at each app.
pub(super) struct Documents {
    pub(super) encoding: Encoding,
    pub(super) open: BTreeMap<PathBuf, Open>,
    looked: BTreeMap<PathBuf, Result<Option<Examined>, String>>,
    /// Apps of which something has changed since.
    pub(super) changed: BTreeSet<PathBuf>,
}

impl Documents {
    pub(super) fn new(encoding: Encoding) -> Self {
        Self { encoding, open: BTreeMap::new(), looked: BTreeMap::new(), changed: BTreeSet::new() }
    }

    /// Takes on a text. Files that are no deploy files are not kept.
    pub(super) fn set(&mut self, uri: Uri, version: i32, text: String) {
        let Some(path) = path_of(&uri) else { return };
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let (Some(kind), Some(dir)) = (FileKind::of_name(name), path.parent()) else { return };
        self.changed.insert(dir.to_owned());
        self.open.insert(path, Open { uri, kind, version, text });
    }

    pub(super) fn close(&mut self, uri: &Uri) {
        let Some(path) = path_of(uri) else { return };
        if self.open.remove(&path).is_some()
            && let Some(dir) = path.parent()
        {
            self.changed.insert(dir.to_owned());
            self.looked.remove(dir);
        }
    }

    /// Something on disk has changed.
    pub(super) fn disk_changed(&mut self) {
        self.changed.extend(self.open.keys().filter_map(|path| path.parent()).map(Path::to_owned));
    }

    /// The files that are open in a directory.
    pub(super) fn in_directory(&self, dir: &Path) -> impl Iterator<Item = (&str, &Open)> {
        let named = |(path, open): (&'_ PathBuf, _)| Some((path.parent()?.to_owned(), open));
        let all = self.open.iter().filter_map(move |(path, open)| named((path, open)));
        let dir = dir.to_owned();
        all.filter(move |(of, _): &(PathBuf, &Open)| *of == dir).map(|(_, open)| (open.kind.name(), open))
    }

    /// Looks at the app in a directory again.
    pub(super) fn look(&mut self, dir: &Path) {
        let texts: BTreeMap<String, String> =
            self.in_directory(dir).map(|(name, open)| (name.to_owned(), open.text.clone())).collect();
        if texts.is_empty() {
            self.looked.remove(dir);
            return;
        }
        let looked = match texts.values().find(|text| text.len() > SIZE_LIMIT) {
            Some(_) => Err("a file of the app is larger than 1 MiB".to_owned()),
            None => look(dir, &texts).map_err(|error| crate::errors::line(&error)),
        };
        self.looked.insert(dir.to_owned(), looked);
    }

    /// What is known of the app of an open file.
    pub(super) fn app(&self, uri: &Uri) -> Option<(&Open, &Examined)> {
        let path = path_of(uri)?;
        let looked = self.looked.get(path.parent()?)?.as_ref().ok()?.as_ref()?;
        Some((self.open.get(&path)?, looked))
    }

    /// The same for a directory, or why it could not be looked at.
    pub(super) fn of_directory(&self, dir: &Path) -> Option<Result<&Examined, &str>> {
        match self.looked.get(dir)? {
            Ok(looked) => looked.as_ref().map(Ok),
            Err(why) => Some(Err(why)),
        }
    }
}

/// What git and the disk say is asked anew each time: it may have changed.
fn look(dir: &Path, texts: &BTreeMap<String, String>) -> anyhow::Result<Option<Examined>> {
    let real = dir.canonicalize()?;
    let input = Input::Dir { dir: dir.to_owned(), root: real.clone(), real };
    examine::edited(&input, texts, &Shared::default(), &Resolver::default())
}

/// The path that a `file:` address names.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let path = uri.as_str().strip_prefix("file://")?;
    // An empty host and `localhost` are this machine.
    let path = path.strip_prefix("localhost").unwrap_or(path);
    if !path.starts_with('/') {
        return None;
    }
    let path = percent_decode_str(path).decode_utf8().ok()?;
    // Ex) `/c:/app` on Windows
    let drive = path.strip_prefix('/').filter(|path| cfg!(windows) && path.chars().nth(1) == Some(':'));
    Some(PathBuf::from(drive.unwrap_or(&path)))
}

/// The address of a path.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    let text = path.to_str()?;
    let text = if cfg!(windows) { format!("/{}", text.replace('\\', "/")) } else { text.to_owned() };
    Uri::from_str(&format!("file://{}", utf8_percent_encode(&text, IN_PATH))).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Uri, path_of, uri_of};
    use std::path::Path;
    use std::str::FromStr as _;

    #[test]
    #[cfg(unix)]
    fn addresses_and_paths_go_over_into_each_other() {
        let path = Path::new("/a b/ü#%/[x]/nixpacks.toml");
        assert_eq!(path_of(&uri_of(path).unwrap()).unwrap(), path);
        for (uri, want) in [
            ("file:///a%20b/c", Some("/a b/c")),
            ("file://localhost/a", Some("/a")),
            ("file://host/a", None),
            ("untitled:x", None),
        ] {
            assert_eq!(path_of(&Uri::from_str(uri).unwrap()).as_deref(), want.map(Path::new), "{uri}");
        }
    }
}
