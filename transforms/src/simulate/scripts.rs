//! Scripts of the repository and recipes of its Makefile, walked like the commands of the plan.
//!
//! What they do to the image counts. Their commands are noted apart from the plan's: no edit of a deploy file reaches
//! them, but findings point at them, and what the deploy file does before them may be what they need.

use super::background;
use super::exec::Run;
use super::machine::{Program, Shell};
use super::paths::{self, base_name};
use super::simple::Cmd;
use super::status::{Failure, Status};
use super::verdict::Reason;
use crate::app::Kind;
use crate::shell::{self, ShellParseError, ShellParseErrorKind};
use crate::text::LineIndex;
use std::sync::Arc;

/// Scripts and functions that call each other are followed so deep.
pub(super) const DEEPEST: usize = 8;

/// So many lines before a mistake are left out to find the last command that is whole.
const MOST_CUTS: usize = 100;

/// The names under which make looks for its rules, the first first.
const MAKEFILES: [&str; 3] = ["GNUmakefile", "makefile", "Makefile"];

impl Run<'_, '_> {
    /// Runs a file of the app as a shell script, in this shell.
    pub(super) fn script_file_of_shell(&mut self, shell: &mut Shell, absolute: &str, named: &str) -> Status {
        let unread =
            || Status::unknown(format!("`{named}` is a script of the repository that could not be followed"));
        if self.depth >= DEEPEST || self.machine.work.is_spent() {
            return unread();
        }
        let Some(bytes) = self.machine.read(absolute) else { return unread() };
        let Some(text) = std::str::from_utf8(&bytes).ok().filter(|text| !text.trim().is_empty()) else {
            return unread();
        };
        self.machine.work.count(text.len() / 64);
        match shell::parse(text) {
            Ok(script) => {
                let file = self.machine.view_path(absolute);
                let status = self.inside(file.map(Arc::from), 0, |run| run.whole(shell, &script));
                self.detached = background::leaves_nothing(&script);
                status
            }
            Err(error) if error.kind == ShellParseErrorKind::Syntax => {
                let text = text.to_owned();
                drop(bytes);
                self.script_with_a_mistake(shell, (absolute, named), &text, &error)
            }
            Err(error) => Status::unknown(format!("`{named}` has {}, which is not followed", error.what)),
        }
    }

    /// bash runs the commands before a mistake, and stops there with an error.
    fn script_with_a_mistake(
        &mut self,
        shell: &mut Shell,
        (absolute, named): (&str, &str),
        text: &str,
        error: &ShellParseError,
    ) -> Status {
        let unknown = || {
            Status::unknown(format!("`{named}` has a mistake that bash stops at only when it comes to it"))
        };
        let end = text.get(..error.span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let mut before = text.get(..end).unwrap_or_default();
        for _ in 0..MOST_CUTS {
            self.machine.work.count(text.len() / 64);
            if self.machine.work.is_spent() {
                return unknown();
            }
            if let Ok(script) = shell::parse(before) {
                let file = self.machine.view_path(absolute);
                let noted = self.script_invocations.len();
                let status = self.inside(file.map(Arc::from), 0, |run| run.whole(shell, &script));
                if shell.exited || matches!(status, Status::Unknown(_)) {
                    return status;
                }
                // What starts the app may not end, so that bash never comes to the mistake.
                if self.phase.is_empty() && self.script_invocations.len() > noted {
                    return unknown();
                }
                shell.exited = true;
                let Status::Fail(mut failure) = super::syntax_error(text, error) else { return unknown() };
                let line = LineIndex::new(text).line(error.span.start);
                failure.detail = format!("{named}: line {line}: {}", failure.detail);
                let status = Status::Fail(failure);
                return self.inside(self.machine.view_path(absolute).map(Arc::from), 0, |run| {
                    run.placed(status, error.span)
                });
            }
            let shorter = before.trim_end_matches('\n').rfind('\n').map_or(0, |at| at + 1);
            before = before.get(..shorter).unwrap_or_default();
        }
        unknown()
    }

    /// Walks commands that stand in a file of the repository, from this byte on.
    fn inside(
        &mut self,
        file: Option<Arc<str>>,
        offset: usize,
        walk: impl FnOnce(&mut Self) -> Status,
    ) -> Status {
        self.depth += 1;
        let offset = std::mem::replace(&mut self.offset, offset);
        let file = std::mem::replace(&mut self.file, file);
        let status = walk(self);
        self.file = file;
        self.offset = offset;
        self.depth -= 1;
        status
    }

    /// `bash x.sh`: a shell of its own.
    pub(super) fn run_shell_script(&mut self, shell: &Shell, absolute: &str, named: &str) -> Status {
        let mut inner = shell.child();
        self.script_file_of_shell(&mut inner, absolute, named)
    }

    /// `./x`: what the first line of the file says it is.
    pub(super) fn run_app_file(&mut self, shell: &mut Shell, cmd: &Cmd<'_>, path: &str) -> Status {
        let name = cmd.name.as_str();
        let absolute = self.machine.place(shell, name).unwrap_or_else(|| paths::join(&shell.cwd, name));
        if !self.machine.is_executable(&absolute) {
            let shown = if name.contains('/') { name } else { absolute.as_str() };
            let index = format!("make it executable with `git update-index --chmod=+x {path}`");
            let advice = if self.machine.reset_modes.contains(&absolute) {
                format!(
                    "{index}: the app's files are copied again after the build, with the modes that git has"
                )
            } else {
                format!("{index}, or start it with `bash {shown}`")
            };
            let failure = Failure {
                reason: Reason::Other,
                detail: format!("{shown}: Permission denied"),
                hint: Some(advice),
                at: None,
            };
            return Status::Fail(failure);
        }
        let first = self.machine.read(&absolute).and_then(|bytes| {
            let line = bytes.split(|byte| *byte == b'\n').next()?;
            String::from_utf8(line.to_vec()).ok()
        });
        let first = first.unwrap_or_default();
        let Some(interpreter) = first.strip_prefix("#!") else {
            // bash runs a text without that line itself.
            return self.run_shell_script(shell, &absolute, name);
        };
        if interpreter.ends_with('\r') {
            return Status::Fail(Failure {
                reason: Reason::NoSuchFile,
                detail: format!("{name}: cannot execute: required file not found"),
                hint: Some(format!("the lines of `{path}` end with CR LF, as on Windows: save it with LF")),
                at: None,
            });
        }
        let mut words = interpreter.split_whitespace();
        let program = words.next().unwrap_or_default();
        let program = if base_name(program) == "env" {
            words.find(|word| !word.starts_with('-'))
        } else {
            Some(program)
        };
        match program.map(|program| (base_name(program), program)) {
            Some(("bash" | "sh" | "dash", _)) => self.run_shell_script(shell, &absolute, name),
            Some((base, program)) if base.starts_with("python") => match self.machine.find(shell, program) {
                Some(Program::Python(env)) => {
                    let status = self.app_code(shell, env, &absolute);
                    self.console_leaves_files(shell, base_name(&absolute), &cmd.args);
                    status
                }
                None => Status::fail(Reason::PythonNotFound, format!("{program}: No such file or directory")),
                _ => {
                    Status::unknown(format!("`{name}` is a program of the repository, which is not followed"))
                }
            },
            _ => Status::unknown(format!("`{name}` is a program of the repository, which is not followed")),
        }
    }

    /// `make target`: the recipe, where it is plain shell.
    pub(super) fn make_targets(&mut self, shell: &mut Shell, cmd: &Cmd<'_>) -> Status {
        let follow = |why: &str| Status::unknown(format!("`make` runs the Makefile, {why}"));
        if cmd.args.iter().any(|arg| arg.is_none_or(|arg| arg.starts_with('-') || arg.contains('='))) {
            return follow("and its options are not followed");
        }
        let file = MAKEFILES
            .into_iter()
            .find(|name| self.machine.kind(&paths::join(&shell.cwd, name)) == Some(Kind::File));
        let targets: Vec<&str> = cmd.args.iter().flatten().copied().collect();
        let Some(file) = file else {
            if self.machine.may_bring(&paths::join(&shell.cwd, "Makefile"))
                || paths::in_app(&shell.cwd).is_none()
            {
                return follow("which is not known");
            }
            let why = match targets.first() {
                Some(target) => format!("make: *** No rule to make target '{target}'.  Stop."),
                None => "make: *** No targets specified and no makefile found.  Stop.".to_owned(),
            };
            return Status::fail(Reason::Other, why);
        };
        let bytes = self.machine.read(&paths::join(&shell.cwd, file));
        let text = bytes.and_then(|bytes| String::from_utf8(bytes.into_owned()).ok()).unwrap_or_default();
        let recipe = if targets.is_empty() {
            default_target(&text).and_then(|target| recipe(&text, target, 0))
        } else {
            targets
                .iter()
                .map(|target| recipe(&text, target, 0))
                .collect::<Option<Vec<_>>>()
                .map(|all| all.concat())
        };
        let Some(lines) = recipe else { return follow("whose recipe is not plain shell") };
        let file = self.machine.view_path(&paths::join(&shell.cwd, file)).map(Arc::from);
        for (at, line) in lines {
            let tolerated = line.starts_with('-');
            let command = line.trim_start_matches(['@', '-', '+']);
            let Ok(script) = shell::parse(command) else {
                return follow("whose recipe is not plain shell");
            };
            let mut inner = shell.child();
            let offset = at + line.len() - command.len();
            let status = self.inside(file.clone(), offset, |run| run.whole(&mut inner, &script));
            if !status.is_ok() && !tolerated {
                return status;
            }
        }
        Status::Ok
    }
}

fn default_target(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let (target, rest) = line.split_once(':')?;
        let plain = !target.starts_with(['\t', ' ', '#', '.']) && !target.contains(['=', ' ', '%', '$']);
        (plain && !rest.starts_with('=')).then_some(target)
    })
}

/// The lines of a target's recipe and their places in the text, with those of what it depends on before them; `None`
/// where make's own language has a part in them.
fn recipe(text: &str, target: &str, depth: usize) -> Option<Vec<(usize, String)>> {
    if depth > DEEPEST {
        return None;
    }
    let placed = text.split_inclusive('\n').scan(0, |end, line| {
        *end += line.len();
        Some((*end - line.len(), line.trim_end_matches(['\n', '\r'])))
    });
    let mut lines = placed.skip_while(|(_, line)| !is_rule_of(line, target));
    let (_, needs) = lines.next()?.1.split_once(':')?;
    let needs = needs.split('#').next().unwrap_or_default();
    if needs.contains(['$', ';', '=', '|', ':']) {
        return None;
    }
    let mut found = Vec::new();
    for need in needs.split_whitespace() {
        // A file that is there and has no rule needs nothing made.
        if text.lines().any(|line| is_rule_of(line, need)) {
            found.extend(recipe(text, need, depth + 1)?);
        }
    }
    let in_recipe = |line: &str| line.starts_with('\t') || line.trim().is_empty() || line.starts_with('#');
    for (at, line) in lines.take_while(|(_, line)| in_recipe(line)) {
        let Some(command) = line.strip_prefix('\t') else { continue };
        // `$$` is the shell's own dollar, and any other one is make's.
        if command.replace("$$", "").contains('$') || command.ends_with('\\') {
            return None;
        }
        found.push((at + 1, command.replace("$$", "$")));
    }
    Some(found)
}

fn is_rule_of(line: &str, target: &str) -> bool {
    line.strip_prefix(target)
        .is_some_and(|rest| rest.trim_start().starts_with(':') && !rest.trim_start().starts_with(":="))
}

#[cfg(test)]
mod tests {
    use super::{default_target, recipe};

    #[test]
    fn reads_recipes_that_are_plain_shell() {
        let text = ".PHONY: install\nPY = python\nall: install test\n\ninstall: venv # once\n\t@pip install flask\n\t-rm -rf x\n\nvenv:\n\tpython -m venv v\ntest:\n\t$(PY) -m pytest\nshell:\n\techo $$HOME\n";
        assert_eq!(default_target(text), Some("all"));
        let lines = |target| -> Vec<String> {
            let found = recipe(text, target, 0).unwrap_or_default();
            for (at, line) in &found {
                assert_eq!(text.get(*at..).map(|rest| rest.starts_with(&line[..4])), Some(true), "{line}");
            }
            found.into_iter().map(|(_, line)| line).collect()
        };
        assert_eq!(lines("install"), ["python -m venv v", "@pip install flask", "-rm -rf x"]);
        assert_eq!(lines("shell"), ["echo $HOME"]);
        assert_eq!(recipe(text, "test", 0), None);
        assert_eq!(recipe(text, "all", 0), None);
        assert_eq!(recipe(text, "deploy", 0), None);
        assert_eq!(recipe("a: b\nb: a\n", "a", 0), None);
    }
}
