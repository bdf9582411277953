//! What `explain` says of each rule is what happens.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use nixpacks_transforms::app::{AppView, Entry, Hidden, Kind, MemoryApp, ReadError};
use nixpacks_transforms::engine::{self, Options};
use nixpacks_transforms::rules::{RULES, RuleInfo};
use std::borrow::Cow;

/// The headings of a rule's text, in order.
const HEADINGS: [&str; 4] = ["## What it does", "## Why it fails", "## Example", "## Fix"];

/// A project whose build reads another file.
const PROJECT_WITH_README: &str = "[project]\nname = \"main\"\nversion = \"1\"\nreadme = \"README.md\"\ndependencies = [\"uvicorn\", \"flask\"]\n\n[build-system]\nrequires = [\"hatchling\"]\nbuild-backend = \"hatchling.build\"\n";

/// The app that the examples are the config of, with one file that git does not have.
struct Example(MemoryApp);

impl Example {
    #[expect(clippy::too_many_lines, reason = "a row of files for each rule")]
    fn new(rule: &RuleInfo, config: &str) -> Self {
        let requirements = "flask\nnumpy\nuvicorn\n";
        let mut app = MemoryApp::new([
            ("nixpacks.toml", config),
            ("main.py", "import flask\n"),
            ("stats.py", "import numpy\n"),
            ("requirements/prod.txt", requirements),
            ("backend/assets.py", "import flask\n"),
        ]);
        let node = "{\"scripts\": {\"start\": \"node server.js\"}}\n";
        match rule.id {
            "package-manager-outside-venv" | "poetry-2" => {
                app.insert("pyproject.toml", "[tool.poetry.dependencies]\nflask = \"*\"\n");
                app.insert("poetry.lock", "[[package]]\nname = \"flask\"\nversion = \"3.0.0\"\n\n[metadata]\nlock-version = \"2.0\"\n");
            }
            "other-builder" => {
                app.insert("requirements.txt", requirements);
                app.insert("railway.toml", config);
                app.insert("nixpacks.toml", "[start]\ncmd = \"python main.py\"\n");
            }
            "environment-fails" => {
                app = MemoryApp::new([
                    ("nixpacks.toml", ""),
                    ("railway.toml", config),
                    ("main.py", "import flask\n"),
                    ("requirements.txt", "flask\n"),
                ]);
            }
            "pnpm-beside-corepack" => {
                let package =
                    "{\"packageManager\": \"pnpm@9.1.0\", \"scripts\": {\"start\": \"node server.js\"}}\n";
                app.insert("package.json", package);
            }
            "repeated-key" => {
                app = MemoryApp::new([
                    ("nixpacks.json", config),
                    ("main.py", "import flask\n"),
                    ("requirements.txt", requirements),
                ]);
            }
            "railway-config-retired" => {
                app = MemoryApp::new([
                    ("railway.toml", config),
                    ("stats.py", "import numpy\n"),
                    ("requirements.txt", requirements),
                ]);
            }
            "missing-program" => app.insert("requirements.txt", "flask\n"),
            "missing-requirement" => {
                app.insert("fetch.py", "import requests\n");
                app.insert("requirements.txt", "flask\n");
            }
            "requirements-beside-start" => {
                app.insert("requirements.txt", "flask\nuvicorn\n");
                app.insert("backend/requirements.txt", "flask\nrequests\n");
            }
            "version-variable" => {
                app.insert("uv.lock", "version = 1\nrequires-python = \">=3.8\"\n");
                app.insert("pyproject.toml", "[project]\nname = \"shop\"\nversion = \"1\"\n");
            }
            "migration-at-build" => {
                app.insert("manage.py", "import flask\n");
                app.insert("requirements.txt", requirements);
            }
            "source-left-out" => {
                app.insert("pyproject.toml", PROJECT_WITH_README);
                app.insert("README.md", "# Shop\n");
            }
            "fixed-port" => {
                app.insert("railway.json", "{}\n");
                app.insert("requirements.txt", requirements);
            }
            "script-not-executable" => {
                app.insert("start.sh", "#!/bin/bash\npython main.py\n");
                app.insert("requirements.txt", requirements);
            }
            "script-line-endings" => {
                app.insert("start.sh", "set -e\r\npython main.py\r\n");
                app.insert("requirements.txt", requirements);
            }
            "misnamed-file" => app.insert("Procfile.txt", "web: python main.py\n"),
            "app-in-subdirectory" => {
                app = MemoryApp::new([
                    ("nixpacks.toml", config),
                    ("backend/requirements.txt", requirements),
                    ("backend/assets.py", "import flask\n"),
                    ("frontend/index.html", ""),
                ]);
            }
            // Of `main.py` Nixpacks would make a start command.
            "no-start-command" => {
                let bot = ("bot.py", "import flask\n");
                app = MemoryApp::new([("nixpacks.toml", config), bot, ("requirements.txt", requirements)]);
            }
            "dropped-provider-packages" | "npm-ci-without-lock" => app.insert("package.json", node),
            "cached-node-modules" | "npm-ci-in-build" | "dev-dependencies-left-out" => {
                let package =
                    "{\"scripts\": {\"build\": \"vite build\"}, \"devDependencies\": {\"vite\": \"5\"}}\n";
                app.insert("package.json", package);
                app.insert("package-lock.json", "{\"lockfileVersion\": 3}\n");
                app.insert("server.js", "");
                if rule.id == "dev-dependencies-left-out" {
                    app.insert("requirements.txt", requirements);
                }
            }
            "python-provider-left-out" => {
                app.insert("package.json", node);
                app.insert("requirements.txt", requirements);
            }
            _ => app.insert("requirements.txt", requirements),
        }
        Self(app)
    }
}

impl AppView for Example {
    fn kind(&self, path: &str) -> Option<Kind> {
        self.0.kind(path)
    }

    fn read(&self, path: &str) -> Result<Option<Cow<'_, [u8]>>, ReadError> {
        self.0.read(path)
    }

    fn list(&self, dir: &str) -> Vec<Entry> {
        self.0.list(dir)
    }

    fn hidden(&self, path: &str) -> Option<Hidden> {
        (path == "requirements/local.txt").then_some(Hidden::Untracked)
    }
}

/// The configs of the example: the broken one, and where there is a fix what it becomes.
fn configs(docs: &str) -> (String, Option<String>) {
    let example = docs.split("## ").find_map(|part| part.strip_prefix("Example\n")).unwrap();
    let language = if example.contains("```json\n") { "```json\n" } else { "```toml\n" };
    let mut blocks = example.split(language).skip(1).map(|rest| rest.split("```").next().unwrap());
    (blocks.next().unwrap().to_owned(), blocks.next().map(str::to_owned))
}

#[test]
fn every_text_has_its_headings_in_order() {
    for rule in RULES {
        let headings: Vec<&str> = rule.docs.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(headings, HEADINGS, "{}", rule.id);
        for part in rule.docs.split("## ").skip(1) {
            assert!(part.lines().skip(1).any(|line| !line.trim().is_empty()), "{}: {part:?}", rule.id);
        }
        assert!(rule.docs.starts_with("## ") && rule.docs.ends_with(".\n"), "{}", rule.id);
        assert!(!rule.summary.ends_with('.') && !rule.summary.contains('\n'), "{}", rule.summary);
    }
}

#[test]
fn every_example_is_found_and_becomes_what_it_says() {
    let options = Options { unsafe_fixes: true, ..Options::default() };
    let mut wrong = Vec::new();
    for rule in RULES {
        let (before, after) = configs(rule.docs);
        let outcome = engine::run(&Example::new(rule, &before), &options).unwrap();
        let found: Vec<_> = outcome.findings.iter().filter(|finding| finding.rule.id == rule.id).collect();
        if found.is_empty() {
            wrong.push(format!("{} does not find its example", rule.id));
        }
        let Some(after) = after else {
            wrong.extend(
                found
                    .iter()
                    .filter(|finding| finding.fix.is_some())
                    .map(|_| format!("{} has a fix and shows none", rule.id)),
            );
            continue;
        };
        let is_config = |path: &str| matches!(path, "nixpacks.toml" | "nixpacks.json");
        let change = outcome.changes.iter().find(|change| is_config(&change.path));
        let written = change.map_or(before.as_str(), |change| change.after.as_str());
        if written != after {
            wrong.push(format!("{}: the example becomes\n{written}", rule.id));
        }
        if !outcome.after.builds() {
            wrong.push(format!("{}: the example is not repaired: {:?}", rule.id, outcome.after));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
