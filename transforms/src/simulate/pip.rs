//! pip: where it installs, and what stops it.

use super::exec::Run;
use super::file_programs::operands;
use super::invocation::{InvocationKind, PipInvocation};
use super::machine::{Dists, EnvId, Home, Shell};
use super::paths::{self, base_name};
use super::python::{breaks_system, externally_managed};
use super::simple::{Cmd, missing_file};
use super::status::Status;
use super::verdict::Reason;
use super::work::Work;
use crate::requirements::{self, Line, PipCommand, Requirement};
use crate::shell::Word;
use crate::text::Span;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Run<'_, '_> {
    /// What a call of pip is. `module` is the place of the word `pip` in `python -m pip`.
    pub(crate) fn pip_kind(&self, cmd: &Cmd<'_>, first: usize, module: Option<usize>) -> InvocationKind {
        let words = &cmd.simple.words;
        let texts: Vec<Option<&str>> = words.iter().skip(first).map(readable).collect();
        let command = requirements::pip_arguments(&texts);
        let last = first.saturating_sub(1);
        // `sudo` goes with the program that it runs: it hides the PATH on which a venv would be.
        let sudo = words.iter().take(cmd.program).find(|word| word.text.as_deref() == Some("sudo"));
        let start = sudo.or_else(|| words.get(cmd.program)).map_or(0, |word| word.span.start);
        let end = words.get(last).map_or(start, |word| word.span.end);
        let program = Span::new(start + self.offset, end.max(start) + self.offset);
        InvocationKind::Pip(Box::new(PipInvocation {
            program,
            first,
            command,
            module: module.is_some(),
            sudo: sudo.is_some(),
            name: cmd.name.clone(),
        }))
    }

    /// Runs pip in an environment. `first` is the place of pip's first argument among the words.
    pub(crate) fn pip(
        &mut self,
        shell: &Shell,
        cmd: &Cmd<'_>,
        env: EnvId,
        first: usize,
        module: Option<usize>,
    ) -> Status {
        let kind = self.pip_kind(cmd, first, module);
        let InvocationKind::Pip(call) = &kind else { return Status::Ok };
        let status = self.run_pip(shell, env, &call.command, module.is_some());
        self.note(shell, cmd, kind, Some(env), &status);
        status
    }

    fn run_pip(&mut self, shell: &Shell, id: EnvId, command: &PipCommand, module: bool) -> Status {
        let Some(env) = self.machine.envs.get(id) else { return Status::Ok };
        if module && !env.has_pip {
            return Status::fail(Reason::NoPipModule, "No module named pip");
        }
        let managed = matches!(env.home, Home::Store | Home::Apt);
        let version = env.version.clone();
        let venv = env.venv_dir().is_some();
        let elsewhere = ["--target", "--prefix", "--root"]
            .iter()
            .find_map(|name| command.option(name))
            .map(str::to_owned);
        let changes = matches!(command.verb.as_deref(), Some("install" | "uninstall"));
        let breaks = command.has("--break-system-packages") || breaks_system(shell);
        if changes && managed && !breaks && elsewhere.is_none() && !command.has("--dry-run") {
            return externally_managed();
        }
        if command.verb.as_deref() == Some("uninstall") {
            return self.uninstall(shell, id, command);
        }
        if !command.is_install() {
            return Status::Ok;
        }
        if venv && command.has("--user") {
            return Status::fail(
                Reason::Other,
                "Can not perform a '--user' install. User site-packages are not visible in this virtualenv.",
            );
        }
        let mut asked = Dists::default();
        if let Err(status) = self.asked(shell, command, &mut asked) {
            return status;
        }
        if let Some(target) = elsewhere {
            self.install_elsewhere(shell, command, &target, &version, asked);
            return Status::Ok;
        }
        let Some(env) = self.machine.envs.get_mut(id) else { return Status::Ok };
        let into = if command.has("--user") { &mut env.user } else { &mut env.dists };
        if asked.names.contains_key("pip") {
            env.has_pip = true;
        }
        merge(into, asked, &self.machine.work);
        Status::Ok
    }

    /// `pip uninstall`, which asks where it is not told `-y`, and in a build nobody answers.
    fn uninstall(&mut self, shell: &Shell, id: EnvId, command: &PipCommand) -> Status {
        if !(command.has("-y") || command.has("--yes")) {
            return Status::unknown("`pip uninstall` asks whether to go on: give it `-y`");
        }
        let mut named = Dists::default();
        // A file that is not there is an error, and one that is there names what goes.
        if let Err(status) = self.asked(shell, command, &mut named) {
            return status;
        }
        if let Some(env) = self.machine.envs.get_mut(id) {
            for name in named.names.keys() {
                if name == "pip" {
                    env.has_pip = false;
                }
                Arc::make_mut(&mut env.dists).remove(name);
            }
        }
        Status::Ok
    }

    /// `pip-sync`, which installs what requirements files name, and `pip-compile`, which writes one.
    pub(super) fn pip_tools(&mut self, shell: &Shell, cmd: &Cmd<'_>, id: EnvId) -> Status {
        let files =
            operands(cmd, &["-o", "--output-file", "--extra", "--python-executable", "-c", "--pip-args"]);
        if base_name(&cmd.name) == "pip-compile" {
            self.machine.brings_unseen(paths::APP, true);
            return Status::Ok;
        }
        let files = if files.is_empty() { vec!["requirements.txt"] } else { files };
        let mut asked = Dists { installed_anything: true, ..Dists::default() };
        for file in files {
            if let Err(status) =
                self.requirements_file(shell, file, &shell.cwd, &mut asked, &mut BTreeSet::new())
            {
                return status;
            }
        }
        if let Some(env) = self.machine.envs.get_mut(id) {
            merge(&mut env.dists, asked, &self.machine.work);
        }
        Status::Ok
    }

    /// Installs beside every environment: into the directory of `--target`, or below that of a prefix or a root.
    pub(super) fn install_elsewhere(
        &mut self,
        shell: &Shell,
        command: &PipCommand,
        dir: &str,
        version: &str,
        asked: Dists,
    ) {
        let mut target = paths::join(&shell.cwd, dir);
        if command.option("--target").is_none() {
            // A prefix holds a tree as the interpreter's own is.
            target = format!("{target}/lib/python{version}/site-packages");
        }
        self.machine.write(format!("{target}/."));
        merge(self.machine.targets.entry(target).or_default(), asked, &self.machine.work);
    }

    /// What an install command asks for; the failure where a file of it is not there.
    pub(crate) fn asked(&self, shell: &Shell, command: &PipCommand, asked: &mut Dists) -> Result<(), Status> {
        let mut seen = BTreeSet::new();
        for (_, file) in &command.constraints {
            self.file_there(shell, file)?;
        }
        for (_, file) in &command.requirement_files {
            self.requirements_file(shell, file, &shell.cwd, asked, &mut seen)?;
        }
        for (_, package) in &command.packages {
            self.requirement(shell, package, asked)?;
        }
        for (_, place) in &command.editable {
            self.requirement(shell, place, asked)?;
        }
        asked.has_unknown |= command.unknown;
        asked.installed_anything |= !command.requirement_files.is_empty() || !command.editable.is_empty();
        Ok(())
    }

    fn file_there(&self, shell: &Shell, file: &str) -> Result<(), Status> {
        let path = paths::join(&shell.cwd, file);
        if file.contains("://")
            || self.machine.exists(&path)
            || self.machine.may_bring(&path)
            || (self.machine.is_foreign(&path) && !path.starts_with("/opt"))
        {
            return Ok(());
        }
        Err(no_requirements(file))
    }

    pub(crate) fn requirements_file(
        &self,
        shell: &Shell,
        file: &str,
        from: &str,
        asked: &mut Dists,
        seen: &mut BTreeSet<String>,
    ) -> Result<(), Status> {
        let path = paths::join(from, file);
        if !seen.insert(path.clone()) {
            return Ok(());
        }
        if file.contains("://") {
            asked.has_unknown = true;
            return Ok(());
        }
        let read = self.machine.view_path(&path).and_then(|place| Some((self.machine.read(&path)?, place)));
        let Some((bytes, place)) = read else {
            if self.machine.submodule_of(&path).is_some() {
                return Err(self.machine.may_be_created(&path, file));
            }
            let elsewhere = !path.starts_with("/app/") && !path.starts_with("/opt/");
            if self.machine.exists(&path) || elsewhere || self.machine.may_bring(&path) {
                asked.has_unknown = true;
                return Ok(());
            }
            return Err(no_requirements(file));
        };
        let dir = paths::parent(&path).to_owned();
        let Some(read) = self.machine.work.requirements(&place, &bytes) else {
            return Err(Status::fail(
                Reason::Resolution,
                format!("pip cannot decode {file}: save it as UTF-8"),
            ));
        };
        self.machine.work.count_names(read.lines.len());
        if self.machine.work.is_spent() {
            asked.has_unknown = true;
            return Ok(());
        }
        let frozen = is_frozen(&read.lines);
        for line in &read.lines {
            match line {
                // pip resolves a local path in a file against the working directory.
                Line::Requirement { requirement, .. }
                    if requirement.name.is_none()
                        && requirement.url.as_deref().is_some_and(|url| url.starts_with(['.', '/'])) =>
                {
                    self.requirement(shell, requirement.url.as_deref().unwrap_or_default(), asked)?;
                }
                Line::Requirement { requirement, .. } => {
                    asked.whole.extend(requirement.name.iter().filter(|_| frozen).cloned());
                    add(asked, requirement);
                }
                Line::Include { path: other, .. } => {
                    self.requirements_file(shell, other, &dir, asked, seen)?;
                }
                Line::Constraint { path: other, .. } => {
                    let place = paths::join(&dir, other);
                    let there = self.machine.exists(&place) || self.machine.may_bring(&place);
                    if !other.contains("://") && !there {
                        return Err(no_requirements(other));
                    }
                }
                Line::Editable { target, .. } => self.requirement(shell, target, asked)?,
                Line::Invalid { text, .. } => {
                    return Err(Status::fail(
                        Reason::Resolution,
                        format!("Invalid requirement: {text:?} in {file}"),
                    ));
                }
                Line::Option { .. } => {}
            }
        }
        Ok(())
    }

    /// A requirement on the command line: a name, a URL, or a directory.
    fn requirement(&self, shell: &Shell, text: &str, asked: &mut Dists) -> Result<(), Status> {
        let place = text.split('[').next().unwrap_or(text);
        let local = !text.contains("://")
            && !text.contains('@')
            && (place == "." || place == ".." || place.starts_with('.') || place.contains('/'));
        if local {
            let dir = paths::join(&shell.cwd, place);
            let has = |name: &str| self.machine.exists(&format!("{dir}/{name}"));
            if self.machine.submodule_of(&format!("{dir}/setup.py")).is_some() && !has("pyproject.toml") {
                return Err(self.machine.may_be_created(&dir, place));
            }
            // Ex) `./libs/*`, which bash replaces
            if place.contains(['*', '?']) || self.machine.may_bring(&format!("{dir}/setup.py")) {
                asked.has_unknown = true;
                return Ok(());
            }
            let archive = [".whl", ".tar.gz", ".zip"].iter().any(|end| place.to_lowercase().ends_with(end));
            if archive || self.machine.is_foreign(&dir) {
                return self.file_there(shell, place);
            }
            if !has("pyproject.toml") && !has("setup.py") {
                return Err(Status::fail(
                    Reason::Other,
                    format!("{text} does not appear to be a Python project"),
                ));
            }
            let extras = text.strip_prefix(place).unwrap_or_default().trim_matches(['[', ']']);
            let extras: Vec<String> = extras.split(',').map(|extra| extra.trim().to_owned()).collect();
            return self.install_project(shell, &dir, &extras, asked);
        }
        match requirements::parse_requirement(text) {
            Some(requirement) => add(asked, &requirement),
            // Ex) `flask==${V}` in single quotes, which no shell expands
            None if !text.contains(['*', '?', '~']) && !text.starts_with('-') => {
                return Err(Status::fail(Reason::Resolution, format!("Invalid requirement: '{text}'")));
            }
            None => asked.has_unknown = true,
        }
        Ok(())
    }

    pub(crate) fn is_get_pip(&self, shell: &Shell, file: &str) -> bool {
        let path = paths::join(&shell.cwd, file);
        self.machine.get_pip.contains(&path)
            || paths::base_name(&path) == "get-pip.py" && self.machine.exists(&path)
    }

    pub(crate) fn run_get_pip(&mut self, shell: &Shell, cmd: &Cmd<'_>, id: EnvId) -> Status {
        let breaks = cmd.has("--break-system-packages") || breaks_system(shell);
        let status = match self.machine.envs.get_mut(id) {
            Some(env) if matches!(env.home, Home::Store | Home::Apt) && !breaks => externally_managed(),
            Some(env) => {
                env.has_pip = true;
                if cmd.has("--user") {
                    Arc::make_mut(&mut env.user).add("pip", []);
                }
                Status::Ok
            }
            None => Status::Ok,
        };
        self.note(shell, cmd, InvocationKind::RunGetPip, Some(id), &status);
        status
    }
}

/// The word, or of `poetry==$VERSION` the package: a variable in the version changes nothing here.
fn readable(word: &Word) -> Option<&str> {
    let whole = word.text.as_deref();
    whole.or_else(|| {
        let (literal, _) = word.raw.split_once('$')?;
        let name = literal.trim_start_matches(['"', '\'']).trim_end_matches(['=', '<', '>', '~', '!']);
        let pinned = name.len() < literal.trim_start_matches(['"', '\'']).len();
        (pinned && !name.is_empty() && !name.starts_with('-')).then_some(name)
    })
}

/// Packages that are seldom asked for, and that `pip freeze` names because others require them.
const REQUIRED_BY_OTHERS: [&str; 9] = [
    "certifi",
    "charset-normalizer",
    "click",
    "idna",
    "itsdangerous",
    "markupsafe",
    "packaging",
    "typing-extensions",
    "urllib3",
];

/// Whether these are the lines of `pip freeze`: every package is named with its version, those that others require
/// among them, in the order of their names. Then nothing comes along that is not named.
fn is_frozen(lines: &[Line]) -> bool {
    let mut before = String::new();
    let mut required = 0;
    for line in lines {
        let Line::Requirement { requirement, .. } = line else { return false };
        let Some(name) = &requirement.name else { return false };
        let exact = requirement.specifier.starts_with("==") && !requirement.specifier.contains([',', '*']);
        if !(exact || requirement.url.is_some())
            || !requirement.extras.is_empty()
            || requirement.marker.is_some()
        {
            return false;
        }
        // The order of `-` and `_` in the names as they are written is not kept here.
        let first = name.split('-').next().unwrap_or(name);
        if *first < *before {
            return false;
        }
        required += usize::from(REQUIRED_BY_OTHERS.contains(&name.as_str()));
        first.clone_into(&mut before);
    }
    required >= 2
}

fn no_requirements(file: &str) -> Status {
    match missing_file(file) {
        Status::Fail(mut failure) => {
            failure.detail = format!("Could not open requirements file: No such file or directory: '{file}'");
            Status::Fail(failure)
        }
        status => status,
    }
}

pub(crate) fn add(asked: &mut Dists, requirement: &Requirement) {
    match &requirement.name {
        Some(name) => asked.add(name, requirement.extras.iter().cloned()),
        None => asked.has_unknown = true,
    }
}

/// Adds distributions to others. Those of the first install are only shared, and what would be copied
/// counts as work.
pub(super) fn merge(into: &mut Arc<Dists>, from: Dists, work: &Work) {
    if into.is_empty() {
        *into = Arc::new(from);
        return;
    }
    let shared = Arc::strong_count(into) > 1;
    work.count_names(if shared { into.names.len() } else { 0 });
    Arc::make_mut(into).extend(from);
}
