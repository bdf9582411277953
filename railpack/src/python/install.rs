//! How the packages are installed: the first of the managers whose files are there.

use super::{App, ENVIRONMENT};
use crate::VENV;
use crate::merge::Draft;
use crate::plan::{Command, Layer, Step};
use crate::source::Source;
use toml_edit::Document;

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manager {
    Pip,
    Uv,
    Poetry,
    Pdm,
    Pipenv,
}

/// The manager that installs; `None` where nothing is installed, as with a `pyproject.toml` without a lock file.
pub(super) fn manager(app: App<'_>) -> Option<Manager> {
    let has = |name| app.source.has(name);
    if has("requirements.txt") {
        Some(Manager::Pip)
    } else if has("pyproject.toml") && has("uv.lock") {
        Some(Manager::Uv)
    } else if has("pyproject.toml") && has("poetry.lock") {
        Some(Manager::Poetry)
    } else if has("pyproject.toml") && has("pdm.lock") {
        Some(Manager::Pdm)
    } else if has("Pipfile") {
        Some(Manager::Pipenv)
    } else {
        None
    }
}

/// Adds the commands of the manager to the step.
pub(super) fn add(manager: Manager, app: App<'_>, install: &mut Step, draft: &mut Draft) {
    let mut set = |pairs: &[(&str, &str)]| {
        install.variables.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    };
    set(&ENVIRONMENT);
    match manager {
        Manager::Pip => {
            set(&[("PIP_CACHE_DIR", "/opt/pip-cache"), ("VIRTUAL_ENV", VENV)]);
            install.caches.push(draft.cache("pip", "/opt/pip-cache"));
            install.commands.push(Command::exec(format!("python -m venv {VENV}")));
            install.commands.push(Command::Path(format!("{VENV}/bin")));
            copy_manifests(app.source, install);
            install.commands.push(Command::exec("pip install -r requirements.txt"));
            return;
        }
        Manager::Uv => {
            set(&[
                ("UV_COMPILE_BYTECODE", "1"),
                ("UV_LINK_MODE", "copy"),
                ("UV_CACHE_DIR", "/opt/uv-cache"),
                ("UV_PYTHON_DOWNLOADS", "never"),
                ("VIRTUAL_ENV", VENV),
            ]);
            install.caches.push(draft.cache("uv", "/opt/uv-cache"));
            copy_manifests(app.source, install);
        }
        Manager::Poetry => {
            set(&[
                ("VIRTUAL_ENV", VENV),
                ("POETRY_VIRTUALENVS_PATH", VENV),
                ("POETRY_VIRTUALENVS_IN_PROJECT", "true"),
            ]);
            copy_manifests(app.source, install);
        }
        Manager::Pdm => {
            set(&[("PDM_CHECK_UPDATE", "false")]);
            copy_manifests(app.source, install);
        }
        Manager::Pipenv => set(&[
            ("PIPENV_CHECK_UPDATE", "false"),
            ("PIPENV_VENV_IN_PROJECT", "1"),
            ("PIPENV_IGNORE_VIRTUALENVS", "1"),
        ]),
    }
    install.commands.push(Command::Path("/root/.local/bin".to_owned()));
    install.commands.push(Command::Path(format!("{VENV}/bin")));
    match manager {
        Manager::Uv => install.commands.push(Command::exec("uv sync --locked --no-dev --no-install-project")),
        Manager::Poetry => {
            let command = "poetry install --no-interaction --no-ansi --only main --no-root";
            install.commands.push(Command::exec(command));
        }
        Manager::Pdm => install.commands.push(Command::exec("pdm install --check --prod --no-editable")),
        Manager::Pipenv => {
            install.commands.push(Command::copy("Pipfile"));
            if app.source.has("Pipfile.lock") {
                install.commands.push(Command::copy("Pipfile.lock"));
                install.commands.push(Command::exec("pipenv install --deploy --ignore-pipfile"));
            } else {
                install.commands.push(Command::exec("pipenv install --skip-lock"));
            }
        }
        Manager::Pip => {}
    }
}

/// Gives the step the manifests in the root, or all files where a manifest names one of the app's own packages.
fn copy_manifests(source: &Source<'_>, install: &mut Step) {
    if needs_all_files(source) {
        install.inputs.push(Layer::local());
        return;
    }
    let names = ["requirements.txt", "pyproject.toml", "Pipfile", "poetry.lock", "uv.lock", "pdm.lock"];
    let there = names.into_iter().filter(|name| source.has_file(name));
    install.commands.extend(there.map(Command::copy));
}

fn needs_all_files(source: &Source<'_>) -> bool {
    if let Some(text) = source.text("requirements.txt") {
        return text.contains("file://");
    }
    let Some(text) = source.text("pyproject.toml") else { return false };
    text.contains("file://") || text.contains("path = ") || has_workspace(&text)
}

fn has_workspace(text: &str) -> bool {
    let Ok(document) = Document::parse(text) else { return false };
    let table = |item: Option<&toml_edit::Item>, key: &str| {
        item.and_then(toml_edit::Item::as_table_like).and_then(|table| table.get(key)).cloned()
    };
    let uv = table(document.as_table().get("tool"), "uv");
    table(uv.as_ref(), "workspace").is_some()
}
