//! The commit that git makes: with its hooks, its signatures, in any format that it knows.

use super::status::{Line, chunks, parse, state, texts};
use super::{CommitError, Head, Identity, Made, Order, Pending, Repository, State};
use crate::git::{Git, GitFailed};
use crate::step;
use crate::write::Journal;
use anyhow::bail;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// Where no hook is.
pub(super) const NO_HOOKS: [&str; 2] = ["-c", "core.hooksPath=/dev/null"];

/// A repository as the git command has it.
pub(super) struct ByCommand {
    /// The top of its work tree.
    pub(super) top: PathBuf,
}

impl Repository for ByCommand {
    fn head(&self) -> anyhow::Result<Head> {
        let below = self.git(["rev-parse", "--show-cdup"]).line()?;
        if !below.is_empty() {
            bail!("git takes another directory for its work tree");
        }
        let branch = self.git(["symbolic-ref", "-q", "HEAD"]).line().ok();
        let oid = self.git(["rev-parse", "-q", "--verify", "HEAD^{commit}"]).line().ok();
        if branch.is_none() && oid.is_none() {
            bail!("HEAD names neither a branch nor a commit");
        }
        Ok(Head { branch: branch.map(|name| name.trim_start_matches("refs/heads/").to_owned()), oid })
    }

    fn pending(&self) -> anyhow::Result<Pending> {
        let mut pending = Pending::default();
        for line in self.status(&["--untracked-files=no", "--ignore-submodules=dirty"])? {
            match parse(&line) {
                Some(Line::Unmerged(path)) => pending.unmerged.push(path.to_owned()),
                Some(Line::Tracked { staged: true, path }) => pending.staged.push(path.to_owned()),
                _ => {}
            }
        }
        Ok(pending)
    }

    fn states(&self, paths: &[&str]) -> anyhow::Result<Vec<State>> {
        let mut states = Vec::with_capacity(paths.len());
        for some in chunks(paths) {
            let named: Vec<String> = some.iter().map(|path| literal(path)).collect();
            let listed = self.git(["ls-files", "-v", "-z", "--"]).args(&named).run()?;
            let listed = texts(&listed);
            let tags: HashMap<&str, char> =
                listed.iter().filter_map(|line| Some((line.get(2..)?, line.chars().next()?))).collect();
            let args = ["--untracked-files=all", "--ignored", "--"];
            let lines =
                self.status(&args.into_iter().chain(named.iter().map(String::as_str)).collect::<Vec<_>>())?;
            let lines: HashMap<&str, Line<'_>> = lines
                .iter()
                .filter_map(|line| parse(line))
                .filter_map(|line| Some((line.path()?, line)))
                .collect();
            states.extend(some.iter().map(|path| state(tags.get(path).copied(), lines.get(path))));
        }
        Ok(states)
    }

    fn operation(&self) -> Option<&'static str> {
        // A reftable keeps these where no file tells.
        [("CHERRY_PICK_HEAD", "a cherry-pick"), ("REVERT_HEAD", "a revert")]
            .into_iter()
            .find(|(name, _)| self.git(["rev-parse", "-q", "--verify", name]).run().is_ok())
            .map(|(_, operation)| operation)
    }

    fn identity(&self) -> anyhow::Result<Option<Identity>> {
        let ask = |name| {
            // One that git makes up from the machine's name is none.
            let line = self.git(["-c", "user.useConfigOnly=true", "var", name]).line().ok()?;
            let (name, rest) = line.split_once(" <")?;
            let (email, _) = rest.split_once('>')?;
            Some(Identity { name: name.to_owned(), email: email.to_owned() })
        };
        Ok(ask("GIT_AUTHOR_IDENT").and_then(|_| ask("GIT_COMMITTER_IDENT")))
    }

    fn is_git(&self) -> bool {
        true
    }

    fn commit(&self, order: &Order<'_>, _journal: &mut Journal) -> Result<Made, CommitError> {
        let new = order.files.iter().filter(|file| file.new).map(|file| literal(&file.path));
        let new: Vec<String> = new.collect();
        if !new.is_empty() {
            // `--only` takes what the index knows.
            self.changing(order, ["add", "--intent-to-add", "--"]).args(&new).run()?;
            step::reached("commit: announced");
        }
        let paths: Vec<String> = order.files.iter().map(|file| literal(&file.path)).collect();
        let differs =
            |args: &[&str]| self.git(["--no-optional-locks"]).args(args).args(&paths).run().is_err();
        // Not `diff-index`, to which a file that was written anew is another one.
        let work_tree = ["diff", "--quiet", "--no-ext-diff", "--no-textconv", "HEAD", "--"];
        if order.head.oid.is_some() && !differs(&work_tree) {
            self.unstage(order, &paths)?;
            return Ok(Made::default());
        }
        if let Err(failed) = self.commit_only(order, &paths) {
            let mut failed = failed;
            if !new.is_empty()
                && let Err(also) =
                    self.changing(order, ["rm", "--cached", "--force", "--quiet", "--"]).args(&new).run()
            {
                failed.what = format!("{}, and the index could not be put back: {also}", failed.what);
            }
            return Err(failed.into());
        }
        let oid = self.git(["rev-parse", "--verify", "HEAD"]).line()?;
        // A hook may have changed what went into the commit; the index has what came before it.
        if differs(&["diff-index", "--quiet", "--cached", "HEAD", "--"]) {
            self.unstage(order, &paths).map_err(|failed| {
                CommitError::index_stale(&oid, failed, "the index still has the text before the hooks")
            })?;
        }
        let all = self.git(["diff-tree", "-r", "--root", "--no-commit-id", "--name-only", "-z", "HEAD"]);
        let all = all.run().map_err(|failed| {
            CommitError::index_stale(&oid, failed, "what a hook put into it is not known")
        })?;
        let ours: HashSet<&str> = order.files.iter().map(|file| file.path.as_str()).collect();
        let added = texts(&all).into_iter().filter(|path| !ours.contains(path.as_str())).collect::<Vec<_>>();
        self.follow(order, &added).map_err(|failed| {
            CommitError::index_stale(
                &oid,
                failed,
                "what a hook put into the commit, the index still has as it was",
            )
        })?;
        Ok(Made { oid: Some(oid), added })
    }
}

impl ByCommand {
    fn git<const N: usize>(&self, args: [&str; N]) -> Git {
        Git::committing(&self.top).args(args)
    }

    /// Takes back what the index was told of with `add --intent-to-add`, where nothing was added since.
    pub(super) fn forget(&self, announced: &[String]) -> anyhow::Result<()> {
        let named: Vec<String> = announced.iter().map(|path| literal(path)).collect();
        let still = self.git([
            "diff",
            "--name-only",
            "-z",
            "--diff-filter=A",
            "--no-ext-diff",
            "--no-textconv",
            "--",
        ]);
        let still = texts(&still.args(&named).run()?);
        let named: Vec<String> = still.iter().map(|path| literal(path)).collect();
        if named.is_empty() {
            return Ok(());
        }
        let remove =
            Git::committing(&self.top).args(NO_HOOKS).args(["rm", "--cached", "--force", "--quiet", "--"]);
        remove.args(&named).run()?;
        Ok(())
    }

    fn commit_only(&self, order: &Order<'_>, paths: &[String]) -> Result<(), GitFailed> {
        let mut git = Git::committing(&self.top).own_locale();
        if order.no_verify {
            git = git.args(NO_HOOKS);
        }
        // Nothing is a comment, so no sign has to be found that no line starts with.
        git = git.args(["-c", "i18n.commitEncoding=UTF-8", "-c", "core.commentChar=#"]);
        git = git.args(["commit", "--only", "--quiet", "--cleanup=whitespace", "--file=-"]);
        if order.no_verify {
            git = git.args(["--no-verify"]);
        }
        git.args(["--"]).args(paths).input(order.message).run().map(drop)
    }

    /// Brings the index to what HEAD has of these.
    fn unstage(&self, order: &Order<'_>, paths: &[String]) -> Result<(), GitFailed> {
        self.changing(order, ["reset", "--quiet", "HEAD", "--"]).args(paths).run().map(drop)
    }

    /// A command that changes the index, which a hook may be told of.
    fn changing<const N: usize>(&self, order: &Order<'_>, args: [&str; N]) -> Git {
        let git = Git::committing(&self.top);
        if order.no_verify { git.args(NO_HOOKS).args(args) } else { git.args(args) }
    }

    /// What a hook put into the commit, the index has as it was before: staged as if it were to be taken back.
    fn follow(&self, order: &Order<'_>, added: &[String]) -> Result<(), GitFailed> {
        let Some(before) = order.head.oid.as_deref().filter(|_| !added.is_empty()) else { return Ok(()) };
        let paths: Vec<String> = added.iter().map(|path| literal(path)).collect();
        let differ =
            self.git(["diff-index", "--cached", "--name-only", "-z", before, "--"]).args(&paths).run()?;
        let differ: HashSet<&[u8]> = differ.split(|byte| *byte == 0).collect();
        // Those that somebody had staged stay so.
        let ours: Vec<String> = added
            .iter()
            .filter(|path| !differ.contains(&path.as_bytes()))
            .map(|path| literal(path))
            .collect();
        if ours.is_empty() { Ok(()) } else { self.unstage(order, &ours) }
    }

    /// The lines of `git status`, which leaves the index as it is.
    fn status(&self, args: &[&str]) -> anyhow::Result<Vec<String>> {
        let git = self.git(["--no-optional-locks", "status", "--porcelain=v2", "-z", "--no-renames"]);
        Ok(texts(&git.args(args).run()?))
    }
}

/// A path that is no pattern.
pub(super) fn literal(path: &str) -> String {
    format!(":(literal){path}")
}
