//! The Python provider (`core/providers/python`).

mod install;
mod packages;
mod start;
mod versions;

pub(crate) use packages::BROWSER_LIBRARIES;
pub(crate) use start::main_file;
pub(crate) use versions::pin_files;
pub use versions::{PinFile, pins};

use crate::VENV;
use crate::config::Variables;
use crate::merge::Draft;
use crate::plan::{Command, Layer, Step};
use crate::release::Release;
use crate::source::Source;

/// Variables of the install and of the running app.
pub(crate) const ENVIRONMENT: [(&str, &str); 6] = [
    ("PYTHONFAULTHANDLER", "1"),
    ("PYTHONUNBUFFERED", "1"),
    ("PYTHONHASHSEED", "random"),
    ("PYTHONDONTWRITEBYTECODE", "1"),
    ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
    ("PIP_DEFAULT_TIMEOUT", "100"),
];
/// Where Playwright keeps its browsers.
pub(crate) const BROWSER_CACHE: &str = "/root/.cache/ms-playwright";
/// Variables whose names start so make the install step run again.
const SECRETS: [&str; 6] = ["PYTHON", "PIP", "PIPX", "UV", "PDM", "POETRY"];

/// An app as the provider sees it.
#[derive(Clone, Copy)]
pub(crate) struct App<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) variables: &'a Variables,
    pub(crate) release: Release,
}

impl App<'_> {
    /// Whether a manifest has this text, which counts as the package.
    pub(crate) fn uses(&self, package: &str) -> bool {
        self.source.manifests(self.release.looks_in_subdirectories()).contains(package)
    }
}

/// The packages of apt that the provider installs of itself: for the build, and for the running app.
pub(crate) fn own_packages(app: App<'_>) -> (Vec<String>, Vec<String>) {
    let mut draft = Draft::default();
    packages::add(app, &mut draft);
    (draft.build_packages, draft.deploy_packages)
}

/// Adds what the provider plans.
pub(crate) fn plan(app: App<'_>, draft: &mut Draft) {
    versions::request(app, draft);
    packages::add(app, draft);

    let mut install = Step { name: "install".to_owned(), ..Step::default() };
    install.inputs.push(Layer::step(Draft::MISE));
    install.secrets = app.variables.starting(&SECRETS);
    let mut build = Step { name: "build".to_owned(), secrets: vec!["*".to_owned()], ..Step::default() };
    let mut outputs: Vec<&str> = Vec::new();
    if let Some(manager) = install::manager(app) {
        install::add(manager, app, &mut install, draft);
        outputs.push(VENV);
        if manager == install::Manager::Uv {
            build.commands.push(Command::exec("uv sync --locked --no-dev --no-editable"));
        }
    }
    if app.release.installs_playwright() && app.variables.is_set("PYTHON_PLAYWRIGHT_INSTALL") {
        install.commands.push(Command::exec("playwright install --only-shell"));
        outputs.push(BROWSER_CACHE);
    }
    build.inputs.extend([Layer::step("install"), Layer::local()]);

    draft.start = start::command(app);
    draft.deploy_variables.extend(ENVIRONMENT.map(|(name, value)| (name.to_owned(), value.to_owned())));
    draft.deploy_inputs.push(Draft::mise_layer());
    draft.deploy_inputs.push(Layer::part("build", &outputs, &[]));
    draft.deploy_inputs.push(Layer::part("build", &["."], &[".venv"]));
    draft.steps.extend([install, build]);
}
