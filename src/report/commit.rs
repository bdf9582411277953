//! The results of commits, for people.

use super::Committed;
use super::prose::shell_word;
use super::text::{escape, quote};
use std::fmt::Write as _;
use std::path::Path;

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

/// The commits that were not made: why, and what they leave behind.
pub(crate) fn failures(commits: Option<&[Committed]>, out: &mut String) {
    for commit in commits.unwrap_or_default() {
        let Some(error) = &commit.error else { continue };
        let mut lines = error.lines();
        // One that was made says what else went wrong.
        let start = if commit.oid.is_some() { "error: " } else { "error: not committed: " };
        let _ = writeln!(out, "{start}{}", escape(lines.next().unwrap_or_default()));
        lines.for_each(|line| quote(line, out));
        if let Some(note) = &commit.note {
            let _ = writeln!(out, "note: {}", escape(note));
        }
    }
}

/// The next command after a commit.
pub(crate) fn next(commits: Option<&[Committed]>) -> Option<String> {
    let [commit] = commits? else { return None };
    let oid = commit.oid.as_deref()?;
    let git = git(Path::new(&commit.repository));
    Some(match (&commit.branch, commit.aside) {
        (Some(branch), true) => {
            let branch = shell_word(branch);
            format!("`{git} show {branch}`, then `{git} push -u origin {branch}`")
        }
        (Some(_), false) => format!("`{git} show`, then `{git} push`"),
        (None, _) => {
            format!("`{git} show`, then `{git} switch -c NAME` to keep {} on a branch", short(oid))
        }
    })
}

/// How git is called from here for the work tree at `top`.
pub(crate) fn git(top: &Path) -> String {
    let here = std::env::current_dir().ok().and_then(|dir| dir.canonicalize().ok());
    if here.is_some_and(|here| here.starts_with(top)) {
        return "git".to_owned();
    }
    format!("git -C {}", shell_word(&top.display().to_string()))
}

fn short(oid: &str) -> &str {
    oid.get(..SHORT).unwrap_or(oid)
}
