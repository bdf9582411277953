//! `fix --commit`: one commit in each repository, of the files that were fixed and nothing else.
//!
//! Everything that could be in the way is asked before anything is written ([`plan`]); then the files are
//! written, and then committed ([`make()`]). libgit2 does the plain commit. Where something is in play
//! that it does not do, or does not know, `git commit --only` does it: [`mod@way`] has the list.

mod body;
mod branch;
mod command;
mod guard;
mod index;
pub(crate) mod inert;
mod installs;
mod left;
mod make;
pub(crate) mod message;
pub(crate) mod objects;
mod plain;
mod status;
mod way;

pub(crate) use left::sweep;
pub(crate) use make::make;

use crate::cli::CommitArgs;
use crate::report::Examined;
use crate::view::WorkTree;
use crate::write::{self, Journal, Target};
use anyhow::{Context as _, anyhow};
use message::{Message, message, signed};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use way::way;

/// A file to commit.
#[derive(Clone, Debug)]
struct File {
    /// Relative to the top of the work tree, with `/`.
    path: String,
    /// As a person finds it from where they are.
    shown: String,
    /// What it will hold.
    after: String,
    /// The index does not have it yet.
    new: bool,
    /// Index of the app.
    app: usize,
}

/// Where a repository stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Head {
    /// The branch that is checked out; `None` if HEAD is detached.
    branch: Option<String>,
    /// The commit; `None` if there is none yet.
    oid: Option<String>,
}

/// Who commits.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    name: String,
    email: String,
}

/// What git has to say of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// As in HEAD.
    Clean,
    /// Different from HEAD, in the index or in the work tree.
    Changed,
    /// Not in the index.
    Untracked,
    /// Not in the index, and never to be.
    Ignored,
    /// The index is told not to look at it.
    Hidden,
}

/// What is in the index beside HEAD.
#[derive(Debug, Default)]
struct Pending {
    staged: Vec<String>,
    unmerged: Vec<String>,
}

/// What to commit.
struct Order<'a> {
    files: &'a [File],
    message: &'a str,
    head: &'a Head,
    no_verify: bool,
}

/// What a commit came to.
#[derive(Debug, Default)]
struct Made {
    /// Its name; `None` where the files are as HEAD has them, so that there was nothing to commit.
    oid: Option<String>,
    /// Files that a hook put into it.
    added: Vec<String>,
}

/// Why a commit is not as it was ordered.
#[derive(Debug)]
enum CommitError {
    /// HEAD and the index are as they were.
    NotMade(anyhow::Error),
    /// HEAD is at the new commit, and the index still has something from before it.
    MadeButIndexStale { oid: String, error: anyhow::Error },
}

impl<E: Into<anyhow::Error>> From<E> for CommitError {
    fn from(error: E) -> Self {
        Self::NotMade(error.into())
    }
}

impl CommitError {
    fn index_stale(oid: &str, error: impl Into<anyhow::Error>, what: &str) -> Self {
        let error = error.into().context(format!("the commit was made, but {what}"));
        Self::MadeButIndexStale { oid: oid.to_owned(), error }
    }
}

/// A repository that can be asked, and committed to.
trait Repository {
    fn head(&self) -> anyhow::Result<Head>;
    fn pending(&self) -> anyhow::Result<Pending>;
    /// What is to be said of each of these files.
    fn states(&self, paths: &[&str]) -> anyhow::Result<Vec<State>>;
    /// An operation that was begun and not ended, beyond what the files of the repository tell.
    fn operation(&self) -> Option<&'static str>;
    /// `None` where it was told no name or no address.
    fn identity(&self) -> anyhow::Result<Option<Identity>>;
    /// Whether git commits: it tells the index of new files first, and may take its time with hooks and signatures.
    fn is_git(&self) -> bool;
    /// Commits.
    fn commit(&self, order: &Order<'_>, journal: &mut Journal) -> Result<Made, CommitError>;
}

/// A commit that nothing is in the way of.
pub(crate) struct Planned {
    tree: WorkTree,
    /// Indices of the apps.
    apps: Vec<usize>,
    files: Vec<File>,
    /// The same files, as they are written.
    targets: Vec<Target>,
    /// What was read beside them.
    read: Vec<(PathBuf, String)>,
    repository: Box<dyn Repository>,
    head: Head,
    message: Message,
}

/// What is to be committed in one work tree.
struct Group {
    tree: WorkTree,
    apps: Vec<usize>,
    files: BTreeMap<String, (File, Target)>,
    read: Vec<(PathBuf, String)>,
}

/// What would be committed, one in each repository. Fails if anything is in the way of one of them.
pub(crate) fn plan(apps: &[Examined], args: &CommitArgs) -> anyhow::Result<Vec<Planned>> {
    let refused = "not committed, and nothing was changed";
    let mut groups: BTreeMap<PathBuf, Group> = BTreeMap::new();
    for (at, app) in apps.iter().enumerate() {
        add(app, at, &mut groups).context(refused)?;
    }
    let mut planned = Vec::new();
    for Group { tree, apps: members, files, read } in groups.into_values() {
        let (mut files, targets): (Vec<File>, Vec<Target>) = files.into_values().unzip();
        let repository = way(&tree, &files, args);
        let guard::Passed { head, identity } =
            guard::check(repository.as_ref(), &tree, &mut files, args).context(refused)?;
        let of: Vec<&Examined> = members.iter().filter_map(|at| apps.get(*at)).collect();
        let mut message = match args.message.as_slice() {
            [] => message(&of),
            typed => Message::typed(typed).context("the message is empty").context(refused)?,
        };
        if args.signoff {
            message = signed(message, &identity.name, &identity.email);
        }
        planned.push(Planned { tree, apps: members, files, targets, read, repository, head, message });
    }
    Ok(planned)
}

/// Adds the files that the fix of an app would write to those of the work tree that they stand in.
fn add(app: &Examined, at: usize, groups: &mut BTreeMap<PathBuf, Group>) -> anyhow::Result<()> {
    let Ok(outcome) = &app.result else { return Ok(()) };
    let mut of_app: Option<PathBuf> = None;
    for target in write::targets(&app.home, &outcome.changes)? {
        let shown = target.shown().to_owned();
        let failed = || format!("cannot commit `{shown}`");
        let tree = target.path().parent().and_then(WorkTree::of);
        let tree = tree
            .context("it is in no git repository; `nixpacks-fix fix` without `--commit` repairs it")
            .with_context(failed)?;
        let path = relative(target.path(), &tree.top);
        let path = path.context("its name is not UTF-8").with_context(failed)?;
        if of_app.replace(tree.top.clone()).is_some_and(|top| top != tree.top) {
            return Err(anyhow!("the files of this app are in two repositories").context(failed()));
        }
        let file = File {
            path: path.clone(),
            shown: shown.clone(),
            after: target.after().to_owned(),
            new: false,
            app: at,
        };
        let group = groups.entry(tree.top.clone()).or_insert_with(|| Group {
            tree,
            apps: Vec::new(),
            files: BTreeMap::new(),
            read: Vec::new(),
        });
        if group.apps.last() != Some(&at) {
            group.apps.push(at);
            group.read.extend(write::read_beside(&app.home, &outcome.changes, &app.texts));
        }
        // Two apps may have links to one file.
        match group.files.get(&path) {
            Some((known, _)) if known.after == file.after => {}
            Some((known, _)) => {
                return Err(anyhow!("it is the same file as `{}`", known.shown).context(failed()));
            }
            None => drop(group.files.insert(path, (file, target))),
        }
    }
    Ok(())
}

/// `path` below `top`, as git writes it.
fn relative(path: &Path, top: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(top).ok()?.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}
