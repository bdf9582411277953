use super::{RuleInfo, Severity};
use crate::plan::Place;

/// A rule met at a place.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule.
    pub rule: &'static RuleInfo,
    /// How bad.
    pub severity: Severity,
    /// What is wrong: one plain lower-case phrase.
    pub message: String,
    /// Where, when it is in a deploy file.
    pub place: Option<Place>,
    /// Short label for the underlined place.
    pub label: String,
    /// Further sentences: why it fails, what to do by hand.
    pub notes: Vec<String>,
    /// Whether the fix brings an ignored setting to life: safe only where the app gets further by it.
    pub activates: bool,
    /// Index into the fixes of the outcome.
    pub fix: Option<usize>,
}
