//! What rules and repairs look at.

use crate::app::AppView;
use crate::document::{Document, FileKind, Node, SourceMap};
use crate::options::Options;
use crate::plan::{Model, Origin, Place};
use crate::text::Span;
use crate::walk::{Command, Walk};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

/// An app, its plan, and the predicted run.
pub(crate) struct Context<'m> {
    pub(crate) app: &'m dyn AppView,
    pub(crate) model: &'m Model,
    pub(crate) walk: &'m Walk,
    pub(crate) options: &'m Options,
    places: Places<'m>,
}

type Strings<'m> = HashMap<(&'m str, usize), (&'m Document, &'m Node)>;

/// The strings of the documents by path and first byte, and the map of the one looked at last.
#[derive(Default)]
struct Places<'m> {
    strings: OnceCell<Strings<'m>>,
    last: RefCell<Option<(Place, Option<SourceMap>)>>,
}

impl<'m> Context<'m> {
    pub(crate) fn new(app: &'m dyn AppView, model: &'m Model, walk: &'m Walk, options: &'m Options) -> Self {
        Self { app, model, walk, options, places: Places::default() }
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

    /// Whether the module path of the app or of a command names this directory.
    pub(crate) fn looks_in(&self, dir: &str) -> bool {
        let path = self.model.plan.variables.get("PYTHONPATH").map_or("", |item| item.value.as_str());
        let dir = dir.trim_start_matches("./").trim_end_matches('/');
        let named = |text: &str| text.contains("PYTHONPATH") && text.contains(dir);
        path.contains(dir) || self.walk.commands.iter().any(|command| named(&command.item.value))
    }

    /// The file that Nixpacks reads its configuration from.
    pub(crate) fn config(&self) -> Option<&'m Document> {
        let dir = self.model.plan.dir.as_str();
        let here = |doc: &&Document| doc.path.rsplit_once('/').map_or("", |(dir, _)| dir) == dir;
        let of = |kind| self.model.documents.iter().filter(here).find(|doc| doc.kind == kind);
        of(FileKind::NixpacksToml).or_else(|| of(FileKind::NixpacksJson))
    }

    /// The commands of the configuration's own lists, in the order in which they run.
    pub(crate) fn file_commands(&self) -> Vec<&'m Command> {
        let Some(doc) = self.config() else { return Vec::new() };
        let own = |command: &&Command| match &command.item.origin {
            Origin::Deploy(place) => command.phase.is_some() && place.path == doc.path,
            _ => false,
        };
        self.walk.commands.iter().filter(own).collect()
    }
}
