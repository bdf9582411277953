//! SARIF 2.1.0, which GitHub's code scanning, editors and dashboards read.
//!
//! A fix is there with the bytes that it replaces. Files have paths from the top of the repository, percent-encoded
//! (RFC 3986), so a report names no machine.

use super::json::to_text;
use super::problems::{Problem, Range, from_top, problems};
use super::rule_docs::{self, section, why_it_fails};
use super::text::escape;
use super::{Examined, Mode, said};
use nixpacks_transforms::engine::{FileEdit, Fix};
use nixpacks_transforms::rules::{RuleInfo, Severity};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// What stands for itself in a path: the unreserved characters of RFC 3986, and what divides names.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
/// The name of the directory that paths start from.
const ROOT: &str = "SRCROOT";
/// The name and the version of a fingerprint: it is raised when fingerprints change.
const FINGERPRINT: &str = "findingHash/v1";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Value,
    invocations: [Value; 1],
    original_uri_base_ids: Value,
    column_kind: &'static str,
    results: Vec<Value>,
}

/// The report: one run. What rules find are results; files that cannot be read, and the predictions, are notifications
/// of the tool.
pub(crate) fn sarif(apps: &[Examined], mode: Mode, here: Option<&Path>) -> anyhow::Result<String> {
    let problems = problems(apps, mode, here);
    let rules: BTreeMap<&str, &'static RuleInfo> =
        problems.iter().filter_map(|problem| Some((problem.id, problem.rule?))).collect();
    let results = problems.iter().filter_map(|problem| {
        let index = rules.keys().position(|id| *id == problem.id)?;
        Some(result(problem, index, here))
    });
    let mut notifications: Vec<Value> = problems
        .iter()
        .filter(|problem| problem.rule.is_none())
        .map(|problem| {
            json!({
                "descriptor": { "id": problem.id },
                "level": level(problem.severity),
                "message": { "text": text(&problem.text("\n")) },
                "locations": [location(&problem.path, problem.at)],
            })
        })
        .collect();
    // What keeps the tool from looking at all of it.
    let successful = notifications.is_empty();
    notifications.extend(apps.iter().filter_map(|app| prediction(app, mode)));
    let driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules.values().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
    });
    let base = json!({ ROOT: { "description": { "text": "The top of the repository, or the current directory outside of one." } } });
    to_text(&Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: json!({ "driver": driver }),
            invocations: [
                json!({ "executionSuccessful": successful, "toolExecutionNotifications": notifications }),
            ],
            original_uri_base_ids: base,
            column_kind: "unicodeCodePoints",
            results: results.collect(),
        }],
    })
}

fn descriptor(rule: &RuleInfo) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": format!("{} {}", section(rule, "What it does"), why_it_fails(rule)).trim() },
        "help": { "text": rule.docs.trim(), "markdown": rule.docs.trim() },
        "helpUri": rule_docs::page(rule),
    })
}

fn result(problem: &Problem<'_>, index: usize, here: Option<&Path>) -> Value {
    let mut result = json!({
        "ruleId": problem.id,
        "ruleIndex": index,
        "level": level(problem.severity),
        "message": { "text": text(&problem.text("\n")) },
        "locations": [location(&problem.path, problem.at)],
        "partialFingerprints": { FINGERPRINT: problem.fingerprint },
    });
    if let (Some(fix), Some(fields)) = (problem.fix, result.as_object_mut()) {
        fields.insert("fixes".to_owned(), json!([of_fix(problem.app, fix, here)]));
    }
    result
}

/// What is predicted of an app, for who reads the report and not its results alone.
fn prediction(app: &Examined, mode: Mode) -> Option<Value> {
    let outcome = app.result.as_ref().ok()?;
    let said = said(app, outcome, mode == Mode::Fix && app.written.stands()).join("; ");
    let name = escape(&app.home.shown);
    Some(json!({
        "descriptor": { "id": "prediction" },
        "level": "note",
        "message": { "text": text(&format!("{name}: {said}")) },
    }))
}

fn of_fix(app: &Examined, fix: &Fix, here: Option<&Path>) -> Value {
    let mut files: BTreeMap<&str, Vec<&FileEdit>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(&edit.path).or_default().push(edit);
    }
    let changes = files.into_iter().map(|(path, edits)| {
        let replacements = edits.into_iter().map(|edit| {
            let span = edit.edit.span;
            let at = app.texts.get(path).map(|lines| Range {
                span,
                start: lines.position(span.start),
                end: lines.position(span.end),
            });
            json!({ "deletedRegion": region(at), "insertedContent": { "text": edit.edit.content } })
        });
        json!({
            "artifactLocation": artifact(&from_top(&app.home, path, here)),
            "replacements": replacements.collect::<Vec<_>>(),
        })
    });
    json!({ "description": { "text": text(&escape(&fix.title)) }, "artifactChanges": changes.collect::<Vec<_>>() })
}

fn location(path: &str, at: Option<Range>) -> Value {
    let mut physical = json!({ "artifactLocation": artifact(path) });
    if let (Some(_), Some(fields)) = (at, physical.as_object_mut()) {
        fields.insert("region".to_owned(), region(at));
    }
    json!({ "physicalLocation": physical })
}

/// The place in lines and columns, and in bytes. Without one it is the beginning of a file that is to be made.
fn region(at: Option<Range>) -> Value {
    let Some(Range { span, start, end }) = at else {
        return json!({ "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1, "byteOffset": 0, "byteLength": 0 });
    };
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": span.start,
        "byteLength": span.len(),
    })
}

fn artifact(path: &str) -> Value {
    let encoded = utf8_percent_encode(path, ENCODED).to_string();
    if encoded.starts_with('/') {
        return json!({ "uri": format!("file://{encoded}") });
    }
    json!({ "uri": encoded, "uriBaseId": ROOT })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// `text` without a link: in a message `[a](b)` is one.
fn text(text: &str) -> String {
    text.replace("](", "] (")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Mode;
    use super::super::sample::{examined, finding};
    use super::sarif;
    use serde_json::{Value, json};

    fn run(apps: &[super::Examined]) -> Value {
        let text = sarif(apps, Mode::Check, None).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        value["runs"][0].clone()
    }

    #[test]
    fn holds_the_place_the_fix_and_what_is_known_of_the_rule() {
        let run = run(&[examined(&["safe", "unsafe"])]);
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "sample-rule");
        let result = &run["results"][0];
        let region = json!({
            "startLine": 2, "startColumn": 12, "endLine": 2, "endColumn": 17, "byteOffset": 26, "byteLength": 5
        });
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"], json!({ "uri": "app/nixpacks.toml", "uriBaseId": "SRCROOT" }));
        assert_eq!(place["region"], region);
        let change = &result["fixes"][0]["artifactChanges"][0];
        assert_eq!(
            change["replacements"][0],
            json!({ "deletedRegion": region, "insertedContent": { "text": "" } })
        );
        // Only what `fix` would write is offered.
        assert_eq!(run["results"][1].get("fixes"), None);
        assert_ne!(result["partialFingerprints"], run["results"][1]["partialFingerprints"]);
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    }

    #[test]
    fn encodes_paths_and_makes_no_link_of_what_a_repository_says() {
        let mut app = examined(&[]);
        let mut hostile = finding("none");
        hostile.message = "[click](https://x.example) \x1b[31m".to_owned();
        hostile.place.as_mut().unwrap().path = "a b#ü%:\n.toml".to_owned();
        app.result.as_mut().unwrap().findings = vec![hostile];
        let run = run(&[app]);
        let place = &run["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "app/a%20b%23%C3%BC%25%3A%0A.toml");
        assert_eq!(place.get("region"), None);
        let message = run["results"][0]["message"]["text"].as_str().unwrap();
        assert!(message.starts_with("[click] (https://x.example) \\u{1b}[31m"), "{message}");
    }

    #[test]
    fn says_what_could_not_be_read_and_what_is_predicted() {
        let mut app = examined(&["none"]);
        app.written = super::super::Written::Failed("denied".to_owned());
        let run = run(&[app]);
        let said = &run["invocations"][0];
        assert_eq!(said["executionSuccessful"], false);
        assert_eq!(said["toolExecutionNotifications"][0]["descriptor"]["id"], "not-written");
        let text = said["toolExecutionNotifications"][1]["message"]["text"].as_str().unwrap();
        assert!(text.starts_with("app: predicted to fail when Nix"), "{text}");
    }
}
