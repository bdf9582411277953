//! What Nixpacks looks for in the Python files of an app.

use super::shared::pattern;
use crate::plan::files::{Files, error};
use crate::plan::types::PlanError;
use regex::Regex;
use std::sync::LazyLock;

/// What the `.py` files say. The planner reads them in order, once per question, up to the first
/// that answers it; one before that which is not UTF-8 is a plan error.
pub(in crate::plan) struct PythonSources {
    pub(in crate::plan) postgres: Result<bool, PlanError>,
    pub(in crate::plan) mysql: Result<bool, PlanError>,
    pub(in crate::plan) wsgi: Result<Option<String>, PlanError>,
}

impl PythonSources {
    /// Reads each file once, and no more of them than the questions need.
    pub(in crate::plan) fn scan(files: &Files<'_>, django: bool) -> Self {
        const MYSQL: [&str; 2] = ["django.db.backends.mysql", "django_psdb_engine"];
        // Compiled only for a text that may match: that takes longer than all else that is done with it.
        static POSTGRES: LazyLock<Regex> = LazyLock::new(|| pattern("django.db.backends.postgresql"));
        static WSGI: LazyLock<Regex> =
            LazyLock::new(|| pattern(r#"WSGI_APPLICATION = ["|'](.*).application["|']"#));
        let mut found = Self { postgres: Ok(false), mysql: Ok(false), wsgi: Ok(None) };
        for file in files.ending(&[".py"]) {
            let text = files.bytes(file).and_then(|bytes| match std::str::from_utf8(&bytes) {
                Ok(_) => Ok(bytes),
                Err(_) => Err(error(format!("Error reading {file}: stream did not contain valid UTF-8"))),
            });
            let text = match &text {
                Ok(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
                Err(e) => {
                    // Whatever is not answered yet never will be.
                    let e = || e.clone();
                    found.postgres = found.postgres.and_then(|is| if is { Ok(true) } else { Err(e()) });
                    found.mysql = found.mysql.and_then(|is| if is { Ok(true) } else { Err(e()) });
                    found.wsgi = found.wsgi.and_then(|name| name.ok_or_else(e).map(Some));
                    break;
                }
            };
            if found.postgres == Ok(false) {
                found.postgres = Ok(text.contains("postgresql") && POSTGRES.is_match(text));
            }
            if django && found.mysql == Ok(false) {
                found.mysql = Ok(MYSQL.iter().any(|name| text.contains(name)));
            }
            if django && found.wsgi == Ok(None) {
                let captures = text.contains("WSGI_APPLICATION").then(|| WSGI.captures(text)).flatten();
                found.wsgi = Ok(captures.and_then(|c| c.get(1)).map(|m| m.as_str().to_owned()));
            }
            let answered = found.mysql == Ok(true) && matches!(found.wsgi, Ok(Some(_)));
            if found.postgres == Ok(true) && (!django || answered) {
                break;
            }
        }
        found
    }
}
