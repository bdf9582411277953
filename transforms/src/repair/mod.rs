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
pub(crate) use packages::{is_pip_package, with_only_installers};
pub(crate) use provider::left_out;

use crate::context::Context;
use crate::document::schema;
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

/// What earlier passes of an attempt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum So {
    /// There was none.
    First,
    /// They prepared: whether the end state applies has not been asked.
    Prepared,
    /// They went towards the end state, and an environment in this directory where one was chosen.
    Decided(Option<String>),
}

/// The changes that bring the app to an end state, and what the attempt has come to with them; `None`
/// where it does not apply, and no change where nothing is left to do.
///
/// An end state that does not apply when that is first asked stops the attempt; later the override
/// that `managed` looks for is gone, and what is left is done by itself.
pub(crate) fn propose(
    cx: &Context<'_>,
    end: EndState,
    so: So,
) -> Result<Option<(Vec<Proposed>, So)>, Refusal> {
    let mut draft = Draft::new(cx.model, cx.config());
    let finish = |draft: Draft<'_>, so| Ok(Some((draft.finish(|rule| cx.has(rule))?, so)));
    let prepared = if let So::Decided(_) = so { so.clone() } else { So::Prepared };
    if inert::rename(cx, &mut draft) {
        // The next pass sees what the packages bring.
        return finish(draft, prepared);
    }
    cached::release(cx, &mut draft);
    packages::tidy(cx, &mut draft);
    if provider::add(cx, &mut draft) || dropped::replace(cx, &mut draft) {
        return finish(draft, prepared);
    }
    interpreters::settle(cx, &mut draft);
    if interpreter::specify(cx, &mut draft) || interpreter::provide(cx, &mut draft) {
        // Only with an interpreter does the walk-through show what is still wrong.
        return finish(draft, prepared);
    }
    dropped::restore(cx, &mut draft);
    let mut chosen = None;
    match end {
        EndState::Managed => {
            let applies = managed::apply(cx, &mut draft) || late::apply(cx, &mut draft);
            let rest =
                || cx.file_commands().iter().any(|command| venv::is_astray(command, &Target::provided()));
            if !applies && (so == So::First || (so == So::Prepared && rest())) {
                return Ok(None);
            }
            let target = Target::provided();
            if applies || made(cx, &target) {
                start::mend(cx, &mut draft, &target);
            }
        }
        EndState::Venv | EndState::Explicit => {
            // What earlier passes did may look like another choice.
            let decided = if let So::Decided(dir) = so { dir } else { None };
            chosen = chosen.or_else(|| decided.clone());
            let target = target::choose(cx, end == EndState::Venv, decided);
            let used = venv::apply(cx, &mut draft, &target);
            chosen = chosen.or_else(|| used.is_some().then(|| target.dir.clone()));
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
    finish(draft, So::Decided(chosen))
}

/// Whether the build makes the target as it stands.
fn made(cx: &Context<'_>, target: &Target) -> bool {
    cx.walk.venvs.contains(&target.dir)
}

/// Names of the list that holds a phase's commands.
pub(crate) const CMDS: &[&str] = schema::CMDS.names;
/// Names of the list that holds a phase's Nix packages.
pub(crate) const NIX_PKGS: &[&str] = schema::NIX_PKGS.names;
/// Names of the list that holds a phase's apt packages.
pub(crate) const APT_PKGS: &[&str] = schema::APT_PKGS.names;
/// Names of the list that holds a phase's Nix libraries.
pub(crate) const NIX_LIBS: &[&str] = schema::NIX_LIBS.names;
/// Names of the list that holds a phase's paths.
pub(crate) const PATHS: &[&str] = schema::PATHS.names;
