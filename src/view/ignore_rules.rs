//! What a repository has git ignore: its `.gitignore` files and `info/exclude`, not the user's own excludes, which
//! say nothing about the repository.

use crate::errors;
use crate::load::{self, ReadFailure};
use anyhow::bail;
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use nixpacks_transforms::app::Hidden;
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The largest ignore file that is read, in bytes.
const LARGEST: u64 = 256 << 10;
/// The most lines of an ignore file. Each becomes a part of an automaton.
const LINES: usize = 10_000;

/// The ignore rules of a directory tree. Each ignore file is read once.
pub(crate) struct IgnoreRules {
    /// The canonical path of the directory.
    top: PathBuf,
    outermost: Option<Arc<Level>>,
    dirs: Mutex<HashMap<PathBuf, DirRules>>,
    skipped: Mutex<BTreeMap<PathBuf, String>>,
    /// How many ignore files were looked for.
    #[cfg(test)]
    reads: std::sync::atomic::AtomicUsize,
}

/// An ignore file, and the outer ones that it takes precedence over.
struct Level {
    above: Option<Arc<Level>>,
    /// The directory that it applies to, relative to the root.
    dir: PathBuf,
    /// Its path, relative to the root.
    name: String,
    /// The line number of each pattern.
    lines: HashMap<String, usize>,
    matcher: Gitignore,
}

impl IgnoreRules {
    /// The rules of the directory `top` and of the file `exclude`.
    pub(crate) fn new(top: PathBuf, exclude: Option<&Path>) -> Self {
        let mut skipped = BTreeMap::new();
        let outermost = exclude.and_then(|path| {
            Level::read(path, ".git/info/exclude".to_owned(), PathBuf::new(), None, &mut skipped)
        });
        Self {
            top,
            outermost,
            dirs: Mutex::default(),
            skipped: Mutex::new(skipped),
            #[cfg(test)]
            reads: usize::from(exclude.is_some()).into(),
        }
    }

    /// The pattern by which git ignores `path`, relative to the root.
    pub(crate) fn why(&self, path: impl AsRef<Path>, is_dir: bool) -> Hidden {
        let path = path.as_ref();
        let dir = self.dir(path.parent().unwrap_or(Path::new("")));
        // A directory that is ignored hides all below.
        dir.hidden.clone().or_else(|| dir.entry(path, is_dir)).unwrap_or(Hidden::Untracked)
    }

    /// The ignore files that could not be read, with the reason.
    pub(crate) fn skipped(&self) -> BTreeMap<PathBuf, String> {
        self.skipped.lock().map(|skipped| skipped.clone()).unwrap_or_default()
    }

    /// How many ignore files were looked for.
    #[cfg(test)]
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// The rules that apply in the directory `dir`.
    fn dir(&self, dir: &Path) -> DirRules {
        let (mut rules, mut unknown) = (None, Vec::new());
        for above in dir.ancestors() {
            rules = self.dirs.lock().ok().and_then(|dirs| dirs.get(above).cloned());
            if rules.is_some() {
                break;
            }
            unknown.push(above);
        }
        let mut rules = rules.unwrap_or_else(|| DirRules { level: self.outermost.clone(), hidden: None });
        for dir in unknown.into_iter().rev() {
            rules.hidden = rules.hidden.take().or_else(|| rules.entry(dir, true));
            let path = self.top.join(dir).join(".gitignore");
            let name = dir.join(".gitignore").display().to_string();
            // Below one that is hidden nothing is asked.
            if rules.hidden.is_none()
                && let Ok(mut skipped) = self.skipped.lock()
            {
                #[cfg(test)]
                self.reads.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let above = rules.level.clone();
                rules.level = Level::read(&path, name, dir.to_owned(), above, &mut skipped).or(rules.level);
            }
            if let Ok(mut dirs) = self.dirs.lock() {
                dirs.insert(dir.to_owned(), rules.clone());
            }
        }
        rules
    }
}

/// The rules that apply in a directory.
#[derive(Clone)]
struct DirRules {
    /// The innermost ignore file that applies to its entries.
    level: Option<Arc<Level>>,
    /// The pattern by which the directory itself is ignored.
    hidden: Option<Hidden>,
}

impl DirRules {
    /// The pattern by which the entry at `path` is ignored.
    fn entry(&self, path: &Path, is_dir: bool) -> Option<Hidden> {
        let mut level = self.level.as_ref().filter(|_| !path.as_os_str().is_empty());
        // The deepest file that has a word on it decides.
        while let Some(file) = level {
            match file.matcher.matched(path.strip_prefix(&file.dir).unwrap_or(path), is_dir) {
                Match::None => level = file.above.as_ref(),
                Match::Whitelist(_) => return None,
                Match::Ignore(glob) => return Some(file.hidden(glob.original())),
            }
        }
        None
    }
}

impl Level {
    fn read(
        path: &Path,
        name: String,
        dir: PathBuf,
        above: Option<Arc<Level>>,
        skipped: &mut BTreeMap<PathBuf, String>,
    ) -> Option<Arc<Self>> {
        let text = match read(path) {
            Ok(text) => text?,
            Err(error) => {
                skipped.insert(path.to_owned(), errors::line(&error));
                return None;
            }
        };
        let mut builder = GitignoreBuilder::new(".");
        let mut lines = HashMap::new();
        for (at, line) in text.lines().enumerate() {
            // A pattern that cannot be read ignores nothing, as in git.
            let _ = builder.add_line(None, line);
            // The last line with a pattern is the one that counts.
            lines.insert(line.trim_end().to_owned(), at + 1);
            lines.insert(line.to_owned(), at + 1);
        }
        match builder.build() {
            Ok(matcher) => Some(Arc::new(Self { above, dir, name, lines, matcher })),
            Err(error) => {
                skipped.insert(path.to_owned(), format!("its patterns cannot be taken together: {error}"));
                None
            }
        }
    }

    fn hidden(&self, pattern: &str) -> Hidden {
        Hidden::Ignored {
            file: self.name.clone(),
            line: self.lines.get(pattern).copied().unwrap_or(1),
            pattern: pattern.to_owned(),
        }
    }
}

/// The text of an ignore file; `None` if it does not exist.
fn read(path: &Path) -> anyhow::Result<Option<String>> {
    match std::fs::symlink_metadata(path) {
        // Like git, which follows no link to a `.gitignore`.
        Ok(meta) if meta.is_symlink() => bail!("it is a symbolic link"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        _ => {}
    }
    let bytes = match load::read(path, LARGEST) {
        Ok(bytes) => bytes,
        Err(ReadFailure::Missing) => return Ok(None),
        Err(failure) => return Err(failure.into()),
    };
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}');
    if text.lines().count() > LINES {
        bail!("it has more than {LINES} lines");
    }
    Ok(Some(text.to_owned()))
}
