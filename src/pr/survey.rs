//! Surveys a repository and its forge: reads everything that the decision needs, and changes nothing.

use super::PrOptions;
use super::app_report::{self, AppReport, BranchReport, look};
use super::branch_names::{MAX_NAMES, MAX_SERIES, app_series, branch_series, nth_branch};
use super::decide::{BranchState, Decision, DesiredPr, decide, is_free, unsettled};
use super::destination::{Destination, NotSurveyed, access};
use super::kind::ProposalKind;
use super::marker::Marker;
use super::proposal::{CommitSummary, Proposal};
use super::remake::Remake;
use super::transport::BareClone;
use crate::app_files;
use crate::forge::{Address, Forge, Head, Pull, State};
use anyhow::anyhow;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A repository and what to do about each of its pull requests.
pub(crate) struct Surveyed {
    /// What is proposed.
    pub(crate) kind: ProposalKind,
    /// The repository, and where git finds it.
    pub(crate) destination: Destination,
    /// The tip of the base; empty where it was not cloned.
    pub(crate) base_oid: String,
    /// The clone, where there was reason for one.
    pub(crate) clone: Option<BareClone>,
    /// The repository wants no pull requests.
    pub(crate) opted_out: bool,
    /// Why nothing is proposed, if nothing is.
    pub(crate) idle: String,
    /// What is to be done, one for each pull request.
    pub(crate) plans: Vec<Plan>,
    /// When the pull requests that we know of were opened.
    pub(crate) opened: Vec<String>,
}

impl Surveyed {
    /// A repository of which nothing was read yet.
    pub(crate) fn new(kind: ProposalKind, destination: Destination) -> Self {
        Self {
            kind,
            destination,
            base_oid: String::new(),
            clone: None,
            opted_out: false,
            idle: String::new(),
            plans: Vec::new(),
            opened: Vec::new(),
        }
    }
}

/// What is to be done about one pull request.
pub(crate) struct Plan {
    /// The decision.
    pub(crate) decision: Decision,
    /// The repair.
    pub(crate) proposal: Option<Proposal>,
    /// Pull requests that we closed, and whose markers do not say so yet, with their branches.
    pub(crate) unsettled: Vec<(String, Pull)>,
}

/// Looks at one repository.
pub(crate) fn survey(
    forge: &dyn Forge,
    address: &Address,
    options: &PrOptions,
) -> Result<Surveyed, NotSurveyed> {
    let destination = Destination::find(forge, address, options)?;
    destination.admit(options, forge)?;
    let branch_series = branch_series(&options.prefix, &destination.base, None);
    let mut surveyed = Surveyed::new(options.kind, destination);
    if options.list_first && is_idle(options.kind, forge, address, &surveyed.destination, &branch_series)? {
        let why = match options.kind {
            ProposalKind::Repair => "it has no config that Nixpacks reads",
            ProposalKind::Migration => app_report::NO_APP,
        };
        why.clone_into(&mut surveyed.idle);
        return Ok(surveyed);
    }
    let destination = &surveyed.destination;
    let clone = BareClone::new(&destination.url, &destination.base, !options.fork, access(forge, address))?;
    let Some(clone) = clone else {
        let why = format!("there is no branch `{}`", destination.base);
        // A repository without a commit has a default branch all the same.
        let asked = options.base.is_some();
        return Err(if asked { anyhow!(why).into() } else { NotSurveyed::Skipped(why) });
    };
    surveyed.base_oid = clone.base()?;
    let report = look(clone.path(), &surveyed.base_oid, options)?;
    surveyed.opted_out = report.opted_out;
    surveyed.idle = report.idle(options.kind);
    let tips = match &surveyed.destination.head {
        Some(_) => clone.tips(&surveyed.destination.push_url, &branch_series)?,
        None => BTreeMap::new(),
    };
    let (base, report) = (surveyed.destination.base.clone(), Rc::new(report));
    let remake = Remake::new(&clone, options, &base).with(&surveyed.base_oid, Rc::clone(&report));
    let surveyor = Surveyor { forge, options, clone: &clone, remake, tips, branch_series };
    surveyor.ensure_one_kind(&surveyed)?;
    for (name, proposal) in surveyor.proposals(&surveyed, &report)? {
        let plan = surveyor.plan(&mut surveyed, &name, proposal)?;
        surveyed.plans.push(plan);
    }
    surveyed.clone = Some(clone);
    Ok(surveyed)
}

/// Whether there is nothing to look at: no config, and no branch of ours.
fn is_idle(
    kind: ProposalKind,
    forge: &dyn Forge,
    address: &Address,
    destination: &Destination,
    branch_series: &str,
) -> Result<bool, NotSurveyed> {
    let Some(files) = forge.files(&destination.repository, &destination.base)? else { return Ok(false) };
    let holds_config = |path: &String| {
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        match kind {
            ProposalKind::Repair => app_files::holds_config(dir, name),
            // One that no file configures may still lose by the move.
            ProposalKind::Migration => app_files::makes_app(dir.is_empty(), name),
        }
    };
    if files.iter().any(holds_config) {
        return Ok(false);
    }
    let clone = BareClone::nowhere(access(forge, address))?;
    Ok(destination.head.is_none() || clone.tips(&destination.push_url, branch_series)?.is_empty())
}

/// Reads the branches and pull requests of one repository.
struct Surveyor<'a> {
    forge: &'a dyn Forge,
    options: &'a PrOptions,
    clone: &'a BareClone,
    remake: Remake<'a>,
    tips: BTreeMap<String, String>,
    branch_series: String,
}

impl Surveyor<'_> {
    /// Fails if pull requests for single apps and for all apps would be open beside each other: both would change the
    /// same files.
    fn ensure_one_kind(&self, surveyed: &Surveyed) -> Result<(), NotSurveyed> {
        let of_apps: Vec<&String> =
            self.tips.keys().filter(|branch| app_series(branch, &self.branch_series).is_some()).collect();
        if of_apps.len() > MAX_SERIES {
            return Err(anyhow!("more than {MAX_SERIES} branches `{}--…`", self.branch_series).into());
        }
        let (others, why) = if self.options.per_app {
            let of_all = |branch: &&String| {
                (1..=MAX_NAMES).any(|number| **branch == nth_branch(&self.branch_series, number))
            };
            let of_all = self.tips.keys().filter(of_all).collect();
            (of_all, "a pull request for all apps is open; close it first, or leave out `--per-app`")
        } else {
            (of_apps, "pull requests for single apps are open; close them first, or add `--per-app`")
        };
        let Some(head) = &surveyed.destination.head else { return Ok(()) };
        for branch in others {
            let head = Head { repository: head.clone(), branch: branch.clone() };
            let pulls = self.forge.pulls(&surveyed.destination.repository, &head)?;
            let ours = |pull: &Pull| {
                let here = pull.state == State::Open && pull.base == surveyed.destination.base;
                let marker = Marker::of(pull, surveyed.destination.account.as_ref());
                here && marker.is_some_and(|(marker, _)| marker.is_of(self.options.kind))
            };
            if pulls.iter().any(ours) {
                return Err(NotSurveyed::Skipped(why.to_owned()));
            }
        }
        Ok(())
    }

    /// The branch names, and what is to be proposed from each.
    fn proposals(
        &self,
        surveyed: &Surveyed,
        report: &BranchReport,
    ) -> Result<BTreeMap<String, Option<Proposal>>, NotSurveyed> {
        let mut found = BTreeMap::new();
        let new = |apps: &[&AppReport]| self.remake.propose(apps, &surveyed.base_oid);
        if !self.options.per_app {
            found.insert(self.branch_series.clone(), new(&report.apps.iter().collect::<Vec<_>>())?);
            return Ok(found);
        }
        // A branch whose app needs nothing any more has a pull request to close.
        for branch_series in self.tips.keys().filter_map(|branch| app_series(branch, &self.branch_series)) {
            found.insert(branch_series.to_owned(), None);
        }
        for app in report.apps.iter().filter(|app| !app.changes().is_empty()) {
            let name =
                branch_series(&self.options.prefix, &surveyed.destination.base, Some(&app.home().shown));
            found.insert(name, new(&[app])?);
        }
        Ok(found)
    }

    fn plan(
        &self,
        surveyed: &mut Surveyed,
        branch_series: &str,
        proposal: Option<Proposal>,
    ) -> Result<Plan, NotSurveyed> {
        let own = surveyed.destination.account.clone();
        let mut branches = Vec::new();
        for branch in (1..=MAX_NAMES).map(|number| nth_branch(branch_series, number)) {
            let state = self.branch_state(surveyed, branch, branch_series, proposal.as_ref())?;
            let is_free = is_free(own.as_ref(), &state);
            branches.push(state);
            if is_free {
                break;
            }
        }
        let kind = self.options.kind;
        let ours =
            |pull: &&Pull| Marker::of(pull, own.as_ref()).is_some_and(|(marker, _)| marker.is_of(kind));
        let opened = branches.iter().flat_map(|state| state.pulls.iter().filter(ours));
        surveyed.opened.extend(opened.map(|pull| pull.created.clone()));
        let desired = proposal.as_ref().map(|proposal| DesiredPr {
            fingerprint: &proposal.fingerprint,
            title: &proposal.message.subject,
            body: &proposal.body,
        });
        if branches.last().is_some_and(|last| !is_free(own.as_ref(), last)) {
            return Err(anyhow!("{MAX_NAMES} branches `{branch_series}…` are taken").into());
        }
        let base = &surveyed.destination.base;
        let decision = decide(kind, base, own.as_ref(), desired, &branches);
        Ok(Plan { decision, unsettled: unsettled(kind, base, own.as_ref(), &branches), proposal })
    }

    /// Asks the forge and the clone about one branch.
    fn branch_state(
        &self,
        surveyed: &Surveyed,
        branch: String,
        branch_series: &str,
        proposal: Option<&Proposal>,
    ) -> Result<BranchState, NotSurveyed> {
        let tip = self.tips.get(&branch).cloned();
        let mut state = BranchState { branch, tip, ..BranchState::default() };
        let Some(head) = &surveyed.destination.head else { return Ok(state) };
        let head = Head { repository: head.clone(), branch: state.branch.clone() };
        state.pulls = self.forge.pulls(&surveyed.destination.repository, &head)?;
        let Some(tip) = &state.tip else { return Ok(state) };
        let is_open = state.pulls.iter().any(|pull| pull.state == State::Open);
        if !is_open && !state.pulls.is_empty() {
            return Ok(state);
        }
        self.clone.fetch_tip(&surveyed.destination.push_url, &state.branch)?;
        let made = CommitSummary::read(self.clone.path(), tip)?;
        if is_open {
            if let Some(proposal) = proposal {
                state.has_repair = proposal.stands_in(self.clone.path(), tip, &surveyed.base_oid)?;
            }
            // Another identity of ours may have made it, or another run beside this one; then it is what this one
            // would make.
            let stranger =
                self.options.identity.as_ref().is_some_and(|identity| !identity.made(&made.people));
            let own = surveyed.destination.account.as_ref();
            let knows = |pull: &Pull| Marker::of(pull, own).is_some_and(|(marker, _)| marker.left_at(tip));
            let open = state.pulls.iter().filter(|pull| pull.state == State::Open);
            if stranger || !open.clone().any(knows) {
                state.reproducible = self.remake.equals(&made, branch_series)?;
            }
            state.by_someone_else = stranger && !state.reproducible;
        } else {
            state.reproducible = self.remake.is_signed(&made) && self.remake.equals(&made, branch_series)?;
        }
        Ok(state)
    }
}
