//! The command under test, as a user runs it.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The built command.
pub(crate) struct Tool(PathBuf);

impl Tool {
    /// Builds it. It is no dependency of this crate, so Cargo does not.
    pub(crate) fn build() -> Result<Self, String> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--locked", "--package", "nixpacks-fix", "--message-format=json"]);
        let output =
            cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().map_err(|error| error.to_string())?;
        let messages = String::from_utf8_lossy(&output.stdout).into_owned();
        let program = messages.lines().find_map(|line| {
            let message: Value = serde_json::from_str(line).ok()?;
            message["executable"].as_str().map(PathBuf::from)
        });
        program.map(Self).ok_or_else(|| String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn run(&self, command: &str, args: &[String], app: &Path) -> Vec<u8> {
        let mut tool = Command::new(&self.0);
        tool.arg(command).args(["--output-format", "json"]).args(args).current_dir(app).env_clear();
        tool.stdin(Stdio::null()).output().unwrap().stdout
    }

    /// The verdict on an app.
    pub(crate) fn verdict(&self, args: &[String], app: &Path) -> Verdict {
        let said: Value = serde_json::from_slice(&self.run("check", args, app)).unwrap();
        let text = |key: &str| said["apps"][0]["verdict"][key].as_str().unwrap_or_default().to_owned();
        Verdict {
            outcome: text("outcome"),
            stage: text("stage"),
            reason: text("reason"),
            command: text("command"),
        }
    }

    /// What it says of the log in `file`: the answer and the reason.
    pub(crate) fn diagnose(&self, file: &Path) -> (String, String) {
        let args = [file.to_str().unwrap().to_owned()];
        let said: Value =
            serde_json::from_slice(&self.run("diagnose", &args, file.parent().unwrap())).unwrap();
        let text = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
        (text("answer"), text("reason"))
    }

    /// Repairs an app in place.
    pub(crate) fn fix(&self, args: &[String], app: &Path) {
        self.run("fix", args, app);
    }
}

/// A prediction.
pub(crate) struct Verdict {
    pub(crate) outcome: String,
    pub(crate) stage: String,
    pub(crate) reason: String,
    pub(crate) command: String,
}

impl Verdict {
    /// As [`crate::outcome::Outcome::word`] says what happened.
    pub(crate) fn word(&self) -> String {
        match &*self.outcome {
            "fails" => format!("{} ({})", self.reason, self.stage),
            _ => self.class(),
        }
    }

    /// `works`, the reason, or `unknown`.
    pub(crate) fn class(&self) -> String {
        match &*self.outcome {
            "builds" => "works".to_owned(),
            "fails" => self.reason.clone(),
            other => other.to_owned(),
        }
    }
}
