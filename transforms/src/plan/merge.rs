//! Merging of layers, as the planner's `plan/merge.rs` and `plan/utils.rs` do it.

use super::draft::items;
use super::types::{Item, Origin, Phase, Plan, Start};

const DEBIAN_IMAGE: &str = "ghcr.io/railwayapp/nixpacks:debian-1745885067";
const UBUNTU_IMAGE: &str = "ghcr.io/railwayapp/nixpacks:ubuntu-1745885067";
const ARCHIVE: &str = "5148520bfab61f99fd25fb9ff7bfbb50dad3c9db";
const ARCHIVE_DEBIAN: &str = "a0b7e70db7a55088d3de0cc370a59f9fbcc906c3";
const PLANNER: Origin = Origin::Provider("nixpacks");

/// Whether an element stands for the list of the layer below.
pub(super) fn is_splice(value: &str) -> bool {
    value == "..." || value == "@auto"
}

/// `over` merged over `base`.
pub(super) fn merge(mut base: Plan, over: Plan) -> Plan {
    base.providers = splice(base.providers, over.providers);
    base.build_image = over.build_image.or(base.build_image);
    base.static_assets = match (base.static_assets, over.static_assets) {
        (Some(mut assets), Some(more)) => {
            assets.extend(more);
            Some(assets)
        }
        (assets, None) | (None, assets) => assets,
    };
    base.variables.extend(over.variables);
    for (name, phase) in over.phases {
        let below = base.phases.remove(&name).unwrap_or_else(|| new_phase(&name));
        base.phases.insert(name, merge_phase(below, phase));
    }
    base.start = match (base.start, over.start) {
        (Some(below), Some(start)) => Some(merge_start(below, start)),
        (start, None) | (None, start) => start,
    };
    base
}

/// A phase that no layer below has. Only these two know by themselves when to run.
fn new_phase(name: &str) -> Phase {
    let after = match name {
        "install" => Some("setup"),
        "build" => Some("install"),
        _ => None,
    };
    Phase { depends_on: after.map(|after| items(&PLANNER, [after])), ..Phase::default() }
}

fn merge_phase(mut base: Phase, mut over: Phase) -> Phase {
    for ((_, below), (_, list)) in base.lists_mut().into_iter().zip(over.lists_mut()) {
        *below = splice(below.take(), list.take());
    }
    base.nixpkgs_archive = over.nixpkgs_archive.or(base.nixpkgs_archive);
    base
}

fn merge_start(base: Start, over: Start) -> Start {
    Start {
        cmd: over.cmd.or(base.cmd),
        run_image: over.run_image.or(base.run_image),
        only_include_files: splice(base.only_include_files, over.only_include_files),
        user: over.user.or(base.user),
    }
}

/// `over` with the elements of `base` after each of its `"..."`. The `"..."` itself stays, so that a
/// layer still lower fills it too.
pub(super) fn splice(base: Option<Vec<Item>>, over: Option<Vec<Item>>) -> Option<Vec<Item>> {
    let Some(over) = over else { return base };
    let base = base.unwrap_or_default();
    let mut filled = Vec::with_capacity(over.len() + base.len());
    for item in over {
        let is_marker = is_splice(&item.value);
        filled.push(item);
        if is_marker {
            filled.extend(base.iter().cloned());
        }
    }
    Some(filled)
}

/// Takes each `"..."` out and writes down the revisions that the planner defaults to.
pub(super) fn pin_images(plan: &mut Plan, debian: bool) {
    let image = if debian { DEBIAN_IMAGE } else { UBUNTU_IMAGE };
    plan.build_image.get_or_insert_with(|| Item { value: image.to_owned(), origin: PLANNER });
    for phase in plan.phases.values_mut() {
        let non_empty = |list: &Option<Vec<Item>>| list.as_ref().is_some_and(|list| !list.is_empty());
        if phase.nixpkgs_archive.is_none() && (non_empty(&phase.nix_pkgs) || non_empty(&phase.nix_libs)) {
            let archive = if debian { ARCHIVE_DEBIAN } else { ARCHIVE };
            phase.nixpkgs_archive = Some(Item { value: archive.to_owned(), origin: PLANNER });
        }
    }
    drop_splices(plan);
}

/// Takes each `"..."` out of every list.
pub(super) fn drop_splices(plan: &mut Plan) {
    for phase in plan.phases.values_mut() {
        for list in phase.lists_mut().into_iter().filter_map(|(_, list)| list.as_mut()) {
            list.retain(|item| !is_splice(&item.value));
        }
    }
    if let Some(files) = plan.start.as_mut().and_then(|start| start.only_include_files.as_mut()) {
        files.retain(|item| !is_splice(&item.value));
    }
}

/// Renames the phases of a provider that is not the first: `install` becomes `python:install`.
pub(super) fn prefix(plan: &mut Plan, provider: &str) {
    let phases = std::mem::take(&mut plan.phases);
    for (name, mut phase) in phases {
        for after in phase.depends_on.iter_mut().flatten() {
            after.value = format!("{provider}:{}", after.value);
        }
        plan.phases.insert(format!("{provider}:{name}"), phase);
    }
}

#[cfg(test)]
mod tests {
    use super::{Item, PLANNER, Phase, Plan, items, merge, splice};

    #[expect(clippy::unnecessary_wraps, reason = "lists of a plan are optional")]
    fn list(values: &[&str]) -> Option<Vec<Item>> {
        Some(items(&PLANNER, values.iter().copied()))
    }

    fn with(name: &str, phase: Phase) -> Plan {
        Plan { phases: [(name.to_owned(), phase)].into(), ..Plan::default() }
    }

    #[test]
    fn a_hole_survives_the_merge_and_takes_the_next_layer_too() {
        let once = splice(list(&["file"]), list(&["env", "..."]));
        assert_eq!(once, list(&["env", "...", "file"]));
        assert_eq!(splice(list(&["a", "b"]), once), list(&["env", "...", "a", "b", "file"]));
    }

    #[test]
    fn nothing_said_keeps_and_an_empty_list_replaces() {
        assert_eq!(splice(list(&["a"]), None), list(&["a"]));
        assert_eq!(splice(list(&["a"]), list(&[])), list(&[]));
        assert_eq!(splice(None, list(&["@auto", "... "])), list(&["@auto", "... "]));
    }

    #[test]
    fn only_install_and_build_get_a_place_in_the_order() {
        for (name, after) in [("install", list(&["setup"])), ("build", list(&["install"])), ("x", None)] {
            let merged = merge(Plan::default(), with(name, Phase::default()));
            assert_eq!(merged.phases[name].depends_on, after, "{name}");
        }
    }
}
