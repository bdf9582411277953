//! Ways of installing that a whole app can be moved to: managed, venv and explicit.
//!
//! A strategy answers the findings of several rules at once, since where packages go is a property of the app and not
//! of one command. Fixes that stand alone are with their rules.

mod command;
mod explicit;
mod managed;
mod paths;
mod pip_before_provider;
mod simples;
mod start;
mod target;
mod venv;

use crate::context::Context;
use crate::fix::Draft;
use crate::simulate::{Command, InvocationKind, Reason};
use target::Target;

/// A strategy to aim for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum EndState {
    /// Nixpacks' own install step makes the virtual environment.
    Managed,
    /// The install phase makes a virtual environment.
    Venv,
    /// As `Venv`, with every program by its path.
    Explicit,
}

/// How far an attempt has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AttemptState {
    /// No pass was made.
    Initial,
    /// Passes were made, and the strategy has not had its turn.
    Preparing,
    /// The strategy has had its turn; it has chosen an environment in this directory where one was needed.
    Targeting(Option<String>),
}

/// Moves the commands towards the strategy, as far as one pass can. `None`: the strategy does not apply.
pub(crate) fn apply(
    cx: &Context<'_>,
    draft: &mut Draft<'_>,
    end: EndState,
    state: &AttemptState,
) -> Option<AttemptState> {
    match end {
        EndState::Managed => {
            let applies = managed::apply(cx, draft) || pip_before_provider::apply(cx, draft);
            let target = Target::provided();
            if !applies && !matches!(state, AttemptState::Targeting(_)) {
                let astray = |command: &&Command| venv::installs_outside(command, &target);
                if *state == AttemptState::Initial || cx.file_commands().iter().any(astray) {
                    return None;
                }
            }
            if applies || made(cx, &target) {
                start::mend(cx, draft, &target);
            }
            Some(AttemptState::Targeting(None))
        }
        EndState::Venv | EndState::Explicit => {
            // What earlier passes did may look like another choice.
            let decided = if let AttemptState::Targeting(dir) = state { dir.clone() } else { None };
            let target = target::choose(cx, end == EndState::Venv, decided.clone());
            let used = venv::apply(cx, draft, &target);
            let chosen = decided.or_else(|| used.is_some().then(|| target.dir.clone()));
            let there = used.is_some() || made(cx, &target);
            match (end, &used) {
                (EndState::Explicit, _) if there => explicit::apply(cx, draft, &target),
                (EndState::Venv, Some(phase)) => paths::provide(cx, draft, &target, phase),
                (EndState::Venv, None) => paths::reach(cx, draft),
                _ => {}
            }
            if end == EndState::Venv && there {
                start::mend(cx, draft, &target);
            }
            if chosen.is_some() {
                native_libs(cx, draft);
            }
            Some(AttemptState::Targeting(chosen))
        }
    }
}

/// Whether the build makes the target as it stands.
fn made(cx: &Context<'_>, target: &Target) -> bool {
    cx.simulation.venvs.contains(&target.dir)
}

/// What the Python provider would have given to the packages that are now installed without it: wheels with native
/// code need it.
fn native_libs(cx: &Context<'_>, draft: &mut Draft<'_>) {
    let provided =
        cx.simulation.profile.libstdcxx || cx.model.plan.active_providers.iter().any(|name| name == "python");
    if provided || !cx.has("missing-native-libs") {
        return;
    }
    let installs =
        cx.simulation.commands.iter().flat_map(Command::all_invocations).any(|call| match &call.kind {
            InvocationKind::Pip(pip) => pip.command.is_install() && !pip.command.is_self_upgrade(),
            InvocationKind::UvPip { .. } | InvocationKind::Manager { .. } => true,
            _ => false,
        });
    let fails = cx.simulation.verdict.reason().is_some_and(|reason| {
        let elsewhere =
            [Reason::NativeLibMissing, Reason::CommandNotFound, Reason::ModuleNotFound, Reason::Other];
        reason.is_pip_family() || elsewhere.contains(&reason)
    });
    if installs && fails {
        draft.add_provider_libs("missing-native-libs");
    }
}
