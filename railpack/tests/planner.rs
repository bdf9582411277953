//! Plans of small apps, one for each kind that Railpack has an example of.

#![allow(clippy::unwrap_used)]

use nixpacks_railpack::image::Image;
use nixpacks_railpack::planner::{Planned, Provider, StartSource, plan};
use nixpacks_railpack::release::Target;
use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::plan::Dashboard;

const PIP: [&str; 4] = [
    "python -m venv /app/.venv",
    "PATH /app/.venv/bin",
    "COPY requirements.txt",
    "pip install -r requirements.txt",
];
const UVICORN: &str = "uvicorn main:app --host 0.0.0.0 --port ${PORT:-8000}";
const GUNICORN: &str = "gunicorn --bind 0.0.0.0:${PORT:-8000} main:app";

fn planned(version: &str, files: &[(&str, &str)]) -> Planned {
    with_env(version, files, &[])
}

fn with_env(version: &str, files: &[(&str, &str)], env: &[(&str, &str)]) -> Planned {
    let app = MemoryApp::new(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    plan(&app, Target::parse(version).unwrap(), &Dashboard { env, ..Dashboard::default() })
}

fn start(files: &[(&str, &str)]) -> Option<String> {
    planned("0.37.0", files).plan.deploy.start
}

fn python(version: &str, files: &[(&str, &str)]) -> String {
    let mut files = files.to_vec();
    files.push(("main.py", ""));
    let requested = planned(version, &files).python.unwrap();
    format!("{} by {}", requested.version, requested.source)
}

#[test]
fn the_file_that_is_started() {
    assert_eq!(start(&[("bot.py", "")]).as_deref(), Some("python bot.py"));
    assert_eq!(start(&[("server.py", ""), ("start.py", "")]).as_deref(), Some("python start.py"));
    assert_eq!(start(&[("requirements.txt", "fastapi\nuvicorn\n")]), None);
    // The module is `main`, though the file is another one.
    assert_eq!(
        start(&[("app.py", ""), ("requirements.txt", "fastapi\nuvicorn\n")]).as_deref(),
        Some(UVICORN)
    );
    assert_eq!(
        start(&[("main.py", ""), ("requirements.txt", "Flask\ngunicorn\n")]).as_deref(),
        Some(GUNICORN)
    );
    assert_eq!(start(&[("main.py", ""), ("requirements.txt", "Flask\n")]).as_deref(), Some("python main.py"));
    let fasthtml = [("main.py", ""), ("requirements.txt", "python-fasthtml\nuvicorn\n")];
    assert_eq!(start(&fasthtml).as_deref(), Some(UVICORN));
}

#[test]
fn django_is_started_by_its_setting() {
    let settings = "WSGI_APPLICATION = 'site.wsgi.application'\n";
    let files = [("manage.py", ""), ("requirements.txt", "django\n"), ("site/settings.py", settings)];
    let expected = "python manage.py migrate && gunicorn --bind 0.0.0.0:${PORT:-8000} site.wsgi:application";
    assert_eq!(start(&files).as_deref(), Some(expected));
    assert_eq!(start(&files[..2]), None);
    let named = with_env("0.37.0", &files[..2], &[("RAILPACK_DJANGO_APP_NAME", "a.wsgi")]);
    assert!(named.plan.deploy.start.unwrap().ends_with(" a.wsgi:application"));
}

#[test]
fn each_package_manager_installs() {
    let last = |files: &[(&str, &str)]| {
        let plan = planned("0.37.0", files).plan;
        (plan.lines("install").last().cloned(), plan.lines("build"))
    };
    assert_eq!(planned("0.37.0", &[("requirements.txt", "x\n")]).plan.lines("install"), PIP);
    let uv = [("pyproject.toml", ""), ("uv.lock", ""), ("poetry.lock", "")];
    let sync = "uv sync --locked --no-dev --no-install-project".to_owned();
    assert_eq!(last(&uv), (Some(sync), vec!["uv sync --locked --no-dev --no-editable".to_owned()]));
    for (files, command) in [
        (
            &[("pyproject.toml", ""), ("poetry.lock", "")][..],
            "poetry install --no-interaction --no-ansi --only main --no-root",
        ),
        (&[("pyproject.toml", ""), ("pdm.lock", "")], "pdm install --check --prod --no-editable"),
        (&[("Pipfile", ""), ("Pipfile.lock", "")], "pipenv install --deploy --ignore-pipfile"),
        (&[("Pipfile", "")], "pipenv install --skip-lock"),
    ] {
        assert_eq!(last(files), (Some(command.to_owned()), Vec::new()));
    }
    // A project without a lock file: nothing is installed.
    let bare = planned("0.37.0", &[("pyproject.toml", "[project]\nname = 'x'\n"), ("main.py", "")]);
    assert_eq!(bare.plan.lines("install"), [""; 0]);
    assert!(!Image::of(&bare.plan).ships("/opt/x"));
}

#[test]
fn the_tools_of_mise_by_version() {
    let tools = |version, files: &[(&str, &str)]| planned(version, files).tools.join(" ");
    let poetry = [("pyproject.toml", ""), ("poetry.lock", "")];
    assert_eq!(tools("0.37.0", &poetry), "poetry python");
    assert_eq!(tools("0.23.0", &poetry), "pipx pipx:poetry python");
    assert_eq!(tools("0.37.0", &[("Pipfile", "")]), "pipx pipx:pipenv python uv");
    assert_eq!(tools("0.23.0", &[("Pipfile", "")]), "pipx pipx:pipenv python");
}

#[test]
fn all_files_are_copied_for_packages_of_the_app_itself() {
    let workspace = [("pyproject.toml", "[tool.uv.workspace]\nmembers = ['a']\n"), ("uv.lock", "")];
    for files in [&workspace[..], &[("requirements.txt", "a @ file:///app/a\n")]] {
        let plan = planned("0.37.0", files).plan;
        let install = plan.step("install").unwrap();
        assert_eq!(install.inputs.len(), 2);
        assert!(!plan.lines("install").iter().any(|line| line.starts_with("COPY")));
    }
}

#[test]
fn who_asks_for_a_version_of_python() {
    assert_eq!(python("0.37.0", &[("main.py", "")]), "3.13 by railpack default");
    let mise = ("mise.toml", "[tools]\npython = 'latest'\n");
    let tools = (".tool-versions", "uv 0.7\npython 3.9.23\n");
    let file = (".python-version", "3.11\n");
    let runtime = ("runtime.txt", "python-3.12.1");
    let pipfile = ("Pipfile", "[requires]\npython_full_version = '3.10.2'\n");
    assert_eq!(python("0.37.0", &[file, runtime, tools, mise]), "latest by mise.toml");
    assert_eq!(python("0.37.0", &[file, runtime, tools]), "3.9.23 by .tool-versions");
    assert_eq!(python("0.37.0", &[file, runtime]), "3.11 by idiomatic-version-file");
    assert_eq!(python("0.37.0", &[pipfile, runtime]), "3.12.1 by runtime.txt");
    assert_eq!(python("0.23.0", &[pipfile, runtime]), "3.10.2 by Pipfile > python_full_version");
    // The planner of 0.15 doesn't read it; mise in the container does.
    assert_eq!(python("0.15.4", &[("main.py", ""), file]), "3.13 by railpack default");
    let json = ("railpack.json", r#"{"packages": {"python": "3.11"}}"#);
    assert_eq!(python("0.37.0", &[file, json, ("main.py", "")]), "3.11 by custom config");
    let variable = |version| {
        let found = with_env(version, &[file, ("main.py", "")], &[("RAILPACK_PYTHON_VERSION", "3.12")]);
        found.python.unwrap().version
    };
    assert_eq!((variable("0.37.0"), variable("0.23.0")), ("3.12".to_owned(), "3.11".to_owned()));
}

#[test]
fn packages_of_apt_for_python_packages() {
    let apt = |version, text: &str| {
        let plan = planned(version, &[("requirements.txt", text)]).plan;
        [
            plan.apt_packages("packages:apt:build").join(" "),
            plan.apt_packages("packages:apt:runtime").join(" "),
        ]
    };
    assert_eq!(apt("0.37.0", "psycopg2\n"), ["libpq-dev", "libpq5"]);
    assert_eq!(apt("0.37.0", "psycopg2-binary\n"), ["", ""]);
    assert_eq!(apt("0.15.4", "psycopg2-binary\n"), ["libpq-dev", "libpq5"]);
    assert_eq!(apt("0.37.0", "# was pydub\npdf2image\n"), ["", "ffmpeg poppler-utils"]);
    assert_eq!(apt("0.37.0", "mysqlclient\n"), ["default-libmysqlclient-dev", "default-mysql-client"]);
    assert_eq!(apt("0.37.0", "pycairo\n"), ["libcairo2-dev", "libcairo2"]);
    let below = [("main.py", ""), ("db/pyproject.toml", "dependencies = ['psycopg2']\n")];
    assert_eq!(planned("0.37.0", &below).plan.apt_packages("packages:apt:runtime"), ["libpq5"]);
    assert!(planned("0.15.4", &below).plan.apt_packages("packages:apt:runtime").is_empty());
    let django = [("main.py", ""), ("s.py", "'ENGINE': 'django.db.backends.mysql'")];
    assert_eq!(
        planned("0.37.0", &django).plan.apt_packages("packages:apt:runtime"),
        ["default-mysql-client"]
    );
}

#[test]
fn a_browser_is_installed_if_asked_for() {
    let files = [("requirements.txt", "playwright\n"), ("main.py", "")];
    let env = [("RAILPACK_PYTHON_PLAYWRIGHT_INSTALL", "1")];
    let plan = with_env("0.37.0", &files, &env).plan;
    assert_eq!(plan.lines("install").last().unwrap(), "playwright install --only-shell");
    assert_eq!(plan.apt_packages("packages:apt:runtime").len(), 21);
    assert!(Image::of(&plan).ships("/root/.cache/ms-playwright/chromium"));
    assert_eq!(with_env("0.30.0", &files, &env).plan.lines("install"), PIP);
}

#[test]
fn the_provider_that_takes_the_app() {
    let name = |version, files: &[(&str, &str)]| planned(version, files).provider.map(Provider::name);
    assert_eq!(name("0.37.0", &[("package.json", "{}"), ("requirements.txt", "")]), Some("python"));
    assert_eq!(name("0.37.0", &[("package.json", "{}")]), Some("node"));
    assert_eq!(name("0.37.0", &[("main.go", ""), ("main.py", "")]), Some("golang"));
    assert_eq!(name("0.37.0", &[("bot.py", ""), ("start.sh", "")]), Some("python"));
    assert_eq!(name("0.15.4", &[("bot.py", ""), ("start.sh", "")]), Some("shell"));
    assert_eq!(name("0.37.0", &[("run.py", "")]), None);
    assert_eq!(
        name("0.37.0", &[("run.py", ""), ("railpack.json", r#"{"provider": "Python"}"#)]),
        Some("python")
    );
    let shell = planned("0.37.0", &[("start.sh", "#!/usr/bin/env bash\n")]).plan;
    assert_eq!(shell.deploy.start.as_deref(), Some("bash start.sh"));
    assert_eq!(shell.lines("build"), ["chmod +x start.sh"]);
}

#[test]
fn a_procfile_is_over_the_provider_and_under_the_file() {
    let of = |procfile: &str, json: Option<&str>| {
        let mut files = vec![("main.py", ""), ("Procfile", procfile)];
        files.extend(json.map(|json| ("railpack.json", json)));
        let planned = planned("0.37.0", &files);
        (
            planned.plan.deploy.start.unwrap_or_default(),
            planned.start,
            planned.error.map(|error| error.message()),
        )
    };
    let process = |name: &str, is_any| StartSource::Procfile { process: name.to_owned(), is_any };
    assert_eq!(of("worker: b\nweb: a\n", None), ("a".to_owned(), process("web", false), None));
    assert_eq!(of("release: c\nworker: b\n", None).0, "b");
    assert_eq!(of("release: c\n", None), ("c".to_owned(), process("release", false), None));
    assert_eq!(of("x: c\ny: d\n", None).1, process("x", true));
    let json = r#"{"deploy": {"startCommand": "z"}}"#;
    assert_eq!(of("web: a\n", Some(json)), ("z".to_owned(), StartSource::Config, None));
    assert!(of("web: a: b\n", None).2.is_some());
}

#[test]
fn a_file_is_merged_over_the_plan() {
    let files = |json| [("requirements.txt", "pydub\n"), ("main.py", ""), ("railpack.json", json)];
    let plan = |version, json| planned(version, &files(json)).plan;
    let apt = |version, json| plan(version, json).apt_packages("packages:apt:runtime").join(" ");
    assert_eq!(apt("0.15.4", r#"{"deploy": {"aptPackages": ["...", "git"]}}"#), "ffmpeg git");
    assert_eq!(apt("0.37.0", r#"{"deploy": {"aptPackages": ["git"]}}"#), "git");
    assert_eq!(apt("0.37.0", r#"{"deploy": {"aptPackages": []}}"#), "");
    let build = r#"{"buildAptPackages": ["...", "gfortran"]}"#;
    let names = |version| plan(version, build).apt_packages("packages:apt:build").join(" ");
    assert_eq!((names("0.37.0"), names("0.30.0")), ("gfortran".to_owned(), "... gfortran".to_owned()));

    // A step that is named is copied over the image, unless it says what of it is.
    let variables = r#"{"steps": {"install": {"variables": {"A": "b"}}}}"#;
    assert_eq!(plan("0.37.0", variables).deploy.inputs.len(), 4);
    let none = r#"{"steps": {"install": {"variables": {"A": "b"}, "deployOutputs": []}}}"#;
    assert_eq!(plan("0.37.0", none).deploy.inputs.len(), 3);
    let commands = r#"{"steps": {"build": {"commands": ["...", {"cmd": "ls"}]}}}"#;
    assert_eq!(plan("0.37.0", commands).deploy.inputs.len(), 3);
    assert_eq!(plan("0.37.0", commands).lines("build"), ["ls"]);
    assert!(
        plan("0.37.0", r#"{"steps": {"unused": {"deployOutputs": [], "commands": [{"cmd": "ls"}]}}}"#)
            .step("unused")
            .is_none()
    );
}

#[test]
fn what_is_refused() {
    let error = |files: &[(&str, &str)], env: &[(&str, &str)]| {
        with_env("0.37.0", files, env).error.map(|error| error.message()).unwrap_or_default()
    };
    assert!(error(&[("railpack.json", "[]"), ("main.py", "")], &[]).contains("railpack.json"));
    assert!(error(&[("main.py", "")], &[("RAILPACK_CONFIG_FILE", "other.json")]).contains("not found"));
    assert!(error(&[("notes.md", "")], &[]).contains("could not determine"));
    let local = r#"{"steps": {"build": {"inputs": ["."]}}}"#;
    assert!(error(&[("railpack.json", local), ("main.py", "")], &[]).contains("`build`"));
    assert_eq!(error(&[("main.py", "")], &[]), "");
}

#[test]
fn what_the_image_has() {
    let plan = planned("0.37.0", &[("requirements.txt", "x\n"), ("main.py", "")]).plan;
    let image = Image::of(&plan);
    assert_eq!(image.path, ["/app/.venv/bin", "/mise/shims", "/root/.local/bin"][..2]);
    for path in ["/app/main.py", "/app/.venv/bin/pip", "/mise/installs/python"] {
        assert!(image.ships(path), "{path}");
    }
    for path in ["/opt/venv/bin/pip", "/root/nltk_data", "/usr/local/bin/tool", "/apples"] {
        assert!(!image.ships(path), "{path}");
    }
    assert_eq!(
        image.comes_first(&["/opt/venv/bin", "/mise/shims", "/app/.venv/bin"]),
        Some("/app/.venv/bin")
    );
    let json = r#"{"deploy": {"paths": ["/opt/venv/bin"]}}"#;
    let with = planned("0.37.0", &[("requirements.txt", "x\n"), ("main.py", ""), ("railpack.json", json)]);
    assert_eq!(Image::of(&with.plan).path, ["/app/.venv/bin", "/mise/shims", "/opt/venv/bin"]);
}

#[test]
fn coolify_adds_packages_in_place_of_railpacks_own() {
    let files = [("requirements.txt", "pydub\n"), ("main.py", "")];
    let apt = |target| planned(target, &files).plan.apt_packages("packages:apt:runtime").join(" ");
    assert_eq!(apt("coolify"), "curl wget");
    assert_eq!(apt("sevalla"), "ffmpeg");
}

#[test]
fn a_start_outside_the_app_that_the_image_has_not_is_lost() {
    use nixpacks_railpack::migrate::migrate;
    let left = |start: &str| {
        let toml = format!("[phases.build]\ncmds = [\"bash make.sh\"]\n\n[start]\ncmd = \"{start}\"\n");
        let app = MemoryApp::new([
            ("nixpacks.toml", toml.as_str()),
            ("requirements.txt", "flask\n"),
            ("main.py", ""),
        ]);
        let left = migrate(&app, Target::parse("railway").unwrap(), &Dashboard::default()).left;
        left.iter().any(|loss| matches!(loss, nixpacks_railpack::losses::Loss::OldPath(_)))
    };
    for start in ["/opt/own/bin/python main.py", "python main.py --with=/opt/own/x", "/usr/local/bin/own"] {
        assert!(left(start), "{start}");
    }
    for start in ["python main.py --data /root/data", "/usr/bin/env python main.py", "/app/bin/own"] {
        assert!(!left(start), "{start}");
    }
}

#[test]
fn a_program_that_nothing_brings_is_named() {
    use nixpacks_railpack::migrate::migrate;
    let of = |requirements: &str, start: &str| {
        let toml = format!("[start]\ncmd = \"{start}\"\n");
        let app = MemoryApp::new([
            ("nixpacks.toml", toml.as_str()),
            ("requirements.txt", requirements),
            ("main.py", ""),
        ]);
        migrate(&app, Target::parse("railway").unwrap(), &Dashboard::default()).by_hand.programs
    };
    assert_eq!(of("flask\n", "gunicorn main:app").join(" "), "gunicorn");
    assert_eq!(of("flask\n", "first & gunicorn main:app").join(" "), "first gunicorn");
    assert_eq!(of("flask\ngunicorn\n", "cd src && exec gunicorn main:app"), [""; 0]);
    assert_eq!(of("flask\n", "flask run"), [""; 0]);
    assert_eq!(of("-e .\n", "tool run"), [""; 0]);
    assert_eq!(of("x\n", "python main.py"), [""; 0]);
    let node = MemoryApp::new([
        ("nixpacks.toml", "[start]\ncmd = \"gunicorn main:app\"\n"),
        ("requirements.txt", "gunicorn\n"),
        ("package.json", "{}"),
    ]);
    assert_eq!(
        migrate(&node, Target::parse("railway").unwrap(), &Dashboard::default()).by_hand.programs,
        [""; 0]
    );
}
