//! The report in Markdown: for the summary of a run, a ticket, or a colleague who has not seen the log.

use super::account::{self, limited};
use super::inert_markdown::{block, code, fenced, prose};
use super::problems::help;
use super::prose::{self as words, NOT_CHECKED, count};
use super::rule_docs::why_it_fails;
use super::{Comparison, Examined, FixStatus, Mode, diagnosis, fix_status, masked, patch, simulate};
use crate::terminal::OutputStyle;
use nixpacks_diagnose::{Answer, Diagnosis};
use nixpacks_transforms::engine::{Finding, Outcome};
use nixpacks_transforms::rules::{RuleInfo, Severity};
use nixpacks_transforms::simulate::Outcome as Prediction;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// Rules that are explained at most.
const EXPLAINED: usize = 6;

/// The report on the apps. `repeated` are the arguments that a further command has to repeat.
pub(crate) fn markdown(apps: &[Examined], (mode, repeated): (Mode, &str), here: Option<&Path>) -> String {
    let mut out = String::new();
    let several = apps.len() > 1;
    if several {
        let failing = apps.iter().filter(|app| app.result.as_ref().is_ok_and(Outcome::fails)).count();
        let _ = writeln!(
            out,
            "# Nixpacks deploys: {}, of which {failing} {} predicted to fail\n",
            count(apps.len(), "app"),
            if failing == 1 { "is" } else { "are" }
        );
    }
    for app in apps {
        let name =
            if app.home.shown == "." { "this app".to_owned() } else { code(&limited(&app.home.shown)) };
        let mut report = Report { out: String::new(), level: 1 + usize::from(several), app, mode, repeated };
        if let Some(comparison) = &app.comparison {
            report.heading(0, &format!("The move of {name} to Railpack"));
            report.comparison(comparison);
        } else {
            report.heading(0, &format!("The Nixpacks deploy of {name}"));
            report.app(&name, here);
        }
        out.push_str(&report.out);
    }
    if several {
        let _ = writeln!(out, "## How this was checked\n\n{}", checked());
    }
    let ends = out.trim_end().len();
    out.truncate(ends);
    out.push('\n');
    out
}

/// What stands behind the predictions, and what does not.
fn checked() -> String {
    format!(
        "The plan that Nixpacks 1.41.0 makes of the files was followed command by command, by \
         [nixpacks-fix]({}) {}. It is a prediction: no build was run.\n\n**Not checked**: {}.\n",
        env!("CARGO_PKG_REPOSITORY"),
        env!("CARGO_PKG_VERSION"),
        NOT_CHECKED.trim_start_matches("not checked: ")
    )
}

/// The run with the changes, step by step.
fn why_it_works(outcome: &Outcome) -> String {
    let outlook = account::outlook(outcome);
    if outcome.steps_after.steps.is_empty() {
        return outlook;
    }
    let steps = fenced("text", &simulate::plain(&outcome.steps_after));
    format!("{outlook}\nThe steps of the build, and the Python that each reaches:\n\n{steps}\n")
}

/// A finding with its further sentences, and what its fix would do.
fn sentence(outcome: &Outcome, finding: &Finding) -> String {
    let notes = finding.notes.iter().map(|note| prose(&limited(note)));
    let parts: Vec<String> = std::iter::once(prose(&limited(&finding.message))).chain(notes).collect();
    let help = help(outcome, finding).map(|help| format!(" → {}", prose(&help))).unwrap_or_default();
    format!("- {}{help}", parts.join("; "))
}

/// The report on a log, with that on the app that it belongs to, if there is one and a change of its files can help.
pub(crate) fn of_log(name: &str, found: &Diagnosis, app: Option<&Examined>, here: Option<&Path>) -> String {
    let mut out = String::from("# Why the deploy failed\n\n");
    if found.answer == Answer::Healthy {
        out = String::from("# Nothing failed\n\n");
    }
    let _ = writeln!(out, "{}\n", prose(&diagnosis::headline(found)));
    if found.answer != Answer::Healthy
        && let Some(text) = diagnosis::other_builder(found)
    {
        let _ = writeln!(out, "{}\n", prose(text));
    }
    if let Some(line) = &found.line {
        let column = line.column.map(|column| format!(", column {column}")).unwrap_or_default();
        let command = found.command.as_ref().map(|command| format!("$ {}", words::shorten(command)));
        let lines: Vec<String> = command.into_iter().chain([line.text.clone()]).collect();
        let _ = writeln!(out, "Line {}{column} of {}:\n\n{}\n", line.number, code(name), block(&lines));
    }
    if let Some(reason) = found.reason.and_then(nixpacks_diagnose::reason) {
        let _ = writeln!(out, "**What it means**: {}\n", prose(reason.meaning));
        let _ = writeln!(out, "**What to do**: {}\n", prose(&diagnosis::advice(reason, found)));
        if let Some(note) = found.note {
            let _ = writeln!(out, "**Note**: {}\n", prose(note));
        }
    }
    if found.answer == Answer::Unexplained {
        let _ = writeln!(out, "{}\n", prose(&diagnosis::missing(found)));
        let _ = writeln!(out, "How to get it: {}\n", prose(diagnosis::how_to_fetch(found.platform)));
    }
    if let Some(app) = app {
        let arguments = diagnosis::argument(app);
        let shown = markdown(std::slice::from_ref(app), (Mode::Check, &arguments), here);
        if !diagnosis::is_of_this_error(found, app) && app.result.as_ref().is_ok_and(Outcome::fails) {
            out.push_str("The files beside the log are predicted to fail too, with another error:\n\n");
        }
        // One level below the title of the log's own.
        for line in headings_lowered(&shown) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    let ends = out.trim_end().len();
    out.truncate(ends);
    out.push('\n');
    out
}

/// The lines with each heading one level lower, those in blocks of code left alone.
fn headings_lowered(text: &str) -> impl Iterator<Item = String> + '_ {
    let mut fence: Option<&str> = None;
    text.lines().map(move |line| {
        let ticks = line.trim_start_matches('`');
        let marks = line.get(..line.len() - ticks.len()).unwrap_or_default();
        match fence {
            Some(open) if marks.len() >= open.len() && ticks.is_empty() => fence = None,
            None if marks.len() >= 3 => fence = Some(marks),
            None if line.starts_with('#') => return format!("#{line}"),
            _ => {}
        }
        line.to_owned()
    })
}

struct Report<'a> {
    out: String,
    level: usize,
    app: &'a Examined,
    mode: Mode,
    repeated: &'a str,
}

impl Report<'_> {
    fn heading(&mut self, below: usize, text: &str) {
        let _ = writeln!(self.out, "{} {text}\n", "#".repeat(self.level + below));
    }

    /// Sections without content are left out.
    fn section(&mut self, heading: &str, text: &str) {
        if !text.trim().is_empty() {
            self.heading(1, heading);
            let _ = writeln!(self.out, "{}\n", text.trim_end());
        }
    }

    fn app(&mut self, name: &str, here: Option<&Path>) {
        let outcome = match &self.app.result {
            Ok(outcome) => outcome,
            Err(internal) => {
                let text = format!("Nothing is known of this app: {}", prose(&limited(&internal.message)));
                return self.section("Error in the tool", &text);
            }
        };
        if let super::Written::Failed(why) = &self.app.written {
            self.section("Not written", &prose(&limited(why)));
        }
        self.section("Files that cannot be read", &self.unreadable(outcome));
        if let Some(other) = &outcome.other_builder {
            let text = format!(
                "{} builds this app, not Nixpacks ({}). There is nothing to fix for Nixpacks.",
                code(&other.name),
                prose(&limited(&other.reason))
            );
            return self.section("Another builder", &text);
        }
        let name = if name == "this app" && !outcome.before.fails() { "This app" } else { name };
        let heading = if outcome.before.builds() { "The prediction" } else { "The problem" };
        self.section(heading, &account::problem(name, outcome));
        self.section("Root cause", &self.causes(outcome));
        if !outcome.changes.is_empty() {
            let style = OutputStyle { color: false, terminal: true, width: None };
            let patch = patch::patch(self.app, here, style);
            let patch: String = patch.split_inclusive('\n').map(masked::line).collect();
            self.section("Before and after", &fenced("diff", &patch));
            self.section("Why this works", &why_it_works(outcome));
            self.section("Files changed", &account::files_changed(self.app, outcome));
        }
        self.section("What you have to fix yourself", &by_hand(outcome));
        self.section("Also worth knowing", &notes(outcome));
        self.section("What was left alone", &left_alone(outcome));
        self.section("How to verify", &self.verify(outcome));
        if self.level == 1 {
            self.section("How this was checked", &format!("{}\n{}", checked(), assumed(outcome)));
        } else {
            self.out.push_str(&assumed(outcome));
        }
    }

    /// What Railpack makes of the app, and what is done about it.
    fn comparison(&mut self, comparison: &Comparison) {
        let Ok(outcome) = &self.app.result else { return };
        self.section("Files that cannot be read", &self.unreadable(outcome));
        let said: Vec<String> =
            comparison.said.iter().map(|said| format!("- {}", prose(&limited(said)))).collect();
        self.section("The plan", &said.join("\n"));
        let kept = account::lines(self.app, account::fixed(outcome)).join("\n");
        let command = code(&format!("nixpacks-fix migrate{}", self.repeated));
        let kept = if kept.is_empty() {
            String::new()
        } else {
            let why = explained(account::fixed(outcome));
            format!("{kept}\n\n{command} shows the files that keep it.{why}")
        };
        self.section("What would be lost, and can be kept", &kept);
        self.section("What you have to fix yourself", &by_hand(outcome));
        self.section("Also worth knowing", &notes(outcome));
        self.section("What was left alone", &left_alone(outcome));
        if self.level == 1 {
            let text = format!(
                "The plan of Railpack for these files beside that of Nixpacks 1.41.0, by [nixpacks-fix]({}) {}. \
                 It is a prediction: no build was run.\n\n**Not checked**: {}.\n",
                env!("CARGO_PKG_REPOSITORY"),
                env!("CARGO_PKG_VERSION"),
                words::NOT_COMPARED.trim_start_matches("not checked: ")
            );
            self.section("How this was checked", &text);
        }
    }

    fn unreadable(&self, outcome: &Outcome) -> String {
        let shown = |path: &str| code(&limited(&self.app.home.shown_file(path)));
        let unread = outcome.unread.iter().map(|error| (&error.path, &error.message));
        let broken = outcome.broken.iter().map(|error| (&error.path, &error.message));
        let lines =
            unread.chain(broken).map(|(path, why)| format!("- {}: {}", shown(path), prose(&limited(why))));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn causes(&self, outcome: &Outcome) -> String {
        let counts = |finding: &&Finding| finding.severity > Severity::Note;
        let fixed: Vec<&Finding> = account::fixed(outcome).collect();
        let found = if fixed.is_empty() { outcome.findings.iter().filter(counts).collect() } else { fixed };
        let reasons = account::reasons(self.app, found.iter().copied());
        reasons + &explained(found.into_iter())
    }

    fn verify(&self, outcome: &Outcome) -> String {
        let Some(first) = outcome.changes.first() else { return String::new() };
        let written = self.mode == Mode::Fix && self.app.written.stands();
        let mut steps = Vec::new();
        if !written {
            steps.push(format!("make the changes: {}", code(&format!("nixpacks-fix fix{}", self.repeated))));
        }
        let files: Vec<String> = outcome
            .changes
            .iter()
            .map(|change| words::shell_word(&self.app.home.file_to_add(&change.path)))
            .collect();
        let add =
            format!("git add {} && git commit -m \"Repair the Nixpacks build\" && git push", files.join(" "));
        if self.app.home.in_git && files.len() <= EXPLAINED {
            steps.push(format!("commit and push: {}", code(&add)));
        } else {
            steps.push(format!(
                "commit {} and deploy",
                code(&limited(&self.app.home.shown_file(&first.path)))
            ));
        }
        let gone = match (outcome.before.outcome, outcome.before.detail.as_str()) {
            (Prediction::Fails { .. }, detail) if !detail.is_empty() => {
                format!("look for {} in the new log: it is gone", code(&limited(detail)))
            }
            _ => "look at the new log".to_owned(),
        };
        steps.push(gone);
        let steps = steps.iter().enumerate().map(|(at, step)| format!("{}. {step}", at + 1));
        let steps: Vec<String> = steps.collect();
        format!(
            "{}\n\nWhere there is Docker, `nixpacks build .` does the same without a deploy.",
            steps.join("\n")
        )
    }
}

/// What no fix answers, with what a person can do about it.
fn by_hand(outcome: &Outcome) -> String {
    let is_held = |finding: &Finding| {
        let known = outcome.findings.iter().find(|one| one.message == finding.message);
        known.is_some_and(|one| fix_status(outcome, one) == FixStatus::HeldBack)
    };
    let left = outcome.remaining.iter().filter(|one| one.severity > Severity::Note && !is_held(one));
    let mut lines: Vec<String> = left.map(|finding| sentence(outcome, finding)).collect();
    lines.dedup();
    lines.join("\n")
}

/// Why what rules find fails, a paragraph for each of the first rules.
fn explained<'f>(findings: impl Iterator<Item = &'f Finding>) -> String {
    let rules: BTreeMap<&str, _> = findings.map(|finding| (finding.rule.id, finding.rule)).collect();
    let of = |rule: &RuleInfo| format!("\n\n{} ({})", why_it_fails(rule), code(rule.id));
    rules.values().take(EXPLAINED).map(|rule| of(rule)).collect()
}

/// What changes nothing by itself.
fn notes(outcome: &Outcome) -> String {
    let notes = outcome.findings.iter().filter(|finding| finding.severity == Severity::Note);
    let mut lines: Vec<String> = notes.map(|finding| sentence(outcome, finding)).collect();
    lines.dedup();
    lines.join("\n")
}

/// What the prediction takes for granted.
fn assumed(outcome: &Outcome) -> String {
    if outcome.assumed.is_empty() {
        return String::new();
    }
    let names = outcome.assumed.iter().take(EXPLAINED).map(|name| prose(&limited(name)));
    let names: Vec<String> = names.collect();
    let more = outcome.assumed.len().saturating_sub(EXPLAINED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("**Assumed**: these packages exist in nixpkgs: {}{more}.\n", names.join(", "))
}

/// What is not changed, and why.
fn left_alone(outcome: &Outcome) -> String {
    let mut lines = Vec::new();
    if !outcome.changes.is_empty() {
        lines.push(
            "- everything outside the lines above: comments, order and spacing stay as they are".to_owned(),
        );
    }
    let mut held = BTreeSet::new();
    for (index, why) in &outcome.held {
        let Some(fix) = outcome.fixes.get(*index) else { continue };
        if held.insert(&fix.title) && held.len() <= EXPLAINED {
            let line =
                format!("- only with `--unsafe-fixes`: {} ({})", prose(&limited(&fix.title)), prose(why));
            lines.push(line);
        }
    }
    for refused in outcome.refused.iter().take(EXPLAINED) {
        lines.push(format!("- no automatic fix: {}", prose(&limited(&refused.reason))));
    }
    if outcome.suppressed > 0 {
        let problems = count(outcome.suppressed, "problem");
        lines.push(format!("- {problems} silenced by comments in the files"));
    }
    lines.join("\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::sample::{examined, finding};
    use super::super::{Mode, Written};
    use super::{headings_lowered, markdown};

    #[test]
    fn says_what_a_colleague_asks_in_the_order_in_which_they_ask() {
        let text = markdown(&[examined(&["safe", "unsafe", "none"])], (Mode::Check, " app"), None);
        let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
        let want = [
            "# The Nixpacks deploy of `app`",
            "## The problem",
            "## Root cause",
            "## Before and after",
            "## Why this works",
            "## Files changed",
            "## What was left alone",
            "## How to verify",
            "## How this was checked",
        ];
        assert_eq!(headings, want, "{text}");
        for want in [
            "```text\nundefined variable 'pip'\n```",
            "- `app/nixpacks.toml`, line 2: `pip` is no attribute of nixpkgs",
            "-nixPkgs = [\"pip\"]\n+nixPkgs = []\n",
            "predicted to install and start",
            "1. make the changes: `nixpacks-fix fix app`",
            "look for `undefined variable 'pip'` in the new log",
            "- only with `--unsafe-fixes`: drop `pip` (the app works)",
        ] {
            assert!(text.contains(want), "{want:?} is not in\n{text}");
        }
    }

    #[test]
    fn after_a_fix_nobody_is_told_to_make_it() {
        let mut app = examined(&["safe"]);
        app.written = Written::Done;
        let text = markdown(&[app], (Mode::Fix, ""), None);
        assert!(!text.contains("make the changes") && text.contains("1. commit and push"), "{text}");
    }

    #[test]
    fn a_file_cannot_leave_its_block_or_make_a_heading() {
        let mut app = examined(&["safe"]);
        let outcome = app.result.as_mut().unwrap();
        let mut hostile = finding("safe");
        hostile.message = "x\n# heading [a](https://x.example) <script> @team".to_owned();
        outcome.findings = vec![hostile];
        outcome.changes[0].before = "a\n```\n# heading\n".to_owned();
        outcome.changes[0].after = "````\n<b>\x1b[31m\n".to_owned();
        outcome.before.detail = "```\n# heading".to_owned();
        let text = markdown(&[app], (Mode::Check, ""), None);
        assert!(!text.lines().any(|line| line == "# heading" || line == "```# heading"), "{text}");
        assert!(text.contains("`````diff\n"), "{text}");
        assert!(
            !text.contains('\x1b') && !text.contains(" [a](https") && !text.contains(" <script>"),
            "{text}"
        );
    }

    #[test]
    fn lowers_headings_outside_of_code_alone() {
        let text = "# a\n````diff\n```\n# b\n````\n## c\n";
        let lowered: Vec<String> = headings_lowered(text).collect();
        assert_eq!(lowered, ["## a", "````diff", "```", "# b", "````", "### c"]);
    }
}
