//! From what was typed to the apps that it names.

use crate::exit::Failure;
use crate::load::{self, phrase};
use ignore::{DirEntry, WalkBuilder, WalkState};
use nixpacks_transforms::document::FileKind;
use nixpacks_transforms::plan::PYTHON_FILES;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// One app to look at, as named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A directory.
    Dir(PathBuf),
    /// A config of any name; its directory is the app.
    Config(PathBuf),
    /// A directory as a commit has it.
    Commit {
        /// A repository, or a directory of its work tree.
        dir: PathBuf,
        /// The commit.
        revision: String,
        /// The app, from there.
        below: String,
    },
    /// Standard input: a config, in the view of this app or of an empty one.
    Stdin(Option<PathBuf>),
}

/// Directories that hold other people's files.
pub(crate) const SKIPPED: [&str; 2] = ["node_modules", ".git"];
/// Entries after which a search goes on in several threads; starting them costs more than a small tree.
const SMALL: usize = 2_000;

/// The apps that `paths` name, each once, in a stable order.
pub(crate) fn inputs(paths: &[PathBuf], app: Option<&Path>) -> Result<Vec<Input>, Failure> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut found = Vec::new();
    let mut stdin = false;
    for path in paths {
        if path.as_os_str() == "-" {
            if !std::mem::replace(&mut stdin, true) {
                found.push(Input::Stdin(app.map(Path::to_owned)));
            }
            continue;
        }
        let meta = std::fs::metadata(path).map_err(|error| {
            Failure::unusable(format!("failed to read `{}`: {}", path.display(), phrase(&error)))
        })?;
        if meta.is_dir() {
            if holds(path, &FileKind::ALL.map(FileKind::name)) || holds(path, &PYTHON_FILES) {
                found.push(Input::Dir(path.clone()));
            }
            found.extend(search(path).into_iter().map(Input::Dir));
        } else {
            found.push(file(path));
        }
    }
    if app.is_some() && !stdin {
        return Err(Failure::unusable("cannot use `--app` without `-`"));
    }
    Ok(once(found))
}

/// The directories that `paths` name, each as `revision` has it.
pub(crate) fn commits(paths: &[PathBuf], revision: &str) -> Vec<Input> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let input = |path: &PathBuf| Input::Commit {
        dir: path.clone(),
        revision: revision.to_owned(),
        below: String::new(),
    };
    once(paths.iter().map(input).collect())
}

fn holds(dir: &Path, names: &[&str]) -> bool {
    names.iter().any(|name| dir.join(name).is_file())
}

fn file(path: &Path) -> Input {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if FileKind::of_name(name).is_some() || PYTHON_FILES.contains(&name) {
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        return Input::Dir(dir.unwrap_or(Path::new(".")).to_owned());
    }
    Input::Config(path.to_owned())
}

/// The directories below `root` that hold a config, sorted.
fn search(root: &Path) -> BTreeSet<PathBuf> {
    let mut walk = WalkBuilder::new(root);
    walk.require_git(false)
        .git_global(false)
        .filter_entry(|entry| !SKIPPED.iter().any(|name| entry.file_name() == *name));
    let mut found = BTreeSet::new();
    for (count, entry) in walk.build().enumerate() {
        if count >= SMALL {
            return search_wide(&walk);
        }
        found.extend(entry.ok().as_ref().and_then(app_of));
    }
    found
}

fn search_wide(walk: &WalkBuilder) -> BTreeSet<PathBuf> {
    let found = Mutex::new(BTreeSet::new());
    walk.build_parallel().run(|| {
        Box::new(|entry| {
            if let Some(dir) = entry.ok().as_ref().and_then(app_of)
                && let Ok(mut found) = found.lock()
            {
                found.insert(dir);
            }
            WalkState::Continue
        })
    });
    found.into_inner().unwrap_or_default()
}

/// The directory of an entry below the root that is a config.
fn app_of(entry: &DirEntry) -> Option<PathBuf> {
    let is_config = entry.depth() > 1
        && entry.file_name().to_str().and_then(FileKind::of_name).is_some_and(FileKind::is_config)
        && !entry.file_type().is_some_and(|kind| kind.is_dir());
    is_config.then(|| entry.path().parent().map(Path::to_owned)).flatten()
}

/// Whether a file of this name makes its directory an app: a config does, and more at the root, `""`.
pub(crate) fn makes_app(dir: &str, name: &str) -> bool {
    holds_config(dir, name) || (dir.is_empty() && PYTHON_FILES.contains(&name))
}

/// The same without apps that no file configures: nothing can be repaired in them.
pub(crate) fn holds_config(dir: &str, name: &str) -> bool {
    FileKind::of_name(name).is_some_and(|kind| kind.is_config() || dir.is_empty())
}

/// Drops what names an app for the second time.
fn once(inputs: Vec<Input>) -> Vec<Input> {
    let mut seen = BTreeSet::new();
    let key = |input: &Input| match input {
        Input::Dir(path) | Input::Config(path) | Input::Commit { dir: path, .. } => {
            path.canonicalize().unwrap_or_else(|_| path.clone())
        }
        Input::Stdin(_) => PathBuf::from("-"),
    };
    inputs.into_iter().filter(|input| seen.insert(key(input))).collect()
}

/// `path` as it is shown: `/` between the parts on every system, no leading `./`.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text.into_owned() };
    let text = text.strip_prefix("./").unwrap_or(&text);
    match text.trim_end_matches('/') {
        "" if text.is_empty() => ".".to_owned(),
        "" => "/".to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

/// The text of standard input.
pub(crate) fn stdin() -> Result<Vec<u8>, Failure> {
    load::stream(std::io::stdin().lock(), load::DEPLOY_LIMIT).map_err(|why| {
        let why = if let load::Unread::Because(why) = why { why } else { "it is closed".to_owned() };
        Failure::unusable(format!("failed to read standard input: {why}"))
    })
}

#[cfg(test)]
mod tests {
    use super::{Input, file, shown};
    use std::path::{Path, PathBuf};

    #[test]
    fn shows_paths_without_noise() {
        for (path, want) in
            [(".", "."), ("./", "."), ("./a/", "a"), ("a", "a"), ("/", "/"), ("/a/", "/a"), ("../b", "../b")]
        {
            assert_eq!(shown(Path::new(path)), want, "{path}");
        }
    }

    #[test]
    fn takes_a_deploy_file_for_its_directory_and_another_for_a_config() {
        assert_eq!(file(Path::new("a/nixpacks.toml")), Input::Dir(PathBuf::from("a")));
        assert_eq!(file(Path::new("Procfile")), Input::Dir(PathBuf::from(".")));
        assert_eq!(file(Path::new("a/prod.toml")), Input::Config(PathBuf::from("a/prod.toml")));
    }
}
