//! Which virtual environment the app gets, and which interpreter makes it.

use crate::context::Context;
use crate::plan::PROVIDER_VENV;
use crate::simulate::{Command, Invocation, InvocationKind, base_name, join};
use std::collections::{BTreeSet, HashSet};

/// Where Nixpacks itself makes the environment (providers/python.rs, `VENV_LOCATION`).
pub(crate) const OPT_VENV: &str = PROVIDER_VENV;

/// The environment to install into.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Absolute directory.
    pub(crate) dir: String,
    /// The command name of the interpreter that makes it.
    pub(crate) python: String,
    /// Whether apt's interpreter makes it.
    from_apt: bool,
    /// Whether commands are left to find it on `PATH`.
    by_path: bool,
    /// Its place among the walk's environments, where something makes it.
    made: Option<usize>,
    /// The phases in which `PATH` has it as the files stand; `None` where no `paths` names it.
    carried: Option<BTreeSet<String>>,
}

impl Target {
    /// The environment that the Python provider makes.
    pub(crate) fn provided() -> Self {
        Self {
            dir: OPT_VENV.to_owned(),
            python: "python".to_owned(),
            from_apt: false,
            by_path: true,
            made: None,
            carried: None,
        }
    }

    /// A program of the environment, by its path.
    pub(crate) fn bin(&self, program: &str) -> String {
        format!("{}/bin/{program}", self.dir)
    }

    /// The command that makes it. A link into the Nix profile may lead nowhere later, one to apt's interpreter
    /// does not.
    pub(crate) fn make(&self) -> String {
        let copies = if self.from_apt { "" } else { " --copies" };
        format!("{} -m venv{copies} {}", self.python, self.dir)
    }

    /// The directory for `paths`.
    pub(crate) fn bin_dir(&self) -> String {
        format!("{}/bin", self.dir)
    }

    /// Whether it is there when a command runs.
    pub(crate) fn is_made_before(&self, command: &Command) -> bool {
        let first = command.all_invocations().next();
        self.made.is_some_and(|at| first.is_some_and(|call| at < call.envs))
    }

    /// Whether a command finds the environment's programs by their names once it is made and on
    /// `PATH`. One that does not find it although both are so has to name it.
    pub(crate) fn is_found_by(&self, command: &Command, call: &Invocation) -> bool {
        let made = self.made.is_some_and(|at| at < call.envs);
        // Where no `paths` names it yet, the repair adds it.
        let found = self
            .carried
            .as_ref()
            .is_none_or(|phases| !made && command.phase.as_ref().is_none_or(|phase| phases.contains(phase)));
        self.by_path && !call.program.contains('/') && found
    }
}

/// The app's own environment where it makes a usable one, the one that its commands count on where
/// they name one that nothing makes, else `/opt/venv`.
pub(crate) fn choose(cx: &Context<'_>, by_path: bool, decided: Option<String>) -> Target {
    let made = made(cx);
    let own = || {
        let dirs = cx.simulation.envs.iter().filter(|env| env.has_pip).filter_map(|env| env.venv_dir());
        dirs.filter(|dir| dir.starts_with('/') && made.contains(dir)).rev()
    };
    // Of several the one that is installed into: an earlier pass may have chosen it.
    let filled = filled(cx);
    let used = own().find(|dir| filled.contains(dir)).or_else(|| own().next());
    let found = || used.map(str::to_owned).or_else(|| expected_venv_dir(cx));
    let dir = decided.or_else(found).unwrap_or_else(|| OPT_VENV.to_owned());
    let made = cx.simulation.envs.iter().position(|env| env.venv_dir() == Some(&dir));
    let carried = carried(cx, &format!("{dir}/bin"));
    let from_apt = cx.simulation.profile.has_only_apt();
    Target { dir, python: interpreter(cx), from_apt, by_path, made, carried }
}

/// The phases in which `PATH` has a directory.
fn carried(cx: &Context<'_>, bin: &str) -> Option<BTreeSet<String>> {
    let (plan, order) = (&cx.model.plan, &cx.model.order);
    let names = |phase: &String| {
        let paths = plan.phases.get(phase).and_then(|phase| phase.paths.as_ref());
        paths.into_iter().flatten().any(|item| item.value == bin)
    };
    let first = order.iter().position(names)?;
    Some(order.iter().skip(first).cloned().collect())
}

/// The environments that pip commands of the configuration install into.
fn filled<'m>(cx: &Context<'m>) -> HashSet<&'m str> {
    let calls = cx.file_commands().into_iter().flat_map(Command::all_invocations);
    let installs =
        |call: &&Invocation| matches!(&call.kind, InvocationKind::Pip(pip) if pip.command.is_install());
    calls.filter(installs).filter_map(|call| call.venv.as_deref()).collect()
}

/// The environments that commands of the app's own files make.
fn made<'m>(cx: &Context<'m>) -> HashSet<&'m str> {
    let commands = cx.simulation.commands.iter().filter(|command| crate::simulate::in_file(&command.item));
    let dir = |call: &'m Invocation| match &call.kind {
        InvocationKind::MakeVenv { dir } => Some(dir.as_str()),
        _ => None,
    };
    commands.flat_map(Command::all_invocations).filter_map(dir).collect()
}

/// A virtual environment that the commands of the file name and nothing makes.
fn expected_venv_dir(cx: &Context<'_>) -> Option<String> {
    let own = cx.file_commands().into_iter().flat_map(Command::all_invocations);
    // A script that starts the app is not edited: the environment has to be where it looks.
    let starts = cx.simulation.commands.iter().filter(|command| command.phase.is_none());
    let mut calls = own.chain(starts.flat_map(|command| &command.script_invocations));
    calls.find_map(|call| {
        let dir = match &call.kind {
            InvocationKind::Pip(pip) if call.fails() && pip.name.contains("venv/bin/") => {
                let path = join(&call.cwd, &pip.name);
                path.rsplit_once("/bin/").map(|(dir, _)| dir.to_owned())
            }
            InvocationKind::Activate { dir } | InvocationKind::MakeVenv { dir } if call.fails() => {
                Some(dir.clone())
            }
            _ => None,
        }?;
        (dir.starts_with("/opt/") || dir.starts_with("/app/")).then_some(dir)
    })
}

/// The interpreter that the app's own commands name, where the packages provide it, else `python`;
/// apt has only `python3`.
fn interpreter(cx: &Context<'_>) -> String {
    let profile = &cx.simulation.profile;
    let named =
        cx.file_commands().into_iter().flat_map(Command::all_invocations).find_map(|call| match &call.kind {
            InvocationKind::Pip(pip) if pip.module && profile.pythons.contains_key(&pip.name) => {
                Some(pip.name.clone())
            }
            _ => None,
        });
    let three = profile.has_only_apt() || says_three(cx);
    named.map_or_else(
        || if three { "python3".to_owned() } else { "python".to_owned() },
        |name| base_name(&name).to_owned(),
    )
}

/// Whether the commands say `pip3` and `python3`, and never `pip` or `python`.
fn says_three(cx: &Context<'_>) -> bool {
    let calls = cx.simulation.commands.iter().filter(|command| crate::simulate::in_file(&command.item));
    let names: Vec<&str> =
        calls.flat_map(Command::all_invocations).map(|call| base_name(&call.program)).collect();
    names.iter().any(|name| matches!(*name, "pip3" | "python3"))
        && !names.iter().any(|name| matches!(*name, "pip" | "python"))
}
