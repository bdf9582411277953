//! One end state, applied until nothing is left to do.

use super::outcome::{Applicability, FileChange, FileEdit, Fix, Unsettled};
use crate::app::{AppView, Overlay};
use crate::context::Context;
use crate::edit::{self, Edit};
use crate::options::Options;
use crate::plan::{self, Model};
use crate::repair::{self, EndState, Proposed};
use crate::rules::{self, Finding};
use crate::text::Span;
use crate::walk::{self, Walk};
use std::collections::{BTreeMap, BTreeSet};

/// The most passes.
const PASSES: usize = 8;

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
    passes: Vec<Vec<Proposed>>,
    pub(super) model: Model,
    pub(super) walk: Walk,
}

pub(super) fn settle(app: &dyn AppView, options: &Options, end: EndState) -> Result<Settling, Unsettled> {
    let mut overlay = Overlay::new(app);
    let mut passes: Vec<Vec<Proposed>> = Vec::new();
    for _ in 0..=PASSES {
        let model = plan::model(&overlay, &options.dashboard);
        let walk = walk::walk(&model, &overlay);
        let cx = Context { app: &overlay, model: &model, walk: &walk, options };
        let proposed = match repair::propose(&cx, end, passes.is_empty()) {
            Ok(Some(proposed)) => proposed,
            Ok(None) => Vec::new(),
            Err(refusal) => return Ok(Settling::Refused(format!("{}: {}", refusal.path, refusal.message))),
        };
        if proposed.is_empty() {
            if passes.is_empty() {
                return Ok(Settling::Nothing);
            }
            let texts = overlay.texts().clone();
            return Ok(Settling::Settled(Box::new(Settled { texts, passes, model, walk })));
        }
        let (applied, texts) = apply(&model, proposed)?;
        for (path, text) in texts {
            overlay.set(path, text);
        }
        passes.push(applied);
    }
    let rules: BTreeSet<&str> =
        passes.last().into_iter().flatten().flat_map(|fix| fix.rules.iter().copied()).collect();
    Err(Unsettled {
        rules: rules.into_iter().map(str::to_owned).collect(),
        message: format!("the fixes did not settle in {PASSES} passes"),
    })
}

/// Applies what does not overlap; the rest waits for the next pass.
fn apply(
    model: &Model,
    proposed: Vec<Proposed>,
) -> Result<(Vec<Proposed>, BTreeMap<String, String>), Unsettled> {
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    let mut edits: BTreeMap<String, Vec<Edit>> = BTreeMap::new();
    let mut applied = Vec::new();
    for fix in proposed {
        let Some(doc) = model.document(&fix.path) else { continue };
        let mut together = edits.get(&fix.path).cloned().unwrap_or_default();
        together.extend(fix.edits.iter().cloned());
        match edit::apply(&doc.text, &together) {
            Ok(text) => {
                texts.insert(fix.path.clone(), text);
                edits.insert(fix.path.clone(), together);
                applied.push(fix);
            }
            // The first fix of a file stands alone: it cannot fail for another one's sake.
            Err(error) if edits.get(&fix.path).is_none_or(Vec::is_empty) => {
                return Err(Unsettled {
                    rules: fix.rules.iter().map(|rule| (*rule).to_owned()).collect(),
                    message: format!("{}: {error}", fix.path),
                });
            }
            Err(_) => {}
        }
    }
    Ok((applied, texts))
}

impl Settled {
    /// The rules that the fix at this place answers to.
    pub(super) fn rules(&self, at: usize) -> BTreeSet<&'static str> {
        self.passes.iter().flatten().nth(at).map(|fix| fix.rules.clone()).unwrap_or_default()
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
        let mut fixes = Vec::new();
        for (pass, proposed) in self.passes.iter().enumerate() {
            for fix in proposed {
                let earlier: Vec<&Proposed> =
                    self.passes.iter().take(pass).flatten().filter(|other| other.path == fix.path).collect();
                let edits = if earlier.is_empty() {
                    fix.edits.clone()
                } else {
                    // A later pass edits text that an earlier one made: said as one change of the file.
                    original(app, &fix.path)
                        .zip(self.texts.get(&fix.path))
                        .map(|(before, after)| vec![difference(&before, after)])
                        .unwrap_or_default()
                };
                let edits = edits.into_iter().map(|edit| FileEdit { path: fix.path.clone(), edit }).collect();
                fixes.push(Fix { title: fix.title.clone(), applicability, edits });
            }
        }
        fixes
    }

    /// What is still wrong.
    pub(super) fn findings(&self, app: &dyn AppView, options: &Options) -> Vec<Finding> {
        let mut overlay = Overlay::new(app);
        for (path, text) in &self.texts {
            overlay.set(path.clone(), text.clone());
        }
        rules::check(&Context { app: &overlay, model: &self.model, walk: &self.walk, options })
    }
}

fn original(app: &dyn AppView, path: &str) -> Option<String> {
    String::from_utf8(app.read(path).ok()??.into_owned()).ok()
}

/// One replacement that turns `before` into `after`: what is between the common ends.
fn difference(before: &str, after: &str) -> Edit {
    let same = |(a, b): &((usize, char), char)| a.1 == *b;
    let start = before
        .char_indices()
        .zip(after.chars())
        .take_while(same)
        .last()
        .map_or(0, |((at, c), _)| at + c.len_utf8());
    let (tail_before, tail_after) =
        (before.get(start..).unwrap_or_default(), after.get(start..).unwrap_or_default());
    let common = tail_before.chars().rev().zip(tail_after.chars().rev()).take_while(|(a, b)| a == b);
    let end: usize = common.map(|(c, _)| c.len_utf8()).sum();
    let span = Span::new(start, before.len() - end);
    Edit::replacement(span, tail_after.get(..tail_after.len() - end).unwrap_or_default())
}
