//! Every pip command into one virtual environment, which is made before the first of them.

use super::command::{Changes, word_with_gap};
use super::simples::Simples;
use super::target::Target;
use crate::context::Context;
use crate::document::schema::{APT_PKGS, CMDS};
use crate::fix::{Draft, List, Piece};
use crate::plan::Origin;
use crate::requirements::PipCommand;
use crate::shell::CommandList;
use crate::simulate::{Command, Invocation, InvocationKind, Reason, base_name};
use crate::text::Span;
use std::collections::{BTreeMap, BTreeSet};

/// What one command becomes.
#[derive(Debug, Default)]
pub(crate) struct Rewritten {
    pub(crate) changes: Changes,
    pub(crate) rules: Vec<&'static str>,
    /// Whether it needs the environment to be there.
    pub(crate) uses: bool,
    /// Whether it makes the environment.
    pub(crate) makes: bool,
    /// Whether an earlier part of it activates the environment.
    activated: bool,
    /// Package managers that it runs and that nothing has installed.
    pub(crate) tools: Vec<&'static str>,
}

/// Rewrites the configuration's commands. Gives the phase in which the environment is made or first
/// used, where the commands have to do with one.
pub(crate) fn apply(cx: &Context<'_>, draft: &mut Draft<'_>, target: &Target) -> Option<String> {
    let commands = cx.file_commands();
    if !commands.iter().any(|command| installs_outside(command, target)) {
        return None;
    }
    let mut uses: Option<(String, usize)> = None;
    let mut makes: Option<(String, usize)> = None;
    let mut removed: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    let mut tools: Vec<(&'static str, String, usize)> = Vec::new();
    for command in &commands {
        let Some(phase) = command.phase.as_deref() else { continue };
        let Ok(script) = &command.script else { continue };
        let rewritten = rewrite(cx, command, target);
        let Some(list) = draft.list(phase, CMDS) else { continue };
        let Some(at) = place(list, command) else { continue };
        list.rules.extend(&rewritten.rules);
        for tool in &rewritten.tools {
            if !tools.iter().any(|(known, ..)| known == tool) {
                tools.push((tool, phase.to_owned(), command.list_index));
            }
        }
        if !rewritten.changes.is_empty() {
            list.title.get_or_insert_with(|| install_title(target));
            if let Some(text) = rewritten.changes.apply(&command.item.value, script) {
                if let Some(piece) = list.pieces.get_mut(at) {
                    piece.text = text;
                }
            } else {
                removed.entry(phase.to_owned()).or_default().insert(at);
                continue;
            }
        }
        let here = || Some((phase.to_owned(), at));
        makes = makes.or_else(|| here().filter(|_| rewritten.makes));
        uses = uses.or_else(|| here().filter(|_| rewritten.uses));
    }
    let there = commands.iter().any(|command| {
        let is_first = uses.as_ref().is_some_and(|(phase, _)| command.phase.as_ref() == Some(phase));
        is_first && installs_outside(command, target) && target.is_made_before(command)
    });
    let (use_phase, use_at) = uses.clone().or_else(|| makes.clone())?;
    let made_first = makes.as_ref().is_some_and(|(phase, at)| *phase != use_phase || *at <= use_at);
    let made = || Piece { text: target.make(), ..Piece::default() };
    let mut insert = (!made_first && !there).then(made);
    if let (false, Some((phase, at))) = (made_first, &makes) {
        // Made at the wrong time: the app's own line moves.
        insert = draft.list(phase, CMDS).and_then(|list| list.pieces.get(*at)).cloned();
        if let Some(piece) = insert.as_mut().filter(|_| *phase != use_phase) {
            piece.was = None;
        }
        removed.entry(phase.clone()).or_default().insert(*at);
    }
    let shift = removed.get(&use_phase).map_or(0, |gone| gone.range(..use_at).count());
    for (phase, gone) in &removed {
        if let Some(list) = draft.list(phase, CMDS) {
            list.remove_all(gone);
        }
    }
    if let Some(piece) = insert
        && let Some(list) = draft.list(&use_phase, CMDS)
    {
        // Ex) `export A=1` and the command that it was meant for stay neighbours
        let mut at = use_at - shift;
        while at > 0 && list.pieces.get(at - 1).is_some_and(|piece| piece.text.starts_with("export ")) {
            at -= 1;
        }
        list.pieces.insert(at.min(list.pieces.len()), piece);
        list.title.get_or_insert_with(|| install_title(target));
    }
    for (tool, phase, index) in tools {
        // Right before the command that runs it: the environment is there by then.
        if let Some(list) = draft.list(&phase, CMDS)
            && let Some(at) = list.pieces.iter().position(|piece| piece.was == Some(index))
        {
            list.insert(at, format!("{} install {tool}", target.bin("pip")));
        }
    }
    apt_venv(cx, draft);
    Some(use_phase)
}

fn install_title(target: &Target) -> String {
    format!("create the virtual environment {} and install into it", target.dir)
}

/// Debian's Python makes no virtual environment without a package of its own.
fn apt_venv(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let profile = &cx.simulation.profile;
    if !profile.has_only_apt() || profile.apt_venv {
        return;
    }
    let plan = &cx.model.plan;
    for phase in plan.phases.keys() {
        let Some(list) = draft.list(phase, APT_PKGS) else { continue };
        let Some(at) = list.pieces.iter().position(|piece| piece.text.starts_with("python3")) else {
            continue;
        };
        list.insert(at + 1, "python3-venv");
        list.rules.insert("pip-outside-venv");
        list.title = Some(
            "add `python3-venv`: without it, the Python from apt cannot create a virtual environment"
                .to_owned(),
        );
        return;
    }
}

/// Whether a command installs, or counts on installing, anywhere but into an environment that works.
pub(crate) fn installs_outside(command: &Command, target: &Target) -> bool {
    command.invocations.iter().any(|call| is_outside(call, target)) || script_needs_venv(command, target)
}

/// Whether a script of the repository that the command runs finds what it needs once the environment is made and on
/// `PATH`.
fn script_needs_venv(command: &Command, target: &Target) -> bool {
    command.script_invocations.iter().any(|call| match &call.kind {
        InvocationKind::Pip(_)
        | InvocationKind::Activate { .. }
        | InvocationKind::UvPip { system: false } => is_outside(call, target),
        _ => needs_activation(call) && is_outside(call, target),
    })
}

/// Whether a tool in a script looks for the environment that is active, and not on `PATH`.
fn needs_activation(call: &Invocation) -> bool {
    if call.file.is_none() || call.reason() == Some(Reason::CommandNotFound) {
        return false;
    }
    match &call.kind {
        InvocationKind::Manager { tool, verb } => {
            *tool != "uv" && matches!(verb.as_str(), "install" | "sync")
        }
        _ => false,
    }
}

fn is_outside(call: &Invocation, target: &Target) -> bool {
    if call.venv.as_ref() == Some(&target.dir) {
        return call.reason() == Some(Reason::Other);
    }
    match &call.kind {
        InvocationKind::Pip(_) => call.venv.is_none() || call.fails(),
        InvocationKind::EnsurePip | InvocationKind::RunGetPip => call.venv.is_none(),
        InvocationKind::UvPip { .. } | InvocationKind::Activate { .. } | InvocationKind::MakeVenv { .. } => {
            call.fails()
        }
        InvocationKind::Python { name } => {
            call.reason() == Some(Reason::PythonNotFound) && is_versioned(name)
        }
        InvocationKind::Manager { verb, .. } => {
            call.venv.is_none() && matches!(verb.as_str(), "install" | "sync")
        }
        _ => false,
    }
}

/// The place of a command in its list, by the entry's own bytes.
pub(crate) fn place(list: &List, command: &Command) -> Option<usize> {
    let Origin::Deploy(_) = &command.item.origin else { return None };
    list.position(command.list_index)
}

/// Points the commands of one entry at the target.
pub(crate) fn rewrite(cx: &Context<'_>, command: &Command, target: &Target) -> Rewritten {
    let mut out = Rewritten::default();
    let Ok(script) = &command.script else { return out };
    let text = &command.item.value;
    let simples = Simples::of(script);
    let only_activates = command.invocations.len() == script.simple_commands().count()
        && command.invocations.iter().all(|call| matches!(call.kind, InvocationKind::Activate { .. }));
    for call in &command.invocations {
        let own = call.venv.as_ref() == Some(&target.dir);
        match &call.kind {
            InvocationKind::MakeVenv { dir } if *dir == target.dir => {
                out.makes = true;
                if call.fails() && base_name(&call.program) == "virtualenv" {
                    rename(&mut out, call, &simples, &format!("{} -m venv", target.python));
                } else if call.reason() == Some(Reason::PythonNotFound) {
                    rename(&mut out, call, &simples, &target.python);
                }
            }
            // Ex) `pip install virtualenv`, for a line that no longer needs it
            InvocationKind::Pip(pip) if !own && names_only(&pip.command, "virtualenv") => {
                out.dropped(call, "pip-outside-venv");
            }
            InvocationKind::Activate { dir } if *dir == target.dir => {
                // Alone in its shell it does nothing: the next entry is another one.
                if only_activates {
                    out.dropped(call, "split-activation");
                } else {
                    out.uses = true;
                    out.activated = true;
                }
            }
            InvocationKind::Activate { .. } if call.fails() && cx.has("missing-venv") => {
                out.dropped(call, "missing-venv");
            }
            InvocationKind::EnsurePip if !own => out.dropped(call, "ensurepip"),
            InvocationKind::RunGetPip if !own => out.dropped(call, "get-pip"),
            InvocationKind::FetchGetPip if !cx.runs_get_pip_in_venv() => out.dropped(call, "get-pip"),
            InvocationKind::Pip(_) if !own || call.fails() => {
                pip(cx, &mut out, (command, call), &simples, target);
            }
            InvocationKind::Pip(_) => out.uses = true,
            InvocationKind::UvPip { .. } if call.fails() => uv(cx, &mut out, call, &simples, text, target),
            // Ex) `python3.10 manage.py` where 3.11 is what there is
            InvocationKind::Python { name }
                if call.reason() == Some(Reason::PythonNotFound) && is_versioned(name) =>
            {
                rename(&mut out, call, &simples, "python");
            }
            InvocationKind::Manager { tool, verb } if call.venv.is_none() => {
                manager(cx, &mut out, call, &simples, (tool, verb), target);
            }
            _ => out.uses |= own,
        }
    }
    drop_leftovers(&mut out, script);
    if script_needs_venv(command, target) {
        out.uses = true;
        out.rules.push("pip-outside-venv");
        if command.script_invocations.iter().any(|call| needs_activation(call) && is_outside(call, target)) {
            out.changes
                .parts
                .push((Span::at(script.span.start), format!(". {} && ", target.bin("activate"))));
            out.rules.push("package-manager-outside-venv");
        }
    }
    out
}

impl Rewritten {
    fn dropped(&mut self, call: &Invocation, rule: &'static str) {
        self.changes.drop.push(call.span);
        self.rules.push(rule);
    }
}

/// Ex) `virtualenv venv` -> `python -m venv venv`
fn rename(out: &mut Rewritten, call: &Invocation, simples: &Simples, program: &str) {
    let Some(span) = simples.program_at(call.span) else { return };
    out.changes.parts.push((span, program.to_owned()));
    out.rules.push("pip-outside-venv");
}

/// `python3.11`, by name alone.
pub(crate) fn is_versioned(name: &str) -> bool {
    name.strip_prefix("python3.")
        .is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether an install names this package and nothing else.
fn names_only(command: &PipCommand, package: &str) -> bool {
    command.is_install()
        && command.requirement_files.is_empty()
        && command.editable.is_empty()
        && command.packages.iter().any(|(_, name)| name == package)
        && command.packages.iter().all(|(_, name)| name == package || name == "pip")
}

/// One pip command that does not reach the environment.
fn pip(
    cx: &Context<'_>,
    out: &mut Rewritten,
    (command, call): (&Command, &Invocation),
    simples: &Simples,
    target: &Target,
) {
    let text = &command.item.value;
    let InvocationKind::Pip(pip) = &call.kind else { return };
    let Some((simple, offset)) = simples.at(call.span) else { return };
    let own = call.venv.as_ref() == Some(&target.dir);
    // Ex) `. venv/bin/activate && pip install …`: finds it once the environment is made
    let activated =
        out.activated && !pip.module && !pip.name.contains('/') && pip.program.len() == pip.name.len();
    let finds = activated || (!pip.sudo && target.is_found_by(command, call));
    let upgrade = pip.command.self_upgrade().filter(|_| call.venv.is_none() && !finds);
    let mut drop_words: Vec<usize> = Vec::new();
    if let Some(upgrade) = upgrade {
        out.rules.push("pip-self-upgrade");
        if !upgrade.rest && upgrade.tools.is_empty() {
            out.changes.drop.push(call.span);
            return;
        }
        drop_words.extend(upgrade.pip);
    }
    for (index, flag) in &pip.command.flags {
        match flag.as_str() {
            "--break-system-packages" => {
                drop_words.push(*index);
                out.rules.push("break-system-packages");
            }
            "--user" => {
                drop_words.push(*index);
                out.rules.push("user-install");
            }
            _ => {}
        }
    }
    for (index, option, value) in &pip.command.options {
        // A directory of its own, where nothing looks, is what the environment is there for.
        if matches!(option.as_str(), "--target" | "--prefix" | "--root") && !cx.looks_in(value) {
            drop_words.push(*index);
            let next = simple.words.get(pip.first + index + 1).and_then(|word| word.text.as_deref());
            if next == Some(value) {
                drop_words.push(index + 1);
            }
            out.rules.push("user-install");
        }
    }
    for index in drop_words {
        if let Some(span) = word_with_gap(text, simple, offset, pip.first + index) {
            out.changes.parts.push((span, String::new()));
        }
    }
    for assignment in &simple.assignments {
        if assignment.name == "PIP_BREAK_SYSTEM_PACKAGES" {
            let span = Span::new(assignment.span.start + offset, assignment.span.end + offset);
            let end =
                text.get(span.end..).map_or(span.end, |rest| span.end + rest.len() - rest.trim_start().len());
            out.changes.parts.push((Span::new(span.start, end), String::new()));
            out.rules.push("break-system-packages");
        }
    }
    if finds && !own {
        out.rules.push("pip-outside-venv");
    } else if !own {
        out.changes.parts.push((pip.program, target.bin("pip")));
        out.rules.push(if base_name(&pip.name) != pip.name && pip.name.contains("/bin/") {
            "missing-venv"
        } else {
            "pip-outside-venv"
        });
    }
    out.uses = true;
}

/// `uv pip install --system`: the same, into the environment.
fn uv(
    cx: &Context<'_>,
    out: &mut Rewritten,
    call: &Invocation,
    simples: &Simples,
    text: &str,
    target: &Target,
) {
    let Some((simple, offset)) = simples.at(call.span) else { return };
    let unwrapped = simple.unwrapped();
    // With pip mended, an earlier command brings it to the environment.
    let missing = call.reason() == Some(Reason::CommandNotFound) && !cx.asks_pip_for("uv");
    let mut named = false;
    for (index, word) in simple.words.iter().enumerate() {
        let span = Span::new(word.span.start + offset, word.span.end + offset);
        match word.text.as_deref() {
            Some("--system") if !missing => {
                out.changes.parts.push((span, format!("--python {}", target.bin("python"))));
                named = true;
            }
            // Says already where to; that there is none may be for later passes to mend.
            Some("--python") => named = true,
            Some("--system" | "--break-system-packages") => {
                if let Some(gap) = word_with_gap(text, simple, offset, index) {
                    out.changes.parts.push((gap, String::new()));
                }
            }
            _ => {}
        }
    }
    let program = simple.words.get(unwrapped.program_index).map(|word| word.span);
    let verb = simple.words.get(unwrapped.program_index + 1).map(|word| word.span);
    if let (true, Some(program), Some(verb)) = (missing, program, verb) {
        // No package brings uv: pip does the same.
        out.changes.parts.push((Span::new(program.start + offset, verb.end + offset), target.bin("pip")));
    } else if !named && let Some(install) = simple.words.get(unwrapped.program_index + 2) {
        let at = Span::at(install.span.end + offset);
        out.changes.parts.push((at, format!(" --python {}", target.bin("python"))));
    }
    out.rules.push("uv-outside-venv");
    out.uses = true;
}

/// poetry, pdm, pipenv and uv install into the environment that is active, or that a variable names.
fn manager(
    cx: &Context<'_>,
    out: &mut Rewritten,
    call: &Invocation,
    simples: &Simples,
    (tool, verb): (&'static str, &str),
    target: &Target,
) {
    if verb == "config" {
        // Ex) `poetry config virtualenvs.create false`: asks for the store's interpreter
        out.dropped(call, "package-manager-outside-venv");
        return;
    }
    if !matches!(verb, "install" | "sync") {
        return;
    }
    let at = Span::at(call.span.start);
    let set = match tool {
        "uv" => (!sets(simples, call, "UV_PROJECT_ENVIRONMENT"))
            .then(|| format!("UV_PROJECT_ENVIRONMENT={} ", target.dir)),
        _ => (!out.activated).then(|| format!(". {} && ", target.bin("activate"))),
    };
    let missing = call.reason() == Some(Reason::CommandNotFound);
    let installed = cx.installs(tool);
    if missing && out.makes && !installed {
        // No entry of its own stands between the environment and the tool.
        let install = format!("{} install {tool} && ", target.bin("pip"));
        out.changes.parts.push((at, install + set.as_deref().unwrap_or_default()));
    } else {
        out.changes.parts.extend(set.map(|set| (at, set)));
        if missing && !installed {
            out.tools.push(tool);
        }
    }
    out.rules.push("package-manager-outside-venv");
    out.uses = true;
}

/// Whether a variable is set for a call.
fn sets(simples: &Simples, call: &Invocation, variable: &str) -> bool {
    simples
        .at(call.span)
        .is_some_and(|(simple, _)| simple.assignments.iter().any(|assignment| assignment.name == variable))
}

/// What only served the dropped steps: removing a fetched get-pip.py, a PATH for `--user` scripts.
fn drop_leftovers(out: &mut Rewritten, script: &CommandList) {
    for at in script.simple_commands() {
        let words: Vec<&str> = at.simple.words.iter().filter_map(|word| word.text.as_deref()).collect();
        let raw: Vec<&str> = at.simple.words.iter().map(|word| word.raw.as_str()).collect();
        let removes = matches!(words.as_slice(), ["rm", rest @ ..] if rest.iter().filter(|arg| !arg.starts_with('-')).all(|arg| base_name(arg).starts_with("get-pip")) && rest.iter().any(|arg| base_name(arg).starts_with("get-pip")));
        let user_path = matches!(raw.as_slice(), ["export", path] if path.starts_with("PATH=") && path.contains(".local/bin"));
        if removes || user_path {
            out.changes.drop.push(at.simple.span);
            out.rules.push(if removes { "get-pip" } else { "user-install" });
        }
    }
}
