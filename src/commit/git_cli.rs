//! The backend that runs `git commit`: with hooks and signatures, in every repository format that git knows.

use super::status::{Line, chunks, parse, state, texts};
use super::{Backend, CommitError, CommitRequest, CommitResult, FileState, Head, Identity, IndexState};
use crate::errors::GitFailed;
use crate::git::Git;
use crate::step;
use crate::write::Journal;
use anyhow::bail;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

/// Where no hook is.
pub(super) const NO_HOOKS: [&str; 2] = ["-c", "core.hooksPath=/dev/null"];

/// The backend that runs the git command.
pub(super) struct GitCli {
    /// The top of its work tree.
    pub(super) top: PathBuf,
}

impl Backend for GitCli {
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

    fn index_state(&self) -> anyhow::Result<IndexState> {
        let mut state = IndexState::default();
        for line in self.status(&["--untracked-files=no", "--ignore-submodules=dirty"])? {
            match parse(&line) {
                Some(Line::Unmerged(path)) => state.unmerged.push(path.to_owned()),
                Some(Line::Tracked { staged: true, path }) => state.staged.push(path.to_owned()),
                _ => {}
            }
        }
        Ok(state)
    }

    fn states(&self, paths: &[&str]) -> anyhow::Result<Vec<FileState>> {
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

    fn commit(
        &self,
        request: &CommitRequest<'_>,
        _journal: &mut Journal,
    ) -> Result<CommitResult, CommitError> {
        let new = request.files.iter().filter(|file| file.new).map(|file| literal(&file.path));
        let new: Vec<String> = new.collect();
        if !new.is_empty() {
            // `--only` takes what the index knows.
            self.changing(request, ["add", "--intent-to-add", "--"]).args(&new).run()?;
            step::reached("commit: announced");
        }
        let paths: Vec<String> = request.files.iter().map(|file| literal(&file.path)).collect();
        let differs =
            |args: &[&str]| self.git(["--no-optional-locks"]).args(args).args(&paths).run().is_err();
        // Not `diff-index`, to which a file that was written anew is another one.
        let work_tree = ["diff", "--quiet", "--no-ext-diff", "--no-textconv", "HEAD", "--"];
        if request.head.oid.is_some() && !differs(&work_tree) {
            self.unstage(request, &paths)?;
            return Ok(CommitResult::default());
        }
        if let Err(failed) = self.commit_only(request, &paths) {
            let mut failed = failed;
            if !new.is_empty()
                && let Err(also) =
                    self.changing(request, ["rm", "--cached", "--force", "--quiet", "--"]).args(&new).run()
            {
                failed.what = format!("{}, and the index could not be put back: {also}", failed.what);
            }
            return Err(failed.into());
        }
        let oid = self.git(["rev-parse", "--verify", "HEAD"]).line()?;
        // A hook may have changed what went into the commit; the index has what came before it.
        if differs(&["diff-index", "--quiet", "--cached", "HEAD", "--"]) {
            self.unstage(request, &paths).map_err(|failed| {
                CommitError::index_stale(&oid, failed, "the index still has the text before the hooks")
            })?;
        }
        let all = self.git(["diff-tree", "-r", "--root", "--no-commit-id", "--name-only", "-z", "HEAD"]);
        let all = all.run().map_err(|failed| {
            CommitError::index_stale(&oid, failed, "what a hook put into it is not known")
        })?;
        let ours: HashSet<&str> = request.files.iter().map(|file| file.path.as_str()).collect();
        let added_by_hook =
            texts(&all).into_iter().filter(|path| !ours.contains(path.as_str())).collect::<Vec<_>>();
        self.unstage_added_by_hook(request, &added_by_hook).map_err(|failed| {
            CommitError::index_stale(
                &oid,
                failed,
                "what a hook put into the commit, the index still has as it was",
            )
        })?;
        Ok(CommitResult { oid: Some(oid), added_by_hook })
    }
}

impl GitCli {
    fn git<const N: usize>(&self, args: [&str; N]) -> Git {
        Git::committing(&self.top).args(args)
    }

    /// Takes the entries that `add --intent-to-add` made out of the index, where nothing was added to them since.
    pub(super) fn withdraw_announced(&self, announced: &[String]) -> anyhow::Result<()> {
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

    fn commit_only(&self, request: &CommitRequest<'_>, paths: &[String]) -> Result<(), GitFailed> {
        let mut git = Git::committing(&self.top).own_locale();
        if request.no_verify {
            git = git.args(NO_HOOKS);
        }
        // Nothing is a comment, so no sign has to be found that no line starts with.
        git = git.args(["-c", "i18n.commitEncoding=UTF-8", "-c", "core.commentChar=#"]);
        git = git.args(["commit", "--only", "--quiet", "--cleanup=whitespace", "--file=-"]);
        if request.no_verify {
            git = git.args(["--no-verify"]);
        }
        git.args(["--"]).args(paths).input(request.message).run().map(drop)
    }

    /// Brings the index to what HEAD has of these.
    fn unstage(&self, request: &CommitRequest<'_>, paths: &[String]) -> Result<(), GitFailed> {
        self.changing(request, ["reset", "--quiet", "HEAD", "--"]).args(paths).run().map(drop)
    }

    /// A command that changes the index, which a hook may be told of.
    fn changing<const N: usize>(&self, request: &CommitRequest<'_>, args: [&str; N]) -> Git {
        let git = Git::committing(&self.top);
        if request.no_verify { git.args(NO_HOOKS).args(args) } else { git.args(args) }
    }

    /// Brings the index to the commit for files that a hook put into it: the index still has the text before that, as
    /// if the hook's change were to be reverted.
    fn unstage_added_by_hook(
        &self,
        request: &CommitRequest<'_>,
        added_by_hook: &[String],
    ) -> Result<(), GitFailed> {
        let Some(before) = request.head.oid.as_deref().filter(|_| !added_by_hook.is_empty()) else {
            return Ok(());
        };
        let paths: Vec<String> = added_by_hook.iter().map(|path| literal(path)).collect();
        let differ =
            self.git(["diff-index", "--cached", "--name-only", "-z", before, "--"]).args(&paths).run()?;
        let differ: HashSet<&[u8]> = differ.split(|byte| *byte == 0).collect();
        // Those that somebody had staged stay so.
        let ours: Vec<String> = added_by_hook
            .iter()
            .filter(|path| !differ.contains(&path.as_bytes()))
            .map(|path| literal(path))
            .collect();
        if ours.is_empty() { Ok(()) } else { self.unstage(request, &ours) }
    }

    /// The lines of `git status`, which leaves the index as it is.
    fn status(&self, args: &[&str]) -> anyhow::Result<Vec<String>> {
        let git = self.git(["--no-optional-locks", "status", "--porcelain=v2", "-z", "--no-renames"]);
        Ok(texts(&git.args(args).run()?))
    }
}

/// A path as git takes it literally, not as a pattern.
pub(super) fn literal(path: &str) -> String {
    format!(":(literal){path}")
}
