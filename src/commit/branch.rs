//! A commit on a branch of its own: only objects and one reference are written.

use super::command::{NO_HOOKS, literal, said};
use super::{File, Head, Made, Order};
use crate::git::Git;
use crate::view::WorkTree;

/// Why the commit cannot go to the branch `name`, if it cannot.
pub(super) fn refusal(tree: &WorkTree, name: &str, head: &Head) -> Result<Option<String>, String> {
    let git = || Git::committing(&tree.top);
    let full = full(name);
    if name.starts_with('-') || name == "HEAD" || git().args(["check-ref-format", &full]).run().is_err() {
        return Ok(Some(format!("`{name}` cannot be the name of a branch")));
    }
    let Some(at) = &head.oid else {
        return Ok(Some("there is no commit yet that a branch could start from".to_owned()));
    };
    let trees = git().args(["worktree", "list", "--porcelain"]).line().map_err(said)?;
    if trees.lines().any(|line| line.strip_prefix("branch ") == Some(&full)) {
        return Ok(Some(format!(
            "the branch `{name}` is checked out: leave out `--branch` to commit where you are"
        )));
    }
    if let Ok(other) = git().args(["symbolic-ref", "-q", &full]).line() {
        let other = other.trim_start_matches("refs/heads/");
        return Ok(Some(format!("`{name}` is another name of the branch `{other}`: choose another one")));
    }
    let tip = git().args(["rev-parse", "-q", "--verify", &full]).line().ok();
    Ok(tip.filter(|tip| tip != at).map(|_| {
        format!(
            "the branch `{name}` exists and is not at HEAD, for which the fix was made: choose another name"
        )
    }))
}

/// Commits there.
pub(super) fn commit(tree: &WorkTree, name: &str, order: &Order<'_>) -> Result<Made, String> {
    let builder = Builder { tree, order };
    let Some(parent) = &order.head.oid else { return Err("there is no commit yet".to_owned()) };
    let files = order.files.iter().map(|file| builder.blob(file)).collect::<Result<Vec<_>, _>>()?;
    let base = format!("{parent}^{{tree}}");
    let top = builder.tree(&base, "", &files)?;
    if builder.git().args(["rev-parse", "--verify", &base]).line().map_err(said)? == top {
        return Ok(Made::default());
    }
    let oid = builder.commit(&top, parent)?;
    let full = full(name);
    let subject = order.message.lines().next().unwrap_or_default();
    let reason = format!("commit: {subject}");
    // The branch has to be as it was: where it was not, the empty name says so.
    let old = builder.git().args(["rev-parse", "-q", "--verify", &full]).line().ok();
    let old = match old {
        Some(tip) if tip != *parent => return Err(format!("the branch `{name}` has moved")),
        old => old.unwrap_or_default(),
    };
    let update =
        builder.git().args(["update-ref", "--no-deref", "--create-reflog", "-m", &reason, &full, &oid, &old]);
    update.run().map_err(said)?;
    Ok(Made { oid: Some(oid), added: Vec::new() })
}

fn full(name: &str) -> String {
    format!("refs/heads/{name}")
}

/// A file of the commit: its path, mode and blob.
struct Entry<'a> {
    path: &'a str,
    mode: String,
    oid: String,
}

struct Builder<'a> {
    tree: &'a WorkTree,
    order: &'a Order<'a>,
}

impl Builder<'_> {
    fn git(&self) -> Git {
        let git = Git::committing(&self.tree.top);
        if self.order.no_verify { git.args(NO_HOOKS) } else { git }
    }

    /// Stores the text of a file as `git add` would.
    fn blob<'f>(&self, file: &'f File) -> Result<Entry<'f>, String> {
        let path = &file.path;
        let args = ["ls-files", "--stage", "-z", "--", &literal(path)];
        let listed = self.git().args(args).line().map_err(said)?;
        let listed = listed.split(' ').next().filter(|mode| *mode == "100755").unwrap_or("100644");
        let mode = self.mode(path)?.unwrap_or(listed).to_owned();
        let oid = self
            .git()
            .args(["hash-object", "-w", "--stdin"])
            .args(if self.stored_as_is(file)? { vec!["--no-filters"] } else { vec!["--path", path] })
            .input(file.after.as_str())
            .line()
            .map_err(said)?;
        Ok(Entry { path, mode, oid })
    }

    /// The mode of the file in the work tree, where that is heeded.
    #[cfg(unix)]
    fn mode(&self, path: &str) -> Result<Option<&'static str>, String> {
        use std::os::unix::fs::PermissionsExt as _;
        let asked = ["config", "--type=bool", "--default=true", "--get", "core.fileMode"];
        let heeded = self.git().args(asked).line().map_err(said)? == "true";
        let meta = std::fs::metadata(self.tree.top.join(path)).ok().filter(|_| heeded);
        Ok(meta.map(|meta| if meta.permissions().mode() & 0o100 == 0 { "100644" } else { "100755" }))
    }

    #[cfg(not(unix))]
    fn mode(&self, _path: &str) -> Result<Option<&'static str>, String> {
        Ok(None)
    }

    /// Whether git stores the file without a conversion: it has CR LF in the index already, which only the
    /// index tells, or nothing is asked for.
    fn stored_as_is(&self, file: &File) -> Result<bool, String> {
        if !file.after.contains("\r\n") {
            return Ok(false);
        }
        let listed =
            self.git().args(["ls-files", "--eol", "--", &literal(&file.path)]).line().map_err(said)?;
        let mut words = listed.split_whitespace();
        let (index, attributes) = (words.next().unwrap_or_default(), words.nth(1).unwrap_or_default());
        // `attr/text` and `attr/-text` say what to do whatever is in the index.
        let open = matches!(attributes, "attr/" | "attr/text=auto" | "attr/-text");
        let args = ["check-attr", "-z", "filter", "ident", "working-tree-encoding", "--", &file.path];
        let told = self.git().args(args).line().map_err(said)?;
        let converted =
            told.split('\0').skip(2).step_by(3).any(|value| !matches!(value, "unspecified" | "unset"));
        Ok(matches!(index, "i/crlf" | "i/mixed") && open && !converted)
    }

    /// The tree that `at` names with `files` put in, which stand below `prefix` in it.
    fn tree(&self, at: &str, prefix: &str, files: &[Entry<'_>]) -> Result<String, String> {
        let listed = self.git().args(["ls-tree", "-z", at]).run().map_err(said)?;
        let mut entries: Vec<Vec<u8>> =
            listed.split(|byte| *byte == 0).filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect();
        let mut names: Vec<&str> =
            files.iter().filter_map(|file| file.path.strip_prefix(prefix)?.split('/').next()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let path = format!("{prefix}{name}");
            let below = format!("{path}/");
            let position = entries.iter().position(|line| named(line) == Some(name.as_bytes()));
            let old = position.map(|at| entries.remove(at));
            let line = if let Some(file) = files.iter().find(|file| file.path == path) {
                format!("{} blob {}\t{name}", file.mode, file.oid)
            } else {
                let inside: Vec<Entry<'_>> = files
                    .iter()
                    .filter(|file| file.path.starts_with(&below))
                    .map(|file| Entry { path: file.path, mode: file.mode.clone(), oid: file.oid.clone() })
                    .collect();
                let old = old.as_deref().and_then(oid_of_tree);
                let tree = match old {
                    Some(oid) => self.tree(&oid, &below, &inside)?,
                    None => self.tree(&self.empty()?, &below, &inside)?,
                };
                format!("040000 tree {tree}\t{name}")
            };
            entries.push(line.into_bytes());
        }
        let mut input = entries.join(&0);
        input.push(0);
        // A partial clone does not have what the other entries name.
        self.git().args(["mktree", "-z", "--missing"]).input(input).line().map_err(said)
    }

    fn empty(&self) -> Result<String, String> {
        self.git().args(["hash-object", "-w", "-t", "tree", "--stdin"]).line().map_err(said)
    }

    fn commit(&self, tree: &str, parent: &str) -> Result<String, String> {
        let asked = ["config", "--type=bool", "--default=false", "--get", "commit.gpgsign"];
        let signs = self.git().args(asked).line().map_err(said)? == "true";
        let mut git = self.git().own_locale().args([
            "-c",
            "i18n.commitEncoding=UTF-8",
            "commit-tree",
            "-p",
            parent,
            "-F",
            "-",
        ]);
        if signs {
            git = git.args(["-S"]);
        }
        git.args([tree]).input(self.order.message).line().map_err(said)
    }
}

/// The name in a line of `git ls-tree`.
fn named(line: &[u8]) -> Option<&[u8]> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    line.get(tab + 1..)
}

/// The tree's own name in a line of `git ls-tree`, if it is one.
fn oid_of_tree(line: &[u8]) -> Option<String> {
    let line = String::from_utf8_lossy(line);
    let mut words = line.split(['\t', ' ']);
    let _mode = words.next()?;
    (words.next()? == "tree").then(|| words.next().map(str::to_owned)).flatten()
}
