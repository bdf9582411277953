//! A directory of apps instead of the goldens: each is run before `fix` and after, and what comes of them is
//! counted. Nothing is asked of an app, so that real ones can be surveyed.

use crate::app::{self, App};
use crate::run::Lab;
use tempfile::TempDir;

/// The errors that hand edits move between.
const FAMILY: [&str; 6] = [
    "pip-not-found",
    "no-pip-module",
    "externally-managed",
    "undefined-variable",
    "venv-missing",
    "python-not-found",
];

/// What came of one app. A reason is the error that it stopped at, none that it works.
pub(crate) struct Row {
    name: String,
    before: Option<&'static str>,
    /// The prediction, in the same words.
    said_before: String,
    after: Option<&'static str>,
    said_after: String,
    changed: bool,
}

/// Runs an app before the repair and after. `None` where it needs what the lab does not have.
pub(crate) fn row(lab: &Lab, app: &App) -> Option<Row> {
    let work = TempDir::new().unwrap();
    let before = app.before();
    app::write(&before, work.path());
    let said_before = lab.tool.verdict(&[], work.path());
    let was = lab.run(&before).ok()?;
    lab.tool.fix(&[], work.path());
    let after = app::read(work.path());
    let said_after = lab.tool.verdict(&[], work.path());
    let changed = after != before;
    let is = if changed { Some(lab.run(&after).ok()?) } else { None };
    let is = is.as_ref().unwrap_or(&was);
    if [&was, is].iter().any(|outcome| outcome.output.contains("lab: no '")) {
        return None;
    }
    Some(Row {
        name: app.name.clone(),
        before: was.reason,
        said_before: said_before.class(),
        after: is.reason,
        said_after: said_after.class(),
        changed,
    })
}

/// The counts, a line each, and the apps that speak against the tool.
pub(crate) fn report(rows: &[Row], apps: usize) {
    let family = |reason: Option<&str>| reason.is_some_and(|reason| FAMILY.contains(&reason));
    let count = |holds: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| holds(row)).count();
    let line = |what: &str, number: String| println!("lab: {what:<58} {number}");
    line("apps", format!("{apps}, run {}", rows.len()));
    line("fail with an error of the family", count(&|row| family(row.before)).to_string());
    line("  that error is gone", count(&|row| family(row.before) && !family(row.after)).to_string());
    line("  install and start", count(&|row| family(row.before) && row.after.is_none()).to_string());
    let named = |row: &Row| row.after.is_some_and(|reason| row.said_after == reason);
    line("  stop elsewhere, as predicted", count(&|row| family(row.before) && named(row)).to_string());
    line("work", count(&|row| row.before.is_none()).to_string());
    line("  still work", count(&|row| row.before.is_none() && row.after.is_none()).to_string());
    line("  are changed", count(&|row| row.before.is_none() && row.changed).to_string());
    let right = |said: &str, is: Option<&str>| (said == "works") == is.is_none() && said != "unknown";
    for (when, said, is) in [
        ("before", (|row| row.said_before.as_str()) as fn(&Row) -> &str, (|row| row.before) as fn(&Row) -> _),
        ("after", |row| row.said_after.as_str(), |row| row.after),
    ] {
        let unknown = count(&|row| said(row) == "unknown");
        let sure = rows.len() - unknown;
        let agree = count(&|row| right(said(row), is(row)));
        line(&format!("prediction {when} agrees"), format!("{agree} of {sure}, unknown {unknown}"));
    }
    for row in rows {
        let moved = family(row.before) && (family(row.after) || (row.after.is_some() && !named(row)));
        let harmed = row.before.is_none() && (row.after.is_some() || row.changed);
        if moved || harmed || !right(&row.said_before, row.before) || !right(&row.said_after, row.after) {
            let word = |reason: Option<&'static str>| reason.unwrap_or("works");
            let (before, after) = (word(row.before), word(row.after));
            let (said, then) = (&row.said_before, &row.said_after);
            println!("lab: look at {}: {before} (said {said}) -> {after} (said {then})", row.name);
        }
    }
}
