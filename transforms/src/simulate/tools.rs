//! Programs beside Python and pip whose run decides something: downloads, package managers, files.

use super::exec::Run;
use super::invocation::InvocationKind;
use super::machine::{Dists, Env, EnvId, Home, Shell};
use super::paths::{self, base_name};
use super::pip::merge;
use super::python::externally_managed;
use super::simple::{Cmd, manager_kind, missing_file};
use super::status::{Failure, Status};
use super::verdict::Reason;
use crate::app::Kind;
use crate::requirements;
use crate::shell::{Command, RedirectionOperator};
use std::sync::Arc;

const GET_PIP: &str = "get-pip.py";

impl Run<'_, '_> {
    /// curl and wget, which are in the base image: what they leave behind.
    pub(crate) fn fetch(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Option<Status> {
        let tool = base_name(&cmd.name);
        if !matches!(tool, "curl" | "wget") {
            return None;
        }
        let args: Vec<&str> = cmd.args.iter().map(|arg| arg.unwrap_or_default()).collect();
        let url = args.iter().find(|arg| arg.contains("://")).copied().unwrap_or_default();
        let written = cmd
            .simple
            .redirections
            .iter()
            .find(|redirect| matches!(redirect.operator, RedirectionOperator::Write));
        let to =
            output(tool, &args, url).or_else(|| written.and_then(|redirect| redirect.target.text.clone()));
        let is_get_pip = base_name(url).starts_with(GET_PIP);
        if let Some(file) = to.filter(|file| file != "-" && file != "/dev/null") {
            let path = paths::join(&shell.cwd, &file);
            if is_get_pip {
                self.machine.get_pip.insert(path);
            } else if self.machine.kind(&path) == Some(Kind::Dir) {
                self.machine.brings_unseen(&path, true);
            } else {
                self.machine.write(path);
            }
        }
        if is_get_pip {
            self.note(shell, cmd, InvocationKind::FetchGetPip, None, &Status::Ok);
        }
        Some(Status::Ok)
    }

    /// Whether the command before a pipe gives get-pip.py.
    pub(crate) fn feeds_get_pip(&self, shell: &Shell, feed: Option<&Command>) -> bool {
        let Some(Command::Simple(simple)) = feed else { return false };
        simple.words.iter().filter_map(|word| word.text.as_deref()).any(|word| {
            base_name(word).starts_with(GET_PIP)
                || self.machine.get_pip.contains(&paths::join(&shell.cwd, word))
        })
    }

    /// A program of the base image or of a package.
    pub(crate) fn known(&mut self, shell: &mut Shell, cmd: &Cmd<'_>) -> Status {
        let name = base_name(&cmd.name);
        if runs_recipe(name, &cmd.operands()) {
            return Status::unknown(format!("what `{name}` runs is not followed"));
        }
        match base_name(&cmd.name) {
            "uv" | "uvx" => self.uv(shell, cmd),
            "poetry" | "pdm" | "pipenv" => self.manager(shell, cmd, None),
            "make" => self.make_targets(shell, cmd),
            "npm" | "yarn" | "pnpm" => {
                let status = self.node_scripts(shell, cmd);
                self.leaves_files(shell, name);
                status
            }
            "xargs" => self.xargs(shell, cmd),
            "which" => self.lookup(shell, cmd),
            "bash" | "sh" | "dash" | "zsh" => self.shell_script(shell, cmd),
            "false" => Status::fail(Reason::Other, "`false` fails"),
            _ => self.file_program(shell, cmd).unwrap_or_else(|| {
                self.leaves_files(shell, name);
                Status::Ok
            }),
        }
    }

    /// `xargs pip install`: the program, with arguments that are not known.
    fn xargs(&mut self, shell: &mut Shell, cmd: &Cmd<'_>) -> Status {
        const WITH_VALUE: [&str; 11] =
            ["-a", "-I", "-n", "-P", "-L", "-d", "-E", "-s", "--arg-file", "--delimiter", "--max-args"];
        let words = &cmd.simple.words;
        let mut at = cmd.program + 1;
        while let Some(text) = words.get(at).and_then(|word| word.text.as_deref()) {
            match text {
                option if WITH_VALUE.contains(&option) => at += 2,
                option if option.starts_with('-') => at += 1,
                _ => break,
            }
        }
        let Some(name) = words.get(at).and_then(|word| word.text.clone()) else { return Status::Ok };
        let mut simple = cmd.simple.clone();
        // What xargs adds.
        if let Some(last) = words.last() {
            let mut added = last.clone();
            (added.text, added.raw) = (None, String::new());
            simple.words.push(added);
        }
        let args: Vec<Option<&str>> =
            simple.words.iter().skip(at + 1).map(|word| word.text.as_deref()).collect();
        let inner = Cmd { simple: &simple, program: at, name, args };
        match self.external(shell, &inner, None) {
            // Where it gets nothing it may not run at all.
            Status::Fail(failure) if failure.reason == Reason::NoSuchFile => Status::Unknown(failure.detail),
            status => status,
        }
    }

    fn shell_script(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let Some(file) = cmd.operand() else {
            return Status::unknown("this tool cannot follow the command of the inner shell");
        };
        let path = paths::join(&shell.cwd, file);
        if self.machine.view_path(&path).is_some() && self.machine.exists(&path) {
            self.run_shell_script(shell, &path, file)
        } else if self.machine.exists(&path)
            || self.machine.is_foreign(&path)
            || self.machine.may_bring(&path)
        {
            Status::unknown(format!("this tool cannot read the script `{file}`"))
        } else if cmd.name == "sh" {
            Status::fail(Reason::Other, format!("sh: 0: cannot open {file}: No such file"))
        } else {
            missing_file(file)
        }
    }

    /// A console script of an environment.
    pub(crate) fn console(&mut self, shell: &mut Shell, cmd: &Cmd<'_>, env: EnvId) -> Status {
        let name = base_name(&cmd.name);
        if runs_recipe(name, &cmd.operands()) {
            return Status::unknown(format!("what `{name}` runs is not followed"));
        }
        match base_name(&cmd.name) {
            "uv" | "uvx" => return self.uv(shell, cmd),
            "poetry" | "pdm" | "pipenv" => return self.manager(shell, cmd, Some(env)),
            "virtualenv" => return self.virtualenv(shell, cmd, env),
            _ => {}
        }
        let status = match self.imports(shell, env) {
            Status::Ok => self.loads(shell, env, base_name(&cmd.name), &cmd.args),
            status => status,
        };
        let status = match literal_port(cmd) {
            Some(refused) if !matches!(status, Status::Fail(_)) => refused,
            _ => status,
        };
        self.console_leaves_files(shell, name, &cmd.args);
        self.note(shell, cmd, InvocationKind::Program { name: cmd.name.clone() }, Some(env), &status);
        status
    }

    /// poetry, pdm and pipenv install the project into the active environment.
    fn manager(&mut self, shell: &Shell, cmd: &Cmd<'_>, home: Option<EnvId>) -> Status {
        let kind = manager_kind(cmd);
        let installs = matches!(&kind, InvocationKind::Manager { verb, .. } if matches!(verb.as_str(), "install" | "sync" | "update"));
        let active = shell.active.as_deref().and_then(|dir| self.machine.venv(dir));
        let into = active.or(home);
        if let Some(status) = self.poetry_refuses(shell, cmd).filter(|_| home.is_some()) {
            self.note(shell, cmd, kind, into, &status);
            return status;
        }
        if cmd.operand() == Some("run") {
            let own = self.machine.managed.contains(base_name(&cmd.name));
            let holds = |id: &EnvId| self.machine.envs.get(*id).is_some_and(|env| env.dists.has_packages());
            let status = match into.filter(holds) {
                Some(env) => self.run_inside(shell, cmd, env),
                None if own => Status::Ok,
                None => Status::unknown(format!(
                    "it is not known what the environment of `{} run` has",
                    base_name(&cmd.name)
                )),
            };
            self.note(shell, cmd, kind, into, &status);
            return status;
        }
        if installs {
            self.machine.managed.insert(base_name(&cmd.name).to_owned());
            let mut asked = Dists::default();
            self.manage_project(shell, with_groups(cmd), &mut asked);
            if let Some(env) = into.and_then(|id| self.machine.envs.get_mut(id)) {
                merge(&mut env.dists, asked, &self.machine.work);
            }
        }
        self.note(shell, cmd, kind, into, &Status::Ok);
        Status::Ok
    }

    /// What the Poetry that Nixpacks installs says to a project or an option that its version does not know.
    fn poetry_refuses(&self, shell: &Shell, cmd: &Cmd<'_>) -> Option<Status> {
        let version = shell.vars.get("NIXPACKS_POETRY_VERSION")?;
        if base_name(&cmd.name) != "poetry" || cmd.operand() != Some("install") {
            return None;
        }
        let major: u32 = version.split('.').next()?.parse().ok()?;
        if major >= 2 && cmd.has("--no-dev") {
            return Some(Status::fail(Reason::Other, "The option \"--no-dev\" does not exist"));
        }
        let bytes = self.machine.read(&paths::join(&shell.cwd, "pyproject.toml"))?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let document = toml_edit::Document::parse(text).ok()?;
        let has_section = document.get("tool").and_then(|tool| tool.get("poetry")).is_some();
        if major < 2 && !has_section && !text.trim().is_empty() {
            let hint = "Poetry 2 reads `[project]`, and Nixpacks' own install command does not work with it: give the install command yourself, with a virtual environment";
            return Some(Status::Fail(Failure {
                reason: Reason::Other,
                detail: "[tool.poetry] section not found in pyproject.toml".to_owned(),
                hint: Some(hint.to_owned()),
                at: None,
            }));
        }
        None
    }

    fn uv(&mut self, shell: &mut Shell, cmd: &Cmd<'_>) -> Status {
        let operands: Vec<&str> =
            cmd.args.iter().flatten().copied().filter(|arg| !arg.starts_with('-')).collect();
        let status = match operands.as_slice() {
            ["pip", "install" | "sync" | "uninstall", ..] => self.uv_pip(shell, cmd),
            ["venv", rest @ ..] => {
                let dir = paths::join(&shell.cwd, rest.first().copied().unwrap_or(".venv"));
                self.uv_venv(&dir);
                self.note(
                    shell,
                    cmd,
                    InvocationKind::MakeVenv { dir: dir.clone() },
                    self.machine.venv(&dir),
                    &Status::Ok,
                );
                return Status::Ok;
            }
            ["sync" | "run", ..] => {
                let dir = shell.vars.get("UV_PROJECT_ENVIRONMENT").map_or(".venv", String::as_str);
                let dir = paths::join(&shell.cwd, dir);
                self.uv_venv(&dir);
                let id = self.machine.venv(&dir);
                if let Err(status) = self.lock_file(shell, cmd) {
                    self.note(shell, cmd, manager_kind(cmd), id, &status);
                    return status;
                }
                let mut asked = Dists::default();
                self.manage_project(shell, with_groups(cmd), &mut asked);
                if let Some(env) = id.and_then(|id| self.machine.envs.get_mut(id)) {
                    merge(&mut env.dists, asked, &self.machine.work);
                }
                let status = match id.filter(|_| operands.first() == Some(&"run")) {
                    Some(id) => self.run_inside(shell, cmd, id),
                    None => Status::Ok,
                };
                self.note(shell, cmd, manager_kind(cmd), id, &status);
                return status;
            }
            ["tool", "install" | "update-shell", ..] => {
                Status::unknown("what `uv tool` installs is not followed")
            }
            _ => Status::Ok,
        };
        self.note(shell, cmd, manager_kind(cmd), None, &status);
        status
    }

    /// Whether uv takes the lock file of the project.
    fn lock_file(&self, shell: &Shell, cmd: &Cmd<'_>) -> Result<(), Status> {
        let Some(bytes) = self.machine.read(&paths::join(&shell.cwd, "uv.lock")) else {
            if cmd.has("--frozen") && paths::in_app(&shell.cwd).is_some() {
                return Err(Status::fail(Reason::NoSuchFile, "Unable to find lockfile at `uv.lock`"));
            }
            return Ok(());
        };
        let text = std::str::from_utf8(&bytes).unwrap_or_default();
        match requirements::lock_version(text) {
            Some(_) => Ok(()),
            None => Err(Status::fail(Reason::Other, "Failed to parse `uv.lock`: missing field `version`")),
        }
    }

    fn uv_venv(&mut self, dir: &str) {
        if self.machine.venv(dir).is_some() {
            return;
        }
        let version = self.machine.profile.pythons.get("python3").cloned().unwrap_or_else(|| "3".to_owned());
        let mut interpreters: std::collections::BTreeSet<String> =
            ["python", "python3"].map(str::to_owned).into();
        interpreters.insert(format!("python{version}"));
        self.machine.add_env(Env {
            home: Home::Venv { dir: dir.to_owned(), copies: false, phase: self.phase.to_owned() },
            version,
            interpreters,
            has_pip: false,
            dists: Arc::default(),
            user: Arc::default(),
        });
    }

    fn uv_pip(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let python = cmd.args.iter().flatten().find_map(|arg| arg.strip_prefix("--python=")).or_else(|| {
            let at = cmd.args.iter().position(|arg| matches!(arg, Some("--python" | "-p")))?;
            cmd.args.get(at + 1).copied().flatten()
        });
        let env = if let Some(python) = python {
            match self.machine.find(shell, python) {
                Some(super::machine::Program::Python(id)) => Some(id),
                _ => self.machine.venv(&paths::join(&shell.cwd, python)),
            }
        } else if cmd.has("--system") || shell.vars.contains_key("UV_SYSTEM_PYTHON") {
            self.machine.profile.pythons.get("python3").and_then(|version| self.machine.store(version))
        } else {
            let dir = shell.active.clone().or_else(|| shell.vars.get("VIRTUAL_ENV").cloned());
            let named = self.machine.venv(&dir.unwrap_or_else(|| paths::join(&shell.cwd, ".venv")));
            // uv takes the first Python on `PATH`, where that is one of a virtual environment.
            named.or_else(|| match self.machine.find(shell, "python") {
                Some(super::machine::Program::Python(id)) => {
                    self.machine.envs.get(id).and_then(Env::venv_dir).map(|_| id)
                }
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
        let (projects, files) = std::mem::take(&mut command.requirement_files)
            .into_iter()
            .partition(|(_, file)| is_project(file));
        command.requirement_files = files;
        let mut unasked = self.asked(shell, &command, &mut asked);
        let projects: Vec<_> = projects;
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

/// Whether a task runner runs commands that stand in a file of its own, or a tool installs what is not followed.
/// `operands`: its arguments that are no options.
pub(super) fn runs_recipe(runner: &str, operands: &[&str]) -> bool {
    match (runner, operands) {
        ("hatch", [verb, ..]) => *verb == "run",
        ("pixi" | "rye" | "mise" | "mamba" | "micromamba", _)
        | ("pipx", ["install" | "inject" | "ensurepath" | "install-all", ..]) => true,
        ("pipx", ["run", tool, rest @ ..])
        | ("uvx", [tool, rest @ ..])
        | ("uv", ["tool", "run", tool, rest @ ..]) => runs_recipe(tool, rest),
        _ => matches!(
            runner,
            "doit"
                | "fab"
                | "inv"
                | "invoke"
                | "just"
                | "mage"
                | "nox"
                | "poe"
                | "rake"
                | "task"
                | "go-task"
                | "tox"
        ),
    }
}

/// Whether a package manager installs the development dependencies too, as it does unless told.
fn with_groups(cmd: &Cmd<'_>) -> bool {
    if base_name(&cmd.name) == "pipenv" {
        return cmd.has("--dev") || cmd.has("-d");
    }
    let without =
        ["--no-dev", "--no-default-groups", "--only", "--without", "--prod", "--production", "--main"];
    !cmd.args.iter().flatten().any(|arg| without.iter().any(|option| arg.starts_with(option)))
}

/// The file that a download goes to, where its arguments say.
fn output(tool: &str, args: &[&str], url: &str) -> Option<String> {
    let remote = || Some(base_name(url).to_owned()).filter(|name| !name.is_empty());
    for (at, arg) in args.iter().enumerate() {
        let next = || args.get(at + 1).map(|file| (*file).to_owned());
        match (tool, *arg) {
            ("curl", "-o" | "--output") | ("wget", "-O" | "--output-document") => return next(),
            ("curl", option) if option.starts_with("-o") && !option.starts_with("--") => {
                return Some(option[2..].to_owned());
            }
            ("curl", option)
                if !option.starts_with("--") && option.starts_with('-') && option.ends_with('o') =>
            {
                return next();
            }
            ("curl", option)
                if !option.starts_with("--") && option.starts_with('-') && option.contains('O') =>
            {
                return remote();
            }
            ("curl", "--remote-name") => return remote(),
            ("wget", option)
                if option.starts_with('-') && !option.starts_with("--") && option.contains('O') =>
            {
                let (_, file) = option.split_once('O').unwrap_or_default();
                return if file.is_empty() { next() } else { Some(file.to_owned()) };
            }
            _ => {}
        }
    }
    if tool == "wget" { remote() } else { None }
}

/// What a server says to a port that the shell has not replaced: `'$PORT'`.
fn literal_port(cmd: &Cmd<'_>) -> Option<Status> {
    let is_option = |arg: &str| match base_name(&cmd.name) {
        "uvicorn" => arg == "--port",
        "gunicorn" => matches!(arg, "-b" | "--bind"),
        _ => false,
    };
    let is_literal = |arg: &str| arg.contains("$PORT") || arg.contains("${PORT");
    let args = cmd.args.iter().map(|arg| arg.unwrap_or_default());
    let value =
        args.clone().zip(args.clone().skip(1)).find(|(option, value)| is_option(option) && is_literal(value));
    let joined = || {
        args.clone()
            .filter_map(|arg| arg.split_once('='))
            .find(|(option, value)| is_option(option) && is_literal(value))
    };
    let (_, value) = value.or_else(joined)?;
    let detail = if base_name(&cmd.name) == "uvicorn" {
        format!("Error: Invalid value for '--port': '{value}' is not a valid integer.")
    } else {
        // gunicorn looks behind the first colon.
        format!("Error: '{}' is not a valid port number.", value.split(':').nth(1)?)
    };
    Some(Status::fail(Reason::Other, detail))
}
