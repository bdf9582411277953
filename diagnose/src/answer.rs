//! What is said of a log.

use crate::plan_box::PlanBox;
use serde::Serialize;

/// Which of the answers it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The build failed, and the log says why.
    Failed,
    /// The build failed or stops in the middle, and the log does not say why.
    Unexplained,
    /// Nothing failed here.
    Healthy,
    /// The app was built, then did not start.
    StartFailed,
}

/// Who wrote the steps of the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Builder {
    Nixpacks,
    Railpack,
    Dockerfile,
}

impl Builder {
    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Builder::Nixpacks => "Nixpacks",
            Builder::Railpack => "Railpack",
            Builder::Dockerfile => "a Dockerfile",
        }
    }
}

/// Who ran the build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    Railway,
    Coolify,
    Dokploy,
    Easypanel,
    Sevalla,
}

impl Platform {
    /// The name for people.
    pub fn title(self) -> &'static str {
        match self {
            Platform::Railway => "Railway",
            Platform::Coolify => "Coolify",
            Platform::Dokploy => "Dokploy",
            Platform::Easypanel => "EasyPanel",
            Platform::Sevalla => "Sevalla",
        }
    }
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: u64,
    /// In characters from 1, where one line of the file holds several of the log.
    pub column: Option<u64>,
    /// The text, without time stamps, terminal codes and secrets.
    pub text: String,
}

/// What a log says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    pub answer: Answer,
    /// A name of [`crate::reasons`].
    pub reason: Option<&'static str>,
    /// The rule that finds the cause in the files of the app.
    pub rule: Option<&'static str>,
    /// What the plan in the log adds to that, in a sentence.
    pub note: Option<&'static str>,
    /// The line that decides.
    pub line: Option<Line>,
    /// The line that says that the build failed, where no line says why.
    pub failure: Option<Line>,
    /// The command that failed, without secrets.
    pub command: Option<String>,
    pub builder: Option<Builder>,
    pub platform: Option<Platform>,
    /// The plan that Nixpacks printed.
    pub plan: Option<PlanBox>,
    /// The instructions of the Dockerfile that failed.
    pub excerpt: Vec<String>,
    /// Attempts in the file; what is said is of the last one.
    pub attempts: usize,
    /// The log stops in the middle of the build.
    pub incomplete: bool,
    /// The file has no mark of a log.
    pub no_log: bool,
}
