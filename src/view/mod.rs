//! What the platform sees of an app: over a directory, in a git work tree what is tracked or staged; over a commit;
//! over one config.

mod checkout;
pub(crate) mod commit;
mod disk;
mod folded;
mod git;
mod ignored;
mod index;
mod objects;
mod single;
mod split;
mod tracked;
mod tree;
mod tree_view;

pub(crate) use checkout::Checkout;
pub(crate) use commit::Commit;
pub(crate) use disk::{DiskTree, below};
pub(crate) use git::WorkTree;
pub(crate) use ignored::IgnoreRules;
pub(crate) use single::WithConfig;
pub(crate) use tracked::Tracked;

use nixpacks_transforms::app::{AppView, MemoryApp};

/// A view that knows which file stands behind a path.
pub(crate) trait View: AppView + Send {
    /// The path from the top of the file behind links at `path`; `None` where none is.
    fn real(&self, _path: &str) -> Option<String> {
        None
    }
}

impl View for MemoryApp {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
