//! Which fixes are asked about together.

use crate::report::Examined;
use anyhow::Result;
use nixpacks_transforms::edit::{self, Edit};
use nixpacks_transforms::engine::{FileChange, Fix, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// More fixes than this are one question.
const MOST: usize = 12;

/// Fixes that are made together or not at all.
pub(super) struct Unit {
    /// Their places among the fixes of the app.
    pub(super) fixes: Vec<usize>,
    /// The rules whose findings they answer. Without these, none of them is made.
    pub(super) rules: BTreeSet<&'static str>,
    /// What they change, by themselves.
    pub(super) changes: Vec<FileChange>,
}

/// The questions about an app. Two fixes belong together where they answer findings of one rule, edit the same bytes,
/// or where the one is not made without the other; `without` says what is made without some rules.
pub(super) fn units(
    app: &Examined,
    outcome: &Outcome,
    mut without: impl FnMut(&BTreeSet<&'static str>) -> Result<Option<Outcome>>,
) -> Result<Vec<Unit>> {
    let applied: Vec<usize> =
        outcome.fixes.iter().enumerate().filter(|(_, fix)| fix.applied).map(|(at, _)| at).collect();
    let whole = || vec![unit(outcome, applied.clone(), outcome.changes.clone())];
    if applied.len() < 2 || applied.len() > MOST {
        return Ok(whole());
    }
    let mut groups: Vec<Vec<usize>> = applied.iter().map(|at| vec![*at]).collect();
    join(&mut groups, |one, other| {
        let rules = rules_of(outcome, one);
        !rules.is_disjoint(&rules_of(outcome, other)) || made(app, outcome, &[one, other].concat()).is_none()
    });
    let mut lost: Vec<(Vec<usize>, Vec<Vec<usize>>)> = Vec::new();
    for group in groups.iter().filter(|_| groups.len() > 1) {
        let Some(rest) = without(&rules_of(outcome, group))? else { return Ok(whole()) };
        let is_made = |fix: &Fix| rest.fixes.iter().any(|other| other.applied && other.edits == fix.edits);
        let kept = |other: &Vec<usize>| other.iter().filter_map(|at| outcome.fixes.get(*at)).all(is_made);
        let gone = groups.iter().filter(|other| *other != group && !kept(other)).cloned().collect();
        lost.push((group.clone(), gone));
    }
    join(&mut groups, |one, other| {
        let needs = |one: &[usize], other: &[usize]| {
            let lost = lost.iter().filter(|(group, _)| group.iter().any(|at| one.contains(at)));
            lost.flat_map(|(_, gone)| gone).flatten().any(|at| other.contains(at))
        };
        needs(one, other) || needs(other, one)
    });
    // What is shown has to be what is written: where the parts do not make the whole, there are no parts.
    if made(app, outcome, &applied).is_none_or(|all| !same(&all, &outcome.changes)) {
        return Ok(whole());
    }
    let parts =
        groups.into_iter().map(|group| Some(unit(outcome, group.clone(), made(app, outcome, &group)?)));
    Ok(parts.collect::<Option<Vec<Unit>>>().unwrap_or_else(whole))
}

fn unit(outcome: &Outcome, fixes: Vec<usize>, changes: Vec<FileChange>) -> Unit {
    Unit { rules: rules_of(outcome, &fixes), fixes, changes }
}

/// Makes one group of any two that belong together.
fn join(groups: &mut Vec<Vec<usize>>, together: impl Fn(&[usize], &[usize]) -> bool) {
    loop {
        let pairs = (0..groups.len()).flat_map(|one| (one + 1..groups.len()).map(move |other| (one, other)));
        let found = pairs.into_iter().find(|(one, other)| match (groups.get(*one), groups.get(*other)) {
            (Some(one), Some(other)) => together(one, other),
            _ => false,
        });
        let Some((one, other)) = found else { break };
        let more = groups.remove(other);
        if let Some(group) = groups.get_mut(one) {
            group.extend(more);
            group.sort_unstable();
        }
    }
}

fn rules_of(outcome: &Outcome, fixes: &[usize]) -> BTreeSet<&'static str> {
    let answered =
        outcome.findings.iter().filter(|finding| finding.fix.is_some_and(|at| fixes.contains(&at)));
    answered.map(|finding| finding.rule.id).collect()
}

/// What some fixes change by themselves; `None` where their edits cannot be made together.
pub(super) fn made(app: &Examined, outcome: &Outcome, fixes: &[usize]) -> Option<Vec<FileChange>> {
    let mut edits: BTreeMap<&str, Vec<Edit>> = BTreeMap::new();
    for edit in fixes.iter().filter_map(|at| outcome.fixes.get(*at)).flat_map(|fix| &fix.edits) {
        edits.entry(&edit.path).or_default().push(edit.edit.clone());
    }
    let change = |(path, edits): (&str, Vec<Edit>)| {
        let known = outcome.changes.iter().find(|change| change.path == path)?;
        let before = app.texts.get(path).map_or("", |lines| lines.text());
        let after = edit::apply(before, &edits).ok()?;
        let (path, before) = (path.to_owned(), before.to_owned());
        let removed = known.removed && after == known.after;
        Some(FileChange { path, before, after, edits, created: known.created, removed })
    };
    edits.into_iter().map(change).collect()
}

/// Whether two lists of changes come to the same files.
pub(super) fn same(one: &[FileChange], other: &[FileChange]) -> bool {
    let texts = |changes: &[FileChange]| -> BTreeMap<String, String> {
        let real = changes.iter().filter(|change| change.before != change.after || change.created);
        real.map(|change| (change.path.clone(), change.after.clone())).collect()
    };
    texts(one) == texts(other)
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn what_belongs_together_over_a_third_is_one_group() {
        let mut groups: Vec<Vec<usize>> = (0..5).map(|at| vec![at]).collect();
        let pairs = [(0, 3), (3, 4)];
        join(&mut groups, |one, other| {
            let has = |a: usize, b: usize| one.contains(&a) && other.contains(&b);
            pairs.iter().any(|(a, b)| has(*a, *b) || has(*b, *a))
        });
        assert_eq!(groups, [vec![0, 3, 4], vec![1], vec![2]]);
    }
}
