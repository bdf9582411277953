//! `nixLibs` for packages with native code where no Python provider sets it.

use super::draft::Draft;
use super::{Context, NIX_LIBS};
use crate::walk::{CallKind, Reason};

/// What the Python provider gives (providers/python.rs, `setup`).
const LIBS: [&str; 2] = ["zlib", "stdenv.cc.cc.lib"];

/// Adds the libraries where packages are installed and nothing brings them.
pub(crate) fn provide(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let Ok(plan) = &cx.model.plan else { return };
    if !cx.has("missing-native-libs") || cx.walk.profile.libstdcxx {
        return;
    }
    if plan.ran.iter().any(|name| name == "python") {
        // A list of the file hides the provider's.
        if cx.walk.verdict.reason() == Some(Reason::NativeLibMissing)
            && let Some(list) = draft.list("setup", NIX_LIBS)
            && !list.has_marker()
        {
            list.insert(0, "...");
            list.rules.insert("missing-native-libs");
            list.title = Some("put the provider's libraries back into `nixLibs`".to_owned());
        }
        return;
    }
    let installs = cx.walk.commands.iter().flat_map(|command| &command.calls).any(|call| match &call.kind {
        CallKind::Pip(pip) => pip.command.is_install() && !pip.command.is_self_upgrade(),
        CallKind::UvPip { .. } | CallKind::Manager { .. } => true,
        _ => false,
    });
    let fails = cx.walk.verdict.reason().is_some_and(|reason| {
        let elsewhere =
            [Reason::NativeLibMissing, Reason::CommandNotFound, Reason::MarkerMissing, Reason::Other];
        reason.is_pip_family() || elsewhere.contains(&reason)
    });
    if !installs || !fails {
        return;
    }
    if let Some(list) = draft.list("setup", NIX_LIBS) {
        for lib in LIBS {
            if !list.pieces.iter().any(|piece| piece.text == lib) {
                let end = list.pieces.len();
                list.insert(end, lib);
            }
        }
        list.rules.insert("missing-native-libs");
        list.title = Some("add the libraries that native code needs".to_owned());
        return;
    }
    let lower = cx.model.provided.phases.get("setup").and_then(|phase| phase.nix_libs.as_ref());
    if lower.is_some_and(|libs| !libs.is_empty()) {
        draft.insert("setup", "nixLibs", &["...", LIBS[0], LIBS[1]], "missing-native-libs");
    } else {
        draft.insert("setup", "nixLibs", &LIBS, "missing-native-libs");
    }
}
