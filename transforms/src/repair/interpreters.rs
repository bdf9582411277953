//! One interpreter where a list brings two versions into one profile.

use super::NIX_PKGS;
use super::draft::Draft;
use crate::context::Context;
use crate::plan::names;
use crate::walk::in_file;

/// Takes out the interpreter that stands in the way of the other: the generic name beside one with
/// a version, and beside the provider's own the listed one, whose version the provider is then told.
pub(crate) fn settle(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let Ok(plan) = &cx.model.plan else { return };
    if !cx.has("two-interpreters") || cx.walk.profile.collision.is_none() {
        return;
    }
    let Some(phase) = plan.phases.get("setup") else { return };
    let archive = phase.nixpkgs_archive.as_ref().map(|item| item.value.as_str());
    let pythons: Vec<_> = phase
        .nix_pkgs
        .iter()
        .flatten()
        .filter_map(|item| Some((item, names::python(&item.value, archive)?)))
        .collect();
    let provided = pythons.iter().any(|(item, _)| !in_file(item));
    let listed: Vec<_> = pythons.iter().filter(|(item, _)| in_file(item)).collect();
    if provided {
        let [(item, version)] = listed.as_slice() else { return };
        let told = plan.variables.contains_key("NIXPACKS_PYTHON_VERSION");
        if take_out(draft, &item.value) && !told {
            draft.insert_variable("NIXPACKS_PYTHON_VERSION", version, "two-interpreters");
        }
    } else if let [first, second] = listed.as_slice() {
        let keep = if is_generic(&first.0.value) {
            second
        } else if is_generic(&second.0.value) || !asked_for(cx, second.1) || asked_for(cx, first.1) {
            first
        } else {
            second
        };
        let gone = if std::ptr::eq(*keep, *first) { second } else { first };
        take_out(draft, &gone.0.value);
    }
}

/// `python3` and its variants: any version will do.
fn is_generic(attribute: &str) -> bool {
    let base = attribute.trim_end_matches("Full").trim_end_matches("Minimal");
    matches!(base, "python" | "python3")
}

/// Whether the version files or a command name this version.
fn asked_for(cx: &Context<'_>, version: &str) -> bool {
    let named = format!("python{version}");
    super::interpreter::wanted(cx) == named.replace('.', "")
        || cx.walk.commands.iter().any(|command| command.item.value.contains(&named))
}

fn take_out(draft: &mut Draft<'_>, name: &str) -> bool {
    let Some(list) = draft.list("setup", NIX_PKGS) else { return false };
    let Some(at) = list.pieces.iter().position(|piece| piece.text == name) else { return false };
    list.remove(at);
    list.rules.insert("two-interpreters");
    list.title = Some("keep one Python".to_owned());
    true
}
