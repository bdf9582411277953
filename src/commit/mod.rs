//! `fix --commit`: makes one commit in each repository, of the files that were fixed and nothing else.
//!
//! [`plan`] asks everything that could be in the way before anything is written; then [`make()`] writes the files and
//! commits them. libgit2 makes the commit where nothing but git's plain behaviour is asked for. Where hooks, signatures,
//! filters or settings are in play that libgit2 does not know, `git commit --only` makes it; [`mod@choose_backend`] has
//! the list.

mod body;
mod choose_backend;
mod git_cli;
mod installs;
mod libgit2;
mod locked_index;
mod make;
pub(crate) mod message;
pub(crate) mod migration_message;
pub(crate) mod objects;
mod other_branch;
mod preconditions;
mod recovery;
mod status;

pub(crate) use make::make;
pub(crate) use recovery::sweep;

use crate::cli::CommitArgs;
use crate::report::Examined;
use crate::view::{WorkTree, below};
use crate::write::{self, Journal, Target};
use anyhow::{Context as _, anyhow};
use choose_backend::choose_backend;
use message::{Message, message, signed};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A file to commit.
#[derive(Clone, Debug)]
struct File {
    /// Relative to the top of the work tree, with `/`.
    path: String,
    /// As a person finds it from where they are.
    shown: String,
    /// What it will hold.
    after: String,
    /// It goes; `after` is empty.
    removed: bool,
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

/// The state of a file in git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileState {
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

/// The paths by which the index differs from HEAD.
#[derive(Debug, Default)]
struct IndexState {
    staged: Vec<String>,
    unmerged: Vec<String>,
}

/// What a backend is to commit.
struct CommitRequest<'a> {
    files: &'a [File],
    message: &'a str,
    head: &'a Head,
    no_verify: bool,
}

/// The outcome of a commit.
#[derive(Debug, Default)]
struct CommitResult {
    /// Its name; `None` where the files are as HEAD has them, so that there was nothing to commit.
    oid: Option<String>,
    /// Files that a hook put into it.
    added_by_hook: Vec<String>,
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

/// A way to read the state of a repository and to commit to it.
trait Backend {
    /// The commit and the branch at HEAD.
    fn head(&self) -> anyhow::Result<Head>;
    /// What is staged, and what is in conflict.
    fn index_state(&self) -> anyhow::Result<IndexState>;
    /// The state of each of these files.
    fn states(&self, paths: &[&str]) -> anyhow::Result<Vec<FileState>>;
    /// An operation such as a cherry-pick that is in progress and that no file of the repository shows.
    fn operation(&self) -> Option<&'static str>;
    /// `None` where it was told no name or no address.
    fn identity(&self) -> anyhow::Result<Option<Identity>>;
    /// Whether git commits: it tells the index of new files first, and may take its time with hooks and signatures.
    fn is_git(&self) -> bool;
    /// Commits.
    fn commit(&self, request: &CommitRequest<'_>, journal: &mut Journal)
    -> Result<CommitResult, CommitError>;
}

/// A commit for which every precondition holds.
pub(crate) struct PlannedCommit {
    tree: WorkTree,
    /// Indices of the apps.
    apps: Vec<usize>,
    files: Vec<File>,
    /// The same files, as they are written.
    targets: Vec<Target>,
    /// What was read beside them.
    read: Vec<(PathBuf, String)>,
    repository: Box<dyn Backend>,
    head: Head,
    message: Message,
}

/// The changed files of one work tree, and the apps that they belong to.
struct WorkTreeChanges {
    tree: WorkTree,
    apps: Vec<usize>,
    files: BTreeMap<String, (File, Target)>,
    read: Vec<(PathBuf, String)>,
}

/// What would be committed, one in each repository. Fails if anything is in the way of one of them.
pub(crate) fn plan(apps: &[Examined], args: &CommitArgs) -> anyhow::Result<Vec<PlannedCommit>> {
    let refused = "not committed, and nothing was changed";
    let mut groups: BTreeMap<PathBuf, WorkTreeChanges> = BTreeMap::new();
    for (at, app) in apps.iter().enumerate() {
        add(app, at, &mut groups).context(refused)?;
    }
    let mut planned = Vec::new();
    for WorkTreeChanges { tree, apps: members, files, read } in groups.into_values() {
        let (mut files, targets): (Vec<File>, Vec<Target>) = files.into_values().unzip();
        tree.check_config().context(refused)?;
        let repository = choose_backend(&tree, &files, args);
        let preconditions::Preconditions { head, identity } =
            preconditions::check(repository.as_ref(), &tree, &mut files, args).context(refused)?;
        let of: Vec<&Examined> = members.iter().filter_map(|at| apps.get(*at)).collect();
        let mut message = match args.message.as_slice() {
            [] => message(&of),
            typed => Message::typed(typed).context("the message is empty").context(refused)?,
        };
        if args.signoff {
            message = signed(message, &identity.name, &identity.email);
        }
        planned.push(PlannedCommit { tree, apps: members, files, targets, read, repository, head, message });
    }
    Ok(planned)
}

/// Adds the files that the fix of an app would write to those of the work tree that they stand in.
fn add(app: &Examined, at: usize, groups: &mut BTreeMap<PathBuf, WorkTreeChanges>) -> anyhow::Result<()> {
    let Ok(outcome) = &app.result else { return Ok(()) };
    let mut of_app: Option<PathBuf> = None;
    for target in write::targets(&app.home, &outcome.changes)? {
        let shown = target.shown().to_owned();
        let failed = || format!("cannot commit `{shown}`");
        let tree = target.path().parent().and_then(WorkTree::of);
        let tree = tree
            .context("it is in no git repository; `nixpacks-fix fix` without `--commit` repairs it")
            .with_context(failed)?;
        let path = below(target.path(), &tree.top);
        let path = path.context("its name is not UTF-8").with_context(failed)?;
        if of_app.replace(tree.top.clone()).is_some_and(|top| top != tree.top) {
            return Err(anyhow!("the files of this app are in two repositories").context(failed()));
        }
        let file = File {
            path: path.clone(),
            shown: shown.clone(),
            after: target.after().to_owned(),
            removed: target.removed(),
            new: false,
            app: at,
        };
        let group = groups.entry(tree.top.clone()).or_insert_with(|| WorkTreeChanges {
            tree,
            apps: Vec::new(),
            files: BTreeMap::new(),
            read: Vec::new(),
        });
        if group.apps.last() != Some(&at) {
            group.apps.push(at);
            group.read.extend(write::texts_read_beside(&app.home, &outcome.changes, &app.texts));
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
