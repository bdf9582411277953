//! The files of an app, with Railpack's own ways to look for them (`core/app/app.go`).

use nixpacks_transforms::app::{AppView, Kind};
use std::cell::OnceCell;

/// A walk ends here: a view may lead in circles through symbolic links.
const MAX_DEPTH: usize = 64;
const MAX_ENTRIES: usize = 500_000;
/// A larger file is not looked through.
const MAX_SIZE: usize = 4 << 20;

/// The manifests that packages are looked for in.
const MANIFESTS: [&str; 3] = ["requirements.txt", "pyproject.toml", "Pipfile"];

/// The files of an app.
pub(crate) struct Source<'a> {
    view: &'a dyn AppView,
    files: OnceCell<Vec<String>>,
    manifests: OnceCell<String>,
}

impl<'a> Source<'a> {
    /// The files of a view.
    pub(crate) fn new(view: &'a dyn AppView) -> Self {
        Self { view, files: OnceCell::new(), manifests: OnceCell::new() }
    }

    /// Whether a file or a directory is there (`HasFile`).
    pub(crate) fn has(&self, path: &str) -> bool {
        self.view.kind(path).is_some()
    }

    /// Whether a regular file is there (`FindFiles` of one name).
    pub(crate) fn has_file(&self, path: &str) -> bool {
        self.view.is_file(path)
    }

    /// The text of a file with line feeds at the ends of its lines (`ReadFile`); `None` where it cannot be read.
    /// What is not UTF-8 is replaced: Railpack looks for ASCII text alone.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let bytes = self.view.read(path).ok()??;
        let bytes = bytes.get(..MAX_SIZE).unwrap_or(&bytes);
        Some(String::from_utf8_lossy(bytes).replace("\r\n", "\n"))
    }

    /// The text of a file as it is; `None` where it is not UTF-8, or too long to be looked through.
    pub(crate) fn exact_text(&self, path: &str) -> Option<String> {
        let bytes = self.view.read(path).ok()??;
        if bytes.len() > MAX_SIZE { None } else { String::from_utf8(bytes.into_owned()).ok() }
    }

    /// Every file below, each directory at the place of its name.
    pub(crate) fn files(&self) -> &[String] {
        self.files.get_or_init(|| {
            let mut found = Vec::new();
            self.descend("", 0, &mut found);
            found
        })
    }

    fn descend(&self, dir: &str, depth: usize, found: &mut Vec<String>) {
        for entry in self.view.list(dir) {
            if found.len() >= MAX_ENTRIES {
                return;
            }
            let path = if dir.is_empty() { entry.name } else { format!("{dir}/{}", entry.name) };
            match entry.kind {
                Kind::Dir if depth < MAX_DEPTH => self.descend(&path, depth + 1, found),
                Kind::Dir => {}
                Kind::File => found.push(path),
            }
        }
    }

    /// The names in the root.
    pub(crate) fn root(&self) -> impl Iterator<Item = String> {
        self.view.list("").into_iter().map(|entry| entry.name)
    }

    /// The Python files below.
    pub(crate) fn python_files(&self) -> impl Iterator<Item = &str> {
        self.files()
            .iter()
            .map(String::as_str)
            .filter(|path| path.rsplit_once('.').is_some_and(|(_, ending)| ending == "py"))
    }

    /// The text of all manifests in lower case, those of subdirectories only if asked for.
    pub(crate) fn manifests(&self, subdirectories: bool) -> &str {
        self.manifests.get_or_init(|| {
            let mut all = String::new();
            let mut add = |path: &str| {
                if let Some(text) = self.text(path) {
                    all.push_str(&text.to_lowercase());
                    // No name that is looked for has a line feed, so none is found across two files.
                    all.push('\n');
                }
            };
            if subdirectories {
                let name = |path: &&String| MANIFESTS.contains(&path.rsplit('/').next().unwrap_or(path));
                for path in self.files().iter().filter(name) {
                    add(path);
                }
            } else {
                for path in MANIFESTS {
                    add(path);
                }
            }
            all
        })
    }
}
