use std::fmt;

/// Where a run stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Nixpacks refuses the files.
    Plan,
    /// `nix-env` cannot install the packages.
    Nix,
    /// A command of a phase fails.
    Build,
    /// The start command fails.
    Start,
}

/// Why a run stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// `pip: command not found`
    PipNotFound,
    /// `No module named pip`
    NoPipModule,
    /// PEP 668: `externally-managed-environment`
    ExternallyManaged,
    /// A name in `nixPkgs` is not the name of a Nix package.
    UndefinedVariable,
    /// A name in `aptPkgs` is no package of the base image's Ubuntu.
    AptPackageMissing,
    /// A path into a virtual environment that no command creates.
    VenvMissing,
    /// `python: command not found`
    PythonNotFound,
    /// Another program is not found.
    CommandNotFound,
    /// An import fails: the package is not installed for the Python that runs.
    ModuleNotFound,
    /// `libstdc++.so.6` is not on the library path.
    NativeLibMissing,
    /// A file is not there.
    NoSuchFile,
    /// Requirements that cannot be satisfied.
    Resolution,
    /// The network is needed and not there.
    Network,
    /// A package's own build fails.
    BuildBackend,
    /// Nixpacks stops with an error before it builds anything.
    PlanError,
    /// Anything else.
    Other,
}

impl Reason {
    /// The name in machine output.
    pub fn name(self) -> &'static str {
        match self {
            Reason::PipNotFound => "pip-not-found",
            Reason::NoPipModule => "no-pip-module",
            Reason::ExternallyManaged => "externally-managed",
            Reason::UndefinedVariable => "undefined-variable",
            Reason::AptPackageMissing => "apt-package-missing",
            Reason::VenvMissing => "venv-missing",
            Reason::PythonNotFound => "python-not-found",
            Reason::CommandNotFound => "command-not-found",
            Reason::ModuleNotFound => "module-not-found",
            Reason::NativeLibMissing => "native-lib-missing",
            Reason::NoSuchFile => "no-such-file",
            Reason::Resolution => "resolution",
            Reason::Network => "network",
            Reason::BuildBackend => "build-backend",
            Reason::PlanError => "plan-error",
            Reason::Other => "other",
        }
    }

    /// Whether this is one of the errors that fixing pip by hand leads to, one after the other.
    pub fn is_pip_family(self) -> bool {
        matches!(
            self,
            Reason::PipNotFound
                | Reason::NoPipModule
                | Reason::ExternallyManaged
                | Reason::UndefinedVariable
                | Reason::VenvMissing
                | Reason::PythonNotFound
        )
    }
}

impl Stage {
    /// When the failure happens, as a phrase that goes on from "predicted to fail".
    pub fn phrase(self) -> &'static str {
        match self {
            Stage::Plan => "when Nixpacks reads its files",
            Stage::Nix => "when Nix installs the packages",
            Stage::Build => "in the build",
            Stage::Start => "when the app starts",
        }
    }

    /// The name in machine output.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Plan => "plan",
            Stage::Nix => "nix",
            Stage::Build => "build",
            Stage::Start => "start",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the walk-through predicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The app installs and starts.
    Builds,
    /// It stops.
    Fails {
        /// Where.
        stage: Stage,
        /// Why.
        reason: Reason,
    },
    /// Something could not be followed.
    Unknown,
}

/// A prediction, with what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The prediction.
    pub outcome: Outcome,
    /// How many commands ran before the run stopped: how far it got, within a stage.
    pub progress: usize,
    /// The command that fails or could not be followed.
    pub command: Option<String>,
    /// One plain sentence: the error that it shows, or what stopped the prediction.
    pub detail: String,
}

impl Verdict {
    /// Whether the app is predicted to install and start.
    pub fn builds(&self) -> bool {
        self.outcome == Outcome::Builds
    }

    /// Whether the app is predicted to fail.
    pub fn fails(&self) -> bool {
        matches!(self.outcome, Outcome::Fails { .. })
    }

    /// The reason of a failure.
    pub fn reason(&self) -> Option<Reason> {
        if let Outcome::Fails { reason, .. } = self.outcome { Some(reason) } else { None }
    }

    /// Orders verdicts: `fails` by how far the run gets, then `unknown`, then `builds`. Within a
    /// stage a failure of the pip family is the nearest: nothing is installed before it.
    pub fn rank(&self) -> (u8, Stage, bool, usize) {
        let (class, stage) = self.reached();
        (class, stage, self.reason().is_none_or(|reason| !reason.is_pip_family()), self.progress)
    }

    /// The part of [`Verdict::rank`] that two plans with different commands have in common.
    pub fn reached(&self) -> (u8, Stage) {
        match self.outcome {
            Outcome::Fails { stage, .. } => (0, stage),
            Outcome::Unknown => (1, Stage::Start),
            Outcome::Builds => (2, Stage::Start),
        }
    }
}
