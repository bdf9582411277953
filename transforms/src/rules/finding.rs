use super::{RuleInfo, Severity};
use crate::plan::{Model, Place};

/// A problem that a rule found.
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
    /// The path of keys in the file that the finding is about; empty where its fix needs none.
    pub keys: Vec<String>,
    /// Index into the fixes of the outcome.
    pub fix: Option<usize>,
}

/// What makes two findings of different versions of a file the same one: places move, and what stands there stays.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FindingKey {
    rule: &'static str,
    path: String,
    keys: Vec<String>,
    text: String,
}

impl Finding {
    /// The file that the user has to commit, relative to the app's root, where that is what is wrong.
    pub fn file_to_commit(&self) -> Option<&str> {
        let message =
            self.message.strip_prefix('`').filter(|_| self.rule.id == "uncommitted-requirements")?;
        message.split('`').next()
    }

    /// The identity of the finding across edits.
    pub(crate) fn key(&self, model: &Model) -> FindingKey {
        let place = self.place.as_ref().and_then(|place| Some((place, model.document(&place.path)?)));
        let (path, keys, text) = match place {
            Some((place, doc)) if self.keys.is_empty() => {
                let keys = doc.path_of(place.span.start).unwrap_or_default();
                (place.path.clone(), keys, place.span.of(&doc.text).to_owned())
            }
            Some((place, _)) => (place.path.clone(), self.keys.clone(), String::new()),
            // In a script, which no fix changes.
            None if self.place.is_some() => {
                let place = self.place.as_ref();
                let path = place.map(|place| place.path.clone()).unwrap_or_default();
                let at = place.map(|place| place.span.start.to_string()).unwrap_or_default();
                (path, Vec::new(), format!("{at}: {}", self.message))
            }
            None => (String::new(), Vec::new(), self.message.clone()),
        };
        FindingKey { rule: self.rule.id, path, keys, text }
    }
}
