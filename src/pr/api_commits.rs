//! `--api-commits`: commits that GitHub makes and signs.
//!
//! They are built on a branch of their own; then the real branch moves there and that one is removed, both or neither.

use super::act::Act;
use super::identity::GITHUB;
use super::proposal::{CommitSummary, Proposal};
use crate::commit::message::START;
use crate::forge::graphql::{self, Move};
use crate::forge::{Repository, Request};
use anyhow::bail;
use std::collections::BTreeMap;

/// What the commit is called that a dry run leaves to the forge.
const UNMADE: &str = "{commit}";

impl Act<'_> {
    /// Has the forge make the commit of `proposal` for `branch`.
    pub(super) fn commit_there(&mut self, branch: &str, proposal: &Proposal) -> anyhow::Result<String> {
        if let Some(file) = proposal.files.iter().find(|file| file.executable && file.text.is_some()) {
            bail!(
                "`{}` is executable, which GitHub's interface for commits would undo; run this without `--api-commits`",
                file.path
            );
        }
        let (head, url) = self.head()?;
        let base = self.surveyed.base_oid.clone();
        let id = self.id(&head)?;
        let (pending, stale) = self.pending(&url, branch)?;
        // What runs that were cut short have left goes.
        let mut moves: Vec<Move<'_>> = stale
            .iter()
            .filter(|(name, _)| **name != pending)
            .map(|(name, tip)| Move { branch: name, from: Some(tip), to: None })
            .collect();
        let from = stale.get(&pending).map(String::as_str);
        moves.push(Move { branch: &pending, from, to: Some(&base) });
        self.graphql(&graphql::moves(&id, &moves), "")?;
        let files: Vec<(&str, Option<&str>)> =
            proposal.files.iter().map(|file| (file.path.as_str(), file.text.as_deref())).collect();
        let message = (proposal.message.subject.as_str(), proposal.message.body.as_str());
        let request = graphql::commit(&head, &pending, &base, message, &files);
        let oid = self.graphql(&request, "/createCommitOnBranch/commit/oid")?;
        Ok(if self.options.dry_run { UNMADE.to_owned() } else { oid })
    }

    /// The branch on which the forge builds a commit, and those of its kind that runs were cut short on: each ends with
    /// the commit that it starts from, and has one of the forge's making at most. What else is there is somebody's.
    fn pending(&self, url: &str, branch: &str) -> anyhow::Result<(String, BTreeMap<String, String>)> {
        let first = format!("{branch}.pending-");
        let pending = format!("{first}{}", self.surveyed.base_oid);
        let tips = if self.unmade_fork() { BTreeMap::new() } else { self.bare()?.tips(url, &first)? };
        let mut ours = BTreeMap::new();
        for (name, tip) in tips {
            let start = name.strip_prefix(&first).unwrap_or_default();
            if start.len() != 40 || git2::Oid::from_str(start).is_err() {
                continue;
            }
            if tip == start || self.was_made_there(url, &name, &tip, start)? {
                ours.insert(name, tip);
            } else if name == pending {
                bail!("the branch `{name}` is somebody else's; remove it, or leave out `--api-commits`");
            }
        }
        Ok((pending, ours))
    }

    /// Whether the tip of a branch is a commit of ours on `start` that the forge made.
    fn was_made_there(&self, url: &str, branch: &str, tip: &str, start: &str) -> anyhow::Result<bool> {
        let clone = self.bare()?;
        clone.fetch_tip(url, branch)?;
        let made = CommitSummary::read(clone.path(), tip)?;
        Ok(made.parents == [start] && made.people[1] == GITHUB && made.message.starts_with(START))
    }

    /// Whether there is nothing to ask: a dry run made no fork.
    fn unmade_fork(&self) -> bool {
        self.options.dry_run && self.surveyed.destination.head.is_none()
    }

    fn id(&mut self, repository: &Repository) -> anyhow::Result<String> {
        if self.unmade_fork() {
            return Ok("{id}".to_owned());
        }
        Ok(graphql::send(self.forge.client(), &graphql::id(repository), "/repository/id")?)
    }

    /// Moves a branch to a commit that the forge made.
    pub(super) fn move_there(&mut self, branch: &str, oid: &str, lease: Option<&str>) -> anyhow::Result<()> {
        let (head, _) = self.head()?;
        let pending = format!("{branch}.pending-{}", self.surveyed.base_oid);
        let id = self.id(&head)?;
        let moves = [
            Move { branch, from: lease, to: Some(oid) },
            Move { branch: &pending, from: Some(oid), to: None },
        ];
        self.graphql(&graphql::moves(&id, &moves), "").map(drop)
    }

    fn graphql(&mut self, request: &Request, pointer: &str) -> anyhow::Result<String> {
        if self.options.dry_run {
            self.show(&graphql::address(self.forge.client().base()), request.clone());
            return Ok(String::new());
        }
        Ok(graphql::send(self.forge.client(), request, pointer)?)
    }
}
