//! The smallest files with which Railpack builds the app that Nixpacks builds.

use crate::CONFIG_FILE;
use crate::SCHEMA_ADDRESS;
use crate::VENV;
use crate::acts::{Act, PipInstall};
use crate::config::Variables;
use crate::detect::Provider;
use crate::image::above;
use crate::json_text::Json;
use crate::lint::faults;
use crate::losses::{Loss, Unknown, losses, needs_other_files, written_paths};
use crate::names;
use crate::planner::{Planned, plan};
use crate::program::without_source;
use crate::python::{App, BROWSER_CACHE, BROWSER_LIBRARIES, own_packages, pin_files};
use crate::release::{Platform, Target};
use crate::rewrite::encode;
use crate::source::Source;
use crate::wanted::{Package, Wanted};
use nixpacks_transforms::app::{AppView, Overlay};
use nixpacks_transforms::document::{Document, FileKind, Node};
use nixpacks_transforms::plan::{Dashboard, Model, Origin, model};
use std::collections::{BTreeMap, BTreeSet};

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
    /// A program of the start command that nothing that is installed brings.
    pub program: Option<String>,
    /// There is a `railpack.json` already, which is not changed.
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
    let mut by_hand = ByHand {
        release: wanted.release.clone(),
        secrets: wanted.secrets.clone(),
        missing: missing(&wanted, &source),
        program: None,
        dockerfile,
        railway_settings: railway_settings(&nixpacks),
        variables: variables(&nixpacks),
        has_config: app.kind(CONFIG_FILE).is_some(),
    };
    let mut files = BTreeMap::new();
    if !lost.is_empty() && !by_hand.has_config && unreadable.is_none() {
        files = written(&wanted, &before, &lost, &source, target);
    }
    if files.get(CONFIG_FILE).is_some_and(|text| !faults(text, target.release).is_empty()) {
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
    by_hand.program = without_source(&after, &wanted, &Source::new(&with));
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
        };
    }
    Migration { target, before, lost, files, after, left, nixpacks, by_hand }
}

/// Settings of Railway's file that are neither commands nor the builder: those are written, or chosen in the dashboard.
fn railway_settings(model: &Model) -> Vec<String> {
    const WRITTEN: [&str; 4] = ["builder", "startCommand", "buildCommand", "nixpacksConfigPath"];
    let of = |document: &Document| FileKind::RAILWAY.contains(&document.kind);
    let Some(document) = model.documents.iter().find(|document| of(document)) else { return Vec::new() };
    let mut found = Vec::new();
    for section in ["build", "deploy"] {
        let table = document.get(&[section]).and_then(Node::as_table);
        let entries = table.into_iter().flat_map(|table| &table.entries);
        let names = entries.map(|entry| entry.key.name.as_str()).filter(|name| !WRITTEN.contains(name));
        found.extend(names.map(|name| format!("{section}.{name}")));
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

/// The files to write.
fn written(
    wanted: &Wanted,
    before: &Planned,
    lost: &[Loss],
    app: &Source<'_>,
    target: Target,
) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    // mise reads these in the container, where they are over whatever else is said.
    for pin in pin_files(app) {
        let is_patch =
            lost.iter().any(|loss| matches!(loss, Loss::PatchPin { path, .. } if path == pin.path));
        let Some(text) = app.exact_text(pin.path).filter(|_| is_patch) else { continue };
        if let Some(edited) = pin.with_minor(&text) {
            files.insert(pin.path.to_owned(), edited);
        }
    }
    let is_only_pins = lost.iter().all(|loss| match loss {
        Loss::PatchPin { path, .. } => files.contains_key(path),
        _ => false,
    });
    if is_only_pins {
        return files;
    }
    // runtime.txt is not read there, so a line in the file that is written anyway is enough.
    files.remove("runtime.txt");
    let mut draft = File { wanted, before, app, target, edited: &files, entries: Vec::new() };
    let text = draft.text();
    if let Some(text) = text {
        files.insert(CONFIG_FILE.to_owned(), text);
    }
    files
}

/// The `railpack.json` that is written.
struct File<'a> {
    wanted: &'a Wanted,
    before: &'a Planned,
    app: &'a Source<'a>,
    target: Target,
    edited: &'a BTreeMap<String, String>,
    entries: Vec<(String, Json)>,
}

impl File<'_> {
    fn text(&mut self) -> Option<String> {
        self.put("$schema", Json::text(SCHEMA_ADDRESS));
        let provider = self.provider();
        if let Some(provider) = provider {
            self.put("provider", Json::text(provider.name()));
        }
        let provider = provider.or(self.before.provider);
        self.packages();
        self.build_packages();
        let steps = self.steps(provider);
        if !steps.is_empty() {
            self.put("steps", Json::Object(steps));
        }
        let deploy = self.deploy(provider);
        if !deploy.is_empty() {
            self.put("deploy", Json::Object(deploy));
        }
        (self.entries.len() > 1).then(|| Json::Object(std::mem::take(&mut self.entries)).file())
    }

    fn put(&mut self, key: &str, value: Json) {
        self.entries.push((key.to_owned(), value));
    }

    /// The provider, where the detected one is another, or where the app names its own.
    fn provider(&self) -> Option<Provider> {
        let needs = self.target.release.schema_needs_provider();
        if !self.wanted.is_python {
            return self.before.provider.filter(|_| needs);
        }
        let right = if self.wanted.starts_node { Provider::Node } else { Provider::Python };
        (self.before.provider != Some(right) || self.wanted.names_providers || needs).then_some(right)
    }

    fn packages(&mut self) {
        let mut packages = self.wanted.tools.clone();
        if self.provider() == Some(Provider::Node)
            || self.before.provider == Some(Provider::Node) && !self.wanted.is_python
        {
            packages.remove("node");
        }
        if let Some(version) = self.wanted.python.clone().filter(|_| self.wanted.is_python) {
            let requested = self.before.python.as_ref().map(|requested| requested.version.clone());
            if requested.as_ref() != Some(&version) && !self.is_pinned(&version) {
                packages.insert("python".to_owned(), version);
            }
        }
        if !packages.is_empty() {
            self.put("packages", Json::strings(&packages));
        }
    }

    /// Whether a file that mise reads asks for this version.
    fn is_pinned(&self, version: &str) -> bool {
        pin_files(self.app).iter().filter(|pin| pin.read_by_mise).any(|pin| {
            pin.version == version || (self.edited.contains_key(pin.path) && pin.version.starts_with(version))
        })
    }

    fn build_packages(&mut self) {
        let there = self.before.plan.apt_packages("packages:apt:build");
        let mut names: Vec<&str> = Vec::new();
        for package in &self.wanted.build {
            let name = package.name.as_str();
            if !there.contains(&name) && !crate::names::in_builder_image(name) && !names.contains(&name) {
                names.push(name);
            }
        }
        if !names.is_empty() {
            if self.target.release.spreads_build_packages() {
                names.insert(0, "...");
            }
            self.put("buildAptPackages", Json::texts(names));
        }
    }

    fn steps(&self, provider: Option<Provider>) -> Vec<(String, Json)> {
        let mut steps = Vec::new();
        let mut later: Vec<String> = Vec::new();
        let installs: Vec<&PipInstall> = self
            .wanted
            .python_acts
            .iter()
            .filter_map(|act| if let Act::Pip(pip) = act { Some(pip) } else { None })
            .collect();
        let own_install = provider == Some(Provider::Python) && self.keeps_default(&installs);
        if own_install {
            later.extend(
                installs
                    .iter()
                    .skip(usize::from(!installs.is_empty() && self.app.has("requirements.txt")))
                    .map(|pip| pip.command()),
            );
            let mut install = Vec::new();
            if needs_other_files(self.app, "requirements.txt") && self.app.has("requirements.txt") {
                install.push(("inputs".to_owned(), Json::texts(["...", "."])));
                install.push(("deployOutputs".to_owned(), Json::List(Vec::new())));
            }
            if self.wanted.browsers.is_some() {
                let commands = Json::List(vec![Json::text("..."), command(&self.browser_command())]);
                install.retain(|(key, _)| key != "deployOutputs");
                install.push(("commands".to_owned(), commands));
                let outputs = Json::one("include", Json::texts([BROWSER_CACHE]));
                install.push(("deployOutputs".to_owned(), Json::List(vec![outputs])));
            }
            if !install.is_empty() {
                steps.push(("install".to_owned(), Json::Object(install)));
            }
        } else if !installs.is_empty() {
            let name = if provider == Some(Provider::Python) { "install" } else { "pyvenv" };
            steps.push((name.to_owned(), self.own_install(&installs)));
        }
        let is_nodes_own = |text: &str| provider == Some(Provider::Node) && crate::losses::is_nodes_own(text);
        let commands =
            self.wanted.commands.iter().filter(|command| !(command.is_node && is_nodes_own(&command.text)));
        later.extend(commands.map(|command| command.text.clone()));
        if !later.is_empty() {
            let mut commands = vec![Json::text("...")];
            commands.extend(later.iter().map(|text| command(text)));
            let mut build = vec![("commands".to_owned(), Json::List(commands))];
            if !self.wanted.variables.is_empty() {
                build.push(("variables".to_owned(), Json::strings(&self.wanted.variables)));
            }
            steps.push(("build".to_owned(), Json::Object(build)));
        }
        steps
    }

    /// Whether Railpack's own install step does what the first of these does.
    fn keeps_default(&self, installs: &[&PipInstall]) -> bool {
        if self.app.has("requirements.txt") {
            let by_manager = self.wanted.python_acts.iter().all(|act| matches!(act, Act::Manager(_)));
            return by_manager || installs.first().is_none_or(|first| first.is_only("requirements.txt"));
        }
        let locked = self.app.has("pyproject.toml")
            && ["uv.lock", "poetry.lock", "pdm.lock"].iter().any(|lock| self.app.has(lock));
        locked || self.app.has("Pipfile") || installs.is_empty()
    }

    /// An install step of the app's own: it starts with an empty directory.
    fn own_install(&self, installs: &[&PipInstall]) -> Json {
        let mut commands = vec![
            command(&format!("python -m venv {VENV}")),
            Json::one("path", Json::text(format!("{VENV}/bin"))),
        ];
        let mut paths: Vec<&String> = Vec::new();
        let mut seen = BTreeSet::new();
        for path in installs.iter().flat_map(|pip| pip.files.iter().chain(&pip.constraints)) {
            if seen.insert(path) {
                paths.push(path);
            }
        }
        let all = installs.iter().any(|pip| pip.needs_sources())
            || paths.iter().any(|path| !self.app.has_file(path) || needs_other_files(self.app, path));
        let mut step = Vec::new();
        if all {
            step.push(("inputs".to_owned(), Json::texts(["...", "."])));
        } else {
            commands.extend(paths.iter().map(|path| {
                let pair = |key: &str| (key.to_owned(), Json::text((*path).clone()));
                Json::Object(vec![pair("src"), pair("dest")])
            }));
        }
        commands.extend(installs.iter().map(|pip| command(&pip.command())));
        if self.wanted.browsers.is_some() {
            commands.push(command(&self.browser_command()));
        }
        step.push(("commands".to_owned(), Json::List(commands)));
        if !self.wanted.variables.is_empty() {
            step.push(("variables".to_owned(), Json::strings(&self.wanted.variables)));
        }
        let mut outputs = vec![VENV];
        if self.wanted.browsers.is_some() {
            outputs.push(BROWSER_CACHE);
        }
        let outputs = outputs.into_iter().map(|path| Json::one("include", Json::texts([path]))).collect();
        step.push(("deployOutputs".to_owned(), Json::List(outputs)));
        Json::Object(step)
    }

    /// Installs the browsers: of Chromium the part that servers need.
    fn browser_command(&self) -> String {
        let names = self.wanted.browsers.as_deref().unwrap_or_default();
        if names.is_empty() || names.iter().all(|name| name == "chromium") {
            return "playwright install --only-shell chromium".to_owned();
        }
        format!("playwright install {}", names.join(" "))
    }

    fn deploy(&self, provider: Option<Provider>) -> Vec<(String, Json)> {
        let mut deploy = Vec::new();
        let mut names: Vec<&str> = vec!["..."];
        let own = self.own_packages(provider);
        if self.target.platform == Some(Platform::Coolify) {
            names.extend(["curl", "wget"]);
        }
        let mut add = |name| {
            if !names.contains(&name) && !own.iter().any(|own| own == name) {
                names.push(name);
            }
        };
        self.wanted.deploy.iter().for_each(|package| add(package.name.as_str()));
        if self.wanted.browsers.is_some() {
            BROWSER_LIBRARIES.into_iter().for_each(&mut add);
        }
        let runs_node =
            self.wanted.is_python && provider == Some(Provider::Python) && self.starts_with_node();
        if runs_node {
            add("libatomic1");
        }
        let is_coolify = self.target.platform == Some(Platform::Coolify);
        let is_needed = if is_coolify { !own.is_empty() || names.len() > 3 } else { names.len() > 1 };
        if is_needed {
            deploy.push(("aptPackages".to_owned(), Json::texts(names)));
        }
        let mut shipped: Vec<String> = Vec::new();
        let mut seen = BTreeSet::new();
        for path in self.wanted.commands.iter().flat_map(|command| written_paths(&command.text)) {
            if !above(&path).any(|above| seen.contains(above)) {
                seen.insert(path.clone());
                shipped.push(path);
            }
        }
        if !shipped.is_empty() {
            let layer =
                vec![("step".to_owned(), Json::text("build")), ("include".to_owned(), Json::texts(shipped))];
            deploy.push(("inputs".to_owned(), Json::List(vec![Json::text("..."), Json::Object(layer)])));
        }
        if let Some(start) = &self.wanted.start {
            deploy.push(("startCommand".to_owned(), Json::text(start.clone())));
        }
        if !self.wanted.variables.is_empty() {
            deploy.push(("variables".to_owned(), Json::strings(&self.wanted.variables)));
        }
        deploy
    }

    /// Packages of the running app that `"..."` stands for.
    fn own_packages(&self, provider: Option<Provider>) -> &[String] {
        if provider == Some(Provider::Python) { &self.wanted.own } else { &[] }
    }

    fn starts_with_node(&self) -> bool {
        let start = self.wanted.start.as_deref().unwrap_or_default();
        start.split([' ', ';', '&', '|']).any(|word| crate::wanted::NODE_PROGRAMS.contains(&word))
    }
}

/// A command as the file has it.
fn command(text: &str) -> Json {
    Json::one("cmd", Json::text(encode(text)))
}
