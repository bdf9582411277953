//! npm, yarn and pnpm, as far as files of the app decide how they end.

use super::exec::Run;
use super::machine::Shell;
use super::paths::{self, base_name};
use super::simple::Cmd;
use super::status::{Failure, Status};
use super::verdict::Reason;

impl Run<'_, '_> {
    /// `npm ci` and `npm run build`: which files they read, and what they cannot remove.
    pub(crate) fn node_scripts(&self, shell: &Shell, cmd: &Cmd<'_>) -> Status {
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
        let known = !self.machine.may_bring(&path);
        if known && matches!(cmd.operand(), Some("ci" | "run")) && !self.machine.exists(&path) {
            return Status::fail(
                Reason::NoSuchFile,
                format!("{name} error enoent Could not read package.json: no such file '{path}'"),
            );
        }
        match (name, cmd.operand()) {
            ("npm", Some("ci" | "clean-install")) => {
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
}

fn failed(detail: &str, hint: &str) -> Status {
    let (detail, hint) = (detail.to_owned(), Some(hint.to_owned()));
    Status::Fail(Failure { reason: Reason::Other, detail, hint, at: None })
}
