//! The provider's own packages, where a list without `"..."` took their place and a command misses one.

use super::draft::Draft;
use super::{CMDS, NIX_PKGS};
use crate::context::Context;
use crate::plan::{Item, Origin, Plan};
use crate::requirements::scripts;
use crate::walk::{CallKind, Command, Reason, base_name, in_file, programs_of};

/// The provider's package that brings the program which the failing command does not find.
pub(crate) fn dropped(cx: &Context<'_>) -> Option<(String, String)> {
    if cx.walk.verdict.reason() != Some(Reason::CommandNotFound) {
        return None;
    }
    let failing = cx.walk.commands.iter().find(|command| command.fails())?;
    let missing = failing.calls.iter().find_map(|call| match &call.kind {
        CallKind::Program { name } if call.reason() == Some(Reason::CommandNotFound) => Some(name.clone()),
        CallKind::Manager { tool, .. } if call.reason() == Some(Reason::CommandNotFound) => {
            Some((*tool).to_owned())
        }
        _ => None,
    })?;
    let provided = cx.model.provided.phases.get("setup")?.nix_pkgs.as_ref()?;
    let package = provided.iter().find(|item| programs_of(&item.value).contains(&missing))?;
    Some((package.value.clone(), missing))
}

/// The command of another provider that nobody asked for: a list of the file leaves its packages out, no
/// command of the files runs a program of theirs, and what they run is Python.
///
/// Ex) `npm run build` of a `package.json` that stands beside a Python service, which is all that is deployed
pub(crate) fn unasked<'c>(cx: &'c Context<'_>) -> Option<&'c str> {
    let plan = cx.model.plan.as_ref().ok()?;
    let [only] = plan.ran.as_slice() else { return None };
    let provided = cx.model.provided.phases.get("setup")?.nix_pkgs.as_ref()?;
    let listed = plan.phases.get("setup")?.nix_pkgs.as_ref()?;
    let own = !listed.is_empty() && listed.iter().all(in_file);
    if only == "python" || plan.providers.is_some() || !own || !cx.walk.verdict.fails() {
        return None;
    }
    let programs: Vec<String> = provided.iter().flat_map(|item| programs_of(&item.value)).collect();
    let runs = |command: &Command| command.calls.iter().any(|call| programs.contains(&call.program));
    let (files, others): (Vec<_>, Vec<_>) =
        cx.walk.commands.iter().partition(|command| in_file(&command.item));
    let python = |command: &&Command| {
        command.phase.is_none()
            && command.calls.iter().any(|call| match &call.kind {
                CallKind::Python { .. } => true,
                CallKind::Program { name } => scripts::distributions_with_script(name).next().is_some(),
                _ => false,
            })
    };
    let missed = others.iter().find(|command| command.fails() && runs(command));
    let missed = missed.map(|command| command.item.value.as_str());
    let missed = missed.or_else(|| behind_railway(cx, plan, &programs))?;
    let asked = files.iter().any(|command| runs(command) || command.is_unsure());
    (!asked && files.iter().any(python)).then_some(missed)
}

/// The provider's command that only Railway's own file takes the place of: elsewhere it runs, and misses its
/// program.
fn behind_railway<'c>(cx: &'c Context<'_>, plan: &Plan, programs: &[String]) -> Option<&'c str> {
    let railway = |item: &Item| matches!(&item.origin, Origin::Deploy(place) if base_name(&place.path).starts_with("railway."));
    cx.model.provided.phases.iter().find_map(|(name, phase)| {
        let item = phase.cmds.as_ref()?.first()?;
        let program = item.value.split_whitespace().next()?;
        let own = |key: &&str| cx.config().is_some_and(|doc| doc.get(&["phases", name, *key]).is_some());
        let replaced = plan.phases.get(name)?.cmds.as_ref()?.iter().all(railway) && !CMDS.iter().any(own);
        let missing =
            programs.iter().any(|own| own == program) && !cx.walk.profile.programs.contains(program);
        (replaced && missing).then_some(item.value.as_str())
    })
}

/// Names Python as the provider in place of one whose build nobody asked for.
pub(crate) fn replace(cx: &Context<'_>, draft: &mut Draft<'_>) -> bool {
    let needed = cx.has("dropped-provider-packages") && unasked(cx).is_some();
    if needed {
        draft.insert_top("providers", &["python"], "dropped-provider-packages");
    }
    needed
}

/// Puts the provider's packages back. Beside Python's own provider only the one that is missed:
/// `"..."` would bring a second interpreter.
pub(crate) fn restore(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let Some((package, _)) = dropped(cx).filter(|_| cx.has("dropped-provider-packages")) else { return };
    let python =
        cx.model.plan.as_ref().is_ok_and(|plan| plan.ran.first().is_some_and(|name| name == "python"));
    let Some(list) = draft.list("setup", NIX_PKGS) else { return };
    if list.has_marker() {
        return;
    }
    if python {
        let end = list.pieces.len();
        list.insert(end, package);
    } else {
        list.insert(0, "...");
    }
    list.rules.insert("dropped-provider-packages");
    list.title = Some("put the provider's packages back into `nixPkgs`".to_owned());
}
