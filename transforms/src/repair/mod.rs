//! The end states as edits: managed, venv and explicit.
//!
//! An end state is a property of the app, not of a rule: the rules say what is wrong, and every
//! change made here names the rules that it answers to.

mod cached;
mod command;
mod draft;
mod dropped;
mod explicit;
mod finish;
mod inert;
mod interpreter;
mod interpreters;
mod late;
mod libraries;
mod managed;
mod packages;
mod paths;
mod provider;
mod split;
mod start;
mod target;
mod venv;

pub(crate) use cached::kept_out;
pub(crate) use draft::Proposed;
pub(crate) use dropped::{dropped, unasked};
pub(crate) use inert::{inert_keys, needed as inert_key_needed};
pub(crate) use interpreter::is_missing as lacks_interpreter;
pub(crate) use packages::{is_pip, with_only_installers};
pub(crate) use provider::left_out;

use crate::context::Context;
use crate::intent::Refusal;
use draft::Draft;
use target::Target;

/// An end state to aim for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndState {
    /// The provider installs.
    Managed,
    /// The install phase makes a virtual environment.
    Venv,
    /// As `Venv`, with every program by its path.
    Explicit,
}

/// The changes that bring the app to an end state; `None` where it does not apply, and empty where
/// nothing is left to do.
///
/// On the first pass an end state that does not apply stops the attempt; later the override that
/// `managed` looks for is gone, and what is left is done by itself.
pub(crate) fn propose(
    cx: &Context<'_>,
    end: EndState,
    first: bool,
) -> Result<Option<Vec<Proposed>>, Refusal> {
    let mut draft = Draft::new(cx.model, cx.config());
    if inert::rename(cx, &mut draft) {
        // The next pass sees what the packages bring.
        return draft.finish(|rule| cx.has(rule)).map(Some);
    }
    cached::release(cx, &mut draft);
    packages::tidy(cx, &mut draft);
    if provider::add(cx, &mut draft) || dropped::replace(cx, &mut draft) {
        return draft.finish(|rule| cx.has(rule)).map(Some);
    }
    interpreters::settle(cx, &mut draft);
    if interpreter::specify(cx, &mut draft) || interpreter::provide(cx, &mut draft) {
        // Only with an interpreter does the walk-through show what is still wrong.
        return draft.finish(|rule| cx.has(rule)).map(Some);
    }
    dropped::restore(cx, &mut draft);
    match end {
        EndState::Managed => {
            let applies = managed::apply(cx, &mut draft) || late::apply(cx, &mut draft);
            if !applies && first {
                return Ok(None);
            }
            let target = Target::provided();
            if applies || made(cx, &target) {
                start::mend(cx, &mut draft, &target);
            }
        }
        EndState::Venv | EndState::Explicit => {
            let target = target::choose(cx, end == EndState::Venv);
            let used = venv::apply(cx, &mut draft, &target);
            let there = used.is_some() || made(cx, &target);
            match (end, used) {
                (EndState::Explicit, _) if there => explicit::apply(cx, &mut draft, &target),
                (EndState::Venv, Some(phase)) => paths::provide(cx, &mut draft, &target, &phase),
                (EndState::Venv, None) => paths::reach(cx, &mut draft),
                _ => {}
            }
            if end == EndState::Venv && there {
                start::mend(cx, &mut draft, &target);
            }
        }
    }
    split::join(cx, &mut draft);
    libraries::provide(cx, &mut draft);
    draft.finish(|rule| cx.has(rule)).map(Some)
}

/// Whether the build makes the target as it stands.
fn made(cx: &Context<'_>, target: &Target) -> bool {
    cx.walk.venvs.contains(&target.dir)
}

/// Names of the list that holds a phase's commands.
pub(crate) const CMDS: &[&str] = &["cmds", "commands"];
/// Names of the list that holds a phase's Nix packages.
pub(crate) const NIX_PKGS: &[&str] = &["nixPkgs", "nixPackages"];
/// Names of the list that holds a phase's apt packages.
pub(crate) const APT_PKGS: &[&str] = &["aptPkgs", "aptPackages"];
/// Names of the list that holds a phase's Nix libraries.
pub(crate) const NIX_LIBS: &[&str] = &["nixLibs", "nixLibraries"];
/// Names of the list that holds a phase's paths.
pub(crate) const PATHS: &[&str] = &["paths", "envPaths"];
