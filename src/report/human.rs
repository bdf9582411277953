mod blocks;

use super::prose::{self, wrap};
use super::summary::{left, next, summary};
use super::text::escape;
use super::{Committed, Examined, FixStatus, Mode, Written, commit, fix_status, overview};
use crate::cli::OutputArgs;
use crate::terminal::{Output, OutputStyle};
use annotate_snippets::{Group, Renderer};
use nixpacks_transforms::engine::{Finding, Outcome};
use nixpacks_transforms::simulate::{self, Verdict};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Fixes that are listed as held back, and lines that are listed for findings that are alike.
const SHOWN: usize = 8;
/// Columns that a wrapped text has at least.
const LEAST: usize = 30;

/// The report for people: for each app the prediction, what is wrong and what the fix does; then what to do next.
/// `repeated` are the arguments that a further command has to repeat.
pub(crate) fn human(
    apps: &[Examined],
    commits: Option<&[Committed]>,
    (mode, repeated): (Mode, &str),
    output_args: &OutputArgs,
    style: OutputStyle,
    output: &mut Output,
) {
    let report = Report::new((mode, repeated), output_args, style);
    for app in apps {
        report.app(app, output);
    }
    if !output_args.quiet && !apps.is_empty() {
        report.close(apps, commits, output);
    }
}

/// What is left for the user once the files of a migration are there.
pub(super) fn left_to_do(app: &Examined, output_args: &OutputArgs, style: OutputStyle, out: &mut String) {
    let Ok(outcome) = &app.result else { return };
    let report = Report::new((Mode::Check, ""), output_args, style);
    let is_left = |finding: &&Finding| fix_status(outcome, finding) == FixStatus::Manual;
    let left: Vec<&Finding> = outcome.findings.iter().filter(is_left).collect();
    report.pictures(app, &app.texts, &left, Some(outcome), out);
}

struct Report<'a> {
    mode: Mode,
    repeated: &'a str,
    output_args: &'a OutputArgs,
    style: OutputStyle,
    renderer: Renderer,
}

impl<'a> Report<'a> {
    fn new((mode, repeated): (Mode, &'a str), output_args: &'a OutputArgs, style: OutputStyle) -> Self {
        let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
        let renderer =
            renderer.term_width(style.width.unwrap_or(annotate_snippets::renderer::DEFAULT_TERM_WIDTH));
        Self { mode, repeated, output_args, style, renderer }
    }

    fn app(&self, app: &Examined, output: &mut Output) {
        // A lone dot reads badly before a colon.
        let name = if app.home.shown == "." { "this app".to_owned() } else { escape(&app.home.shown) };
        if let Some(warning) = &app.home.warning {
            let _ = writeln!(output.stderr, "warning: {name}: {}", escape(warning));
        }
        let outcome = match &app.result {
            Ok(outcome) => outcome,
            Err(not_converged) => {
                let _ = writeln!(
                    output.stderr,
                    "{}",
                    internal(&name, &not_converged.message, &not_converged.rules)
                );
                return;
            }
        };
        for error in &outcome.unread {
            let path = escape(&app.home.shown_file(&error.path));
            let message = escape(&error.message);
            let _ = writeln!(
                output.stderr,
                "error: failed to read `{path}`: {message}; make it readable and run this again"
            );
        }
        // The report stays out of the way of a patch or a text that goes to standard output.
        let out = if self.mode == Mode::Check || !to_stdout(app, self.mode) {
            &mut output.stdout
        } else {
            &mut output.stderr
        };
        // Where comments silence the cause, nothing else would say why the command fails.
        if !self.output_args.quiet || (outcome.fails() && outcome.findings.is_empty()) {
            self.verdict(app, outcome, &name, out);
        }
        let written = self.mode == Mode::Fix && app.written.stands();
        let findings = if written { &outcome.remaining } else { &outcome.findings };
        for broken in &outcome.broken {
            // A rule says it too where Nixpacks reads the file.
            if !findings.iter().any(|finding| finding.message.ends_with(&broken.message)) {
                self.broken(app, broken, out);
            }
        }
        if written {
            // Only what the fix left; the lines are those of the new files.
            self.pictures(app, &app.fixed, &findings.iter().collect::<Vec<_>>(), None, out);
        } else {
            // In `diff` the patch shows what is fixed.
            let shown: Vec<&Finding> = findings
                .iter()
                .filter(|finding| {
                    self.mode != Mode::Diff || fix_status(outcome, finding) != FixStatus::Fixable
                })
                .collect();
            self.pictures(app, &app.texts, &shown, Some(outcome), out);
        }
        if self.mode != Mode::Fix && !outcome.changes.is_empty() {
            let left: Vec<&Finding> = left(outcome).collect();
            if !left.is_empty() {
                self.line(out, &format!("{name}: after the fix, this is left to do:\n"));
            }
            self.pictures(app, &app.fixed, &left, None, out);
        }
        if !self.output_args.quiet {
            self.not_done(outcome, &name, out);
        }
        if let Written::Failed(why) = &app.written {
            let _ = writeln!(output.stderr, "error: {}", escape(why));
        }
    }

    fn render(&self, group: Group<'_>, out: &mut String) {
        out.push_str(&self.renderer.render(&[group]));
        out.push_str("\n\n");
    }

    /// A message of a block, wrapped beside its margin.
    fn wrapped(&self, text: &str, margin: usize) -> String {
        let width = self.style.width.map(|width| width.saturating_sub(margin).max(LEAST));
        width.map_or_else(|| text.to_owned(), |width| wrap(text, width, "", ""))
    }

    /// A line of its own, wrapped.
    fn line(&self, out: &mut String, text: &str) {
        let text = self.style.width.map_or_else(|| text.to_owned(), |width| wrap(text, width, "", "  "));
        out.push_str(&text);
        out.push('\n');
    }

    fn verdict(&self, app: &Examined, outcome: &Outcome, name: &str, out: &mut String) {
        if let Some(comparison) = &app.comparison {
            for said in &comparison.said {
                self.line(out, &format!("{name}: {said}"));
            }
            out.push('\n');
            return;
        }
        if outcome.other_builder.is_some() {
            self.line(out, &format!("{name}: {}\n", prose::OTHER_BUILDER));
            return;
        }
        let before = self.prediction(&outcome.before);
        let after = self.prediction(&outcome.after);
        let known = app.known.mark();
        let changed = !outcome.changes.is_empty();
        match (outcome.changes.is_empty(), self.mode, &app.written) {
            (true, ..) => self.line(out, &format!("{name}: {before}{known}")),
            (false, Mode::Fix, written) if written.stands() => {
                let branch = match written {
                    Written::OnBranch(name) => format!(" on the branch `{}` only", escape(name)),
                    _ => String::new(),
                };
                let files = |created: bool, removed: bool| -> Vec<String> {
                    let all = outcome.changes.iter();
                    all.filter(|change| (change.created, change.removed) == (created, removed))
                        .map(|c| format!("`{}`", escape(&app.home.shown_file(&c.path))))
                        .collect()
                };
                let done = [
                    ("changed", files(false, false)),
                    ("created", files(true, false)),
                    ("removed", files(false, true)),
                ];
                let done = done.into_iter().filter(|(_, files)| !files.is_empty());
                let done: Vec<String> =
                    done.map(|(verb, files)| format!("{verb} {}", prose::list(&files))).collect();
                self.line(out, &format!("{name}: before: {before}"));
                self.line(out, &format!("{name}: {}{branch}", prose::list(&done)));
                self.line(out, &format!("{name}: now: {after}"));
            }
            _ => {
                self.line(out, &format!("{name}: {before}{known}"));
                let same = (outcome.before.outcome, &outcome.before.detail)
                    == (outcome.after.outcome, &outcome.after.detail);
                let after = if same && outcome.before.fails() {
                    "still the same, because of what you have to fix yourself"
                } else {
                    &after
                };
                self.line(out, &format!("{name}: with the fix: {after}"));
                let removed = outcome.changes.iter().filter(|change| change.removed);
                let removed: Vec<String> =
                    removed.map(|c| format!("`{}`", escape(&app.home.shown_file(&c.path)))).collect();
                if let Some(verb) = match removed.len() {
                    0 => None,
                    1 => Some("is"),
                    _ => Some("are"),
                } {
                    let files = prose::list(&removed);
                    self.line(out, &format!("{name}: nothing is left in {files} then, which {verb} removed"));
                }
            }
        }
        let (now, later) = if changed {
            (&outcome.after, &outcome.retired_after)
        } else {
            (&outcome.before, &outcome.retired_before)
        };
        // Said only where it is another one.
        let same = |later: &Verdict| (later.outcome, &later.detail) == (now.outcome, &now.detail);
        if let Some(later) = later.as_ref().filter(|later| !same(later)) {
            let later = self.prediction(later);
            self.line(out, &format!("{name}: from 2026-12-01 on, {}: {later}", prose::RETIRED));
        }
        out.push('\n');
    }

    /// The prediction, coloured on a terminal.
    fn prediction(&self, verdict: &Verdict) -> String {
        let text = prose::verdict(verdict);
        if !self.style.color {
            return text;
        }
        let color = match verdict.outcome {
            simulate::Outcome::Builds => "32",
            simulate::Outcome::Fails { .. } => "31",
            simulate::Outcome::Unknown => "33",
        };
        let summary = prose::outcome(verdict.outcome);
        match text.strip_prefix(summary.as_str()) {
            Some(rest) => format!("\x1b[1;{color}m{summary}\x1b[0m{rest}"),
            None => text,
        }
    }

    /// Which fixes are not made, and what the prediction assumes.
    fn not_done(&self, outcome: &Outcome, name: &str, out: &mut String) {
        let before = out.len();
        let held = |(index, why): &(usize, String)| {
            Some(format!("{} ({})", escape(&outcome.fixes.get(*index)?.title), escape(why)))
        };
        let mut seen = BTreeSet::new();
        let held: Vec<String> =
            outcome.held.iter().filter_map(held).filter(|held| seen.insert(held.clone())).collect();
        for held in held.iter().take(SHOWN) {
            self.line(out, &format!("{name}: only with --unsafe-fixes: {held}"));
        }
        if held.len() > SHOWN {
            self.line(out, &format!("{name}: only with --unsafe-fixes: and {} more", held.len() - SHOWN));
        }
        for refused in &outcome.refused {
            self.line(out, &format!("{name}: no automatic fix: {}", escape(&refused.reason)));
        }
        if self.output_args.verbose {
            for sentence in &outcome.assumed {
                self.line(out, &format!("{name}: assumed: {}", escape(sentence)));
            }
        }
        if out.len() > before {
            out.push('\n');
        }
    }

    fn close(&self, apps: &[Examined], commits: Option<&[Committed]>, output: &mut Output) {
        let out = if apps.iter().any(|app| to_stdout(app, self.mode)) {
            &mut output.stderr
        } else {
            &mut output.stdout
        };
        let outcomes = || apps.iter().filter_map(|app| Some((app, app.result.as_ref().ok()?)));
        if outcomes().any(|(_, outcome)| outcome.before.builds() || outcome.after.builds())
            && outcomes().any(|(_, outcome)| outcome.other_builder.is_none())
        {
            self.line(out, prose::NOT_CHECKED);
        }
        if apps.iter().any(|app| app.comparison.is_some()) {
            self.line(out, prose::NOT_COMPARED);
        }
        for line in overview::lines(apps) {
            self.line(out, &line);
        }
        if outcomes().next().is_some() {
            self.line(out, &summary(apps, self.mode));
        }
        commit::tell(commits, out);
        let made = commits.is_some_and(|commits| !commits.is_empty());
        let next = if made { commit::next(commits) } else { next(apps, self.mode, self.repeated) };
        if let Some(next) = next {
            // Not wrapped: it is there to be copied.
            let _ = writeln!(out, "next: {next}");
        }
    }
}

/// Whether standard output is taken: by a patch, or by the fixed text.
fn to_stdout(app: &Examined, mode: Mode) -> bool {
    mode == Mode::Diff || (mode == Mode::Fix && app.home.stdin)
}

fn internal(name: &str, message: &str, rules: &[String]) -> String {
    let rules = if rules.is_empty() { String::new() } else { format!(" ({})", rules.join(", ")) };
    format!("error: {name}: {}{rules}; nothing was written, please report this", escape(message))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{examined, finding, output_args, plain_style};
    use super::{Mode, Written, human};
    use crate::terminal::{Output, OutputStyle};

    fn shown(mode: Mode, written: Written) -> String {
        let mut app = examined(&["safe", "unsafe", "none", "note"]);
        app.written = written;
        let mut output = Output::default();
        human(&[app], None, (mode, ""), &output_args(), plain_style(), &mut output);
        output.stdout + &output.stderr
    }

    #[test]
    fn shows_the_line_the_span_the_reason_and_the_fix() {
        let text = shown(Mode::Check, Written::Shown);
        for want in [
            "error[sample-rule]: `pip` is no attribute",
            "--> app/nixpacks.toml:2:12",
            "2 | nixPkgs = [\"pip\"]",
            "            ^^^^^ not in nixpkgs",
            "= help: drop `pip`",
            "app: predicted to fail when Nix installs the packages",
            "app: with the fix: predicted to install and start",
            "next: `nixpacks-fix diff`",
            "not checked: whether packages compile",
        ] {
            assert!(text.contains(want), "{want:?} is not in\n{text}");
        }
    }

    #[test]
    fn findings_that_are_alike_are_one_block() {
        let app = examined(&["safe"; 50]);
        let mut output = Output::default();
        human(&[app], None, (Mode::Check, ""), &output_args(), plain_style(), &mut output);
        assert_eq!(output.stdout.matches("= help: drop `pip`").count(), 1, "{}", output.stdout);
        assert!(output.stdout.contains("= note: and 49 more in the same line"), "{}", output.stdout);
    }

    #[test]
    fn a_fix_that_different_findings_share_is_described_once() {
        let mut app = examined(&["safe", "safe"]);
        if let Ok(outcome) = &mut app.result {
            outcome.findings.iter_mut().take(1).for_each(|finding| finding.message = "another".to_owned());
        }
        let mut output = Output::default();
        human(&[app], None, (Mode::Check, ""), &output_args(), plain_style(), &mut output);
        assert_eq!(output.stdout.matches("= help: drop `pip`").count(), 1, "{}", output.stdout);
        assert_eq!(output.stdout.matches("= help: same fix as above").count(), 1, "{}", output.stdout);
    }

    #[test]
    fn wraps_at_words_on_a_terminal() {
        let mut app = examined(&["none"]);
        if let Ok(outcome) = &mut app.result {
            outcome.findings.iter_mut().for_each(|finding| finding.message = "some word ".repeat(20));
            outcome.before.detail = "some word ".repeat(20);
        }
        let style = OutputStyle { width: Some(80), ..plain_style() };
        let mut output = Output::default();
        human(&[app], None, (Mode::Check, ""), &output_args(), style, &mut output);
        let lines = output.stdout.lines().filter(|line| !line.starts_with("next: "));
        let long: Vec<&str> = lines.filter(|line| line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{long:?}");
    }

    #[test]
    fn says_what_a_fix_changed_and_what_it_held_back() {
        let text = shown(Mode::Fix, Written::Done);
        assert!(text.contains("app: changed `app/nixpacks.toml`"), "{text}");
        assert!(text.contains("only with --unsafe-fixes: drop `pip` (the app works)"), "{text}");
        assert!(text.contains("next: `git diff`, then `git add app/nixpacks.toml && git commit"), "{text}");
    }

    #[test]
    fn no_escape_code_of_a_repository_gets_through() {
        let mut app = examined(&[]);
        app.home.shown = "a\x1b[2Jpp".to_owned();
        if let Ok(outcome) = &mut app.result {
            let mut hostile = finding("none");
            hostile.message = "m\x1b]0;x\x07".to_owned();
            hostile.label = "l\x1b[1m".to_owned();
            hostile.notes = vec!["n\u{202e}\x1b".to_owned()];
            outcome.findings = vec![hostile];
            outcome.before.detail = "d\x1b[31m\r".to_owned();
            outcome.before.command = Some("c\x1b[0m\u{9b}".to_owned());
        }
        let mut output = Output::default();
        human(&[app], None, (Mode::Check, ""), &output_args(), plain_style(), &mut output);
        let text = output.stdout + &output.stderr;
        assert!(!text.contains(['\x1b', '\x07', '\r', '\u{202e}', '\u{9b}']), "{text:?}");
        assert!(text.contains("a\\u{1b}[2Jpp"), "{text}");
    }
}
