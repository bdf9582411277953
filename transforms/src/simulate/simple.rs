//! Simple commands: variables, the shell's own commands, and which program a word reaches.

use super::exec::Run;
use super::expansion;
use super::invocation::{Invocation, InvocationKind};
use super::machine::{EnvId, MOST_DIRS, Program, Shell, is_pip_script};
use super::managers::manager_kind;
use super::paths::{self, base_name};
use super::python::venv_dir;
use super::scripts::DEEPEST;
use super::status::Status;
use super::variables::{leave, set, set_text, unquote};
use super::verdict::Reason;
use crate::shell::{self, Command, RedirectionOperator, ShellParseErrorKind, SimpleCommand, Word};
use crate::tables::BASH_BUILTINS;
use std::sync::Arc;

/// A simple command with its program found, for the files that know the programs.
pub(crate) struct Cmd<'s> {
    pub(crate) simple: &'s SimpleCommand,
    /// Place of the program among the words.
    pub(crate) program: usize,
    /// The program as written.
    pub(crate) name: String,
    /// What the arguments are, where literal.
    pub(crate) args: Vec<Option<&'s str>>,
}

impl Cmd<'_> {
    /// Whether an argument is exactly this.
    pub(crate) fn has(&self, arg: &str) -> bool {
        self.args.contains(&Some(arg))
    }

    /// The arguments that are no options.
    pub(crate) fn operands(&self) -> Vec<&str> {
        self.args.iter().flatten().copied().filter(|arg| !arg.starts_with('-')).collect()
    }

    /// The first argument that is no option.
    pub(crate) fn operand(&self) -> Option<&str> {
        self.args.iter().flatten().copied().find(|arg| !arg.starts_with('-'))
    }
}

impl Run<'_, '_> {
    /// Walks a simple command. `feed` is the command whose output it reads through a pipe.
    pub(crate) fn simple(
        &mut self,
        shell: &mut Shell,
        simple: &SimpleCommand,
        feed: Option<&Command>,
    ) -> Status {
        let simple = &*self.with_file_words(shell, expansion::expanded(shell, simple));
        self.detached = false;
        if simple.words.is_empty() {
            for assignment in &simple.assignments {
                let value = (!assignment.append).then(|| expansion::word_text(shell, &assignment.value));
                expansion::remember(shell, &assignment.name, value.flatten());
                set(shell, &assignment.name, &assignment.value);
            }
            return Status::Ok;
        }
        if shell.path.len() > MOST_DIRS {
            return Status::unknown("`PATH` has too many directories to follow");
        }
        if self.machine.work.is_spent() {
            return Status::unknown("the commands before it do too much to follow");
        }
        for redirect in &simple.redirections {
            if redirect.here_document().is_some() {
                if !takes_no_commands(simple) {
                    return Status::unknown("it has a here-document (`<<`), which this tool does not follow");
                }
                continue;
            }
            if let Some(target) = redirect.target.text.as_deref() {
                let named = target;
                let target = paths::join(&shell.cwd, target);
                let writes = matches!(
                    redirect.operator,
                    RedirectionOperator::Write
                        | RedirectionOperator::Append
                        | RedirectionOperator::WriteBoth
                        | RedirectionOperator::AppendBoth
                );
                let reads = matches!(redirect.operator, RedirectionOperator::Read);
                if (reads && self.machine.lacks(&target))
                    || (writes && self.machine.lacks(paths::parent(&target)))
                    || (writes && !self.phase.is_empty() && self.machine.lacks_root(paths::parent(&target)))
                {
                    return missing_file(named);
                }
                if writes && !target.starts_with("/dev/") {
                    self.machine.write(target);
                }
            }
        }
        let mut inner = shell.clone();
        for assignment in &simple.assignments {
            set(&mut inner, &assignment.name, &assignment.value);
        }
        let unwrapped = simple.unwrapped();
        for assignment in &unwrapped.assignments {
            if let Some(value) = assignment.value {
                set_text(&mut inner, assignment.name, value);
            }
        }
        let sudo = unwrapped.prefix.iter().any(|word| word.text.as_deref() == Some("sudo"));
        if sudo {
            // sudo's secure_path (Ubuntu's /etc/sudoers) has no Nix profile and no venv.
            let secure = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
            inner.path = Arc::new(secure.map(Arc::from).to_vec());
            inner.hashed.clear();
        }
        let Some(name) = unwrapped.words.first().and_then(|word| word.text.clone()) else {
            return Status::unknown("the name of the program comes from a variable");
        };
        let args = unwrapped.words.iter().skip(1).map(|word| word.text.as_deref()).collect();
        let cmd = Cmd { simple, program: unwrapped.program_index, name, args };
        if let Some((text, at)) = shell::nested(simple) {
            return self.nested(&inner, &text, at);
        }
        if let Some(function) = shell.functions.get(&cmd.name).cloned() {
            if self.depth >= DEEPEST || self.machine.work.is_spent() {
                return Status::unknown(format!("`{}` calls itself", cmd.name));
            }
            let caller = (self.file.clone(), self.offset);
            (self.file, self.offset) = (function.file, function.offset);
            self.depth += 1;
            let status = self.compound(shell, &function.definition.body);
            self.depth -= 1;
            (self.file, self.offset) = caller;
            return status;
        }
        if cmd.name == "deactivate" && shell.active.is_some() {
            leave(shell);
            return Status::Ok;
        }
        if BASH_BUILTINS.has(&cmd.name) {
            // It shares its directories with the shell, which would have to copy them to add one.
            drop(inner);
            return self.builtin(shell, &cmd, unwrapped.words);
        }
        let status = self.external(&mut inner, &cmd, feed);
        let status = inner.doubted(status);
        if Arc::ptr_eq(&inner.path, &shell.path) {
            shell.hashed = inner.hashed;
        }
        status
    }

    /// `bash -c '…'`: a shell of its own, with this one's environment.
    fn nested(&mut self, shell: &Shell, text: &str, at: usize) -> Status {
        match shell::parse(text) {
            Ok(script) => {
                let mut inner = shell.child();
                self.offset += at;
                let status = self.script(&mut inner, &script);
                self.offset -= at;
                status
            }
            Err(error) if error.kind == ShellParseErrorKind::Syntax => super::syntax_error(text, &error),
            Err(error) => {
                Status::unknown(format!("the inner command has {}, which this tool cannot read", error.what))
            }
        }
    }

    fn builtin(&mut self, shell: &mut Shell, cmd: &Cmd<'_>, words: &[Word]) -> Status {
        match cmd.name.as_str() {
            "cd" | "pushd" | "popd" => self.change_directory(shell, cmd),
            "export" | "declare" | "typeset" | "local" | "readonly" => {
                for word in words.iter().skip(1) {
                    if let Some((name, value)) = word.raw.split_once('=') {
                        let known = expansion::text(shell, value);
                        expansion::remember(shell, name, known);
                        set_text(shell, name, &unquote(value));
                    }
                }
                Status::Ok
            }
            "unset" => {
                for name in cmd.args.iter().flatten() {
                    expansion::forget(shell, name);
                    if shell.vars.contains_key(*name) {
                        Arc::make_mut(&mut shell.vars).remove(*name);
                    }
                }
                Status::Ok
            }
            "set" => {
                let options: Vec<&str> = cmd.args.iter().flatten().copied().collect();
                if options.iter().any(|option| option.starts_with('-') && option.contains('e')) {
                    shell.errexit = true;
                }
                if options.contains(&"pipefail") {
                    shell.pipefail = true;
                }
                Status::Ok
            }
            "source" | "." => self.source(shell, cmd),
            "exit" | "return" => {
                shell.exited = true;
                match cmd.args.first() {
                    None | Some(Some("0")) => Status::Ok,
                    Some(Some(_)) => Status::fail(Reason::Other, self.exit_error()),
                    Some(None) => Status::unknown("the exit code comes from a variable"),
                }
            }
            "false" => Status::fail(Reason::Other, "`false` fails"),
            "hash" if cmd.operand().is_none() => {
                shell.hashed.clear();
                Status::Ok
            }
            "type" | "hash" => self.lookup(shell, cmd),
            "command" if cmd.has("-v") || cmd.has("-V") => self.lookup(shell, cmd),
            "test" | "[" => self.test(shell, cmd),
            "mapfile" | "readarray" | "getopts" => {
                shell.texts = Arc::default();
                Status::Ok
            }
            "eval" | "let" | "read" => {
                shell.texts = Arc::default();
                Status::unknown(format!("this tool does not follow `{}`", cmd.name))
            }
            _ => Status::Ok,
        }
    }

    /// What an `exit 1` shows.
    fn exit_error(&self) -> String {
        let what = if self.file.is_some() { "the script" } else { "the command" };
        match &self.missed {
            Some(program) => format!("{what} exits with an error: there is no `{program}` on PATH"),
            None => format!("{what} exits with an error"),
        }
    }

    /// `which x`, `command -v x`, `type x`.
    pub(crate) fn lookup(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        match cmd.operand() {
            Some(name) if BASH_BUILTINS.has(name) || self.machine.find(shell, name).is_some() => Status::Ok,
            Some(name) => {
                self.missed = Some(name.to_owned());
                Status::fail(Reason::Other, format!("no `{name}` on PATH"))
            }
            None => Status::unknown("the name of the program comes from a variable"),
        }
    }

    fn test(&self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let args: Vec<&str> =
            cmd.args.iter().map(|arg| arg.unwrap_or("$")).filter(|arg| *arg != "]").collect();
        let (negated, args) = match args.as_slice() {
            ["!", rest @ ..] => (true, rest),
            all => (false, all),
        };
        let holds = match args {
            ["-f" | "-e" | "-d" | "-s" | "-r", path] if *path != "$" => self.file_test(shell, path),
            _ => None,
        };
        match holds {
            Some(holds) if holds != negated => Status::Ok,
            Some(_) => Status::fail(Reason::Other, "the test is false"),
            None => Status::unknown("the result of a test is not known"),
        }
    }

    fn source(&mut self, shell: &mut Shell, cmd: &Cmd<'_>) -> Status {
        let Some(Some(file)) = cmd.args.first() else {
            shell.has_open_path = true;
            return Status::unknown("the name of the sourced file comes from a variable");
        };
        let path = paths::join(&shell.cwd, file);
        if let Some(dir) = path.strip_suffix("/bin/activate") {
            let status = if self.machine.venv(dir).is_some() {
                // Where `PATH` has it already, it is there twice, so that `deactivate` leaves one.
                leave(shell);
                Arc::make_mut(&mut shell.path).insert(0, format!("{dir}/bin").into());
                shell.hashed.clear();
                shell.active = Some(dir.to_owned());
                Status::Ok
            } else if self.machine.exists(&path) {
                Status::unknown(
                    "this tool does not look into a virtual environment that is committed to the repository",
                )
            } else {
                missing_venv(file)
            };
            let kind = InvocationKind::Activate { dir: dir.to_owned() };
            let env = self.machine.venv(dir);
            self.note(shell, cmd, kind, env, &status);
            return status;
        }
        if self.machine.exists(&path) {
            return match self.script_file_of_shell(shell, &path, file) {
                // Of variables, as a rule: what cannot be followed in it is not what decides.
                Status::Unknown(_) => {
                    shell.texts = Arc::default();
                    Status::Ok
                }
                status => status,
            };
        }
        if self.machine.is_foreign(&path) {
            shell.texts = Arc::default();
            self.sources_unread(&path);
            return Status::unknown(format!("`{file}` is outside the app, so this tool cannot read it"));
        }
        if self.machine.may_bring(&path) {
            shell.texts = Arc::default();
            self.sources_unread(&path);
            return self.machine.may_be_created(&path, file);
        }
        missing_file(file)
    }

    pub(super) fn external(&mut self, shell: &mut Shell, cmd: &Cmd<'_>, feed: Option<&Command>) -> Status {
        // `command` and `eval` reach here with their own name when nothing follows.
        if let Some(status) = self.fetch(shell, cmd) {
            return status;
        }
        match self.program(shell, &cmd.name) {
            Some(Program::Python(env)) => self.python(shell, cmd, env, feed),
            Some(Program::Pip(env)) => {
                let first = cmd.program + 1;
                self.pip(shell, cmd, env, first, None)
            }
            Some(Program::Virtualenv(env)) => self.virtualenv(shell, cmd, env),
            Some(Program::Console(env)) => self.console(shell, cmd, env),
            Some(Program::Known) => {
                if let Some(package) = self.machine.profile.closures.get(&cmd.name).cloned() {
                    return self.closed(shell, cmd, &package);
                }
                let status = self.known(shell, cmd, feed);
                self.leaves_programs(shell, cmd, &status, feed);
                status
            }
            Some(Program::AppFile(path)) => self.run_app_file(shell, cmd, &path),
            Some(Program::Made(path)) => {
                let place = self.machine.place(shell, &cmd.name).unwrap_or_else(|| path.clone());
                if !self.machine.is_executable(&place) {
                    let shown = if cmd.name.contains('/') { &cmd.name } else { &place };
                    return Status::fail(Reason::Other, format!("{shown}: Permission denied"));
                }
                self.leaves_files(shell, &cmd.name);
                Status::unknown(format!("this tool does not know `{path}`, which an earlier command creates"))
            }
            None => self.missing(shell, cmd),
        }
    }

    /// What a name reaches, through bash's memory of interpreters.
    fn program(&self, shell: &mut Shell, name: &str) -> Option<Program> {
        if let Some(program) = shell.hashed.get(name) {
            return Some(program.clone());
        }
        let program = self.machine.find(shell, name);
        if let Some(program @ (Program::Python(_) | Program::Pip(_))) = &program
            && !name.contains('/')
        {
            shell.hashed.insert(name.to_owned(), program.clone());
        }
        program
    }

    /// The program is not on `PATH`.
    fn missing(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let name = cmd.name.as_str();
        let base = base_name(name);
        let status = if name.contains('/') {
            let path = paths::join(&shell.cwd, name);
            let home = paths::parent(&path).strip_suffix("/bin").and_then(|dir| self.machine.venv(dir));
            let home = home.and_then(|id| self.machine.envs.get(id));
            let lacks_pip = home.is_some_and(|env| !env.has_pip && is_pip_script(base, &env.version));
            if lacks_pip {
                // Ex) `uv venv` leaves it out
                missing_venv(name)
            } else if home.is_some_and(|env| env.dists.has_unknown) {
                Status::may_be_installed(base)
            } else if let Some(package) = home.and_then(|env| env.dists.open())
                && !["pip", "python"].iter().any(|tool| base.starts_with(tool))
            {
                Status::may_come_along(package, base)
            } else if self.machine.may_bring(&path) {
                self.machine.may_be_created(&path, name)
            } else if path.contains("venv/bin/") {
                missing_venv(name)
            } else if self.machine.is_foreign(&path)
                && !paths::parent(&path).ends_with("/bin")
                && !self.machine.lacks_dir(paths::parent(&path))
            {
                Status::unknown(format!("`{name}` is outside the app, so this tool cannot read it"))
            } else {
                Status::fail(Reason::NoSuchFile, format!("{name}: No such file or directory"))
            }
        } else if shell.has_open_path {
            Status::unknown(format!("`{name}` may be in a directory of `PATH` that comes from a variable"))
        } else if base == "pip" || base.strip_prefix("pip").is_some_and(is_version) {
            Status::fail(Reason::PipNotFound, format!("{name}: command not found"))
        } else if base == "python" || base.strip_prefix("python").is_some_and(is_version) {
            Status::fail(Reason::PythonNotFound, format!("{name}: command not found"))
        } else if self.machine.may_have(shell) {
            Status::unknown(format!("a package that is installed from a directory may contain `{name}`"))
        } else if let Some(package) = self.machine.profile.may_have_program(name) {
            Status::unknown(format!("the package `{package}` may bring `{name}`"))
        } else if self.machine.has_unseen_programs(shell) {
            Status::unknown(format!("an earlier command may install `{name}`"))
        } else if let Some(package) = self.machine.open_package(shell) {
            Status::may_come_along(package, name)
        } else {
            Status::fail(Reason::CommandNotFound, format!("{name}: command not found"))
        };
        let makes = (base == "virtualenv").then(|| venv_dir(cmd, cmd.program + 1)).flatten();
        let kind = if let Some(dir) = makes {
            InvocationKind::MakeVenv { dir: paths::join(&shell.cwd, dir) }
        } else if base == "pip" || base.strip_prefix("pip").is_some_and(is_version) {
            self.pip_kind(cmd, cmd.program + 1, None)
        } else if matches!(base, "poetry" | "pdm" | "pipenv" | "uv") {
            manager_kind(cmd)
        } else if base == "python" || base.strip_prefix("python").is_some_and(is_version) {
            self.python_kind(shell, cmd)
        } else {
            InvocationKind::Program { name: name.to_owned() }
        };
        self.note(shell, cmd, kind, None, &status);
        status
    }

    /// Notes a call.
    pub(crate) fn note(
        &mut self,
        shell: &Shell,
        cmd: &Cmd<'_>,
        kind: InvocationKind,
        env: Option<EnvId>,
        status: &Status,
    ) {
        let env = env.and_then(|id| self.machine.envs.get(id));
        let venv = env.and_then(|env| env.venv_dir().map(str::to_owned));
        let interpreter = env.and_then(|env| env.home.interpreter());
        let span = cmd.simple.span;
        let span = crate::text::Span::new(span.start + self.offset, span.end + self.offset);
        let noted = if self.file.is_some() { &mut self.script_invocations } else { &mut self.invocations };
        let again = |known: &Invocation| known.span == span && known.file == self.file;
        if self.file.is_some() && (noted.len() >= MOST_IN_SCRIPTS || noted.iter().any(again)) {
            // Ex) a function that is called twice
            return;
        }
        noted.push(Invocation {
            span,
            file: self.file.clone(),
            program: cmd.name.clone(),
            kind,
            venv,
            interpreter,
            envs: self.machine.envs.len(),
            cwd: shell.cwd.clone(),
            status: status.clone(),
        });
    }
}

/// So many invocations in scripts are noted for one command.
const MOST_IN_SCRIPTS: usize = 200;

/// Ex) `cat <<EOF > .env`: what it reads is data, whatever it says.
fn takes_no_commands(simple: &SimpleCommand) -> bool {
    simple
        .text(0)
        .is_some_and(|name| matches!(base_name(name), "cat" | "tee" | "grep" | "sed" | ":" | "psql"))
}

/// `3`, `3.11`, and nothing.
pub(crate) fn is_version(rest: &str) -> bool {
    rest.chars().all(|c| c.is_ascii_digit() || c == '.')
}

pub(crate) fn missing_file(file: &str) -> Status {
    Status::fail(Reason::NoSuchFile, format!("{file}: No such file or directory"))
}

pub(crate) fn missing_venv(file: &str) -> Status {
    let reason = if file.contains("venv/bin/") { Reason::VenvMissing } else { Reason::NoSuchFile };
    Status::fail(reason, format!("{file}: No such file or directory"))
}
