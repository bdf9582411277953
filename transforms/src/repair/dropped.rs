//! The provider's own packages, where a list without `"..."` took their place and a command misses one.

use super::NIX_PKGS;
use super::draft::Draft;
use crate::context::Context;
use crate::walk::{CallKind, Reason, programs_of};

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
