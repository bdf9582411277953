//! The start command that Railpack finds.

use super::App;
use crate::release::Release;
use crate::source::Source;
use regex::Regex;

/// Files that are started, the first first.
const MAIN_FILES: [&str; 6] = ["main.py", "app.py", "start.py", "bot.py", "hello.py", "server.py"];

/// The file that is started.
pub(crate) fn main_file(source: &Source<'_>, release: Release) -> Option<&'static str> {
    let known = |name: &&str| **name != *"start.py" || release.detects_any_main_file();
    MAIN_FILES.into_iter().filter(known).find(|name| source.has(name))
}

/// The start command; each of the frameworks is over the one before it.
pub(super) fn command(app: App<'_>) -> Option<String> {
    let mut start = None;
    if app.source.has("manage.py") && app.uses("django") {
        start = django_app(app).map(|name| {
            format!("python manage.py migrate && gunicorn --bind 0.0.0.0:${{PORT:-8000}} {name}:application")
        });
    }
    let main = main_file(app.source, app.release);
    if main.is_some() {
        // The module is always `main`, whatever the file is called.
        if (app.uses("python-fasthtml") || app.uses("fastapi")) && app.uses("uvicorn") {
            start = Some("uvicorn main:app --host 0.0.0.0 --port ${PORT:-8000}".to_owned());
        }
        if app.uses("flask") && app.uses("gunicorn") {
            start = Some("gunicorn --bind 0.0.0.0:${PORT:-8000} main:app".to_owned());
        }
    }
    start.or_else(|| main.map(|file| format!("python {file}")))
}

/// The module of `WSGI_APPLICATION`, as it is written.
fn django_app(app: App<'_>) -> Option<String> {
    if let Some(name) = app.variables.get("DJANGO_APP_NAME") {
        return Some(name.to_owned());
    }
    let pattern = Regex::new(r#"WSGI_APPLICATION = ["'](.*).application["']"#).ok()?;
    app.source.python_files().find_map(|path| {
        let text = app.source.text(path)?;
        Some(pattern.captures(&text)?.get(1)?.as_str().to_owned())
    })
}
