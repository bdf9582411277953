//! The app view over a directory: in a git work tree what is tracked or staged, elsewhere what is
//! there; and over a commit.

pub(crate) mod commit;
mod folded;
mod git;
mod hidden;
mod index;
mod objects;
mod single;
mod split;
mod tracked;
mod tree;

pub(crate) use commit::CommitView;
pub(crate) use git::WorkTree;
pub(crate) use single::WithConfig;
pub(crate) use tracked::Tracked;
pub(crate) use tree::DirView;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
