//! Python interpreters: modules, scripts, code on the command line, and virtual environments.

use super::exec::Run;
use super::invocation::InvocationKind;
use super::machine::{Dists, Env, EnvId, Home, Program, Shell};
use super::paths;
use super::simple::{Cmd, missing_file};
use super::status::{Failure, Status};
use super::stdlib;
use super::tools::runs_recipe;
use super::verdict::Reason;
use crate::app::Kind;
use crate::requirements::{self, scripts};
use crate::shell::Command;
use crate::tables::CONSOLE_SCRIPTS;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What stands in code that may write files.
const WRITING: [&str; 9] =
    ["open(", "write", "shutil", "os.", "Path(", "subprocess", "urlretrieve", "extract", "exec("];

/// Names that apps give their own modules, and packages do not.
const APP_NAMES: [&str; 12] =
    ["api", "app", "asgi", "backend", "bot", "core", "main", "manage", "run", "server", "src", "wsgi"];

/// What an environment has without that anybody asks for it.
const INSTALLERS: [&str; 3] = ["pip", "setuptools", "wheel"];

/// What an interpreter is asked to run.
enum Job {
    Module(String, usize),
    Script(String, usize),
    Code(String),
    Stdin,
    Nothing,
    Unknown(&'static str),
}

impl Run<'_, '_> {
    pub(crate) fn python(
        &mut self,
        shell: &mut Shell,
        cmd: &Cmd<'_>,
        env: EnvId,
        feed: Option<&Command>,
    ) -> Status {
        match job(cmd) {
            Job::Module(module, first) => self.module(shell, cmd, env, &module, first),
            Job::Script(script, first) => self.script_file(shell, cmd, env, &script, first),
            Job::Code(code) => {
                let status = self.code(shell, env, &code);
                self.note(shell, cmd, python_call(cmd), Some(env), &status);
                status
            }
            Job::Stdin if self.feeds_get_pip(shell, feed) => self.run_get_pip(shell, cmd, env),
            Job::Stdin => Status::unknown(
                "Python reads its program from standard input, which this tool does not follow",
            ),
            Job::Nothing => Status::Ok,
            Job::Unknown(why) => Status::unknown(why),
        }
    }

    /// What a call of an interpreter that is not there would have been.
    pub(crate) fn python_kind(&self, shell: &Shell, cmd: &Cmd<'_>) -> InvocationKind {
        match job(cmd) {
            Job::Module(module, first) => match module.as_str() {
                "pip" => self.pip_kind(cmd, first, Some(first - 1)),
                "ensurepip" => InvocationKind::EnsurePip,
                "venv" | "virtualenv" => match venv_dir(cmd, first) {
                    Some(dir) => InvocationKind::MakeVenv { dir: paths::join(&shell.cwd, dir) },
                    None => python_call(cmd),
                },
                _ => python_call(cmd),
            },
            Job::Script(script, _) if self.is_get_pip(shell, &script) => InvocationKind::RunGetPip,
            _ => python_call(cmd),
        }
    }

    fn module(&mut self, shell: &mut Shell, cmd: &Cmd<'_>, env: EnvId, module: &str, first: usize) -> Status {
        match module {
            "pip" => return self.pip(shell, cmd, env, first, Some(first - 1)),
            "venv" | "ensurepip"
                if self.machine.envs.get(env).is_some_and(|env| env.version.starts_with('2')) =>
            {
                let status =
                    Status::fail(Reason::ModuleNotFound, format!("{}: No module named {module}", cmd.name));
                self.note(shell, cmd, self.python_kind(shell, cmd), Some(env), &status);
                return status;
            }
            "ensurepip" => {
                let status = self.ensurepip(shell, env);
                self.note(shell, cmd, InvocationKind::EnsurePip, Some(env), &status);
                return status;
            }
            "venv" => return self.make_venv(shell, cmd, env, first),
            "virtualenv" => {
                let there =
                    self.machine.envs.get(env).is_some_and(|env| env.dists.names.contains_key("virtualenv"));
                if there {
                    return self.make_venv(shell, cmd, env, first);
                }
                let status = Status::fail(Reason::ModuleNotFound, "No module named virtualenv");
                self.note(shell, cmd, self.python_kind(shell, cmd), Some(env), &status);
                return status;
            }
            _ => {}
        }
        let top = module.split('.').next().unwrap_or(module);
        let status = if let Some(is_program) = self.app_module(shell, env, module) {
            if is_program {
                let path = module.replace('.', "/");
                let roots = std::iter::once(shell.cwd.clone()).chain(self.module_path(shell, Some(env)));
                let file = roots
                    .flat_map(|root| [format!("{root}/{path}.py"), format!("{root}/{path}/__main__.py")])
                    .find(|file| self.machine.exists(file))
                    .unwrap_or_else(|| paths::join(&shell.cwd, &path));
                self.app_code(shell, env, &file)
            } else {
                Status::fail(
                    Reason::ModuleNotFound,
                    format!(
                        "No module named {module}.__main__; '{module}' is a package and cannot be directly executed"
                    ),
                )
            }
        } else if self.provides(shell, env, top) {
            let words = cmd.simple.words.iter().skip(first).filter_map(|word| word.text.as_deref());
            let operands: Vec<&str> = words.filter(|word| !word.starts_with('-')).collect();
            match self.imports(shell, env) {
                Status::Ok if runs_recipe(top, &operands) => {
                    Status::unknown(format!("what `{top}` runs is not followed"))
                }
                Status::Ok => {
                    let args: Vec<Option<&str>> =
                        cmd.simple.words.iter().skip(first).map(|word| word.text.as_deref()).collect();
                    self.loads(shell, env, module, &args)
                }
                status => status,
            }
        } else if stdlib::has(top) {
            Status::Ok
        } else if let Some(status) = self.may_provide(env, top) {
            status
        } else if APP_NAMES.contains(&top)
            && self.machine.may_bring(&paths::join(&shell.cwd, &format!("{}.py", module.replace('.', "/"))))
        {
            Status::unknown(format!("an earlier command may create the module `{module}`"))
        } else {
            Status::fail(Reason::ModuleNotFound, format!("No module named {module}"))
        };
        let args = cmd.simple.words.iter().skip(first).map(|word| word.text.as_deref());
        if !stdlib::has(top) || self.app_module(shell, env, module).is_some() {
            self.console_leaves_files(shell, top, &args.collect::<Vec<_>>());
        }
        self.note(shell, cmd, python_call(cmd), Some(env), &status);
        status
    }

    fn script_file(
        &mut self,
        shell: &mut Shell,
        cmd: &Cmd<'_>,
        env: EnvId,
        script: &str,
        first: usize,
    ) -> Status {
        if self.is_get_pip(shell, script) {
            return self.run_get_pip(shell, cmd, env);
        }
        let path = paths::join(&shell.cwd, script);
        let status = if self.machine.exists(&path) {
            let status = self.app_code(shell, env, &path);
            let args = cmd.simple.words.iter().skip(first).map(|word| word.text.as_deref());
            let args: Vec<Option<&str>> = args.collect();
            let unset = self.manage_lacks_settings(shell, env, &path, &args).filter(|_| status.is_ok());
            self.console_leaves_files(shell, paths::base_name(&path), &args);
            unset.unwrap_or(status)
        } else if let Some(Program::Console(_)) = self.machine.find(shell, &path) {
            // Ex) `python /opt/venv/bin/gunicorn …`: a console script of that environment.
            self.imports(shell, env)
        } else if self.machine.may_bring(&path) {
            self.machine.may_be_created(&path, script)
        } else {
            missing_file(&format!("can't open file '{path}': [Errno 2]"))
        };
        self.note(shell, cmd, python_call(cmd), Some(env), &status);
        status
    }

    fn code(&mut self, shell: &Shell, env: EnvId, code: &str) -> Status {
        if WRITING.iter().any(|mark| code.contains(mark)) {
            self.leaves_files(shell, "python");
        }
        for module in stdlib::imported(code) {
            if stdlib::has(module) {
                continue;
            }
            let status = if self.app_module(shell, env, module).is_some() || self.provides(shell, env, module)
            {
                self.imports(shell, env)
            } else if let Some(status) = self.may_provide(env, module) {
                status
            } else {
                Status::fail(Reason::ModuleNotFound, format!("No module named '{module}'"))
            };
            if !status.is_ok() {
                return status;
            }
        }
        if code.contains("sys.exit(1)") {
            Status::unknown("it is not known whether this code ends with an error")
        } else {
            Status::Ok
        }
    }

    /// Whether the app's own module of this name can be run with `-m`; `None` where it has none.
    fn app_module(&self, shell: &Shell, env: EnvId, module: &str) -> Option<bool> {
        let mut roots = vec![shell.cwd.clone()];
        roots.extend(self.module_path(shell, Some(env)));
        self.machine.work.count(roots.len());
        let parts = module.replace('.', "/");
        let places: Vec<String> = roots.iter().map(|root| format!("{root}/{parts}")).collect();
        let found = places.iter().find_map(|path| {
            let has = |end: &str| self.machine.exists(&format!("{path}{end}"));
            let package = has("/__init__.py");
            (package || has(".py")).then(|| !package || has("/__main__.py"))
        });
        // A bare directory is a namespace, which every package of that name goes before.
        let bare = || {
            let path =
                places.iter().find(|path| paths::in_app(path).is_some() && self.machine.exists(path))?;
            let top = module.split('.').next().unwrap_or(module);
            let hidden = self.provides(shell, env, top) || stdlib::has(top);
            (!hidden).then(|| self.machine.exists(&format!("{path}/__main__.py")))
        };
        found.or_else(bare)
    }

    /// Whether a distribution of the environment brings a module of this name.
    pub(super) fn provides(&self, shell: &Shell, env: EnvId, module: &str) -> bool {
        let Some(env) = self.machine.envs.get(env) else { return false };
        let targets = shell.vars.get("PYTHONPATH").into_iter().flat_map(|path| path.split(':')).chain(["."]);
        let targets = targets.filter_map(|dir| self.machine.targets.get(&paths::join(&shell.cwd, dir)));
        let targets = targets.map(Arc::as_ref);
        [&*env.dists, &*env.user].into_iter().chain(targets).any(|dists| imports_as(dists, module))
    }

    /// Whether a package of the environment may bring a module along; `None` where none does.
    fn may_provide(&self, env: EnvId, module: &str) -> Option<Status> {
        let env = self.machine.envs.get(env)?;
        if env.dists.has_unknown {
            return Some(Status::may_be_installed(module));
        }
        // Only the name of a program, or one that apps give their own modules, is known not to come along.
        let any = env.dists.names.keys().find(|name| !INSTALLERS.contains(&name.as_str()));
        let any = any.filter(|_| scripts::is_library(module) || !is_known_module(module));
        self.machine.work.count_names(env.dists.names.len());
        let open = || env.dists.open().filter(|_| !APP_NAMES.contains(&module));
        any.map(String::as_str).or_else(open).map(|package| Status::may_come_along(package, module))
    }

    /// How the app's own code ends: it fails only at an import of what nothing brings.
    pub(super) fn app_code(&mut self, shell: &Shell, env: EnvId, file: &str) -> Status {
        let status = self.imports(shell, env);
        if status.is_ok() {
            self.note_missing_imports(shell, env, file);
        }
        let Status::Fail(Failure { reason: Reason::ModuleNotFound, .. }) = &status else { return status };
        let Some(needs) = self.needs(shell, env, file) else {
            let written = self.machine.kind(file) == Some(Kind::File) && self.machine.read(file).is_none();
            return if written {
                Status::unknown(format!("what `{file}` imports is not known"))
            } else {
                status
            };
        };
        match needs.always.iter().find(|module| !self.provides(shell, env, module)) {
            Some(module)
                if self.machine.submodule_of(&paths::join(&shell.cwd, &format!("{module}/x"))).is_some() =>
            {
                self.machine.may_be_created(&paths::join(&shell.cwd, &format!("{module}/x")), module)
            }
            Some(module) if !is_known_module(module) && self.installer(env).is_some() => {
                Status::may_come_along(self.installer(env).unwrap_or_default(), module)
            }
            Some(module) => Status::fail(
                Reason::ModuleNotFound,
                format!("ModuleNotFoundError: No module named '{module}'"),
            ),
            None if needs.maybe => {
                Status::unknown("whether the code needs what is not installed is not known")
            }
            None => Status::Ok,
        }
    }

    /// Ex) Poetry in an environment that has nothing else: it brings `requests` and more.
    fn installer(&self, env: EnvId) -> Option<&str> {
        self.machine.envs.get(env)?.dists.installer()
    }

    pub(crate) fn imports(&self, shell: &Shell, env: EnvId) -> Status {
        match self.machine.imports(env, shell) {
            Ok(()) => Status::Ok,
            Err((reason, detail)) => Status::fail(reason, detail),
        }
    }

    fn ensurepip(&mut self, shell: &Shell, id: EnvId) -> Status {
        let Some(env) = self.machine.envs.get_mut(id) else { return Status::Ok };
        if matches!(env.home, Home::Store | Home::Apt) && !breaks_system(shell) {
            return externally_managed();
        }
        env.has_pip = true;
        Status::Ok
    }

    pub(crate) fn virtualenv(&mut self, shell: &mut Shell, cmd: &Cmd<'_>, env: EnvId) -> Status {
        self.make_venv(shell, cmd, env, cmd.program + 1)
    }

    /// `python -m venv [options] DIR`. `first` is the place of the first argument among the words.
    fn make_venv(&mut self, shell: &mut Shell, cmd: &Cmd<'_>, id: EnvId, first: usize) -> Status {
        let Some(dir) = venv_dir(cmd, first) else {
            return Status::unknown("the directory of the virtual environment comes from a variable");
        };
        let dir = paths::join(&shell.cwd, dir);
        if self.machine.venv(&dir) == Some(id) && cmd.has("--copies") {
            // The running interpreter is the file that the copy would replace.
            let status =
                Status::fail(Reason::Other, format!("[Errno 26] Text file busy: '{dir}/bin/python'"));
            self.note(shell, cmd, InvocationKind::MakeVenv { dir }, Some(id), &status);
            return status;
        }
        let Some(base) = self.machine.envs.get(id).cloned() else { return Status::Ok };
        let mut interpreters: BTreeSet<String> = ["python", "python3"].map(str::to_owned).into();
        // venv gives the name with the minor version since Python 3.10, and the name it was run by.
        let minor: u32 = base.version.rsplit('.').next().and_then(|minor| minor.parse().ok()).unwrap_or(0);
        if minor >= 10 {
            interpreters.insert(format!("python{}", base.version));
        }
        interpreters.insert(paths::base_name(&cmd.name).to_owned());
        if base.home == Home::Apt && !self.machine.profile.apt_venv {
            let status =
                Status::fail(Reason::Other, "ensurepip is not available: install the python3-venv package");
            self.note(shell, cmd, InvocationKind::MakeVenv { dir }, Some(id), &status);
            return status;
        }
        let env = Env {
            home: Home::Venv { dir: dir.clone(), copies: cmd.has("--copies"), phase: self.phase.to_owned() },
            version: base.version.clone(),
            interpreters,
            has_pip: !cmd.has("--without-pip"),
            dists: if cmd.has("--system-site-packages") { base.dists } else { Arc::default() },
            user: Arc::default(),
        };
        let made = match self.machine.venv(&dir) {
            // Made again over an old one: what is installed stays.
            Some(old) => {
                if let Some(slot) = self.machine.envs.get_mut(old) {
                    slot.has_pip |= env.has_pip;
                    slot.interpreters.extend(env.interpreters);
                }
                old
            }
            None => self.machine.add_env(env),
        };
        self.note(shell, cmd, InvocationKind::MakeVenv { dir }, Some(made), &Status::Ok);
        Status::Ok
    }
}

fn python_call(cmd: &Cmd<'_>) -> InvocationKind {
    InvocationKind::Python { name: cmd.name.clone() }
}

/// PEP 668, in pip's words.
pub(crate) fn externally_managed() -> Status {
    Status::fail(Reason::ExternallyManaged, "error: externally-managed-environment")
}

/// Whether pip's option is set through the environment.
pub(crate) fn breaks_system(shell: &Shell) -> bool {
    shell
        .vars
        .get("PIP_BREAK_SYSTEM_PACKAGES")
        .is_some_and(|value| matches!(value.to_lowercase().as_str(), "1" | "true" | "yes" | "on"))
}

/// Whether it is known which packages bring a module.
fn is_known_module(module: &str) -> bool {
    APP_NAMES.contains(&module) || CONSOLE_SCRIPTS.has(&requirements::normalize(module))
}

fn imports_as(dists: &Dists, module: &str) -> bool {
    let brings = |name: &str| scripts::import_names(name).iter().any(|import| import == module);
    // A distribution outside the table has only a module of its own name.
    let own = requirements::normalize(module);
    if dists.gone.contains(&own) {
        return false;
    }
    let brings_it = |name: &str| dists.names.contains_key(name) && brings(name);
    // Ex) django, which django-extensions requires, has `django-admin`.
    let has_program = |name: &str| {
        dists.script(name)
            || CONSOLE_SCRIPTS.words(name).is_some_and(|mut own| own.any(|script| dists.script(script)))
    };
    let shared = || module == "google" && dists.names.keys().any(|name| brings(name));
    brings_it(&own)
        || scripts::import_listed().any(brings_it)
        || shared()
        || has_program(module)
        || has_program(&own)
}

/// The first operand of venv's or virtualenv's arguments.
pub(crate) fn venv_dir<'s>(cmd: &Cmd<'s>, first: usize) -> Option<&'s str> {
    let mut skip = false;
    for word in cmd.simple.words.iter().skip(first) {
        let text = word.text.as_deref()?;
        if std::mem::take(&mut skip) {
            continue;
        }
        if matches!(text, "--prompt" | "-p" | "--python" | "--seeder" | "--pip" | "--setuptools") {
            skip = true;
        } else if !text.starts_with('-') {
            return Some(text);
        }
    }
    None
}

fn job(cmd: &Cmd<'_>) -> Job {
    let mut index = cmd.program + 1;
    let words = &cmd.simple.words;
    while let Some(word) = words.get(index) {
        let Some(text) = word.text.as_deref() else {
            return Job::Unknown("the name of the program comes from a variable");
        };
        match text {
            "-m" => {
                return match words.get(index + 1).map(|word| word.text.clone()) {
                    Some(Some(module)) => Job::Module(module, index + 2),
                    _ => Job::Unknown("the name of the module comes from a variable"),
                };
            }
            "-c" => {
                return match words
                    .get(index + 1)
                    .map(|word| word.text.clone().unwrap_or_else(|| word.raw.clone()))
                {
                    Some(code) => Job::Code(code),
                    None => Job::Nothing,
                };
            }
            "-" => return Job::Stdin,
            "-V" | "--version" | "-h" | "--help" => return Job::Nothing,
            "-X" | "-W" => index += 2,
            "--" => {
                return match words.get(index + 1).map(|word| word.text.clone()) {
                    Some(Some(script)) => Job::Script(script, index + 2),
                    Some(None) => Job::Unknown("the name of the program comes from a variable"),
                    None => Job::Stdin,
                };
            }
            option if option.starts_with("-m") && option.len() > 2 => {
                return Job::Module(option[2..].to_owned(), index + 1);
            }
            option if option.starts_with('-') => index += 1,
            script => return Job::Script(script.to_owned(), index + 1),
        }
    }
    Job::Stdin
}
