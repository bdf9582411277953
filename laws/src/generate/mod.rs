//! An app from bytes: most have something wrong with them.

mod commands;
mod config;
mod json;
mod remarks;
mod strings;
mod toml;

use crate::{App, ByteSource};
use commands::Place;
use nixpacks_transforms::app::MemoryApp;
use nixpacks_transforms::engine::{Options, Strategy};

/// The app that these bytes stand for: its files, its comments, what the tool is asked.
pub fn app(bytes: &[u8]) -> App {
    let source = &mut ByteSource::new(bytes);
    let mut app = App { options: options(source), ..App::default() };
    let place = sources(source, &mut app);
    let tables = config::nixpacks(source, place);
    // An app without a config has nothing that could be edited; it is drawn all the same.
    match source.below(24) {
        0..=18 => {
            let (mut text, comments) = toml::write(source, "nixpacks.toml", &tables);
            if source.one_in(24) {
                text.push_str(source.pick(BROKEN));
            }
            app.files.insert("nixpacks.toml", text);
            app.comments.extend(comments);
        }
        19..=22 => {
            let mut text = json::write(source, false, &tables);
            if source.one_in(8) {
                let end = text.rfind('}').unwrap_or_default();
                text.insert_str(end, source.pick(REPEATED));
            }
            app.files.insert("nixpacks.json", text);
        }
        _ => {}
    }
    if source.one_in(4) {
        let tables = config::railway(source, place);
        if source.one_in(3) {
            let (text, comments) = toml::write(source, "railway.toml", &tables);
            app.files.insert("railway.toml", text);
            app.comments.extend(comments);
        } else {
            app.files.insert("railway.json", json::write(source, true, &tables));
        }
    }
    if source.one_in(5) {
        let mut processes = vec![("web", commands::start(source, place))];
        if source.one_in(4) {
            processes.push(("release", "python manage.py migrate".to_owned()));
        }
        if source.one_in(4) {
            processes.push(("worker", commands::start(source, place)));
        }
        let (text, comments) = json::procfile(source, &processes);
        app.files.insert("Procfile", text);
        app.comments.extend(comments);
    }
    app
}

/// What keeps a file from being read, behind the rest of it.
const BROKEN: &[&str] = &[
    "\n[phases.late:extra]\ndependsOn = ['install']\n",
    "\n[phases.late]\naptPkgs = [\"curl\" \"git\"];\n",
    "\n[phases.late\ncmds = [echo, \u{201c}true\u{201d}]\n",
    "\n[phases.late]\nname = 'a'\n[phases.late]\nname = 'a'\n",
    "\n<<<<<<< HEAD\n[late]\n=======\n[later]\n>>>>>>> other\n",
];

/// Keys that the file may have already, behind the rest of its object.
const REPEATED: &[&str] = &[
    ", \"start\": {\"cmd\": \"python main.py\"}",
    ", \"phases\": {\"late\": {\"cmds\": [\"true\"]}}",
    ", \"variables\": {\"A\": \"é\", \"A\": \"1\"}",
];

fn options(source: &mut ByteSource<'_>) -> Options {
    let mut options = Options {
        strategy: match source.below(8) {
            5 => Strategy::Managed,
            6 => Strategy::Venv,
            7 => Strategy::Explicit,
            _ => Strategy::Auto,
        },
        unsafe_fixes: source.one_in(4),
        ..Options::default()
    };
    if source.one_in(10) {
        options.rules.ignore.push(rule(source));
    }
    if source.one_in(16) {
        options.rules.select = vec![rule(source), rule(source), rule(source)];
    }
    if source.one_in(12) {
        let (name, value) = [("NIXPACKS_PYTHON_VERSION", "3.10"), ("NIXPACKS_PKGS", "ffmpeg pip")]
            .get(source.below(2))
            .copied()
            .unwrap_or_default();
        options.dashboard.env.push((name.to_owned(), value.to_owned()));
    }
    if source.one_in(16) {
        options.dashboard.install_cmd = Some("pip install -r requirements.txt".to_owned());
    }
    if source.one_in(16) {
        options.dashboard.start_cmd = Some("gunicorn main:app".to_owned());
    }
    options
}

fn rule(source: &mut ByteSource<'_>) -> String {
    let rules = nixpacks_transforms::rules::RULES;
    rules.get(source.below(rules.len())).map(|rule| rule.id.to_owned()).unwrap_or_default()
}

const REQUIREMENTS: &[&str] = &[
    "flask\n",
    "flask\ngunicorn\nuvicorn\n",
    "fastapi==0.110\r\nuvicorn[standard]>=0.30 ; python_version < '3.13'\r\ngunicorn\r\n",
    "numpy\npandas\ngunicorn\n",
    "weasyprint\npyzbar\n",
    "# é\n-r base.txt\n--index-url https://example.org/simple\npsycopg2\n",
    "\u{feff}flask\\\n  >=2\n",
    "-e .\n",
    "",
    "pip\nsetuptools\n",
];
const MAINS: &[&str] = &[
    "import flask\n",
    "from fastapi import FastAPI\napp = FastAPI()\n",
    "import numpy\n",
    "print('é')\n",
    "",
];

/// The files that are no deploy files, and where the Python part stands.
fn sources(source: &mut ByteSource<'_>, app: &mut App) -> Place {
    let layout = source.below(12);
    let dir = match layout {
        0..=5 => "",
        9 => "backend/",
        _ => "server/",
    };
    let files = &mut app.files;
    let mut put = |path: String, text: &str| files.insert(path, text);
    put(format!("{dir}main.py"), source.pick(MAINS));
    let requirements = source.pick(REQUIREMENTS);
    match source.below(12) {
        0..=7 => put(format!("{dir}requirements.txt"), requirements),
        8 => {
            put(
                format!("{dir}pyproject.toml"),
                "[tool.poetry]\nname = \"x\"\n[tool.poetry.dependencies]\nflask = \"*\"\n",
            );
            let lock =
                "[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\n\n[metadata]\nlock-version = \"2.0\"\n";
            put(format!("{dir}poetry.lock"), source.pick(&[lock, lock, ""]));
        }
        9 => {
            put(format!("{dir}pyproject.toml"), "[project]\nname = \"x\"\ndependencies = [\"flask\"]\n");
            put(
                format!("{dir}uv.lock"),
                source.pick(&["version = 1\nrequires-python = \">=3.8\"\n", "version = 1\n"]),
            );
        }
        10 => put(format!("{dir}Pipfile"), "[packages]\nflask = \"*\"\n"),
        _ => {}
    }
    if source.one_in(3) {
        put(
            "start.sh".to_owned(),
            source.pick(&[
                "python main.py\n",
                "#!/bin/sh\npython main.py\n",
                "#!/usr/bin/env python3\n",
                "#!/bin/sh\r\nset -e\r\npython main.py\r\n",
            ]),
        );
    }
    if layout > 5 && layout != 9 {
        put("web/index.html".to_owned(), "");
    }
    if layout == 5 || layout == 11 {
        put(
            "package.json".to_owned(),
            source.pick(&[
                "{\"name\": \"x\", \"scripts\": {\"start\": \"node index.js\", \"build\": \"true\"}}",
                "{\"scripts\": {\"build\": \"vite build\"}, \"devDependencies\": {\"vite\": \"5\"}}",
            ]),
        );
        put("index.js".to_owned(), "");
        if source.one_in(2) {
            put("package-lock.json".to_owned(), "{}");
        }
    }
    for (path, text) in [
        ("runtime.txt", "python-3.11.4\n"),
        (".python-version", "3.10\n"),
        ("manage.py", "import django\n"),
        ("extra.txt", "gunicorn\n"),
        ("setup.py", ""),
        ("Procfile.txt", "web: python main.py\n"),
        ("scripts/start.sh", "gunicorn main:app\n"),
        ("scripts/install.sh", "pip install -r requirements.txt\n"),
    ] {
        if source.one_in(8) {
            put(path.to_owned(), text);
        }
    }
    if source.one_in(16) {
        let path = format!("{dir}requirements.txt");
        let kept = app.files.files().filter(|(other, _)| *other != path);
        app.files =
            MemoryApp::new(kept.map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).collect::<Vec<_>>());
        app.untracked.insert(path);
    }
    Place { dir }
}
