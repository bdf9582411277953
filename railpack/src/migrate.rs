//! The smallest files with which Railpack builds the app that Nixpacks builds.

use crate::CONFIG_FILE;
use crate::acts::Act;
use crate::config::Variables;
use crate::draft::{additions, written};
use crate::lint::faults;
use crate::losses::{Loss, Unknown, losses};
use crate::names;
use crate::places::{About, Places};
use crate::planner::{Planned, plan};
use crate::program::{ProgramOrigin, StartProgram, start_programs};
use crate::python::{App, own_packages};
use crate::release::Target;
use crate::source::Source;
use crate::wanted::{Package, Wanted};
use nixpacks_transforms::app::{AppView, Overlay};
use nixpacks_transforms::document::{Document, FileKind, Node};
use nixpacks_transforms::plan::{Dashboard, Model, Origin, Place, model};
use std::collections::{BTreeMap, BTreeSet};

/// Rounds in which a file is added to.
const ROUNDS: usize = 4;
/// Who asks for the packages that Railpack installs of itself.
pub(crate) const OWN: &str = "Railpack itself";

/// What a switch takes, and what is left of it.
#[derive(Clone, Debug)]
pub struct Migration {
    /// What it is for.
    pub target: Target,
    /// The plan without any change.
    pub before: Planned,
    /// What is lost without any change.
    pub lost: Vec<Loss>,
    /// The files that keep the app: path and text. None where nothing has to be written.
    pub files: BTreeMap<String, String>,
    /// The plan with them.
    pub after: Planned,
    /// What is lost all the same.
    pub left: Vec<Loss>,
    /// The plan of Nixpacks that was the measure.
    pub nixpacks: Model,
    /// What has to be done by hand, and is no loss of the plan.
    pub by_hand: ByHand,
    /// The programs that start the app with the files, and what brings each. Empty where that is not known.
    pub start_programs: Vec<StartProgram>,
    /// Where in the app's files all of this stands.
    pub(crate) places: Places,
}

/// What has to be done by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByHand {
    /// The command of `release:`, which Railpack never runs.
    pub release: Option<String>,
    /// What looked like a secret and was not copied.
    pub secrets: Vec<String>,
    /// There is a `Dockerfile`, which Railway builds instead.
    pub dockerfile: bool,
    /// Settings of `railway.json` or `railway.toml` that no file of Railpack can hold, as `deploy.cronSchedule`.
    pub railway_settings: Vec<String>,
    /// Variables of Nixpacks that are set, and what takes their place.
    pub variables: Vec<(String, &'static str)>,
    /// Files that commands of the app name, and that are not there.
    pub missing: Vec<String>,
    /// Programs of the start command that nothing that is installed brings.
    pub programs: Vec<String>,
    /// There is a `railpack.json` already: what it says is not changed.
    pub has_config: bool,
}

/// Compares the two builders on an app, and writes what keeps it.
pub fn migrate(app: &dyn AppView, target: Target, dashboard: &Dashboard) -> Migration {
    // No other platform reads the files of Railway's own.
    let mut read = Overlay::new(app);
    for kind in FileKind::RAILWAY.into_iter().filter(|_| !target.is_railway()) {
        read.remove(kind.name());
    }
    let nixpacks = model(&read, dashboard);
    let source = Source::new(app);
    let mut wanted = Wanted::of(app, &nixpacks, target.release.debian());
    let before = plan(app, target, dashboard);
    add_own_packages(&mut wanted, &source, target, dashboard);
    let dockerfile = app.is_file("Dockerfile");
    // Railway builds a Dockerfile whatever the builder is: nothing changes.
    let is_moot = dockerfile && target.is_railway();
    let unreadable = nixpacks.refused().filter(|_| !nixpacks.is_reliable());
    let unreadable = unreadable.map(|error| Loss::Unreadable(error.message.clone()));
    let lost = match &unreadable {
        _ if is_moot => Vec::new(),
        Some(loss) => vec![loss.clone()],
        None => losses(&wanted, &before, &source, target),
    };
    let mut places = std::mem::take(&mut wanted.places);
    if let Some(place) =
        nixpacks.refused().and_then(|error| error.place.clone()).filter(|_| unreadable.is_some())
    {
        places.at(About::Text, "", place);
    }
    places.look_for(&lost, &before, &source);
    let mut by_hand = ByHand {
        release: wanted.release.clone(),
        secrets: wanted.secrets.clone(),
        missing: missing(&wanted, &source),
        programs: Vec::new(),
        dockerfile,
        railway_settings: railway_settings(&nixpacks, &mut places),
        variables: variables(&nixpacks),
        has_config: app.kind(CONFIG_FILE).is_some(),
    };
    let mut files = BTreeMap::new();
    let config = source.exact_text(CONFIG_FILE);
    if !lost.is_empty() && unreadable.is_none() && !is_moot {
        if !by_hand.has_config {
            files = written(&wanted, &before, &lost, &source, target);
        }
        complete(&mut files, &wanted, app, (target, dashboard));
    }
    let known = config.map(|text| faults(&text, target.release)).unwrap_or_default();
    let is_new = |fault: &String| !known.contains(fault);
    if files.get(CONFIG_FILE).is_some_and(|text| faults(text, target.release).iter().any(is_new)) {
        files.clear();
    }
    let mut with = Overlay::new(app);
    for (path, text) in &files {
        with.set(path.clone(), text.clone());
    }
    let after = plan(&with, target, dashboard);
    let left = if is_moot || unreadable.is_some() {
        lost.clone()
    } else {
        losses(&wanted, &after, &Source::new(&with), target)
    };
    let start_programs = start_programs(&after, &wanted, &Source::new(&with));
    let unknown = start_programs.iter().filter(|program| program.origin == ProgramOrigin::Unknown);
    by_hand.programs = unknown.map(|program| program.name.clone()).collect();
    // A file that keeps nothing is not written, and none where the app cannot work without what is gone.
    let is_gone = |loss: &Loss| matches!(loss, Loss::NoReplacement { why: Unknown::NoPackage, .. });
    let all: BTreeSet<&Loss> = lost.iter().collect();
    let keeps_nothing = left.len() >= lost.len() && left.iter().all(|loss| all.contains(loss));
    // With packages alone there is something to build, but nothing that would run.
    let is_nobodys = after.provider.is_none();
    if keeps_nothing || is_nobodys || left.iter().any(is_gone) {
        let after = before.clone();
        return Migration {
            target,
            left: lost.clone(),
            before,
            lost,
            files: BTreeMap::new(),
            after,
            nixpacks,
            by_hand,
            start_programs: Vec::new(),
            places,
        };
    }
    Migration { target, before, lost, files, after, left, nixpacks, by_hand, start_programs, places }
}

/// Settings of Railway's file that are neither commands nor the builder: those are written, or chosen in the dashboard.
fn railway_settings(model: &Model, places: &mut Places) -> Vec<String> {
    const WRITTEN: [&str; 4] = ["builder", "startCommand", "buildCommand", "nixpacksConfigPath"];
    let of = |document: &Document| FileKind::RAILWAY.contains(&document.kind);
    let Some(document) = model.documents.iter().find(|document| of(document)) else { return Vec::new() };
    let mut found = Vec::new();
    for section in ["build", "deploy"] {
        let table = document.get(&[section]).and_then(Node::as_table);
        let entries = table.into_iter().flat_map(|table| &table.entries);
        for key in entries.map(|entry| &entry.key).filter(|key| !WRITTEN.contains(&key.name.as_str())) {
            let name = format!("{section}.{}", key.name);
            places.at(About::Setting, &name, Place { path: document.path.clone(), span: key.span });
            found.push(name);
        }
    }
    found
}

/// The variables of Nixpacks that are set, in a file or in the dashboard.
fn variables(model: &Model) -> Vec<(String, &'static str)> {
    let names = model.plan.variables.iter().filter(|(_, item)| !matches!(item.origin, Origin::Provider(_)));
    names.filter_map(|(name, _)| Some((name.clone(), names::variable(name)?))).collect()
}

/// The requirements files that are not there, though a command installs them.
fn missing(wanted: &Wanted, app: &Source<'_>) -> Vec<String> {
    let installs =
        wanted.python_acts.iter().filter_map(|act| if let Act::Pip(pip) = act { Some(pip) } else { None });
    let files: BTreeSet<&String> =
        installs.flat_map(|pip| pip.files.iter().chain(&pip.constraints)).collect();
    files.into_iter().filter(|path| !app.has(path)).cloned().collect()
}

/// Adds the packages that Railpack's Python provider installs of itself: a platform may take them away again, and another
/// provider has none of them.
fn add_own_packages(wanted: &mut Wanted, app: &Source<'_>, target: Target, dashboard: &Dashboard) {
    if !wanted.is_python {
        return;
    }
    let variables = Variables::new(&dashboard.env);
    let (build, deploy) = own_packages(App { source: app, variables: &variables, release: target.release });
    wanted.own.clone_from(&deploy);
    for (names, list) in [(build, &mut wanted.build), (deploy, &mut wanted.deploy)] {
        for name in names {
            if !list.iter().any(|package| package.name == name) {
                list.push(Package { name, asked: OWN.to_owned() });
            }
        }
    }
}

/// Adds to the files what the plan with them still loses: to a `railpack.json` that is there, and to ours, where it turns
/// out that Python, which is installed now, asks for more.
fn complete(
    files: &mut BTreeMap<String, String>,
    wanted: &Wanted,
    app: &dyn AppView,
    (target, dashboard): (Target, &Dashboard),
) {
    for _ in 0..ROUNDS {
        let mut with = Overlay::new(app);
        for (path, text) in files.iter() {
            with.set(path.clone(), text.clone());
        }
        let source = Source::new(&with);
        let Some(text) = source.exact_text(CONFIG_FILE) else { return };
        let planned = plan(&with, target, dashboard);
        let lost = losses(wanted, &planned, &source, target);
        let more = additions(&wanted.only(&lost), &planned, &lost, &source, target, &text);
        if more.is_empty() {
            return;
        }
        files.extend(more);
    }
}
