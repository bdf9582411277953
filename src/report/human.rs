use super::prose::{self, count};
use super::snippet::Window;
use super::text::escape;
use super::{Committed, Examined, FixStatus, Mode, Texts, Written, commit, fix_status};
use crate::app::Home;
use crate::cli::OutputArgs;
use crate::terminal::{Output, OutputStyle};
use annotate_snippets::{Group, Level, Renderer};
use nixpacks_transforms::document::ParseError;
use nixpacks_transforms::engine::{Applicability, Finding, Outcome};
use nixpacks_transforms::rules::Severity;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Paths that an advice names at most, and fixes that are told as held back.
const SHOWN: usize = 8;

/// The report for people: places, reasons, what the fix does, the verdict, what to do next.
pub(crate) fn human(
    apps: &[Examined],
    commits: Option<&[Committed]>,
    mode: Mode,
    output_args: &OutputArgs,
    style: OutputStyle,
    output: &mut Output,
) {
    let report = Report {
        mode,
        output_args,
        renderer: if style.color { Renderer::styled() } else { Renderer::plain() },
    };
    for app in apps {
        report.app(app, output);
    }
    if !output_args.quiet && !apps.is_empty() {
        report.close(apps, commits, output);
    }
}

struct Report<'a> {
    mode: Mode,
    output_args: &'a OutputArgs,
    renderer: Renderer,
}

impl Report<'_> {
    fn app(&self, app: &Examined, output: &mut Output) {
        // A lone dot reads badly before a colon.
        let name = if app.home.shown == "." { "this app".to_owned() } else { escape(&app.home.shown) };
        if let Some(warning) = &app.home.warning {
            let _ = writeln!(output.stderr, "warning: {name}: {}", escape(warning));
        }
        let outcome = match &app.result {
            Ok(outcome) => outcome,
            Err(unsettled) => {
                let _ = writeln!(output.stderr, "{}", internal(&name, &unsettled.message, &unsettled.rules));
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
        for broken in &outcome.broken {
            self.broken(app, broken, out);
        }
        // After a fix only what it did not settle is worth a picture; its lines are as they now stand.
        if self.mode == Mode::Fix && app.written.stands() {
            for finding in &outcome.remaining {
                self.picture(&app.home, &app.fixed, finding, None, out);
            }
        } else {
            let mut told = BTreeSet::new();
            // A patch speaks for what it fixes.
            let silent = |finding: &Finding| {
                self.mode == Mode::Diff && fix_status(outcome, finding) == FixStatus::Fixable
            };
            for finding in outcome.findings.iter().filter(|finding| !silent(finding)) {
                // A fix that many findings share is told once.
                let help = match finding.fix {
                    Some(fix) if !told.insert(fix) => Some("same fix as above".to_owned()),
                    _ => help(outcome, finding),
                };
                self.picture(&app.home, &app.texts, finding, help, out);
            }
        }
        if self.mode != Mode::Fix && !outcome.changes.is_empty() {
            self.left(app, outcome, &name, out);
        }
        if !self.output_args.quiet {
            self.verdict(app, outcome, &name, out);
        }
        if let Written::Failed(why) = &app.written {
            let _ = writeln!(output.stderr, "error: {}", escape(why));
        }
    }

    fn picture(&self, home: &Home, texts: &Texts, finding: &Finding, help: Option<String>, out: &mut String) {
        let message = escape(&finding.message);
        let label = escape(&finding.label);
        let mut title = level(finding.severity).primary_title(message);
        title = title.id(finding.rule.id);
        let mut group = Group::with_title(title);
        let place = finding.place.as_ref();
        let path = place.map(|place| escape(&home.shown_file(&place.path))).unwrap_or_default();
        let window = place.and_then(|place| Some(Window::new(texts.get(&place.path)?, place.span)));
        if let Some(window) = &window {
            group = group.element(window.snippet(&path, &label));
        }
        for note in &finding.notes {
            group = group.element(Level::NOTE.message(escape(note)));
        }
        if let Some(help) = help {
            group = group.element(Level::HELP.message(help));
        }
        self.render(group, out);
    }

    /// What the changes would not settle, where it is not among the findings of the app as it stands.
    fn left(&self, app: &Examined, outcome: &Outcome, name: &str, out: &mut String) {
        let mut left = behind(outcome).peekable();
        if left.peek().is_some() {
            let _ = writeln!(out, "{name}: with the fix this remains\n");
        }
        left.for_each(|finding| self.picture(&app.home, &app.fixed, finding, None, out));
    }

    fn broken(&self, app: &Examined, broken: &ParseError, out: &mut String) {
        let path = escape(&app.home.shown_file(&broken.path));
        let message = format!("cannot read `{path}`: {}", escape(&broken.message));
        let window = broken.span.and_then(|span| Some(Window::new(app.texts.get(&broken.path)?, span)));
        let mut group = Group::with_title(Level::ERROR.primary_title(message));
        if let Some(window) = &window {
            group = group.element(window.snippet(&path, ""));
        }
        self.render(group.element(Level::NOTE.message("the file is left as it is")), out);
    }

    fn render(&self, group: Group<'_>, out: &mut String) {
        out.push_str(&self.renderer.render(&[group]));
        out.push_str("\n\n");
    }

    fn verdict(&self, app: &Examined, outcome: &Outcome, name: &str, out: &mut String) {
        let _ = match (outcome.changes.is_empty(), self.mode, &app.written) {
            (true, ..) => writeln!(out, "{name}: {}", prose::verdict(&outcome.before)),
            (false, Mode::Fix, written) if written.stands() => {
                let branch = match written {
                    Written::OnBranch(name) => format!(" on the branch `{}` alone", escape(name)),
                    _ => String::new(),
                };
                let files: Vec<String> = outcome
                    .changes
                    .iter()
                    .map(|c| format!("`{}`", escape(&app.home.shown_file(&c.path))))
                    .collect();
                writeln!(out, "{name}: was {}", prose::verdict(&outcome.before))
                    .and_then(|()| writeln!(out, "{name}: changed {}{branch}", prose::list(&files)))
                    .and_then(|()| writeln!(out, "{name}: now {}", prose::verdict(&outcome.after)))
            }
            _ => writeln!(out, "{name}: {}", prose::verdict(&outcome.before))
                .and_then(|()| writeln!(out, "{name}: with the fix {}", prose::verdict(&outcome.after))),
        };
        let held = |(index, why): &(usize, String)| {
            Some(format!("{} ({})", escape(&outcome.fixes.get(*index)?.title), escape(why)))
        };
        let mut seen = BTreeSet::new();
        let held: Vec<String> =
            outcome.held.iter().filter_map(held).filter(|held| seen.insert(held.clone())).collect();
        for held in held.iter().take(SHOWN) {
            let _ = writeln!(out, "{name}: held back as unsafe: {held}");
        }
        if held.len() > SHOWN {
            let _ = writeln!(out, "{name}: held back as unsafe: and {} more", held.len() - SHOWN);
        }
        for refused in &outcome.refused {
            let _ = writeln!(out, "{name}: no fix is offered: {}", escape(&refused.reason));
        }
        if self.output_args.verbose {
            for sentence in &outcome.assumed {
                let _ = writeln!(out, "{name}: assumed: {}", escape(sentence));
            }
        }
    }

    fn close(&self, apps: &[Examined], commits: Option<&[Committed]>, output: &mut Output) {
        let out = if apps.iter().any(|app| to_stdout(app, self.mode)) {
            &mut output.stderr
        } else {
            &mut output.stdout
        };
        let outcomes = || apps.iter().filter_map(|app| Some((app, app.result.as_ref().ok()?)));
        if outcomes().any(|(_, outcome)| outcome.before.builds() || outcome.after.builds()) {
            let _ = writeln!(out, "{}", prose::NOT_CHECKED);
        }
        if outcomes().next().is_some() {
            let _ = writeln!(out, "{}", summary(apps, self.mode));
        }
        commit::tell(commits, out);
        let made = commits.is_some_and(|commits| !commits.is_empty());
        if let Some(next) = if made { commit::next(commits) } else { next(apps, self.mode) } {
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

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

/// What remains once the changes are made and is not among the findings of the app as it stands.
fn behind(outcome: &Outcome) -> impl Iterator<Item = &Finding> {
    let key = |finding: &Finding| (finding.rule.id, finding.message.clone());
    let known: BTreeSet<(&str, String)> = outcome.findings.iter().map(key).collect();
    outcome.remaining.iter().filter(move |finding| !known.contains(&key(finding)))
}

/// What the fix of a finding will do, and whether it may.
fn help(outcome: &Outcome, finding: &Finding) -> Option<String> {
    let index = finding.fix?;
    let fix = outcome.fixes.get(index)?;
    let title = escape(&fix.title);
    Some(match (fix.applicability, fix_status(outcome, finding)) {
        (Applicability::Manual, _) => format!("by hand: {title}"),
        (_, FixStatus::HeldBack) => format!("{title} (unsafe: use --unsafe-fixes)"),
        (_, FixStatus::Fixable) => title,
        _ => format!("{title} (not offered: the prediction does not improve)"),
    })
}

/// `3 findings: 1 fixed, 1 held back as unsafe (use --unsafe-fixes), 1 needs a person`
fn summary(apps: &[Examined], mode: Mode) -> String {
    let (mut fixed, mut held, mut person, mut told, mut failed) = (0, 0, 0, 0, 0);
    let (mut unread, mut behind_them) = (0, 0);
    for app in apps {
        let Ok(outcome) = &app.result else { continue };
        unread += outcome.broken.len();
        behind_them += behind(outcome).count();
        for finding in &outcome.findings {
            match (fix_status(outcome, finding), &app.written) {
                (FixStatus::Fixable, Written::Failed(_)) => failed += 1,
                // A commit on a branch that was not made leaves them as they were.
                (FixStatus::Fixable, Written::Shown) if mode == Mode::Fix => failed += 1,
                (FixStatus::Fixable, _) => fixed += 1,
                (FixStatus::HeldBack, _) => held += 1,
                (FixStatus::Manual, _) => person += 1,
                (FixStatus::Informational, _) => told += 1,
            }
        }
    }
    let total = fixed + held + person + told + failed;
    let mut parts = Vec::new();
    let mut add = |number: usize, text: String| {
        if number > 0 {
            parts.push(text);
        }
    };
    add(fixed, if mode == Mode::Fix { format!("{fixed} fixed") } else { format!("{fixed} fixable") });
    add(held, format!("{held} held back as unsafe (use --unsafe-fixes)"));
    add(person, if person == 1 { "1 needs a person".to_owned() } else { format!("{person} need a person") });
    add(told, count(told, "note"));
    add(failed, format!("{failed} not written"));
    let mut line = count(total, "finding");
    if !parts.is_empty() {
        let _ = write!(line, ": {}", parts.join(", "));
    }
    if behind_them > 0 {
        let _ = write!(line, "; {behind_them} more behind {}", if total == 1 { "it" } else { "them" });
    }
    if unread > 0 {
        let _ = write!(line, "; {} that cannot be read", count(unread, "file"));
    }
    line
}

/// The next command to type.
fn next(apps: &[Examined], mode: Mode) -> Option<String> {
    let all = || apps.iter().filter_map(|app| Some((app, app.result.as_ref().ok()?)));
    if apps.iter().any(|app| app.home.stdin) {
        return None;
    }
    let changed: Vec<&Examined> = all().filter(|(_, o)| !o.changes.is_empty()).map(|(app, _)| app).collect();
    if changed.is_empty() {
        let held: Vec<&Examined> = all().filter(|(_, o)| !o.held.is_empty()).map(|(app, _)| app).collect();
        let paths = paths(&held);
        let show = || format!("`nixpacks-fix diff --unsafe-fixes{paths}` shows what was held back");
        return (!held.is_empty()).then(show);
    }
    let paths = paths(&changed);
    match mode {
        Mode::Check => {
            Some(format!("`nixpacks-fix diff{paths}` shows the fix, `nixpacks-fix fix{paths}` makes it"))
        }
        Mode::Diff => Some(format!("`nixpacks-fix fix{paths}` makes these changes")),
        Mode::Fix => keep(apps),
    }
}

/// The apps as arguments; nothing where the current directory is one, as it is searched anyway.
fn paths(apps: &[&Examined]) -> String {
    if apps.iter().any(|app| app.home.named() == ".") {
        return String::new();
    }
    if apps.len() > SHOWN {
        return " …".to_owned();
    }
    apps.iter().flat_map(|app| [" ".to_owned(), prose::shell_word(&app.home.named())]).collect()
}

/// How to look at and keep what was written, in a git work tree.
fn keep(apps: &[Examined]) -> Option<String> {
    let done = || apps.iter().filter(|app| app.written == Written::Done && app.home.in_git);
    let files: Vec<String> = done()
        .filter_map(|app| Some((app, app.result.as_ref().ok()?)))
        .flat_map(|(app, outcome)| outcome.changes.iter().map(|change| app.home.shown_file(&change.path)))
        .map(|path| prose::shell_word(&path))
        .collect();
    let add = match files.len() {
        0 => return None,
        1..=SHOWN => format!("git add {} && git commit", files.join(" ")),
        _ => "git commit -a".to_owned(),
    };
    Some(format!("`git diff`, then `{add} -m \"Repair the Nixpacks build\"`"))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{examined, finding, output_args, plain_style};
    use super::{Mode, Written, human, summary};
    use crate::terminal::Output;

    fn shown(mode: Mode, written: Written) -> String {
        let mut app = examined(&["safe", "unsafe", "none", "note"]);
        app.written = written;
        let mut output = Output::default();
        human(&[app], None, mode, &output_args(), plain_style(), &mut output);
        output.stdout + &output.stderr
    }

    #[test]
    fn the_counts_of_the_summary_add_up() {
        let mut app = examined(&["safe", "unsafe", "none", "note"]);
        assert!(summary(std::slice::from_ref(&app), Mode::Fix).ends_with("1 note, 1 not written"));
        app.written = Written::Done;
        assert_eq!(
            summary(std::slice::from_ref(&app), Mode::Fix),
            "4 findings: 1 fixed, 1 held back as unsafe (use --unsafe-fixes), 1 needs a person, 1 note"
        );
        let app = super::Examined { written: Written::Failed("x".into()), ..app };
        assert!(summary(&[app], Mode::Fix).ends_with("1 not written"));
        assert_eq!(summary(&[], Mode::Check), "0 findings");
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
            "app: with the fix predicted to install and start",
            "next: `nixpacks-fix diff app`",
            "not checked: whether packages compile",
        ] {
            assert!(text.contains(want), "{want:?} is not in\n{text}");
        }
    }

    #[test]
    fn tells_a_fix_that_many_findings_share_once() {
        let app = examined(&["safe"; 50]);
        let mut output = Output::default();
        human(&[app], None, Mode::Check, &output_args(), plain_style(), &mut output);
        assert_eq!(output.stdout.matches("= help: drop `pip`").count(), 1, "{}", output.stdout);
        assert_eq!(output.stdout.matches("= help: same fix as above").count(), 49);
    }

    #[test]
    fn says_what_a_fix_changed_and_what_it_held_back() {
        let text = shown(Mode::Fix, Written::Done);
        assert!(text.contains("app: changed `app/nixpacks.toml`"), "{text}");
        assert!(text.contains("held back as unsafe: drop `pip` (the app works)"), "{text}");
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
        human(&[app], None, Mode::Check, &output_args(), plain_style(), &mut output);
        let text = output.stdout + &output.stderr;
        assert!(!text.contains(['\x1b', '\x07', '\r', '\u{202e}', '\u{9b}']), "{text:?}");
        assert!(text.contains("a\\u{1b}[2Jpp"), "{text}");
    }
}
