//! poetry, pdm and pipenv: they install the project into the environment that is active, and where none is, Poetry and
//! pipenv make one of their own, which nothing but their `run` reaches.
//!
//! Source: `EnvManager.get` in `poetry/utils/env.py` of Poetry 1.3.1, and runs of it.

use super::exec::Run;
use super::file_programs::operands;
use super::invocation::InvocationKind;
use super::machine::{Dists, Env, EnvId, Home, Shell};
use super::paths::{self, base_name};
use super::pip::merge;
use super::simple::Cmd;
use super::status::{Failure, Status};
use super::tools::with_groups;
use super::uv::Value;
use super::verdict::Reason;
use crate::requirements::normalize;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use toml_edit::{Document, Item};

/// Where Poetry and pipenv keep the environments of their own.
const OWN: [(&str, &str); 2] =
    [("poetry", "/root/.cache/pypoetry/virtualenvs"), ("pipenv", "/root/.local/share/virtualenvs")];

/// Whether this is the directory of such an environment: its last part has a hash, which is not known.
pub(crate) fn is_own(dir: &str) -> bool {
    OWN.iter().any(|(_, home)| paths::below(dir, home).is_some())
}

/// The environment that a package manager works in.
enum Into {
    /// One that is there.
    Env(EnvId),
    /// The one that it makes, in this directory.
    New(String),
    /// It is not known which.
    Unknown,
}

/// The call of a package manager.
pub(crate) fn manager_kind(cmd: &Cmd<'_>) -> InvocationKind {
    let tool = ["poetry", "pdm", "pipenv", "uv"].into_iter().find(|tool| base_name(&cmd.name) == *tool);
    if base_name(&cmd.name) == "uv" && cmd.operand() == Some("pip") {
        return InvocationKind::UvPip { system: cmd.has("--system") };
    }
    match tool {
        Some(tool) => {
            let operands = operands(cmd, &["-C", "--directory", "--project", "-P"]);
            let verb = operands.first().copied().unwrap_or_default().to_owned();
            InvocationKind::Manager { tool, verb }
        }
        None => InvocationKind::Program { name: cmd.name.clone() },
    }
}

impl Run<'_, '_> {
    pub(super) fn manager(&mut self, shell: &Shell, cmd: &Cmd<'_>, home: Option<EnvId>) -> Status {
        let tool = base_name(&cmd.name);
        let mut inner = shell.clone();
        match directory_of(cmd) {
            Value::Absent => return self.manage(shell, cmd, tool, home),
            Value::Known(dir) => inner.cwd = paths::join(&shell.cwd, dir),
            Value::Open => inner.has_open_cwd = true,
        }
        let status = self.manage(&inner, cmd, tool, home);
        inner.doubted(status)
    }

    fn manage(&mut self, shell: &Shell, cmd: &Cmd<'_>, tool: &str, home: Option<EnvId>) -> Status {
        let kind = manager_kind(cmd);
        let InvocationKind::Manager { verb, .. } = &kind else { return Status::Ok };
        let verb = verb.clone();
        if verb == "export" {
            // It may write a file of requirements.
            self.machine.brings_unseen(paths::APP, false);
        }
        let installs = matches!(verb.as_str(), "install" | "sync" | "update" | "add");
        let runs = verb == "run";
        if tool == "poetry" && verb == "config" {
            self.configure(cmd);
        }
        let into = if installs || runs { self.reached(shell, cmd, tool, home) } else { Into::Unknown };
        let active = shell.active.as_deref().and_then(|dir| self.machine.venv(dir));
        let reached = if let Into::Env(id) = into { Some(id) } else { active.or(home) };
        let refused =
            if tool == "poetry" && verb == "install" { self.poetry_refuses(shell, cmd) } else { None };
        if let Some(status) = refused {
            self.note(shell, cmd, kind, reached, &status);
            return status;
        }
        let id = match into {
            Into::Env(id) => Some(id),
            Into::New(dir) => Some(self.make_own(&dir, home)),
            Into::Unknown => None,
        };
        if runs {
            let own = tool == "pdm" && self.machine.managed.contains(tool);
            let status = match id {
                Some(env) => self.run_inside(shell, cmd, env),
                None if own => Status::Ok,
                None => Status::unknown(format!("it is not known what the environment of `{tool} run` has")),
            };
            let status = self.advised(status, tool, id, home);
            self.note(shell, cmd, kind, id.or(reached), &status);
            return status;
        }
        if installs {
            self.machine.managed.insert(tool.to_owned());
            let mut asked = Dists::default();
            self.manage_project(shell, with_groups(cmd), &mut asked);
            // What `add` names is in no file.
            asked.has_unknown |= verb == "add" || (tool == "pipenv" && cmd.operands().len() > 1);
            if let Some(env) = id.and_then(|id| self.machine.envs.get_mut(id)) {
                merge(&mut env.dists, asked, &self.machine.work);
            }
        }
        self.note(shell, cmd, kind, id.or(reached), &Status::Ok);
        Status::Ok
    }

    /// Says which environment has the packages, where a program inside another one misses them.
    fn advised(&self, status: Status, tool: &str, id: Option<EnvId>, home: Option<EnvId>) -> Status {
        let env = |id: Option<EnvId>| id.and_then(|id| self.machine.envs.get(id));
        let own = env(id).is_some_and(|env| !env.dists.has_packages() && env.venv_dir().is_some_and(is_own));
        match (status, env(home).filter(|home| own && home.dists.has_packages()).and_then(Env::venv_dir)) {
            (Status::Fail(failure), Some(dir)) if failure.hint.is_none() => {
                let hint = format!(
                    "`{tool} run` makes an environment of its own where none is active; your packages are in `{dir}`, so leave out `{tool} run`"
                );
                Status::Fail(Failure { hint: Some(hint), ..failure })
            }
            (status, _) => status,
        }
    }

    fn reached(&self, shell: &Shell, cmd: &Cmd<'_>, tool: &str, home: Option<EnvId>) -> Into {
        let active = shell.active.as_deref().or_else(|| shell.vars.get("VIRTUAL_ENV").map(String::as_str));
        if let Some(dir) = active {
            return self.machine.venv(dir).map_or(Into::Unknown, Into::Env);
        }
        let (in_project, create) = match tool {
            "poetry" => {
                let setting = |key: &str, variable: &str| self.poetry_setting(shell, key, variable);
                (
                    setting("in-project", "POETRY_VIRTUALENVS_IN_PROJECT"),
                    setting("create", "POETRY_VIRTUALENVS_CREATE"),
                )
            }
            "pipenv" => {
                let set = shell.vars.get("PIPENV_VENV_IN_PROJECT").map(|value| is_on(value));
                // `--system` installs into the interpreter that pipenv finds on `PATH`.
                (set, Some(!cmd.has("--system")))
            }
            // PDM writes down which environment it has used, and comes back to it.
            _ => return home.map_or(Into::Unknown, Into::Env),
        };
        let beside = paths::join(&shell.cwd, ".venv");
        if in_project != Some(false) {
            if let Some(id) = self.machine.venv(&beside) {
                return Into::Env(id);
            }
            // Ex) one that is committed to the repository
            if self.machine.exists(&beside) {
                return Into::Unknown;
            }
        }
        if create == Some(false) {
            return home.map_or(Into::Unknown, Into::Env);
        }
        if in_project == Some(true) {
            return Into::New(beside);
        }
        let Some((_, own)) = OWN.iter().find(|(name, _)| *name == tool) else { return Into::Unknown };
        let dir = format!("{own}/{}", shell.cwd.trim_start_matches('/').replace('/', "-"));
        self.machine.venv(&dir).map_or(Into::New(dir), Into::Env)
    }

    /// The environment of its own that a package manager makes.
    fn make_own(&mut self, dir: &str, home: Option<EnvId>) -> EnvId {
        let version = home.and_then(|id| self.machine.envs.get(id)).map(|env| env.version.clone());
        let version = version.or_else(|| self.machine.profile.pythons.get("python3").cloned());
        self.make_environment(dir, version, true)
    }

    /// An environment without packages, which a package manager makes in this directory.
    pub(super) fn make_environment(&mut self, dir: &str, version: Option<String>, has_pip: bool) -> EnvId {
        let version = version.unwrap_or_else(|| "3".to_owned());
        let interpreters: BTreeSet<String> =
            ["python".to_owned(), "python3".to_owned(), format!("python{version}")].into();
        self.machine.add_env(Env {
            home: Home::Venv { dir: dir.to_owned(), copies: false, phase: self.phase.to_owned() },
            version,
            interpreters,
            has_pip,
            dists: Arc::default(),
            user: Arc::default(),
        })
    }

    /// `poetry config virtualenvs.create false`
    fn configure(&mut self, cmd: &Cmd<'_>) {
        let operands = cmd.operands();
        if let ["config", key, value, ..] = operands.as_slice() {
            self.machine.settings.insert((*key).to_owned(), (*value).to_owned());
        }
    }

    /// What Poetry is told about its environments, the nearest first: a variable, `poetry.toml`, `poetry config`.
    fn poetry_setting(&self, shell: &Shell, key: &str, variable: &str) -> Option<bool> {
        if let Some(value) = shell.vars.get(variable) {
            return Some(is_on(value));
        }
        let file = self.machine.read(&paths::join(&shell.cwd, "poetry.toml"));
        let text = file.and_then(|bytes| String::from_utf8(bytes.into_owned()).ok()).unwrap_or_default();
        let document = Document::parse(text.as_str()).ok();
        let item = document.as_ref().and_then(|document| document.get("virtualenvs")?.get(key));
        let said = item.and_then(Item::as_bool);
        said.or_else(|| self.machine.settings.get(&format!("virtualenvs.{key}")).map(|value| is_on(value)))
    }

    /// What Poetry says to a project, a lock file or an option that it cannot read.
    fn poetry_refuses(&self, shell: &Shell, cmd: &Cmd<'_>) -> Option<Status> {
        let version = shell.vars.get("NIXPACKS_POETRY_VERSION");
        let major: Option<u32> = version.and_then(|version| version.split('.').next()?.parse().ok());
        if major.is_some_and(|major| major >= 2) && cmd.has("--no-dev") {
            return Some(Status::fail(Reason::Other, "The option \"--no-dev\" does not exist"));
        }
        let bytes = self.machine.read(&paths::join(&shell.cwd, "pyproject.toml"))?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let document = Document::parse(text).ok()?;
        let poetry = document.get("tool").and_then(|tool| tool.get("poetry"));
        if major.is_some_and(|major| major < 2) && poetry.is_none() && !text.trim().is_empty() {
            let hint = "Poetry 2 reads `[project]`, and Nixpacks' own install command does not work with it: give the install command yourself, with a virtual environment";
            return Some(Status::Fail(Failure {
                reason: Reason::Other,
                detail: "[tool.poetry] section not found in pyproject.toml".to_owned(),
                hint: Some(hint.to_owned()),
                at: None,
            }));
        }
        let lock = self.machine.read(&paths::join(&shell.cwd, "poetry.lock"))?;
        let (detail, hint) = lock_is_refused(std::str::from_utf8(&lock).ok()?, poetry)?;
        let hint = Some(hint.to_owned());
        Some(Status::Fail(Failure { reason: Reason::Other, detail, hint, at: None }))
    }
}

/// What Poetry says to a lock file that it cannot use for a project, and what to do.
fn lock_is_refused(lock: &str, poetry: Option<&Item>) -> Option<(String, &'static str)> {
    let has = |table: &str| lock.lines().any(|line| line.trim_end() == table);
    if !has("[metadata]") {
        let hint = "`poetry.lock` is no lock file: make it with `poetry lock`, and commit it";
        return Some(("'metadata'".to_owned(), hint));
    }
    let quoted =
        |line: &str| line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"')).map(normalize);
    let locked: HashSet<String> = lock.lines().filter_map(quoted).collect();
    let wanted = poetry?.get("dependencies")?.as_table_like()?;
    let (name, item) = wanted.iter().find(|(name, item)| {
        *name != "python" && is_for_every_python(item) && !locked.contains(&normalize(name))
    })?;
    let constraint = item.as_str().or_else(|| item.get("version").and_then(Item::as_str)).unwrap_or("*");
    let project = poetry?.get("name").and_then(Item::as_str).unwrap_or("the project");
    let detail = format!(
        "Because {project} depends on {name} ({constraint}) which doesn't match any versions, version solving failed."
    );
    Some((detail, "`poetry.lock` is older than `pyproject.toml`: run `poetry lock`, and commit it"))
}

/// Whether a dependency of Poetry's own table is wanted wherever the project is installed.
fn is_for_every_python(item: &Item) -> bool {
    item.is_str()
        || item
            .as_table_like()
            .is_some_and(|table| table.iter().all(|(key, _)| matches!(key, "version" | "extras")))
}

/// The directory that options name instead of the working one.
fn directory_of<'s>(cmd: &Cmd<'s>) -> Value<'s> {
    // Behind `run` they are the program's.
    let end = cmd.args.iter().position(|arg| *arg == Some("run")).unwrap_or(cmd.args.len());
    let own = cmd.args.get(..end).unwrap_or_default();
    if let Some(at) = own.iter().position(|arg| matches!(arg, Some("-C" | "--directory"))) {
        return own.get(at + 1).copied().flatten().map_or(Value::Open, Value::Known);
    }
    let joined = own.iter().flatten().find_map(|arg| arg.strip_prefix("--directory="));
    joined.map_or(Value::Absent, Value::Known)
}

fn is_on(value: &str) -> bool {
    matches!(value.to_lowercase().as_str(), "1" | "true" | "yes" | "on")
}

#[cfg(test)]
mod tests {
    use super::lock_is_refused;
    use toml_edit::Document;

    #[test]
    fn a_lock_file_has_all_that_is_wanted_everywhere() {
        let project = "[tool.poetry]\nname = 'shop'\n[tool.poetry.dependencies]\npython = '^3.8'\nFlask_Cors = '^4'\n\
             tomli = { version = '*', python = '<3.11' }\nmine = { path = '../mine' }\n";
        let document = Document::parse(project).ok();
        let poetry = document.as_ref().and_then(|document| document.get("tool")?.get("poetry"));
        let tail = "\n[metadata]\nlock-version = \"2.0\"\n";
        let refused = |lock: &str| lock_is_refused(lock, poetry).map(|(detail, _)| detail);
        assert_eq!(refused(&format!("[[package]]\nname = \"flask-cors\"\n{tail}")), None);
        assert_eq!(
            refused(&format!("package = []\n{tail}")).as_deref(),
            Some(
                "Because shop depends on Flask_Cors (^4) which doesn't match any versions, version solving failed."
            )
        );
        assert_eq!(refused("# generated\n").as_deref(), Some("'metadata'"));
        assert_eq!(refused("").as_deref(), Some("'metadata'"));
    }
}
