//! What the engine says of an app, without the secrets of its commands. Edits and plans stay as they are: edits have to
//! be exact, and of plans each value is masked where it is shown.

use super::masked::text;
use nixpacks_transforms::engine::{Finding, Outcome};
use nixpacks_transforms::simulate::{End, Step, Steps, Verdict};

/// Hides secrets in all that is said in words: verdicts, findings, titles of fixes, reasons, and the predicted run.
pub(crate) fn mask_outcome(outcome: &mut Outcome) {
    verdict(&mut outcome.before);
    verdict(&mut outcome.after);
    outcome.retired_before.iter_mut().chain(&mut outcome.retired_after).for_each(verdict);
    outcome.findings.iter_mut().chain(&mut outcome.remaining).for_each(finding);
    outcome.fixes.iter_mut().for_each(|fix| mask(&mut fix.title));
    outcome.held.iter_mut().for_each(|(_, reason)| mask(reason));
    outcome.refused.iter_mut().for_each(|refused| mask(&mut refused.reason));
    outcome.broken.iter_mut().for_each(|broken| mask(&mut broken.message));
    steps(&mut outcome.steps_before);
    steps(&mut outcome.steps_after);
}

fn verdict(verdict: &mut Verdict) {
    verdict.command.iter_mut().for_each(mask);
    mask(&mut verdict.detail);
}

fn finding(finding: &mut Finding) {
    mask(&mut finding.message);
    mask(&mut finding.label);
    finding.notes.iter_mut().for_each(mask);
}

fn steps(steps: &mut Steps) {
    for Step { text, end, .. } in &mut steps.steps {
        mask(text);
        match end {
            End::Ok => {}
            End::Fails { error: said, .. } | End::Unknown(said) => mask(said),
        }
    }
}

fn mask(said: &mut String) {
    if let Some(shown) = text(said) {
        *said = shown;
    }
}
