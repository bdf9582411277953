//! A predicted run for people: the steps in the order in which they run, what each reaches, and how it ends.

use super::Simulation;
use super::invocation::{Command, Interpreter, Invocation, InvocationKind};
use super::managers::is_own;
use super::paths::base_name;
use super::status::Status;
use super::verdict::{Outcome, Reason, Stage, Verdict};
use crate::plan::{Item, Model};

/// The run of a plan.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    /// The phases in the order in which they run, those without commands among them.
    pub phases: Vec<String>,
    /// The first that does not end well is where the run stops: it is the verdict. Those after it are predicted as if
    /// the ones before had worked.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is.
    pub kind: StepKind,
    /// The phase of a command.
    pub phase: Option<String>,
    /// The command; of packages their names; empty where Nixpacks refuses the files.
    pub text: String,
    /// Which of Python's programs it reaches.
    pub programs: Vec<Reached>,
    /// How it ends.
    pub end: End,
    /// What is taken for granted, where it ends well.
    pub assumed: Vec<String>,
}

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Nixpacks reads the files.
    Plan,
    /// Nix installs packages.
    Nix,
    /// apt installs packages.
    Apt,
    /// A command of a phase.
    Command,
    /// The start command.
    Start,
}

impl StepKind {
    /// The name in machine output.
    pub fn name(self) -> &'static str {
        match self {
            StepKind::Plan => "plan",
            StepKind::Nix => "nix",
            StepKind::Apt => "apt",
            StepKind::Command => "command",
            StepKind::Start => "start",
        }
    }
}

/// How a step ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// It works.
    Ok,
    /// It fails with this error.
    Fails {
        /// Why.
        reason: Reason,
        /// The error as the platform shows it.
        error: String,
    },
    /// It could not be followed, and why.
    Unknown(String),
}

/// A program of Python's that a command names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Its name as written.
    pub program: String,
    /// What it is.
    pub place: Place,
}

/// Where a program is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a virtual environment: its absolute path.
    Venv(String),
    /// In the environment that a package manager has made for itself.
    Own,
    /// Nix's, of the image.
    Nix,
    /// apt's, of the image.
    Apt,
    /// One that a package from nixpkgs has for itself.
    Package,
    /// Nowhere.
    Missing,
    /// It makes the virtual environment in this directory.
    Makes(String),
    /// It activates the one in this directory.
    Activates(String),
}

impl Steps {
    /// The steps of the walked plan of `model`.
    pub(crate) fn of(model: &Model, simulation: &Simulation) -> Self {
        let refused = simulation.stops.iter();
        let mut steps: Vec<Step> = refused
            .filter(|stop| stage(stop) == Some(Stage::Plan))
            .map(|stop| step(StepKind::Plan, String::new(), end(stop)))
            .collect();
        // What Nixpacks refuses as a whole is not walked.
        if model.is_reliable() && !model.plan.phases.is_empty() {
            steps.extend(packages(model, simulation));
            steps.extend(simulation.commands.iter().map(command));
            steps.extend(not_walked(model, simulation));
        }
        Self { phases: model.order.clone(), steps }
    }

    /// The step where the run stops.
    pub fn stop(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.end != End::Ok)
    }
}

fn stage(verdict: &Verdict) -> Option<Stage> {
    if let Outcome::Fails { stage, .. } = verdict.outcome { Some(stage) } else { None }
}

fn end(verdict: &Verdict) -> End {
    match verdict.outcome {
        Outcome::Builds => End::Ok,
        Outcome::Fails { reason, .. } => End::Fails { reason, error: verdict.detail.clone() },
        Outcome::Unknown => End::Unknown(verdict.detail.clone()),
    }
}

fn step(kind: StepKind, text: String, end: End) -> Step {
    Step { kind, phase: None, text, programs: Vec::new(), end, assumed: Vec::new() }
}

/// What Nix and apt install, each once: a later error of the same kind would show only after the first is gone.
fn packages(model: &Model, simulation: &Simulation) -> Vec<Step> {
    let phases = || model.order.iter().filter_map(|name| model.plan.phases.get(name));
    let names = |items: Vec<&Item>| -> String {
        items.iter().map(|item| item.value.trim()).collect::<Vec<_>>().join(", ")
    };
    let nix: Vec<&Item> = phases().flat_map(|phase| phase.nix_pkgs.iter().flatten()).collect();
    let apt: Vec<&Item> = phases().flat_map(|phase| phase.apt_pkgs.iter().flatten()).collect();
    let mut out = Vec::new();
    for (kind, items) in [(StepKind::Nix, nix), (StepKind::Apt, apt)] {
        let is_apt = |stop: &&Verdict| stop.reason() == Some(Reason::AptPackageMissing);
        let mut found = simulation.stops.iter().filter(|stop| stage(stop) == Some(Stage::Nix));
        let error = found.find(|stop| is_apt(stop) == (kind == StepKind::Apt));
        if items.is_empty() && error.is_none() {
            continue;
        }
        let mut made = step(kind, names(items), error.map_or(End::Ok, end));
        if kind == StepKind::Nix {
            made.assumed.clone_from(&simulation.assumed);
        }
        out.push(made);
    }
    out
}

fn command(command: &Command) -> Step {
    let mut programs: Vec<Reached> = Vec::new();
    for reached in command.all_invocations().filter_map(reached) {
        if !programs.contains(&reached) {
            programs.push(reached);
        }
    }
    let kind = if command.phase.is_some() { StepKind::Command } else { StepKind::Start };
    let end = match &command.status {
        Status::Ok => End::Ok,
        Status::Fail(failure) => End::Fails { reason: failure.reason, error: failure.detail.clone() },
        Status::Unknown(why) => End::Unknown(why.clone()),
    };
    let phase = command.phase.clone();
    Step { phase, programs, ..step(kind, command.item.value.clone(), end) }
}

/// A start command that is known and not walked: it runs in another image.
fn not_walked(model: &Model, simulation: &Simulation) -> Option<Step> {
    let walked = simulation.commands.last().is_some_and(|command| command.phase.is_none());
    let stop = simulation.stops.last().filter(|stop| stop.outcome == Outcome::Unknown && !walked)?;
    let start = model.plan.start.as_ref()?;
    start.run_image.as_ref()?;
    let text = start.cmd.as_ref().map(|item| item.value.clone()).unwrap_or_default();
    Some(step(StepKind::Start, text, end(stop)))
}

fn reached(call: &Invocation) -> Option<Reached> {
    let place = match (&call.kind, &call.venv, call.interpreter) {
        (InvocationKind::MakeVenv { dir }, ..) => Place::Makes(dir.clone()),
        (InvocationKind::Activate { dir }, Some(_), _) => Place::Activates(dir.clone()),
        (InvocationKind::FetchGetPip, ..) => return None,
        (InvocationKind::Manager { .. }, Some(dir), _) if is_own(dir) => Place::Own,
        (_, Some(dir), _) => Place::Venv(format!("{dir}/bin/{}", base_name(&call.program))),
        (_, None, Some(Interpreter::Nix)) => Place::Nix,
        (_, None, Some(Interpreter::Apt)) => Place::Apt,
        (_, None, Some(Interpreter::Package)) => Place::Package,
        (_, None, None) if call.fails() => Place::Missing,
        _ => return None,
    };
    Some(Reached { program: call.program.clone(), place })
}

#[cfg(test)]
mod tests {
    use super::{End, Place, StepKind, Steps};
    use crate::app::MemoryApp;
    use crate::plan::{self, Dashboard};
    use crate::simulate::{Reason, simulate};

    fn steps(config: &str) -> Steps {
        let files =
            [("nixpacks.toml", config), ("requirements.txt", "flask\n"), ("main.py", "import flask\n")];
        let app = MemoryApp::new(files.map(|(path, text)| (path, text.as_bytes().to_vec())));
        let model = plan::model(&app, &Dashboard::default());
        Steps::of(&model, &simulate(&model, &app))
    }

    #[test]
    fn tells_what_each_command_reaches_and_how_it_ends() {
        let steps = steps(
            "[phases.setup]\nnixPkgs = [\"python311\", \"zzz-unknown\"]\n[phases.install]\ncmds = [\"pip --version\", \"python -m venv --copies /opt/venv\", \"pip install -r requirements.txt\"]\n[start]\ncmd = \"/root/.nix-profile/bin/python3 main.py\"\n",
        );
        assert_eq!(steps.phases, ["setup", "install"]);
        let kinds: Vec<StepKind> = steps.steps.iter().map(|step| step.kind).collect();
        let command = StepKind::Command;
        assert_eq!(kinds, [StepKind::Nix, command, command, command, StepKind::Start]);
        let places: Vec<&Place> =
            steps.steps.iter().flat_map(|step| &step.programs).map(|one| &one.place).collect();
        let pip = Place::Venv("/opt/venv/bin/pip".to_owned());
        assert_eq!(places, [&Place::Missing, &Place::Makes("/opt/venv".to_owned()), &pip, &Place::Nix]);
        assert_eq!(steps.steps[0].assumed, ["zzz-unknown"]);
        let end = End::Fails { reason: Reason::PipNotFound, error: "pip: command not found".to_owned() };
        assert_eq!(steps.stop().map(|step| (step.text.as_str(), &step.end)), Some(("pip --version", &end)));
    }

    #[test]
    fn has_one_step_where_nixpacks_refuses_the_files() {
        let steps = steps("[phases.setup\n");
        assert_eq!(steps.steps.len(), 1);
        assert_eq!(steps.steps[0].kind, StepKind::Plan);
    }
}
