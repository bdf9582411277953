//! Which fixes are made: each is judged by the run with it and without it.

use super::attempt::{Attempt, Looked, Refused, attempt};
use super::judge::{self, Progress};
use super::outcome::{Applicability, FileEdit, Fix, NotConverged, RefusedFix};
use super::propose::Choice;
use crate::app::AppView;
use crate::options::{Options, Strategy};
use crate::rules::{Finding, FindingKey, FixStage, RuleFix, Severity, fix_of};
use crate::strategies::EndState;
use crate::text::LineIndex;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// So many fixes are judged one by one. Of more than that, those of one rule are judged together: an app with
/// thousands of them is planned and walked some dozens of times, not thousands.
const MOST_JUDGED_ALONE: usize = 16;

/// What is to be done about an app.
pub(super) struct Decision {
    /// The fixes, whether they are made or not.
    pub(super) fixes: Vec<Fix>,
    /// Those that are held back as unsafe, and why.
    pub(super) held: Vec<(usize, String)>,
    /// Fixes that are not offered.
    pub(super) refused: Vec<RefusedFix>,
    /// The fix that answers each finding.
    pub(super) answered: Vec<Option<usize>>,
    /// What is made.
    pub(super) changes: Attempt,
}

/// Findings whose fix is one: a rule's own fix of one finding or, where there are many, of all its findings; or a
/// strategy's.
struct Group {
    findings: Vec<usize>,
    strategy: bool,
    /// Judged by what the repair comes to as a whole: it mends an error, or goes along with the strategy.
    along: bool,
}

type Groups = BTreeSet<usize>;

struct Judge<'a> {
    app: &'a dyn AppView,
    options: &'a Options,
    before: &'a Looked,
    keys: Vec<FindingKey>,
    known: BTreeSet<FindingKey>,
    groups: Vec<Group>,
    /// The strategy that was chosen.
    end: EndState,
    /// Attempts that were made, by the groups that take part.
    attempts: HashMap<(EndState, Groups), Attempt>,
}

/// Decides what is to be done. `before` is the app as it is.
pub(super) fn decide(
    app: &dyn AppView,
    options: &Options,
    before: &Looked,
) -> Result<Decision, NotConverged> {
    let keys: Vec<FindingKey> = before.findings.iter().map(|finding| finding.key(&before.model)).collect();
    let groups = groups(before, &keys);
    let mut decision = Decision {
        fixes: Vec::new(),
        held: Vec::new(),
        refused: Vec::new(),
        answered: vec![None; before.findings.len()],
        changes: Attempt::default(),
    };
    if groups.is_empty() {
        return Ok(decision);
    }
    let end = EndState::Managed;
    let known = keys.iter().cloned().collect();
    let mut judge = Judge { app, options, before, keys, known, groups, end, attempts: HashMap::new() };
    judge.choose_strategy()?;
    let all: Groups = (0..judge.groups.len()).collect();
    let (chosen, harmful) = judge.without_harmful(&all)?;
    let safe = judge.safe(&chosen)?;
    let made: Groups = if options.unsafe_fixes { chosen.clone() } else { safe.clone() };
    let allowed = judge.allow(&chosen).and(judge.allow(&made));
    let mut index_of: BTreeMap<usize, usize> = BTreeMap::new();
    for group in &all {
        if let Some((title, edits)) = judge.shown(*group, &chosen)? {
            let claim = if safe.contains(group) { Applicability::Safe } else { Applicability::Unsafe };
            index_of.insert(*group, decision.fixes.len());
            decision.fixes.push(Fix { title, applicability: claim, applied: false, edits });
        }
    }
    decision.answered = judge.answered(&index_of, &chosen)?;
    // A fix of what only comes to light by others is told with those.
    index_of.retain(|_, fix| decision.answered.contains(&Some(*fix)));
    let place_of: BTreeMap<usize, usize> =
        index_of.values().enumerate().map(|(new, old)| (*old, new)).collect();
    let mut at = 0;
    decision.fixes.retain(|_| {
        at += 1;
        place_of.contains_key(&(at - 1))
    });
    for fix in index_of.values_mut().chain(decision.answered.iter_mut().flatten()) {
        *fix = place_of.get(fix).copied().unwrap_or_default();
    }
    decision.refused = judge.refused(&all)?;
    let findings_of = |groups: &Groups| -> Vec<usize> {
        let of = |group: &usize| judge.groups.get(*group).map(|group| group.findings.clone());
        groups.iter().filter_map(of).flatten().collect()
    };
    if let Err(reason) = allowed {
        decision.refused.push(RefusedFix { findings: findings_of(&made), reason });
        return Ok(decision);
    }
    for (group, reason) in harmful {
        decision.refused.push(RefusedFix { findings: findings_of(&Groups::from([group])), reason });
    }
    if !options.unsafe_fixes {
        let why = judge::held_because(&before.simulation.stops);
        let held = chosen.difference(&safe).filter_map(|group| index_of.get(group));
        decision.held = held.map(|at| (*at, why.to_owned())).collect();
    }
    let changes = judge.take(&made)?;
    for (group, fix) in &index_of {
        if let Some(fix) = decision.fixes.get_mut(*fix) {
            fix.applied = judge.takes_part(*group, &changes);
        }
    }
    decision.changes = changes;
    Ok(decision)
}

/// The fixes that there are, in the order in which they are made.
fn groups(before: &Looked, keys: &[FindingKey]) -> Vec<Group> {
    let mut own: Vec<(FixStage, usize, bool)> = Vec::new();
    let strategic = |finding: &Finding| matches!(fix_of(finding.rule), RuleFix::Strategy);
    let has_strategy = before.findings.iter().any(strategic);
    for (index, finding) in before.findings.iter().enumerate() {
        let fix = fix_of(finding.rule);
        let beside = has_strategy && matches!(fix, RuleFix::OwnBesideStrategy(..));
        if let Some((stage, _)) = fix.own() {
            own.push((stage, index, beside || finding.severity == Severity::Error));
        }
    }
    own.sort_unstable_by_key(|(stage, index, _)| (*stage, *index));
    let mut groups: Vec<Group> = Vec::new();
    let alone = own.len() <= MOST_JUDGED_ALONE;
    let mut by_rule: BTreeMap<(FixStage, &str, bool), usize> = BTreeMap::new();
    let mut by_key: BTreeMap<&FindingKey, usize> = BTreeMap::new();
    for (stage, index, along) in own {
        let rule = before.findings.get(index).map_or("", |finding| finding.rule.id);
        let at = *by_rule.entry((stage, rule, along)).or_insert(groups.len());
        // What comes after the strategy is one change for all the findings of a rule.
        let joint = !alone || stage == FixStage::AfterStrategy;
        // Ex) one name that is twice in a list
        let same = keys.get(index).map(|key| *by_key.entry(key).or_insert(groups.len()));
        match groups.get_mut(if joint { at } else { same.unwrap_or(at) }) {
            Some(group) => group.findings.push(index),
            _ => groups.push(Group { findings: vec![index], strategy: false, along }),
        }
    }
    if has_strategy {
        let findings = before.findings.iter().enumerate().filter(|(_, finding)| strategic(finding));
        let findings = findings.map(|(index, _)| index).collect();
        groups.push(Group { findings, strategy: true, along: true });
    }
    groups
}

impl Judge<'_> {
    /// What comes of making the fixes of these groups and of no others.
    fn attempt(&mut self, groups: &Groups) -> Result<&Attempt, NotConverged> {
        let key = (self.end, groups.clone());
        if !self.attempts.contains_key(&key) {
            let made = self.make(groups)?;
            self.attempts.insert(key.clone(), made);
        }
        // It was put there if it was not.
        Ok(self.attempts.entry(key).or_default())
    }

    fn make(&self, groups: &Groups) -> Result<Attempt, NotConverged> {
        let out = self.groups.iter().enumerate().filter(|(at, _)| !groups.contains(at));
        let left_out = out.flat_map(|(_, group)| group.findings.iter().filter_map(|at| self.keys.get(*at)));
        let strategy = self.groups.iter().position(|group| group.strategy);
        let choice = Choice {
            // A strategy's findings may only come to light.
            strategy: Some(self.end).filter(|_| strategy.is_none_or(|at| groups.contains(&at))),
            known: &self.known,
            left_out: left_out.collect(),
            unsafe_fixes: self.options.unsafe_fixes,
            refused: BTreeSet::new(),
        };
        attempt(self.app, self.options, self.before, &choice)
    }

    fn take(&mut self, groups: &Groups) -> Result<Attempt, NotConverged> {
        self.attempt(groups)?;
        Ok(self.attempts.remove(&(self.end, groups.clone())).unwrap_or_default())
    }

    /// Where the run stops with the fixes of these groups made, compared with the fixes of others.
    fn progress(&mut self, from: &Groups, to: &Groups) -> Result<Progress, NotConverged> {
        self.attempt(from)?;
        self.attempt(to)?;
        let before = self.before;
        let stops = |groups: &Groups| {
            let made = self.attempts.get(&(self.end, groups.clone()));
            made.map_or(before.simulation.stops.as_slice(), |made| made.stops(before))
        };
        Ok(judge::progress(stops(from), stops(to)))
    }

    fn allow(&mut self, groups: &Groups) -> Result<(), String> {
        let (before, asked) = (self.before, self.options.unsafe_fixes);
        match self.attempt(groups) {
            Ok(made) if made.is_empty() => Ok(()),
            Ok(made) => judge::allow(&before.simulation, made.simulation(before), asked),
            Err(error) => Err(error.message),
        }
    }

    /// The first strategy after which the app builds, else the one that gets furthest.
    fn choose_strategy(&mut self) -> Result<(), NotConverged> {
        let ends: &[EndState] = match self.options.strategy {
            Strategy::Auto => &[EndState::Managed, EndState::Venv],
            Strategy::Managed => &[EndState::Managed],
            Strategy::Venv => &[EndState::Venv],
            Strategy::Explicit => &[EndState::Explicit],
        };
        let all: Groups = (0..self.groups.len()).collect();
        let (before, asked) = (self.before, self.options.unsafe_fixes);
        let mut best = None;
        for end in ends {
            self.end = *end;
            let made = self.attempt(&all)?;
            if made.is_empty() {
                continue;
            }
            let stops = made.stops(before);
            let allowed = judge::allow(&before.simulation, made.simulation(before), asked).is_ok();
            let builds = stops.is_empty();
            let reached = (allowed, judge::reached(stops), made.strategy);
            if best.as_ref().is_none_or(|(furthest, _)| reached > *furthest) {
                best = Some((reached, *end));
            }
            if builds {
                break;
            }
        }
        self.end = best.map_or(EndState::Managed, |(_, end)| end);
        Ok(())
    }

    /// The groups without which the app would not get further than with them, and why the others are left out.
    fn without_harmful(&mut self, all: &Groups) -> Result<(Groups, Vec<(usize, String)>), NotConverged> {
        let (mut chosen, mut harmful) = (all.clone(), Vec::new());
        let mut left: Vec<usize> = all.iter().copied().collect();
        while let Some(group) = left.pop() {
            let before = self.before;
            let made = self.attempt(&chosen)?;
            if made.stops(before).is_empty() || chosen.len() < 2 {
                break;
            }
            let without: Groups = chosen.iter().copied().filter(|other| *other != group).collect();
            let with = chosen.clone();
            if self.progress(&with, &without)? == Progress::Further {
                let stops = self.attempt(&with)?.stops(before);
                let detail = stops.first().map(|stop| stop.detail.clone()).unwrap_or_default();
                harmful.push((group, format!("with this fix the app would stop earlier, at \"{detail}\"")));
                chosen = without;
            }
        }
        Ok((chosen, harmful))
    }

    /// The groups that take part in getting an app further that is predicted to fail.
    fn safe(&mut self, chosen: &Groups) -> Result<Groups, NotConverged> {
        if !self.before.simulation.verdict.fails() {
            return Ok(Groups::new());
        }
        let mut safe = Groups::new();
        let whole = self.progress(&Groups::new(), chosen)? == Progress::Further;
        for group in chosen {
            if whole && self.groups.get(*group).is_some_and(|group| group.along) {
                safe.insert(*group);
                continue;
            }
            let without: Groups = chosen.iter().copied().filter(|other| other != group).collect();
            let helps = self.progress(&without, chosen)? == Progress::Further
                || self.progress(&Groups::new(), &Groups::from([*group]))? == Progress::Further;
            if helps {
                safe.insert(*group);
            }
        }
        Ok(safe)
    }

    /// Whether a fix of the group is among the changes of an attempt.
    fn takes_part(&self, group: usize, attempt: &Attempt) -> bool {
        let Some(group) = self.groups.get(group) else { return false };
        if group.strategy {
            return attempt.answers_by_strategy();
        }
        attempt.answers(group.findings.iter().filter_map(|at| self.keys.get(*at)))
    }

    /// The title and the edits of the group's fix: by itself where it can be made so, else with all that is chosen.
    /// `None` where nothing is left for it to do once the others are made.
    fn shown(
        &mut self,
        group: usize,
        chosen: &Groups,
    ) -> Result<Option<(String, Vec<FileEdit>)>, NotConverged> {
        self.attempt(chosen)?;
        if chosen.contains(&group) {
            let whole = self.attempts.get(&(self.end, chosen.clone()));
            if !whole.is_some_and(|whole| self.takes_part(group, whole)) {
                return Ok(None);
            }
        }
        let alone = self.attempt(&Groups::from([group]))?;
        if !alone.is_empty() {
            return Ok(Some((alone.title(None), alone.file_edits())));
        }
        let without: Groups = chosen.iter().copied().filter(|other| *other != group).collect();
        self.attempt(&without)?;
        let made = |groups: &Groups| self.attempts.get(&(self.end, groups.clone()));
        let (Some(whole), others) = (made(chosen), made(&without)) else { return Ok(None) };
        let title = whole.title(others);
        Ok(Some((title, whole.file_edits())).filter(|(title, edits)| !title.is_empty() && !edits.is_empty()))
    }

    /// The fix that answers each finding: its own, or the one by which it goes away.
    fn answered(
        &mut self,
        index_of: &BTreeMap<usize, usize>,
        chosen: &Groups,
    ) -> Result<Vec<Option<usize>>, NotConverged> {
        let mut answered = vec![None; self.keys.len()];
        let left = self.left(chosen)?;
        let is_gone = |key: &FindingKey| left.as_ref().is_some_and(|left| !left.contains(key));
        for (group, fix) in index_of {
            let Some(Group { findings, strategy, .. }) = self.groups.get(*group) else { continue };
            for finding in findings {
                if let (Some(slot), Some(key)) = (answered.get_mut(*finding), self.keys.get(*finding))
                    && (!strategy || is_gone(key))
                {
                    *slot = Some(*fix);
                }
            }
        }
        // By itself a fix may not do all that it does with the others. A strategy first: it does the larger part.
        for (group, fix) in index_of.iter().rev() {
            let alone = self.left(&Groups::from([*group]))?;
            if let Some(left) = alone {
                self.fill(&mut answered, &left, *fix);
            }
        }
        if let (Some((_, fix)), Some(left)) = (index_of.iter().next_back(), left) {
            self.fill(&mut answered, &left, *fix);
        }
        Ok(answered)
    }

    /// What the rules still find with the fixes of these groups made; `None` where they make none.
    fn left(&mut self, groups: &Groups) -> Result<Option<BTreeSet<FindingKey>>, NotConverged> {
        let made = self.attempt(groups)?;
        let keys = |after: &Looked| after.findings.iter().map(|finding| finding.key(&after.model)).collect();
        Ok(made.after.as_ref().map(keys))
    }

    /// Gives the findings that are gone, and that no fix has answered, this one.
    fn fill(&self, answered: &mut [Option<usize>], left: &BTreeSet<FindingKey>, fix: usize) {
        for (slot, key) in answered.iter_mut().zip(&self.keys) {
            if slot.is_none() && !left.contains(key) {
                *slot = Some(fix);
            }
        }
    }

    /// What was refused of the fixes of these groups.
    fn refused(&mut self, all: &Groups) -> Result<Vec<RefusedFix>, NotConverged> {
        let refused: Vec<Refused> = self.attempt(all)?.refused.clone();
        let strategic = self.groups.iter().find(|group| group.strategy);
        let mut places: BTreeMap<&FindingKey, Vec<usize>> = BTreeMap::new();
        for (at, key) in self.keys.iter().enumerate() {
            places.entry(key).or_default().push(at);
        }
        let mut out = Vec::new();
        for Refused { findings, refusal, text } in refused {
            let line = refusal.span.map(|span| LineIndex::new(&text).position(span.start).line);
            let place = line.map(|line| format!(":{line}")).unwrap_or_default();
            let own: BTreeSet<usize> =
                findings.iter().filter_map(|key| places.get(key)).flatten().copied().collect();
            let findings = if findings.is_empty() {
                strategic.map(|group| group.findings.clone()).unwrap_or_default()
            } else {
                own.into_iter().collect()
            };
            out.push(RefusedFix {
                findings,
                reason: format!("{}{place}: {}", refusal.path, refusal.message),
            });
        }
        Ok(out)
    }
}
