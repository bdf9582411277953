//! Working apps of many shapes, drawn: none of them gets an error, and none is changed.
#![allow(clippy::unwrap_used, clippy::panic)]

use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::engine::{self, Options};
use nixpacks_transforms::rules::Severity;
use nixpacks_transforms::simulate::Outcome;
use std::collections::BTreeMap;

/// How many apps are drawn.
const APPS: u64 = 400;
/// How many of them have to be predictable: what is never followed shows nothing.
const PREDICTABLE: usize = 300;

/// A generator of numbers that gives the same ones on every machine (Knuth's MMIX).
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }
}

/// Where the code is: the directory to start in, the file, and the module that a server loads.
#[derive(Clone, Copy)]
struct Layout {
    cd: &'static str,
    file: &'static str,
    module: &'static str,
}

const LAYOUTS: [Layout; 4] = [
    Layout { cd: "", file: "main.py", module: "main" },
    Layout { cd: "", file: "app/main.py", module: "app.main" },
    Layout { cd: "cd backend && ", file: "backend/main.py", module: "main" },
    Layout { cd: "", file: "shop/server/wsgi.py", module: "shop.server.wsgi" },
];

/// How the packages get there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Installs {
    Provider,
    ProviderUv,
    ProviderPoetry,
    Venv,
    VenvInScript,
    VenvInMakefile,
    OwnVenvActivated,
    DotsAndMore,
    UvSync,
    UvPip,
    WithPackages,
    StandardLibrary,
    TaskRunner,
}

const INSTALLS: [Installs; 13] = [
    Installs::Provider,
    Installs::ProviderUv,
    Installs::ProviderPoetry,
    Installs::Venv,
    Installs::VenvInScript,
    Installs::VenvInMakefile,
    Installs::OwnVenvActivated,
    Installs::DotsAndMore,
    Installs::UvSync,
    Installs::UvPip,
    Installs::WithPackages,
    Installs::StandardLibrary,
    Installs::TaskRunner,
];

const PROJECT: &str = "[project]\nname = \"shop\"\nversion = \"1\"\nrequires-python = \">=3.10\"\ndependencies = [\"flask\", \"gunicorn\", \"uvicorn\"]\n";
const LOCK: &str = "version = 1\nrequires-python = \">=3.10\"\n\n[[package]]\nname = \"shop\"\nversion = \"1\"\nsource = { virtual = \".\" }\ndependencies = [{ name = \"flask\" }, { name = \"gunicorn\" }, { name = \"uvicorn\" }]\n\n[[package]]\nname = \"flask\"\nversion = \"3.1.0\"\nsource = { registry = \"https://packages.example.org/simple\" }\n\n[[package]]\nname = \"gunicorn\"\nversion = \"23.0.0\"\nsource = { registry = \"https://packages.example.org/simple\" }\n\n[[package]]\nname = \"uvicorn\"\nversion = \"0.34.0\"\nsource = { registry = \"https://packages.example.org/simple\" }\n";
const POETRY: &str = "[tool.poetry]\nname = \"shop\"\nversion = \"1\"\ndescription = \"\"\nauthors = []\n\n[tool.poetry.dependencies]\npython = \"^3.10\"\nflask = \"*\"\ngunicorn = \"*\"\nuvicorn = \"*\"\n";
const POETRY_LOCK: &str = "[[package]]\nname = \"flask\"\nversion = \"3.1.0\"\n\n[[package]]\nname = \"gunicorn\"\nversion = \"23.0.0\"\n\n[[package]]\nname = \"uvicorn\"\nversion = \"0.34.0\"\n\n[metadata]\nlock-version = \"2.0\"\npython-versions = \"^3.10\"\ncontent-hash = \"\"\n";

type Files = BTreeMap<String, String>;

/// An app that is being drawn.
struct App {
    layout: Layout,
    files: Files,
    /// The top of the config file.
    providers: &'static str,
    packages: Vec<&'static str>,
    /// The install commands; `None` leaves them to the provider.
    install: Option<Vec<String>>,
    paths: Option<&'static str>,
    /// What stands before the program that starts the app.
    before: &'static str,
    runner: &'static str,
}

impl App {
    fn new(layout: Layout) -> Self {
        Self {
            layout,
            files: Files::new(),
            providers: "",
            packages: vec!["..."],
            install: None,
            paths: None,
            before: "",
            runner: "",
        }
    }

    fn put(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.to_owned());
    }

    fn install(&mut self, lines: &[&str]) {
        self.install = Some(lines.iter().map(|line| (*line).to_owned()).collect());
    }

    fn code(&mut self, draw: &mut Draw, installs: Installs) {
        let code = if installs == Installs::StandardLibrary {
            "import http.server\nimport json\n"
        } else {
            draw.pick(&[
                "import flask\n\napp = flask.Flask(__name__)\n",
                "import os\nfrom flask import Flask\n\napp = Flask(__name__)\ntry:\n    import uvloop\nexcept ImportError:\n    uvloop = None\n",
            ])
        };
        self.put(self.layout.file, code);
        match installs {
            Installs::ProviderUv | Installs::UvSync => {
                self.put("pyproject.toml", PROJECT);
                self.put("uv.lock", LOCK);
            }
            Installs::ProviderPoetry => {
                self.put("pyproject.toml", POETRY);
                self.put("poetry.lock", POETRY_LOCK);
            }
            Installs::WithPackages | Installs::StandardLibrary => {}
            _ => self.put("requirements.txt", "flask\ngunicorn\nuvicorn\n"),
        }
    }

    fn venv(&mut self, draw: &mut Draw) {
        let dir = draw.pick(&["/opt/venv", "/app/venv", "/app/.venv"]);
        let line = draw.pick(&[
            "python -m venv DIR && DIR/bin/pip install -r requirements.txt",
            "python3 -m venv DIR && . DIR/bin/activate && pip install --upgrade pip && pip install -r requirements.txt",
            "if [ ! -d DIR ]; then python -m venv DIR; fi; DIR/bin/pip install -r requirements.txt",
            "set -e; python -m venv --copies DIR; DIR/bin/python -m pip install -r requirements.txt",
        ]);
        self.install(&[&line.replace("DIR", dir)]);
        self.paths = Some(match dir {
            "/opt/venv" => "/opt/venv/bin",
            "/app/venv" => "/app/venv/bin",
            _ => "/app/.venv/bin",
        });
    }

    fn script(&mut self, draw: &mut Draw) {
        let script = draw.pick(&[
            "#!/bin/bash\nset -euo pipefail\npython -m venv /opt/venv\n/opt/venv/bin/pip install -r requirements.txt\n",
            "#!/usr/bin/env bash\nif [ -f requirements.txt ]; then\n  python3 -m venv /opt/venv\n  source /opt/venv/bin/activate\n  pip install -r requirements.txt\nfi\n",
            "setup() {\n  python -m venv /opt/venv\n}\nsetup\ncat > .env <<EOF\nDEBUG=0\nEOF\n/opt/venv/bin/pip install -r requirements.txt || exit 1\n",
        ]);
        self.put("scripts/build.sh", script);
        let run = ["bash scripts/build.sh", "chmod +x scripts/build.sh && ./scripts/build.sh"];
        self.install(&[draw.pick(&run)]);
        self.paths = Some("/opt/venv/bin");
    }

    fn installs(&mut self, draw: &mut Draw, installs: Installs) {
        match installs {
            Installs::Provider | Installs::ProviderUv | Installs::ProviderPoetry => {}
            Installs::DotsAndMore => {
                let more = ["mkdir -p data", "pip install rich", "echo done", "python --version"];
                self.install(&["...", draw.pick(&more)]);
            }
            Installs::Venv => self.venv(draw),
            Installs::VenvInScript => self.script(draw),
            Installs::VenvInMakefile => {
                self.put("Makefile", "install: venv\n\t/opt/venv/bin/pip install -r requirements.txt\n\nvenv:\n\t@python -m venv /opt/venv\n");
                self.packages.push("gnumake");
                self.install(&["make install"]);
                self.paths = Some("/opt/venv/bin");
            }
            Installs::OwnVenvActivated => {
                self.install(&["python -m venv venv", "venv/bin/pip install -r requirements.txt"]);
                self.before = ". /app/venv/bin/activate && ";
            }
            Installs::UvSync => {
                self.packages.push("uv");
                self.install(&[draw.pick(&["uv sync --frozen --no-dev", "uv sync --frozen"])]);
                self.runner = "uv run ";
            }
            Installs::UvPip => {
                self.packages.push("uv");
                let install = "uv pip install --python /opt/uv/bin/python -r requirements.txt";
                self.install(&["uv venv /opt/uv", install]);
                self.paths = Some("/opt/uv/bin");
            }
            Installs::WithPackages => {
                self.providers = "providers = []\n\n";
                self.packages = vec!["(python311.withPackages (ps: [ ps.flask ps.gunicorn ps.uvicorn ]))"];
            }
            Installs::StandardLibrary => {
                self.providers = "providers = []\n\n";
                self.packages = vec!["python311"];
            }
            Installs::TaskRunner => {
                let tools = [
                    ("just", "just install"),
                    ("go-task", "task install"),
                    ("pipx", "pipx run nox -s install"),
                ];
                let (package, line) = draw.pick(&tools);
                self.packages.push(package);
                self.install(&[line]);
            }
        }
    }

    /// The start command.
    fn start(&mut self, draw: &mut Draw, installs: Installs) -> String {
        let Layout { cd, file, module } = self.layout;
        let file = if cd.is_empty() { file } else { "main.py" };
        let program = if installs == Installs::StandardLibrary {
            draw.pick(&["python FILE", "python3 FILE", "python -m http.server $PORT"])
        } else {
            draw.pick(&[
                "gunicorn MODULE:app",
                "gunicorn -k uvicorn.workers.UvicornWorker MODULE:app --bind 0.0.0.0:$PORT",
                "uvicorn MODULE:app --host 0.0.0.0 --port ${PORT:-8000}",
                "uvicorn MODULE:app --host 0.0.0.0 --port \"$PORT\"",
                "gunicorn MODULE:app --bind 0.0.0.0:8000",
                "gunicorn MODULE:app --access-logformat '%(h)s \\\\ %(r)s'",
                "python FILE",
                "python -m uvicorn MODULE:app",
                "flask --app MODULE run",
            ])
        };
        let program = program.replace("MODULE", module).replace("FILE", file);
        let exec = if self.runner.is_empty() { draw.pick(&["", "exec "]) } else { "" };
        // In the directory below uv would look for another project.
        let project = if self.runner.is_empty() || cd.is_empty() { "" } else { "--project .. " };
        let start = format!("{}{cd}{exec}{}{project}{program}", self.before, self.runner);
        if !draw.one_in(4) {
            return start;
        }
        self.put("start.sh", &format!("#!/bin/bash\nset -e\necho \"starting on ${{PORT:-8000}}\"\nif [ -z \"$PORT\" ]; then\n  export PORT=8000\nfi\n{start}\n"));
        "bash start.sh".to_owned()
    }

    /// The config file, as far as it is needed.
    fn config(&self, draw: &mut Draw) -> String {
        let mut config = vec![self.providers.to_owned()];
        let names: Vec<String> = self.packages.iter().map(|name| format!("\"{name}\"")).collect();
        if self.packages != ["..."] || draw.one_in(2) {
            config.push(format!("[phases.setup]\nnixPkgs = [{}]\n", names.join(", ")));
            if draw.one_in(3) {
                config.push("aptPkgs = [\"curl\"]\n".to_owned());
            }
        }
        if let Some(lines) = &self.install {
            let lines: Vec<String> = lines.iter().map(|line| format!("  '''{line}''', # step\n")).collect();
            config.push(format!("\n[phases.install]\ncmds = [\n{}]\n", lines.concat()));
            config.extend(self.paths.map(|dir| format!("paths = [\"{dir}\"]\n")));
        }
        if draw.one_in(3) {
            let line = draw.pick(&[
                "echo built",
                "mkdir -p static",
                "ls -la",
                "cp -r . /tmp/copy",
                "test -f nothing || true",
                "which node || echo none",
                "set -e",
                "# nothing to build",
                "apt-get update && apt-get install -y ffmpeg",
                "echo one && \\\n  echo two\n",
                "echo '$PORT ...'",
            ]);
            config.push(format!("\n[phases.build]\ncmds = ['''{line}''']\n"));
        }
        if draw.one_in(4) {
            let line = draw.pick(&[
                "PORT = \"8000\"",
                "PYTHON_VERSION = \"3.11\"",
                "SECRET_KEY = \"3f9c1b7e5d2a4860\"",
                "LD_LIBRARY_PATH = \"/app/lib:$LD_LIBRARY_PATH\"",
                "NIXPACKS_APT_PKGS = \"ffmpeg\"",
            ]);
            config.push(format!("\n[variables]\n{line}\n"));
        }
        config.concat()
    }
}

/// One app, and what it is.
fn app(draw: &mut Draw) -> (String, Files) {
    let installs = draw.pick(&INSTALLS);
    let mut app = App::new(draw.pick(&LAYOUTS));
    app.code(draw, installs);
    app.installs(draw, installs);
    let start = app.start(draw, installs);
    let mut config = app.config(draw);
    let place = draw.pick(&["nixpacks.toml", "Procfile", "railway.json"]);
    match place {
        "Procfile" => app.put(place, &format!("web: {start}\n")),
        "railway.json" => {
            let quoted = start.replace('\\', "\\\\").replace('"', "\\\"");
            app.put(place, &format!("{{\n  \"build\": {{ \"builder\": \"NIXPACKS\" }},\n  \"deploy\": {{ \"startCommand\": \"{quoted}\" }}\n}}\n"));
        }
        _ => config = format!("{config}\n[start]\ncmd = '''{start}'''\n"),
    }
    if !config.is_empty() {
        app.put("nixpacks.toml", &config);
    }
    (format!("{installs:?}, {}, start in {place}", app.layout.file), app.files)
}

#[test]
fn a_working_app_gets_no_error_and_no_change() {
    let mut wrong = Vec::new();
    let mut predictable = 0;
    for seed in 0..APPS {
        let (what, files) = app(&mut Draw(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1));
        let memory = MemoryApp::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let outcome = engine::run(&memory, &Options::default())
            .unwrap_or_else(|error| panic!("{what}: {}", error.message));
        let errors: Vec<&str> = outcome
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.message.as_str())
            .collect();
        let fails = matches!(outcome.before.outcome, Outcome::Fails { .. });
        predictable += usize::from(outcome.before.builds());
        if fails || !errors.is_empty() || !outcome.changes.is_empty() {
            wrong.push(format!(
                "app {seed} ({what}): {:?}: {}; {errors:?}\n{files:#?}",
                outcome.before.outcome, outcome.before.detail
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {APPS}:\n{}",
        wrong.len(),
        wrong.iter().take(5).cloned().collect::<Vec<_>>().join("\n")
    );
    assert!(predictable >= PREDICTABLE, "{predictable} of {APPS} apps are predicted to build");
}
