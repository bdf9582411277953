//! A cache for one run: each work tree, directory and commit is read once for all apps.

use crate::view::{Checkout, Commit, DiskTree, WorkTree};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What was read so far.
#[derive(Default)]
pub(crate) struct Shared {
    /// The work tree of each directory that was asked for, by its canonical path.
    checkouts: Mutex<HashMap<PathBuf, Option<Arc<Checkout>>>>,
    /// Trees by their top, and whether only what git has is seen of them.
    trees: Mutex<HashMap<(PathBuf, bool), DiskTree>>,
    commits: Mutex<HashMap<(PathBuf, String), Arc<Commit>>>,
}

impl Shared {
    /// The git work tree that holds the canonical directory `dir`.
    pub(crate) fn checkout(&self, dir: &Path) -> Option<Arc<Checkout>> {
        let mut known = self.checkouts.lock().ok()?;
        let mut unknown = Vec::new();
        let mut found = None;
        for above in dir.ancestors() {
            if let Some(checkout) = known.get(above) {
                found.clone_from(checkout);
                break;
            }
            unknown.push(above);
            if let Some(tree) = WorkTree::at(above) {
                found = Some(Arc::new(Checkout::new(tree)));
                break;
            }
        }
        known.extend(unknown.into_iter().map(|dir| (dir.to_owned(), found.clone())));
        found
    }

    /// What git has of a work tree.
    pub(crate) fn tracked(&self, checkout: &Arc<Checkout>) -> DiskTree {
        self.tree(&checkout.tree.top, true, || DiskTree::of_checkout(Arc::clone(checkout)))
    }

    /// What is in the canonical directory `top`.
    pub(crate) fn directory(&self, top: &Path) -> DiskTree {
        self.tree(top, false, || DiskTree::of_directory(top.to_owned()))
    }

    fn tree(&self, top: &Path, is_git: bool, new: impl FnOnce() -> DiskTree) -> DiskTree {
        match self.trees.lock() {
            Ok(mut known) => known.entry((top.to_owned(), is_git)).or_insert_with(new).clone(),
            Err(_) => new(),
        }
    }

    /// The commit `revision` of the repository that the directory `dir` is in, or is.
    pub(crate) fn commit(&self, dir: &Path, revision: &str) -> anyhow::Result<Arc<Commit>> {
        let open = || Commit::open(dir, revision).map(Arc::new);
        let Ok(mut known) = self.commits.lock() else { return open() };
        match known.entry((dir.to_owned(), revision.to_owned())) {
            Entry::Occupied(known) => Ok(Arc::clone(known.get())),
            // One that cannot be opened ends the run, so it is not asked for again.
            Entry::Vacant(new) => Ok(Arc::clone(new.insert(open()?))),
        }
    }

    /// Files of patterns that were not heeded, and why.
    pub(crate) fn unheeded(&self) -> BTreeMap<PathBuf, String> {
        let Ok(known) = self.checkouts.lock() else { return BTreeMap::new() };
        let checkouts: BTreeMap<&Path, &Arc<Checkout>> =
            known.values().flatten().map(|checkout| (checkout.tree.top.as_path(), checkout)).collect();
        checkouts.into_values().flat_map(|checkout| checkout.ignored.skipped()).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Shared;
    use crate::app::App;
    use crate::discover::{self, Input};
    use nixpacks_transforms::app::{Entry, Kind};
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::slice::from_ref;
    use tempfile::TempDir;

    /// Any text that is TOML and Python.
    const TEXT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rustfmt.toml");

    /// Apps in each other, `depth` of them, and what is needed to have them in git.
    fn nested(depth: usize, in_git: bool) -> (TempDir, PathBuf) {
        let dir = TempDir::new().unwrap();
        let top = dir.path().canonicalize().unwrap();
        let mut at = top.clone();
        for _ in 0..depth {
            at.push("a");
            std::fs::create_dir(&at).unwrap();
            std::fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/rustfmt.toml"), at.join("nixpacks.toml"))
                .unwrap();
        }
        let identity = ["-c", "user.name=a", "-c", "user.email=a@localhost"];
        for args in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "a"]] {
            if in_git {
                let args = [&identity[..], args].concat();
                assert!(Command::new("git").args(args).current_dir(&top).status().unwrap().success());
            }
        }
        (dir, top)
    }

    /// Goes through all that is seen of each app, reads it, and asks for what is not seen.
    fn look(inputs: &[Input], shared: &Shared) -> usize {
        for input in inputs {
            let view = App::open(input, shared).unwrap().view;
            let mut left = vec![String::new()];
            while let Some(dir) = left.pop() {
                let inner =
                    |name: &str| if dir.is_empty() { name.to_owned() } else { format!("{dir}/{name}") };
                view.hidden(&inner("requirements.txt"));
                for Entry { name, kind } in view.list(&dir) {
                    match kind {
                        Kind::Dir => left.push(inner(&name)),
                        Kind::File => drop(view.read(&inner(&name)).unwrap()),
                    }
                }
            }
        }
        inputs.len()
    }

    #[test]
    fn apps_in_each_other_read_each_directory_and_file_once() {
        for depth in [10, 100] {
            for in_git in [false, true] {
                let (_dir, top) = nested(depth, in_git);
                let shared = Shared::default();
                let found = discover::inputs(from_ref(&top), None, &shared).unwrap();
                assert_eq!(look(&found.inputs, &shared), depth);
                let tree = match shared.checkout(&top) {
                    Some(checkout) => shared.tracked(&checkout),
                    None => shared.directory(&top),
                };
                // The top is read as well, on the way to the others.
                assert_eq!(tree.scans(), depth + 1, "{in_git}");
                assert_eq!(tree.reads(), depth, "{in_git}");
            }
            let (_dir, top) = nested(depth, true);
            let shared = Shared::default();
            let found = discover::commits(from_ref(&top), "HEAD", &shared).unwrap();
            assert_eq!(look(&found.inputs, &shared), depth);
            assert_eq!(shared.commit(&top, "HEAD").unwrap().scans(), depth + 1);
        }
    }

    #[test]
    fn new_apps_read_each_file_of_patterns_once() {
        for count in [5, 50] {
            let dir = TempDir::new().unwrap();
            let top: &Path = &dir.path().canonicalize().unwrap();
            let copy = |to: PathBuf| {
                std::fs::create_dir_all(to.parent().unwrap()).unwrap();
                std::fs::copy(TEXT, to).unwrap();
            };
            copy(top.join(".gitignore"));
            assert!(Command::new("git").args(["init", "-q"]).current_dir(top).status().unwrap().success());
            for app in 0..count {
                copy(top.join(format!("app{app}/main.py")));
            }
            assert!(Command::new("git").args(["add", "."]).current_dir(top).status().unwrap().success());
            for app in 0..count {
                copy(top.join(format!("app{app}/nixpacks.toml")));
                copy(top.join(format!("app{app}/requirements.txt")));
            }
            let shared = Shared::default();
            let found = discover::inputs(&[top.to_owned()], None, &shared).unwrap();
            assert_eq!(look(&found.inputs, &shared), count);
            // That of the top, of each app, and `info/exclude`.
            assert_eq!(shared.checkout(top).unwrap().ignored.reads(), count + 2);
        }
    }
}
