//! Pages of `docs/` that are made from the rules and from the catalogue of errors. `BLESS=1` writes them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

mod support;

use nixpacks_diagnose::{Reason, reasons, rules_of};
use nixpacks_transforms::rules::{RULES, RuleInfo};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The line of the table of contents under which the pages of the errors stand.
const ERRORS: &str = "- [The errors](errors/README.md)\n";

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// Holds a page to its text.
fn hold(path: &str, text: &str) {
    support::hold(&format!("docs/{path}"), text);
}

fn rules_page() -> String {
    let mut text = "# Rules\n\nWhat `check` finds, and what `fix` does about it. `nixpacks-fix explain RULE` shows one of them, \
        `--ignore RULE` leaves one out.\n\n| rule | finds |\n|---|---|\n"
        .to_owned();
    let railpack = nixpacks_railpack::rules::RULES;
    let row = |rule: &&RuleInfo| format!("| [`{0}`](#{0}) | {1} |\n", rule.id, rule.summary);
    text.extend(RULES.iter().map(row));
    text.push_str(
        "\nWhat `check --builder railpack` finds when it compares [Railpack](moving-to-railpack.md) with Nixpacks. \
        `migrate` deals with what it can, and no `fix` does.\n\n| rule | finds |\n|---|---|\n",
    );
    text.extend(railpack.iter().map(row));
    for rule in RULES.iter().chain(railpack) {
        // Its own headings stand below the one with its name.
        let docs = rule.docs.trim().replace("\n## ", "\n### ");
        let docs = docs.strip_prefix("## ").map_or(docs.clone(), |rest| format!("### {rest}"));
        let _ = write!(text, "\n## {}\n\n{docs}\n", rule.id);
    }
    text
}

fn error_page(reason: &Reason) -> String {
    let mut text = format!("# {}\n\n", reason.shown.replace('<', "&lt;").replace('`', "\\`"));
    let _ = write!(text, "```text\n{}\n```\n\n## What it means\n\n{}\n\n", reason.shown, reason.meaning);
    let _ = write!(text, "## What to do\n\n{}\n\n", reason.advice);
    let rules = rules_of(reason.name);
    let links: Vec<String> = rules.iter().map(|rule| format!("[`{rule}`](../rules.md#{rule})")).collect();
    if reason.by_config {
        text.push_str(
            "In the directory of the app:\n\n```console\n$ nixpacks-fix check\n$ nixpacks-fix diff\n```\n\n",
        );
        text.push_str("`check` says whether the app is predicted to fail with this error and where the cause is, and `diff` shows the fix where there is one. Neither changes anything.\n\n");
    } else {
        text.push_str("No change of the deploy files cures this, so `nixpacks-fix` has no fix for it.\n\n");
    }
    if !links.is_empty() {
        let _ = write!(text, "Rules that find its causes: {}.\n\n", links.join(", "));
    }
    text.push_str("With the log at hand, `nixpacks-fix diagnose build.log` says which line is the cause: [Reading a log](../diagnose.md).\n");
    text
}

fn shown() -> impl Iterator<Item = &'static Reason> {
    reasons().iter().filter(|reason| reason.name != "other")
}

#[test]
fn the_page_of_the_rules_has_every_rule() {
    hold("rules.md", &rules_page());
}

#[test]
fn each_error_has_a_page() {
    let mut index = "# The errors\n\nLines that a red deploy shows, each with what it means and what to do. In a log the first error is mostly the cause, and what comes after it \
        only follows: `nixpacks-fix diagnose build.log` tells them apart.\n\n| in the log | name |\n|---|---|\n"
        .to_owned();
    let mut pages = BTreeSet::from(["README.md".to_owned()]);
    let mut contents = String::new();
    for reason in shown() {
        hold(&format!("errors/{}.md", reason.name), &error_page(reason));
        let cell = reason.shown.replace('|', "\\|");
        // A text with a backtick needs two around it.
        let mark = if cell.contains('`') { "`` " } else { "`" };
        let end: String = mark.chars().rev().collect();
        let _ = writeln!(index, "| [{mark}{cell}{end}]({0}.md) | `{0}` |", reason.name);
        let title =
            reason.shown.replace('[', "\\[").replace(']', "\\]").replace('<', "&lt;").replace('`', "\\`");
        let _ = writeln!(contents, "  - [{title}](errors/{}.md)", reason.name);
        pages.insert(format!("{}.md", reason.name));
    }
    hold("errors/README.md", &index);
    let there = fs::read_dir(docs().join("errors")).unwrap();
    let there: BTreeSet<String> =
        there.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(there, pages, "a page of an error that is gone");

    let summary = fs::read_to_string(docs().join("SUMMARY.md")).unwrap();
    let (above, rest) = summary.split_once(ERRORS).unwrap();
    let below: String = rest.split_inclusive('\n').skip_while(|line| line.starts_with("  ")).collect();
    hold("SUMMARY.md", &format!("{above}{ERRORS}{contents}{below}"));
}

#[test]
fn the_table_of_contents_has_every_page() {
    let summary = fs::read_to_string(docs().join("SUMMARY.md")).unwrap();
    for entry in fs::read_dir(docs()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_page = Path::new(&name).extension().is_some_and(|extension| extension == "md");
        assert!(!is_page || name == "SUMMARY.md" || summary.contains(&format!("({name})")), "{name}");
    }
}

/// The pages are a site too, on which nothing else of the repository is.
#[test]
fn no_page_leads_out_of_the_documents() {
    for entry in fs::read_dir(docs()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&path).unwrap();
            let out = text.lines().find(|line| line.contains("](../"));
            assert_eq!(out, None, "{}: link to the repository's address instead", path.display());
        }
    }
}
