//! Finds the apps that the arguments name.

mod named_config;
mod search;

use crate::load;
use crate::shared::Shared;
use anyhow::{Context as _, bail};
use nixpacks_transforms::document::FileKind;
use nixpacks_transforms::plan::PYTHON_FILES;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// One app to look at, as named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A directory.
    Dir {
        /// As it is named.
        dir: PathBuf,
        /// Its canonical path. To ask the system for one takes time that grows with the square of its length.
        real: PathBuf,
        /// The canonical path of the directory by which it was found: nothing outside is looked at, where no git work
        /// tree says more.
        root: PathBuf,
    },
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

impl Input {
    /// How it is named while it is looked at.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Dir { dir, .. } => shown(dir),
            Self::Config(file) => shown(file),
            Self::Commit { below, .. } => below.clone(),
            Self::Stdin(_) => "standard input".to_owned(),
        }
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The apps.
    pub(crate) inputs: Vec<Input>,
    /// What could not be looked at, in lower-case phrases.
    pub(crate) errors: Vec<String>,
    /// Files that were not heeded, and why.
    pub(crate) unheeded: Vec<(PathBuf, String)>,
}

/// The apps that `paths` name, each once, in a stable order.
pub(crate) fn inputs(paths: &[PathBuf], app: Option<&Path>, shared: &Shared) -> anyhow::Result<Found> {
    let mut found = Found::default();
    let mut stdin = false;
    for path in or_here(paths) {
        if path.as_os_str() == "-" {
            if !std::mem::replace(&mut stdin, true) {
                found.inputs.push(Input::Stdin(app.map(Path::to_owned)));
            }
            continue;
        }
        let meta = std::fs::metadata(path).with_context(|| format!("failed to read `{}`", path.display()))?;
        if meta.is_dir() {
            search::search(path, shared, &mut found);
        } else {
            found.inputs.push(file(path)?);
        }
    }
    if app.is_some() && !stdin {
        bail!("cannot use `--app` without `-`");
    }
    found.inputs = once(found.inputs);
    Ok(found)
}

/// The apps in the directories that `paths` name, as `revision` has them.
pub(crate) fn commits(paths: &[PathBuf], revision: &str, shared: &Shared) -> anyhow::Result<Found> {
    let mut found = Found::default();
    for path in or_here(paths) {
        let failed = || format!("failed to read `{}` at `{revision}`", path.display());
        let commit = shared.commit(path, revision).with_context(failed)?;
        let apps = commit.apps(commit.prefix()).with_context(failed)?;
        let apps = apps.with_context(|| format!("`{revision}` has no directory `{}`", commit.prefix()))?;
        let input = |below| Input::Commit { dir: path.to_owned(), revision: revision.to_owned(), below };
        found.inputs.extend(apps.into_iter().map(input));
    }
    found.inputs = once(found.inputs);
    Ok(found)
}

/// The paths, or where we are.
fn or_here(paths: &[PathBuf]) -> Vec<&Path> {
    if paths.is_empty() { vec![Path::new(".")] } else { paths.iter().map(PathBuf::as_path).collect() }
}

fn file(path: &Path) -> anyhow::Result<Input> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if FileKind::of_name(name).is_some() || PYTHON_FILES.contains(&name) {
        return directory(path.parent().unwrap_or(Path::new("")));
    }
    Ok(Input::Config(path.to_owned()))
}

/// The app in a directory that was named itself; `""` is where we are.
fn directory(dir: &Path) -> anyhow::Result<Input> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let real = dir.canonicalize().with_context(|| format!("failed to read `{}`", dir.display()))?;
    Ok(Input::Dir { dir: dir.to_owned(), root: real.clone(), real })
}

/// Drops what names an app for the second time.
fn once(inputs: Vec<Input>) -> Vec<Input> {
    // As texts: to compare two paths takes them apart.
    let mut seen = HashSet::new();
    let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
    let key = |input: &Input| match input {
        Input::Dir { real, .. } => (real.as_os_str().to_owned(), None),
        Input::Config(path) => (real(path).into_os_string(), None),
        Input::Commit { dir, below, .. } => (real(dir).into_os_string(), Some(below.clone())),
        Input::Stdin(_) => ("-".into(), None),
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
pub(crate) fn stdin() -> anyhow::Result<Vec<u8>> {
    load::stream(std::io::stdin().lock(), load::DEPLOY_LIMIT).context("failed to read standard input")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
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
        let real = |path: &str| Path::new(path).canonicalize().unwrap();
        let dir = |path: &str| Input::Dir { dir: PathBuf::from(path), real: real(path), root: real(path) };
        assert_eq!(file(Path::new("src/nixpacks.toml")).unwrap(), dir("src"));
        assert_eq!(file(Path::new("Procfile")).unwrap(), dir("."));
        assert_eq!(file(Path::new("a/prod.toml")).unwrap(), Input::Config(PathBuf::from("a/prod.toml")));
        assert!(file(Path::new("nowhere/nixpacks.toml")).is_err());
    }
}
