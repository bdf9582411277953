//! Programs of Python packages from nixpkgs. Nix wraps each of them with the packages that it asks for itself, so that
//! it sees neither a virtual environment nor the other entries of `nixPkgs`.

use super::exec::Run;
use super::invocation::InvocationKind;
use super::machine::{Dists, Env, EnvId, Home, Machine, Shell};
use super::paths::base_name;
use super::simple::Cmd;
use super::status::{Failure, Status};
use super::verdict::Reason;
use crate::requirements::normalize;
use std::sync::Arc;

/// Packages and the modules that their wrapped programs see: themselves and what they ask for
/// (`propagatedBuildInputs` in nixpkgs).
const SEEN: [(&str, &[&str]); 5] = [
    ("flask", &["flask", "werkzeug", "jinja2", "markupsafe", "click", "itsdangerous", "blinker"]),
    ("gunicorn", &["gunicorn", "packaging"]),
    (
        "hypercorn",
        &[
            "hypercorn",
            "h11",
            "h2",
            "hpack",
            "hyperframe",
            "priority",
            "wsproto",
            "tomli",
            "typing_extensions",
        ],
    ),
    ("uvicorn", &["uvicorn", "click", "h11", "typing_extensions"]),
    ("waitress", &["waitress"]),
];

impl Run<'_, '_> {
    /// Runs a program of a Python package from nixpkgs.
    pub(super) fn closed(&mut self, shell: &Shell, cmd: &Cmd<'_>, package: &str) -> Status {
        let env = self.machine.closure(package);
        let status = match self.loads(shell, env, base_name(&cmd.name), &cmd.args) {
            Status::Ok => self.sees(shell, env, cmd, package),
            status => status,
        };
        let kind = InvocationKind::Program { name: cmd.name.clone() };
        self.note(shell, cmd, kind, None, &status);
        status
    }

    /// Whether the program sees what the code of the app imports that it loads.
    fn sees(&mut self, shell: &Shell, env: EnvId, cmd: &Cmd<'_>, package: &str) -> Status {
        let program = base_name(&cmd.name);
        let Some(file) = self.module_file(shell, env, program, &cmd.args) else { return Status::Ok };
        let Some(needs) = self.needs(shell, env, &file) else { return Status::Ok };
        let seen = SEEN.iter().find(|(name, _)| *name == package).map(|(_, seen)| *seen);
        let missing = needs.always.iter().find(|module| {
            !self.provides(shell, env, module) && !seen.is_some_and(|seen| seen.contains(&module.as_str()))
        });
        let Some(module) = missing else { return Status::Ok };
        let elsewhere = shell.vars.contains_key("PYTHONPATH") || self.machine.has_unseen_code();
        if seen.is_none() || elsewhere {
            return Status::unknown(format!(
                "it is not known whether `{program}` from nixpkgs sees `{module}`"
            ));
        }
        Status::Fail(Failure {
            reason: Reason::ModuleNotFound,
            detail: format!("ModuleNotFoundError: No module named '{module}'"),
            hint: Some(format!(
                "`{program}` comes from nixpkgs and sees only its own packages: add `{package}` to your requirements"
            )),
            at: None,
        })
    }
}

impl Machine<'_> {
    /// The environment of a wrapped program.
    fn closure(&mut self, package: &str) -> EnvId {
        let home = Home::Closure(package.to_owned());
        if let Some(id) = self.envs.iter().position(|env| env.home == home) {
            return id;
        }
        let mut dists = Dists::default();
        dists.add(&normalize(package), []);
        dists.from_nix.insert(normalize(package));
        let version = self.profile.pythons.get("python3").cloned().unwrap_or_else(|| "3".to_owned());
        self.add_env(Env {
            home,
            version,
            interpreters: std::collections::BTreeSet::new(),
            has_pip: false,
            dists: Arc::new(dists),
            user: Arc::default(),
        })
    }
}
