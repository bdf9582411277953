//! The Python provider.

use super::python_sources::PythonSources;
use super::shared::pattern;
use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft, variables};
use crate::plan::files::{Files, error};
use crate::plan::types::{Origin, Phase, Plan, PlanError};
use regex::Regex;
use std::collections::HashMap;
use std::sync::LazyLock;

const BY: Origin = Origin::Provider("python");

/// The files by which Nixpacks takes a directory for a Python app.
pub const PYTHON_FILES: [&str; 4] = ["main.py", "requirements.txt", "pyproject.toml", "Pipfile"];
/// Those that make the provider install (`PackageManager::resolve`), the one that counts first.
pub const PYTHON_MANIFESTS: [&str; 3] = ["requirements.txt", "pyproject.toml", "Pipfile"];
/// Where the provider makes its virtual environment (`VENV_LOCATION`).
pub const PROVIDER_VENV: &str = "/opt/venv";

const ARCHIVE: &str = "bc8f8d1be58e8c8383e683a06e1e1e57893fff87";
const LEGACY_ARCHIVE: &str = "5148520bfab61f99fd25fb9ff7bfbb50dad3c9db";

pub(super) const PYTHON: Provider = Provider {
    name: "python",
    detect: |scope| Ok(PYTHON_FILES.into_iter().any(|file| scope.files.has(file))),
    plan: |scope| plan(scope).map(Some),
};

fn plan(scope: Scope<'_>) -> Result<Provided, PlanError> {
    let files = scope.files;
    let (python, archive) = interpreter(scope)?;
    let django = files.has("manage.py") && uses(files, "django");
    let sources = &*scope.remembered.python_sources(files, django);
    let postgres = sources.postgres.clone()? || uses(files, "psycopg2") || uses(files, "psycopg");

    let mut plan = Plan::default();
    let mut setup = Draft::new(&BY, "setup");
    setup.pkgs([python]);
    if postgres {
        setup.pkgs(["postgresql_16.dev"]);
    }
    if django && sources.mysql.clone()? {
        setup.pkgs(["libmysqlclient.dev"]);
    }
    if files.has("Pipfile") {
        setup.pkgs(["pipenv"]);
    }
    setup.archive(archive);
    if uses(files, "cairo") {
        setup.libs(["cairo"]);
    }
    if uses(files, "pydub") {
        setup.pkgs(["ffmpeg-headless"]);
    }
    if uses(files, "pdf2image") {
        setup.pkgs(["poppler_utils"]);
    }
    setup.libs(["zlib", "stdenv.cc.cc.lib"]).pkgs(["gcc"]);
    setup.put(&mut plan);
    plan.phases.insert("install".to_owned(), install(scope));
    if let Some(cmd) = start(files, django, sources)? {
        draft::start(&mut plan, &BY, cmd);
    }
    set_variables(files, &mut plan)?;

    let labels = [
        (django, "django"),
        (postgres, "postgres"),
        (files.has("poetry.lock"), "poetry"),
        (files.has("pdm.lock"), "pdm"),
    ];
    Ok(Provided { plan, labels: labels.into_iter().filter(|(is, _)| *is).map(|(_, label)| label).collect() })
}

/// Who installs the packages.
#[derive(Clone, Copy)]
enum Manager {
    Requirements,
    Setuptools,
    Poetry,
    Pdm,
    Uv,
    Pipenv,
}

fn manager(scope: Scope<'_>) -> Option<Manager> {
    let files = scope.files;
    let asked = scope.env.config("PYTHON_PACKAGE_MANAGER").unwrap_or_default().to_lowercase();
    match asked.as_str() {
        "requirements" => return Some(Manager::Requirements),
        "setuptools" => return Some(Manager::Setuptools),
        "poetry" => return Some(Manager::Poetry),
        "pdm" => return Some(Manager::Pdm),
        "uv" => return Some(Manager::Uv),
        "pipenv" => return Some(Manager::Pipenv),
        "skip" => return None,
        _ => {}
    }
    if files.has("requirements.txt") {
        Some(Manager::Requirements)
    } else if files.has("pyproject.toml") {
        let locks = [("poetry.lock", Manager::Poetry), ("pdm.lock", Manager::Pdm), ("uv.lock", Manager::Uv)];
        let locked = locks.into_iter().find(|(lock, _)| files.has(lock));
        Some(locked.map_or(Manager::Setuptools, |(_, manager)| manager))
    } else if files.has("Pipfile") {
        Some(Manager::Pipenv)
    } else {
        None
    }
}

fn install(scope: Scope<'_>) -> Phase {
    let Some(manager) = manager(scope) else { return Draft::install(&BY, None).phase };
    let venv = format!("python -m venv --copies {PROVIDER_VENV} && . {PROVIDER_VENV}/bin/activate");
    let then = match manager {
        Manager::Requirements => "pip install -r requirements.txt",
        Manager::Poetry => {
            "pip install poetry==$NIXPACKS_POETRY_VERSION && poetry install --no-dev --no-interaction --no-ansi"
        }
        Manager::Pdm => "pip install pdm==$NIXPACKS_PDM_VERSION && pdm install --prod",
        Manager::Uv => "pip install uv==$NIXPACKS_UV_VERSION && uv sync --no-dev --frozen",
        Manager::Setuptools => "pip install --upgrade build setuptools && pip install .",
        Manager::Pipenv if scope.files.has("Pipfile.lock") => {
            "PIPENV_VENV_IN_PROJECT=1 pipenv install --deploy"
        }
        Manager::Pipenv => "PIPENV_VENV_IN_PROJECT=1 pipenv install --skip-lock",
    };
    let mut install = Draft::install(&BY, Some(format!("{venv} && {then}")));
    install.path(format!("{PROVIDER_VENV}/bin"));
    match manager {
        Manager::Uv => install.cache("/root/.cache/uv"),
        Manager::Pdm => install.cache("/root/.cache/pip").cache("/root/.cache/pdm"),
        Manager::Setuptools => install.cache("/root/.cache/pip").file("pyproject.toml"),
        _ => install.cache("/root/.cache/pip"),
    };
    install.phase
}

fn start(files: &Files<'_>, django: bool, sources: &PythonSources) -> Result<Option<String>, PlanError> {
    if django {
        let wsgi = sources.wsgi.clone()?.ok_or_else(|| {
            error("Failed to find your WSGI_APPLICATION django setting. Add this to continue.")
        })?;
        return Ok(Some(format!("python manage.py migrate && gunicorn {wsgi}")));
    }
    if files.has("main.py") {
        return Ok(Some("python main.py".to_owned()));
    }
    Ok(project_module(files).map(|module| format!("python -m {module}")))
}

/// The module that `pyproject.toml` names, `None` where it does not parse as the planner reads it.
fn project_module(files: &Files<'_>) -> Option<String> {
    let root = if files.has("pyproject.toml") { files.toml("pyproject.toml").ok()? } else { return None };
    let project = root.get("project")?.as_table()?;
    let strings = |key: &str| match project.get(key) {
        None => Some(None),
        Some(node) => {
            let elements = node.as_array()?.elements.iter();
            elements.map(|e| e.as_str().map(|s| s.decoded.clone())).collect::<Option<Vec<_>>>().map(Some)
        }
    };
    let name = match project.get("name") {
        None => None,
        Some(node) => Some(node.as_str()?.decoded.clone()),
    };
    let packages = strings("packages")?;
    let modules = strings("py_modules")?;
    if let Some(points) = project.get("entry_points") {
        points.as_table()?.entries.iter().map(|entry| entry.node.as_str()).collect::<Option<Vec<_>>>()?;
    }
    let first = |list: Option<Vec<String>>| list.and_then(|list| list.into_iter().next());
    first(packages).or_else(|| first(modules)).or(name)
}

fn set_variables(files: &Files<'_>, plan: &mut Plan) -> Result<(), PlanError> {
    let fixed = [
        ("PYTHONFAULTHANDLER", "1"),
        ("PYTHONUNBUFFERED", "1"),
        ("PYTHONHASHSEED", "random"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PIP_NO_CACHE_DIR", "1"),
        ("PIP_DISABLE_PIP_VERSION_CHECK", "1"),
        ("PIP_DEFAULT_TIMEOUT", "100"),
    ];
    variables(plan, &BY, fixed.map(|(name, value)| (name, value.to_owned())));
    let tool_version = |tool: &str, default: &str| {
        let version = if files.has(".tool-versions") {
            tool_versions(&files.text(".tool-versions")?).remove(tool)
        } else {
            None
        };
        Ok::<_, PlanError>(version.unwrap_or_else(|| default.to_owned()))
    };
    if files.has("poetry.lock") {
        variables(plan, &BY, [("NIXPACKS_POETRY_VERSION", tool_version("poetry", "1.3.1")?)]);
    }
    if files.has("pdm.lock") {
        variables(plan, &BY, [("NIXPACKS_PDM_VERSION", "2.13.3".to_owned())]);
    }
    if files.has("uv.lock") {
        let version = tool_version("uv", "0.4.30")?;
        variables(
            plan,
            &BY,
            [("NIXPACKS_UV_VERSION", version), ("UV_PROJECT_ENVIRONMENT", PROVIDER_VENV.to_owned())],
        );
    }
    Ok(())
}

/// The interpreter's package and the archive that it comes from.
fn interpreter(scope: Scope<'_>) -> Result<(&'static str, &'static str), PlanError> {
    static VERSION: LazyLock<Regex> =
        LazyLock::new(|| pattern(r#"^(?:[\sa-zA-Z-"']*)(\d*)(?:\.*)(\d*)(?:\.*\d*)(?:["']?)$"#));
    let Some(version) = wanted_version(scope)? else { return Ok(("python3", ARCHIVE)) };
    let captures = VERSION.captures(version.trim());
    let group = |nth| captures.as_ref().and_then(|captures| captures.get(nth)).map(|m| m.as_str());
    Ok(match (group(1), group(2)) {
        (Some("3"), Some("13")) => ("python313", ARCHIVE),
        (Some("3"), Some("12")) => ("python312", ARCHIVE),
        (Some("3"), Some("11")) => ("python311", ARCHIVE),
        (Some("3"), Some("10")) => ("python310", ARCHIVE),
        (Some("3"), Some("9")) => ("python39", LEGACY_ARCHIVE),
        (Some("3"), Some("8")) => ("python38", LEGACY_ARCHIVE),
        (Some("3"), Some("7")) => ("python37", LEGACY_ARCHIVE),
        (Some("2"), Some("7")) => ("python27", LEGACY_ARCHIVE),
        _ => ("python3", ARCHIVE),
    })
}

/// The version that the app asks for. A `runtime.txt`, `Pipfile` or `.tool-versions` goes before
/// the platform's variable, and only without it `.python-version` counts.
fn wanted_version(scope: Scope<'_>) -> Result<Option<String>, PlanError> {
    static PIPFILE: LazyLock<Regex> =
        LazyLock::new(|| pattern("(python_version|python_full_version) = ['|\"]([0-9|.]*)"));
    let files = scope.files;
    let asked = scope.env.config("PYTHON_VERSION");
    if asked.is_none() && files.has(".python-version") {
        files.text(".python-version").map(Some)
    } else if files.has("runtime.txt") {
        files.text("runtime.txt").map(Some)
    } else if files.has("Pipfile") {
        let text = files.text("Pipfile")?;
        Ok(PIPFILE.captures(&text).and_then(|captures| captures.get(2)).map(|m| m.as_str().to_owned()))
    } else if files.has(".tool-versions") {
        let Some(version) = tool_versions(&files.text(".tool-versions")?).remove("python") else {
            return Ok(None);
        };
        let mut parts = version.split('.');
        match (parts.next(), parts.next()) {
            (Some(major), Some(minor)) => Ok(Some(format!("{major}.{minor}"))),
            // The planner itself crashes here.
            _ => Err(error(format!(
                "Could not find a python version string in the format x.y.z or x.y from .tool-versions. Found {version}"
            ))),
        }
    } else {
        Ok(asked)
    }
}

fn tool_versions(text: &str) -> HashMap<String, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| {
        let (tool, version) = line.split_once(char::is_whitespace)?;
        Some((tool.to_owned(), version.trim_start().to_owned()))
    });
    pairs.collect()
}

/// Whether a manifest mentions `dep` anywhere, comments included.
fn uses(files: &Files<'_>, dep: &str) -> bool {
    PYTHON_MANIFESTS
        .into_iter()
        .any(|file| files.has(file) && files.text_or_empty(file).to_lowercase().contains(dep))
}
