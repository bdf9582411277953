//! `fix --commit --branch`: commits to a branch that is not checked out. Only objects and one reference are written.

use super::git_cli::{NO_HOOKS, literal};
use super::status::{chunks, texts};
use super::{CommitRequest, CommitResult, File, Head};
use crate::git::Git;
use crate::view::WorkTree;
use anyhow::{Context as _, bail};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Why the commit cannot go to the branch `name`, if it cannot.
pub(super) fn refusal(tree: &WorkTree, name: &str, head: &Head) -> anyhow::Result<Option<String>> {
    let git = || Git::committing(&tree.top);
    let full = full(name);
    if name.starts_with('-') || name == "HEAD" || git().args(["check-ref-format", &full]).run().is_err() {
        return Ok(Some(format!("`{name}` cannot be the name of a branch")));
    }
    let Some(at) = &head.oid else {
        return Ok(Some("there is no commit yet that a branch could start from".to_owned()));
    };
    let trees = git().args(["worktree", "list", "--porcelain"]).line()?;
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
pub(super) fn commit(
    tree: &WorkTree,
    name: &str,
    request: &CommitRequest<'_>,
) -> anyhow::Result<CommitResult> {
    let parent = request.head.oid.as_ref().context("there is no commit yet")?;
    let builder = Builder::new(tree, request)?;
    let files = request.files.iter().map(|file| builder.blob(file)).collect::<Result<Vec<_>, _>>()?;
    let base = format!("{parent}^{{tree}}");
    let top = builder.tree(&base, "", &files.iter().collect::<Vec<_>>())?;
    if builder.git().args(["rev-parse", "--verify", &base]).line()? == top {
        return Ok(CommitResult::default());
    }
    let oid = builder.commit(&top, parent)?;
    let full = full(name);
    let subject = request.message.lines().next().unwrap_or_default();
    let reason = format!("commit: {subject}");
    // The branch has to be as it was: where it was not, the empty name says so.
    let old = builder.git().args(["rev-parse", "-q", "--verify", &full]).line().ok();
    let old = match old {
        Some(tip) if tip != *parent => bail!("the branch `{name}` has moved"),
        old => old.unwrap_or_default(),
    };
    let update =
        builder.git().args(["update-ref", "--no-deref", "--create-reflog", "-m", &reason, &full, &oid, &old]);
    update.run()?;
    Ok(CommitResult { oid: Some(oid), added_by_hook: Vec::new() })
}

fn full(name: &str) -> String {
    format!("refs/heads/{name}")
}

/// A file of the commit: its path, mode and blob; without one it goes.
struct Entry<'a> {
    path: &'a str,
    mode: &'static str,
    oid: Option<String>,
}

struct Builder<'a> {
    tree: &'a WorkTree,
    request: &'a CommitRequest<'a>,
    /// Paths that the index has as executable.
    executable: HashSet<String>,
    /// The mode of a file in the work tree is heeded.
    heeds_mode: bool,
    /// What `ls-files --eol` says of the files with CR LF.
    line_ends: HashMap<String, String>,
    /// Those of them that git converts by more than their line ends.
    converted: HashSet<String>,
}

impl<'a> Builder<'a> {
    /// Asks git about all files at once: it goes through its index each time.
    fn new(tree: &'a WorkTree, request: &'a CommitRequest<'a>) -> anyhow::Result<Self> {
        let mut builder = Self {
            tree,
            request,
            executable: HashSet::new(),
            heeds_mode: false,
            line_ends: HashMap::new(),
            converted: HashSet::new(),
        };
        let asked = ["config", "--type=bool", "--default=true", "--get", "core.fileMode"];
        builder.heeds_mode = cfg!(unix) && builder.git().args(asked).line()? == "true";
        let paths: Vec<&str> = request.files.iter().map(|file| file.path.as_str()).collect();
        for some in chunks(&paths) {
            let args = ["ls-files", "--stage", "-z", "--"];
            let listed = builder.git().args(args).args(some.iter().map(|path| literal(path))).run();
            for line in texts(&listed?) {
                let path = line.split_once('\t').filter(|(start, _)| start.starts_with("100755 "));
                builder.executable.extend(path.map(|(_, path)| path.to_owned()));
            }
        }
        let files = request.files.iter().filter(|file| file.after.contains("\r\n"));
        let paths: Vec<&str> = files.map(|file| file.path.as_str()).collect();
        for some in chunks(&paths) {
            let args = ["ls-files", "--eol", "-z", "--"];
            let listed = builder.git().args(args).args(some.iter().map(|path| literal(path))).run();
            for line in texts(&listed?) {
                let told = line.split_once('\t').map(|(told, path)| (path.to_owned(), told.to_owned()));
                builder.line_ends.extend(told);
            }
            let args = ["check-attr", "-z", "filter", "ident", "working-tree-encoding", "--"];
            let told = builder.git().args(args).args(some).run()?;
            for attribute in told.split(|byte| *byte == 0).collect::<Vec<_>>().chunks_exact(3) {
                if let [path, _, value] = attribute
                    && !matches!(*value, b"unspecified" | b"unset")
                {
                    builder.converted.insert(String::from_utf8_lossy(path).into_owned());
                }
            }
        }
        Ok(builder)
    }

    fn git(&self) -> Git {
        let git = Git::committing(&self.tree.top);
        if self.request.no_verify { git.args(NO_HOOKS) } else { git }
    }

    /// Stores the text of a file as `git add` would.
    fn blob<'f>(&self, file: &'f File) -> anyhow::Result<Entry<'f>> {
        let path = &file.path;
        if file.removed {
            return Ok(Entry { path, mode: "100644", oid: None });
        }
        let oid = self
            .git()
            .args(["hash-object", "-w", "--stdin"])
            .args(if self.stored_as_is(file) { vec!["--no-filters"] } else { vec!["--path", path] })
            .input(file.after.as_str())
            .line()?;
        let executable = self.in_work_tree(path).unwrap_or_else(|| self.executable.contains(path));
        Ok(Entry { path, mode: if executable { "100755" } else { "100644" }, oid: Some(oid) })
    }

    /// Whether the file in the work tree is executable, where that is heeded.
    #[cfg(unix)]
    fn in_work_tree(&self, path: &str) -> Option<bool> {
        use std::os::unix::fs::PermissionsExt as _;
        let meta = std::fs::metadata(self.tree.top.join(path)).ok().filter(|_| self.heeds_mode)?;
        Some(meta.permissions().mode() & 0o100 != 0)
    }

    #[cfg(not(unix))]
    fn in_work_tree(&self, _path: &str) -> Option<bool> {
        None
    }

    /// Whether git stores the file without a conversion: it has CR LF in the index already, which only the
    /// index tells, or nothing is asked for.
    fn stored_as_is(&self, file: &File) -> bool {
        let Some(told) = self.line_ends.get(&file.path) else { return false };
        let mut words = told.split_whitespace();
        let (index, attributes) = (words.next().unwrap_or_default(), words.nth(1).unwrap_or_default());
        // `attr/text` and `attr/-text` say what to do whatever is in the index.
        let open = matches!(attributes, "attr/" | "attr/text=auto" | "attr/-text");
        matches!(index, "i/crlf" | "i/mixed") && open && !self.converted.contains(&file.path)
    }

    /// The tree that `at` names with `files` put in, which stand below `prefix` in it.
    fn tree(&self, at: &str, prefix: &str, files: &[&Entry<'_>]) -> anyhow::Result<String> {
        let listed = self.git().args(["ls-tree", "-z", at]).run()?;
        let lines = listed.split(|byte| *byte == 0);
        let mut entries: BTreeMap<&[u8], Vec<u8>> =
            lines.filter_map(|line| Some((named(line)?, line.to_vec()))).collect();
        let mut inside: BTreeMap<&str, Vec<&Entry<'_>>> = BTreeMap::new();
        for file in files {
            let Some(rest) = file.path.strip_prefix(prefix) else { continue };
            inside.entry(rest.split('/').next().unwrap_or(rest)).or_default().push(file);
        }
        for (name, files) in inside {
            let path = format!("{prefix}{name}");
            let line = if let Some(file) = files.iter().find(|file| file.path == path) {
                let Some(oid) = &file.oid else {
                    entries.remove(name.as_bytes());
                    continue;
                };
                format!("{} blob {oid}\t{name}", file.mode)
            } else {
                let old = entries.get(name.as_bytes()).and_then(|line| oid_of_tree(line));
                let old = old.map_or_else(|| self.empty(), Ok)?;
                format!("040000 tree {}\t{name}", self.tree(&old, &format!("{path}/"), &files)?)
            };
            entries.insert(name.as_bytes(), line.into_bytes());
        }
        let mut input = entries.into_values().collect::<Vec<_>>().join(&0);
        if !input.is_empty() {
            input.push(0);
        }
        // A partial clone does not have what the other entries name.
        self.git().args(["mktree", "-z", "--missing"]).input(input).line().map_err(Into::into)
    }

    fn empty(&self) -> anyhow::Result<String> {
        self.git().args(["hash-object", "-w", "-t", "tree", "--stdin"]).line().map_err(Into::into)
    }

    fn commit(&self, tree: &str, parent: &str) -> anyhow::Result<String> {
        let asked = ["config", "--type=bool", "--default=false", "--get", "commit.gpgsign"];
        let signs = self.git().args(asked).line()? == "true";
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
        git.args([tree]).input(self.request.message).line().map_err(Into::into)
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
