use super::text::escape;
use super::{Examined, Mode, Texts, Written, said};
use crate::terminal::Output;
use std::fmt::Write as _;

/// A line for the prediction of each app, and one a finding: `path:line:column: severity[rule] message`.
///
/// After a fix these are the ones that remain.
pub(crate) fn concise(apps: &[Examined], mode: Mode, output: &mut Output) {
    for app in apps {
        if let Written::Failed(why) = &app.written {
            let _ = writeln!(output.stderr, "error: {}", escape(why));
        }
        let fixed = mode == Mode::Fix && app.written == Written::Done;
        let out = if mode == Mode::Fix && app.home.stdin { &mut output.stderr } else { &mut output.stdout };
        let outcome = match &app.result {
            Ok(outcome) => outcome,
            Err(unsettled) => {
                let path = escape(&app.home.shown);
                let _ = writeln!(out, "{path}: error: internal: {}", escape(&unsettled.message));
                continue;
            }
        };
        for error in &outcome.unread {
            let at = place(app, &app.texts, &error.path, None);
            let _ = writeln!(out, "{at}: error: failed to read: {}", escape(&error.message));
        }
        for broken in &outcome.broken {
            let at = place(app, &app.texts, &broken.path, broken.span.map(|span| span.start));
            let _ = writeln!(out, "{at}: error: {}", escape(&broken.message));
        }
        let (findings, texts) =
            if fixed { (&outcome.remaining, &app.fixed) } else { (&outcome.findings, &app.texts) };
        // Without a line an exit status of 1 would be a riddle, for one where comments silence the cause.
        let known = if outcome.other_builder.is_some() { "" } else { app.known.mark() };
        for said in said(app, outcome, fixed) {
            let _ = writeln!(out, "{}: {said}{known}", escape(&app.home.shown));
        }
        for finding in findings {
            let at = match &finding.place {
                Some(at) => place(app, texts, &at.path, Some(at.span.start)),
                None => escape(&app.home.shown),
            };
            let (severity, rule) = (finding.severity.name(), finding.rule.id);
            let _ = writeln!(out, "{at}: {severity}[{rule}] {}", escape(&finding.message));
        }
    }
}

fn place(app: &Examined, texts: &Texts, path: &str, offset: Option<usize>) -> String {
    let shown = escape(&app.home.shown_file(path));
    match (texts.get(path), offset) {
        (Some(lines), Some(offset)) => {
            let at = lines.position(offset);
            format!("{shown}:{}:{}", at.line, at.column)
        }
        _ => shown,
    }
}
