//! Programs beside Python and pip whose run decides something: downloads, package managers, files.

use super::exec::Run;
use super::invocation::InvocationKind;
use super::machine::{EnvId, Shell};
use super::paths::{self, base_name};
use super::simple::{Cmd, missing_file};
use super::status::Status;
use super::verdict::Reason;
use crate::app::Kind;
use crate::shell::{Command, RedirectionOperator};

/// Programs that run another one, and reach here only with options that the shell's parser does not look behind.
const RUNNERS: [&str; 14] = [
    "chroot", "env", "flock", "gosu", "nice", "nohup", "parallel", "runuser", "setsid", "stdbuf", "su",
    "sudo", "timeout", "watch",
];

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
    pub(crate) fn known(&mut self, shell: &mut Shell, cmd: &Cmd<'_>, feed: Option<&Command>) -> Status {
        let name = base_name(&cmd.name);
        if runs_recipe(name, &cmd.operands()) {
            return Status::unknown(format!("what `{name}` runs is not followed"));
        }
        if RUNNERS.contains(&name) && cmd.operand().is_some() {
            return Status::unknown(format!("what `{name}` runs with these options is not followed"));
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
            "xargs" => self.xargs(shell, cmd, feed),
            "which" => self.lookup(shell, cmd),
            "bash" | "sh" | "dash" | "zsh" => self.shell_script(shell, cmd),
            "false" => Status::fail(Reason::Other, "`false` fails"),
            _ => self.file_program(shell, cmd).unwrap_or_else(|| {
                self.leaves_files(shell, name);
                Status::Ok
            }),
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
            "pip-sync" | "pip-compile" => return self.pip_tools(shell, cmd, env),
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
pub(super) fn with_groups(cmd: &Cmd<'_>) -> bool {
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
