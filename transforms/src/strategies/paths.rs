//! `PATH` that carries the virtual environment, so that a start command finds it wherever it stands.

use super::target::Target;
use crate::context::Context;
use crate::document::schema::PATHS;
use crate::fix::Draft;
use crate::plan::Origin;
use crate::simulate::{Command, Invocation, InvocationKind, Reason, base_name, is_own};

/// Puts the target's programs on `PATH` from the phase that makes it on.
pub(crate) fn provide(cx: &Context<'_>, draft: &mut Draft<'_>, target: &Target, phase: &str) {
    add(cx, draft, &target.bin_dir(), phase);
    drop_variable(cx, draft);
    if let Some(doc) = cx.config().filter(|_| cx.has("break-system-packages")) {
        // Means nothing inside an environment.
        let keys = ["variables", "PIP_BREAK_SYSTEM_PACKAGES"];
        if doc.get(&keys).is_some() {
            draft.remove_key(doc, &keys, "break-system-packages");
        }
    }
}

/// `PATH` under `[variables]` does nothing; one that was meant to do what `paths` now does goes.
fn drop_variable(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let Some(doc) = cx.config().filter(|_| cx.has("path-variable")) else { return };
    let value = doc.get(&["variables", "PATH"]).and_then(|node| node.as_str());
    let meant = |part: &str| {
        matches!(part, "" | "$PATH" | "${PATH}")
            || part.ends_with("venv/bin")
            || part.ends_with("/.local/bin")
    };
    if value.is_some_and(|value| value.decoded.split(':').all(meant)) {
        draft.remove_key(doc, &["variables", "PATH"], "path-variable");
    }
}

/// Puts an environment on `PATH` that the app makes and fills and then does not find.
pub(crate) fn reach(cx: &Context<'_>, draft: &mut Draft<'_>) {
    if !cx.has("venv-off-path") || !cx.simulation.verdict.fails() {
        return;
    }
    let missed = cx.simulation.commands.iter().flat_map(Command::all_invocations).find_map(|call| {
        let (InvocationKind::Program { name } | InvocationKind::Python { name }) = &call.kind else {
            return None;
        };
        let missed = matches!(call.reason(), Some(Reason::CommandNotFound | Reason::ModuleNotFound));
        (missed && !name.contains('/')).then_some(name)
    });
    let Some(missed) = missed else {
        reach_by_pip(cx, draft);
        return;
    };
    let is_python = base_name(missed).starts_with("python");
    let filled = cx
        .simulation
        .envs
        .iter()
        .filter(|env| env.dists.has_packages() && (is_python || env.dists.script(missed)))
        .filter(|env| !env.venv_dir().is_some_and(is_own));
    let Some(dir) = filled.filter_map(|env| env.venv_dir()).rfind(|dir| dir.starts_with('/')) else {
        reach_by_pip(cx, draft);
        return;
    };
    let made = cx.simulation.commands.iter().find(|command| {
        command
            .all_invocations()
            .any(|call| matches!(&call.kind, InvocationKind::MakeVenv { dir: made } if made == dir))
    });
    if let Some(phase) = made.and_then(|command| command.phase.clone()) {
        add(cx, draft, &format!("{dir}/bin"), &phase);
        drop_variable(cx, draft);
    }
}

/// As [`reach`], for a pip that no entry of the configuration runs, such as that of Railway's build command.
fn reach_by_pip(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let config = cx.config().map(|doc| doc.path.as_str());
    let elsewhere = cx.simulation.commands.iter().filter(|command| {
        let Origin::Deploy(place) = &command.item.origin else { return false };
        command.phase.is_some() && Some(place.path.as_str()) != config
    });
    let missed = elsewhere.flat_map(Command::all_invocations).find(|call| {
        let bare = !call.program.contains('/');
        let InvocationKind::Pip(pip) = &call.kind else { return false };
        bare && !pip.sudo && call.venv.is_none() && call.reason().is_some_and(Reason::is_pip_family)
    });
    let Some(missed) = missed else { return };
    let made = cx.simulation.envs.iter().take(missed.envs).filter(|env| env.has_pip);
    let Some(dir) = made.filter_map(|env| env.venv_dir()).rfind(|dir| dir.starts_with('/')) else { return };
    let makes =
        |call: &Invocation| matches!(&call.kind, InvocationKind::MakeVenv { dir: made } if made == dir);
    let by = cx.simulation.commands.iter().find(|command| command.all_invocations().any(makes));
    if let Some(phase) = by.and_then(|command| command.phase.clone()) {
        add(cx, draft, &format!("{dir}/bin"), &phase);
        drop_variable(cx, draft);
    }
}

fn add(cx: &Context<'_>, draft: &mut Draft<'_>, bin: &str, phase: &str) {
    if cx.simulation.start_paths.iter().any(|path| **path == *bin) {
        return;
    }
    let provided = cx.model.provider_plan.phases.get(phase).and_then(|phase| phase.paths.as_ref());
    if let Some(list) = draft.list(phase, PATHS) {
        let end = list.pieces.len();
        list.insert(end, bin);
        list.rules.insert("venv-off-path");
        list.title = Some(format!("add `{bin}` to `paths`, so that it is on PATH"));
    } else if provided.is_some_and(|paths| !paths.is_empty()) {
        draft.insert(phase, "paths", &["...", bin], "venv-off-path");
    } else {
        draft.insert(phase, "paths", &[bin], "venv-off-path");
    }
}
