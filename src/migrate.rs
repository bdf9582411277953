//! Compares Railpack with Nixpacks on apps, for the commands and for pull requests.

use crate::app::{App, AppLocation};
use crate::discover::Input;
use crate::report::railpack::{Moved, comparison};
use crate::report::{Examined, Known, Texts, Written};
use crate::settings::{Resolved, Resolver};
use crate::shared::Shared;
use nixpacks_railpack::dockerfile;
use nixpacks_railpack::migrate::{Migration, migrate};
use nixpacks_railpack::release::{Platform, Target};
use nixpacks_railpack::{findings, rules};
use nixpacks_transforms::app::{AppView, NotingErrors, ReadError};
use nixpacks_transforms::engine::{Applicability, FileChange, Finding, Fix, Outcome};
use nixpacks_transforms::plan::Platform as OfFiles;
use nixpacks_transforms::rules::suppress;
use nixpacks_transforms::simulate::{Outcome as Prediction, Steps, Verdict};
use nixpacks_transforms::text::LineIndex;
use std::collections::BTreeMap;

/// The version that was named, else that of the platform of an app, else Railway's.
fn target(typed: Option<Target>, platform: Option<OfFiles>) -> Target {
    let platform = match platform {
        Some(OfFiles::Coolify) => Platform::Coolify,
        Some(OfFiles::Dokploy) => Platform::Dokploy,
        Some(OfFiles::Sevalla) => Platform::Sevalla,
        Some(OfFiles::Railway | OfFiles::Generic) | None => Platform::Railway,
    };
    typed.unwrap_or_else(|| Target::of(platform))
}

/// Compares the builders on an app, with the texts of the files that change.
pub(crate) fn compare(
    home: AppLocation,
    app: &dyn AppView,
    resolved: &Resolved,
    typed: Option<Target>,
    asks_dockerfile: bool,
) -> (Moved, Texts) {
    let dashboard = &resolved.options.dashboard;
    let migration = migrate(app, target(typed, resolved.options.platform), dashboard);
    let text = |path: &str| {
        let bytes = app.read(path).ok().flatten()?;
        String::from_utf8(bytes.into_owned()).ok()
    };
    let mut files = migration.files.clone();
    let dockerfile = asks_dockerfile.then(|| {
        if migration.left.is_empty() && !migration.by_hand.dockerfile {
            return Err("Railpack can keep the app, and needs none".to_owned());
        }
        let text = dockerfile::dockerfile(app, dashboard)?;
        files = [(dockerfile::DOCKERFILE.to_owned(), text)].into();
        Ok(())
    });
    let (mut changes, mut texts) = (Vec::new(), Texts::default());
    for (path, after) in &files {
        let before = text(path);
        if let Some(text) = &before {
            texts.0.insert(path.clone(), LineIndex::new(text.clone()));
        }
        changes.push(FileChange {
            path: path.clone(),
            created: before.is_none(),
            removed: false,
            before: before.unwrap_or_default(),
            after: after.clone(),
            edits: Vec::new(),
        });
    }
    let (written, unread, fail_on) = (Written::Shown, Vec::new(), resolved.fail_on);
    let examined = examined(&home, app, &migration, resolved);
    (Moved { home, migration, changes, written, unread, dockerfile, fail_on, examined }, texts)
}

/// What changes, as the findings of any other check.
fn examined(home: &AppLocation, app: &dyn AppView, migration: &Migration, resolved: &Resolved) -> Examined {
    let (mut findings, mut fixes) = (Vec::new(), Vec::new());
    for found in findings::findings(migration) {
        if !resolved.options.rules.has(found.rule.id) {
            continue;
        }
        let (title, applicability) = if found.is_kept {
            (Some("`migrate` deals with it".to_owned()), Applicability::Safe)
        } else {
            (found.help, Applicability::Manual)
        };
        let fix = title.map(|title| {
            fixes.push(Fix { title, applicability, applied: found.is_kept, edits: Vec::new() });
            fixes.len() - 1
        });
        findings.push(Finding {
            rule: found.rule,
            severity: found.severity,
            message: found.message,
            place: found.place,
            label: String::new(),
            notes: Vec::new(),
            keys: Vec::new(),
            fix,
        });
    }
    let read = |findings: &[Finding]| -> BTreeMap<String, String> {
        let paths = findings.iter().filter_map(|finding| Some(finding.place.as_ref()?.path.clone()));
        let text = |path: String| {
            let bytes = app.read(&path).ok().flatten()?;
            Some((path, String::from_utf8_lossy(&bytes).into_owned()))
        };
        paths.filter_map(text).collect()
    };
    let pointed_at = read(&findings);
    let silencing = (&migration.nixpacks, &pointed_at);
    let suppressed = suppress(&mut findings, silencing, &resolved.options.rules, rules::RULES);
    // Comments without effect are findings too.
    let texts = read(&findings).into_iter().map(|(path, text)| (path, LineIndex::new(text)));
    let texts = Texts(texts.collect());
    let is_kept =
        |finding: &&Finding| finding.fix.and_then(|fix| fixes.get(fix)).is_some_and(|fix: &Fix| fix.applied);
    let left = findings.iter().filter(|finding| !is_kept(finding));
    // Nothing is predicted of Railpack's build.
    let verdict = Verdict { outcome: Prediction::Unknown, progress: 0, command: None, detail: String::new() };
    let outcome = Outcome {
        before: verdict.clone(),
        after: verdict,
        remaining: left.cloned().collect(),
        findings,
        fixes,
        changes: Vec::new(),
        held: Vec::new(),
        refused: Vec::new(),
        unread: Vec::new(),
        broken: Vec::new(),
        plan_before: None,
        plan_after: None,
        steps_before: Steps::default(),
        steps_after: Steps::default(),
        assumed: Vec::new(),
        suppressed,
        retired_before: None,
        retired_after: None,
        platform: resolved.options.platform_of(app),
        other_builder: None,
    };
    Examined {
        home: home.clone(),
        fixed: texts.clone(),
        texts,
        result: Ok(outcome),
        written: Written::Shown,
        fail_on: resolved.fail_on,
        known: Known::default(),
        comparison: Some(comparison(migration)),
    }
}

/// Notes what could not be read. Nothing is written then: it would be for another app.
pub(crate) fn note_unread(moved: &mut Moved, errors: Vec<ReadError>) {
    if let Some(comparison) = moved.examined.comparison.as_mut().filter(|_| !errors.is_empty()) {
        comparison.is_helped = false;
    }
    if let Ok(outcome) = &mut moved.examined.result {
        outcome.unread.clone_from(&errors);
    }
    for error in errors {
        let path = moved.home.shown_file(&error.path);
        moved.unread.push(format!("failed to read `{path}`: {}", error.message));
        moved.changes.clear();
    }
}

/// Compares the builders on every input that the settings do not leave out.
pub(crate) fn compare_all(
    inputs: &[Input],
    resolver: &Resolver,
    shared: &Shared,
    typed: Option<Target>,
) -> anyhow::Result<Vec<Moved>> {
    let mut all = Vec::new();
    for input in inputs {
        let found = resolver.of(input, shared)?;
        if found.excluded {
            continue;
        }
        let App { home, view } = App::open(input, shared)?;
        let noting = NotingErrors::new(view.as_ref());
        let (mut moved, _) = compare(home, &noting, &found, typed, false);
        note_unread(&mut moved, noting.errors());
        for change in moved.changes.iter().filter(|change| !change.created) {
            // A patch for a commit names the file behind a link.
            if let Some(real) = view.real(&change.path).filter(|_| moved.home.dir.is_none()) {
                moved.home.behind.insert(change.path.clone(), real);
            }
        }
        all.push(moved);
    }
    Ok(all)
}
