//! What rules and repairs look at.

use crate::app::AppView;
use crate::document::{Document, Node, SourceMap};
use crate::options::Options;
use crate::plan::names::Nixpkgs;
use crate::plan::{Model, Origin, OtherBuilder, Place, Platform, Remembered, other_builder};
use crate::requirements::{PipCommand, parse_requirement};
use crate::simulate::{Command, Dists, InvocationKind, Simulation, programs_of};
use crate::text::Span;
use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};

/// An app, its plan, and the predicted run.
pub(crate) struct Context<'m> {
    pub(crate) app: &'m dyn AppView,
    pub(crate) model: &'m Model,
    pub(crate) simulation: &'m Simulation,
    pub(crate) options: &'m Options,
    /// What other plans of the app saw.
    pub(crate) remembered: &'m Remembered,
    places: Places<'m>,
    facts: Facts<'m>,
}

/// What many calls ask of the whole run, found out once.
#[derive(Default)]
struct Facts<'m> {
    runs_get_pip_in_venv: OnceCell<bool>,
    installed: OnceCell<HashSet<String>>,
    module_paths: OnceCell<Option<Vec<&'m str>>>,
    held: OnceCell<Dists>,
    commands: OnceCell<HashMap<&'m Place, &'m Command>>,
    joinable: OnceCell<HashSet<&'m str>>,
    packaged: OnceCell<HashSet<String>>,
    nixpkgs: OnceCell<HashMap<&'m str, Nixpkgs<'m>>>,
}

/// The most bytes of commands that set a module path and are looked through for each directory.
const MOST_MODULE_PATHS: usize = 16 * 1024;

type Strings<'m> = HashMap<(&'m str, usize), (&'m Document, &'m Node)>;

/// The strings of the documents by path and first byte, and the map of the one looked at last.
#[derive(Default)]
struct Places<'m> {
    strings: OnceCell<Strings<'m>>,
    last: RefCell<Option<(Place, Option<SourceMap>)>>,
}

impl<'m> Context<'m> {
    pub(crate) fn new(
        app: &'m dyn AppView,
        model: &'m Model,
        simulation: &'m Simulation,
        options: &'m Options,
        remembered: &'m Remembered,
    ) -> Self {
        let (places, facts) = (Places::default(), Facts::default());
        Self { app, model, simulation, options, remembered, places, facts }
    }

    /// The bytes of the file that give a part of the string at `place`.
    pub(crate) fn source(&self, place: &Place, part: Span) -> Option<Span> {
        let range = part.start..part.end;
        if let Some((last, map)) = &*self.places.last.borrow()
            && last == place
        {
            return map.as_ref()?.span(range);
        }
        let strings = self.places.strings.get_or_init(|| {
            let documents = self.model.documents.iter();
            let of = |doc: &'m Document| {
                let strings = doc.strings().into_iter();
                strings.map(move |node| ((doc.path.as_str(), node.span.start), (doc, node)))
            };
            documents.flat_map(of).collect()
        });
        let (doc, node) = strings.get(&(place.path.as_str(), place.span.start))?;
        let map = node.as_str().filter(|_| node.span == place.span).and_then(|string| string.map(&doc.text));
        let span = map.as_ref().and_then(|map| map.span(range));
        *self.places.last.borrow_mut() = Some((place.clone(), map));
        span
    }

    /// Whether a rule takes part.
    pub(crate) fn has(&self, rule: &str) -> bool {
        self.options.rules.has(rule)
    }

    /// Whether the module path of the app or of a command names this directory. Where there are very many
    /// such commands it is taken to.
    pub(crate) fn looks_in(&self, dir: &str) -> bool {
        let path = self.model.plan.variables.get("PYTHONPATH").map_or("", |item| item.value.as_str());
        let texts = self.facts.module_paths.get_or_init(|| {
            let texts = self.simulation.commands.iter().map(|command| command.item.value.as_str());
            let texts: Vec<&str> = texts.filter(|text| text.contains("PYTHONPATH")).collect();
            let length: usize = texts.iter().map(|text| text.len()).sum();
            (length + path.len() <= MOST_MODULE_PATHS).then_some(texts)
        });
        let dir = dir.trim_start_matches("./").trim_end_matches('/');
        texts.as_ref().is_none_or(|texts| path.contains(dir) || texts.iter().any(|text| text.contains(dir)))
    }

    /// The command of the configuration that stands at a place.
    pub(crate) fn command_at(&self, place: &Place) -> Option<&'m Command> {
        let commands = self.facts.commands.get_or_init(|| {
            let commands = self.file_commands().into_iter().rev();
            let placed = commands.filter_map(|command| match &command.item.origin {
                Origin::Deploy(place) => Some((place, command)),
                _ => None,
            });
            placed.collect()
        });
        commands.get(place).copied()
    }

    /// The phases of which a rule can join commands, which it finds out once.
    pub(crate) fn joinable(&self, find: impl FnOnce() -> HashSet<&'m str>) -> &HashSet<&'m str> {
        self.facts.joinable.get_or_init(find)
    }

    /// What any of the simulation's environments holds.
    pub(crate) fn held(&self) -> &Dists {
        self.facts.held.get_or_init(|| self.simulation.held())
    }

    /// Whether a command of pip asks for this package by name.
    pub(crate) fn asks_pip_for(&self, package: &str) -> bool {
        let calls = self.simulation.commands.iter().flat_map(Command::all_invocations);
        calls.filter_map(|call| if let InvocationKind::Pip(pip) = &call.kind { Some(pip) } else { None }).any(
            |pip| {
                let names = pip.command.packages.iter().filter_map(|(_, text)| parse_requirement(text)?.name);
                names.into_iter().any(|name| name == package)
            },
        )
    }

    /// Whether a Nix package of the plan brings this program.
    pub(crate) fn is_packaged(&self, program: &str) -> bool {
        let packaged = self.facts.packaged.get_or_init(|| {
            let phases = self.model.plan.phases.values();
            let packages = phases.filter_map(|phase| phase.nix_pkgs.as_ref()).flatten();
            packages.flat_map(|item| programs_of(&item.value)).collect()
        });
        packaged.contains(program)
    }

    /// The nixpkgs that the packages of a phase come from.
    pub(crate) fn nixpkgs(&self, phase: &str) -> Nixpkgs<'m> {
        let plan = &self.model.plan;
        let all = self.facts.nixpkgs.get_or_init(|| {
            let names = plan.phases.keys().map(String::as_str);
            names.zip(Nixpkgs::of(plan)).map(|(name, (_, nixpkgs))| (name, nixpkgs)).collect()
        });
        all.get(phase).copied().unwrap_or_default()
    }

    /// Whether get-pip.py runs in a virtual environment somewhere, where it does no harm.
    pub(crate) fn runs_get_pip_in_venv(&self) -> bool {
        *self.facts.runs_get_pip_in_venv.get_or_init(|| {
            let mut calls = self.simulation.commands.iter().flat_map(Command::all_invocations);
            calls.any(|call| matches!(call.kind, InvocationKind::RunGetPip) && call.venv.is_some())
        })
    }

    /// Whether a command of the configuration installs this package by name.
    pub(crate) fn installs(&self, package: &str) -> bool {
        let installed = self.facts.installed.get_or_init(|| {
            let calls = self.file_commands().into_iter().flat_map(Command::all_invocations);
            let commands = calls.filter_map(|call| match &call.kind {
                InvocationKind::Pip(pip) if pip.command.is_install() => Some(&pip.command),
                _ => None,
            });
            commands.flat_map(PipCommand::names).collect()
        });
        installed.contains(package)
    }

    /// The builder that takes this app before Nixpacks does, unless the user asked for Nixpacks.
    pub(crate) fn other_builder(&self) -> Option<OtherBuilder> {
        if self.options.assume_nixpacks {
            return None;
        }
        other_builder(self.app, self.model, self.platform())
    }

    /// The platform that was named, or that the files speak of.
    pub(crate) fn platform(&self) -> Platform {
        self.options.platform_of(self.app)
    }

    /// The file that Nixpacks reads its configuration from.
    pub(crate) fn config(&self) -> Option<&'m Document> {
        self.model.document(self.model.config.as_deref()?)
    }

    /// The commands of the configuration's own lists, in the order in which they run.
    pub(crate) fn file_commands(&self) -> Vec<&'m Command> {
        self.in_config().filter(|command| command.phase.is_some()).collect()
    }

    /// Those of one phase.
    pub(crate) fn commands_of(&self, phase: &str) -> impl DoubleEndedIterator<Item = &'m Command> {
        self.in_config().filter(move |command| command.phase.as_deref() == Some(phase))
    }

    fn in_config(&self) -> impl DoubleEndedIterator<Item = &'m Command> {
        let config = self.config().map(|doc| doc.path.as_str());
        self.simulation.commands.iter().filter(move |command| match &command.item.origin {
            Origin::Deploy(place) => config == Some(place.path.as_str()),
            _ => false,
        })
    }
}
