//! The laws.

use crate::values::{Leaf, kind, leaves, renamed, taken_out};
use crate::{App, comments};
use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::document::Document;
use nixpacks_transforms::edit::{self, Edit};
use nixpacks_transforms::engine::{self, Applicability, FileChange, Outcome};
use nixpacks_transforms::plan;
use nixpacks_transforms::simulate::{self, End, Stage, StepKind, Steps, Verdict};
use nixpacks_transforms::text::BOM;
use std::collections::BTreeSet;
use std::fmt;

/// A law that does not hold.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Which.
    pub law: &'static str,
    /// How it shows.
    pub detail: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.law, self.detail)
    }
}

impl std::error::Error for Broken {}

/// What an app came to, for counting.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The rules that spoke.
    pub rules: BTreeSet<&'static str>,
    /// Whether a repair was offered, and whether it was made.
    pub offered: bool,
    /// See `offered`.
    pub changed: bool,
    /// The prediction before.
    pub before: simulate::Outcome,
    /// The files and their texts, before and after.
    pub changes: Vec<FileChange>,
}

type Law = Result<(), Broken>;

fn law(holds: bool, law: &'static str, detail: impl FnOnce() -> String) -> Law {
    if holds { Ok(()) } else { Err(Broken { law, detail: detail() }) }
}

/// Whether every law holds of this app.
pub fn check(app: &App) -> Result<Seen, Broken> {
    let outcome = run(app, "the repairs settle")?;
    judgement(app, &outcome)?;
    told(&outcome.steps_before, &outcome.before)?;
    told(&outcome.steps_after, &outcome.after)?;
    for change in &outcome.changes {
        let text = app.files.files().find(|(path, _)| *path == change.path).map(|(_, bytes)| bytes);
        let read = if change.created { text.is_none() } else { text == Some(change.before.as_bytes()) };
        law(read, "a change is of the file as it is", || change.path.clone())?;
        edits(&outcome, change)?;
        texts(app, change, &change.edits)?;
    }
    if !outcome.changes.is_empty() {
        installs(&outcome)?;
        twice(app, &outcome)?;
    }
    Ok(Seen {
        rules: outcome.findings.iter().map(|finding| finding.rule.id).collect(),
        offered: !outcome.fixes.is_empty(),
        changed: !outcome.changes.is_empty(),
        before: outcome.before.outcome,
        changes: outcome.changes,
    })
}

fn run(app: &App, law: &'static str) -> Result<Outcome, Broken> {
    engine::run(app, &app.options)
        .map_err(|error| Broken { law, detail: format!("{:?}: {}", error.rules, error.message) })
}

/// The steps that people are shown end where the verdict says, with the same error.
fn told(steps: &Steps, verdict: &Verdict) -> Law {
    let stop = steps.stop();
    let said = stop.map(|step| match &step.end {
        End::Ok => (simulate::Outcome::Builds, ""),
        End::Fails { reason, error } => {
            let stage = match (step.kind, verdict.outcome) {
                (StepKind::Plan, _) => Stage::Plan,
                (StepKind::Nix | StepKind::Apt, _) => Stage::Nix,
                // A start command is pasted into the Dockerfile, and can make the build fail.
                (StepKind::Command, _)
                | (StepKind::Start, simulate::Outcome::Fails { stage: Stage::Build, .. }) => Stage::Build,
                (StepKind::Start, _) => Stage::Start,
            };
            (simulate::Outcome::Fails { stage, reason: *reason }, error.as_str())
        }
        End::Unknown(why) => (simulate::Outcome::Unknown, why.as_str()),
    });
    let holds = match said {
        None => verdict.builds(),
        Some((outcome, detail)) => outcome == verdict.outcome && detail == verdict.detail,
    };
    let command = verdict.command.as_deref();
    let holds = holds && (command.is_none() || command == stop.map(|step| step.text.as_str()));
    law(holds, "the first step that does not end well is the verdict", || format!("{said:?}, {verdict:?}"))
}

/// A repair is made only where one is due, and only if the app is better for it.
fn judgement(app: &App, outcome: &Outcome) -> Law {
    let (before, after) = (&outcome.before, &outcome.after);
    let told = || format!("from {before:?} to {after:?}");
    if outcome.changes.is_empty() {
        return law(before == after, "without a change the prediction stays", told);
    }
    let asked = before.fails() || app.options.unsafe_fixes;
    law(asked, "what is not predicted to fail is left alone", told)?;
    let claims = outcome.fixes.iter().all(|fix| match fix.applicability {
        Applicability::Safe => before.fails(),
        // Made only because it was asked for.
        Applicability::Unsafe => app.options.unsafe_fixes || !fix.applied,
        Applicability::Manual => !fix.applied,
    });
    law(claims, "a fix claims what the prediction allows", told)?;
    let answered = |at: usize| outcome.findings.iter().any(|finding| finding.fix == Some(at));
    let every = (0..outcome.fixes.len()).all(answered);
    law(every, "every fix answers a finding", || format!("{:?} of {:?}", outcome.fixes, outcome.findings))?;
    law(!before.builds() || after.builds(), "an app that builds still does", told)?;
    let stage = |stage| matches!(after.outcome, simulate::Outcome::Fails { stage: at, .. } if at == stage);
    let family = after.reason().is_some_and(simulate::Reason::is_pip_family);
    // What stopped the app before, and would have stopped it later, is for a person where a repair leaves it: the
    // repair is of something else.
    let stops = |app: &App| simulate::simulate(&plan::model(app, &app.options.dashboard), app).stops;
    let (was, is) = (stops(app), stops(&fixed(app, outcome)));
    let same = |one: &Verdict, other: &Verdict| one.outcome == other.outcome && one.detail == other.detail;
    let gone = was.iter().find(|stop| !is.iter().any(|other| same(stop, other)));
    let further = gone.is_some_and(|gone| after.rank() > gone.rank()) || after.rank() > before.rank();
    let further = further && !family && !stage(Stage::Plan);
    let known = was.iter().any(|stop| same(stop, after));
    let holds = after.builds() || further || known || app.options.unsafe_fixes;
    law(holds, "a change gets the app further, and off the ladder", || {
        format!("{}; before: {was:?}, after: {is:?}", told())
    })
}

/// The reported edits are the change: nothing outside them differs. Each fix can be made by itself.
fn edits(outcome: &Outcome, change: &FileChange) -> Law {
    let holds = edit::apply(&change.before, &change.edits).is_ok_and(|text| text == change.after);
    law(holds, "the reported edits give the change", || format!("{change:?}"))?;
    for fix in &outcome.fixes {
        let own = fix.edits.iter().filter(|edit| edit.path == change.path);
        let own: Vec<edit::Edit> = own.map(|edit| edit.edit.clone()).collect();
        let text = edit::apply(&change.before, &own);
        let kind = kind(&change.path);
        let parses =
            |text: &str| kind.is_some_and(|kind| Document::parse(change.path.as_str(), kind, text).is_ok());
        // One of several files, or what another fix makes readable, may be broken before.
        let holds = text.is_ok_and(|text| parses(&text) || !parses(&change.before));
        law(holds, "a fix can be made by itself", || format!("{fix:?}"))?;
    }
    Ok(())
}

/// What one changed file keeps.
fn texts(app: &App, change: &FileChange, edits: &[edit::Edit]) -> Law {
    let told =
        || format!("{}\n--- before\n{}\n--- after\n{}\n{change:?}", change.path, change.before, change.after);
    let Some(kind) = kind(&change.path) else {
        return law(false, "only deploy files change", told);
    };
    let parse = |text: &str| Document::parse(change.path.as_str(), kind, text);
    let Ok(after) = parse(&change.after) else {
        return law(false, "what is written parses", told);
    };
    // A file that could not be read had no values.
    let Ok(before) = parse(&change.before) else { return Ok(()) };
    if let Some(wrong) = comments::wrong(&app.comments, &before, &after, edits) {
        return law(false, "a comment goes only with what it belongs to", || format!("{wrong}: {}", told()));
    }
    let (old, new) = (leaves(&before), leaves(&after));
    for leaf in &old {
        let count = |leaves: &[Leaf<'_>], raw: bool| {
            let alike = |other: &&Leaf<'_>| {
                other.text == leaf.text
                    && (other.raw == leaf.raw || !raw)
                    && other.index.is_some() == leaf.index.is_some()
                    && (other.path == leaf.path || renamed(&leaf.path, &other.path))
            };
            leaves.iter().filter(alike).count()
        };
        // Another command of the list may come to say the same, by what it loses.
        let twin = |other: &Leaf<'_>| other.path == leaf.path && other.index != leaf.index;
        let alike = |other: &Leaf<'_>| twin(other) && other.text.contains(leaf.text);
        let python = ["pip", "python", "activate"].iter().any(|word| leaf.text.contains(word));
        let command = leaf.path.last().is_some_and(|key| key.starts_with('c')) && leaf.index.is_some();
        // What one pass takes out whole a later one may write anew.
        if command && (python || old.iter().any(alike)) || taken_out(&before, &leaf.path, edits) {
            continue;
        }
        // It has gone, and another one of the list may be spelt as it was.
        let gone = |edit: &Edit| edit.span.contains(leaf.span) && !edit.content.contains(leaf.text);
        if edits.iter().any(gone) {
            continue;
        }
        // Of several that say the same any may have gone.
        let kept = count(&new, false) >= count(&old, false);
        law(!kept || count(&new, true) >= count(&old, true), "a string that stays keeps its bytes", || {
            format!("{:?} of {:?} in {}", leaf.raw, leaf.path, told())
        })?;
    }
    let (old, new) = (change.before.as_str(), change.after.as_str());
    law(old.starts_with(BOM) == new.starts_with(BOM), "the byte order mark stays", told)?;
    let empty = |text: &str| text.trim_matches([BOM, '\r', '\n']).is_empty();
    law(
        empty(old) || empty(new) || old.ends_with('\n') == new.ends_with('\n'),
        "the final newline stays",
        told,
    )?;
    let ends = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
    let ((crlf, all), (crlf_after, all_after)) = (ends(old), ends(new));
    law(crlf > 0 || crlf_after == 0, "line feeds alone stay so", told)?;
    // Without a line break left there is none to follow.
    let covered = |at: usize| edits.iter().any(|edit| edit.span.start <= at && at < edit.span.end);
    let left = old.match_indices('\n').any(|(at, _)| !covered(at));
    law(!left || crlf == 0 || crlf < all || crlf_after == all_after, "CRLF stays so", told)
}

/// Stands for every package that is installed by name: no requirements file that is drawn has it.
const NAME: &str = "sentry-sdk";

/// A package that a pip command installs by name is installed by one afterwards.
fn installs(outcome: &Outcome) -> Law {
    let pip = |text: &str| {
        text.match_indices(" install ").any(|(at, verb)| {
            let (before, rest) = (&text[..at], &text[at + verb.len()..]);
            let words = rest.split_once(NAME).map(|(words, _)| words);
            // What only stands in for an install that fails goes with it.
            let fallback = before.rfind("||") > before.rfind("&&").max(before.rfind([';', '\n']));
            !fallback
                && before.trim_end_matches(['3', '"', '\'', '\\']).ends_with("pip")
                && words.is_some_and(|words| !words.contains(['&', '|', ';', '\n']) && !words.contains("pip"))
        })
    };
    let named = |path: &str, text: &str| {
        let doc = kind(path).and_then(|kind| Document::parse(path, kind, text).ok());
        doc.is_some_and(|doc| leaves(&doc).iter().any(|leaf| pip(leaf.text)))
    };
    let mut changes = outcome.changes.iter();
    let before = changes.any(|change| named(&change.path, &change.before));
    let after = || outcome.changes.iter().any(|change| named(&change.path, &change.after));
    law(!before || after(), "what is installed by name still is", || format!("{:#?}", outcome.changes))
}

/// The app with the changes made.
fn fixed(app: &App, outcome: &Outcome) -> App {
    let mut fixed = app.with(outcome.changes.iter().map(|change| (change.path.as_str(), change.written())));
    let gone = |path: &str| outcome.changes.iter().any(|change| change.removed && change.path == path);
    let left = fixed.files.files().filter(|(path, _)| !gone(path));
    fixed.files = MemoryApp::new(left.map(|(path, bytes)| (path, bytes.to_vec())).collect::<Vec<_>>());
    fixed
}

/// A second run finds the app as the first one said it would be, and nothing left to do.
fn twice(app: &App, outcome: &Outcome) -> Law {
    let again = run(&fixed(app, outcome), "what is fixed settles")?;
    law(again.changes.is_empty(), "a second fix changes nothing", || {
        let show = |outcome: &Outcome| -> String {
            let texts =
                outcome.changes.iter().map(|change| format!("--- {}\n{}\n", change.path, change.after));
            let titles = outcome.fixes.iter().map(|fix| format!("{}\n", fix.title));
            format!("{:?}\n{}{}", outcome.before, texts.collect::<String>(), titles.collect::<String>())
        };
        format!("first from {}then from {}to {:?}", show(outcome), show(&again), again.after)
    })?;
    law(again.before == outcome.after, "the prediction is that of the fixed app", || {
        format!("{:?} and {:?}", outcome.after, again.before)
    })?;
    let found = |outcome: &[engine::Finding]| -> Vec<_> {
        outcome.iter().map(|finding| (finding.rule.id, finding.place.clone())).collect()
    };
    law(
        found(&again.findings) == found(&outcome.remaining),
        "what remains is what the next check finds",
        || format!("{:?}\nand\n{:?}", found(&outcome.remaining), found(&again.findings)),
    )
}
