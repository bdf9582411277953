//! A git work tree with its tracked files and its ignore rules: read once for all apps in it.

use super::{IgnoreRules, Tracked, WorkTree};
use crate::errors;
use std::sync::Arc;

/// A git work tree.
pub(crate) struct Checkout {
    /// Where it stands.
    pub(crate) tree: WorkTree,
    /// What git has.
    pub(crate) tracked: Tracked,
    /// What git is to ignore.
    pub(crate) ignored: Arc<IgnoreRules>,
    /// Why it cannot be told what git has.
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
