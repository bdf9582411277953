//! Writes the files of a planned commit and commits them.

use super::git_cli::literal;
use super::{CommitError, CommitRequest, CommitResult, File, PlannedCommit, other_branch, recovery};
use crate::cli::CommitArgs;
use crate::errors;
use crate::interrupt;
use crate::report::prose::{list, shell_word};
use crate::report::{Committed, Examined, Written};
use crate::write::{self, BeforeCommit, WriteError, Writing};
use anyhow::anyhow;

/// What is said of an app whose files could have been written.
const NOT_ALONE: &str = "not written, because another file of the same commit could not be written";

/// Writes and commits what was planned; what became of each.
pub(crate) fn make(planned: &[PlannedCommit], apps: &mut [Examined], args: &CommitArgs) -> Vec<Committed> {
    planned.iter().map(|planned| planned.make(apps, args)).collect()
}

impl PlannedCommit {
    fn make(&self, apps: &mut [Examined], args: &CommitArgs) -> Committed {
        let request = CommitRequest {
            files: &self.files,
            message: &self.message.text(),
            head: &self.head,
            no_verify: args.no_verify,
        };
        let result = match &args.branch {
            Some(name) => other_branch::commit(&self.tree, name, &request).map_err(CommitError::NotMade),
            None => self.write_and_commit(&request, apps),
        };
        if let (Some(name), Ok(CommitResult { oid: Some(_), .. })) = (&args.branch, &result) {
            self.mark(apps, |_| Written::OnBranch(name.clone()));
        }
        let note = match &result {
            Ok(CommitResult { oid: Some(_), added_by_hook }) => (!added_by_hook.is_empty())
                .then(|| format!("a hook put {} into the commit, too", list(&quoted(added_by_hook.iter())))),
            Ok(CommitResult { oid: None, .. }) => Some(format!(
                "nothing to commit: after the fix, HEAD already has the same {}",
                list(&quoted(self.files.iter().map(|file| &file.shown)))
            )),
            Err(CommitError::NotMade(_)) if args.branch.is_some() => Some("nothing was changed".to_owned()),
            Err(CommitError::NotMade(_)) => Some(self.left(apps)),
            Err(CommitError::MadeButIndexStale { .. }) => {
                Some(format!("`{} reset -q -- {}` brings the index to the commit", self.git(), self.paths()))
            }
        };
        let (oid, error) = match result {
            Ok(made) => (made.oid, None),
            Err(CommitError::NotMade(error)) => (None, Some(errors::lines(&error))),
            Err(CommitError::MadeButIndexStale { oid, error }) => (Some(oid), Some(errors::lines(&error))),
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

    /// Writes all files or none, and commits them. Until that is done, a journal in git's directory tells the next
    /// run what to take back.
    fn write_and_commit(
        &self,
        request: &CommitRequest<'_>,
        apps: &mut [Examined],
    ) -> Result<CommitResult, CommitError> {
        let announced = self.files.iter().filter(|file| file.new && self.repository.is_git());
        let before = BeforeCommit {
            head: self.head.oid.clone(),
            branch: self.head.branch.clone(),
            announced: announced.map(|file| file.path.clone()).collect(),
        };
        let git_dir = &self.tree.git_dir;
        let written = Writing::begin(&self.tree.top).map_err(WriteError::any).and_then(|writing| {
            let journal =
                write::write_with_journal(&self.targets, &self.read, git_dir, &writing, Some(before))?;
            Ok((writing, journal))
        });
        let (writing, mut journal) = written.map_err(|failed| {
            let reason =
                failed.position(&self.targets).and_then(|at| self.files.get(at)).map(|file| file.app);
            let why = errors::line(&failed.error);
            self.mark(apps, |at| {
                let why = if reason.is_none_or(|reason| reason == at) { &why } else { NOT_ALONE };
                Written::Failed(why.to_owned())
            });
            anyhow!("not every file could be written")
        })?;
        self.mark(apps, |_| Written::Done);
        // Hooks and signatures may take their time, so a signal does not wait for git: it ends git, and then takes
        // back what was written.
        let (waits, _cleanup) = if self.repository.is_git() {
            let (tree, journal) = (self.tree.clone(), journal.reopen());
            let cleanup = interrupt::on_signal(move || {
                if let Ok(journal) = journal {
                    let _ = recovery::roll_back_or_complete(&tree, journal);
                }
            });
            drop(writing);
            (None, Some(cleanup))
        } else {
            (Some(writing), None)
        };
        let made = self.repository.commit(request, &mut journal);
        // Made or not, there is nothing to take back: what a hook refused is repaired none the less.
        let _ = journal.remove();
        drop(waits);
        made
    }

    fn mark(&self, apps: &mut [Examined], written: impl Fn(usize) -> Written) {
        for at in &self.apps {
            if let Some(app) = apps.get_mut(*at) {
                app.written = written(*at);
            }
        }
    }

    /// What a failed commit leaves, and what to type next.
    fn left(&self, apps: &[Examined]) -> String {
        let done = |at: &usize| apps.get(*at).is_some_and(|app| app.written == Written::Done);
        if !self.apps.iter().all(done) {
            return "nothing was changed".to_owned();
        }
        let names = quoted(self.files.iter().map(|file| &file.shown));
        let stay = if names.len() == 1 { "stays" } else { "stay" };
        let (git, paths) = (self.git(), self.paths());
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

    /// The files as arguments of git: from the top, and no patterns. From elsewhere, and behind links, the names are
    /// others.
    fn paths(&self) -> String {
        let word = |file: &File| {
            let plain = file.path.chars().all(|ch| ch.is_alphanumeric() || "._/-".contains(ch));
            shell_word(&if plain { file.path.clone() } else { literal(&file.path) })
        };
        self.files.iter().map(word).collect::<Vec<String>>().join(" ")
    }

    /// How git is called from here, with paths from the top of the work tree.
    fn git(&self) -> String {
        let here = std::env::current_dir().ok().and_then(|dir| dir.canonicalize().ok());
        match here {
            Some(here) if here == self.tree.top => "git".to_owned(),
            _ => format!("git -C {}", shell_word(&self.tree.top.display().to_string())),
        }
    }
}

fn quoted<'a>(names: impl Iterator<Item = &'a String>) -> Vec<String> {
    names.map(|name| format!("`{name}`")).collect()
}
