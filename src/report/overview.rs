//! What is said of many apps at once: how many are predicted to fail, and which problems are the most frequent.

use super::prose::{self, count};
use super::{Examined, FixStatus, fix_status};
use nixpacks_transforms::engine::Outcome;
use nixpacks_transforms::rules::Severity;
use nixpacks_transforms::simulate::{Outcome as Prediction, Verdict};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Apps above which an overview is shown beside the problems.
const FEW: usize = 3;
/// Rules that a line names at most.
const MOST_RULES: usize = 5;

/// How many apps there are of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Apps {
    total: usize,
    fails: usize,
    unknown: usize,
    starts: usize,
    other_builder: usize,
    /// Could not be checked.
    errors: usize,
}

/// What a rule finds.
#[derive(Clone, Copy, Debug, Serialize)]
struct RuleCount {
    rule: &'static str,
    severity: &'static str,
    problems: usize,
    apps: usize,
    fixable: usize,
}

impl Apps {
    fn of(apps: &[Examined], verdict: impl Fn(&Outcome) -> &Verdict) -> Self {
        let mut counts = Self { total: apps.len(), ..Self::default() };
        for app in apps {
            match &app.result {
                Err(_) => counts.errors += 1,
                Ok(outcome) if outcome.other_builder.is_some() => counts.other_builder += 1,
                Ok(outcome) => match verdict(outcome).outcome {
                    Prediction::Fails { .. } => counts.fails += 1,
                    Prediction::Unknown => counts.unknown += 1,
                    Prediction::Builds => counts.starts += 1,
                },
            }
        }
        counts
    }

    /// `2 predicted to fail, 3 not predictable`
    fn phrase(&self) -> String {
        let kinds = [
            (self.fails, "predicted to fail"),
            (self.unknown, "not predictable"),
            (self.starts, "predicted to install and start"),
            (self.other_builder, "not built with Nixpacks"),
            (self.errors, "not checked because of an error in this tool"),
        ];
        let kinds = kinds.iter().filter(|(number, _)| *number > 0);
        kinds.map(|(number, kind)| format!("{number} {kind}")).collect::<Vec<_>>().join(", ")
    }
}

/// The rules that find something, the one that most apps break first.
fn rules(apps: &[Examined]) -> Vec<RuleCount> {
    let mut rules: BTreeMap<&str, (Severity, RuleCount)> = BTreeMap::new();
    for app in apps {
        let Ok(outcome) = &app.result else { continue };
        let mut of_app = BTreeSet::new();
        for finding in &outcome.findings {
            let rule = finding.rule.id;
            let none =
                RuleCount { rule, severity: finding.severity.name(), problems: 0, apps: 0, fixable: 0 };
            let (severity, counted) = rules.entry(rule).or_insert((finding.severity, none));
            if finding.severity > *severity {
                (*severity, counted.severity) = (finding.severity, finding.severity.name());
            }
            counted.problems += 1;
            counted.fixable += usize::from(fix_status(outcome, finding) == FixStatus::Fixable);
            counted.apps += usize::from(of_app.insert(rule));
        }
    }
    let mut rules: Vec<RuleCount> = rules.into_values().map(|(_, counted)| counted).collect();
    rules.sort_by_key(|counted| std::cmp::Reverse((counted.apps, counted.problems)));
    rules
}

/// The lines on all apps that stand before the summary; empty for a few apps, which say it themselves.
pub(super) fn lines(apps: &[Examined]) -> Vec<String> {
    if apps.len() <= FEW {
        return Vec::new();
    }
    let is_predicted = apps.iter().all(|app| app.comparison.is_none());
    let mut lines = if is_predicted { of_apps(apps) } else { Vec::new() };
    let rules = rules(apps);
    if !rules.is_empty() {
        let named = rules.iter().take(MOST_RULES);
        let named: Vec<String> =
            named.map(|rule| format!("{} ({})", rule.rule, count(rule.apps, "app"))).collect();
        let more = rules.len().saturating_sub(MOST_RULES);
        let more = if more > 0 { format!(", and {}", count(more, "more rule")) } else { String::new() };
        lines.push(format!("most frequent: {}{more}", named.join(", ")));
    }
    lines
}

fn of_apps(apps: &[Examined]) -> Vec<String> {
    let before = Apps::of(apps, |outcome| &outcome.before);
    let after = Apps::of(apps, |outcome| &outcome.after);
    let mut lines = vec![format!("{}: {}", count(before.total, "app"), before.phrase())];
    if before != after {
        lines.push(format!("with the fix: {}", after.phrase()));
    }
    lines
}

/// `--statistics` for people: a row for each rule that finds something.
pub(crate) fn statistics(apps: &[Examined]) -> String {
    let mut out = String::new();
    let rules = rules(apps);
    if !rules.is_empty() {
        out.push_str("problems   apps  fixable  rule\n");
    }
    for rule in &rules {
        let RuleCount { problems, apps, fixable, severity, rule } = rule;
        let _ = writeln!(out, "{problems:>8}  {apps:>5}  {fixable:>7}  {severity}[{rule}]");
    }
    if !rules.is_empty() {
        out.push('\n');
    }
    for line in of_apps(apps) {
        let _ = writeln!(out, "{line}");
    }
    let known: usize = apps.iter().map(|app| app.known.problems).sum();
    if known > 0 {
        let _ = writeln!(out, "{} known from the baseline", prose::count(known, "problem"));
    }
    out
}

/// `--statistics` as JSON.
pub(crate) fn statistics_json(apps: &[Examined]) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Report {
        version: u32,
        apps: Apps,
        apps_after: Apps,
        rules: Vec<RuleCount>,
    }
    super::json::to_text(&Report {
        version: super::json::VERSION,
        apps: Apps::of(apps, |outcome| &outcome.before),
        apps_after: Apps::of(apps, |outcome| &outcome.after),
        rules: rules(apps),
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::examined;
    use super::{lines, statistics};

    #[test]
    fn counts_apps_and_rules() {
        let apps = [examined(&["safe", "none"]), examined(&["unsafe"]), examined(&[]), examined(&["note"])];
        let said = lines(&apps);
        assert_eq!(
            said,
            [
                "4 apps: 4 predicted to fail",
                "with the fix: 4 predicted to install and start",
                "most frequent: sample-rule (3 apps)",
            ]
        );
        assert!(lines(&apps[..3]).is_empty());
        let table = statistics(&apps);
        assert!(table.contains("       4      3        1  error[sample-rule]\n"), "{table}");
    }
}
