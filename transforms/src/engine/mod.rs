//! Collect, apply, repeat, judge. Knows no rule.
//!
//! A repair is computed for each end state in turn, applied to an overlay of the app, and repeated
//! until nothing is left to do. Only then is it judged, by the prediction before and after.

mod judge;
mod outcome;
mod settle;

pub use outcome::{Applicability, FileChange, FileEdit, Fix, Outcome, Unsettled};

pub use crate::options::{Options, Selection, Strategy};
pub use crate::rules::Finding;

use crate::app::AppView;
use crate::context::Context;
use crate::plan::{self, Model};
use crate::repair::EndState;
use crate::rules;
use crate::walk::{self, Walk};
use settle::{Settled, settle};
use std::collections::{BTreeSet, HashMap};

/// Checks an app and computes what `fix` would write. `diff`, `fix` and `check` all read this one
/// value.
pub fn run(app: &dyn AppView, options: &Options) -> Result<Outcome, Unsettled> {
    let model = plan::model(app, &options.dashboard);
    let walk = walk::walk(&model, app);
    let cx = Context::new(app, &model, &walk, options);
    let rules::Checked { mut findings, silenced } = rules::check(&cx);
    let best = if findings.is_empty() {
        None
    } else {
        onward(app, options, best(app, &quieter(options, &silenced), (&model, &walk), &findings)?)?
    };
    let mut outcome = Outcome {
        before: walk.verdict.clone(),
        after: walk.verdict.clone(),
        findings: Vec::new(),
        fixes: Vec::new(),
        changes: Vec::new(),
        remaining: Vec::new(),
        held: Vec::new(),
        refused: None,
        broken: model.broken.clone(),
        plan_before: model.plan.clone().ok(),
        plan_after: model.plan.clone().ok(),
        assumed: walk.assumed.clone(),
    };
    match best {
        Some(Candidate::Refused(why)) => outcome.refused = Some(why),
        Some(Candidate::Settled(settled, asked)) => {
            let claim = judge::applicability(&walk.verdict);
            outcome.fixes = settled.fixes(app, claim);
            for (fix, rules) in outcome.fixes.iter_mut().zip(settled.rules()) {
                if rules.iter().any(|rule| asked.contains(rule)) {
                    fix.applicability = Applicability::Unsafe;
                }
            }
            let left = settled.findings(app, options);
            link(&mut findings, &settled, &outcome.fixes, &left);
            if claim == Applicability::Safe || options.unsafe_fixes {
                outcome.changes = settled.changes(app);
            } else {
                let why = judge::held_because(&walk.verdict);
                outcome.held = (0..outcome.fixes.len()).map(|at| (at, why.to_owned())).collect();
            }
            if !outcome.changes.is_empty() {
                outcome.after = settled.walk.verdict.clone();
                outcome.plan_after = settled.model.plan.clone().ok();
                outcome.remaining = left;
            }
        }
        None => {}
    }
    if outcome.changes.is_empty() {
        outcome.remaining.clone_from(&findings);
    }
    outcome.findings = findings;
    Ok(outcome)
}

/// The app as it is: its plan and the predicted run.
type Before<'b> = (&'b Model, &'b Walk);

/// What the end states come to.
enum Candidate {
    /// With the rules whose fixes are made only because unsafe ones were asked for.
    Settled(Box<Settled>, Vec<&'static str>),
    Refused(String),
}

/// The options, without the rules that comments silence.
fn quieter(options: &Options, silenced: &BTreeSet<&'static str>) -> Options {
    let mut quiet = options.clone();
    quiet.rules.ignore.extend(silenced.iter().map(|id| (*id).to_owned()));
    quiet
}

/// With all that another run would do to the repaired app, so that there is nothing left for one.
fn onward(
    app: &dyn AppView,
    options: &Options,
    first: Option<Candidate>,
) -> Result<Option<Candidate>, Unsettled> {
    let Some(Candidate::Settled(mut settled, mut asked)) = first else { return Ok(first) };
    for _ in 0..=settle::PASSES {
        let verdict = &settled.walk.verdict;
        if !(verdict.fails() || options.unsafe_fixes) {
            return Ok(Some(Candidate::Settled(settled, asked)));
        }
        let overlay = settled.overlay(app);
        let before = (&settled.model, &settled.walk);
        let checked = rules::check(&Context::new(&overlay, before.0, before.1, options));
        let next = if checked.findings.is_empty() {
            None
        } else {
            best(&overlay, &quieter(options, &checked.silenced), before, &checked.findings)?
        };
        let Some(Candidate::Settled(next, more)) = next else {
            return Ok(Some(Candidate::Settled(settled, asked)));
        };
        settled.follow(*next);
        asked.extend(more);
    }
    Err(settled.unsettled())
}

/// The first end state after which the app builds, else the one that gets furthest, where that is
/// far enough to be written.
fn best(
    app: &dyn AppView,
    options: &Options,
    before: Before<'_>,
    findings: &[Finding],
) -> Result<Option<Candidate>, Unsettled> {
    let activating: Vec<&'static str> =
        findings.iter().filter(|finding| finding.activates).map(|finding| finding.rule.id).collect();
    if activating.is_empty() {
        return attempt(app, options, before);
    }
    let mut without = options.clone();
    without.rules.ignore.extend(activating.iter().map(|id| (*id).to_owned()));
    let quiet = attempt(app, &without, before)?;
    let reached = |candidate: &Option<Candidate>| match candidate {
        Some(Candidate::Settled(settled, _)) => Some(settled.walk.verdict.rank()),
        _ => None,
    };
    let loud = attempt(app, options, before)?;
    // An ignored setting comes to life only where the app gets further by it, or where that is asked
    // for: a second run, on an app that builds by then, would bring it to life as well.
    let (far, near) = (reached(&loud), reached(&quiet));
    Ok(match loud {
        Some(Candidate::Settled(settled, _)) if far == near && options.unsafe_fixes => {
            Some(Candidate::Settled(settled, activating))
        }
        loud if far > near => loud,
        _ => quiet,
    })
}

fn attempt(app: &dyn AppView, options: &Options, before: Before<'_>) -> Result<Option<Candidate>, Unsettled> {
    let (model, walk) = before;
    let ends: &[EndState] = match options.strategy {
        Strategy::Auto => &[EndState::Managed, EndState::Venv],
        Strategy::Managed => &[EndState::Managed],
        Strategy::Venv => &[EndState::Venv],
        Strategy::Explicit => &[EndState::Explicit],
    };
    let mut best: Option<Settled> = None;
    let mut refused = None;
    for end in ends {
        let settled = match settle(app, options, *end, model, walk)? {
            settle::Settling::Settled(settled) => settled,
            settle::Settling::Nothing => continue,
            settle::Settling::Refused(refusal) => {
                refused = refused.or(Some(refusal));
                continue;
            }
        };
        if let Err(why) = judge::allow(&walk.verdict, &settled.walk.verdict) {
            refused = refused.or(Some(why));
            continue;
        }
        let builds = settled.walk.verdict.builds();
        if best.as_ref().is_none_or(|best| settled.walk.verdict.reached() > best.walk.verdict.reached()) {
            best = Some(*settled);
        }
        if builds {
            break;
        }
    }
    Ok(best
        .map(|settled| Candidate::Settled(Box::new(settled), Vec::new()))
        .or_else(|| refused.map(Candidate::Refused)))
}

/// Points each finding at the fix that answers to its rule, in its own file where there is a choice.
/// What no fix answers to and is gone all the same goes with the first one.
fn link(findings: &mut [Finding], settled: &Settled, fixes: &[Fix], left: &[Finding]) {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut first_here: HashMap<(&str, &str), usize> = HashMap::new();
    for (at, (fix, rules)) in fixes.iter().zip(settled.rules()).enumerate() {
        for rule in rules {
            first.entry(rule).or_insert(at);
            for edit in &fix.edits {
                first_here.entry((rule, edit.path.as_str())).or_insert(at);
            }
        }
    }
    for finding in findings {
        let here =
            finding.place.as_ref().and_then(|place| first_here.get(&(finding.rule.id, place.path.as_str())));
        let gone = !fixes.is_empty() && !left.iter().any(|other| other.rule.id == finding.rule.id);
        finding.fix = here.or_else(|| first.get(finding.rule.id)).copied().or(gone.then_some(0));
    }
}
