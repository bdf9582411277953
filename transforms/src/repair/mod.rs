//! The end states as edits: managed, venv and explicit.
//!
//! An end state is a property of the app, not of a rule: the rules say what is wrong, and every
//! change made here names the rules that it answers to.

mod command;
mod draft;
mod explicit;
mod interpreter;
mod libraries;
mod managed;
mod packages;
mod paths;
mod start;
mod target;
mod venv;

pub(crate) use command::simple_at;
pub(crate) use draft::Proposed;

use crate::app::AppView;
use crate::engine::Options;
use crate::intent::Refusal;
use crate::plan::{Model, Origin};
use crate::walk::{Command, Walk};
use draft::Draft;

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

/// What a repair looks at.
pub(crate) struct Context<'m> {
    pub(crate) app: &'m dyn AppView,
    pub(crate) model: &'m Model,
    pub(crate) walk: &'m Walk,
    pub(crate) options: &'m Options,
}

impl<'m> Context<'m> {
    /// Whether a rule takes part.
    pub(crate) fn has(&self, rule: &str) -> bool {
        self.options.rules.has(rule)
    }

    /// The commands of the configuration's own lists, in the order in which they run.
    pub(crate) fn file_commands(&self, draft: &Draft<'m>) -> Vec<&'m Command> {
        let Some(doc) = draft.config() else { return Vec::new() };
        let own = |command: &&Command| match &command.item.origin {
            Origin::Deploy(place) => command.phase.is_some() && place.path == doc.path,
            _ => false,
        };
        self.walk.commands.iter().filter(own).collect()
    }
}

/// The changes that bring the app to an end state; `None` where it does not apply, and empty where
/// nothing is left to do.
pub(crate) fn propose(cx: &Context<'_>, end: EndState) -> Result<Option<Vec<Proposed>>, Refusal> {
    let mut draft = Draft::new(cx.model);
    packages::tidy(cx, &mut draft);
    interpreter::provide(cx, &mut draft);
    match end {
        EndState::Managed => {
            if !managed::apply(cx, &mut draft) {
                return Ok(None);
            }
        }
        EndState::Venv | EndState::Explicit => {
            let target = target::choose(cx, &draft);
            let used = venv::apply(cx, &mut draft, &target);
            let explicit = end == EndState::Explicit;
            if let Some(phase) = used.filter(|_| !explicit) {
                paths::provide(cx, &mut draft, &target, &phase);
            } else if !explicit {
                paths::reach(cx, &mut draft);
            }
            if explicit {
                explicit::apply(cx, &mut draft, &target);
            } else {
                start::mend(cx, &mut draft, &target);
            }
        }
    }
    libraries::provide(cx, &mut draft);
    draft.finish().map(Some)
}

/// Names of the list that holds a phase's commands.
pub(crate) const CMDS: &[&str] = &["cmds", "commands"];
/// Names of the list that holds a phase's Nix packages.
pub(crate) const NIX_PKGS: &[&str] = &["nixPkgs", "nixPackages"];
/// Names of the list that holds a phase's Nix libraries.
pub(crate) const NIX_LIBS: &[&str] = &["nixLibs", "nixLibraries"];
/// Names of the list that holds a phase's paths.
pub(crate) const PATHS: &[&str] = &["paths", "envPaths"];
