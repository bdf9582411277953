//! From an app to its plan (`core/core.go`).

pub use crate::detect::Provider;
pub use crate::plan::Requested;
pub use crate::python::{PinFile, pins};

use crate::CONFIG_FILE;
use crate::config::{Config, StepConfig, Variables};
use crate::config_file::{self, ConfigError};
use crate::detect::detect;
use crate::merge::Draft;
use crate::plan::{From, Plan};
use crate::procfile;
use crate::python;
use crate::release::{Platform, Target};
use crate::shell_script;
use crate::source::Source;
use nixpacks_transforms::app::AppView;
use nixpacks_transforms::plan::Dashboard;

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// `railpack.json` cannot be read.
    Config(ConfigError),
    /// The variable names a file that is not there.
    MissingConfig(String),
    /// The Procfile cannot be read.
    Procfile(String),
    /// No provider takes the app, so there is nothing to run.
    NoProvider,
    /// A step starts from something that it cannot start from.
    FirstInput(String),
}

/// What Railpack makes of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The provider that plans.
    pub provider: Option<Provider>,
    /// The plan; empty where Railpack refuses the app. Of a provider that is not modelled it has what the configuration
    /// and the Procfile say alone.
    pub plan: Plan,
    /// The version of Python that is asked for.
    pub python: Option<Requested>,
    /// The tools of mise that are installed.
    pub tools: Vec<String>,
    /// Where the start command is from.
    pub start: StartSource,
    /// Why Railpack refuses it.
    pub error: Option<PlanError>,
}

/// Where a start command is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartSource {
    /// There is none, or none that is known.
    None,
    /// The provider found it.
    Provider,
    /// A process of the Procfile.
    Procfile {
        /// Its name.
        process: String,
        /// Railpack takes any of several.
        is_any: bool,
    },
    /// `railpack.json`, a variable or the dashboard.
    Config,
}

impl PlanError {
    /// In Railpack's words, or their sense.
    pub fn message(&self) -> String {
        match self {
            Self::Config(error) => format!("error reading {CONFIG_FILE} as JSON: {}", error.message),
            Self::MissingConfig(name) => format!("config file \"{name}\" not found"),
            Self::Procfile(message) => message.clone(),
            Self::NoProvider => "Railpack could not determine how to build the app.".to_owned(),
            Self::FirstInput(step) => format!("`{step}` inputs must be an image or step input"),
        }
    }
}

/// Computes the plan that Railpack would make of `app`.
pub fn plan(app: &dyn AppView, target: Target, dashboard: &Dashboard) -> Planned {
    let source = Source::new(app);
    let variables = Variables::new(&platform_variables(target, dashboard));
    let mut error = None;
    let config = match configuration(&source, &variables, dashboard) {
        Ok(config) => config,
        Err(refused) => {
            error = Some(refused);
            Config::default()
        }
    };
    let release = target.release;
    let detected = detect(&source, &variables, release);
    let provider = match &config.provider {
        Some(name) => Provider::of_name(name),
        None => detected,
    };
    let mut draft = Draft::default();
    for (tool, version) in &config.packages {
        draft.request(tool, version, "custom config");
    }
    match provider {
        Some(Provider::Python) => {
            python::plan(python::App { source: &source, variables: &variables, release }, &mut draft);
        }
        Some(Provider::Shell) => {
            let has_install = config.steps.contains_key("install");
            shell_script::plan(&source, &variables, has_install, &mut draft);
        }
        _ => {}
    }
    let mut start = if draft.start.is_some() { StartSource::Provider } else { StartSource::None };
    match procfile::start(&source) {
        Ok(Some(found)) => {
            start = StartSource::Procfile { process: found.process, is_any: found.is_any };
            draft.start = Some(found.command);
        }
        Ok(None) => {}
        Err(message) => error = error.or(Some(PlanError::Procfile(message))),
    }
    if config.deploy.start_command.is_some() {
        start = StartSource::Config;
    }
    let is_whole = provider.is_none_or(Provider::is_modelled);
    let plan = draft.plan(&config, &source, release, is_whole);
    let python = draft.requested("python").cloned();
    let tools = draft.tools();
    let error = error.or_else(|| refused(&plan, provider));
    if error.is_some() {
        let (plan, start) = (Plan::default(), StartSource::None);
        return Planned { provider, plan, python: None, tools: Vec::new(), start, error };
    }
    Planned { provider, plan, python, tools, start, error }
}

/// What the platform adds to the variables of the service.
fn platform_variables(target: Target, dashboard: &Dashboard) -> Vec<(String, String)> {
    let mut variables = dashboard.env.clone();
    if target.platform == Some(Platform::Coolify) {
        // Its health check calls them. There is no `...`, so this takes the place of what Railpack adds itself.
        let name = "RAILPACK_DEPLOY_APT_PACKAGES";
        match variables.iter_mut().find(|(variable, _)| variable == name) {
            Some((_, value)) => value.push_str(" curl wget"),
            None => variables.push((name.to_owned(), "curl wget".to_owned())),
        }
        if let Some(command) = &dashboard.install_cmd {
            variables.push(("RAILPACK_INSTALL_CMD".to_owned(), command.clone()));
        }
    }
    variables
}

/// The command line, the variables and the file, each over the one before it.
fn configuration(
    app: &Source<'_>,
    variables: &Variables,
    dashboard: &Dashboard,
) -> Result<Config, PlanError> {
    let mut options = Config::default();
    if let Some(command) = dashboard.build_cmd.as_deref().filter(|command| !command.is_empty()) {
        options.steps.insert("build".to_owned(), StepConfig::replacing(command));
    }
    options.deploy.start_command = dashboard.start_cmd.clone().filter(|command| !command.is_empty());
    let over = options.with(variables.config());
    let name = variables.get("CONFIG_FILE").unwrap_or(CONFIG_FILE);
    let file = name.trim_start_matches("./");
    match app.text(file) {
        Some(text) => Ok(over.with(config_file::read(&text).map_err(PlanError::Config)?)),
        None if name != CONFIG_FILE => Err(PlanError::MissingConfig(name.to_owned())),
        None => Ok(over),
    }
}

/// What Railpack refuses in a plan.
fn refused(plan: &Plan, provider: Option<Provider>) -> Option<PlanError> {
    let unknown = provider.is_some_and(|provider| !provider.is_modelled());
    if !unknown && plan.steps.iter().all(|step| step.commands.is_empty()) {
        return Some(PlanError::NoProvider);
    }
    let wrong = plan.steps.iter().find(|step| {
        step.inputs.first().is_none_or(|first| {
            let whole = first.include.is_empty() && first.exclude.is_empty();
            !whole || !matches!(first.from, From::Step(_) | From::Image(_))
        })
    });
    // Of a provider that is not modelled the inputs are not known.
    wrong.filter(|_| !unknown).map(|step| PlanError::FirstInput(step.name.clone()))
}
