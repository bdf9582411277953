//! A bare repository on disk, and what the forge itself does to it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// git without any of this machine's settings.
pub fn git(home: &Path) -> Command {
    let mut command = Command::new("git");
    command.env_clear();
    for name in ["PATH", "SystemRoot", "TMPDIR", "TEMP", "TMP"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0").env("HOME", home);
    command
}

/// Who made a commit.
pub struct Signature<'a> {
    pub author: &'a str,
    pub committer: &'a str,
    /// Seconds since 1970.
    pub date: u64,
}

/// A repository.
#[derive(Debug, Clone)]
pub struct Bare {
    pub path: PathBuf,
    pub home: PathBuf,
}

impl Bare {
    /// An empty one.
    pub fn init(path: PathBuf, home: PathBuf, branch: &str) -> Self {
        let bare = Self { path, home };
        std::fs::create_dir_all(&bare.path).unwrap();
        bare.git(&["init", "-q", "--bare", "--template=", "-b", branch]);
        bare.configure();
        bare
    }

    /// One with the branches of another: all, or just this one.
    pub fn clone_of(&self, path: PathBuf, only: Option<&str>) -> Self {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut command = git(&self.home);
        command.args(["clone", "-q", "--bare", "--template="]);
        if let Some(branch) = only {
            command.args(["--single-branch", "-b", branch]);
        }
        assert!(command.arg(&self.path).arg(&path).status().unwrap().success());
        let clone = Self { path, home: self.home.clone() };
        clone.git(&["remote", "remove", "origin"]);
        clone.configure();
        clone
    }

    fn configure(&self) {
        let settings = "[http]\n\treceivepack = true\n\
            [receive]\n\tadvertisePushOptions = true\n\thideRefs = refs/pull\n\thideRefs = refs/merge-requests\n\
            [uploadpack]\n\tallowAnySHA1InWant = true\n\tallowFilter = true\n[gc]\n\tauto = 0\n";
        let mut config = std::fs::OpenOptions::new().append(true).open(self.path.join("config")).unwrap();
        config.write_all(settings.as_bytes()).unwrap();
    }

    /// What git prints; nothing if it fails.
    pub fn try_git(&self, args: &[&str], stdin: &[u8]) -> Result<String, String> {
        let mut command = git(&self.home);
        command.arg("--git-dir").arg(&self.path).args(args);
        command.env("GIT_AUTHOR_NAME", "forge").env("GIT_AUTHOR_EMAIL", "forge@example.org");
        command.env("GIT_COMMITTER_NAME", "forge").env("GIT_COMMITTER_EMAIL", "forge@example.org");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(stdin);
        let output = child.wait_with_output().unwrap();
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// What git prints.
    pub fn git(&self, args: &[&str]) -> String {
        self.try_git(args, b"").unwrap_or_else(|error| panic!("git {args:?}: {error}"))
    }

    /// The commit of a branch.
    pub fn tip(&self, branch: &str) -> Option<String> {
        self.resolve(&format!("refs/heads/{branch}"))
    }

    /// The commit that a name stands for.
    pub fn resolve(&self, name: &str) -> Option<String> {
        let name = format!("{name}^{{commit}}");
        let printed = self.try_git(&["rev-parse", "-q", "--verify", "--end-of-options", &name], b"").ok()?;
        Some(printed.trim().to_owned())
    }

    /// The text of a file on a branch.
    pub fn show(&self, branch: &str, path: &str) -> Option<String> {
        self.try_git(&["cat-file", "blob", &format!("refs/heads/{branch}:{path}")], b"").ok()
    }

    /// Whether a commit is part of another's history.
    pub fn contains(&self, commit: &str, ancestor: &str) -> bool {
        self.try_git(&["merge-base", "--is-ancestor", ancestor, commit], b"").is_ok()
    }

    /// Makes a commit on a branch; a file without bytes goes.
    pub fn commit(
        &self,
        branch: &str,
        from: Option<&str>,
        files: &[(String, Option<Vec<u8>>)],
        message: &str,
        by: &Signature<'_>,
    ) -> String {
        let Signature { author, committer, date } = by;
        let mut stream = format!(
            "commit refs/heads/{branch}\nauthor {author} {date} +0000\ncommitter {committer} {date} +0000\ndata {}\n{message}\n",
            message.len()
        )
        .into_bytes();
        if let Some(from) = from {
            stream.extend_from_slice(format!("from {from}\n").as_bytes());
        }
        for (path, bytes) in files {
            let path = quoted(path);
            if let Some(bytes) = bytes {
                stream
                    .extend_from_slice(format!("M 100644 inline {path}\ndata {}\n", bytes.len()).as_bytes());
                stream.extend_from_slice(bytes);
                stream.push(b'\n');
            } else {
                stream.extend_from_slice(format!("D {path}\n").as_bytes());
            }
        }
        self.try_git(&["fast-import", "--quiet", "--date-format=raw"], &stream).unwrap();
        self.tip(branch).unwrap()
    }

    /// Merges a commit into a branch; squashed, the commit has one parent.
    pub fn merge(&self, branch: &str, head: &str, message: &str, squash: bool) {
        let base = self.tip(branch).unwrap();
        let tree = self.git(&["merge-tree", "--write-tree", &base, head]);
        let mut args = vec!["commit-tree", tree.trim(), "-m", message, "-p", &base];
        if !squash {
            args.extend(["-p", head]);
        }
        let merged = self.git(&args);
        self.git(&["update-ref", &format!("refs/heads/{branch}"), merged.trim(), &base]);
    }
}

/// A path as fast-import reads it, whatever is in it.
fn quoted(path: &str) -> String {
    let mut out = String::from("\"");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            0x20..=0x7e => out.push(char::from(byte)),
            _ => out.extend(format!("\\{byte:03o}").chars()),
        }
    }
    out + "\""
}
