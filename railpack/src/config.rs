//! What `railpack.json`, the variables and the command line ask for (`core/config/config.go`, `core/core.go`).

use crate::plan::{Cache, Command, Layer};
use std::collections::BTreeMap;

/// A configuration. `None` is "not said": what Railpack itself has stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The provider to use instead of the detected one.
    pub provider: Option<String>,
    /// Tools of mise and their versions.
    pub packages: BTreeMap<String, String>,
    /// Packages of apt for the build.
    pub build_apt_packages: Option<Vec<String>>,
    /// Steps by name.
    pub steps: BTreeMap<String, StepConfig>,
    /// The final image.
    pub deploy: DeployConfig,
    /// Caches by name.
    pub caches: BTreeMap<String, Cache>,
}

/// A step of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepConfig {
    /// What it starts from.
    pub inputs: Option<Vec<Layer>>,
    /// What it does.
    pub commands: Option<Vec<Command>>,
    /// Secrets that make it run again.
    pub secrets: Option<Vec<String>>,
    /// Texts by name.
    pub assets: BTreeMap<String, String>,
    /// Variables.
    pub variables: BTreeMap<String, String>,
    /// Names of caches.
    pub caches: Option<Vec<String>>,
    /// What of it the image gets: paths to take and to leave out.
    pub deploy_outputs: Option<Vec<(Vec<String>, Vec<String>)>>,
}

/// The final image of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeployConfig {
    /// Packages of apt.
    pub apt_packages: Option<Vec<String>>,
    /// What it starts from.
    pub base: Option<Layer>,
    /// What is copied into it.
    pub inputs: Option<Vec<Layer>>,
    /// What the container runs.
    pub start_command: Option<String>,
    /// Variables.
    pub variables: BTreeMap<String, String>,
    /// Directories of its `PATH`.
    pub paths: Option<Vec<String>>,
}

/// The variables of the service, as Railpack takes them: an empty one is not there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Of pairs.
    pub(crate) fn new(pairs: &[(String, String)]) -> Self {
        Self(pairs.iter().filter(|(_, value)| !value.is_empty()).cloned().collect())
    }

    /// The value of `RAILPACK_<name>` without blanks around it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(&format!("RAILPACK_{name}")).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether `RAILPACK_<name>` is `1` or `true`.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
    }

    /// The names that start with one of these.
    pub(crate) fn starting(&self, prefixes: &[&str]) -> Vec<String> {
        let named = |name: &&String| prefixes.iter().any(|prefix| name.starts_with(prefix));
        self.0.keys().filter(named).cloned().collect()
    }

    fn list(&self, name: &str) -> Option<Vec<String>> {
        Some(self.get(name)?.split(' ').map(str::to_owned).collect())
    }

    /// What they ask for.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config {
            build_apt_packages: self.list("BUILD_APT_PACKAGES"),
            deploy: DeployConfig {
                apt_packages: self.list("DEPLOY_APT_PACKAGES"),
                start_command: self.get("START_CMD").map(str::to_owned),
                ..DeployConfig::default()
            },
            ..Config::default()
        };
        for (step, name) in [("install", "INSTALL_CMD"), ("build", "BUILD_CMD")] {
            if let Some(command) = self.get(name) {
                config.steps.insert(step.to_owned(), StepConfig::replacing(command));
            }
        }
        for package in self.list("PACKAGES").unwrap_or_default() {
            let mut parts = package.split('@');
            let name = parts.next().unwrap_or_default().to_owned();
            config.packages.insert(name, parts.next().unwrap_or("latest").to_owned());
        }
        config
    }
}

impl StepConfig {
    /// A command in place of Railpack's own, as a variable or the command line gives it.
    pub(crate) fn replacing(command: &str) -> Self {
        let exec = Command::Exec { cmd: format!("sh -c '{command}'"), name: Some(command.to_owned()) };
        Self {
            commands: Some(vec![Command::copy("."), exec]),
            secrets: Some(vec!["*".to_owned()]),
            ..Self::default()
        }
    }

    fn merge(&mut self, over: Self) {
        set(&mut self.inputs, over.inputs);
        set(&mut self.commands, over.commands);
        set(&mut self.secrets, over.secrets);
        set(&mut self.caches, over.caches);
        set(&mut self.deploy_outputs, over.deploy_outputs);
        self.assets.extend(over.assets);
        self.variables.extend(over.variables);
    }
}

impl Config {
    /// This one with another over it: maps are joined, all else is replaced.
    #[must_use]
    pub(crate) fn with(mut self, over: Self) -> Self {
        set(&mut self.provider, over.provider);
        set(&mut self.build_apt_packages, over.build_apt_packages);
        self.packages.extend(over.packages);
        self.caches.extend(over.caches);
        for (name, step) in over.steps {
            self.steps.entry(name).or_default().merge(step);
        }
        set(&mut self.deploy.apt_packages, over.deploy.apt_packages);
        set(&mut self.deploy.base, over.deploy.base);
        set(&mut self.deploy.inputs, over.deploy.inputs);
        set(&mut self.deploy.start_command, over.deploy.start_command);
        set(&mut self.deploy.paths, over.deploy.paths);
        self.deploy.variables.extend(over.deploy.variables);
        self
    }
}

fn set<T>(place: &mut Option<T>, value: Option<T>) {
    if value.is_some() {
        *place = value;
    }
}
