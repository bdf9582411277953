//! What the walk-through notes of the commands that concern Python's packages.

use super::status::Status;
use super::verdict::Reason;
use crate::plan::Item;
use crate::requirements::PipCommand;
use crate::shell::{CommandList, ShellParseError};
use crate::text::Span;
use std::sync::Arc;

/// One command of the plan, as it was walked.
#[derive(Clone, Debug)]
pub struct Command {
    /// The phase, `None` for the start command.
    pub phase: Option<String>,
    /// Place in the phase's `cmds`.
    pub index: usize,
    /// Place in the file's own list, where it stands in one: markers make it differ from `index`.
    pub list_index: usize,
    /// The command and where it comes from.
    pub item: Item,
    /// The parsed command.
    pub script: Result<CommandList, ShellParseError>,
    /// How it ends.
    pub(crate) status: Status,
    /// What it does with Python's packages, in order.
    pub invocations: Vec<Invocation>,
    /// What the scripts and recipes of the repository that it runs do with them. Their spans are of those files.
    pub script_invocations: Vec<Invocation>,
}

impl Command {
    /// What it does with Python's packages, whether it says so itself or a script that it runs does.
    pub fn all_invocations(&self) -> impl Iterator<Item = &Invocation> {
        self.invocations.iter().chain(&self.script_invocations)
    }

    /// The error that it is predicted to fail with.
    pub(crate) fn failure(&self) -> Option<&str> {
        if let Status::Fail(failure) = &self.status { Some(&failure.detail) } else { None }
    }

    /// Where in a script of the repository it is predicted to fail: the path of the file and the bytes.
    pub fn fails_in(&self) -> Option<(&str, Span)> {
        let Status::Fail(failure) = &self.status else { return None };
        failure.at.as_ref().map(|(file, span)| (&**file, *span))
    }

    /// Whether it could not be followed.
    pub fn is_unknown(&self) -> bool {
        matches!(self.status, Status::Unknown(_))
    }

    /// Whether it is predicted to fail.
    pub fn fails(&self) -> bool {
        matches!(self.status, Status::Fail(_))
    }

    /// Why it is predicted to fail.
    pub fn reason(&self) -> Option<Reason> {
        if let Status::Fail(failure) = &self.status { Some(failure.reason) } else { None }
    }

    /// The error that a predicted failure shows.
    pub fn fails_with(&self) -> Option<&str> {
        if let Status::Fail(failure) = &self.status { Some(&failure.detail) } else { None }
    }

    /// What would mend a predicted failure, where that is known.
    pub fn hint(&self) -> Option<&str> {
        if let Status::Fail(failure) = &self.status { failure.hint.as_deref() } else { None }
    }
}

/// One simple command that concerns Python's packages.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The simple command in the command string, or in the file.
    pub span: Span,
    /// The script or Makefile of the repository that it stands in, in the app view; `None` where that is the command
    /// itself.
    pub file: Option<Arc<str>>,
    /// The program as written.
    pub program: String,
    /// What it is.
    pub kind: InvocationKind,
    /// The virtual environment that it reaches.
    pub venv: Option<String>,
    /// Whose interpreter it reaches; `None` where that is a virtual environment's or there is none.
    pub interpreter: Option<Interpreter>,
    /// How many of the walk's environments were there when it ran.
    pub(crate) envs: usize,
    /// Absolute working directory when it runs.
    pub cwd: String,
    /// How it ends.
    pub(crate) status: Status,
}

impl Invocation {
    /// Whether it is predicted to fail.
    pub fn fails(&self) -> bool {
        matches!(self.status, Status::Fail(_))
    }

    /// Why it is predicted to fail.
    pub fn reason(&self) -> Option<Reason> {
        if let Status::Fail(failure) = &self.status { Some(failure.reason) } else { None }
    }

    /// The error that it shows.
    pub fn error(&self) -> Option<&str> {
        if let Status::Fail(failure) = &self.status { Some(&failure.detail) } else { None }
    }
}

/// An interpreter outside of virtual environments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpreter {
    /// Nix's.
    Nix,
    /// apt's.
    Apt,
    /// One that a package from nixpkgs has for itself.
    Package,
}

/// What a simple command does with Python's packages.
#[derive(Clone, Debug)]
pub enum InvocationKind {
    /// Runs pip.
    Pip(Box<PipInvocation>),
    /// `python -m ensurepip`
    EnsurePip,
    /// Fetches get-pip.py, to a file or into a pipe.
    FetchGetPip,
    /// Runs get-pip.py.
    RunGetPip,
    /// Makes a virtual environment: its absolute directory.
    MakeVenv {
        /// Absolute directory.
        dir: String,
    },
    /// `source …/bin/activate`: the absolute directory.
    Activate {
        /// Absolute directory.
        dir: String,
    },
    /// `uv pip …`
    UvPip {
        /// Whether it has `--system`.
        system: bool,
    },
    /// poetry, pdm, pipenv, `uv sync` and the like: the tool and its verb.
    Manager {
        /// `poetry`, `pdm`, `pipenv`, `uv`.
        tool: &'static str,
        /// The first argument.
        verb: String,
    },
    /// Runs an interpreter.
    Python {
        /// Its name as written.
        name: String,
    },
    /// Runs a console script, or a program that is not found.
    Program {
        /// Its name as written.
        name: String,
    },
}

/// How pip is called.
#[derive(Clone, Debug)]
pub struct PipInvocation {
    /// Bytes of the command string that name pip: `pip`, `python3 -m pip`, `sudo pip3`.
    pub program: Span,
    /// Place of the first argument of pip among the words.
    pub first: usize,
    /// The arguments.
    pub command: PipCommand,
    /// Whether pip is named as a module of an interpreter.
    pub module: bool,
    /// Whether it runs through `sudo`.
    pub sudo: bool,
    /// The interpreter's name where `module`, pip's own name otherwise.
    pub name: String,
}
