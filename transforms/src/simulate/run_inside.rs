//! `uv run x`, `poetry run x` and the like: a program with the environment of the project before it on `PATH`.

use super::exec::Run;
use super::machine::{EnvId, Shell};
use super::paths::{self, base_name};
use super::simple::{Cmd, missing_file};
use super::started::is_python_file;
use super::status::Status;
use super::verdict::Reason;
use std::sync::Arc;

/// Options before the program that have a value behind them.
pub(super) const WITH_VALUE: [&str; 18] = [
    "--with",
    "--with-editable",
    "--with-requirements",
    "--python",
    "-p",
    "--extra",
    "--group",
    "--only-group",
    "--no-group",
    "--env-file",
    "--package",
    "--directory",
    "--project",
    "-P",
    "-C",
    "--index",
    "--index-url",
    "-e",
];

impl Run<'_, '_> {
    /// Runs what stands behind `run` with this environment, and with what the command adds for this one time.
    pub(super) fn run_inside(&mut self, shell: &Shell, cmd: &Cmd<'_>, env: EnvId) -> Status {
        let status = self.run_in(shell, cmd, env);
        let adds = |arg: &&str| arg.starts_with("--with") || arg.starts_with("--isolated");
        match &status {
            Status::Fail(failure)
                if base_name(&cmd.name) == "uv"
                    && matches!(failure.reason, Reason::CommandNotFound | Reason::ModuleNotFound)
                    && cmd.args.iter().flatten().any(adds) =>
            {
                Status::unknown("what `--with` adds may have it")
            }
            _ => status,
        }
    }

    fn run_in(&mut self, shell: &Shell, cmd: &Cmd<'_>, env: EnvId) -> Status {
        let Some((at, name)) = program_behind_run(cmd) else { return Status::Ok };
        let mut inner = shell.clone();
        if let Some(dir) = self.machine.envs.get(env).and_then(|env| env.venv_dir()) {
            Arc::make_mut(&mut inner.path).insert(0, format!("{dir}/bin").into());
            inner.active = Some(dir.to_owned());
            inner.hashed.clear();
        }
        if base_name(&cmd.name) == "uv" && is_python_file(&name) {
            let path = paths::join(&shell.cwd, &name);
            return if self.machine.exists(&path) {
                let status = self.app_code(&inner, env, &path);
                self.console_leaves_files(shell, base_name(&path), &cmd.args);
                status
            } else if self.machine.is_foreign(&path) || self.machine.may_bring(&path) {
                Status::unknown(format!("this tool cannot read the script `{name}`"))
            } else {
                missing_file(&name)
            };
        }
        let words = cmd.simple.words.iter().skip(at + 1);
        let args = words.map(|word| word.text.as_deref()).collect();
        let program = Cmd { simple: cmd.simple, program: at, name, args };
        // One command is noted once: by the tool that runs it.
        let noted = (self.invocations.len(), self.script_invocations.len());
        let status = self.external(&mut inner, &program, None);
        self.invocations.truncate(noted.0);
        self.script_invocations.truncate(noted.1);
        status
    }
}

/// The place and the name of the first word behind `run` and its options; `None` where it names no program.
fn program_behind_run(cmd: &Cmd<'_>) -> Option<(usize, String)> {
    let words = &cmd.simple.words;
    let mut at = words.iter().position(|word| word.text.as_deref() == Some("run"))? + 1;
    loop {
        let text = words.get(at)?.text.clone()?;
        match text.as_str() {
            "-m" | "--module" | "-" | "-c" => return None,
            option if WITH_VALUE.contains(&option) => at += 2,
            option if option.starts_with('-') => at += 1,
            _ => return Some((at, text)),
        }
    }
}
