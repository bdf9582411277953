//! One pass: the fixes of the findings that were chosen, and the strategy's, as edits.

use crate::context::Context;
use crate::fix::{Draft, Proposals};
use crate::rules::{Finding, FindingKey, FixFinding, FixStage, RuleFix, Severity, fix_of};
use crate::strategies::{self, AttemptState, EndState};
use std::collections::BTreeSet;

/// The fixes that an attempt may make.
#[derive(Clone)]
pub(super) struct Choice<'k> {
    /// The strategy, where its findings are chosen.
    pub(super) strategy: Option<EndState>,
    /// The findings of the app as it is.
    pub(super) known: &'k BTreeSet<FindingKey>,
    /// Those of them whose fixes are left out.
    pub(super) left_out: BTreeSet<&'k FindingKey>,
    /// Whether a fix of what only comes to light may be one that is not needed: nothing judges it.
    pub(super) unsafe_fixes: bool,
    /// Findings whose fixes were refused.
    pub(super) refused: BTreeSet<FindingKey>,
}

impl Choice<'_> {
    fn has(&self, finding: &Finding, key: &FindingKey) -> bool {
        let needed = || {
            finding.severity == Severity::Error
                || matches!(fix_of(finding.rule), RuleFix::OwnBesideStrategy(..))
        };
        !self.left_out.contains(key)
            && !self.refused.contains(key)
            && (self.unsafe_fixes || self.known.contains(key) || needed())
    }
}

/// The changes of one pass, and how far the attempt has come with them: `None` where the strategy does not apply.
pub(super) fn propose(
    cx: &Context<'_>,
    findings: &[Finding],
    choice: &Choice<'_>,
    state: &AttemptState,
) -> (Proposals, Option<AttemptState>) {
    let mut draft = Draft::new(cx.model, cx.config().or(cx.model.new_config.as_ref()));
    let mut own: Vec<(FixStage, FixFinding, usize, &Finding)> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        if let Some((stage, fix)) = fix_of(finding.rule).own()
            && choice.has(finding, &finding.key(cx.model))
        {
            own.push((stage, fix, index, finding));
        }
    }
    own.sort_by_key(|(stage, _, index, _)| (*stage, *index));
    let strategic = findings.iter().any(|finding| matches!(fix_of(finding.rule), RuleFix::Strategy));
    let mut fixes = own.into_iter().peekable();
    let mut next = Some(state.clone());
    for stage in FixStage::ALL {
        if stage == FixStage::AfterStrategy
            && let Some(end) = choice.strategy
            && (strategic || matches!(state, AttemptState::Targeting(_)))
        {
            draft.answer_strategy();
            next = strategies::apply(cx, &mut draft, end, state);
        }
        let mut made = false;
        while let Some((_, fix, index, finding)) = fixes.next_if(|(own, ..)| *own == stage) {
            draft.answer_finding(index);
            made |= fix(cx, finding, &mut draft);
        }
        if made && stage.ends_pass() {
            let targeting = matches!(state, AttemptState::Targeting(_));
            next = Some(if targeting { state.clone() } else { AttemptState::Preparing });
            break;
        }
    }
    (draft.finish(|rule| cx.has(rule)), next)
}
