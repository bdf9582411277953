//! The last lines of the report: how many problems there are, and what to type next.

use super::prose::{self, count};
use super::{Examined, FixStatus, Mode, Written, fix_status};
use nixpacks_transforms::engine::{Finding, Outcome};
use nixpacks_transforms::rules::Severity;
use nixpacks_transforms::simulate::Outcome as Prediction;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Files that a command names at most.
const MOST_FILES: usize = 8;

/// How many findings there are of each kind.
#[derive(Default)]
struct Counts {
    fixable: usize,
    held_back: usize,
    manual: usize,
    notes: usize,
    not_written: usize,
    left: usize,
    unreadable: usize,
    suppressed: usize,
    known: usize,
    newly_fails: bool,
    unpredictable: bool,
}

impl Counts {
    fn of(apps: &[Examined], mode: Mode) -> Self {
        let mut counts = Self::default();
        for app in apps {
            let Ok(outcome) = &app.result else { continue };
            counts.unreadable += outcome.broken.len();
            counts.suppressed += outcome.suppressed;
            counts.known += app.known.problems;
            counts.newly_fails |= outcome.fails() && !app.known.failure;
            counts.left += left(outcome).filter(|finding| finding.severity > Severity::Note).count();
            counts.unpredictable |= app.comparison.is_none() && outcome.before.outcome == Prediction::Unknown;
            for finding in &outcome.findings {
                match (fix_status(outcome, finding), &app.written) {
                    (FixStatus::Fixable, Written::Failed(_)) => counts.not_written += 1,
                    // A commit on a branch that was not made leaves them as they were.
                    (FixStatus::Fixable, Written::Shown) if mode == Mode::Fix => counts.not_written += 1,
                    (FixStatus::Fixable, _) => counts.fixable += 1,
                    (FixStatus::HeldBack, _) => counts.held_back += 1,
                    (FixStatus::Manual, _) => counts.manual += 1,
                    (FixStatus::Informational, _) => counts.notes += 1,
                }
            }
        }
        counts
    }
}

/// `3 problems: 1 can be fixed automatically, 2 that you have to fix yourself`
pub(super) fn summary(apps: &[Examined], mode: Mode) -> String {
    let counts = Counts::of(apps, mode);
    let total = counts.fixable + counts.held_back + counts.manual + counts.not_written;
    let mut kinds: Vec<(usize, &str)> = Vec::new();
    let fixable = match mode {
        Mode::Fix => "fixed",
        _ if apps.iter().any(|app| app.comparison.is_some()) => "can be solved by `migrate`",
        _ => "can be fixed automatically",
    };
    kinds.push((counts.fixable, fixable));
    kinds.push((counts.held_back, "can be fixed with --unsafe-fixes"));
    kinds.push((counts.not_written, "not fixed"));
    kinds.push((counts.manual, "you have to fix yourself"));
    kinds.retain(|(number, _)| *number > 0);
    let mut line = match (total, kinds.as_slice()) {
        (0, _) if counts.known > 0 && counts.newly_fails => {
            "no new problems, but an app is predicted to fail that was not before".to_owned()
        }
        (0, _) if counts.known > 0 => "no new problems".to_owned(),
        (0, _) if counts.unpredictable => "no problems found in the part that can be predicted".to_owned(),
        (0, _) => "no problems found".to_owned(),
        (_, [(number, kind)]) if counts.manual > 0 => {
            format!("{} that {kind}", count(*number, "problem"))
        }
        (1, [(_, kind)]) => format!("1 problem: it {}", with_verb(kind, 1)),
        (2, [(_, kind)]) => format!("2 problems: both {}", with_verb(kind, 2)),
        (_, [(number, kind)]) => format!("{number} problems: all {}", with_verb(kind, *number)),
        (_, kinds) => {
            let kinds: Vec<String> = kinds.iter().map(|(number, kind)| format!("{number} {kind}")).collect();
            format!("{total} problems: {}", kinds.join(", "))
        }
    };
    if counts.notes > 0 {
        let _ = write!(line, "; {}", count(counts.notes, "note"));
    }
    if counts.suppressed > 0 {
        let _ = write!(line, "; {} silenced by comments", count(counts.suppressed, "problem"));
    }
    if counts.known > 0 {
        let _ = write!(line, "; {} known from the baseline", count(counts.known, "problem"));
    }
    if counts.left > 0 {
        let verb = if mode == Mode::Fix { "is" } else { "will be" };
        let _ = write!(line, "; after the fix, {} more {verb} left", counts.left);
    }
    if counts.unreadable > 0 {
        let _ = write!(line, "; {} that cannot be parsed", count(counts.unreadable, "file"));
    }
    line
}

/// `can be fixed` stays; `fixed` needs a verb.
fn with_verb(kind: &str, number: usize) -> String {
    match (kind.starts_with("can"), number) {
        (true, _) => kind.to_owned(),
        (false, 1) => format!("is {kind}"),
        (false, _) => format!("are {kind}"),
    }
}

/// What remains once the changes are made and is not among the findings of the app as it is.
pub(super) fn left(outcome: &Outcome) -> impl Iterator<Item = &Finding> {
    let key = |finding: &Finding| (finding.rule.id, finding.message.clone());
    let known: BTreeSet<(&str, String)> = outcome.findings.iter().map(key).collect();
    outcome.remaining.iter().filter(move |finding| !known.contains(&key(finding)))
}

/// The next command to type. It repeats the arguments that were given, so that it does what was just shown.
pub(super) fn next(apps: &[Examined], mode: Mode, repeated: &str) -> Option<String> {
    if apps.iter().any(|app| app.home.stdin) {
        return None;
    }
    let compared = || apps.iter().filter_map(|app| app.comparison.as_ref());
    if compared().next().is_some() {
        let is_helped = compared().any(|comparison| comparison.is_helped);
        return is_helped
            .then(|| format!("`nixpacks-fix migrate{repeated}` shows the files that keep the app"));
    }
    let outcomes = || apps.iter().filter_map(|app| Some((app, app.result.as_ref().ok()?)));
    let commands = if outcomes().any(|(_, outcome)| !outcome.changes.is_empty()) {
        let in_commit = apps.iter().any(|app| app.home.dir.is_none());
        match mode {
            Mode::Check if in_commit => Some(format!("`nixpacks-fix diff{repeated}` shows the fix")),
            Mode::Check => Some(format!(
                "`nixpacks-fix diff{repeated}` shows the fix, `nixpacks-fix fix{repeated}` makes it"
            )),
            Mode::Diff if in_commit => None,
            Mode::Diff => Some(format!("`nixpacks-fix fix{repeated}` makes these changes")),
            Mode::Fix => keep(apps),
        }
    } else if outcomes().any(|(_, outcome)| !outcome.held.is_empty()) {
        Some(format!(
            "`nixpacks-fix diff --unsafe-fixes{repeated}` shows the changes that are not made without that option"
        ))
    } else {
        None
    };
    let missing: BTreeSet<String> = outcomes()
        .flat_map(|(app, outcome)| {
            let files = outcome.remaining.iter().filter_map(Finding::file_to_commit);
            files.map(|file| prose::shell_word(&app.home.shown_file(file)))
        })
        .collect();
    if missing.is_empty() || missing.len() > MOST_FILES {
        return commands;
    }
    let missing: Vec<String> = missing.into_iter().collect();
    let add = format!("`git add -f {}` and commit", missing.join(" "));
    Some(commands.map_or_else(|| add.clone(), |commands| format!("{commands}; also {add}")))
}

/// How to look at and keep what was written, in a git work tree.
fn keep(apps: &[Examined]) -> Option<String> {
    let done = || apps.iter().filter(|app| app.written == Written::Done && app.home.in_git);
    let mut files: Vec<String> = done()
        .filter_map(|app| Some((app, app.result.as_ref().ok()?)))
        .flat_map(|(app, outcome)| outcome.changes.iter().map(|change| app.home.file_to_add(&change.path)))
        .map(|path| prose::shell_word(&path))
        .collect();
    let mut seen = BTreeSet::new();
    files.retain(|file| seen.insert(file.clone()));
    let add = match files.len() {
        0 => return None,
        1..=MOST_FILES => format!("git add {} && git commit", files.join(" ")),
        _ => "git commit -a".to_owned(),
    };
    Some(format!("`git diff`, then `{add} -m \"Repair the Nixpacks build\"`"))
}

#[cfg(test)]
mod tests {
    use super::super::sample::examined;
    use super::{Examined, Mode, Written, next, summary};

    #[test]
    fn the_counts_of_the_summary_add_up() {
        let mut app = examined(&["safe", "unsafe", "none", "note"]);
        let not_written =
            "3 problems: 1 can be fixed with --unsafe-fixes, 1 not fixed, 1 you have to fix yourself; 1 note";
        assert_eq!(summary(std::slice::from_ref(&app), Mode::Fix), not_written);
        app.written = Written::Done;
        assert_eq!(
            summary(std::slice::from_ref(&app), Mode::Fix),
            "3 problems: 1 fixed, 1 can be fixed with --unsafe-fixes, 1 you have to fix yourself; 1 note"
        );
        let app = Examined { written: Written::Failed("x".into()), ..app };
        assert_eq!(summary(&[app], Mode::Fix), not_written);
    }

    #[test]
    fn speaks_of_one_kind_without_a_list() {
        for (kinds, mode, written, want) in [
            (&["safe"][..], Mode::Check, Written::Shown, "1 problem: it can be fixed automatically"),
            (&["safe", "safe"], Mode::Diff, Written::Shown, "2 problems: both can be fixed automatically"),
            (&["safe"; 3], Mode::Fix, Written::Done, "3 problems: all are fixed"),
            (&["none"], Mode::Check, Written::Shown, "1 problem that you have to fix yourself"),
            (&["none", "none"], Mode::Check, Written::Shown, "2 problems that you have to fix yourself"),
            (&[], Mode::Check, Written::Shown, "no problems found"),
        ] {
            let app = Examined { written, ..examined(kinds) };
            assert_eq!(summary(&[app], mode), want);
        }
    }

    #[test]
    fn repeats_the_arguments() {
        let mut app = examined(&["safe"]);
        app.home.dir = Some("/app".into());
        let apps = [app];
        let line = next(&apps, Mode::Check, " --strategy venv app").unwrap_or_default();
        assert!(line.contains("`nixpacks-fix fix --strategy venv app` makes it"), "{line}");
        let line = next(&apps, Mode::Diff, " --unsafe-fixes app").unwrap_or_default();
        assert_eq!(line, "`nixpacks-fix fix --unsafe-fixes app` makes these changes");
    }
}
