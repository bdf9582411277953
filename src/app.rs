//! Opens an app: its location, how it is shown, and a view of its files.

use crate::discover::{self, Input, shown};
use crate::load;
use crate::shared::Shared;
use crate::view::{View, WithConfig, below};
use anyhow::{Context as _, anyhow, bail};
use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::document::FileKind;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The file that standard input stands in for.
pub(crate) const STDIN_NAME: &str = FileKind::NixpacksToml.name();

/// Where an app is, and how it is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct AppLocation {
    /// The path as typed.
    pub(crate) shown: String,
    /// Its canonical path; `None` for an app that only standard input knows.
    pub(crate) dir: Option<PathBuf>,
    /// The canonical directory that nothing may lead out of.
    pub(crate) top: PathBuf,
    /// A config of another name: the name that the plan knows it by, and its own.
    pub(crate) config: Option<(&'static str, String)>,
    /// The app is in a git work tree.
    pub(crate) in_git: bool,
    /// The config is standard input: it is never written.
    pub(crate) stdin: bool,
    /// What to know about the view: it cannot be told what git has.
    pub(crate) warning: Option<String>,
    /// In a commit: the files that are changed, and where they are from the top, behind links.
    pub(crate) behind: BTreeMap<String, String>,
}

impl AppLocation {
    /// The name on disk of a file that the plan knows as `path`.
    pub(crate) fn on_disk<'a>(&'a self, path: &'a str) -> &'a str {
        match &self.config {
            Some((alias, own)) if *alias == path => own,
            _ => path,
        }
    }

    /// `path`, relative to the app's root, as a person finds it from where they are.
    pub(crate) fn shown_file(&self, path: &str) -> String {
        if self.stdin && self.dir.is_none() {
            return "<stdin>".to_owned();
        }
        match (self.shown.as_str(), self.on_disk(path)) {
            (".", path) => path.to_owned(),
            ("/", path) => format!("/{path}"),
            (dir, path) => format!("{dir}/{path}"),
        }
    }

    /// The name with which git adds a change of a file: the one behind a link, as a person finds it from where they are.
    pub(crate) fn file_to_add(&self, path: &str) -> String {
        let shown = || self.shown_file(path);
        let Some(dir) = &self.dir else { return shown() };
        let named = dir.join(self.on_disk(path));
        let is_own = |real: &PathBuf| *real == named;
        let Some(real) = self.real_path(path).ok().filter(|real| !is_own(real)) else { return shown() };
        let here = std::env::current_dir().and_then(|here| here.canonicalize());
        let below = here.ok().and_then(|here| real.strip_prefix(here).map(Path::to_owned).ok());
        below.unwrap_or(real).to_str().map_or_else(shown, str::to_owned)
    }

    /// Whether the file that the plan knows as `path` may be removed: standard input cannot go, somebody names a config
    /// of another name, and a link would be left that leads nowhere.
    pub(crate) fn may_be_removed(&self, path: &str) -> bool {
        let is_link = |dir: &PathBuf| dir.join(path).symlink_metadata().is_ok_and(|meta| meta.is_symlink());
        let renamed = self.config.as_ref().is_some_and(|(alias, _)| *alias == path);
        !self.stdin && !renamed && !self.dir.as_ref().is_some_and(is_link)
    }

    /// The file that the plan knows as `path`, behind any link; it has to be inside the app's root.
    pub(crate) fn real_path(&self, path: &str) -> anyhow::Result<PathBuf> {
        let dir = self.dir.as_ref().context("it is standard input")?;
        let named = dir.join(self.on_disk(path));
        let real = match (std::fs::symlink_metadata(&named), named.parent(), named.file_name()) {
            // One that is to be made.
            (Err(error), Some(above), Some(name)) if error.kind() == std::io::ErrorKind::NotFound => {
                above.canonicalize()?.join(name)
            }
            _ => named.canonicalize()?,
        };
        let inside = real.strip_prefix(&self.top);
        let inside = inside.map_err(|_| anyhow!("it lies outside the app's root"))?;
        if inside.components().any(|part| part.as_os_str() == ".git") {
            bail!("it lies in git's own directory");
        }
        Ok(real)
    }
}

/// An app to look at.
pub(crate) struct App {
    /// Where it is.
    pub(crate) home: AppLocation,
    /// What the platform will see.
    pub(crate) view: Box<dyn View>,
}

impl App {
    /// Opens what was named.
    pub(crate) fn open(input: &Input, shared: &Shared) -> anyhow::Result<Self> {
        match input {
            Input::Dir { dir, real, root } => {
                let (view, home) = open_dir(dir, real, root, shared)?;
                Ok(Self { home, view })
            }
            Input::Config(file) => {
                let failed = || format!("failed to read `{}`", file.display());
                let bytes = load::read(file, load::DEPLOY_LIMIT).with_context(failed)?;
                let name = file.file_name().and_then(|name| name.to_str());
                let name = name.context("its name is not UTF-8").with_context(failed)?.to_owned();
                let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let (view, mut home) = open_named(dir, shared)?;
                let is_json =
                    Path::new(&name).extension().is_some_and(|ext| ext.eq_ignore_ascii_case("json"));
                let kind = if is_json { FileKind::NixpacksJson } else { FileKind::NixpacksToml };
                let alias = kind.name();
                home.config = Some((alias, name));
                Ok(Self { home, view: Box::new(WithConfig::new(view, alias, bytes)) })
            }
            Input::Commit { dir, revision, below } => {
                let failed = || format!("failed to read `{}` at `{revision}`", dir.display());
                let commit = shared.commit(dir, revision).with_context(failed)?;
                let view = commit.view(below).with_context(|| format!("it has no `{below}`"));
                let view = view.with_context(failed)?;
                // Named from the root of the repository, as a patch for it has to be.
                let shown = if below.is_empty() { ".".to_owned() } else { below.clone() };
                Ok(Self { home: AppLocation { shown, in_git: true, ..AppLocation::default() }, view })
            }
            Input::Stdin(None) => {
                let home = AppLocation { shown: "<stdin>".to_owned(), stdin: true, ..AppLocation::default() };
                let view = MemoryApp::new([(STDIN_NAME, discover::stdin()?)]);
                Ok(Self { home, view: Box::new(view) })
            }
            Input::Stdin(Some(dir)) => {
                let (view, mut home) = open_named(dir, shared)?;
                home.stdin = true;
                let view = WithConfig::new(view, STDIN_NAME, discover::stdin()?);
                Ok(Self { home, view: Box::new(view) })
            }
        }
    }
}

/// The app in a directory that was named itself.
fn open_named(dir: &Path, shared: &Shared) -> anyhow::Result<(Box<dyn View>, AppLocation)> {
    let failed = || format!("failed to read `{}`", load::shown(dir.as_os_str().as_encoded_bytes()));
    let real = dir.canonicalize().with_context(failed)?;
    open_dir(dir, &real, &real, shared)
}

/// The app in `dir`, whose canonical path is `real`, found below the canonical path `root`.
fn open_dir(
    dir: &Path,
    real: &Path,
    root: &Path,
    shared: &Shared,
) -> anyhow::Result<(Box<dyn View>, AppLocation)> {
    let named = load::shown(dir.as_os_str().as_encoded_bytes());
    let failed = || format!("failed to read `{named}`");
    let unnamed = || anyhow!("its path is not UTF-8, so no patch can name it").context(failed());
    if dir.to_str().is_none() {
        return Err(unnamed());
    }
    if !real.is_dir() {
        return Err(anyhow!("not a directory").context(failed()));
    }
    let checkout = shared.checkout(real);
    let in_git = checkout.is_some();
    let mut warning = None;
    let mut tree = None;
    if let Some(checkout) = checkout {
        let inside = below(real, &checkout.tree.top).ok_or_else(unnamed)?;
        warning = checkout
            .unknown
            .as_ref()
            .map(|why| format!("cannot tell which files git has, so all are taken as committed: {why}"));
        // Where git has nothing, all is taken as it is.
        tree = checkout.tracked.has_dir(&inside).then(|| shared.tracked(&checkout));
    }
    let tree = tree.unwrap_or_else(|| shared.directory(if real.starts_with(root) { root } else { real }));
    let view = tree.view(real).ok_or_else(unnamed)?;
    let top = tree.top().to_owned();
    let home = AppLocation {
        shown: shown(dir),
        dir: Some(real.to_owned()),
        top,
        in_git,
        warning,
        ..AppLocation::default()
    };
    Ok((view, home))
}
