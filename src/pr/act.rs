//! Carries out a decision, in an order that lets the next run go on wherever this one is killed.
//!
//! The commit is built first, the marker names it before the branch moves, and the branch moves once.

use super::decide::Decision;
use super::destination::{NOBODY, fork_url};
use super::identity::UNKNOWN;
use super::marker::{Marker, text_digest};
use super::proposal::Proposal;
use super::remark::{self, CloseReason};
use super::row::row;
use super::survey::{Plan, Surveyed};
use super::texts::Texts;
use super::transport::{BareClone, PushError, push_args};
use super::{PrOptions, Row, Status, Step};
use crate::errors;
use crate::forge::{ACTIONS, Change, Forge, Head, Number, Pull, Repository, Request};
use anyhow::{Context as _, bail};
use serde_json::Value;
use std::time::Duration;

/// How long a fork may take until it can be pushed to, in seconds, in steps.
const FORK_WAITS: [u64; 6] = [0, 1, 2, 4, 8, 16];

/// Carries out a plan; a dry run collects what would be sent.
pub(crate) fn act(forge: &dyn Forge, surveyed: &Surveyed, plan: &Plan, options: &PrOptions) -> Row {
    let mut act = Act { forge, surveyed, options, steps: Vec::new(), fork: None };
    let mut row = row(forge, surveyed, plan, options.dry_run);
    let settled = plan.unsettled.iter().try_for_each(|(branch, pull)| act.settle(branch, pull));
    if let Err(error) = settled.and_then(|()| act.run(plan, &mut row)) {
        row.status = Status::Failed;
        row.pending = false;
        row.detail = errors::lines(&error);
    }
    row.steps = act.steps;
    // A dry run of something that would only say a word.
    row.pending |= options.dry_run && !row.steps.is_empty();
    let pushes = match &plan.decision {
        Decision::Open { .. } => true,
        Decision::Update { push, .. } => *push,
        _ => false,
    };
    if let Some(proposal) = plan.proposal.as_ref().filter(|_| pushes && options.dry_run) {
        row.patch.clone_from(&proposal.patch);
    }
    row
}

/// A plan that is being carried out.
pub(super) struct Act<'a> {
    pub(super) forge: &'a dyn Forge,
    pub(super) surveyed: &'a Surveyed,
    pub(super) options: &'a PrOptions,
    pub(super) steps: Vec<Step>,
    /// The fork that was made.
    pub(super) fork: Option<(Repository, String)>,
}

impl Act<'_> {
    fn run(&mut self, plan: &Plan, row: &mut Row) -> anyhow::Result<()> {
        match (&plan.decision, &plan.proposal) {
            (Decision::Open { branch, lease }, Some(proposal)) => {
                self.open(branch, lease.as_deref(), proposal, row)
            }
            (Decision::Update { pull, branch, tip, marker, push, .. }, Some(proposal)) => {
                let text = Texts::new(pull, self.own(), marker, proposal, &plan.decision);
                self.update(pull, branch, tip, *push, &text, proposal, row)
            }
            (Decision::Close(what), _) => {
                let why = if self.surveyed.opted_out { CloseReason::OptedOut } else { CloseReason::Fixed };
                self.close(what, why)
            }
            (Decision::Sweep { branch, tip }, _) => {
                // Where branches may not be removed it stays, and does no harm.
                let _ = self.push(&self.surveyed.destination.push_url, branch, None, Some(tip));
                Ok(())
            }
            (Decision::HandsOff { pull, why, .. }, _) if !self.surveyed.opted_out => {
                match remark::hands_off(self.forge.kind(), self.options.kind, *why, pull, self.own()) {
                    Some(remark) => self.remark_once(pull.number, remark),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn open(
        &mut self,
        branch: &str,
        lease: Option<&str>,
        proposal: &Proposal,
        row: &mut Row,
    ) -> anyhow::Result<()> {
        let (head, url) = self.head()?;
        let oid = self.commit(branch, proposal)?;
        // A run that was cut short may have left this very commit there.
        if lease != Some(oid.as_str()) {
            self.move_to(&url, branch, &oid, lease)?;
        }
        row.commit.clone_from(&oid);
        let asks = !self.options.labels.is_empty() || !self.options.reviewers.is_empty();
        let later = asks && !self.forge.capabilities().asks_at_once;
        let title = proposal.message.subject.clone();
        let marker = Marker {
            oid,
            fingerprint: proposal.fingerprint.clone(),
            title: Some(text_digest(&title)),
            body: Some(text_digest(&proposal.body)),
            pending: later,
            kind: self.options.kind,
            ..Marker::default()
        };
        let change = Change::Open {
            head: Box::new(Head { repository: head, branch: branch.to_owned() }),
            base: self.surveyed.destination.base.clone(),
            title,
            body: marker.attach(&proposal.body),
            draft: self.options.draft,
            labels: self.options.labels.clone(),
            reviewers: self.options.reviewers.clone(),
        };
        let answer = self.change(&change)?;
        let mut number = Number(None);
        if !self.options.dry_run {
            let pull = self.forge.opened(&answer)?;
            number = Number(Some(pull.number));
            row.number = Some((self.forge.kind().sigil(), pull.number));
            row.url = pull.url;
            row.unchecked = pull.author.is_some_and(|author| author.name == ACTIONS);
        }
        if later { self.ask(branch, number, &marker, &marker, &proposal.body) } else { Ok(()) }
    }

    /// Labels and reviewers, and then the marker that says that they were asked for, in the place of `wrote`.
    fn ask(
        &mut self,
        branch: &str,
        number: Number,
        wrote: &Marker,
        marker: &Marker,
        body: &str,
    ) -> anyhow::Result<()> {
        if !self.options.labels.is_empty() {
            self.change(&Change::MakeLabels { labels: self.options.labels.clone() })?;
            self.change(&Change::Label { number, labels: self.options.labels.clone() })?;
        }
        if !self.options.reviewers.is_empty() {
            self.change(&Change::Review { number, reviewers: self.options.reviewers.clone() })?;
        }
        let marker = Marker { pending: false, ..marker.clone() };
        self.mark_again(branch, number, (wrote, &marker), body)
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one decision")]
    fn update(
        &mut self,
        pull: &Pull,
        branch: &str,
        tip: &str,
        push: bool,
        text: &Texts,
        proposal: &Proposal,
        row: &mut Row,
    ) -> anyhow::Result<()> {
        let oid = if push { self.commit(branch, proposal)? } else { tip.to_owned() };
        row.commit.clone_from(&oid);
        let marker = Marker {
            previous_oid: (oid != tip).then(|| tip.to_owned()),
            oid,
            fingerprint: proposal.fingerprint.clone(),
            // Until the branch has moved, what is there is still what a person gave us.
            handed_back: push && text.marker.handed_back,
            ..text.marker.clone()
        };
        let number = Number(Some(pull.number));
        let body = Some(marker.attach(&text.body));
        self.ensure_unchanged(pull, branch)?;
        // Before the branch moves: a run that dies between the two is known by what it left.
        self.change(&Change::Edit { number, title: text.title.clone(), body, close: false })?;
        if marker.previous_oid.is_some() {
            let (_, url) = self.head()?;
            if let Err(error) = self.move_to(&url, branch, &marker.oid, Some(tip)) {
                let now = self.tip(&url, branch);
                // The answer alone was lost.
                if !now.as_ref().is_ok_and(|now| *now == marker.oid) {
                    // Where nobody knows, the marker is right for either.
                    if now.is_ok() {
                        self.put_back(pull, branch, text, &marker);
                    }
                    return Err(error);
                }
            }
        }
        // The commit of a person may not stay what we take for ours.
        let settled = Marker { previous_oid: None, handed_back: false, ..marker.clone() };
        if marker.pending {
            return self.ask(branch, number, &marker, &settled, &text.body);
        }
        if !marker.handed_back {
            return Ok(());
        }
        self.mark_again(branch, number, (&marker, &settled), &text.body)
    }

    /// The clone; every plan that is carried out has one.
    pub(super) fn bare(&self) -> anyhow::Result<&BareClone> {
        self.surveyed.clone.as_ref().context("there is no clone")
    }

    /// Where a branch is now; empty where it is not.
    pub(super) fn tip(&self, url: &str, branch: &str) -> anyhow::Result<String> {
        Ok(self.bare()?.tips(url, branch)?.remove(branch).unwrap_or_default())
    }

    /// The repository that has our branches, and where to push to it; a fork is made if need be.
    pub(super) fn head(&mut self) -> anyhow::Result<(Repository, String)> {
        if let Some(head) = &self.surveyed.destination.head {
            return Ok((head.clone(), self.surveyed.destination.push_url.clone()));
        }
        if let Some(fork) = &self.fork {
            return Ok(fork.clone());
        }
        let fork = self.make_fork()?;
        Ok(self.fork.insert(fork).clone())
    }

    fn make_fork(&mut self) -> anyhow::Result<(Repository, String)> {
        let destination = &self.surveyed.destination;
        let answer = self.change(&Change::Fork)?;
        if self.options.dry_run {
            let name = destination.repository.name.rsplit('/').next().unwrap_or_default();
            let owner = self.own().context(NOBODY)?.name.as_str();
            let fork = Repository { name: format!("{owner}/{name}"), ..destination.repository.clone() };
            return Ok((fork, "{fork}".to_owned()));
        }
        let fork = self.forge.forked(&answer)?;
        let name = |full: &str| full.rsplit('/').next().unwrap_or_default().to_lowercase();
        if name(&fork.name) != name(&destination.repository.name) {
            // The next run would not find it.
            bail!("its fork is called `{}`; rename it as the repository is called", fork.name);
        }
        let url = fork_url(&destination.address, &fork);
        let clone = self.bare()?;
        for wait in FORK_WAITS {
            std::thread::sleep(Duration::from_secs(wait));
            if clone.tips(&url, "").is_ok_and(|tips| !tips.is_empty()) {
                return Ok((fork, url));
            }
        }
        bail!("the fork `{}` is not ready yet; run this again in a minute", fork.name)
    }

    /// Makes the commit, where no branch sees it yet.
    fn commit(&mut self, branch: &str, proposal: &Proposal) -> anyhow::Result<String> {
        if self.options.api_commits {
            return self.commit_there(branch, proposal);
        }
        let clone = self.bare()?;
        let identity = self.options.identity.as_ref().context(UNKNOWN)?;
        let made = proposal.commit(clone.path(), &self.surveyed.base_oid, identity);
        made.context("cannot make the commit")
    }

    /// Moves a branch to a commit, if it is still where we saw it.
    fn move_to(&mut self, url: &str, branch: &str, oid: &str, lease: Option<&str>) -> anyhow::Result<()> {
        if !self.options.api_commits {
            return self.push(url, branch, Some(oid), lease);
        }
        self.move_there(branch, oid, lease)
    }

    fn push(
        &mut self,
        url: &str,
        branch: &str,
        oid: Option<&str>,
        lease: Option<&str>,
    ) -> anyhow::Result<()> {
        self.try_push(url, branch, oid, lease).map_err(|error| match error {
            PushError::Failed(error) => error,
            moved @ PushError::Moved(_) => moved.into(),
        })
    }

    pub(super) fn try_push(
        &mut self,
        url: &str,
        branch: &str,
        oid: Option<&str>,
        lease: Option<&str>,
    ) -> Result<(), PushError> {
        if self.options.dry_run {
            let [lease, refspec] = push_args(branch, oid, lease);
            self.steps.push(Step::Push(vec![lease, url.to_owned(), refspec]));
            return Ok(());
        }
        self.bare().map_err(PushError::Failed)?.push(url, branch, oid, lease)
    }

    /// Makes a change at the forge, or shows its invocations: the last answer.
    pub(super) fn change(&mut self, change: &Change) -> anyhow::Result<Value> {
        let requests = self.forge.requests(&self.surveyed.destination.repository, change)?;
        let mut answer = Value::Null;
        for request in requests {
            if self.options.dry_run {
                self.show(self.forge.client().base(), request);
            } else {
                answer = self.forge.client().send(&request)?;
            }
        }
        Ok(answer)
    }

    pub(super) fn show(&mut self, base: &str, request: Request) {
        let Request { method, path, body } = request;
        self.steps.push(Step::Invocation { method: method.name(), url: format!("{base}{path}"), body });
    }
}
