//! The order in which phases run.

use super::types::{Plan, PlanError, PlanErrorKind};
use std::collections::{BTreeMap, BTreeSet};

/// Phase names in the order in which they run: round by round the ones whose dependencies have run,
/// by name. Like the planner's own sort, a name given twice in `dependsOn` counts twice and is met
/// once: such a phase never gets its turn. Phases that wait for each other come last, by name, with the error.
pub(super) fn order(plan: &Plan) -> (Vec<String>, Option<PlanError>) {
    let mut waits: BTreeMap<&str, usize> = BTreeMap::new();
    let mut followers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, phase) in &plan.phases {
        let known = phase.depends_on.iter().flatten().filter(|item| plan.phases.contains_key(&item.value));
        let mut count = 0;
        for after in known {
            followers.entry(&after.value).or_default().insert(name);
            count += 1;
        }
        waits.insert(name, count);
    }
    let mut round: BTreeSet<&str> =
        waits.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    let mut sorted = Vec::with_capacity(waits.len());
    while !round.is_empty() {
        let mut next = BTreeSet::new();
        for name in round {
            sorted.push(name.to_owned());
            for follower in followers.remove(name).unwrap_or_default() {
                let count = waits.entry(follower).or_default();
                *count = count.saturating_sub(1);
                if *count == 0 {
                    next.insert(follower);
                }
            }
        }
        round = next;
    }
    let mut cycle = None;
    if sorted.len() < waits.len() {
        let ran: BTreeSet<&str> = sorted.iter().map(String::as_str).collect();
        let left: Vec<String> =
            plan.phases.keys().filter(|name| !ran.contains(name.as_str())).cloned().collect();
        sorted.extend(left);
        let message = "Circular dependency detected".to_owned();
        cycle = Some(PlanError { kind: PlanErrorKind::DependencyCycle, message, place: None });
    }
    (sorted, cycle)
}

#[cfg(test)]
mod tests {
    use super::super::draft::items;
    use super::super::types::{Origin, Phase, Plan};
    use super::order;

    fn plan(phases: &[(&str, &[&str])]) -> Plan {
        let phases = phases.iter().map(|(name, after)| {
            let depends_on = Some(items(&Origin::Provider("python"), after.iter().copied()));
            ((*name).to_owned(), Phase { depends_on, ..Phase::default() })
        });
        Plan { phases: phases.collect(), ..Plan::default() }
    }

    #[test]
    fn a_phase_that_names_no_other_runs_first() {
        let plan = plan(&[("setup", &[]), ("install", &["setup"]), ("collectstatic", &["nowhere"])]);
        let want = vec!["collectstatic".to_owned(), "setup".to_owned(), "install".to_owned()];
        assert_eq!(order(&plan), (want, None));
    }

    #[test]
    fn refuses_cycles_self_dependencies_and_doubled_names() {
        for phases in
            [&[("a", &["b"][..]), ("b", &["a"])][..], &[("a", &["a"])], &[("a", &[]), ("b", &["a", "a"])]]
        {
            let (order, cycle) = order(&plan(phases));
            assert_eq!(order.len(), phases.len(), "{phases:?}");
            assert!(cycle.is_some(), "{phases:?}");
        }
    }
}
