//! Runs the git command, for what libgit2 does not do: hooks, signing, transport, other formats.

use crate::errors::{self, GitFailed};
use crate::interrupt;
use crate::step;
use std::ffi::OsStr;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

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
/// Settings by which a repository names programs, and what they are where one is only read.
const NEUTRAL: [&str; 8] = [
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.editor=:",
    "core.askPass=",
    "core.sshCommand=false",
    "credential.helper=",
    "gc.auto=0",
    "maintenance.auto=false",
];
/// How long a command may take that only reads: its configuration may be a pipe.
const READING: Duration = Duration::from_secs(60);
/// How long the silence of a pipe lasts that is not waited for.
const LINGER: Duration = Duration::from_millis(300);
/// Bytes of its output that are kept.
const LONGEST: u64 = 256 << 20;
/// Bytes of what git says that are kept.
const SAID: usize = 4096;

/// One git command.
pub(crate) struct Git {
    command: Command,
    input: Vec<u8>,
    own_locale: bool,
    patience: Option<Duration>,
}

impl Git {
    /// To read in a repository that is not ours. It runs nothing that the configuration of that repository names, and
    /// it uses no network: no hook, file system monitor, pager, editor or helper, and no transport by which a partial
    /// clone gets the objects that it lacks.
    ///
    /// Only for commands that neither compare files nor show contents: the names of filters and of programs that
    /// show differences are the repository's to choose, so they cannot all be overruled.
    pub(crate) fn reading(dir: &Path) -> Self {
        let git = NEUTRAL.iter().fold(Self::base(dir), |git, setting| git.args(["-c", setting]));
        // Git before 2.39.4 does not know `GIT_NO_LAZY_FETCH`; the list of protocols it does know, and it is empty.
        let git = git.args(["--no-pager"]).env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "");
        let git = git.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_EDITOR", ":");
        git.env("GIT_ASKPASS", "").env("SSH_ASKPASS", "").env("GIT_SSH_COMMAND", "false").within(READING)
    }

    /// To commit in a repository of the user's: its settings hold, and its hooks, filters and signatures where the
    /// command has any. Objects that a partial clone lacks are not fetched, and nothing is tidied up afterwards.
    pub(crate) fn committing(dir: &Path) -> Self {
        let git = Self::base(dir).args(["-c", "gc.auto=0", "-c", "maintenance.auto=false", "--no-pager"]);
        // Not the list of protocols: a hook may need the network.
        git.env("GIT_NO_LAZY_FETCH", "1")
    }

    /// In a bare repository of our own: what a user or a machine has set holds, and nothing that a repository which
    /// is above it has.
    pub(crate) fn apart(own: &Path) -> Self {
        Self::base(own).env("GIT_DIR", own)
    }

    fn base(dir: &Path) -> Self {
        let mut command = Command::new("git");
        // A repository may name a program to run as its file system monitor.
        command.args(["-c", "core.fsmonitor=false"]).current_dir(dir);
        for name in ELSEWHERE {
            command.env_remove(name);
        }
        let git = Self { command, input: Vec::new(), own_locale: false, patience: None };
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

    /// Ends it if it takes longer.
    pub(crate) fn within(mut self, patience: Duration) -> Self {
        self.patience = Some(patience);
        self
    }

    /// Runs it to its end: standard output, if it succeeds.
    pub(crate) fn run(self) -> Result<Vec<u8>, GitFailed> {
        let Self { mut command, input, own_locale, patience } = self;
        if !own_locale {
            command.env("LC_ALL", "C");
        }
        let what = named(&command);
        let failed =
            |why: String| GitFailed { what: format!("failed to run `git`: {why}"), stderr: String::new() };
        command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        step::counted("git");
        let (mut child, running) =
            interrupt::spawn(&mut command).map_err(|error| failed(errors::cause(&error)))?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        if let Some(mut stdin) = child.stdin.take() {
            // One that does not read its input says so by its status.
            std::thread::spawn(move || stdin.write_all(&input));
        }
        // Not scoped: what it has started may outlive it, and its pipes with that.
        let (out, err) = (Drain::new(out, LONGEST), Drain::new(err, SAID as u64));
        let ended = wait(&mut child, patience);
        drop(running);
        let status = ended.map_err(|error| match error.kind() {
            io::ErrorKind::TimedOut => {
                GitFailed { what: format!("`{what}` took too long and was ended"), stderr: String::new() }
            }
            _ => failed(errors::cause(&error)),
        })?;
        let (stdout, stderr) = (out.take(), err.take());
        if stdout.len() as u64 >= LONGEST {
            return Err(GitFailed {
                what: format!("`{what}` said more than can be read"),
                stderr: String::new(),
            });
        }
        if status.success() {
            return Ok(stdout);
        }
        // Some say on standard output what is wrong: `nothing to commit`.
        let from = if stderr.is_empty() { &stdout } else { &stderr };
        let mut stderr = String::from_utf8_lossy(from).into_owned();
        stderr.truncate(nixpacks_transforms::text::floor(&stderr, SAID));
        Err(GitFailed { what: format!("`{what}` failed"), stderr })
    }

    /// Runs it to its end: standard output without the last line end, if it succeeds.
    pub(crate) fn line(self) -> Result<String, GitFailed> {
        let out = self.run()?;
        Ok(String::from_utf8_lossy(&out).trim_end_matches(['\n', '\r']).to_owned())
    }
}

/// Reads a pipe to its end beside everything else: at most `limit` bytes of it, and the rest so that nobody has to
/// wait to write it.
struct Drain {
    kept: Arc<Mutex<Vec<u8>>>,
    ended: Receiver<()>,
}

impl Drain {
    fn new(from: Option<impl Read + Send + 'static>, limit: u64) -> Self {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let (end, ended) = mpsc::channel();
        let ours = Arc::clone(&kept);
        std::thread::spawn(move || {
            let (mut from, mut buffer) = (from, [0; 1 << 14]);
            while let Some(count) =
                from.as_mut().and_then(|from| from.read(&mut buffer).ok()).filter(|n| *n > 0)
            {
                let Ok(mut kept) = ours.lock() else { break };
                let room = usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(kept.len());
                kept.extend(buffer.iter().take(count.min(room)));
            }
            // Nobody may be waiting any more.
            let _ = end.send(());
        });
        Self { kept, ended }
    }

    /// What came. Something that the command started may hold the pipe open for as long as it runs; it is waited
    /// for as long as it says something.
    fn take(self) -> Vec<u8> {
        let length = || self.kept.lock().map_or(0, |kept| kept.len());
        let mut before = length();
        while self.ended.recv_timeout(LINGER) == Err(RecvTimeoutError::Timeout) {
            let now = length();
            if now == before {
                break;
            }
            before = now;
        }
        self.kept.lock().map(|mut kept| std::mem::take(&mut *kept)).unwrap_or_default()
    }
}

/// Waits for the end, which comes after `patience` at the latest.
fn wait(child: &mut Child, patience: Option<Duration>) -> io::Result<ExitStatus> {
    let Some(patience) = patience else { return child.wait() };
    let began = Instant::now();
    let mut pause = Duration::from_millis(1);
    while began.elapsed() < patience {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait()?;
    Err(io::ErrorKind::TimedOut.into())
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
    use super::Git;
    use std::path::Path;

    #[test]
    fn names_the_command_and_what_git_said() {
        let failed =
            Git::committing(Path::new(".")).args(["rev-parse", "--verify", "no/such"]).run().unwrap_err();
        assert_eq!(failed.what, "`git rev-parse` failed");
        assert!(failed.stderr.contains("fatal: "), "{failed:?}");
    }

    #[cfg(unix)]
    #[test]
    fn ends_what_takes_too_long() {
        let git = Git::committing(Path::new(".")).args(["-c", "alias.wait=!sleep 30", "wait"]);
        let failed = git.within(std::time::Duration::from_millis(50)).run().unwrap_err();
        assert_eq!(failed.what, "`git wait` took too long and was ended");
    }

    #[cfg(unix)]
    #[test]
    fn does_not_wait_for_what_a_command_left_running() {
        let began = std::time::Instant::now();
        let git = Git::committing(Path::new(".")).args(["-c", "alias.leave=!sleep 60 & echo left", "leave"]);
        assert_eq!(git.line().unwrap(), "left");
        assert!(began.elapsed() < std::time::Duration::from_secs(30));
    }

    #[test]
    fn passes_input_on() {
        let oid = Git::committing(Path::new(".")).args(["hash-object", "--stdin"]).input("a\n").line();
        assert_eq!(oid.unwrap(), "78981922613b2afb6025042ff6bd878ac1994e85");
    }
}
