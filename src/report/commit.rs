//! What became of commits, for people.

use super::Committed;
use super::prose::shell_word;
use super::text::escape;
use std::fmt::Write as _;

/// Characters of a commit's name that are shown.
const SHORT: usize = 7;

/// `committed abc1234 on main: …`, a line each; or that there was nothing to commit.
pub(crate) fn tell(commits: Option<&[Committed]>, out: &mut String) {
    let Some(commits) = commits else { return };
    if commits.is_empty() {
        out.push_str("nothing to commit: no file was changed\n");
    }
    for commit in commits {
        let note = commit.note.as_deref().map(escape).unwrap_or_default();
        let Some(oid) = &commit.oid else {
            if commit.error.is_none() {
                let _ = writeln!(out, "{note}");
            }
            continue;
        };
        let at = match &commit.branch {
            Some(branch) => format!("on {}", escape(branch)),
            None => "on no branch (HEAD is detached)".to_owned(),
        };
        let place =
            if commits.len() > 1 { format!(" in `{}`", escape(&commit.repository)) } else { String::new() };
        let _ = writeln!(out, "committed {} {at}{place}: {}", short(oid), escape(&commit.subject));
        if !note.is_empty() {
            let _ = writeln!(out, "note: {note}");
        }
    }
}

/// The commits that were not made, each with what was said and what is left.
pub(crate) fn failures(commits: Option<&[Committed]>, out: &mut String) {
    for commit in commits.unwrap_or_default() {
        let Some(error) = &commit.error else { continue };
        let mut lines = error.lines();
        let _ = writeln!(out, "error: not committed: {}", escape(lines.next().unwrap_or_default()));
        for line in lines {
            let _ = writeln!(out, "  {}", escape(line));
        }
        if let Some(note) = &commit.note {
            let _ = writeln!(out, "note: {}", escape(note));
        }
    }
}

/// What to do with what was committed.
pub(crate) fn next(commits: Option<&[Committed]>) -> Option<String> {
    let [commit] = commits? else { return None };
    let oid = commit.oid.as_deref()?;
    Some(match (&commit.branch, commit.aside) {
        (Some(branch), true) => {
            let branch = shell_word(branch);
            format!("`git show {branch}`, then `git push -u origin {branch}`")
        }
        (Some(_), false) => "`git show`, then `git push`".to_owned(),
        (None, _) => format!("`git show`, then `git switch -c NAME` to keep {} on a branch", short(oid)),
    })
}

fn short(oid: &str) -> &str {
    oid.get(..SHORT).unwrap_or(oid)
}
