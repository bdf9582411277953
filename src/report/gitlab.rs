//! A Code Quality report, which GitLab shows in a merge request.

use super::json::to_text;
use super::problems::problems;
use super::{Examined, Mode};
use nixpacks_transforms::rules::Severity;
use serde::Serialize;
use std::path::Path;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: &'a str,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// The report: a list, empty where nothing is wrong. A problem of an app as a whole is at the first line of one of
/// its files, as GitLab shows none without a line.
pub(crate) fn gitlab(apps: &[Examined], mode: Mode, here: Option<&Path>) -> anyhow::Result<String> {
    let problems = problems(apps, mode, here);
    let issues: Vec<Issue<'_>> = problems
        .iter()
        .map(|problem| Issue {
            description: problem.text("; "),
            check_name: problem.id,
            fingerprint: &problem.fingerprint,
            severity: match problem.severity {
                Severity::Error => "critical",
                Severity::Warning => "minor",
                Severity::Note => "info",
            },
            location: Location {
                path: &problem.path,
                lines: problem.at.map_or(Lines { begin: 1, end: 1 }, |at| Lines {
                    begin: at.start.line,
                    end: at.end.line,
                }),
            },
        })
        .collect();
    to_text(&issues)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Mode;
    use super::super::sample::examined;
    use super::gitlab;
    use serde_json::{Value, json};

    #[test]
    fn lists_what_gitlab_asks_for() {
        let mut app = examined(&["safe", "note"]);
        app.result.as_mut().unwrap().findings[1].place = None;
        let value: Value = serde_json::from_str(&gitlab(&[app], Mode::Check, None).unwrap()).unwrap();
        assert_eq!(value[0]["check_name"], "sample-rule");
        assert_eq!(value[0]["severity"], "critical");
        assert_eq!(
            value[0]["location"],
            json!({"path": "app/nixpacks.toml", "lines": {"begin": 2, "end": 2}})
        );
        assert_eq!(
            (&value[1]["severity"], &value[1]["location"]["lines"]["begin"]),
            (&json!("info"), &json!(1))
        );
        assert_ne!(value[0]["fingerprint"], value[1]["fingerprint"]);
    }
}
