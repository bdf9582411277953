//! `pr status` and `pr close`: what is open at a forge, without a look at the repository's files.

use super::branch_names::{MAX_NAMES, MAX_SERIES, app_series, branch_series, nth_branch};
use super::closing::close;
use super::decide::{BranchState, Close};
use super::destination::{Destination, NotSurveyed, access};
use super::kind::ProposalKind;
use super::marker::Marker;
use super::proposal::CommitSummary;
use super::remake::Remake;
use super::survey::Surveyed;
use super::transport::BareClone;
use super::{PrOptions, Row, Status};
use crate::errors;
use crate::forge::{Account, Address, Forge, Head, Pull, State};
use anyhow::{anyhow, bail};
use std::collections::BTreeSet;

/// The pull requests of ours, by the names of their branches.
fn find_branches(
    forge: &dyn Forge,
    address: &Address,
    options: &PrOptions,
) -> Result<(Surveyed, Vec<BranchState>), NotSurveyed> {
    let destination = Destination::find(forge, address, options)?;
    let clone = BareClone::nowhere(access(forge, address))?;
    let first = branch_series(&options.prefix, &destination.base, None);
    let mut branches = Vec::new();
    if let Some(head) = &destination.head {
        let tips = clone.tips(&destination.push_url, &first)?;
        let mut all_series: BTreeSet<&str> =
            tips.keys().filter_map(|branch| app_series(branch, &first)).collect();
        if all_series.len() > MAX_SERIES {
            return Err(anyhow!("more than {MAX_SERIES} branches `{first}--…`").into());
        }
        all_series.insert(&first);
        for branch_series in all_series {
            for branch in (1..=MAX_NAMES).map(|number| nth_branch(branch_series, number)) {
                let head = Head { repository: head.clone(), branch: branch.clone() };
                let pulls = forge.pulls(&destination.repository, &head)?;
                let tip = tips.get(&branch).cloned();
                if pulls.is_empty() && tip.is_none() {
                    break;
                }
                branches.push(BranchState { branch, tip, pulls, ..BranchState::default() });
            }
        }
    }
    Ok((Surveyed { clone: Some(clone), ..Surveyed::new(options.kind, destination) }, branches))
}

/// A line for each of our pull requests.
pub(crate) fn status(
    forge: &dyn Forge,
    address: &Address,
    options: &PrOptions,
) -> Result<Vec<Row>, NotSurveyed> {
    let (surveyed, branches) = find_branches(forge, address, options)?;
    Ok(rows(forge, &surveyed, &branches, |_, _, _| {}))
}

/// The lines, each as `finish` leaves it.
fn rows(
    forge: &dyn Forge,
    surveyed: &Surveyed,
    branches: &[BranchState],
    finish: impl Fn(&BranchState, &Pull, &mut Row),
) -> Vec<Row> {
    let destination = &surveyed.destination;
    let mut rows = Vec::new();
    for state in branches {
        for pull in state.pulls.iter().filter(|pull| pull.base == destination.base) {
            let own = destination.account.as_ref();
            let Some((status, detail)) = tell(surveyed.kind, pull, own, state.tip.as_deref()) else {
                continue;
            };
            let mut row = Row {
                base: destination.base.clone(),
                number: Some((forge.kind().sigil(), pull.number)),
                url: pull.url.clone(),
                branch: state.branch.clone(),
                commit: state.tip.clone().unwrap_or_default(),
                ..Row::new(&destination.repository.name, status, detail)
            };
            finish(state, pull, &mut row);
            rows.push(row);
        }
    }
    if rows.is_empty() {
        let row = Row::new(&destination.repository.name, Status::Nothing, "no pull request of this tool");
        rows.push(Row { base: destination.base.clone(), ..row });
    }
    rows
}

/// What became of a pull request; `None` for one of another kind, and for one that somebody else opened, and that is over.
fn tell(
    kind: ProposalKind,
    pull: &Pull,
    own: Option<&Account>,
    tip: Option<&str>,
) -> Option<(Status, String)> {
    let marker = Marker::of(pull, own).map(|(marker, _)| marker);
    if marker.as_ref().is_some_and(|marker| !marker.is_of(kind)) {
        return None;
    }
    let is_own = own.is_some_and(|own| pull.is_by(own));
    let (status, detail) = match (pull.state, marker) {
        (State::Open, _) if own.is_none() => {
            (Status::HandsOff, "open, and the token is not allowed to read its own account")
        }
        (State::Open, _) if !is_own => (Status::HandsOff, "open, and another account opened it"),
        (State::Closed | State::Merged, _) if !is_own => return None,
        (State::Merged, _) => (Status::Merged, ""),
        (State::Closed, Some(marker)) if marker.is_closed_by_us() => (Status::Closed, "closed by the tool"),
        (State::Closed, _) => (Status::Declined, "closed by a person"),
        (State::Open, Some(marker)) if marker.closed => {
            (Status::HandsOff, "it was closed, and somebody opened it again")
        }
        (State::Open, Some(marker)) if tip.is_some_and(|tip| marker.left_at(tip)) => {
            (Status::UpToDate, "open")
        }
        (State::Open, _) => (Status::HandsOff, "open, and left alone"),
    };
    Some((status, detail.to_owned()))
}

/// Lists our pull requests, and closes those that are open and that nobody has worked on; only says so where it is to ask first.
pub(crate) fn close_all(
    forge: &dyn Forge,
    address: &Address,
    options: &PrOptions,
    ask_first: bool,
) -> Result<Vec<Row>, NotSurveyed> {
    let (surveyed, branches) = find_branches(forge, address, options)?;
    Ok(rows(forge, &surveyed, &branches, |state, pull, row| {
        if row.status != Status::UpToDate {
            return;
        }
        match is_foreign(&surveyed, options, state) {
            Ok(false) => {}
            Ok(true) => {
                row.status = Status::HandsOff;
                "open, and left alone".clone_into(&mut row.detail);
                return;
            }
            Err(failed) => {
                row.status = Status::Failed;
                row.detail = failed.lines();
                return;
            }
        }
        row.status = Status::Closed;
        "asked for".clone_into(&mut row.detail);
        row.pending = ask_first || options.dry_run;
        if ask_first && !options.dry_run {
            return;
        }
        match close_one(forge, &surveyed, options, state, pull) {
            Ok(steps) => row.steps = steps,
            Err(error) => {
                row.status = Status::Failed;
                row.pending = false;
                row.detail = errors::lines(&error);
            }
        }
    }))
}

/// Whether the tip of a branch carries the names of somebody else, whatever the description says.
fn is_foreign(surveyed: &Surveyed, options: &PrOptions, state: &BranchState) -> Result<bool, NotSurveyed> {
    let (Some(clone), Some(tip), Some(identity)) = (&surveyed.clone, &state.tip, &options.identity) else {
        return Ok(false);
    };
    if !identity.own {
        return Ok(false);
    }
    clone.fetch_tip(&surveyed.destination.push_url, &state.branch)?;
    let made = CommitSummary::read(clone.path(), tip)?;
    // Another identity of ours may have made it; then it is what this one would make.
    let base = &surveyed.destination.base;
    let first = branch_series(&options.prefix, base, None);
    let of = app_series(&state.branch, &first).unwrap_or(&first);
    Ok(!identity.made(&made.people) && !Remake::new(clone, options, base).equals(&made, of)?)
}

fn close_one(
    forge: &dyn Forge,
    surveyed: &Surveyed,
    options: &PrOptions,
    state: &BranchState,
    pull: &Pull,
) -> anyhow::Result<Vec<super::Step>> {
    let own = surveyed.destination.account.as_ref();
    let (Some((marker, _)), Some(tip)) = (Marker::of(pull, own), state.tip.clone()) else {
        bail!("it changed meanwhile; run this again");
    };
    let (pull, branch, tip) = (pull.clone(), state.branch.clone(), Some(tip));
    close(forge, surveyed, options, &Close { pull, branch, tip, marker, shared: state.is_shared() })
}
