//! npm, yarn and pnpm, as far as files of the app decide how they end.

use super::exec::Run;
use super::machine::Shell;
use super::paths::{self, base_name, parent};
use super::simple::Cmd;
use super::status::{Failure, Status};
use super::verdict::Reason;

impl Run<'_, '_> {
    /// `npm ci` and `npm run build`: which files they read, and what they may not remove.
    pub(crate) fn node_scripts(&mut self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
        let elsewhere = cmd.args.iter().any(|arg| {
            arg.is_none_or(|arg| {
                ["--prefix", "-C", "--cwd", "--dir", "-g", "--global", "-w", "--workspace", "-h", "--help"]
                    .iter()
                    .any(|option| arg.starts_with(option))
            })
        });
        let path = paths::join(&shell.cwd, "package.json");
        if elsewhere || paths::in_app(&path).is_none() {
            return Status::Ok;
        }
        let name = base_name(&cmd.name);
        let known = !self.machine.brings_unseen_files;
        if known && matches!(cmd.operand(), Some("ci" | "run")) && !self.machine.exists(&path) {
            return Status::fail(
                Reason::NoSuchFile,
                format!("{name} error enoent Could not read package.json: no such file '{path}'"),
            );
        }
        match (name, cmd.operand()) {
            ("npm", Some("install" | "i" | "add")) => {
                self.machine.made.insert(paths::join(&shell.cwd, LOCKS[0]));
                Status::Ok
            }
            ("npm", Some("ci" | "clean-install")) => {
                if known && !self.has_lock(&shell.cwd) {
                    return failed(
                        "npm error The `npm ci` command can only install with an existing package-lock.json",
                        "commit the `package-lock.json` that `npm install` writes, or run `npm install` here",
                    );
                }
                // It empties node_modules first, and a mount cannot be removed.
                let below = format!("{}/", paths::join(&shell.cwd, "node_modules"));
                match self.machine.mounts.iter().find(|mount| mount.starts_with(&below)) {
                    Some(mount) => failed(
                        &format!("npm error EBUSY: resource busy or locked, rmdir '{mount}'"),
                        "install the packages in `[phases.install]`, where no cache is mounted there",
                    ),
                    None => Status::Ok,
                }
            }
            _ => Status::Ok,
        }
    }

    /// Whether npm finds a lock file from here: a workspace has that of a directory above.
    fn has_lock(&self, dir: &str) -> bool {
        let above =
            std::iter::successors(Some(dir), |dir| Some(parent(dir)).filter(|up| up.len() < dir.len()));
        let mut above = above.take_while(|dir| paths::in_app(dir).is_some());
        above.any(|dir| LOCKS.iter().any(|lock| self.machine.exists(&paths::join(dir, lock))))
    }
}

/// The files that `npm ci` installs from.
const LOCKS: [&str; 2] = ["package-lock.json", "npm-shrinkwrap.json"];

fn failed(detail: &str, hint: &str) -> Status {
    let (detail, hint) = (detail.to_owned(), Some(hint.to_owned()));
    Status::Fail(Failure { reason: Reason::Other, detail, hint, at: None })
}
