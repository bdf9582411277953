//! Collects what rules and strategies propose, applies it, and judges each fix by the prediction with it and without
//! it. The only place that knows rules and strategies.

mod attempt;
mod decide;
mod emptied;
mod judge;
mod outcome;
mod propose;

pub use outcome::{Applicability, FileChange, FileEdit, Fix, NotConverged, Outcome, RefusedFix};

pub use crate::options::{Options, Selection, Strategy};
pub use crate::rules::Finding;

use crate::app::{AppView, NotingErrors, ReadError};
use crate::document::FileKind;
use crate::plan::{self, Model, Plan, PlanErrorKind, Platform, Remembered};
use crate::simulate::{self, Steps, Verdict};
use attempt::{Attempt, Looked, PASSES};
use decide::{Decision, decide};

/// Checks an app and computes what `fix` would write. `diff`, `fix` and `check` all read this one
/// value.
pub fn run(app: &dyn AppView, options: &Options) -> Result<Outcome, NotConverged> {
    let app = &NotingErrors::new(app);
    let before = Looked::first(app, options);
    let unread = app.errors();
    if !unread.is_empty() {
        return Ok(not_known(before, unread, options.platform_of(app)));
    }
    if before.other_builder.is_some() {
        return Ok(nothing_to_fix(app, options, before));
    }
    let Decision { mut fixes, held, mut refused, answered, mut changes } = decide(app, options, &before)?;
    // Repeats the whole repair on its own result until it changes nothing, so that a second `fix` does not either.
    for pass in 0.. {
        let Some(now) = changes.after.as_ref().filter(|_| !changes.is_empty()) else { break };
        let next = decide(&changes.overlay(app), options, now)?.changes;
        if next.is_empty() {
            break;
        }
        if pass == PASSES {
            let rules = now.findings.iter().map(|finding| finding.rule.id.to_owned()).collect();
            return Err(NotConverged { rules, message: "the fixes did not come to an end".to_owned() });
        }
        changes.follow(app, next)?;
    }
    // Each round was judged by what the one before left; all of them together are judged by the app as it was.
    let allowed = judge::allow(&before.simulation, changes.simulation(&before), options.unsafe_fixes)
        .and_then(|()| still_refused(&before.model, changes.after.as_ref().map(|after| &after.model)));
    if let Some(reason) = allowed.err().filter(|_| !changes.is_empty()) {
        changes = Attempt::default();
        for fix in &mut fixes {
            fix.applied = false;
        }
        refused.push(RefusedFix { findings: (0..before.findings.len()).collect(), reason });
    }
    let file_changes = changes.changes(app, options);
    let after = changes.after.as_ref().filter(|_| !file_changes.is_empty()).unwrap_or(&before);
    let retired_before = without_railway(app, options, &before.remembered);
    let retired_after = if file_changes.is_empty() {
        retired_before.clone()
    } else {
        without_railway(&changes.overlay(app), options, &before.remembered)
    };
    let mut findings = before.findings.clone();
    for (finding, fix) in findings.iter_mut().zip(answered) {
        finding.fix = fix;
    }
    Ok(Outcome {
        before: before.simulation.verdict.clone(),
        after: after.simulation.verdict.clone(),
        remaining: if file_changes.is_empty() { findings.clone() } else { after.findings.clone() },
        findings,
        fixes,
        changes: file_changes,
        held,
        refused,
        broken: after.model.broken.clone(),
        unread: app.errors(),
        plan_before: plan_made(&before.model),
        plan_after: plan_made(&after.model),
        steps_before: Steps::of(&before.model, &before.simulation),
        steps_after: Steps::of(&after.model, &after.simulation),
        assumed: before.simulation.assumed.clone(),
        suppressed: before.suppressed,
        retired_before,
        retired_after,
        platform: options.platform_of(app),
        other_builder: None,
    })
}

/// A file that Nixpacks refuses is mended whole or not at all: after the mend of some of its mistakes it is as much of no
/// use, and what the others say has to be looked up in another text.
fn still_refused(before: &Model, after: Option<&Model>) -> Result<(), String> {
    let of_a_file = |model: &Model| {
        let error = model.refused()?;
        let in_file = matches!(
            error.kind,
            PlanErrorKind::Syntax
                | PlanErrorKind::StringForList
                | PlanErrorKind::Providers
                | PlanErrorKind::WrongType
                | PlanErrorKind::DuplicateKey
                | PlanErrorKind::UnknownProvider
        );
        in_file.then(|| error.message.clone())
    };
    match (of_a_file(before), after.and_then(of_a_file)) {
        (Some(_), Some(message)) => Err(format!("even with this fix, Nixpacks would still stop: {message}")),
        _ => Ok(()),
    }
}

/// The prediction from the day on when Railway's own files are not read; `None` where there are none.
fn without_railway(app: &dyn AppView, options: &Options, remembered: &Remembered) -> Option<Verdict> {
    let any = FileKind::RAILWAY.iter().any(|kind| app.is_file(kind.name()));
    if !any || options.platform_of(app) != Platform::Railway {
        return None;
    }
    let without = plan::without_railway_files(app);
    let model = plan::model_with(&without, &options.dashboard, remembered);
    Some(simulate::simulate(&model, &without).verdict)
}

/// An app that Nixpacks does not build. The predictions say what would happen if it did.
fn nothing_to_fix(app: &NotingErrors<'_>, options: &Options, before: Looked) -> Outcome {
    let railway = |path: &str| FileKind::of_name(path).is_some_and(|kind| FileKind::RAILWAY.contains(&kind));
    let plan = plan_made(&before.model);
    let steps = Steps::of(&before.model, &before.simulation);
    Outcome {
        before: before.simulation.verdict.clone(),
        after: before.simulation.verdict,
        remaining: before.findings.clone(),
        findings: before.findings,
        fixes: Vec::new(),
        changes: Vec::new(),
        held: Vec::new(),
        refused: Vec::new(),
        broken: before.model.broken.into_iter().filter(|broken| railway(&broken.path)).collect(),
        unread: app.errors(),
        plan_before: plan.clone(),
        plan_after: plan,
        steps_before: steps.clone(),
        steps_after: steps,
        assumed: before.simulation.assumed,
        suppressed: before.suppressed,
        retired_before: None,
        retired_after: None,
        platform: options.platform_of(app),
        other_builder: before.other_builder,
    }
}

/// Nothing is predicted of an app, and nothing repaired, of which a file could not be read.
fn not_known(before: Looked, unread: Vec<ReadError>, platform: Platform) -> Outcome {
    let read = |error: &ReadError| format!("failed to read `{}`: {}", error.path, error.message);
    let verdict = Verdict {
        outcome: simulate::Outcome::Unknown,
        progress: 0,
        command: None,
        detail: unread.first().map(read).unwrap_or_default(),
    };
    let broken = before.model.broken.into_iter();
    Outcome {
        before: verdict.clone(),
        after: verdict,
        findings: Vec::new(),
        fixes: Vec::new(),
        changes: Vec::new(),
        remaining: Vec::new(),
        held: Vec::new(),
        refused: Vec::new(),
        broken: broken.filter(|broken| !unread.iter().any(|error| error.path == broken.path)).collect(),
        unread,
        plan_before: None,
        plan_after: None,
        steps_before: Steps::default(),
        steps_after: Steps::default(),
        assumed: Vec::new(),
        suppressed: 0,
        retired_before: None,
        retired_after: None,
        platform,
        other_builder: None,
    }
}

/// The plan, where Nixpacks makes one.
fn plan_made(model: &Model) -> Option<Plan> {
    model.refused().is_none().then(|| model.plan.clone())
}
