//! The git command, for what libgit2 does not do: hooks, signing, transport, other formats.

use crate::load::phrase;
use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Variables by which a surrounding git would point at another repository.
const ELSEWHERE: [&str; 12] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    // And by which it would read our paths in another way.
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
];
/// Bytes of what git says that are kept.
const SAID: usize = 4096;

/// One git command.
pub(crate) struct Git {
    command: Command,
    input: Vec<u8>,
    own_locale: bool,
}

/// A git command that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GitFailed {
    /// A lower-case phrase that names the command.
    pub(crate) what: String,
    /// What it wrote to standard error.
    pub(crate) said: String,
}

impl std::fmt::Display for GitFailed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let said = self.said.trim();
        if said.is_empty() { write!(out, "{}", self.what) } else { write!(out, "{}: {said}", self.what) }
    }
}

impl Git {
    /// In a repository of the user's: its settings hold, and its hooks where the command runs any.
    pub(crate) fn new(dir: &Path) -> Self {
        let mut command = Command::new("git");
        // A repository may name a program to run as its file system monitor.
        command.args(["-c", "core.fsmonitor=false"]).current_dir(dir);
        for name in ELSEWHERE {
            command.env_remove(name);
        }
        let git = Self { command, input: Vec::new(), own_locale: false };
        // Nobody may be there to answer.
        git.env("GIT_TERMINAL_PROMPT", "0")
    }

    /// Leaves it the user's language, for hooks that read text; else messages are in the one that is known here.
    pub(crate) fn own_locale(mut self) -> Self {
        self.own_locale = true;
        self
    }

    /// Adds arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Sets a variable of its environment.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets its standard input.
    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Runs it to its end: standard output, if it succeeds.
    pub(crate) fn run(self) -> Result<Vec<u8>, GitFailed> {
        let Self { mut command, input, own_locale } = self;
        if !own_locale {
            command.env("LC_ALL", "C");
        }
        let what = named(&command);
        let failed =
            |why: String| GitFailed { what: format!("failed to run `git`: {why}"), said: String::new() };
        command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| failed(phrase(&error)))?;
        let output = std::thread::scope(|scope| {
            if let Some(mut stdin) = child.stdin.take() {
                // One that does not read its input says so by its status.
                scope.spawn(move || stdin.write_all(&input));
            }
            child.wait_with_output()
        });
        let output = output.map_err(|error| failed(phrase(&error)))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        // Some say on standard output what is wrong: `nothing to commit`.
        let from = if output.stderr.is_empty() { &output.stdout } else { &output.stderr };
        let mut said = String::from_utf8_lossy(from).into_owned();
        said.truncate(crate::report::text::floor(&said, SAID));
        Err(GitFailed { what: format!("`{what}` failed"), said })
    }

    /// Runs it to its end: standard output without the last line end, if it succeeds.
    pub(crate) fn line(self) -> Result<String, GitFailed> {
        let out = self.run()?;
        Ok(String::from_utf8_lossy(&out).trim_end_matches(['\n', '\r']).to_owned())
    }
}

/// The command without its settings and values, as a message names it: `git commit`.
fn named(command: &Command) -> String {
    let mut args = command.get_args().map(|arg| arg.to_string_lossy());
    while let Some(arg) = args.next() {
        match arg.as_ref() {
            "-c" | "-C" | "--git-dir" => drop(args.next()),
            flag if flag.starts_with('-') => {}
            verb => return format!("git {verb}"),
        }
    }
    "git".to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Git, GitFailed};
    use std::path::Path;

    #[test]
    fn names_the_command_and_what_git_said() {
        let failed = Git::new(Path::new(".")).args(["rev-parse", "--verify", "no/such"]).run().unwrap_err();
        assert_eq!(failed.what, "`git rev-parse` failed");
        assert!(failed.to_string().contains("fatal: "), "{failed}");
        let none = GitFailed { what: "x".to_owned(), said: " \n".to_owned() };
        assert_eq!(none.to_string(), "x");
    }

    #[test]
    fn passes_input_on() {
        let oid = Git::new(Path::new(".")).args(["hash-object", "--stdin"]).input("a\n").line();
        assert_eq!(oid.unwrap(), "78981922613b2afb6025042ff6bd878ac1994e85");
    }
}
