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
    } else if let [(first, _), (second, _)] = listed.as_slice() {
        let generic = |name: &str| matches!(name, "python3" | "python");
        match (generic(&first.value), generic(&second.value)) {
            (true, false) => take_out(draft, &first.value),
            (false, true) => take_out(draft, &second.value),
            _ => false,
        };
    }
}

fn take_out(draft: &mut Draft<'_>, name: &str) -> bool {
    let Some(list) = draft.list("setup", NIX_PKGS) else { return false };
    let Some(at) = list.pieces.iter().position(|piece| piece.text == name) else { return false };
    list.remove(at);
    list.rules.insert("two-interpreters");
    list.title = Some("keep one Python".to_owned());
    // A list of nothing but the marker says what its absence says.
    if list.pieces.iter().all(|piece| super::draft::is_marker(&piece.text)) {
        list.pieces.clear();
    }
    true
}
