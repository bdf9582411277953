//! The predicted run of a plan, command by command, and the verdict.
//!
//! Each `cmds` entry is a shell of its own, with the base image's profile: `paths` of this and
//! earlier phases, then the Nix profile, then the system
//! (`builder/docker/dockerfile_generation.rs` of Nixpacks 1.41.0, images/base/ubuntu/Dockerfile).
//! The start command is a login shell with every phase's `paths`.

mod app_imports;
mod background;
mod closure;
mod directory;
mod dists;
mod dockerfile;
mod exec;
mod expansion;
mod file_programs;
mod file_words;
mod files;
mod flow;
mod invocation;
mod machine;
mod made_files;
mod managers;
mod node;
mod paths;
mod pip;
mod profile;
mod project;
mod python;
mod run_inside;
mod scripts;
mod server_target;
mod settings;
mod shell_state;
mod simple;
mod started;
mod status;
mod stdlib;
mod steps;
mod tools;
mod unseen_files;
mod uv;
mod variables;
mod verdict;
mod work;

pub use app_imports::MissingImport;
pub(crate) use dockerfile::{NOT_JSON, stray_word};
pub use invocation::{Command, Interpreter, Invocation, InvocationKind, PipInvocation};
pub(crate) use machine::{CACHED, Dists};
pub(crate) use made_files::REMOVED;
pub(crate) use managers::is_own;
pub(crate) use paths::{base_name, join};
pub(crate) use profile::{Profile, programs_of, python_set};
pub use steps::{End, Place, Reached, Step, StepKind, Steps};
pub use verdict::{Outcome, Reason, Stage, Verdict};

use crate::app::AppView;
use crate::plan::{Item, Model, Origin, Phase, Plan, names};
use crate::shell::{self, ShellParseError, ShellParseErrorKind};
use exec::Run;
use machine::{Env, Machine, Shell, path_with};
use status::{Failure, Status};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Nixpacks' own words; it looks for the start command before it builds anything (`get_plan` in
/// `lib.rs`).
pub(crate) const NO_START: &str = "No start command could be found";

/// What Nixpacks says where it cannot write the file for Nix.
const ARCHIVE_IN_THE_WAY: &str =
    "Writing supporting files: Creating Nix environment file: No such file or directory (os error 2)";

/// A walked plan.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The prediction: the first of the places where the run stops, else that it builds.
    pub verdict: Verdict,
    /// Every place where the run would stop if it got past the ones before.
    pub stops: Vec<Verdict>,
    /// The plan's commands in the order in which they run, the start command last. Commands after
    /// a failure are walked as if it had not happened.
    pub commands: Vec<Command>,
    /// Virtual environments that the build makes: absolute directories.
    pub venvs: Vec<String>,
    /// Packages outside the tables, assumed to exist and to bring a program of their name.
    pub assumed: Vec<String>,
    /// What the started code imports and no installed package is known to bring.
    pub missing_imports: Vec<MissingImport>,
    /// The app's files that the start command runs or loads.
    pub(crate) started: Vec<String>,
    /// What the plan's packages bring.
    pub(crate) profile: Profile,
    /// The directories that `paths` puts before the base image's `PATH` at start.
    pub(crate) start_paths: Vec<Arc<str>>,
    /// The environments at the end.
    pub(crate) envs: Vec<Env>,
}

/// Predicts the run of the model's plan. What Nixpacks refuses is left out of the plan, which is walked all the
/// same where it is reliable without that: there may be more to find.
pub fn simulate(model: &Model, app: &dyn AppView) -> Simulation {
    let mut walker = Walker::new(model);
    for error in &model.errors {
        walker.stop(Stage::Plan, Reason::PlanError, error.message.clone());
    }
    if !model.is_reliable() {
        return walker.end(Profile::default(), Vec::new(), Vec::new());
    }
    if walker.stops.is_empty() && model.plan.phases.is_empty() {
        let detail = "Nixpacks was unable to generate a build plan for this app";
        walker.stop(Stage::Plan, Reason::PlanError, detail.to_owned());
        return walker.end(Profile::default(), Vec::new(), Vec::new());
    }
    if model.lacks_start() {
        walker.stop(Stage::Plan, Reason::PlanError, NO_START.to_owned());
    }
    walker.run(&model.plan, &model.order, app)
}

impl Simulation {
    /// What any of the environments holds.
    pub(crate) fn held(&self) -> Dists {
        let mut all = Dists::default();
        let mut seen: HashSet<*const Dists> = HashSet::new();
        for dists in self
            .envs
            .iter()
            .filter(|env| !matches!(env.home, machine::Home::Closure(_)))
            .map(|env| &env.dists)
            .filter(|dists| seen.insert(Arc::as_ptr(dists)))
        {
            all.extend(dists.as_ref().clone());
        }
        all
    }
}

/// A simulation under way.
struct Walker {
    commands: Vec<Command>,
    stops: Vec<Verdict>,
    progress: usize,
    missing_imports: Vec<MissingImport>,
    started: Vec<String>,
    /// Places of list entries in the files, by path and first byte.
    entries: BTreeMap<(String, usize), usize>,
}

impl Walker {
    fn new(model: &Model) -> Self {
        Self {
            commands: Vec::new(),
            stops: Vec::new(),
            progress: 0,
            missing_imports: Vec::new(),
            started: Vec::new(),
            entries: entries(model),
        }
    }

    /// Notes an error before the first command.
    fn stop(&mut self, stage: Stage, reason: Reason, detail: String) {
        let outcome = Outcome::Fails { stage, reason };
        self.stops.push(Verdict { outcome, progress: 0, command: None, detail });
    }

    fn end(self, profile: Profile, start_paths: Vec<Arc<str>>, envs: Vec<Env>) -> Simulation {
        let verdict = self.stops.first().cloned().unwrap_or_else(|| Verdict {
            outcome: Outcome::Builds,
            progress: self.progress,
            command: None,
            detail: condition(&profile.unknown),
        });
        Simulation {
            verdict,
            stops: self.stops,
            commands: self.commands,
            venvs: envs.iter().filter_map(Env::venv_dir).map(str::to_owned).collect(),
            assumed: profile.assumed.clone(),
            missing_imports: self.missing_imports,
            started: self.started,
            profile,
            start_paths,
            envs,
        }
    }

    fn run(mut self, plan: &Plan, order: &[String], app: &dyn AppView) -> Simulation {
        let profile = Profile::of(plan);
        // Nixpacks writes its files before Nix reads any of them.
        if let Some(detail) = unread_archives(plan) {
            self.stop(Stage::Plan, Reason::PlanError, detail);
        }
        for detail in undefined(plan) {
            self.stop(Stage::Nix, Reason::UndefinedVariable, detail);
        }
        if let Some((first, other)) = &profile.collision {
            // buildEnv refuses two files of one name: both have `bin/python3` and `bin/idle`.
            let detail = format!("error: collision between python3-{first} and python3-{other}");
            self.stop(Stage::Nix, Reason::Other, detail);
        }
        if let Some(detail) = unread_markers(plan) {
            self.stop(Stage::Nix, Reason::UndefinedVariable, detail);
        }
        if profile.conflict.is_some() {
            // Each revision of nixpkgs is an environment of its own, and both have `bin/python3`.
            let detail = "error: Unable to build profile. There is a conflict for the following files";
            self.stop(Stage::Nix, Reason::Other, detail.to_owned());
        }
        let apt = plan.phases.values().flat_map(|phase| phase.apt_pkgs.iter().flatten());
        let dots = apt.clone().find(|item| names::meant_entries(&item.value).is_some());
        if let Some(item) = dots {
            let detail = format!("E: Unable to locate package {}", item.value.trim());
            self.stop(Stage::Nix, Reason::AptPackageMissing, detail);
        }
        let apt = apt.filter(|item| names::meant_entries(&item.value).is_none());
        for name in apt.flat_map(|item| item.value.split_whitespace()) {
            let gone = || Some(format!("E: Unable to locate package {name}"));
            let gone = names::gone_from_apt(name).and_then(|_| gone());
            if let Some(detail) = gone.or_else(|| names::refused_by_apt(name)) {
                self.stop(Stage::Nix, Reason::AptPackageMissing, detail);
            }
        }
        let mut machine = Machine::new(app, &plan.dir, &profile);
        let vars: BTreeMap<String, String> = plan
            .variables
            .iter()
            .filter(|(name, _)| machine::matters(name))
            .map(|(name, item)| (name.clone(), item.value.clone()))
            .collect();
        let vars = Arc::new(vars);
        // Those of the last phase come first.
        let mut paths: Vec<Vec<Arc<str>>> = Vec::new();
        let mut path = path_with([].into_iter());
        for name in order {
            let Some(phase) = plan.phases.get(name) else { continue };
            let own: Vec<Arc<str>> =
                phase.paths.iter().flatten().map(|item| Arc::from(item.value.as_str())).collect();
            if !own.is_empty() {
                paths.push(own);
                path = path_with(paths.iter().rev().flatten());
            }
            machine.copy_in(phase);
            machine.mounts = if plan.variables.contains_key("NIXPACKS_NO_CACHE") {
                Vec::new()
            } else {
                cache_mounts(phase)
            };
            for (index, item) in phase.cmds.iter().flatten().enumerate() {
                let shell = Shell::new(Arc::clone(&path), Arc::clone(&vars), true);
                self.command(&mut machine, shell, Some((name, index)), item);
            }
            drop_cached(&mut machine, phase);
        }
        // The last `COPY . /app`.
        machine.copied = None;
        machine.copy_again(None);
        let paths: Vec<Arc<str>> = paths.into_iter().rev().flatten().collect();
        self.start(&mut machine, plan, &paths, vars);
        self.missing_imports = std::mem::take(&mut machine.missing_imports);
        self.started = std::mem::take(&mut machine.started);
        let envs = machine.envs;
        self.end(profile, paths, envs)
    }

    fn command(
        &mut self,
        machine: &mut Machine<'_>,
        mut shell: Shell,
        phase: Option<(&str, usize)>,
        item: &Item,
    ) {
        let script = shell::parse(&item.value);
        let mut run = Run::new(machine, phase.map_or("", |(name, _)| name));
        let unseen = run.machine.unseen.clone();
        let status = match &script {
            Ok(script) => match run.whole(&mut shell, script) {
                Status::Ok if phase.is_none() && (run.detached || background::leaves_nothing(script)) => {
                    Status::fail(Reason::Other, background::ENDS_AT_ONCE)
                }
                status => status,
            },
            Err(error) if error.kind == ShellParseErrorKind::Syntax => syntax_error(&item.value, error),
            Err(error) => Status::unknown(format!("it has {}, which this tool does not follow", error.what)),
        };
        if matches!(item.origin, Origin::Provider(_)) {
            // Nixpacks' own commands write no modules and no scripts.
            for (dir, code) in &mut run.machine.unseen {
                *code &= unseen.get(dir).is_some_and(|code| *code);
            }
        }
        let refused = dockerfile::refuses(item, phase.is_none());
        let parsed = refused.as_ref().is_none_or(|status| status.detail() == Some(NOT_JSON));
        let status = match refused {
            // In the build, what the shell says of its first line is nearer to the cause.
            Some(refused) if phase.is_none() || script.is_err() || !matches!(status, Status::Fail(_)) => {
                refused
            }
            _ => status,
        };
        let status = lost_to_a_comment(run.machine.profile, status);
        self.settle(phase.is_none() && parsed, Some(&item.value), &status);
        let list_index = match &item.origin {
            Origin::Deploy(place) => self.entries.get(&(place.path.clone(), place.span.start)).copied(),
            _ => None,
        };
        self.commands.push(Command {
            phase: phase.map(|(name, _)| name.to_owned()),
            index: phase.map_or(0, |(_, index)| index),
            list_index: list_index.unwrap_or_default(),
            item: item.clone(),
            script,
            status,
            invocations: run.invocations,
            script_invocations: run.script_invocations,
        });
    }

    /// Notes how a command ends.
    fn settle(&mut self, start: bool, command: Option<&str>, status: &Status) {
        let (outcome, detail) = match status {
            Status::Ok => {
                self.progress += 1;
                return;
            }
            Status::Fail(Failure { reason, detail, .. }) => {
                let stage = if start { Stage::Start } else { Stage::Build };
                (Outcome::Fails { stage, reason: *reason }, detail.clone())
            }
            Status::Unknown(why) => (Outcome::Unknown, why.clone()),
        };
        let command = command.map(str::to_owned);
        self.stops.push(Verdict { outcome, progress: self.progress, command, detail });
    }

    fn start(
        &mut self,
        machine: &mut Machine<'_>,
        plan: &Plan,
        paths: &[Arc<str>],
        vars: Arc<BTreeMap<String, String>>,
    ) {
        let start = plan.start.clone().unwrap_or_default();
        let mut shell = Shell::new(path_with(paths.iter()), vars, false);
        if let Some(image) = &start.run_image {
            let status = Status::unknown(format!(
                "`start.runImage` starts the app in `{}`, which gets only `/app` from the build: not `/opt/venv`, and nothing that Nix installed",
                image.value
            ));
            self.settle(true, start.cmd.as_ref().map(|item| item.value.as_str()), &status);
            return;
        }
        if start.user.is_some() {
            // The login shell reads that user's profile, not /root's, and /root is closed to it.
            shell.texts = Arc::default();
            Arc::make_mut(&mut shell.path).retain(|dir| !paths.contains(dir) && !dir.starts_with("/root"));
        }
        if let Some(item) = &start.cmd {
            self.command(machine, shell, None, item);
        }
    }
}

/// A program that is not there, where a comment among the packages may have left out the one that brings it.
fn lost_to_a_comment(profile: &Profile, status: Status) -> Status {
    let Status::Fail(failure) = &status else { return status };
    let missing = matches!(
        failure.reason,
        Reason::CommandNotFound | Reason::PythonNotFound | Reason::PipNotFound | Reason::NativeLibMissing
    );
    let Some((entry, lost)) = profile.comment.as_ref().filter(|_| missing && failure.hint.is_none()) else {
        return status;
    };
    let lost: Vec<String> = lost.iter().take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
    let hint = format!(
        "Nixpacks writes all packages on one line, and Nix reads nothing behind a `#`: `{entry}` leaves out {}",
        lost.join(", ")
    );
    Status::Fail(Failure { hint: Some(hint), ..failure.clone() })
}

/// The place of every command in its own list.
fn entries(model: &Model) -> BTreeMap<(String, usize), usize> {
    let mut entries = BTreeMap::new();
    for doc in &model.documents {
        let phases = doc.get(&["phases"]).and_then(|node| node.as_table());
        for phase in phases.into_iter().flat_map(|table| &table.entries) {
            let lists = phase.node.as_table().into_iter().flat_map(|table| &table.entries);
            for list in lists.filter_map(|entry| entry.node.as_array()) {
                for (at, node) in list.elements.iter().enumerate() {
                    entries.insert((doc.path.clone(), node.span.start), at);
                }
            }
        }
    }
    entries
}

/// What bash says to a command that it cannot read.
fn syntax_error(text: &str, error: &ShellParseError) -> Status {
    let met = text.get(error.span.start..error.span.end).unwrap_or_default();
    let open = met.chars().find(|c| matches!(c, '\'' | '"' | '`'));
    let detail = match open.filter(|_| error.what.starts_with("an unclosed")) {
        Some(quote) => format!("unexpected EOF while looking for matching `{quote}'"),
        None if error.what == "an unexpected token" && !met.trim().is_empty() => {
            format!("syntax error near unexpected token `{}'", met.trim())
        }
        None => format!("syntax error: the command has {}", error.what),
    };
    Status::fail(Reason::Other, detail)
}

/// So many names are said.
const MOST_NAMES: usize = 4;

/// What the prediction that an app builds depends on: names of packages that no table has.
fn condition(unknown: &[String]) -> String {
    let quoted: Vec<String> = unknown.iter().take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
    match (quoted.as_slice(), unknown.len().saturating_sub(MOST_NAMES)) {
        ([], _) => String::new(),
        ([only], _) => format!("if {only} exists in nixpkgs"),
        ([first @ .., last], 0) => format!("if {} and {last} exist in nixpkgs", first.join(", ")),
        (all, more) => format!("if {} and {more} more exist in nixpkgs", all.join(", ")),
    }
}

/// A cache mount is there while its phase runs, and not in the image.
fn drop_cached(machine: &mut Machine<'_>, phase: &Phase) {
    machine.hide_venvs(&cache_mounts(phase));
}

fn cache_mounts(phase: &Phase) -> Vec<String> {
    phase.cache_directories.iter().flatten().map(|item| paths::join(paths::APP, &item.value)).collect()
}

/// The errors at the names in any phase's `nixPkgs` that are no attribute. The expression is parsed as a whole before
/// names are looked up.
fn undefined(plan: &Plan) -> Vec<String> {
    let mut errors: Vec<String> = Vec::new();
    for (phase, nixpkgs) in names::Nixpkgs::of(plan) {
        let entries = phase.nix_pkgs.iter().chain(&phase.nix_libs).flatten();
        let entries = entries.filter(|item| names::meant_entries(&item.value).is_none());
        let entries: Vec<&str> = entries.map(|item| item.value.as_str()).collect();
        // Several errors of one kind say the same.
        let unread = entries.iter().filter(|entry| !entry.contains("++"));
        errors.extend(
            unread
                .filter_map(|entry| Some(format!("{}, in `{}`", names::syntax_error(entry)?, entry.trim()))),
        );
        let named = |list: &Option<Vec<Item>>| -> Vec<String> {
            let values = list.iter().flatten().map(|item| item.value.clone());
            values.filter(|entry| names::meant_entries(entry).is_none()).collect()
        };
        let (packages, libraries) = (named(&phase.nix_pkgs), named(&phase.nix_libs));
        let (packages, _) = names::read_entries(packages.iter().map(String::as_str));
        // The libraries come first in the expression, with the end of their list on the same line.
        let comment =
            libraries.iter().find(|entry| entry.contains('#') && !entry.contains(['"', '\'', '\n']));
        errors.extend(comment.map(|entry| format!("error: syntax error, unexpected '=', in `{entry}`")));
        let listed = libraries.iter().map(String::as_str).chain(packages).flat_map(names::elements);
        errors.extend(listed.filter(|name| names::undefined_in(name, nixpkgs).is_some()).map(names::error));
    }
    errors.sort_by_key(|error| !error.contains("syntax error"));
    errors
}

/// The errors at entries that are nearly `"..."`: pasted into the expression, they are no Nix.
fn unread_markers(plan: &Plan) -> Option<String> {
    let mut lists = plan.phases.values().flat_map(|phase| [&phase.nix_pkgs, &phase.nix_libs]);
    let entry = lists
        .find_map(|list| list.iter().flatten().find(|item| names::meant_entries(&item.value).is_some()))?;
    Some(format!("error: syntax error at `{}` in the list of packages", entry.value.trim()))
}

/// The error at a `nixpkgsArchive` with a slash, which becomes a part of a file's name. The file is written for a phase
/// that installs something from Nix.
fn unread_archives(plan: &Plan) -> Option<String> {
    let installs = |phase: &&Phase| {
        let mut items = phase.nix_pkgs.iter().chain(&phase.nix_libs).flatten();
        items.any(|item| !item.value.is_empty())
    };
    let mut archives =
        plan.phases.values().filter(installs).filter_map(|phase| phase.nixpkgs_archive.as_ref());
    archives.any(|archive| archive.value.contains('/')).then(|| ARCHIVE_IN_THE_WAY.to_owned())
}

/// Whether an item stands in one of the app's files.
pub(crate) fn in_file(item: &Item) -> bool {
    matches!(item.origin, Origin::Deploy(_))
}
