//! What rules and repairs look at.

use crate::app::AppView;
use crate::document::{Document, FileKind};
use crate::options::Options;
use crate::plan::{Model, Origin};
use crate::walk::{Command, Walk};

/// An app, its plan, and the predicted run.
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

    /// The file that Nixpacks reads its configuration from.
    pub(crate) fn config(&self) -> Option<&'m Document> {
        let dir = self.model.plan.as_ref().map_or("", |plan| plan.dir.as_str());
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
