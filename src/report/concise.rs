use super::Examined;
use super::text::escape;
use crate::terminal::Page;
use std::fmt::Write as _;

/// One line a finding: `path:line:column: severity[rule] message`.
pub(crate) fn concise(apps: &[Examined], page: &mut Page) {
    for app in apps {
        let outcome = match &app.result {
            Ok(outcome) => outcome,
            Err(unsettled) => {
                let path = escape(&app.home.shown);
                let _ = writeln!(page.out, "{path}: error: internal: {}", escape(&unsettled.message));
                continue;
            }
        };
        for broken in &outcome.broken {
            let at = place(app, &broken.path, broken.span.map(|span| span.start));
            let _ = writeln!(page.out, "{at}: error: {}", escape(&broken.message));
        }
        for finding in &outcome.findings {
            let at = match &finding.place {
                Some(at) => place(app, &at.path, Some(at.span.start)),
                None => escape(&app.home.shown),
            };
            let (severity, rule) = (finding.severity.name(), finding.rule.id);
            let _ = writeln!(page.out, "{at}: {severity}[{rule}] {}", escape(&finding.message));
        }
    }
}

fn place(app: &Examined, path: &str, offset: Option<usize>) -> String {
    let shown = escape(&app.home.shown_file(path));
    match (app.texts.get(path), offset) {
        (Some(lines), Some(offset)) => {
            let at = lines.position(offset);
            format!("{shown}:{}:{}", at.line, at.column)
        }
        _ => shown,
    }
}
