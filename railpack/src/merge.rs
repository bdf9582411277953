//! From what a provider wants and a configuration says to the plan (`core/generate/context.go`,
//! `core/generate/mise_step_builder.go`, `core/plan/plan.go`).

use crate::config::{Config, StepConfig};
use crate::plan::{Cache, Command, Deploy, From, Layer, Plan, Requested, Step};
use crate::release::Release;
use crate::source::Source;
use std::collections::{BTreeMap, BTreeSet};

/// What a provider wants.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// Steps after that of mise.
    pub(crate) steps: Vec<Step>,
    /// The start command.
    pub(crate) start: Option<String>,
    /// Variables of the image.
    pub(crate) deploy_variables: BTreeMap<String, String>,
    /// What the image gets.
    pub(crate) deploy_inputs: Vec<Layer>,
    /// Packages of apt for the running app.
    pub(crate) deploy_packages: Vec<String>,
    /// Packages of apt for the build.
    pub(crate) build_packages: Vec<String>,
    /// Settings of mise that were variables before they stood in its file.
    pub(crate) mise_variables: Vec<(&'static str, &'static str)>,
    /// Tools of mise.
    tools: BTreeMap<String, Requested>,
    caches: BTreeMap<String, Cache>,
}

/// Files of mise itself.
const MISE_CONFIG_FILES: [&str; 7] = [
    "mise.toml",
    ".mise.toml",
    "mise/config.toml",
    ".mise/config.toml",
    ".config/mise.toml",
    ".config/mise/config.toml",
    ".tool-versions",
];
/// Files of other tools that mise reads.
const MISE_OTHER_FILES: [&str; 14] = [
    ".python-version",
    ".python-versions",
    ".node-version",
    ".nvmrc",
    ".ruby-version",
    "Gemfile",
    ".go-version",
    ".java-version",
    ".sdkmanrc",
    ".exenv-version",
    ".deno-version",
    "rust-toolchain.toml",
    ".bun-version",
    ".yvmrc",
];
/// The files that were copied before 0.21.
const MISE_FILES_BEFORE: [&str; 6] =
    ["mise.toml", ".tool-versions", ".python-version", ".node-version", ".nvmrc", ".bun-version"];

impl Draft {
    /// The step that installs languages.
    pub(crate) const MISE: &'static str = "packages:mise";
    /// The step that installs packages of apt for the build.
    pub(crate) const APT_BUILD: &'static str = "packages:apt:build";
    /// The step that installs packages of apt in the image.
    pub(crate) const APT_RUNTIME: &'static str = "packages:apt:runtime";

    /// Asks for a tool, unless it is asked for already.
    pub(crate) fn request(&mut self, tool: &str, version: &str, source: &str) {
        let requested = || Requested { version: version.to_owned(), source: source.to_owned() };
        self.tools.entry(tool.to_owned()).or_insert_with(requested);
    }

    /// Asks for another version of a tool.
    pub(crate) fn set_version(&mut self, tool: &str, version: &str, source: &str) {
        let requested = Requested { version: version.to_owned(), source: source.to_owned() };
        self.tools.insert(tool.to_owned(), requested);
    }

    /// The version that is asked for.
    pub(crate) fn requested(&self, tool: &str) -> Option<&Requested> {
        self.tools.get(tool)
    }

    /// The names of the tools.
    pub(crate) fn tools(&self) -> Vec<String> {
        self.tools.keys().cloned().collect()
    }

    /// Makes a cache, and gives its name.
    pub(crate) fn cache(&mut self, name: &str, directory: &str) -> String {
        let cache = Cache { directory: directory.to_owned(), kind: "shared".to_owned() };
        self.caches.insert(name.to_owned(), cache);
        name.to_owned()
    }

    /// What the image gets of mise.
    pub(crate) fn mise_layer() -> Layer {
        let paths = [
            "/mise/shims",
            "/mise/installs",
            "/usr/local/bin/mise",
            "/etc/mise/config.toml",
            "/root/.local/state/mise",
        ];
        Layer::part(Self::MISE, &paths, &[])
    }

    /// The plan of it with the configuration over it. What the image takes is only known of a provider that is modelled.
    pub(crate) fn plan(
        &mut self,
        config: &Config,
        app: &Source<'_>,
        release: Release,
        is_whole: bool,
    ) -> Plan {
        for (tool, version) in &config.packages {
            self.set_version(tool, version, "custom config");
        }
        let build = config.build_apt_packages.clone();
        let spreads = build.as_ref().is_some_and(|names| names.iter().any(|name| name == "..."));
        self.build_packages = match build {
            Some(names) if spreads && release.spreads_build_packages() => {
                spread(Some(names), self.build_packages.clone(), |name| name == "...")
            }
            Some(names) => names.into_iter().chain(std::mem::take(&mut self.build_packages)).collect(),
            None => std::mem::take(&mut self.build_packages),
        };
        self.caches.extend(config.caches.clone());
        self.deploy(config, release);

        let mut steps = self.mise_steps(app, release);
        steps.append(&mut self.steps);
        let tag = release.image_tag().map_or_else(|| "latest".to_owned(), |mise| format!("mise-{mise}"));
        let own = Layer::image(format!("ghcr.io/railwayapp/railpack-runtime:{tag}"));
        let mut base = config.deploy.base.clone().filter(|_| release.reads_deploy_base()).unwrap_or(own);
        if !self.deploy_packages.is_empty() {
            steps.push(self.apt_step(Self::APT_RUNTIME, base, &self.deploy_packages.clone()));
            base = Layer::step(Self::APT_RUNTIME);
        }
        if release.records_itself() {
            self.deploy_variables.insert("RAILPACK_VERSION".to_owned(), release.to_string());
        }
        let mut deploy = Deploy {
            base,
            inputs: std::mem::take(&mut self.deploy_inputs),
            start: self.start.take(),
            variables: std::mem::take(&mut self.deploy_variables),
            paths: config
                .deploy
                .paths
                .clone()
                .unwrap_or_default()
                .into_iter()
                .filter(|path| path != "...")
                .collect(),
        };
        let is_there = |layer: &Layer| layer.from != From::Nowhere;
        deploy.inputs.retain(is_there);
        for step in &mut steps {
            step.inputs.retain(is_there);
        }
        if is_whole {
            keep_referenced(&mut steps, &deploy);
        }
        Plan { steps, deploy, caches: std::mem::take(&mut self.caches) }
    }

    /// What the configuration says of the image and of the steps.
    fn deploy(&mut self, config: &Config, release: Release) {
        let deploy = &config.deploy;
        if let Some(start) = deploy.start_command.clone() {
            self.start = Some(start);
        }
        let packages = std::mem::take(&mut self.deploy_packages);
        self.deploy_packages = spread(deploy.apt_packages.clone(), packages, |name| name == "...");
        let is_spread = |layer: &Layer| layer.from == From::Spread;
        let inputs = std::mem::take(&mut self.deploy_inputs);
        self.deploy_inputs = spread(deploy.inputs.clone(), inputs, is_spread);
        self.deploy_variables.extend(deploy.variables.clone());
        let replaces = deploy.inputs.as_ref().is_some_and(|inputs| !inputs.iter().any(is_spread));
        for (name, step) in &config.steps {
            self.patch(name, step, replaces, release);
        }
    }

    /// Puts a step of the configuration over the provider's, or adds it.
    fn patch(&mut self, name: &str, over: &StepConfig, replaces: bool, release: Release) {
        if name == Self::MISE {
            return;
        }
        if !self.steps.iter().any(|step| step.name == name) {
            let inputs = vec![Layer::step(Self::MISE)];
            self.steps.push(Step {
                name: name.to_owned(),
                inputs,
                secrets: vec!["*".to_owned()],
                ..Step::default()
            });
        }
        let Some(step) = self.steps.iter_mut().find(|step| step.name == name) else { return };
        let take = std::mem::take::<Vec<Layer>>;
        step.inputs = spread(over.inputs.clone(), take(&mut step.inputs), |layer| layer.from == From::Spread);
        let commands = std::mem::take(&mut step.commands);
        step.commands = spread(over.commands.clone(), commands, |command| *command == Command::exec("..."));
        let secrets = std::mem::take(&mut step.secrets);
        step.secrets = spread(over.secrets.clone(), secrets, |name| name == "...");
        let caches = std::mem::take(&mut step.caches);
        step.caches = spread(over.caches.clone(), caches, |name| name == "...");
        step.variables.extend(over.variables.clone());
        step.assets.extend(over.assets.clone());

        let outputs = match &over.deploy_outputs {
            Some(outputs) => outputs.clone(),
            None if release.respects_deploy_inputs() && (replaces || self.image_takes(name)) => return,
            None => vec![(vec![".".to_owned()], Vec::new())],
        };
        for (include, exclude) in outputs {
            let covered = |path: &String| {
                let layers = self.deploy_inputs.iter().filter(|layer| layer.step_name() == Some(name));
                layers.flat_map(|layer| &layer.include).any(|has| has == path || has == ".")
            };
            if !include.iter().any(covered) {
                self.deploy_inputs.push(Layer { from: From::Step(name.to_owned()), include, exclude });
            }
        }
    }

    fn image_takes(&self, step: &str) -> bool {
        self.deploy_inputs.iter().any(|layer| layer.step_name() == Some(step))
    }

    /// The step of mise, behind that of the packages for the build.
    fn mise_steps(&mut self, app: &Source<'_>, release: Release) -> Vec<Step> {
        let tag = release.image_tag().map_or_else(|| "latest".to_owned(), |mise| format!("mise-{mise}"));
        let mut base = Layer::image(format!("ghcr.io/railwayapp/railpack-builder:{tag}"));
        let mut steps = Vec::new();
        if !self.build_packages.is_empty() {
            steps.push(self.apt_step(Self::APT_BUILD, base, &self.build_packages.clone()));
            base = Layer::step(Self::APT_BUILD);
        }
        let mut mise = Step { name: Self::MISE.to_owned(), inputs: vec![base], ..Step::default() };
        let files = mise_files(app, release);
        if !self.tools.is_empty() || (release.copies_all_mise_files() && !files.is_empty()) {
            self.fill(&mut mise, &files, release);
        }
        steps.push(mise);
        steps
    }

    fn fill(&self, mise: &mut Step, files: &[String], release: Release) {
        let mut variables = vec![
            ("MISE_DATA_DIR", "/mise"),
            ("MISE_CONFIG_DIR", "/mise"),
            ("MISE_CACHE_DIR", "/mise/cache"),
            ("MISE_SHIMS_DIR", "/mise/shims"),
            ("MISE_INSTALLS_DIR", "/mise/installs"),
        ];
        if !release.writes_mise_settings() {
            variables.extend([
                ("MISE_NODE_VERIFY", "false"),
                ("MISE_PARANOID", "1"),
                ("MISE_TRUSTED_CONFIG_PATHS", "/app"),
                ("MISE_IDIOMATIC_VERSION_FILE_ENABLE_TOOLS", "python,node,ruby,elixir,go,java,yarn"),
            ]);
            variables.extend(&self.mise_variables);
        }
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        mise.variables.extend(variables.into_iter().map(owned));
        mise.commands.push(Command::Path("/mise/shims".to_owned()));
        mise.commands.extend(files.iter().map(|file| Command::copy(file)));
        let asset = release.mise_asset();
        mise.commands.push(Command::File {
            path: "/etc/mise/config.toml".to_owned(),
            asset: asset.to_owned(),
            name: Some("create mise config".to_owned()),
        });
        let names: Vec<&str> = self.tools.keys().map(String::as_str).collect();
        let name = format!("install mise packages: {}", names.join(", "));
        mise.commands.push(Command::Exec { cmd: "mise install".to_owned(), name: Some(name) });
        // The real one has the versions that mise resolves, which only the network knows.
        mise.assets.insert(asset.to_owned(), format!("[{asset}]"));
    }

    fn apt_step(&mut self, name: &str, base: Layer, packages: &[String]) -> Step {
        let names: BTreeSet<&str> = packages.iter().map(String::as_str).collect();
        let names: Vec<&str> = names.into_iter().collect();
        let names = names.join(" ");
        let cmd = format!("sh -c 'apt-get update && apt-get install -y {names}'");
        let shown = format!("install apt packages: {names}");
        for (cache, directory) in [("apt", "/var/cache/apt"), ("apt-lists", "/var/lib/apt/lists")] {
            let cache_of = Cache { directory: directory.to_owned(), kind: "locked".to_owned() };
            self.caches.insert(cache.to_owned(), cache_of);
        }
        Step {
            name: name.to_owned(),
            inputs: vec![base],
            commands: vec![Command::Exec { cmd, name: Some(shown) }],
            caches: vec!["apt".to_owned(), "apt-lists".to_owned()],
            ..Step::default()
        }
    }
}

/// The files that mise is given.
fn mise_files(app: &Source<'_>, release: Release) -> Vec<String> {
    let there = |name: &&str| app.has(name);
    if !release.copies_all_mise_files() {
        return MISE_FILES_BEFORE.into_iter().filter(there).map(str::to_owned).collect();
    }
    let mut files: Vec<String> = Vec::new();
    let named = MISE_CONFIG_FILES.into_iter().chain(MISE_OTHER_FILES);
    let known = |name: &&str| **name != *"rust-toolchain.toml" || release.copies_rust_toolchain();
    files.extend(named.filter(known).filter(there).map(str::to_owned));
    if release.copies_rust_toolchain() && app.has("global.json") {
        files.push("global.json".to_owned());
    }
    let ends = |name: &str, prefix: &str| {
        name.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(".toml")).is_some()
            && name.len() > prefix.len() + 4
    };
    let is_toml = |path: &str| path.rsplit_once('.').is_some_and(|(_, ending)| ending == "toml");
    let by_environment = app.root().filter(|name| ends(name, "mise.") || ends(name, ".mise."));
    files.extend(by_environment.filter(|name| name != "mise.toml" && name != ".mise.toml"));
    let dir = ".config/mise/conf.d/";
    let below = app
        .files()
        .iter()
        .filter(|path| path.strip_prefix(dir).is_some_and(|name| is_toml(name) && !name.contains('/')));
    files.extend(below.cloned());
    let locks: BTreeSet<String> = files
        .iter()
        .filter(|file| is_toml(file))
        .map(|file| {
            file.rsplit_once('/')
                .map_or_else(|| "mise.lock".to_owned(), |(dir, _)| format!("{dir}/mise.lock"))
        })
        .filter(|lock| app.has(lock))
        .collect();
    files.extend(locks);
    files
}

/// Own values with the provider's in place of `"..."`; the provider's where nothing is said.
fn spread<T: Clone>(own: Option<Vec<T>>, provided: Vec<T>, is_spread: impl Fn(&T) -> bool) -> Vec<T> {
    let Some(own) = own else { return provided };
    own.into_iter().flat_map(|value| if is_spread(&value) { provided.clone() } else { vec![value] }).collect()
}

/// Leaves out the steps that the image does not need.
fn keep_referenced(steps: &mut Vec<Step>, deploy: &Deploy) {
    let layers = std::iter::once(&deploy.base).chain(&deploy.inputs);
    let mut left: Vec<String> = layers.filter_map(Layer::step_name).map(str::to_owned).collect();
    let mut needed = BTreeSet::new();
    while let Some(name) = left.pop() {
        if needed.insert(name.clone()) {
            let inputs = steps.iter().filter(|step| step.name == name).flat_map(|step| &step.inputs);
            left.extend(inputs.filter_map(Layer::step_name).map(str::to_owned));
        }
    }
    if !needed.is_empty() {
        steps.retain(|step| needed.contains(&step.name));
    }
}
