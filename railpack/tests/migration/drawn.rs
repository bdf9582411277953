//! Holds the migration of drawn apps to what has to be true of every one.

use crate::promises::hold;
use nixpacks_railpack::release::{Platform, Target};
use nixpacks_transforms::app::MemoryApp;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::fmt::Write as _;

const NIX: &[&str] = &[
    "...",
    "python311",
    "python39",
    "python3",
    "gcc",
    "ffmpeg",
    "libGL",
    "glib",
    "cairo",
    "nodejs_20",
    "postgresql",
    "python311Packages.pip",
    "python311Packages.numpy",
    "wkhtmltopdf",
    "ta-lib",
    "chromium",
    "playwright-driver",
    "noSuchName",
    "stdenv.cc.cc.lib",
    "yt-dlp",
    "supervisor",
];
const APT: &[&str] = &[
    "libgl1-mesa-glx",
    "tesseract-ocr",
    "libasound2t64",
    "python3-dev",
    "no-such-package",
    "libcairo2-dev",
    "curl",
];
const INSTALL: &[&str] = &[
    "python -m venv /opt/venv",
    ". /opt/venv/bin/activate && pip install -r requirements.txt",
    "pip install --upgrade pip",
    "pip install -r backend/requirements.txt",
    "cd backend && pip install --user -r requirements.txt",
    "pip install yt-dlp",
    "pip install -e .",
    "pip install --break-system-packages -r requirements.txt",
    "npm ci",
    "playwright install chromium --with-deps",
    "poetry install --no-root",
    "apt-get update && apt-get install -y libmagic1",
    "echo 'it''s \"done\"' > note.txt",
];
const BUILD: &[&str] = &[
    "python manage.py collectstatic --noinput",
    "npm run build",
    "python -m nltk.downloader punkt",
    "mkdir -p /etc/own && cp own.conf /etc/own/",
    "API_TOKEN=drawnsecret0123456789abcd python seed.py",
    "for i in 1 2; do echo $i; done",
];
const START: &[&str] = &[
    "uvicorn main:app --host 0.0.0.0 --port $PORT",
    "cd backend && /opt/venv/bin/python -m uvicorn main:app",
    "source venv/bin/activate && gunicorn app:app",
    "npm start",
    "bash start.sh",
    "SECRET_KEY=drawnsecret python main.py",
    "python3.11 main.py",
    "ffmpeg -version && supervisord -n",
    "cd backend && noprogram --serve",
    "bash -c 'daphne shop.asgi:application'",
];
const FILES: &[(&str, &str)] = &[
    ("requirements.txt", "fastapi\nuvicorn\ngunicorn\npsycopg2\n"),
    ("requirements.txt", "-r base.txt\nflask\ngunicorn\n"),
    ("backend/requirements.txt", "flask\nuvicorn\npydub\n"),
    ("pyproject.toml", "[project]\nname = 'x'\nversion = '0'\ndependencies = ['uvicorn']\n"),
    ("uv.lock", ""),
    ("package.json", "{\"scripts\": {\"build\": \"x\", \"start\": \"y\"}}"),
    ("main.py", ""),
    ("manage.py", ""),
    ("start.sh", ". /opt/venv/bin/activate\n"),
    (".python-version", "3.11.9\n"),
    ("runtime.txt", "python-3.12.1\n"),
    (".tool-versions", "node 20\npython 3.10.2\n"),
    ("Procfile", "web: python main.py\nrelease: python manage.py migrate\n"),
    ("Procfile", "a: b: c\n"),
    (
        "railway.json",
        "{\"build\": {\"builder\": \"NIXPACKS\"}, \"deploy\": {\"startCommand\": \"python main.py\"}}",
    ),
    ("railpack.json", "{\"provider\": \"python\"}"),
    (
        "railpack.json",
        "{\n  \"steps\": {\"build\": {\"commands\": [\"...\", {\"cmd\": \"npm run build\"}]}},\n  \"deploy\": {\"aptPackages\": [\"git\"], \"startCommand\": \"python own.py\"}\n}\n",
    ),
    (
        "railpack.json",
        "{\n\t\"packages\": {\n\t\t\"python\": \"3.12\"\n\t},\n\t\"buildAptPackages\": [\"...\"],\n\t\"caches\": {}\n}",
    ),
    ("railpack.json", "{"),
];
const VARIABLES: &[(&str, &str)] = &[
    ("DJANGO_SETTINGS_MODULE", "a.b"),
    ("SECRET_KEY", "drawnsecret"),
    ("NIXPACKS_PYTHON_VERSION", "3.11"),
    ("LD_LIBRARY_PATH", "/nix/store/x/lib"),
];

fn list(name: &str, values: &[&str]) -> String {
    let quoted: Vec<String> =
        values.iter().map(|value| serde_json::Value::String((*value).to_owned()).to_string()).collect();
    if values.is_empty() { String::new() } else { format!("{name} = [{}]\n", quoted.join(", ")) }
}

prop_compose! {
    fn app()(
        nix in subsequence(NIX, 0..6),
        apt in subsequence(APT, 0..3),
        install in prop::collection::vec(select(INSTALL), 0..4),
        build in prop::collection::vec(select(BUILD), 0..3),
        start in prop::option::of(select(START)),
        files in subsequence(FILES, 0..9),
        variables in subsequence(VARIABLES, 0..3),
        providers in prop::option::of(select(&["python", "node"][..])),
    ) -> MemoryApp {
        let mut toml = String::new();
        if let Some(provider) = providers {
            toml.push_str(&list("providers", &[provider]));
        }
        toml.push_str("[phases.setup]\n");
        toml.push_str(&list("nixPkgs", &nix));
        toml.push_str(&list("aptPkgs", &apt));
        toml.push_str("[phases.install]\n");
        toml.push_str(&list("cmds", &install));
        toml.push_str("[phases.build]\n");
        toml.push_str(&list("cmds", &build));
        if let Some(start) = start {
            let start = serde_json::Value::String(start.to_owned());
            let _ = writeln!(toml, "[start]\ncmd = {start}");
        }
        toml.push_str("[variables]\n");
        for (name, value) in variables {
            let _ = writeln!(toml, "{name} = \"{value}\"");
        }
        let mut app = MemoryApp::new(files);
        app.insert("nixpacks.toml", toml);
        app
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_migration_keeps_its_promises(app in app(), platform in select(&Platform::ALL[..])) {
        let migration = hold(&app, Target::of(platform));
        for text in migration.files.values() {
            prop_assert!(!text.contains("drawnsecret"), "{text}");
        }
    }
}
