//! `fix --commit`: one commit in each repository, of the files that were fixed and nothing else.
//!
//! Everything that could be in the way is asked before anything is written ([`plan`]); then the files are
//! written, and then committed ([`make`]). libgit2 does the plain commit. Where something is in play
//! that it does not do, or does not know, `git commit --only` does it: [`mod@way`] has the list.

mod body;
mod branch;
mod command;
mod guard;
mod index;
pub(crate) mod inert;
mod installs;
pub(crate) mod message;
mod plain;
mod way;

use crate::cli::CommitArgs;
use crate::exit::Failure;
use crate::report::prose::{list, shell_word};
use crate::report::{Committed, Examined, Written};
use crate::view::WorkTree;
use crate::write;
use command::literal;
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

/// A repository that can be asked, and committed to. Errors are lower-case phrases.
trait Repository {
    fn head(&self) -> Result<Head, String>;
    fn pending(&self) -> Result<Pending, String>;
    fn state(&self, path: &str) -> Result<State, String>;
    /// An operation that was begun and not ended, beyond what the files of the repository tell.
    fn operation(&self) -> Option<&'static str>;
    /// `None` where it was told no name or no address.
    fn identity(&self) -> Result<Option<Identity>, String>;
    /// Commits. If it fails, HEAD and the index are as they were.
    fn commit(&self, order: &Order<'_>) -> Result<Made, String>;
}

/// A commit that nothing is in the way of.
pub(crate) struct Planned {
    tree: WorkTree,
    /// Indices of the apps.
    apps: Vec<usize>,
    files: Vec<File>,
    repository: Box<dyn Repository>,
    head: Head,
    message: Message,
}

/// What would be committed, one in each repository. Fails if anything is in the way of one of them.
pub(crate) fn plan(apps: &[Examined], args: &CommitArgs) -> Result<Vec<Planned>, Failure> {
    let mut trees: BTreeMap<PathBuf, (WorkTree, Vec<usize>, Vec<File>)> = BTreeMap::new();
    for (at, app) in apps.iter().enumerate() {
        for (tree, file) in files(app)? {
            let (_, apps, files) =
                trees.entry(tree.top.clone()).or_insert_with(|| (tree, Vec::new(), Vec::new()));
            if !apps.contains(&at) {
                apps.push(at);
            }
            // Two configs of one app may lead to one file; it is written once for each.
            if !files.iter().any(|known| known.path == file.path) {
                files.push(file);
            }
        }
    }
    let mut planned = Vec::new();
    for (tree, members, mut files) in trees.into_values() {
        let repository = way(&tree, &files, args);
        let failed = |why: String| {
            let (why, said) = why.split_once('\n').unwrap_or((&why, ""));
            let message = format!("not committed, and nothing was changed: {why}");
            Failure { said: said.to_owned(), ..Failure::unusable(message) }
        };
        let guard::Passed { head, identity } =
            guard::check(repository.as_ref(), &tree, &mut files, args).map_err(failed)?;
        let of: Vec<&Examined> = members.iter().filter_map(|at| apps.get(*at)).collect();
        let mut message = match args.message.as_slice() {
            [] => message(&of),
            typed => Message::typed(typed).ok_or_else(|| failed("the message is empty".to_owned()))?,
        };
        if args.signoff {
            message = signed(message, &identity.name, &identity.email);
        }
        planned.push(Planned { tree, apps: members, files, repository, head, message });
    }
    Ok(planned)
}

/// The files that the fix of an app would write, each in the work tree that it stands in.
fn files(app: &Examined) -> Result<Vec<(WorkTree, File)>, Failure> {
    let Ok(outcome) = &app.result else { return Ok(Vec::new()) };
    let of = |change: &nixpacks_transforms::engine::FileChange| {
        let shown = app.home.shown_file(&change.path);
        let failed = |why: &str| {
            Failure::unusable(format!(
                "not committed, and nothing was changed: cannot commit `{shown}`: {why}"
            ))
        };
        let real = write::real(&app.home, &change.path).map_err(|why| failed(&why))?;
        let tree = real.parent().and_then(WorkTree::of).ok_or_else(|| {
            failed("it is in no git repository; `nixpacks-fix fix` without `--commit` repairs it")
        })?;
        let path = relative(&real, &tree.top).ok_or_else(|| failed("its name is not UTF-8"))?;
        Ok((tree, File { path, shown, after: change.after.clone(), new: false }))
    };
    outcome.changes.iter().map(of).collect()
}

/// `path` below `top`, as git writes it.
fn relative(path: &Path, top: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> =
        path.strip_prefix(top).ok()?.components().map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

/// Commits what was planned and written; what became of each.
pub(crate) fn make(planned: &[Planned], apps: &mut [Examined], args: &CommitArgs) -> Vec<Committed> {
    planned.iter().map(|planned| planned.make(apps, args)).collect()
}

impl Planned {
    fn make(&self, apps: &mut [Examined], args: &CommitArgs) -> Committed {
        let order = Order {
            files: &self.files,
            message: &self.message.text(),
            head: &self.head,
            no_verify: args.no_verify,
        };
        let unwritten = || {
            let failed =
                |at: &usize| apps.get(*at).is_some_and(|app| matches!(app.written, Written::Failed(_)));
            self.apps.iter().any(failed)
        };
        let result = match &args.branch {
            Some(name) => branch::commit(&self.tree, name, &order),
            None if unwritten() => Err("not every file could be written".to_owned()),
            None => self.repository.commit(&order),
        };
        if let (Some(name), Ok(Made { oid: Some(_), .. })) = (&args.branch, &result) {
            for at in &self.apps {
                if let Some(app) = apps.get_mut(*at) {
                    app.written = Written::OnBranch(name.clone());
                }
            }
        }
        let (Made { oid, added }, error) = match result {
            Ok(made) => (made, None),
            Err(why) => (Made::default(), Some(why)),
        };
        let note = match (&error, &oid, &args.branch) {
            (None, Some(_), _) => (!added.is_empty())
                .then(|| format!("a hook put {} into the commit, too", list(&quoted(added.iter())))),
            (None, None, _) => Some(format!(
                "nothing to commit: the repair brings {} to what HEAD has",
                list(&quoted(self.files.iter().map(|file| &file.shown)))
            )),
            (Some(_), _, Some(_)) => Some("nothing was changed".to_owned()),
            // It was made, and the index alone was not.
            (Some(why), _, None) if why.starts_with("committed as ") => None,
            (Some(_), _, None) => Some(self.left(apps)),
        };
        Committed {
            repository: self.tree.top.display().to_string(),
            oid,
            branch: args.branch.clone().or_else(|| self.head.branch.clone()),
            aside: args.branch.is_some(),
            subject: self.message.subject.clone(),
            error,
            note,
        }
    }

    /// What a failed commit leaves, and what to type next.
    fn left(&self, apps: &[Examined]) -> String {
        let done = |at: &usize| apps.get(*at).is_some_and(|app| app.written == Written::Done);
        if !self.apps.iter().all(done) {
            return "the files that were written stay as they now are".to_owned();
        }
        let names = quoted(self.files.iter().map(|file| &file.shown));
        let stay = if names.len() == 1 { "stays" } else { "stay" };
        // From the top, and no patterns: from elsewhere, and behind links, the names are others.
        let word = |file: &File| {
            let plain = file.path.chars().all(|ch| ch.is_alphanumeric() || "._/-".contains(ch));
            shell_word(&if plain { file.path.clone() } else { literal(&file.path) })
        };
        let words: Vec<String> = self.files.iter().map(word).collect();
        let paths = words.join(" ");
        let here = std::env::current_dir().ok().and_then(|dir| dir.canonicalize().ok());
        let git = match here {
            Some(here) if here == self.tree.top => "git".to_owned(),
            _ => format!("git -C {}", shell_word(&self.tree.top.display().to_string())),
        };
        let add = if self.files.iter().any(|file| file.new) {
            format!("{git} add -N -- {paths} && ")
        } else {
            String::new()
        };
        format!(
            "{} {stay} fixed in the work tree, and the index is as it was; next: `{add}{git} commit --only -m {} -- {paths}`",
            list(&names),
            shell_word(&self.message.subject),
        )
    }
}

fn quoted<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    names.map(|name| format!("`{name}`")).collect()
}
