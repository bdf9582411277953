//! A directory with files, and the real command run in it without anything of this machine's settings.

#![allow(dead_code, unreachable_pub)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A broken app that needs no rule to be found broken: Nixpacks refuses to read it.
pub const UNREADABLE: &str = "phases = { [ }\n";
/// The most common broken app: `pip` is no package of Nix, and no pip is on PATH.
pub const BROKEN: &str = "[phases.setup]\nnixPkgs = [\"python311\", \"pip\"]\n\n[phases.install]\ncmds = [\"pip install -r requirements.txt\"]\n\n[start]\ncmd = \"python main.py\"\n";

/// What a run of the command left.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{self:?}"))
    }
}

/// Holds a file of the repository to its text. `BLESS=1` writes it.
pub fn hold(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default(), text, "`BLESS=1` writes {path}");
}

/// A sandbox.
#[must_use]
pub struct Sandbox {
    dir: TempDir,
}

impl Sandbox {
    /// One with these files.
    pub fn new<P: AsRef<Path>>(files: impl IntoIterator<Item = (P, impl AsRef<[u8]>)>) -> Self {
        let sandbox = Self { dir: TempDir::new().unwrap() };
        for (path, bytes) in files {
            sandbox.write(path, bytes);
        }
        sandbox
    }

    /// The most common broken app.
    pub fn broken() -> Self {
        Self::new([("nixpacks.toml", BROKEN), ("requirements.txt", "flask\n"), ("main.py", "import flask\n")])
    }

    pub fn path(&self) -> PathBuf {
        self.dir.path().canonicalize().unwrap()
    }

    pub fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, path: impl AsRef<Path>) -> String {
        String::from_utf8(fs::read(self.path().join(path)).unwrap()).unwrap()
    }

    /// Makes it a git work tree with everything staged.
    pub fn in_git(self) -> Self {
        self.tool("git", "", &["init", "-q"], "");
        self.tool("git", "", &["add", "."], "");
        self
    }

    /// Runs the command at the top.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_in("", args, "")
    }

    /// Runs the command in a subdirectory, with this on standard input.
    pub fn run_in(&self, dir: &str, args: &[&str], stdin: &str) -> Ran {
        self.execute(Command::new(env!("CARGO_BIN_EXE_nixpacks-fix")), dir, args, stdin)
    }

    /// Runs another program, which must succeed.
    pub fn tool(&self, program: &str, dir: &str, args: &[&str], stdin: &str) -> Ran {
        let ran = self.execute(Command::new(program), dir, args, stdin);
        assert_eq!(ran.code, 0, "{program} {args:?}: {ran:?}\n{stdin}");
        ran
    }

    /// The command, not yet run.
    pub fn command(&self, mut command: Command, dir: &str) -> Command {
        command.current_dir(self.path().join(dir)).env_clear();
        for name in ["PATH", "SystemRoot", "TMPDIR", "TEMP", "TMP"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", self.path().join(".no-home"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn execute(&self, command: Command, dir: &str, args: &[&str], stdin: &str) -> Ran {
        let mut child = self.command(command, dir).args(args).spawn().unwrap();
        // One that does not read its input may be gone already.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
