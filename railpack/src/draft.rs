//! The files of a migration: pins of Python that are edited, and the `railpack.json`.

use crate::CONFIG_FILE;
use crate::SCHEMA_ADDRESS;
use crate::VENV;
use crate::acts::{Act, PipInstall};
use crate::config_edit::merge;
use crate::detect::Provider;
use crate::image::above;
use crate::json_text::Json;
use crate::losses::{Loss, needs_other_files, written_paths};
use crate::planner::Planned;
use crate::python::{BROWSER_CACHE, BROWSER_LIBRARIES, pin_files};
use crate::release::{Platform, Target};
use crate::rewrite::encode;
use crate::source::Source;
use crate::wanted::Wanted;
use std::collections::{BTreeMap, BTreeSet};

/// The files that ask for an exact version of Python, with its minor one. mise reads some in the container, where they are
/// over whatever else is said.
fn edited_pins(lost: &[Loss], app: &Source<'_>) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for pin in pin_files(app) {
        let is_patch =
            lost.iter().any(|loss| matches!(loss, Loss::PatchPin { path, .. } if path == pin.path));
        let Some(text) = app.exact_text(pin.path).filter(|_| is_patch) else { continue };
        if let Some(edited) = pin.with_minor(&text) {
            files.insert(pin.path.to_owned(), edited);
        }
    }
    files
}

/// The files to write.
pub(crate) fn written(
    wanted: &Wanted,
    before: &Planned,
    lost: &[Loss],
    app: &Source<'_>,
    target: Target,
) -> BTreeMap<String, String> {
    let mut files = edited_pins(lost, app);
    let is_only_pins = lost.iter().all(|loss| match loss {
        Loss::PatchPin { path, .. } => files.contains_key(path),
        _ => false,
    });
    if is_only_pins {
        return files;
    }
    // runtime.txt is not read there, so a line in the file that is written anyway is enough.
    files.remove("runtime.txt");
    let mut draft = File { wanted, before, app, target, edited: &files, lost: None, entries: Vec::new() };
    draft.put("$schema", Json::text(SCHEMA_ADDRESS));
    draft.fill();
    if draft.entries.len() > 1 {
        files.insert(CONFIG_FILE.to_owned(), Json::Object(draft.entries).file());
    }
    files
}

/// The files to write where the text of a `railpack.json` is there: it gets what it lacks of `wanted`, which is what is
/// lost. None where nothing can be added.
pub(crate) fn additions(
    wanted: &Wanted,
    before: &Planned,
    lost: &[Loss],
    app: &Source<'_>,
    target: Target,
    text: &str,
) -> BTreeMap<String, String> {
    let mut files = edited_pins(lost, app);
    let mut draft =
        File { wanted, before, app, target, edited: &files, lost: Some(lost), entries: Vec::new() };
    draft.fill();
    let merged = merge(text, &draft.entries).filter(|merged| merged != text);
    files.extend(merged.map(|merged| (CONFIG_FILE.to_owned(), merged)));
    files
}

/// The `railpack.json` that is written.
struct File<'a> {
    wanted: &'a Wanted,
    before: &'a Planned,
    app: &'a Source<'a>,
    target: Target,
    edited: &'a BTreeMap<String, String>,
    /// What is lost, where a file is there that has the rest.
    lost: Option<&'a [Loss]>,
    entries: Vec<(String, Json)>,
}

impl File<'_> {
    /// Fills in what the file has to have besides the address of its schema.
    fn fill(&mut self) {
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
    }

    /// Whether this is lost; in a new file all counts.
    fn is_lost(&self, is: impl Fn(&Loss) -> bool) -> bool {
        self.lost.is_none_or(|lost| lost.iter().any(is))
    }

    fn put(&mut self, key: &str, value: Json) {
        self.entries.push((key.to_owned(), value));
    }

    /// The provider, where the detected one is another, or where the app names its own.
    fn provider(&self) -> Option<Provider> {
        let needs = self.target.release.schema_needs_provider() && self.lost.is_none();
        let names = self.wanted.names_providers && self.lost.is_none();
        if !self.wanted.is_python {
            return self.before.provider.filter(|_| needs);
        }
        let right = if self.wanted.starts_node { Provider::Node } else { Provider::Python };
        (self.before.provider != Some(right) || names || needs).then_some(right)
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
            let is_asked = self.is_lost(|loss| match loss {
                Loss::PatchPin { path, .. } => !self.edited.contains_key(path),
                loss => matches!(loss, Loss::OtherPython { .. }),
            });
            if is_asked && requested.as_ref() != Some(&version) && !self.is_pinned(&version) {
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
            let includes = self.is_lost(|loss| matches!(loss, Loss::IncludedFiles(_)));
            if includes && needs_other_files(self.app, "requirements.txt") && self.app.has("requirements.txt")
            {
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
        let takes_away = is_coolify && !own.is_empty();
        let is_needed = takes_away || names.len() > if is_coolify { 3 } else { 1 };
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
        // What is lost of them where a file is there, is lost because that file does not have `"..."`.
        if self.lost.is_some() {
            return &[];
        }
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
