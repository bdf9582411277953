//! Searches a directory on disk for apps.

use super::{Found, Input, named_config};
use crate::app_files::{SKIPPED, is_config, makes_app};
use crate::errors;
use crate::load::shown;
use crate::shared::Shared;
use crate::view::{Checkout, IgnoreRules, WorkTree};
use ignore::{DirEntry, Error, WalkBuilder, WalkState};
use nixpacks_transforms::app::Hidden;
use nixpacks_transforms::document::FileKind;
use nixpacks_transforms::plan::PYTHON_FILES;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Entries after which a search goes on in several threads; starting them costs more than a small tree.
const SMALL: usize = 2_000;

/// Finds the apps in the directory `root`, and the directory itself if it is one.
///
/// An app is where git has a config, whatever ignores or hides it, and where a new config stands, in no hidden directory
/// and in none that the repository has git ignore. Where git has nothing, the patterns of the directory and those below
/// it count alone.
pub(super) fn search(root: &Path, shared: &Shared, found: &mut Found) {
    let mut dirs = BTreeMap::new();
    let mut errors = BTreeMap::new();
    // Each work tree in another has an index and patterns of its own.
    let mut left = vec![root.to_owned()];
    let mut top = PathBuf::new();
    while let Some(base) = left.pop() {
        let place = match Place::new(&base, shared) {
            Ok(place) => place,
            Err(error) => {
                errors.insert(base, errors::cause(&error));
                continue;
            }
        };
        if place.checkout.is_some() && place.inside.to_str().is_none() {
            found.errors.push(unnamed(&base));
            continue;
        }
        let is_root = base == root;
        if is_root {
            top.clone_from(&place.real);
        }
        let names = FileKind::ALL.map(FileKind::name).into_iter().chain(PYTHON_FILES);
        if names.into_iter().any(|name| makes_app(is_root, name) && place.sees(name)) {
            dirs.insert(base.clone(), place.real.clone());
        }
        let walked = Walked::of(&base, &place);
        // No link stands on the way to them.
        let real = |dir: PathBuf| {
            let real = dir.strip_prefix(&base).map_or_else(|_| dir.clone(), |inner| place.real.join(inner));
            (dir, real)
        };
        dirs.extend(place.tracked().into_iter().chain(walked.apps).map(real));
        left.extend(walked.nested);
        errors.extend(walked.errors);
        found.unheeded.extend(place.rules.skipped());
    }
    named_config::move_to_their_apps(&mut dirs, root);
    for (dir, real) in dirs {
        if dir.to_str().is_some() {
            found.inputs.push(Input::Dir { dir, real, root: top.clone() });
        } else {
            found.errors.push(unnamed(&dir));
        }
    }
    for (dir, why) in errors {
        found.errors.push(format!("failed to read `{}`: {why}", shown(dir.as_os_str().as_encoded_bytes())));
    }
}

/// What is said of an app that no patch could name.
fn unnamed(dir: &Path) -> String {
    let dir = shown(dir.as_os_str().as_encoded_bytes());
    format!("cannot look at the app `{dir}`: its path is not UTF-8; help: give the directory another name")
}

/// A directory that is searched, and what git knows of it.
struct Place {
    base: PathBuf,
    /// Its canonical path.
    real: PathBuf,
    checkout: Option<Arc<Checkout>>,
    /// Where it is in the work tree.
    inside: PathBuf,
    rules: Arc<IgnoreRules>,
    /// Where it is in what the rules are about: the work tree, unless that ignores the directory.
    in_rules: PathBuf,
}

impl Place {
    fn new(base: &Path, shared: &Shared) -> io::Result<Self> {
        let real = base.canonicalize()?;
        let checkout = shared.checkout(&real);
        let inside = checkout.as_ref().and_then(|checkout| real.strip_prefix(&checkout.tree.top).ok());
        let inside = inside.unwrap_or(Path::new("")).to_owned();
        // What was named is looked at, also where the work tree ignores it.
        let is_ignored = |checkout: &Checkout| {
            !inside.as_os_str().is_empty() && checkout.ignored.why(&inside, true) != Hidden::Untracked
        };
        let (rules, in_rules) = match &checkout {
            Some(checkout) if !is_ignored(checkout) => (Arc::clone(&checkout.ignored), inside.clone()),
            _ => (Arc::new(IgnoreRules::new(real.clone(), None)), PathBuf::new()),
        };
        Ok(Self { base: base.to_owned(), real, checkout, inside, rules, in_rules })
    }

    /// Whether git has anything here; elsewhere all is taken as it is.
    fn known(&self) -> Option<&Checkout> {
        let inside = self.inside.to_str()?;
        self.checkout.as_deref().filter(|checkout| checkout.tracked.has_dir(inside))
    }

    /// Whether the platform sees the file `name` of the directory itself.
    fn sees(&self, name: &str) -> bool {
        if !is_file(&self.base.join(name)) {
            return false;
        }
        let Some(known) = self.known() else { return true };
        let has = self.inside.join(name).to_str().is_some_and(|path| known.tracked.has_file(path));
        let new = || self.rules.why(self.in_rules.join(name), false) == Hidden::Untracked;
        has || (FileKind::of_name(name).is_some() && new())
    }

    /// The directories below that hold a config which git has.
    fn tracked(&self) -> Vec<PathBuf> {
        let (Some(known), Some(inside)) = (self.known(), self.inside.to_str()) else { return Vec::new() };
        let dirs = known.tracked.below(inside).filter_map(|path| {
            let (dir, name) = path.rsplit_once('/').filter(|(_, name)| is_config(name))?;
            let skipped = dir.split('/').any(|part| SKIPPED.contains(&part));
            (!skipped && is_file(&known.tree.top.join(inside).join(dir).join(name))).then_some(dir)
        });
        let dirs: BTreeSet<&str> = dirs.collect();
        let mut known_dirs = HashMap::from([("", true)]);
        let dirs = dirs.into_iter().filter(|dir| is_unlinked(&self.real, dir, &mut known_dirs));
        dirs.map(|dir| self.base.join(dir)).collect()
    }
}

/// Whether the directory `dir` below `top` is reached through no link that has taken the place of a directory. Each
/// directory on the way is asked for once: `known` has the answers.
fn is_unlinked<'a>(top: &Path, dir: &'a str, known: &mut HashMap<&'a str, bool>) -> bool {
    let mut unknown = Vec::new();
    let mut above = dir;
    let mut unlinked = loop {
        if let Some(unlinked) = known.get(above) {
            break *unlinked;
        }
        unknown.push(above);
        above = above.rsplit_once('/').map_or("", |(above, _)| above);
    };
    for dir in unknown.into_iter().rev() {
        unlinked = unlinked && std::fs::symlink_metadata(top.join(dir)).is_ok_and(|meta| meta.is_dir());
        known.insert(dir, unlinked);
    }
    unlinked
}

/// What a walk through a directory came upon.
#[derive(Default)]
struct Walked {
    apps: BTreeSet<PathBuf>,
    /// Other work trees.
    nested: BTreeSet<PathBuf>,
    /// Directories that cannot be read.
    errors: BTreeMap<PathBuf, String>,
}

impl Walked {
    fn of(base: &Path, place: &Place) -> Self {
        let nested = Arc::new(Mutex::new(BTreeSet::new()));
        let mut walk = WalkBuilder::new(base);
        // No file of patterns is read but by `IgnoreRules`, which does so with care.
        walk.standard_filters(false).hidden(true);
        let (rules, in_rules, seen) = (Arc::clone(&place.rules), place.in_rules.clone(), Arc::clone(&nested));
        let root = base.to_owned();
        walk.filter_entry(move |entry| {
            let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
            let name = entry.file_name();
            // Other files than configs are not looked at, so it does not matter what ignores them.
            if entry.depth() == 0 || (!is_dir && !name.to_str().is_some_and(is_config)) {
                return true;
            }
            if SKIPPED.iter().any(|skipped| name == *skipped) {
                return false;
            }
            let inner = entry.path().strip_prefix(&root).unwrap_or(entry.path());
            if rules.why(in_rules.join(inner), is_dir) != Hidden::Untracked {
                return false;
            }
            if is_dir && WorkTree::at(entry.path()).is_some() {
                if let Ok(mut nested) = seen.lock() {
                    nested.insert(entry.path().to_owned());
                }
                return false;
            }
            true
        });
        let mut walked = Self::default();
        for (count, entry) in walk.build().enumerate() {
            if count >= SMALL {
                walked = Self::wide(&walk);
                break;
            }
            walked.take(entry);
        }
        if let Ok(mut nested) = nested.lock() {
            walked.nested = std::mem::take(&mut nested);
        }
        walked
    }

    fn wide(walk: &WalkBuilder) -> Self {
        let all = Mutex::new(Self::default());
        walk.build_parallel().run(|| {
            Box::new(|entry| {
                if (entry.is_err() || entry.as_ref().is_ok_and(|entry| app_of(entry).is_some()))
                    && let Ok(mut all) = all.lock()
                {
                    all.take(entry);
                }
                WalkState::Continue
            })
        });
        all.into_inner().unwrap_or_default()
    }

    fn take(&mut self, entry: Result<DirEntry, Error>) {
        match entry {
            Ok(entry) => self.apps.extend(app_of(&entry)),
            Err(error) => {
                let (path, error) = cause(error);
                // What went meanwhile is gone.
                if let (Some(path), Some(error)) = (path, error)
                    && error.kind() != io::ErrorKind::NotFound
                {
                    self.errors.insert(path, errors::cause(&error));
                }
            }
        }
    }
}

/// The path and the reason of an error.
fn cause(error: Error) -> (Option<PathBuf>, Option<io::Error>) {
    match error {
        Error::WithPath { path, err } => (Some(path), cause(*err).1),
        Error::WithDepth { err, .. } | Error::WithLineNumber { err, .. } => cause(*err),
        Error::Io(error) => (None, Some(error)),
        _ => (None, None),
    }
}

/// The directory of an entry below the root that is a config.
fn app_of(entry: &DirEntry) -> Option<PathBuf> {
    let kind = entry.file_type()?;
    let is_app = entry.depth() > 1
        && entry.file_name().to_str().is_some_and(is_config)
        && (kind.is_file() || kind.is_symlink());
    is_app.then(|| entry.path().parent().map(Path::to_owned)).flatten()
}

/// Whether a file stands there, or a link, as a commit would have it.
fn is_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file() || meta.is_symlink())
}
