//! What was planned is written and committed.

use super::command::literal;
use super::{File, Made, Order, Planned, branch, left};
use crate::cli::CommitArgs;
use crate::interrupt;
use crate::report::prose::{list, shell_word};
use crate::report::{Committed, Examined, Written};
use crate::write::{self, BeforeCommit, NotWritten, Writing};

/// What is said of an app whose files could have been written.
const NOT_ALONE: &str = "not written, because another file of the same commit could not be written";

/// Writes and commits what was planned; what became of each.
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
        let result = match &args.branch {
            Some(name) => branch::commit(&self.tree, name, &order),
            None => self.write_and_commit(&order, apps),
        };
        if let (Some(name), Ok(Made { oid: Some(_), .. })) = (&args.branch, &result) {
            self.mark(apps, |_| Written::OnBranch(name.clone()));
        }
        let (Made { oid, added }, error) = match result {
            Ok(made) => (made, None),
            Err(why) => (Made::default(), Some(why)),
        };
        let note = match (&error, &oid, &args.branch) {
            (None, Some(_), _) => (!added.is_empty())
                .then(|| format!("a hook put {} into the commit, too", list(&quoted(added.iter())))),
            (None, None, _) => Some(format!(
                "nothing to commit: after the fix, HEAD already has the same {}",
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

    /// Writes all files or none, and commits them. Until that is done, a journal in git's directory tells the next
    /// run what to take back.
    fn write_and_commit(&self, order: &Order<'_>, apps: &mut [Examined]) -> Result<Made, String> {
        let announced = self.files.iter().filter(|file| file.new && self.repository.is_git());
        let before = BeforeCommit {
            head: self.head.oid.clone(),
            branch: self.head.branch.clone(),
            announced: announced.map(|file| file.path.clone()).collect(),
        };
        let git_dir = &self.tree.git_dir;
        let written = Writing::begin(&self.tree.top).map_err(NotWritten::any).and_then(|writing| {
            let journal = write::keeping_journal(&self.targets, &self.read, git_dir, &writing, Some(before))?;
            Ok((writing, journal))
        });
        let (writing, mut journal) = written.map_err(|failed| {
            let reason =
                failed.position(&self.targets).and_then(|at| self.files.get(at)).map(|file| file.app);
            self.mark(apps, |at| {
                let why = if reason.is_none_or(|reason| reason == at) { &failed.why } else { NOT_ALONE };
                Written::Failed(why.to_owned())
            });
            "not every file could be written".to_owned()
        })?;
        self.mark(apps, |_| Written::Done);
        // Hooks and signatures may take their time, so a signal does not wait for git: it ends git, and then takes
        // back what was written.
        let (waits, _cleanup) = if self.repository.is_git() {
            let (tree, journal) = (self.tree.clone(), journal.reopen());
            let cleanup = interrupt::on_signal(move || {
                if let Ok(journal) = journal {
                    let _ = left::take_back(&tree, journal);
                }
            });
            drop(writing);
            (None, Some(cleanup))
        } else {
            (Some(writing), None)
        };
        let made = self.repository.commit(order, &mut journal);
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
