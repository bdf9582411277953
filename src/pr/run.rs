//! A run over one repository or many: survey all, then act within the limits.

use super::act::act;
use super::decide::Decision;
use super::destination::NotSurveyed;
use super::row::row;
use super::survey::{Plan, Surveyed, survey};
use super::{PrOptions, Row, Status, status_and_close};
use crate::forge::{Address, Forge};
use crate::panics;
use crate::terminal::Progress;
use crate::workers::in_order;
use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// How much one run may do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// New pull requests in this run.
    pub(crate) new: usize,
    /// New pull requests in an hour, those of earlier runs among them.
    pub(crate) hourly: usize,
    /// Repositories that are looked at at once.
    pub(crate) concurrency: usize,
    /// Nothing is changed before somebody says yes.
    pub(crate) ask_first: bool,
}

/// There is no token for a forge that has to be written to.
#[derive(Clone, Debug)]
pub(crate) struct NoToken {
    /// The host of the forge.
    pub(crate) host: String,
    /// The variables that may hold a token for it.
    pub(crate) variables: &'static [&'static str],
}

impl std::fmt::Display for NoToken {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (host, variables) = (&self.host, self.variables.join(" or "));
        write!(out, "no token for {host}; help: set {variables}, or let git's credential helper know one")
    }
}

impl std::error::Error for NoToken {}

/// One repository to go to.
#[derive(Clone)]
pub(crate) struct Target {
    /// Which.
    pub(crate) address: Address,
    /// Where it is.
    pub(crate) forge: Result<Arc<dyn Forge>, NoToken>,
}

impl Target {
    fn forge(&self) -> Result<&dyn Forge, NotSurveyed> {
        match &self.forge {
            Ok(forge) => Ok(forge.as_ref()),
            Err(no_token) => Err(no_token.clone().into()),
        }
    }
}

/// Proposes what is to be proposed.
pub(crate) fn propose(targets: &[Target], options: &Arc<PrOptions>, limits: Limits) -> Vec<Row> {
    let many = targets.len() > 1;
    let shared = Arc::clone(options);
    let surveyed = each(targets, limits.concurrency, move |target| {
        let mut surveyed = survey(target.forge()?, &target.address, &shared)?;
        if many || !surveyed.plans.iter().any(writes) {
            // The disk cannot hold all of them.
            surveyed.clone = None;
        }
        Ok(surveyed)
    });
    let mut left = limits.new.min(limits.hourly.saturating_sub(recent(&surveyed)));
    let mut rows = Vec::new();
    for (target, mut surveyed) in targets.iter().zip(surveyed) {
        let acts = !limits.ask_first || options.dry_run;
        // Much may have happened since a long list was begun.
        if many && acts && surveyed.as_ref().is_ok_and(|surveyed| surveyed.plans.iter().any(writes)) {
            let shared = Arc::clone(options);
            surveyed = guarded(target, move |target| survey(target.forge()?, &target.address, &shared));
        }
        match (&target.forge, surveyed) {
            (Ok(forge), Ok(surveyed)) => {
                rows.extend(carry_out(forge.as_ref(), &surveyed, options, acts, &mut left));
            }
            (_, surveyed) => rows.push(refused(&target.address, surveyed.err())),
        }
    }
    rows
}

/// Does what was decided for one repository, or says what would be done.
fn carry_out(
    forge: &dyn Forge,
    surveyed: &Surveyed,
    options: &PrOptions,
    acts: bool,
    left: &mut usize,
) -> Vec<Row> {
    if surveyed.plans.is_empty() {
        let destination = &surveyed.destination;
        let row = Row::new(&destination.repository.name, Status::Nothing, &*surveyed.idle);
        return vec![Row { base: destination.base.clone(), ..row }];
    }
    let one = |plan: &Plan| {
        if matches!(plan.decision, Decision::Open { .. }) {
            let Some(fewer) = left.checked_sub(1) else {
                let detail = "the limit of new pull requests is reached; run this again later".to_owned();
                return Row { status: Status::Limited, detail, ..row(forge, surveyed, plan, true) };
            };
            *left = fewer;
        }
        if acts {
            return act(forge, surveyed, plan, options);
        }
        if matches!(plan.decision, Decision::HandsOff { .. }) {
            // Whether there is still something to say is known when it is looked for.
            let dry = PrOptions { dry_run: true, ..options.clone() };
            return Row { steps: Vec::new(), ..act(forge, surveyed, plan, &dry) };
        }
        row(forge, surveyed, plan, true)
    };
    surveyed.plans.iter().map(one).collect()
}

/// Whether anything would be sent for a plan.
fn writes(plan: &Plan) -> bool {
    !plan.unsettled.is_empty()
        || !matches!(
            plan.decision,
            Decision::Nothing | Decision::UpToDate { .. } | Decision::Declined(_) | Decision::Undone(_)
        )
}

/// The pull requests of ours that were opened in the last hour.
fn recent(surveyed: &[Result<Surveyed, NotSurveyed>]) -> usize {
    let Ok(since) = Timestamp::now().checked_sub(SignedDuration::from_hours(1)) else { return 0 };
    let all = surveyed.iter().flatten().flat_map(|surveyed| &surveyed.opened);
    all.filter(|time| time.parse::<Timestamp>().is_ok_and(|time| time > since)).count()
}

fn refused(address: &Address, why: Option<NotSurveyed>) -> Row {
    match why {
        Some(NotSurveyed::Skipped(why)) => Row::new(&address.name, Status::Skipped, why),
        Some(failed) => Row::new(&address.name, Status::Failed, failed.lines()),
        None => Row::new(&address.name, Status::Failed, "it was not checked"),
    }
}

/// What stands at the forges.
pub(crate) fn status(targets: &[Target], options: &Arc<PrOptions>, limits: Limits) -> Vec<Row> {
    let shared = Arc::clone(options);
    let found = each(targets, limits.concurrency, move |target| {
        status_and_close::status(target.forge()?, &target.address, &shared)
    });
    flat(targets, found)
}

/// Closes our open pull requests that nobody has worked on.
pub(crate) fn close_all(targets: &[Target], options: &Arc<PrOptions>, limits: Limits) -> Vec<Row> {
    // One after another, as changes are made.
    let shared = Arc::clone(options);
    let closed = each(targets, 1, move |target| {
        status_and_close::close_all(target.forge()?, &target.address, &shared, limits.ask_first)
    });
    flat(targets, closed)
}

fn flat(targets: &[Target], found: Vec<Result<Vec<Row>, NotSurveyed>>) -> Vec<Row> {
    let one = |(target, found): (&Target, Result<Vec<Row>, NotSurveyed>)| {
        found.unwrap_or_else(|why| vec![refused(&target.address, Some(why))])
    };
    targets.iter().zip(found).flat_map(one).collect()
}

/// Does something for each target, several at once, and keeps their order.
fn each<T: Send + 'static>(
    targets: &[Target],
    concurrency: usize,
    work: impl Fn(&Target) -> Result<T, NotSurveyed> + Clone + Send + Sync + 'static,
) -> Vec<Result<T, NotSurveyed>> {
    let progress = Progress::new(targets.len());
    in_order(targets, concurrency, |target| {
        let result = guarded(target, work.clone());
        progress.done(&target.address.name);
        result
    })
}

/// A defect that one repository brings to light is no reason to lose what is known of the others.
fn guarded<T: Send + 'static>(
    target: &Target,
    work: impl FnOnce(&Target) -> Result<T, NotSurveyed> + Send + 'static,
) -> Result<T, NotSurveyed> {
    let target = target.clone();
    let worked = panics::survived(move || work(&target));
    worked.unwrap_or_else(|| Err(anyhow!("the tool itself failed here; please report this").into()))
}
