//! What bash says of a text. It is asked to read only: `-n` and `--pretty-print` run nothing.

use std::io::Write;
use std::process::{Command, Stdio};

/// Bash, where this machine has one of version 5.2, whose reading of `$( … )` is the one that is followed.
pub(crate) struct Bash {
    version: String,
}

impl Bash {
    /// Says on standard output why there is none.
    pub(crate) fn find() -> Option<Self> {
        let found = Command::new("bash").args(["--norc", "-c", "echo $BASH_VERSION"]).output().ok();
        let version = found.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        match version {
            Some(version) if version.starts_with("5.2.") => Some(Self { version }),
            Some(version) => {
                println!("skipped: bash: version {version} is not 5.2");
                None
            }
            None => {
                println!("skipped: bash: not installed");
                None
            }
        }
    }

    /// Whether bash reads the text without an error. A here-document that the end of the text ends is none.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        let output = self.run("-n", text);
        let errors = |line: &str| !(line.contains("warning: ") && line.contains("here-document"));
        output.status.success()
            && !String::from_utf8_lossy(&output.stderr)
                .lines()
                .any(|line| errors(line) && line.contains("line "))
    }

    /// The text as bash writes it after reading; None where it does not read it.
    pub(crate) fn pretty(&self, text: &str) -> Option<String> {
        let output = self.run("--pretty-print", text);
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }

    fn run(&self, option: &str, text: &str) -> std::process::Output {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let run = Command::new("bash")
            .args(["--norc", option])
            .arg(file.path())
            .env_clear()
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .output();
        run.unwrap_or_else(|error| panic!("bash {}: {error}", self.version))
    }
}
