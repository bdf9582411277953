//! Whether a repair may be written, and what each fix of it may claim.

use crate::plan::Origin;
use crate::simulate::{Command, Outcome, Reason, Simulation, Stage, Verdict};
use std::collections::HashMap;

/// What becomes of a run by a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// It gets further, or is rid of an error that it would have met later.
    Further,
    /// It stops where it did, with the same errors behind that.
    Same,
    /// It stops earlier, or at something new.
    Worse,
}

/// Compares where a run stops before and after a change. What stops it in both, with the same words, is left out of
/// the comparison: a cause that no fix reaches must not hide what the others do.
pub(super) fn progress(before: &[Verdict], after: &[Verdict]) -> Progress {
    match (next(before, after), next(after, before)) {
        (None, None) => Progress::Same,
        (Some(_), None) => Progress::Further,
        (Some(old), Some(new)) if new.rank() > old.rank() => Progress::Further,
        (_, Some(_)) => Progress::Worse,
    }
}

/// The first stop of a run that is not among those of another. What comes after a stop that could not be followed is
/// not known.
fn next<'v>(stops: &'v [Verdict], other: &[Verdict]) -> Option<&'v Verdict> {
    let mut left: HashMap<(Outcome, &str), usize> = HashMap::new();
    for stop in known(other) {
        *left.entry((stop.outcome, &stop.detail)).or_default() += 1;
    }
    known(stops).iter().find(|stop| match left.get_mut(&(stop.outcome, stop.detail.as_str())) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    })
}

fn known(stops: &[Verdict]) -> &[Verdict] {
    let unknown = stops.iter().position(|stop| stop.outcome == Outcome::Unknown);
    unknown.and_then(|at| stops.get(..=at)).unwrap_or(stops)
}

/// Orders strategies by how far each gets the app: by the first place where it stops, where that is the same by the
/// second, and so on.
pub(super) fn reached(after: &[Verdict]) -> Vec<(u8, Stage)> {
    let end = (2, Stage::Start);
    known(after).iter().map(Verdict::reached).chain([end]).collect()
}

/// The reason why a repair is not offered at all. `asked`: fixes that change nothing that is predicted were asked for.
pub(super) fn allow(before: &Simulation, after: &Simulation, asked: bool) -> Result<(), String> {
    if let Some(stop) = after.stops.first().filter(|stop| fails_at_its_own_line(before, after, stop)) {
        return Err(format!("the command that this fix writes would fail itself: \"{}\"", stop.detail));
    }
    let (before, after) = (before.stops.as_slice(), after.stops.as_slice());
    let Some(first) = after.first() else { return Ok(()) };
    let Some(was) = before.first() else {
        return Err("the app is predicted to work today, and would not work after this fix".to_owned());
    };
    match progress(before, after) {
        Progress::Same if asked => return Ok(()),
        Progress::Same | Progress::Worse => {
            return Err(format!("even with this fix, the app would still stop at \"{}\"", first.detail));
        }
        Progress::Further => {}
    }
    // What stopped the app in the same place before is for a person to mend, and is said. What it only comes to now
    // would be the next step of the ladder.
    let new = next(after, before).or(Some(first).filter(|first| first.reached() > was.reached()));
    match new.map(|stop| (stop.outcome, &stop.detail)) {
        Some((Outcome::Fails { reason, .. }, detail)) if reason.is_pip_family() => {
            Err(format!("this fix would only lead to the next error: \"{detail}\""))
        }
        Some((Outcome::Fails { stage: Stage::Plan, .. }, _)) => {
            Err("Nixpacks would still stop with an error".to_owned())
        }
        _ => Ok(()),
    }
}

/// Whether the run stops at a command that the repair has written, for a reason that was not in what it replaced.
fn fails_at_its_own_line(before: &Simulation, after: &Simulation, stop: &Verdict) -> bool {
    let (Outcome::Fails { stage: Stage::Build | Stage::Start, reason }, Some(command)) =
        (stop.outcome, stop.command.as_deref())
    else {
        return false;
    };
    let in_file = |new: &&Command| matches!(new.item.origin, Origin::Deploy(_));
    let is_ours = after.commands.iter().filter(in_file).any(|new| new.item.value == command);
    let was_there = before.commands.iter().any(|old| old.item.value == command)
        || before.stops.iter().any(|old| old.detail == stop.detail);
    // What the requirements or the app's files lack stays for a person, whoever installs them.
    let is_the_apps = matches!(
        reason,
        Reason::NoSuchFile
            | Reason::Resolution
            | Reason::Network
            | Reason::BuildBackend
            | Reason::ModuleNotFound
            | Reason::NativeLibMissing
            | Reason::CommandNotFound
    );
    let makes_venv = command.contains("-m venv ") && !command.contains(['&', '|', ';', '\n']);
    is_ours && !was_there && (!is_the_apps || makes_venv)
}

/// Why an unsafe fix is held back.
pub(super) fn held_because(before: &[Verdict]) -> &'static str {
    match before.first().map(|stop| stop.outcome) {
        None => "the app is predicted to work as it is",
        Some(Outcome::Fails { .. }) => "it is not predicted to get the app any further",
        _ => "the prediction does not reach this place",
    }
}
