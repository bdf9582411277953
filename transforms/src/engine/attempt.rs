//! One attempt: a choice of fixes and a strategy, applied to the app until nothing is left to do.

use super::emptied;
use super::outcome::{FileChange, NotConverged};
use super::propose::{Choice, propose};
use crate::app::{AppView, Overlay};
use crate::context::Context;
use crate::document::{Document, FileKind, KeyPath};
use crate::edit::{self, Edit, EditError, Transaction};
use crate::fix::{FileEdit, ProposedFix};
use crate::intent::Refusal;
use crate::options::Options;
use crate::plan::{self, Model, OtherBuilder, Platform, Remembered};
use crate::rules::{self, Checked, Finding, FindingKey};
use crate::simulate::{self, Simulation, Verdict};
use crate::strategies::AttemptState;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Characters after which the title of a fix takes up no more.
const LONG_TITLE: usize = 160;
/// The rule that is left where Nixpacks does not build the app.
const OTHER_BUILDER: &str = "other-builder";
/// The most passes.
pub(super) const PASSES: usize = 8;

/// An app as it stands: its plan, the predicted run, and what the rules say of it.
pub(super) struct Looked {
    pub(super) model: Model,
    pub(super) simulation: Simulation,
    pub(super) findings: Vec<Finding>,
    /// The builder that takes the app before Nixpacks does. Then no other rule has anything to say.
    pub(super) other_builder: Option<OtherBuilder>,
    /// Rules that comments in the files silence altogether.
    silenced: BTreeSet<&'static str>,
    /// Findings that comments in the files leave out.
    pub(super) suppressed: usize,
    /// What the plans of the app have in common.
    pub(super) remembered: Rc<Remembered>,
}

impl Looked {
    /// The app as it is.
    pub(super) fn first(app: &dyn AppView, options: &Options) -> Self {
        Self::at(app, options, Rc::default())
    }

    fn at(app: &dyn AppView, options: &Options, remembered: Rc<Remembered>) -> Self {
        let mut model = plan::model_with(app, &options.dashboard, &remembered);
        if options.platform == Some(Platform::Coolify) {
            model.errors.extend(plan::refused_on_coolify(&model));
        }
        let simulation = simulate::simulate(&model, app);
        let cx = Context::new(app, &model, &simulation, options, &remembered);
        let Checked { mut findings, silenced, suppressed } = rules::check(&cx);
        let other_builder = cx.other_builder();
        if other_builder.is_some() {
            findings.retain(|finding| finding.rule.id == OTHER_BUILDER);
        }
        Self { model, simulation, findings, other_builder, silenced, suppressed, remembered }
    }
}

/// A fix that meets a shape which is not followed.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    /// The findings that it would have answered; none for a strategy, which answers those of its rules.
    pub(super) findings: Vec<FindingKey>,
    pub(super) refusal: Refusal,
    /// The text of the file that it speaks of.
    pub(super) text: String,
}

/// What an attempt comes to.
#[derive(Default)]
pub(super) struct Attempt {
    /// The files that change, as they become.
    pub(super) texts: BTreeMap<String, String>,
    /// The edits of the files as they were read.
    edits: BTreeMap<String, Vec<Edit>>,
    /// With whether each names a key and no purpose.
    titles: Vec<(String, bool)>,
    /// Whether the strategy had its turn.
    pub(super) strategy: bool,
    /// The findings whose own fixes are among the changes, and whether the strategy's are.
    answered: BTreeSet<FindingKey>,
    answered_by_strategy: bool,
    pub(super) refused: Vec<Refused>,
    /// The app with the changes made; `None` where there are none.
    pub(super) after: Option<Looked>,
}

/// Applies the chosen fixes, and those of whatever findings they bring to light. `before` is the app as it is.
pub(super) fn attempt(
    app: &dyn AppView,
    options: &Options,
    before: &Looked,
    choice: &Choice<'_>,
) -> Result<Attempt, NotConverged> {
    let mut overlay = Overlay::new(app);
    let mut out = Attempt::default();
    let mut state = AttemptState::Initial;
    let mut choice = choice.clone();
    let mut rules = BTreeSet::new();
    for _ in 0..=PASSES {
        let now = out.after.as_ref().unwrap_or(before);
        let own = ignoring_silenced(options, &now.silenced);
        let cx = Context::new(&overlay, &now.model, &now.simulation, &own, &before.remembered);
        let (proposals, next) = propose(&cx, &now.findings, &choice, &state);
        if !proposals.refused.is_empty() {
            // Nothing of this pass is made, and the pass is made again without what is refused.
            for (refusal, answers) in proposals.refused {
                choice.strategy = choice.strategy.filter(|_| !answers.strategy);
                let keys =
                    answers.findings.iter().filter_map(|at| Some(now.findings.get(*at)?.key(&now.model)));
                let findings: Vec<FindingKey> = keys.collect();
                choice.refused.extend(findings.iter().cloned());
                let text = now.model.document(&refusal.path).map(|doc| doc.text.clone()).unwrap_or_default();
                out.refused.push(Refused { findings, refusal, text });
            }
            continue;
        }
        if next.is_none() {
            choice.strategy = None;
        }
        out.strategy |= matches!(next, Some(AttemptState::Targeting(_)));
        state = next.unwrap_or(AttemptState::Preparing);
        if proposals.fixes.is_empty() {
            return Ok(out);
        }
        let Made { applied, edits, texts } = make(&now.model, &overlay, &proposals.fixes)?;
        for at in applied.iter().flat_map(|fix| &fix.answers.findings) {
            out.answered.extend(now.findings.get(*at).map(|finding| finding.key(&now.model)));
        }
        out.answered_by_strategy |= applied.iter().any(|fix| fix.answers.strategy);
        rules = applied.iter().flat_map(|fix| fix.rules.iter().copied()).collect();
        for (path, edits) in edits {
            let edits = match (out.edits.remove(&path), original(app, &path)) {
                (Some(first), Some(text)) => edit::compose(&text, &first, &edits)
                    .map_err(|error| not_converged(&applied, format!("{path}: {error}")))?,
                _ => edits,
            };
            out.edits.insert(path, edits);
        }
        for (path, text) in texts {
            overlay.set(path.clone(), text.clone());
            out.texts.insert(path, text);
        }
        out.titles.extend(applied.into_iter().map(|fix| (fix.title.clone(), fix.plain_title)));
        out.after = Some(Looked::at(&overlay, options, Rc::clone(&before.remembered)));
    }
    Err(NotConverged {
        rules: rules.into_iter().map(str::to_owned).collect(),
        message: format!("the fixes did not come to an end in {PASSES} passes"),
    })
}

/// The options, without the rules that comments silence.
fn ignoring_silenced(options: &Options, silenced: &BTreeSet<&'static str>) -> Options {
    let mut options = options.clone();
    options.rules.ignore.extend(silenced.iter().map(|id| (*id).to_owned()));
    options
}

type Edits = BTreeMap<String, Vec<Edit>>;

/// What a pass makes.
struct Made<'p> {
    applied: Vec<&'p ProposedFix>,
    edits: Edits,
    /// The files as they become.
    texts: BTreeMap<String, String>,
}

/// Makes as many of the fixes as go together, from the first on; the rest waits for the next pass. Ex) two keys that
/// are both renamed to `cmd`
fn make<'p>(model: &Model, app: &dyn AppView, proposed: &'p [ProposedFix]) -> Result<Made<'p>, NotConverged> {
    let mut together = proposed.len();
    loop {
        let (applied, edits) = apply(model, app, proposed.iter().take(together))?;
        match verified(model, app, &applied, &edits) {
            Ok(texts) => return Ok(Made { applied, edits, texts }),
            Err(error) if together < 2 => return Err(error),
            Err(_) => together = together.div_ceil(2),
        }
    }
}

/// Chooses what does not overlap; the rest waits for the next pass.
fn apply<'p>(
    model: &Model,
    app: &dyn AppView,
    proposed: impl Iterator<Item = &'p ProposedFix>,
) -> Result<(Vec<&'p ProposedFix>, Edits), NotConverged> {
    let mut transactions: BTreeMap<String, Transaction> = BTreeMap::new();
    let mut applied = Vec::new();
    for fix in proposed {
        let unread = || original(app, &fix.path).map(Cow::Owned);
        let read = model.document(&fix.path).map(|doc| Cow::Borrowed(doc.text.as_str()));
        let Some(text) = read.or_else(unread) else { continue };
        let held = transactions.entry(fix.path.clone()).or_default();
        match held.add(&text, &fix.edits) {
            Ok(()) | Err(EditError::AlreadyReplaced { is_identical: true, .. }) => applied.push(fix),
            // The first fix of a file stands alone: it cannot fail for another one's sake.
            Err(error) if held.is_empty() => {
                let message = format!("{}: {error}", fix.path);
                return Err(not_converged(&[fix], message));
            }
            Err(_) => {}
        }
        held.commit();
    }
    transactions.retain(|_, held| !held.is_empty());
    Ok((applied, transactions.into_iter().map(|(path, held)| (path, held.edits())).collect()))
}

/// The files as they become. They may change only in what the fixes declared: anything else is a bug, and nothing is
/// written.
fn verified(
    model: &Model,
    app: &dyn AppView,
    applied: &[&ProposedFix],
    edits: &Edits,
) -> Result<BTreeMap<String, String>, NotConverged> {
    let mut texts = BTreeMap::new();
    for (path, edits) in edits {
        let failed = |message: String| not_converged(applied, format!("{path}: {message}"));
        let Some(before) = model.document(path) else {
            // What cannot be parsed has no values that could be compared.
            let before = original(app, path).unwrap_or_default();
            let text = edit::apply(&before, edits).map_err(|error| failed(error.to_string()))?;
            texts.insert(path.clone(), text);
            continue;
        };
        let text = edit::apply(&before.text, edits).map_err(|error| failed(error.to_string()))?;
        let declared: BTreeSet<KeyPath> = applied
            .iter()
            .filter(|fix| fix.path == *path)
            .flat_map(|fix| fix.touches.iter().cloned())
            .collect();
        match Document::parse(path.clone(), before.kind, text.clone()) {
            Ok(after) if before.same_except(&after, &declared) => {}
            Ok(_) => return Err(failed("the fixes would change more than they declared".to_owned())),
            Err(error) => {
                return Err(failed(format!(
                    "the fixes would leave a file that does not parse: {}",
                    error.message
                )));
            }
        }
        texts.insert(path.clone(), text);
    }
    Ok(texts)
}

fn not_converged(fixes: &[&ProposedFix], message: String) -> NotConverged {
    let rules: BTreeSet<&str> = fixes.iter().flat_map(|fix| fix.rules.iter().copied()).collect();
    NotConverged { rules: rules.into_iter().map(str::to_owned).collect(), message }
}

impl Attempt {
    /// Whether anything changes.
    pub(super) fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The run with the changes made.
    pub(super) fn simulation<'a>(&'a self, before: &'a Looked) -> &'a Simulation {
        &self.after.as_ref().unwrap_or(before).simulation
    }

    /// Where the run stops with the changes made.
    pub(super) fn stops<'a>(&'a self, before: &'a Looked) -> &'a [Verdict] {
        &self.simulation(before).stops
    }

    /// Whether the fix of one of these findings is among the changes.
    pub(super) fn answers<'k>(&self, findings: impl IntoIterator<Item = &'k FindingKey>) -> bool {
        findings.into_iter().any(|key| self.answered.contains(key))
    }

    /// Whether the strategy's changes are among them.
    pub(super) fn answers_by_strategy(&self) -> bool {
        self.answered_by_strategy
    }

    /// What its changes do beyond those of another attempt, in one line. Empty where that is nothing.
    pub(super) fn title(&self, beyond: Option<&Attempt>) -> String {
        let mut title = String::new();
        let known: BTreeSet<&(String, bool)> = beyond.iter().flat_map(|other| &other.titles).collect();
        let new = |part: &&(String, bool)| !known.contains(part);
        let titles: Vec<&(String, bool)> = self.titles.iter().filter(new).collect();
        let plain = titles.iter().all(|(_, plain)| *plain);
        for (part, _) in titles.into_iter().filter(|(_, is_plain)| plain || !is_plain) {
            if title.is_empty() {
                title.clone_from(part);
            } else if !title.contains(part.as_str()) && title.len() < LONG_TITLE {
                title = format!("{title}; {part}");
            }
        }
        title
    }

    /// Its edits of the files as they were read.
    pub(super) fn file_edits(&self) -> Vec<FileEdit> {
        let of = |(path, edits): (&String, &Vec<Edit>)| {
            let path = path.clone();
            edits.clone().into_iter().map(move |edit| FileEdit { path: path.clone(), edit })
        };
        self.edits.iter().flat_map(of).collect()
    }

    /// The app with the changes made.
    pub(super) fn overlay<'a>(&self, app: &'a dyn AppView) -> Overlay<'a> {
        let mut overlay = Overlay::new(app);
        for (path, text) in &self.texts {
            overlay.set(path.clone(), text.clone());
        }
        overlay
    }

    /// Takes on what a further attempt did to the app with the changes made.
    pub(super) fn follow(&mut self, app: &dyn AppView, next: Attempt) -> Result<(), NotConverged> {
        for (path, edits) in next.edits {
            let edits = match (self.edits.remove(&path), original(app, &path)) {
                (Some(first), Some(text)) => edit::compose(&text, &first, &edits)
                    .map_err(|error| not_converged(&[], format!("{path}: {error}")))?,
                _ => edits,
            };
            self.edits.insert(path, edits);
        }
        self.texts.extend(next.texts);
        self.titles.extend(next.titles);
        self.refused.extend(next.refused);
        self.after = next.after.or(self.after.take());
        Ok(())
    }

    /// The files that change. Those that are emptied go, if the app comes to the same without them.
    pub(super) fn changes(&self, app: &dyn AppView, options: &Options) -> Vec<FileChange> {
        // A deploy of another environment stops where the file that it names is not there.
        let railway =
            || FileKind::RAILWAY.iter().filter_map(|kind| self.after.as_ref()?.model.document(kind.name()));
        let is_named =
            |path: &str| railway().flat_map(plan::configs_of_environments).any(|named| named == path);
        let of_text = |(path, after): (&String, &String)| {
            let created = app.kind(path).is_none();
            let before = original(app, path)?;
            let edits = self.edits.get(path).cloned().unwrap_or_default();
            let (path, after) = (path.clone(), after.clone());
            let removed = !created && !is_named(&path) && emptied::is_emptied(&path, &before, &after);
            (before != after).then_some(FileChange { path, before, after, edits, created, removed })
        };
        let mut changes: Vec<FileChange> = self.texts.iter().filter_map(of_text).collect();
        if changes.iter().any(|change| change.removed) && !self.is_same_without(app, options, &changes) {
            for change in &mut changes {
                change.removed = false;
            }
        }
        changes
    }

    /// Whether the app is planned and runs the same if the emptied files go.
    fn is_same_without(&self, app: &dyn AppView, options: &Options, changes: &[FileChange]) -> bool {
        let Some(after) = &self.after else { return false };
        let mut overlay = self.overlay(app);
        for change in changes.iter().filter(|change| change.removed) {
            overlay.remove(change.path.clone());
        }
        let without = Looked::at(&overlay, options, Rc::clone(&after.remembered));
        without.model.plan == after.model.plan
            && without.model.refused() == after.model.refused()
            && without.simulation.verdict == after.simulation.verdict
            && without.findings.len() <= after.findings.len()
    }
}

/// The text of a file as it was read; empty where there is none yet.
fn original(app: &dyn AppView, path: &str) -> Option<String> {
    String::from_utf8(app.read(path).ok()?.unwrap_or_default().into_owned()).ok()
}
