//! The working directory of a shell: `cd`, `pushd` and `popd`.

use super::exec::Run;
use super::machine::Shell;
use super::paths;
use super::simple::Cmd;
use super::status::Status;
use super::verdict::Reason;

/// So many directories are kept for `popd`.
const MOST_KEPT: usize = 64;

impl Run<'_, '_> {
    pub(super) fn change_directory(&self, shell: &mut Shell, cmd: &Cmd<'_>) -> Status {
        let name = cmd.name.as_str();
        let unknown = || Status::unknown(format!("the directory of `{name}` comes from a variable"));
        if name == "popd" {
            return match shell.stack.pop() {
                Some(dir) if cmd.args.is_empty() => {
                    enter(shell, dir);
                    Status::Ok
                }
                None if cmd.args.is_empty() => Status::fail(Reason::Other, "popd: directory stack empty"),
                _ => Status::unknown("this tool does not follow the options of `popd`"),
            };
        }
        let args = cmd.args.iter().filter(|arg| !matches!(arg, Some("-P" | "-L" | "--")));
        let dir = match args.copied().collect::<Vec<_>>().as_slice() {
            [] if name == "cd" => match shell.texts.get("HOME") {
                Some(home) => home.clone(),
                None => return unknown(),
            },
            [] => match shell.stack.pop() {
                // Without an argument `pushd` changes places with the top of the stack.
                Some(top) => top,
                None => return Status::fail(Reason::Other, "pushd: no other directory"),
            },
            [Some("-")] => match &shell.previous {
                Some(previous) => previous.clone(),
                None => return Status::fail(Reason::Other, format!("{name}: OLDPWD not set")),
            },
            [Some(dir)] if !dir.starts_with(['+', '-']) && !dir.contains(['*', '?', '[']) => {
                let absolute = paths::join(&shell.cwd, dir);
                if self.machine.lacks_dir(&absolute) {
                    if self.machine.may_bring(&absolute) {
                        let status = self.machine.may_be_created(&absolute, dir);
                        enter(shell, absolute);
                        return status;
                    }
                    return Status::fail(
                        Reason::NoSuchFile,
                        format!("{name}: {dir}: No such file or directory"),
                    );
                }
                absolute
            }
            _ => {
                shell.has_open_cwd = true;
                return unknown();
            }
        };
        if cmd.args.iter().flatten().any(|arg| arg.starts_with('/')) {
            shell.has_open_cwd = false;
        }
        if name == "pushd" && shell.stack.len() < MOST_KEPT {
            shell.stack.push(shell.cwd.clone());
        }
        enter(shell, dir);
        Status::Ok
    }
}

fn enter(shell: &mut Shell, dir: String) {
    shell.previous = Some(std::mem::replace(&mut shell.cwd, dir));
}
