//! An app as the command holds it: where it stands, how it is shown, and its view.

use crate::discover::{self, Input, shown};
use crate::exit::Failure;
use crate::load::{self, Unread, phrase};
use crate::view::{CommitView, DirView, Tracked, WithConfig, WorkTree};
use nixpacks_transforms::app::{AppView, MemoryApp};
use nixpacks_transforms::document::FileKind;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The file that standard input stands in for.
pub(crate) const STDIN_NAME: &str = FileKind::NixpacksToml.name();

/// Where an app stands and how it is shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Home {
    /// The path as typed.
    pub(crate) shown: String,
    /// Its canonical path; `None` for an app that only standard input knows.
    pub(crate) dir: Option<PathBuf>,
    /// The canonical directory that nothing may lead out of.
    pub(crate) top: PathBuf,
    /// A config of another name: the name that the plan knows it by, and its own.
    pub(crate) config: Option<(&'static str, String)>,
    /// The app stands in a git work tree.
    pub(crate) in_git: bool,
    /// The config is standard input: it is never written.
    pub(crate) stdin: bool,
    /// What to know about the view: git could not be asked.
    pub(crate) warning: Option<String>,
}

impl Home {
    /// The name on disk of a file that the plan knows as `path`.
    pub(crate) fn on_disk<'a>(&'a self, path: &'a str) -> &'a str {
        match &self.config {
            Some((alias, own)) if *alias == path => own,
            _ => path,
        }
    }

    /// What to type to mean this app again.
    pub(crate) fn named(&self) -> String {
        self.config.as_ref().map_or_else(|| self.shown.clone(), |(alias, _)| self.shown_file(alias))
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
}

/// An app to look at.
pub(crate) struct App {
    /// Where it stands.
    pub(crate) home: Home,
    /// What the platform will see.
    pub(crate) view: Box<dyn AppView + Send>,
}

/// The indexes of the work trees that were met: apps of one repository share theirs.
#[derive(Default)]
pub(crate) struct Indexes(Mutex<HashMap<PathBuf, Shared>>);

type Shared = Result<Arc<Tracked>, String>;

impl Indexes {
    fn of(&self, tree: &WorkTree) -> Shared {
        let read = || tree.tracked().map(Arc::new);
        match self.0.lock() {
            Ok(mut known) => known.entry(tree.top.clone()).or_insert_with(read).clone(),
            Err(_) => read(),
        }
    }
}

impl App {
    /// Opens what was named.
    pub(crate) fn open(input: &Input, indexes: &Indexes) -> Result<Self, Failure> {
        match input {
            Input::Dir(dir) => {
                let (view, home) = open_dir(dir, indexes)?;
                Ok(Self { home, view: Box::new(view) })
            }
            Input::Config(file) => {
                let failed =
                    |why: &str| Failure::unusable(format!("failed to read `{}`: {why}", file.display()));
                let bytes = load::read(file, load::DEPLOY_LIMIT).map_err(|unread| match unread {
                    Unread::Missing => failed("no such file"),
                    Unread::Because(why) => failed(&why),
                })?;
                let name = file.file_name().and_then(|name| name.to_str());
                let name = name.ok_or_else(|| failed("its name is not UTF-8"))?.to_owned();
                let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let (view, mut home) = open_dir(dir, indexes)?;
                let is_json =
                    Path::new(&name).extension().is_some_and(|ext| ext.eq_ignore_ascii_case("json"));
                let kind = if is_json { FileKind::NixpacksJson } else { FileKind::NixpacksToml };
                let alias = kind.name();
                home.config = Some((alias, name));
                Ok(Self { home, view: Box::new(WithConfig::new(view, alias, bytes)) })
            }
            Input::Commit { dir, revision, below } => {
                let failed = |why: String| {
                    Failure::unusable(format!("failed to read `{}` at `{revision}`: {why}", dir.display()))
                };
                let (view, below) = CommitView::open(dir, revision, below).map_err(failed)?;
                // Named from the root of the repository, as a patch for it has to be.
                let below = if below.is_empty() { ".".to_owned() } else { below };
                Ok(Self {
                    home: Home { shown: below, in_git: true, ..Home::default() },
                    view: Box::new(view),
                })
            }
            Input::Stdin(None) => {
                let home = Home { shown: "<stdin>".to_owned(), stdin: true, ..Home::default() };
                let view = MemoryApp::new([(STDIN_NAME, discover::stdin()?)]);
                Ok(Self { home, view: Box::new(view) })
            }
            Input::Stdin(Some(dir)) => {
                let (view, mut home) = open_dir(dir, indexes)?;
                home.stdin = true;
                let view = WithConfig::new(view, STDIN_NAME, discover::stdin()?);
                Ok(Self { home, view: Box::new(view) })
            }
        }
    }
}

fn open_dir(dir: &Path, indexes: &Indexes) -> Result<(DirView, Home), Failure> {
    let real = dir.canonicalize().map_err(|error| {
        Failure::unusable(format!("failed to read `{}`: {}", dir.display(), phrase(&error)))
    })?;
    if !real.is_dir() {
        return Err(Failure::unusable(format!("failed to read `{}`: not a directory", dir.display())));
    }
    let mut warning = None;
    let tree = WorkTree::of(&real);
    let in_git = tree.is_some();
    let git = tree.and_then(|tree| match indexes.of(&tree) {
        Ok(tracked) => Some((tree, tracked)),
        Err(why) => {
            warning = Some(format!("cannot tell which files git has, so all are taken as committed: {why}"));
            None
        }
    });
    let view = DirView::new(real.clone(), git);
    let top = view.top().to_owned();
    let home = Home { shown: shown(dir), dir: Some(real), top, config: None, in_git, stdin: false, warning };
    Ok((view, home))
}
