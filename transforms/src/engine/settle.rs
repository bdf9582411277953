//! One end state, applied until nothing is left to do.

use super::outcome::{Applicability, FileChange, FileEdit, Fix, Unsettled};
use crate::app::{AppView, Overlay};
use crate::context::Context;
use crate::document::{Document, KeyPath};
use crate::edit::{self, Edit, EditError, Transaction};
use crate::options::Options;
use crate::plan::{self, Model};
use crate::repair::{self, EndState, Proposed, So};
use crate::rules::{self, Finding};
use crate::text::LineIndex;
use crate::walk::{self, Walk};
use std::collections::{BTreeMap, BTreeSet};

/// Characters after which the title of a joint fix takes up no more.
const LONG_TITLE: usize = 160;
/// The most passes.
pub(super) const PASSES: usize = 8;

/// What came of an end state.
pub(super) enum Settling {
    /// It was reached.
    Settled(Box<Settled>),
    /// It does not apply, or there is nothing to do.
    Nothing,
    /// A file is written in a way that cannot be edited: where and why.
    Refused(String),
}

/// An end state that was reached.
pub(super) struct Settled {
    texts: BTreeMap<String, String>,
    said: Vec<Said>,
    pub(super) model: Model,
    pub(super) walk: Walk,
}

/// `model` and `walk` are those of the app as it is.
pub(super) fn settle(
    app: &dyn AppView,
    options: &Options,
    end: EndState,
    model: &Model,
    walk: &Walk,
) -> Result<Settling, Unsettled> {
    let mut overlay = Overlay::new(app);
    let mut passes: Vec<Vec<Proposed>> = Vec::new();
    let mut edited: Option<(Model, Walk)> = None;
    let mut so = So::First;
    for _ in 0..=PASSES {
        let (model, walk) = edited.as_ref().map_or((model, walk), |(model, walk)| (model, walk));
        let cx = Context::new(&overlay, model, walk, options);
        let proposed = match repair::propose(&cx, end, so.clone()) {
            Ok(Some((proposed, now))) => {
                so = now;
                proposed
            }
            Ok(None) => return Ok(Settling::Nothing),
            Err(refusal) => {
                let line = model
                    .document(&refusal.path)
                    .zip(refusal.span)
                    .map(|(doc, span)| format!(":{}", LineIndex::new(&doc.text).position(span.start).line));
                let place = line.unwrap_or_default();
                return Ok(Settling::Refused(format!("{}{place}: {}", refusal.path, refusal.message)));
            }
        };
        if proposed.is_empty() {
            let Some((model, walk)) = edited else { return Ok(Settling::Nothing) };
            let texts = overlay.texts().clone();
            return Ok(Settling::Settled(Box::new(Settled { texts, said: said(passes), model, walk })));
        }
        let (applied, texts) = apply(model, proposed)?;
        declared(model, &applied, &texts)?;
        for (path, text) in texts {
            overlay.set(path, text);
        }
        passes.push(applied);
        let model = plan::model(&overlay, &options.dashboard);
        let walk = walk::walk(&model, &overlay);
        edited = Some((model, walk));
    }
    Err(without_end(passes.last().into_iter().flatten().flat_map(|fix| fix.rules.iter().copied()).collect()))
}

fn without_end(rules: BTreeSet<&str>) -> Unsettled {
    Unsettled {
        rules: rules.into_iter().map(str::to_owned).collect(),
        message: format!("the fixes did not settle in {PASSES} passes"),
    }
}

/// Applies what does not overlap; the rest waits for the next pass.
fn apply(
    model: &Model,
    proposed: Vec<Proposed>,
) -> Result<(Vec<Proposed>, BTreeMap<String, String>), Unsettled> {
    let mut edits: BTreeMap<String, Transaction> = BTreeMap::new();
    let mut applied = Vec::new();
    for fix in proposed {
        let Some(doc) = model.document(&fix.path) else { continue };
        let held = edits.entry(fix.path.clone()).or_default();
        match held.add(&doc.text, &fix.edits) {
            Ok(()) | Err(EditError::AlreadyReplaced { is_identical: true, .. }) => applied.push(fix),
            // The first fix of a file stands alone: it cannot fail for another one's sake.
            Err(error) if held.is_empty() => return Err(unsettled(&fix, &error)),
            Err(_) => {}
        }
        held.commit();
    }
    let mut texts = BTreeMap::new();
    for fix in &applied {
        if let (Some(doc), Some(held)) = (model.document(&fix.path), edits.remove(&fix.path)) {
            texts.insert(fix.path.clone(), held.apply(&doc.text).map_err(|error| unsettled(fix, &error))?);
        }
    }
    Ok((applied, texts))
}

/// The files may change only in what the fixes declared: anything else is a bug, and nothing is written.
fn declared(model: &Model, applied: &[Proposed], texts: &BTreeMap<String, String>) -> Result<(), Unsettled> {
    for (path, text) in texts {
        let Some(before) = model.document(path) else { continue };
        let fixes = applied.iter().filter(|fix| fix.path == *path);
        let rules = fixes.clone().flat_map(|fix| fix.rules.iter().map(|rule| (*rule).to_owned())).collect();
        let paths: BTreeSet<KeyPath> = fixes.flat_map(|fix| fix.touches.iter().cloned()).collect();
        let message = match Document::parse(path.clone(), before.kind, text.clone()) {
            Ok(after) if before.same_except(&after, &paths) => continue,
            Ok(_) => format!("{path}: the fixes would change more than they declared"),
            Err(error) => {
                format!("{path}: the fixes would leave a file that does not parse: {}", error.message)
            }
        };
        return Err(Unsettled { rules, message });
    }
    Ok(())
}

fn unsettled(fix: &Proposed, error: &EditError) -> Unsettled {
    Unsettled {
        rules: fix.rules.iter().map(|rule| (*rule).to_owned()).collect(),
        message: format!("{}: {error}", fix.path),
    }
}

/// A fix as it is told.
struct Said {
    title: String,
    rules: BTreeSet<&'static str>,
    path: String,
    /// `None`: text that an earlier pass made, so the change of the whole file.
    edits: Option<Vec<Edit>>,
}

impl Said {
    /// Tells another fix along.
    fn join(&mut self, title: &str, rules: BTreeSet<&'static str>) {
        if !self.title.contains(title) && self.title.len() < LONG_TITLE {
            self.title = format!("{}; {title}", self.title);
        }
        self.rules.extend(rules);
    }
}

/// The fixes of the first pass one by one; those of later passes together, one for each file.
fn said(passes: Vec<Vec<Proposed>>) -> Vec<Said> {
    let mut told: Vec<Said> = Vec::new();
    let mut edited: BTreeSet<String> = BTreeSet::new();
    let mut later: BTreeMap<String, usize> = BTreeMap::new();
    for proposed in passes {
        let paths: Vec<String> = proposed.iter().map(|fix| fix.path.clone()).collect();
        for Proposed { title, rules, path, edits, .. } in proposed {
            if !edited.contains(&path) {
                told.push(Said { title, rules, path, edits: Some(edits) });
                continue;
            }
            let at = *later.entry(path.clone()).or_insert(told.len());
            match told.get_mut(at) {
                Some(said) => said.join(&title, rules),
                None => told.push(Said { title, rules, path, edits: None }),
            }
        }
        edited.extend(paths);
    }
    told
}

impl Settled {
    /// The app with the changes made.
    pub(super) fn overlay<'a>(&self, app: &'a dyn AppView) -> Overlay<'a> {
        let mut overlay = Overlay::new(app);
        for (path, text) in &self.texts {
            overlay.set(path.clone(), text.clone());
        }
        overlay
    }

    /// Takes on what was done to the app with the changes made.
    pub(super) fn follow(&mut self, next: Settled) {
        let edited: BTreeSet<String> = self.texts.keys().cloned().collect();
        for mut said in next.said {
            if edited.contains(&said.path) {
                said.edits = None;
            }
            let joint = self.said.iter_mut().find(|other| other.path == said.path && other.edits.is_none());
            match joint.filter(|_| said.edits.is_none()) {
                Some(joint) => joint.join(&said.title, said.rules),
                None => self.said.push(said),
            }
        }
        self.texts.extend(next.texts);
        (self.model, self.walk) = (next.model, next.walk);
    }

    /// The error of repairs that lead to ever more.
    pub(super) fn unsettled(&self) -> Unsettled {
        let rules: BTreeSet<&str> = self.rules().flatten().copied().collect();
        without_end(rules)
    }

    /// The rules that each fix answers to.
    pub(super) fn rules(&self) -> impl Iterator<Item = &BTreeSet<&'static str>> {
        self.said.iter().map(|said| &said.rules)
    }

    /// The files that change.
    pub(super) fn changes(&self, app: &dyn AppView) -> Vec<FileChange> {
        let changed = |(path, after): (&String, &String)| {
            let before = original(app, path)?;
            (before != *after).then(|| FileChange { path: path.clone(), before, after: after.clone() })
        };
        self.texts.iter().filter_map(changed).collect()
    }

    /// The fixes, with edits against the files as they were read.
    pub(super) fn fixes(&self, app: &dyn AppView, applicability: Applicability) -> Vec<Fix> {
        let fix = |said: &Said| {
            let edits = said.edits.clone().unwrap_or_else(|| self.difference(app, &said.path));
            let edits = edits.into_iter().map(|edit| FileEdit { path: said.path.clone(), edit }).collect();
            Fix { title: said.title.clone(), applicability, edits }
        };
        self.said.iter().map(fix).collect()
    }

    /// The change of a whole file as one edit.
    fn difference(&self, app: &dyn AppView, path: &str) -> Vec<Edit> {
        let texts = original(app, path).zip(self.texts.get(path));
        texts.map(|(before, after)| vec![edit::difference(&before, after)]).unwrap_or_default()
    }

    /// What is still wrong.
    pub(super) fn findings(&self, app: &dyn AppView, options: &Options) -> Vec<Finding> {
        let overlay = self.overlay(app);
        rules::check(&Context::new(&overlay, &self.model, &self.walk, options)).findings
    }
}

fn original(app: &dyn AppView, path: &str) -> Option<String> {
    String::from_utf8(app.read(path).ok()??.into_owned()).ok()
}
