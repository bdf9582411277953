//! Runs the engine on many apps at once.

use crate::app::{App, STDIN_NAME};
use crate::discover::Input;
use crate::report::{Examined, Known, Texts, Written, mask_outcome};
use crate::settings::{Resolved, Resolver};
use crate::shared::Shared;
use crate::terminal::Progress;
use crate::workers::in_order;
use nixpacks_transforms::app::{AppView, Kind, Overlay};
use nixpacks_transforms::document::FileKind;
use nixpacks_transforms::engine::{self, Outcome};
use nixpacks_transforms::plan::{Origin, Plan, is_settings_file};
use nixpacks_transforms::text::LineIndex;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Runs the engine on every input, in as many threads as help, and keeps their order.
pub(crate) fn examine(
    inputs: &[Input],
    resolver: &Resolver,
    shared: &Shared,
) -> anyhow::Result<Vec<Examined>> {
    if let [only] = inputs {
        return Ok(one(only, shared, resolver)?.into_iter().collect());
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let progress = Progress::new(inputs.len());
    let apps = in_order(inputs, threads, |input| {
        let app = one(input, shared, resolver);
        progress.done(&input.name());
        app
    });
    drop(progress);
    apps.into_iter().filter_map(Result::transpose).collect()
}

/// The inputs without directories that hold nothing but settings, below an app that was found as well, and that fail by
/// themselves: such a file is a config of that app, and no app. One that was named stays.
pub(crate) fn without_directories_of_settings(
    inputs: Vec<Input>,
    resolver: &Resolver,
    shared: &Shared,
) -> Vec<Input> {
    if !inputs.iter().any(is_named_like_settings) {
        return inputs;
    }
    let dirs: BTreeSet<&Path> = inputs.iter().filter_map(directory).collect();
    let is_below_an_app = |input: &Input| {
        let is_named = matches!(input, Input::Dir { real, root, .. } if real == root);
        let dir = directory(input).filter(|_| !is_named);
        dir.is_some_and(|dir| dir.ancestors().skip(1).any(|above| dirs.contains(above)))
    };
    let fails = |input: &Input| {
        let app = one(input, shared, resolver).ok().flatten();
        app.and_then(|app| app.result.ok()).is_some_and(|outcome| outcome.before.fails())
    };
    let is_no_app = |input: &Input| {
        is_named_like_settings(input)
            && is_below_an_app(input)
            && holds_only_settings(input, shared)
            && fails(input)
    };
    let is_no_app: Vec<bool> = inputs.iter().map(is_no_app).collect();
    inputs.into_iter().zip(is_no_app).filter(|(_, is_no_app)| !is_no_app).map(|(input, _)| input).collect()
}

/// Names of directories in which people keep settings.
const SETTINGS: [&str; 13] = [
    "ci",
    "conf",
    "config",
    "configs",
    "deploy",
    "deployment",
    "deployments",
    "docker",
    "infra",
    "nixpacks",
    "ops",
    "railway",
    "settings",
];

/// The directory of an app that a search found, on disk or in a commit.
fn directory(input: &Input) -> Option<&Path> {
    match input {
        Input::Dir { real, .. } => Some(real),
        Input::Commit { below, .. } => Some(Path::new(below)),
        Input::Config(_) | Input::Stdin(_) => None,
    }
}

fn is_named_like_settings(input: &Input) -> bool {
    let name = directory(input).and_then(Path::file_name).and_then(|name| name.to_str());
    name.is_some_and(|name| SETTINGS.contains(&name))
}

fn holds_only_settings(input: &Input, shared: &Shared) -> bool {
    let Ok(App { view, .. }) = App::open(input, shared) else { return false };
    view.list("").iter().all(|entry| entry.kind == Kind::File && is_settings_file(&entry.name))
}

/// `None` for an app that the settings leave out.
fn one(input: &Input, shared: &Shared, resolver: &Resolver) -> anyhow::Result<Option<Examined>> {
    edited(input, &BTreeMap::new(), shared, resolver)
}

/// Runs the engine on an app in which some files have other texts than on disk, by their paths in it. `None` for an app
/// that the settings leave out.
pub(crate) fn edited(
    input: &Input,
    texts: &BTreeMap<String, String>,
    shared: &Shared,
    resolver: &Resolver,
) -> anyhow::Result<Option<Examined>> {
    let settings = resolver.of(input, shared)?;
    if settings.excluded {
        return Ok(None);
    }
    with(input, texts, shared, settings).map(Some)
}

/// The same with these settings, whether they leave the app out or not.
pub(crate) fn with(
    input: &Input,
    texts: &BTreeMap<String, String>,
    shared: &Shared,
    Resolved { mut options, fail_on, excluded: _ }: Resolved,
) -> anyhow::Result<Examined> {
    options.rules.others = nixpacks_railpack::rules::RULES.iter().map(|rule| rule.id).collect();
    let App { mut home, view: on_disk } = App::open(input, shared)?;
    let mut view = Overlay::new(on_disk.as_ref());
    for (path, text) in texts {
        view.set(path.clone(), text.clone());
    }
    let mut result = engine::run(&view, &options);
    // The view goes with this function, so of its files only the texts that are shown stay in memory.
    let mut read = Texts::default();
    let mut fixed = Texts::default();
    if let Ok(outcome) = &mut result {
        mask_outcome(outcome);
        for change in outcome.changes.iter_mut().filter(|change| change.removed) {
            let in_commit = on_disk.real(&change.path).filter(|_| home.dir.is_none());
            let is_link = in_commit.is_some_and(|real| real != home.shown_file(&change.path));
            change.removed = home.may_be_removed(&change.path) && !is_link;
        }
        for path in shown_paths(outcome, home.stdin) {
            if let Some(text) = text(&view, path) {
                read.0.insert(path.to_owned(), LineIndex::new(text));
            }
        }
        fixed = read.clone();
        for change in &outcome.changes {
            fixed.0.insert(change.path.clone(), LineIndex::new(change.written().to_owned()));
            if home.dir.is_none()
                && let Some(real) = on_disk.real(&change.path)
            {
                home.behind.insert(change.path.clone(), real);
            }
        }
    }
    Ok(Examined {
        home,
        texts: read,
        fixed,
        result,
        written: Written::Shown,
        fail_on,
        known: Known::default(),
        comparison: None,
    })
}

/// The files that the report may point into.
fn shown_paths(outcome: &Outcome, stdin: bool) -> BTreeSet<&str> {
    let found =
        outcome.findings.iter().chain(&outcome.remaining).filter_map(|finding| finding.place.as_ref());
    let plans = [&outcome.plan_before, &outcome.plan_after].into_iter().flatten().flat_map(origins);
    let mut paths: BTreeSet<&str> = found.map(|place| place.path.as_str()).chain(plans).collect();
    paths.extend(outcome.broken.iter().map(|broken| broken.path.as_str()));
    paths.extend(outcome.changes.iter().map(|change| change.path.as_str()));
    paths.extend(outcome.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.path.as_str()));
    if !outcome.changes.is_empty() {
        // The repair was decided by all of them: none may have changed when it is written.
        paths.extend(FileKind::ALL.map(FileKind::name));
    }
    if stdin {
        paths.insert(STDIN_NAME);
    }
    paths
}

fn origins(plan: &Plan) -> impl Iterator<Item = &str> {
    let phases =
        plan.phases.values().flat_map(|phase| phase.fields().into_iter().flat_map(|(_, items)| items));
    let start = plan.start.iter().flat_map(|start| start.fields().into_iter().flat_map(|(_, items)| items));
    phases.chain(start).filter_map(|item| match &item.origin {
        Origin::Deploy(place) => Some(place.path.as_str()),
        _ => None,
    })
}

fn text(view: &dyn AppView, path: &str) -> Option<String> {
    let bytes = view.read(path).ok()??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
