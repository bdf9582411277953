//! What the platform sees of an app: over a directory, in a git work tree what is tracked or staged; over a commit;
//! over one config.

mod checkout;
pub(crate) mod commit;
mod disk;
mod git_config;
mod ignore_rules;
mod index;
mod kept_files;
mod objects;
mod sparse_index;
mod split_index;
mod tracked;
mod tree;
mod tree_view;
mod with_config;
mod work_tree;

pub(crate) use checkout::Checkout;
pub(crate) use commit::Commit;
pub(crate) use disk::{DiskTree, below};
pub(crate) use ignore_rules::IgnoreRules;
pub(crate) use tracked::Tracked;
pub(crate) use with_config::WithConfig;
pub(crate) use work_tree::WorkTree;

use nixpacks_transforms::app::{AppView, MemoryApp};

/// A view that knows the real path of a file.
pub(crate) trait View: AppView + Send {
    /// The path of the file, relative to the root, after following symbolic links; `None` if there is none.
    fn real(&self, _path: &str) -> Option<String> {
        None
    }
}

impl View for MemoryApp {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
