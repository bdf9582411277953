//! uv: the environment of a project, packages into an environment, and programs inside one.
//!
//! Source: runs of uv 0.4.30, which Nixpacks pins.

use super::exec::Run;
use super::file_programs::operands;
use super::invocation::InvocationKind;
use super::machine::{Dists, Env, EnvId, Home, Program, Shell};
use super::managers::manager_kind;
use super::paths::{self, base_name};
use super::pip::merge;
use super::python::externally_managed;
use super::run_inside;
use super::simple::Cmd;
use super::status::Status;
use super::tools::with_groups;
use super::verdict::Reason;
use crate::requirements;

/// Options that have a value behind them, before the verb or between it and what it is given.
const WITH_VALUE: [&str; 19] = [
    "--cache-dir",
    "--color",
    "--config-file",
    "--default-index",
    "--directory",
    "--exclude-newer",
    "--extra-index-url",
    "--find-links",
    "--index",
    "--index-strategy",
    "--index-url",
    "--keyring-provider",
    "--link-mode",
    "--project",
    "--prompt",
    "--python",
    "--python-preference",
    "-i",
    "-p",
];

/// The value of an option.
pub(super) enum Value<'s> {
    /// It is not given.
    Absent,
    /// It comes from a variable.
    Open,
    /// It is this.
    Known(&'s str),
}

impl Run<'_, '_> {
    pub(super) fn uv(&mut self, shell: &mut Shell, cmd: &Cmd<'_>) -> Status {
        match value_of(cmd, "--directory") {
            Value::Known(dir) => {
                let mut inner = shell.clone();
                inner.cwd = paths::join(&shell.cwd, dir);
                self.uv_verb(&mut inner, cmd)
            }
            Value::Open => Status::unknown("the directory that uv works in comes from a variable"),
            Value::Absent => self.uv_verb(shell, cmd),
        }
    }

    fn uv_verb(&mut self, shell: &mut Shell, cmd: &Cmd<'_>) -> Status {
        let operands = operands(cmd, &WITH_VALUE);
        let status = match operands.as_slice() {
            ["pip", "install" | "sync" | "uninstall", ..] => self.uv_pip(shell, cmd),
            ["venv", rest @ ..] => {
                let dir = paths::join(&shell.cwd, rest.first().copied().unwrap_or(".venv"));
                return self.uv_venv(shell, cmd, dir);
            }
            [verb @ ("sync" | "run" | "add"), ..] => return self.uv_project(shell, cmd, verb),
            ["tool", "install" | "update-shell", ..] => {
                Status::unknown("what `uv tool` installs is not followed")
            }
            ["export" | "build", ..] | ["pip", "compile", ..] => {
                // They may write a file of requirements, or an archive.
                self.machine.brings_unseen(paths::APP, false);
                Status::Ok
            }
            _ => Status::Ok,
        };
        self.note(shell, cmd, manager_kind(cmd), None, &status);
        status
    }

    /// `uv sync`, `uv add` and `uv run` in the project that the working directory is in.
    fn uv_project(&mut self, shell: &Shell, cmd: &Cmd<'_>, verb: &str) -> Status {
        let from = match value_of(cmd, "--project") {
            Value::Known(dir) => paths::join(&shell.cwd, dir),
            Value::Open => return Status::unknown("the project that uv works in comes from a variable"),
            Value::Absent => shell.cwd.clone(),
        };
        let Some((project, root)) = self.project_roots(&from) else {
            return self.uv_without_project(shell, cmd, verb);
        };
        let dir = shell.vars.get("UV_PROJECT_ENVIRONMENT").map_or(".venv", String::as_str);
        let dir = paths::join(&root, dir);
        self.uv_environment(&dir, false);
        let id = self.machine.venv(&dir);
        if let Err(status) = self.lock_file(&root, cmd) {
            self.note(shell, cmd, manager_kind(cmd), id, &status);
            return status;
        }
        let mut asked = Dists::default();
        if !cmd.has("--no-sync") {
            let inside = Shell { cwd: project, ..shell.clone() };
            self.manage_project(&inside, with_groups(cmd), &mut asked);
        }
        // What `add` names is in no file.
        asked.has_unknown |= verb == "add";
        if let Some(env) = id.and_then(|id| self.machine.envs.get_mut(id)) {
            merge(&mut env.dists, asked, &self.machine.work);
        }
        let status = match id.filter(|_| verb == "run") {
            Some(id) => self.run_inside(shell, cmd, id),
            None => Status::Ok,
        };
        self.note(shell, cmd, manager_kind(cmd), id, &status);
        status
    }

    fn uv_without_project(&mut self, shell: &Shell, cmd: &Cmd<'_>, verb: &str) -> Status {
        let status = if self.machine.may_bring(&paths::join(&shell.cwd, "pyproject.toml"))
            || paths::in_app(&shell.cwd).is_none()
        {
            Status::unknown("it is not known whether there is a project for uv")
        } else if verb == "run" {
            // It takes the Python that it finds, with what that has.
            let active = shell.active.as_deref().and_then(|dir| self.machine.venv(dir));
            let env = active.or_else(|| self.venv_above(&shell.cwd)).or_else(|| {
                match self.machine.find(shell, "python") {
                    Some(Program::Python(id)) => Some(id),
                    _ => None,
                }
            });
            match env {
                Some(id) => self.run_inside(shell, cmd, id),
                None => Status::unknown("it is not known which Python uv takes"),
            }
        } else {
            Status::fail(
                Reason::Other,
                "No `pyproject.toml` found in current directory or any parent directory",
            )
        };
        self.note(shell, cmd, manager_kind(cmd), None, &status);
        status
    }

    /// The directory of the project that a directory is in, and that of the workspace which the project belongs to.
    fn project_roots(&self, from: &str) -> Option<(String, String)> {
        let mut found: Option<(String, String)> = None;
        let mut dir = from.to_owned();
        while paths::in_app(&dir).is_some() {
            let file = format!("{dir}/pyproject.toml");
            if self.machine.exists(&file) {
                let bytes = self.machine.read(&file);
                let whole = bytes
                    .is_some_and(|bytes| String::from_utf8_lossy(&bytes).contains("[tool.uv.workspace]"));
                match &mut found {
                    None => found = Some((dir.clone(), dir.clone())),
                    Some((_, root)) if whole => root.clone_from(&dir),
                    Some(_) => {}
                }
                if whole {
                    break;
                }
            }
            dir = paths::parent(&dir).to_owned();
        }
        found
    }

    /// The environment `.venv` in a directory or in one above it.
    fn venv_above(&self, from: &str) -> Option<EnvId> {
        let mut dir = from.to_owned();
        while !dir.is_empty() {
            if let Some(id) = self.machine.venv(&format!("{dir}/.venv")) {
                return Some(id);
            }
            dir = paths::parent(&dir).to_owned();
        }
        None
    }

    fn uv_venv(&mut self, shell: &Shell, cmd: &Cmd<'_>, dir: String) -> Status {
        let there = self.machine.venv(&dir);
        let is_of_nix = self.machine.find(shell, &cmd.name) == Some(Program::Known);
        let status = if there.is_some() && !cmd.has("--clear") && !is_of_nix {
            // uv 0.8 asks, those before it replace it.
            Status::unknown("whether `uv venv` replaces the environment that is there depends on its version")
        } else {
            if there.is_some() && !cmd.has("--allow-existing") {
                self.machine.remove(&dir);
            }
            self.uv_environment(&dir, cmd.has("--seed"));
            Status::Ok
        };
        let id = self.machine.venv(&dir);
        self.note(shell, cmd, InvocationKind::MakeVenv { dir }, id, &status);
        status
    }

    /// Whether uv takes the lock file of the project.
    fn lock_file(&self, root: &str, cmd: &Cmd<'_>) -> Result<(), Status> {
        let Some(bytes) = self.machine.read(&paths::join(root, "uv.lock")) else {
            if cmd.has("--frozen") && self.machine.lacks(&paths::join(root, "uv.lock")) {
                return Err(Status::fail(Reason::NoSuchFile, "Unable to find lockfile at `uv.lock`"));
            }
            return Ok(());
        };
        let text = std::str::from_utf8(&bytes).unwrap_or_default();
        let Some(field) = requirements::missing_in_uv_lock(text) else { return Ok(()) };
        Err(Status::fail(Reason::Other, format!("Failed to parse `uv.lock`: missing field `{field}`")))
    }

    /// The environment of a project, as uv makes it where it is not there.
    fn uv_environment(&mut self, dir: &str, has_pip: bool) {
        if self.machine.venv(dir).is_some() {
            return;
        }
        let version = self.machine.profile.pythons.get("python3").cloned();
        self.make_environment(dir, version, has_pip);
    }

    fn uv_pip(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let python = cmd.args.iter().flatten().find_map(|arg| arg.strip_prefix("--python=")).or_else(|| {
            let at = cmd.args.iter().position(|arg| matches!(arg, Some("--python" | "-p")))?;
            cmd.args.get(at + 1).copied().flatten()
        });
        let env = if let Some(python) = python {
            match self.machine.find(shell, python) {
                Some(Program::Python(id)) => Some(id),
                _ => self.machine.venv(&paths::join(&shell.cwd, python)),
            }
        } else if cmd.has("--system") || shell.vars.contains_key("UV_SYSTEM_PYTHON") {
            self.machine.profile.pythons.get("python3").and_then(|version| self.machine.store(version))
        } else {
            let dir = shell.active.clone().or_else(|| shell.vars.get("VIRTUAL_ENV").cloned());
            let named = dir.map_or_else(|| self.venv_above(&shell.cwd), |dir| self.machine.venv(&dir));
            // uv takes the first Python on `PATH`, where that is one of a virtual environment.
            named.or_else(|| match self.machine.find(shell, "python") {
                Some(Program::Python(id)) => self.machine.envs.get(id).and_then(Env::venv_dir).map(|_| id),
                _ => None,
            })
        };
        let words = &cmd.simple.words;
        let after = words.iter().position(|word| word.text.as_deref() == Some("pip")).map_or(0, |at| at + 1);
        let texts: Vec<Option<&str>> = words.iter().skip(after).map(|word| word.text.as_deref()).collect();
        let mut asked = Dists::default();
        let mut command = requirements::pip_arguments(&texts);
        // uv reads a project where it is told to read a requirements file.
        let is_project = |file: &str| matches!(base_name(file), "pyproject.toml" | "setup.py" | "setup.cfg");
        let (projects, files): (Vec<_>, Vec<_>) = std::mem::take(&mut command.requirement_files)
            .into_iter()
            .partition(|(_, file)| is_project(file));
        command.requirement_files = files;
        let mut unasked = self.asked(shell, &command, &mut asked);
        for (_, file) in projects {
            let path = paths::join(&shell.cwd, &file);
            if self.machine.exists(&path) || self.machine.is_foreign(&path) {
                let mut inside = shell.clone();
                paths::parent(&path).clone_into(&mut inside.cwd);
                self.manage_project(&inside, false, &mut asked);
            } else if unasked.is_ok() {
                unasked = Err(Status::fail(Reason::NoSuchFile, format!("File not found: `{file}`")));
            }
        }
        if let Some(target) = command.option("--target").or_else(|| command.option("--prefix")) {
            if let Err(status) = unasked {
                return status;
            }
            let version = self.machine.profile.pythons.get("python3").cloned().unwrap_or_default();
            self.install_elsewhere(shell, &command, target, &version, asked);
            return Status::Ok;
        }
        let Some(env) = env.and_then(|id| self.machine.envs.get_mut(id)) else {
            return Status::fail(
                Reason::Other,
                "No virtual environment found; run `uv venv` to create one, or pass `--system`",
            );
        };
        let breaks =
            cmd.has("--break-system-packages") || shell.vars.contains_key("UV_BREAK_SYSTEM_PACKAGES");
        if matches!(env.home, Home::Store | Home::Apt) && !breaks {
            let Status::Fail(mut failure) = externally_managed() else { return Status::Ok };
            "The interpreter is externally managed".clone_into(&mut failure.detail);
            return Status::Fail(failure);
        }
        if let Err(status) = unasked {
            return status;
        }
        merge(&mut env.dists, asked, &self.machine.work);
        Status::Ok
    }
}

/// The value of an option before or behind the verb, up to what `run` is given.
fn value_of<'s>(cmd: &Cmd<'s>, option: &str) -> Value<'s> {
    let mut args = cmd.args.iter();
    let mut is_run = false;
    while let Some(arg) = args.next() {
        match arg {
            Some(arg) if *arg == option => {
                return args.next().copied().flatten().map_or(Value::Open, Value::Known);
            }
            Some(arg) if arg.strip_prefix(option).is_some_and(|rest| rest.starts_with('=')) => {
                return arg.get(option.len() + 1..).map_or(Value::Open, Value::Known);
            }
            Some(arg) if run_inside::WITH_VALUE.contains(arg) => {
                args.next();
            }
            // What follows the program is its own.
            Some(arg) if is_run && !arg.starts_with('-') => return Value::Absent,
            arg => is_run |= *arg == Some("run"),
        }
    }
    Value::Absent
}
