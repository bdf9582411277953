//! `nixpacks-fix.toml`: what a repository says once, instead of with options in every command.

mod parse;

pub(crate) use parse::parse;

use crate::cli::{Builder, EngineArgs, FailOn, Platform, Strategy};
use crate::discover::Input;
use crate::load::{self, DEPLOY_LIMIT, ReadFailure};
use crate::options;
use crate::shared::Shared;
use crate::view::below;
use anyhow::{Context as _, anyhow};
use globset::GlobMatcher;
use nixpacks_transforms::engine::Options;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The name of the file.
pub(crate) const NAME: &str = "nixpacks-fix.toml";

/// What a file says. What it leaves out is `None` or empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    select: Option<Vec<String>>,
    ignore: Option<Vec<String>>,
    /// Rules that are ignored in the apps below these paths.
    per_path: Vec<(GlobMatcher, Vec<String>)>,
    /// Apps that a search leaves out.
    exclude: Vec<GlobMatcher>,
    strategy: Option<Strategy>,
    unsafe_fixes: Option<bool>,
    platform: Option<Platform>,
    builder: Option<Builder>,
    fail_on: Option<FailOn>,
    /// By the path of the app from the file's directory.
    apps: BTreeMap<String, AppSettings>,
    /// Whether pull requests are wanted.
    pub(crate) pull_requests: Option<bool>,
}

/// What the dashboard of one app holds.
#[derive(Clone, Debug, Default)]
struct AppSettings {
    env: Vec<(String, String)>,
    install_cmd: Option<String>,
    build_cmd: Option<String>,
    start_cmd: Option<String>,
    platform: Option<Platform>,
    builder: Option<Builder>,
}

/// Which file is read.
#[derive(Clone, Debug, Default)]
pub(crate) enum Source {
    /// The nearest one, from the app up to the root of its repository or, without one, of what is searched.
    #[default]
    Nearest,
    /// This one.
    File(PathBuf),
    /// None.
    Nothing,
}

/// What decides about one app.
#[derive(Clone, Debug)]
pub(crate) struct Resolved {
    pub(crate) options: Options,
    pub(crate) fail_on: FailOn,
    /// The file leaves the app out.
    pub(crate) excluded: bool,
}

/// Brings the command line and the files together: an option that is given wins over a file, which wins over the
/// default.
#[derive(Clone, Debug, Default)]
pub(crate) struct Resolver {
    /// What the command line says.
    typed: Options,
    strategy: Option<Strategy>,
    builder: Option<Builder>,
    fail_on: Option<FailOn>,
    source: Source,
    /// What each directory that was looked at has, by the place that it is in.
    known: Arc<Mutex<Known>>,
}

/// The nearest settings of directories, each with the place that it is in: the disk (empty), or a commit.
type Known = HashMap<(String, PathBuf), Option<Arc<Found>>>;

/// Settings and the directory that they stand in.
#[derive(Debug)]
struct Found {
    dir: PathBuf,
    settings: Settings,
}

impl Resolver {
    /// Fails where the command line names a rule that does not exist.
    pub(crate) fn new(args: &EngineArgs, fail_on: Option<FailOn>) -> anyhow::Result<Self> {
        let source = match &args.config {
            Some(file) => Source::File(file.clone()),
            None if args.no_config => Source::Nothing,
            None => Source::Nearest,
        };
        let typed = options::resolve(args)?;
        Ok(Self {
            typed,
            strategy: args.strategy,
            builder: args.builder,
            fail_on,
            source,
            known: Arc::default(),
        })
    }

    /// Whether the command line asks for unsafe fixes.
    pub(crate) fn unsafe_fixes(&self) -> bool {
        self.typed.unsafe_fixes
    }

    /// What decides about the app that an argument named or a search found.
    pub(crate) fn of(&self, input: &Input, shared: &Shared) -> anyhow::Result<Resolved> {
        let nothing = || self.merge(None, "", false);
        match (&self.source, input) {
            (Source::Nothing, _) => Ok(nothing()),
            (Source::File(file), input) => {
                let failed = || format!("failed to read `{}`", file.display());
                let text = load::read(file, DEPLOY_LIMIT).map_err(anyhow::Error::new);
                let text = text.and_then(utf8).with_context(failed)?;
                let settings = parse(&text).with_context(failed)?;
                let base = file.parent().and_then(|dir| or_here(dir).canonicalize().ok());
                let real = real_directory(input);
                let below = base.zip(real).and_then(|(base, real)| below(&real, &base));
                Ok(self.merge(Some(&settings), below.as_deref().unwrap_or("."), is_found(input)))
            }
            (Source::Nearest, Input::Commit { dir, revision, below }) => {
                let commit = shared.commit(dir, revision)?;
                let place = format!("{}@{revision}", dir.display());
                let dirs = Path::new(below).ancestors();
                let text = |file: &Path| commit.text(&file.to_string_lossy());
                let found = self.nearest(&place, dirs, text, |file| file.display().to_string())?;
                Ok(self.merge_found(found.as_deref(), Path::new(below), true))
            }
            (Source::Nearest, input) => {
                let Some(real) = real_directory(input) else {
                    return Ok(nothing());
                };
                let root = if let Input::Dir { root, .. } = input { root } else { &real };
                let checkout = shared.checkout(&real);
                let top = checkout.as_ref().map_or(root, |checkout| &checkout.tree.top);
                let dirs = real.ancestors().take_while(|dir| dir.starts_with(top));
                let text = |file: &Path| {
                    let failed = || format!("failed to read `{}`", from_here(file).display());
                    match load::read(file, DEPLOY_LIMIT) {
                        Err(ReadFailure::Missing) => Ok(None),
                        bytes => utf8(bytes.with_context(failed)?).map(Some).with_context(failed),
                    }
                };
                let found = self.nearest("", dirs, text, |file| from_here(file).display().to_string())?;
                Ok(self.merge_found(found.as_deref(), &real, is_found(input)))
            }
        }
    }

    /// The first settings in `dirs`, an app's and those above it, with their directory. Each directory of a place is
    /// looked into once for all apps.
    fn nearest<'p>(
        &self,
        place: &str,
        dirs: impl Iterator<Item = &'p Path>,
        read: impl Fn(&Path) -> anyhow::Result<Option<String>>,
        shown: impl Fn(&Path) -> String,
    ) -> anyhow::Result<Option<Arc<Found>>> {
        let mut known =
            self.known.lock().map_err(|_| anyhow!("another thread stopped while it read settings"))?;
        let (mut unknown, mut found) = (Vec::new(), None);
        for dir in dirs {
            let key = (place.to_owned(), dir.to_owned());
            if let Some(above) = known.get(&key) {
                found.clone_from(above);
                break;
            }
            unknown.push(key);
            let file = dir.join(NAME);
            let failed = || format!("failed to read `{}`", shown(&file));
            if let Some(text) = read(&file)? {
                let settings = parse(&text).with_context(failed)?;
                found = Some(Arc::new(Found { dir: dir.to_owned(), settings }));
                break;
            }
        }
        known.extend(unknown.into_iter().map(|key| (key, found.clone())));
        Ok(found)
    }

    fn merge_found(&self, found: Option<&Found>, app: &Path, is_found: bool) -> Resolved {
        let app = found.and_then(|found| below(app, &found.dir)).unwrap_or_default();
        self.merge(found.map(|found| &found.settings), &app, is_found)
    }

    fn merge(&self, settings: Option<&Settings>, app: &str, found: bool) -> Resolved {
        let mut options = self.typed.clone();
        let Some(settings) = settings else {
            return Resolved { options, fail_on: self.fail_on.unwrap_or_default(), excluded: false };
        };
        let app = if app.is_empty() { "." } else { app };
        let own = settings.apps.get(app);
        if options.rules.select.is_empty() {
            options.rules.select = settings.select.clone().unwrap_or_default();
        }
        if options.rules.ignore.is_empty() {
            options.rules.ignore = settings.ignore.clone().unwrap_or_default();
            let here = settings.per_path.iter().filter(|(glob, _)| glob.is_match(app));
            options.rules.ignore.extend(here.flat_map(|(_, rules)| rules.iter().cloned()));
        }
        if let Some(strategy) = settings.strategy.filter(|_| self.strategy.is_none()) {
            options.strategy = options::strategy(strategy);
        }
        options.unsafe_fixes |= settings.unsafe_fixes == Some(true);
        let platform = own.and_then(|own| own.platform).or(settings.platform);
        options.platform = options.platform.or(platform.map(options::platform));
        let builder = self.builder.or(own.and_then(|own| own.builder)).or(settings.builder);
        options.assume_nixpacks = builder == Some(Builder::Nixpacks);
        if let Some(own) = own {
            let dashboard = &mut options.dashboard;
            let new =
                own.env.iter().filter(|(name, _)| !dashboard.env.iter().any(|(known, _)| known == name));
            let new: Vec<_> = new.cloned().collect();
            dashboard.env.extend(new);
            for (typed, own) in [
                (&mut dashboard.install_cmd, &own.install_cmd),
                (&mut dashboard.build_cmd, &own.build_cmd),
                (&mut dashboard.start_cmd, &own.start_cmd),
            ] {
                if typed.is_none() {
                    typed.clone_from(own);
                }
            }
        }
        let fail_on = self.fail_on.or(settings.fail_on).unwrap_or_default();
        let excluded = found && settings.exclude.iter().any(|glob| glob.is_match(app));
        Resolved { options, fail_on, excluded }
    }
}

/// A canonical path as a person finds it from where they are.
fn from_here(path: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_owned()
}

fn utf8(bytes: Vec<u8>) -> anyhow::Result<String> {
    String::from_utf8(bytes).map_err(|_| anyhow!("it is not UTF-8"))
}

fn or_here(dir: &Path) -> &Path {
    if dir.as_os_str().is_empty() { Path::new(".") } else { dir }
}

/// Whether a search found the app: one that was named itself is never left out.
fn is_found(input: &Input) -> bool {
    matches!(input, Input::Dir { real, root, .. } if real != root)
}

/// The canonical path of an app's directory on disk.
fn real_directory(input: &Input) -> Option<PathBuf> {
    match input {
        // The kernel looks at each part of a path anew.
        Input::Dir { real, .. } => Some(real.clone()),
        Input::Config(file) => or_here(file.parent()?).canonicalize().ok(),
        Input::Stdin(dir) => dir.as_ref()?.canonicalize().ok(),
        Input::Commit { .. } => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]
mod schema;
