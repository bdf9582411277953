//! The packages that are installed with apt for the Python packages that the app uses.

use super::App;
use crate::merge::Draft;
use crate::names::triggers;
use regex::Regex;

/// What Playwright's Chromium needs.
pub(crate) const BROWSER_LIBRARIES: [&str; 21] = [
    "libasound2",
    "libatk-bridge2.0-0",
    "libatk1.0-0",
    "libatspi2.0-0",
    "libcairo2",
    "libcups2",
    "libdbus-1-3",
    "libdrm2",
    "libgbm1",
    "libglib2.0-0",
    "libnspr4",
    "libnss3",
    "libpango-1.0-0",
    "libx11-6",
    "libxcb1",
    "libxcomposite1",
    "libxdamage1",
    "libxext6",
    "libxfixes3",
    "libxkbcommon0",
    "libxrandr2",
];

/// Adds the packages for the build and for the running app.
pub(super) fn add(app: App<'_>, draft: &mut Draft) {
    let mut put = |build: &str, deploy: &str| {
        let words = |column: &str| -> Vec<String> {
            column.split(' ').filter(|word| *word != "-").map(str::to_owned).collect()
        };
        draft.build_packages.extend(words(build));
        draft.deploy_packages.extend(words(deploy));
    };
    for trigger in triggers().filter(|trigger| app.uses(trigger.package)) {
        put(trigger.build, trigger.deploy);
    }
    if app.release.installs_playwright() && app.variables.is_set("PYTHON_PLAYWRIGHT_INSTALL") {
        put("-", &BROWSER_LIBRARIES.join(" "));
    }
    if uses_postgres(app) {
        put("libpq-dev", "libpq5");
    }
    if app.uses("mysqlclient") || mentions(app, "django.db.backends.mysql") {
        put("default-libmysqlclient-dev", "default-mysql-client");
    }
}

fn uses_postgres(app: App<'_>) -> bool {
    let binary = app.uses("psycopg2-binary") || app.uses("psycopg[binary]");
    if binary && app.release.knows_binary_psycopg() {
        return false;
    }
    app.uses("psycopg") || mentions(app, "django.db.backends.postgresql")
}

/// Whether a Python file names the database of Django. The dots are any characters, as in Railpack's own pattern.
fn mentions(app: App<'_>, pattern: &str) -> bool {
    let Ok(pattern) = Regex::new(pattern) else { return false };
    app.source.python_files().any(|path| app.source.text(path).is_some_and(|text| pattern.is_match(&text)))
}
