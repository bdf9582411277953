//! Whether a repair may be written, and what it may claim.

use super::Applicability;
use crate::walk::{Outcome, Stage, Verdict};

/// The reason why a repair from one prediction to the other is not offered at all.
pub(super) fn allow(before: &Verdict, after: &Verdict) -> Result<(), String> {
    if after.builds() {
        return Ok(());
    }
    if before.builds() {
        return Err("the app is predicted to work, and would not after the repair".to_owned());
    }
    // The same error behind one more command that runs is no progress.
    let same = after.outcome == before.outcome && after.detail == before.detail;
    if same || after.rank() <= before.rank() {
        return Err(format!("the repair would get no further: {}", after.detail));
    }
    match after.outcome {
        Outcome::Fails { reason, .. } if reason.is_pip_family() => {
            Err(format!("the repair would only move to the next error of the same family: {}", after.detail))
        }
        Outcome::Fails { stage: Stage::Plan, .. } => {
            Err("Nixpacks would refuse the repaired files".to_owned())
        }
        _ => Ok(()),
    }
}

/// What the fixes of an allowed repair may claim.
pub(super) fn applicability(before: &Verdict) -> Applicability {
    if before.fails() { Applicability::Safe } else { Applicability::Unsafe }
}

/// Why unsafe fixes are held back.
pub(super) fn held_because(before: &Verdict) -> &'static str {
    if before.builds() {
        "the app is predicted to work as it is"
    } else {
        "the run cannot be predicted as far as this"
    }
}
