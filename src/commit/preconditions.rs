//! Checks what stands against a commit before anything is written, so that a refusal changes nothing.

use super::locked_index::index_is_locked;
use super::{Backend, File, FileState, Head, Identity, IndexState, other_branch};
use crate::cli::CommitArgs;
use crate::report::prose::list;
use crate::view::WorkTree;
use anyhow::bail;
use std::collections::HashSet;

/// Paths that a refusal names.
const NAMED: usize = 3;

/// Operations by what they leave in the repository's directory.
const OPERATIONS: [(&str, &str); 7] = [
    ("rebase-apply/applying", "an `am`"),
    ("rebase-merge", "a rebase"),
    ("rebase-apply", "a rebase"),
    ("MERGE_HEAD", "a merge"),
    ("CHERRY_PICK_HEAD", "a cherry-pick"),
    ("REVERT_HEAD", "a revert"),
    ("sequencer", "a cherry-pick or revert of several commits"),
];

/// What is known once nothing stands against the commit.
pub(super) struct Preconditions {
    pub(super) head: Head,
    pub(super) identity: Identity,
}

/// Checks everything. Fails with all reasons against the commit, each with what overrides it.
pub(super) fn check(
    repository: &dyn Backend,
    tree: &WorkTree,
    files: &mut [File],
    args: &CommitArgs,
) -> anyhow::Result<Preconditions> {
    let head = repository.head()?;
    if let Some(operation) = begun(tree).or_else(|| repository.operation()) {
        bail!("{operation} is in progress: finish or abort it first");
    }
    // libgit2 and git both refuse then, but only once the files are written.
    let lock = tree.git_dir.join("index.lock");
    if lock.exists() {
        bail!(index_is_locked(&lock));
    }
    let IndexState { staged, unmerged } = repository.index_state()?;
    if !unmerged.is_empty() {
        bail!("{}: resolve the conflicts first", are(&unmerged, "unmerged"));
    }
    let mut reasons = Vec::new();
    let (mut changed, mut unknown) = (Vec::new(), Vec::new());
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let states = repository.states(&paths)?;
    for (file, state) in files.iter_mut().zip(states) {
        match state {
            FileState::Clean => {}
            FileState::Changed => changed.push(file.shown.clone()),
            FileState::Untracked => {
                file.new = true;
                unknown.push(file.shown.clone());
            }
            FileState::Ignored => reasons.push(format!("`{}` is ignored by git: `git add -f` it first", file.shown)),
            FileState::Hidden => reasons.push(format!(
                "git is told not to look at `{}`: `git update-index --no-skip-worktree --no-assume-unchanged` it first",
                file.shown
            )),
        }
    }
    if !changed.is_empty() && !args.allow_dirty {
        let has = if changed.len() == 1 { "has" } else { "have" };
        reasons.push(format!(
            "{} {has} uncommitted changes: commit them first, or take them into this commit with `--allow-dirty`",
            named(&changed)
        ));
    }
    if !unknown.is_empty() && !args.allow_dirty {
        reasons.push(format!(
            "git does not have {} yet: commit that first, or take it into this commit with `--allow-dirty`",
            named(&unknown)
        ));
    }
    let ours: HashSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let others: Vec<String> = staged.into_iter().filter(|path| !ours.contains(path.as_str())).collect();
    if !others.is_empty() && !args.allow_staged {
        reasons.push(format!(
            "{}: commit or unstage that first, or leave it staged and out of this commit with `--allow-staged`",
            are(&others, "staged")
        ));
    }
    if let Some(name) = &args.branch {
        reasons.extend(other_branch::refusal(tree, name, &head)?);
    }
    let identity = repository.identity()?;
    match identity {
        Some(identity) if reasons.is_empty() => Ok(Preconditions { head, identity }),
        identity => {
            if identity.is_none() {
                reasons.push(
                    "git has no name and address to commit as: `git config --global user.name 'YOUR NAME'` and \
                     `git config --global user.email YOU@EXAMPLE.COM` set them"
                        .to_owned(),
                );
            }
            bail!(reasons.join("; and "))
        }
    }
}

fn begun(tree: &WorkTree) -> Option<&'static str> {
    OPERATIONS.iter().find(|(left, _)| tree.git_dir.join(left).exists()).map(|(_, name)| *name)
}

fn are(paths: &[String], what: &str) -> String {
    format!("{} {} {what}", named(paths), if paths.len() == 1 { "is" } else { "are" })
}

/// The first few of them, in backticks.
fn named(paths: &[String]) -> String {
    let mut names: Vec<String> = paths.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    if let Some(more) = paths.len().checked_sub(NAMED).filter(|more| *more > 0) {
        names.push(format!("{more} more"));
    }
    list(&names)
}

#[cfg(test)]
mod tests {
    use super::{are, named};

    #[test]
    fn names_a_few_and_counts_the_rest() {
        let paths: Vec<String> = ["a", "b", "c", "d", "e"].iter().map(|path| (*path).to_owned()).collect();
        assert_eq!(named(&paths), "`a`, `b`, `c` and 2 more");
        assert_eq!(named(paths.get(..2).unwrap_or_default()), "`a` and `b`");
        assert_eq!(are(paths.get(..1).unwrap_or_default(), "staged"), "`a` is staged");
    }
}
