//! The module or file of the app that a server is told to load, looked for where that program looks.

use super::exec::Run;
use super::machine::{EnvId, MOST_DIRS, Shell};
use super::paths;
use super::project::is_identifier;
use super::simple::missing_file;
use super::status::{Failure, Status};
use super::verdict::Reason;
use crate::app::Kind;

/// What a program is told to load.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    /// A module, and the attribute of it that is needed too.
    Module(String, Option<String>),
    /// A file.
    File(String),
}

/// Servers that take `module:attribute`.
const SERVERS: [&str; 7] =
    ["gunicorn", "uvicorn", "hypercorn", "daphne", "waitress-serve", "waitress", "granian"];

/// Where a module is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A module of the app, with its file, or one of an installed distribution.
    Module(Option<String>),
    /// Only a directory without `__init__.py`.
    Namespace,
    /// Nowhere: the part of its name that is not there.
    Nowhere(String),
    /// Not all of the places are known.
    Unknown,
}

impl Run<'_, '_> {
    /// How a program ends that loads what its arguments name; `Ok` where they name nothing that can be looked for.
    pub(super) fn loads(
        &mut self,
        shell: &Shell,
        env: EnvId,
        program: &str,
        args: &[Option<&str>],
    ) -> Status {
        if let Some(status) = super::server_target::refuses(program, args) {
            return status;
        }
        let Some(target) = target(program, args) else { return Status::Ok };
        // Such a file sets the directory, or the module itself.
        let configured = matches!(program, "gunicorn" | "hypercorn" | "granian")
            && (has_option(args, &["-c", "--config"])
                || self.machine.exists(&paths::join(&shell.cwd, "gunicorn.conf.py")))
            || is_set_by_variables(shell, program);
        match target {
            Target::File(file) if file.contains("://") => Status::Ok,
            Target::File(file) => {
                let path = paths::join(&shell.cwd, &file);
                if self.machine.submodule_of(&path).is_some() {
                    return self.machine.may_be_created(&path, &file);
                }
                if self.machine.exists(&path)
                    || self.machine.may_bring(&path)
                    || self.machine.is_foreign(&path)
                {
                    return Status::Ok;
                }
                let mut status = missing_file(&file);
                if let (Status::Fail(failure), Some(there)) =
                    (&mut status, self.elsewhere(paths::base_name(&file)))
                {
                    failure.hint =
                        Some(format!("there is `{there}`: name that, or go into its directory first"));
                }
                status
            }
            Target::Module(module, attribute) => {
                let roots = self.roots(shell, program, args);
                let file = paths::join(&shell.cwd, &module);
                if program == "gunicorn" && is_python_file(&module) && self.machine.exists(&file) {
                    let name = module.trim_end_matches(".py");
                    return Status::fail(
                        Reason::ModuleNotFound,
                        format!("Failed to find application, did you mean '{name}:application'?"),
                    );
                }
                match self.module_in(shell, env, &module, &roots) {
                    Found::Module(file) => {
                        let Some(file) = file else { return Status::Ok };
                        self.note_missing_imports(shell, env, &file);
                        let lacks = attribute.filter(|_| !configured).and_then(|attribute| {
                            self.lacks_attribute(program, &file, (&module, &attribute))
                        });
                        if let Some(status) = lacks {
                            return status;
                        }
                        self.lacks_settings(shell, env, &file, &roots, None).unwrap_or(Status::Ok)
                    }
                    Found::Namespace if attribute.is_none() || configured => Status::Ok,
                    Found::Namespace => Status::fail(
                        Reason::Other,
                        format!(
                            "`{module}` is a directory without `__init__.py`, so it has no attribute to start"
                        ),
                    ),
                    Found::Unknown => {
                        let file = |root: &String| format!("{root}/{}.py", module.replace('.', "/"));
                        let submodule =
                            roots.iter().map(file).find(|file| self.machine.submodule_of(file).is_some());
                        match submodule {
                            Some(file) => self.machine.may_be_created(&file, &module),
                            None => {
                                Status::unknown(format!("`{module}` may come with files that commands bring"))
                            }
                        }
                    }
                    Found::Nowhere(_) if configured => {
                        Status::unknown(format!("`{module}` may be where the options of the server say"))
                    }
                    Found::Nowhere(part) => self.no_module(&module, &part),
                }
            }
        }
    }

    /// The file of the app's module that a program is told to load.
    pub(super) fn module_file(
        &self,
        shell: &Shell,
        env: EnvId,
        program: &str,
        args: &[Option<&str>],
    ) -> Option<String> {
        let Target::Module(module, _) = target(program, args)? else { return None };
        match self.module_in(shell, env, &module, &self.roots(shell, program, args)) {
            Found::Module(file) => file,
            _ => None,
        }
    }

    /// Where a module is, below these directories and in the environment.
    pub(super) fn module_in(&self, shell: &Shell, env: EnvId, module: &str, roots: &[String]) -> Found {
        let parts: Vec<&str> = module.split('.').collect();
        let top = parts.first().copied().unwrap_or_default();
        self.machine.work.count(roots.len());
        let mut deepest = 0;
        let mut namespace = false;
        for root in roots {
            let mut dir = root.clone();
            for (at, part) in parts.iter().enumerate() {
                let path = format!("{dir}/{part}");
                let last = at + 1 == parts.len();
                let file = format!("{path}.py");
                if last && self.machine.kind(&file) == Some(Kind::File) {
                    return Found::Module(Some(file));
                }
                if self.machine.kind(&path) != Some(Kind::Dir) {
                    break;
                }
                deepest = deepest.max(at + 1);
                if last {
                    let file = format!("{path}/__init__.py");
                    if self.machine.exists(&file) {
                        return Found::Module(Some(file));
                    }
                    namespace = true;
                }
                dir = path;
            }
        }
        let brought = |root: &str| self.machine.may_bring(&format!("{root}/{}.py", parts.join("/")));
        let foreign = roots.iter().any(|root| paths::in_app(root).is_none() && self.machine.is_foreign(root));
        let open = self.machine.envs.get(env).is_some_and(|env| env.dists.has_unknown);
        if self.provides(shell, env, top) || super::stdlib::has(top) {
            Found::Module(None)
        } else if namespace {
            Found::Namespace
        } else if foreign || roots.iter().any(|root| brought(root)) || open && deepest == 0 {
            Found::Unknown
        } else {
            Found::Nowhere(parts.get(..=deepest).unwrap_or(&parts).join("."))
        }
    }

    /// A module that is nowhere, in Python's words, and where there is one of its name.
    pub(super) fn no_module(&self, module: &str, part: &str) -> Status {
        let file = format!("{}.py", module.rsplit('.').next().unwrap_or(module));
        let hint = self.elsewhere(&file).map(|there| {
            let dotted = there.trim_end_matches(".py").replace('/', ".");
            match there.rsplit_once('/') {
                Some((dir, _)) => {
                    format!("there is `{there}`: write `{dotted}`, or `cd {dir} &&` before the command")
                }
                None => format!(
                    "there is `{there}` at the root of the app: write `{dotted}`, or leave out the directory"
                ),
            }
        });
        let detail = format!("ModuleNotFoundError: No module named '{part}'");
        Status::Fail(Failure { reason: Reason::ModuleNotFound, detail, hint, at: None })
    }

    /// Directories that the program looks for modules in.
    fn roots(&self, shell: &Shell, program: &str, args: &[Option<&str>]) -> Vec<String> {
        let mut roots = Vec::new();
        let own = match program {
            "uvicorn" => option(args, &["--app-dir"]),
            "gunicorn" => option(args, &["--chdir"]),
            "granian" => option(args, &["--working-dir"]),
            "celery" => option(args, &["--workdir"]),
            _ => None,
        };
        roots.push(own.map_or_else(|| shell.cwd.clone(), |dir| paths::join(&shell.cwd, dir)));
        if let Some(more) = option(args, &["--pythonpath"]) {
            roots.extend(more.split(',').map(|dir| paths::join(&shell.cwd, dir)));
        }
        roots.extend(self.module_path(shell, None));
        roots
    }

    /// `PYTHONPATH`, and the projects that were installed from their directories.
    pub(super) fn module_path(&self, shell: &Shell, env: Option<EnvId>) -> Vec<String> {
        let path = shell.vars.get("PYTHONPATH").into_iter().flat_map(|path| path.split(':'));
        let mut dirs: Vec<String> = path
            .take(MOST_DIRS)
            .filter(|dir| !dir.is_empty())
            .map(|dir| {
                let known = super::expansion::text(shell, dir);
                paths::join(&shell.cwd, known.as_deref().unwrap_or(dir))
            })
            .collect();
        for (id, held) in self.machine.envs.iter().enumerate() {
            if env.is_none_or(|env| env == id) {
                dirs.extend(held.dists.sources.iter().flat_map(|dir| [dir.clone(), paths::join(dir, "src")]));
            }
        }
        dirs
    }

    /// The one file of this name in the app's root and the directories below it.
    fn elsewhere(&self, name: &str) -> Option<String> {
        let mut found = Vec::new();
        for entry in self.machine.list(paths::APP) {
            match entry.kind {
                Kind::File if entry.name == name => found.push(entry.name),
                Kind::Dir if !entry.name.starts_with('.') => {
                    let place = format!("{}/{name}", entry.name);
                    if self.machine.kind(&paths::join(paths::APP, &place)) == Some(Kind::File) {
                        found.push(place);
                    }
                }
                _ => {}
            }
        }
        if let [only] = found.as_slice() { Some(only.clone()) } else { None }
    }
}

fn target(program: &str, args: &[Option<&str>]) -> Option<Target> {
    let words = || args.iter().map_while(|arg| *arg);
    if SERVERS.contains(&program) {
        let named = args.iter().flatten().find_map(|word| {
            let word = if program == "waitress-serve" { word.trim_start_matches("--call=") } else { word };
            // Ex) hypercorn's `asgi:app.main:app`
            let word = ["asgi:", "wsgi:"]
                .iter()
                .find_map(|kind| word.strip_prefix(kind))
                .filter(|rest| rest.contains(':'))
                .unwrap_or(word);
            let (module, attribute) = word.split_once(':')?;
            let attribute = attribute.split('(').next().unwrap_or_default();
            (is_dotted(module) && is_dotted(attribute)).then(|| (module.to_owned(), attribute.to_owned()))
        });
        // Ex) `gunicorn wsgi`, which is `wsgi:application`
        let bare = || super::server_target::operand(program, args).filter(|_| program == "gunicorn");
        let bare =
            || bare().filter(|word| is_dotted(word)).map(|word| (word.to_owned(), "application".to_owned()));
        return named.or_else(bare).map(|(module, attribute)| Target::Module(module, Some(attribute)));
    }
    match program {
        "celery" => {
            let app = option(args, &["-A", "--app"])?;
            let top = app.split([':', '.']).next().unwrap_or(app);
            is_dotted(top).then(|| Target::Module(top.to_owned(), None))
        }
        "streamlit" | "chainlit" | "fastapi" => {
            let mut operands = words().filter(|word| !word.starts_with('-'));
            let verb = operands.next()?;
            let file = operands.next()?;
            (matches!(verb, "run" | "dev") && is_python_file(file)).then(|| Target::File(file.to_owned()))
        }
        "flask" => {
            let app = option(args, &["-A", "--app"])?;
            let module = app.split(':').next().unwrap_or(app);
            if is_python_file(module) {
                return Some(Target::File(module.to_owned()));
            }
            is_dotted(module).then(|| Target::Module(module.to_owned(), None))
        }
        _ => None,
    }
}

/// Whether variables give the server options that say where it looks for modules.
fn is_set_by_variables(shell: &Shell, program: &str) -> bool {
    match program {
        "gunicorn" => shell.vars.get("GUNICORN_CMD_ARGS").is_some_and(|options| {
            ["chdir", "pythonpath", "config", "-c", "$"].iter().any(|part| options.contains(part))
        }),
        "uvicorn" => shell.vars.contains_key("UVICORN_APP_DIR"),
        _ => false,
    }
}

/// The value of an option, written behind it or after `=`.
fn option<'a>(args: &[Option<&'a str>], names: &[&str]) -> Option<&'a str> {
    args.iter().enumerate().find_map(|(at, arg)| {
        let arg = (*arg)?;
        if names.contains(&arg) {
            return args.get(at + 1).copied().flatten();
        }
        let (name, value) = arg.split_once('=')?;
        names.contains(&name).then_some(value)
    })
}

fn has_option(args: &[Option<&str>], names: &[&str]) -> bool {
    args.iter().flatten().any(|arg| names.contains(&arg.split('=').next().unwrap_or(arg)))
}

pub(super) fn is_python_file(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension == "py")
}

/// `app`, `app.main`
fn is_dotted(text: &str) -> bool {
    text.split('.').all(is_identifier)
}

#[cfg(test)]
mod tests {
    use super::{Target, target};

    #[test]
    fn finds_what_a_server_is_told_to_load() {
        let module = |name: &str| {
            let (module, attribute) = name.split_once(':').unwrap_or((name, "app"));
            Some(Target::Module(module.to_owned(), Some(attribute.to_owned())))
        };
        let named = |name: &str| Some(Target::Module(name.to_owned(), None));
        let file = |name: &str| Some(Target::File(name.to_owned()));
        let cases = [
            ("gunicorn -b 0.0.0.0:8000 wsgi:app", module("wsgi")),
            ("gunicorn -k uvicorn.workers.UvicornWorker app.main:app", module("app.main")),
            ("gunicorn --bind localhost:8000 app:create_app()", module("app:create_app")),
            ("gunicorn --bind unix:/tmp/x.sock wsgi", module("wsgi:application")),
            ("gunicorn -w 4 proj.wsgi", module("proj.wsgi:application")),
            ("uvicorn main:app --host ::", module("main")),
            ("hypercorn asgi:app.main:app", module("app.main")),
            ("hypercorn asgi:app", module("asgi")),
            ("waitress-serve --listen=*:8000 --call=shop:create_app", module("shop:create_app")),
            ("celery -A proj.tasks worker", named("proj")),
            ("celery --app=proj worker", named("proj")),
            ("streamlit run Home.py --server.port 80", file("Home.py")),
            ("streamlit hello", None),
            ("fastapi run", None),
            ("flask --app shop:create_app run", named("shop")),
            ("flask run", None),
            ("http app:x", None),
        ];
        for (command, expected) in cases {
            let mut words = command.split(' ');
            let program = words.next().unwrap_or_default();
            let args: Vec<Option<&str>> = words.map(Some).collect();
            assert_eq!(target(program, &args), expected, "{command}");
        }
    }
}
