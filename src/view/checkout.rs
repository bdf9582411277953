//! A git work tree with its tracked files and its ignore rules: read once for all apps in it.

use super::{IgnoreRules, Tracked, WorkTree};
use crate::errors;
use std::sync::Arc;

/// A git work tree.
pub(crate) struct Checkout {
    /// The canonical path of its root, and where its repository is.
    pub(crate) tree: WorkTree,
    /// The files in its index.
    pub(crate) tracked: Tracked,
    /// Its ignore rules.
    pub(crate) ignored: Arc<IgnoreRules>,
    /// Why the index could not be read.
    pub(crate) unknown: Option<String>,
}

impl Checkout {
    /// Reads the index of a work tree.
    pub(crate) fn new(tree: WorkTree) -> Self {
        let (tracked, unknown) = match tree.tracked() {
            Ok(tracked) => (tracked, None),
            Err(error) => (Tracked::default(), Some(errors::line(&error))),
        };
        let ignored = Arc::new(IgnoreRules::new(tree.top.clone(), Some(&tree.exclude())));
        Self { tree, tracked, ignored, unknown }
    }
}
