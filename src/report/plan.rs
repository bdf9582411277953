//! The output of `plan`: each value of the build plan, and where it comes from.

use super::difference::operations;
use super::json::before_and_after;
use super::masked;
use super::prose::{self, wrap};
use super::text::escape;
use super::{Examined, Texts};
use crate::app::AppLocation;
use crate::terminal::OutputStyle;
use nixpacks_transforms::document::schema;
use nixpacks_transforms::engine::Outcome;
use nixpacks_transforms::plan::{Item, Origin, Plan, Start};
use nixpacks_transforms::simulate::{Steps, Verdict};
use serde::Serialize;
use similar::ChangeTag;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

#[derive(Serialize)]
struct PlanReport<'a> {
    dir: &'a str,
    providers: &'a [String],
    values: Vec<Entry<'a>>,
}

/// One string of the plan.
#[derive(Serialize)]
struct Entry<'a> {
    /// A phase, `start`, or empty for what concerns the whole.
    section: &'a str,
    key: &'a str,
    /// Without what looks like a secret.
    value: Cow<'a, str>,
    origin: String,
}

/// The plans of `apps` for programs.
pub(crate) fn json(apps: &[Examined]) -> anyhow::Result<String> {
    before_and_after(apps, plans)
}

/// The plans of `apps` for people.
pub(crate) fn human(apps: &[Examined], style: OutputStyle) -> String {
    let mut out = String::new();
    for app in apps {
        let Some((name, outcome)) = named(app, &mut out) else { continue };
        let (before, after) = plans(app);
        match before {
            Some(plan) => {
                section(&mut out, &format!("{name}: what Nixpacks installs and runs"), &plan, style);
            }
            None => no_plan(&name, &outcome.before, &mut out),
        }
        if let Some(plan) = after.filter(|_| !outcome.changes.is_empty()) {
            section(
                &mut out,
                &format!("{name}: what Nixpacks installs and runs after the fix"),
                &plan,
                style,
            );
        }
    }
    out
}

/// The values of one key of the plan as the files stand, each with where it comes from.
pub(crate) fn values_of(app: &Examined, section: &str, key: &str) -> Vec<(String, String)> {
    let Some(plan) = plans(app).0 else { return Vec::new() };
    let values = plan.values.into_iter().filter(|entry| (entry.section, entry.key) == (section, key));
    values.map(|entry| (entry.value.into_owned(), entry.origin)).collect()
}

/// The plans of `apps` before and after the fix as one list, with a sign before what goes and what comes.
pub(crate) fn diff(apps: &[Examined], style: OutputStyle) -> String {
    let mut out = String::new();
    for app in apps {
        let Some((name, outcome)) = named(app, &mut out) else { continue };
        let (before, after) = plans(app);
        if outcome.changes.is_empty() {
            let _ = writeln!(out, "{name}: there is no fix to compare it with");
            continue;
        }
        let _ = writeln!(out, "{name}: what the fix changes in what Nixpacks installs and runs");
        if before.is_none() {
            no_plan(&name, &outcome.before, &mut out);
        }
        compared(&cells(before.as_ref()), &cells(after.as_ref()), style, &mut out);
    }
    out
}

/// The section, the key and the value of each row of a plan.
fn cells<'p>(plan: Option<&'p PlanReport<'_>>) -> Vec<[&'p str; 3]> {
    let values = plan.into_iter().flat_map(|plan| &plan.values);
    values.map(|value| [value.section, value.key, value.value.as_ref()]).collect()
}

/// The sections of two plans that differ, row by row.
fn compared(before: &[[&str; 3]], after: &[[&str; 3]], style: OutputStyle, out: &mut String) {
    let changes = operations(before, after);
    let changes: Vec<(ChangeTag, [&str; 3])> = changes
        .iter()
        .flat_map(|operation| operation.iter_changes(before, after))
        .map(|change| (change.tag(), change.value()))
        .collect();
    // The others tell nothing here.
    let differ: BTreeSet<&str> = changes
        .iter()
        .filter(|(tag, _)| *tag != ChangeTag::Equal)
        .map(|(_, [section, ..])| *section)
        .collect();
    let shown = || changes.iter().filter(|(_, [section, ..])| differ.contains(section));
    let width = |cell: &str| escape(cell).chars().count();
    let sections = shown().map(|(_, [section, ..])| width(section)).max().unwrap_or_default();
    let keys = shown().map(|(_, [_, key, _])| width(key)).max().unwrap_or_default();
    for (tag, [section, key, value]) in shown() {
        let (sign, code) = match tag {
            ChangeTag::Delete => ('-', "\x1b[31m"),
            ChangeTag::Insert => ('+', "\x1b[32m"),
            ChangeTag::Equal => (' ', ""),
        };
        let (start, end) = if style.color && !code.is_empty() { (code, "\x1b[0m") } else { ("", "") };
        let head = format!("{sign} {:sections$}  {:keys$}  ", escape(section), escape(key));
        let other = " ".repeat(head.chars().count());
        for line in wrapped(&escape(value), &head, &other, style.width).lines() {
            let _ = writeln!(out, "{start}{line}{end}");
        }
    }
}

/// The name of an app and what is known of it; an error of the tool is said.
fn named<'a>(app: &'a Examined, out: &mut String) -> Option<(String, &'a Outcome)> {
    let name = if app.home.shown == "." { "this app".to_owned() } else { escape(&app.home.shown) };
    match &app.result {
        Ok(outcome) => Some((name, outcome)),
        Err(internal) => {
            let _ = writeln!(out, "{name}: {}", escape(&internal.message));
            None
        }
    }
}

fn no_plan(name: &str, verdict: &Verdict, out: &mut String) {
    let _ = writeln!(out, "{name}: there is no build plan: {}", prose::verdict(verdict));
}

fn wrapped(text: &str, first: &str, other: &str, width: Option<usize>) -> String {
    match width {
        Some(width) => wrap(text, width, first, other),
        None => format!("{first}{text}"),
    }
}

fn plans(app: &Examined) -> (Option<PlanReport<'_>>, Option<PlanReport<'_>>) {
    let outcome = app.result.as_ref().ok();
    let before = outcome.and_then(|outcome| outcome.plan_before.as_ref());
    let after = outcome.and_then(|outcome| outcome.plan_after.as_ref());
    let order = |steps: fn(&Outcome) -> &Steps| -> &[String] {
        outcome.map(|outcome| steps(outcome).phases.as_slice()).unwrap_or_default()
    };
    (
        before.map(|plan| report(plan, order(|outcome| &outcome.steps_before), &app.home, &app.texts)),
        after.map(|plan| report(plan, order(|outcome| &outcome.steps_after), &app.home, &app.fixed)),
    )
}

/// The widest that the column of values is made.
const WIDEST: usize = 44;

fn section(out: &mut String, title: &str, plan: &PlanReport<'_>, style: OutputStyle) {
    let providers = if plan.providers.is_empty() { "none".to_owned() } else { plan.providers.join(", ") };
    let _ = writeln!(out, "{title} (providers: {})", escape(&providers));
    for values in plan.values.chunk_by(|one, other| one.section == other.section) {
        if let Some(name) = values.first().map(|value| value.section).filter(|name| !name.is_empty()) {
            let _ = writeln!(out, "  {}", escape(name));
        }
        rows(out, values, style);
    }
}

/// The values of one section, in columns where the terminal has room for them.
fn rows(out: &mut String, values: &[Entry<'_>], style: OutputStyle) {
    let width = |text: &str| escape(text).chars().count();
    let keys = values.iter().map(|value| width(value.key)).max().unwrap_or_default();
    let widths = values.iter().map(|value| width(&value.value)).filter(|width| *width <= WIDEST);
    let column = widths.max().unwrap_or_default();
    let mut last = "";
    for value in values {
        let shown = if value.key == last { "" } else { value.key };
        last = value.key;
        let head = format!("    {:keys$}  ", escape(shown));
        let other = " ".repeat(head.chars().count() + 2);
        let (text, origin) = (escape(&value.value), escape(&value.origin));
        let line = format!("{head}{text:column$}  ({origin})");
        if style.width.is_none_or(|width| line.chars().count() <= width) {
            let _ = writeln!(out, "{line}");
        } else {
            let _ = writeln!(out, "{}", wrapped(&format!("{text} ({origin})"), &head, &other, style.width));
        }
    }
}

fn report<'a>(plan: &'a Plan, order: &[String], home: &AppLocation, texts: &Texts) -> PlanReport<'a> {
    let mut values = Vec::new();
    let mut add = |section: &'a str, key: &'a str, items: &'a [Item]| {
        values.extend(items.iter().map(|item| {
            let origin = origin(&item.origin, home, texts);
            Entry { section, key, value: shown(section, key, &item.value), origin }
        }));
    };
    add("", schema::PROVIDERS.name(), plan.providers.as_deref().unwrap_or_default());
    add("", schema::BUILD_IMAGE.name(), plan.build_image.as_slice());
    for (name, item) in &plan.variables {
        add(schema::VARIABLES.name(), name, std::slice::from_ref(item));
    }
    // Those that are in no order are of a plan that is not built.
    let unordered = plan.phases.keys().filter(|name| !order.contains(name));
    for name in order.iter().chain(unordered) {
        let Some((name, phase)) = plan.phases.get_key_value(name) else { continue };
        phase.fields().into_iter().for_each(|(key, items)| add(name, key.name(), items));
    }
    for (key, items) in plan.start.iter().flat_map(Start::fields) {
        add(schema::START.name(), key.name(), items);
    }
    PlanReport { dir: &plan.dir, providers: &plan.active_providers, values }
}

/// A value of the plan without what looks like a secret: of variables and of commands.
fn shown<'v>(section: &str, key: &str, value: &'v str) -> Cow<'v, str> {
    let masked = if section == schema::VARIABLES.name() {
        masked::value(key, value)
    } else if key == schema::CMDS.name() || key == schema::START_CMD.name() {
        masked::line(value)
    } else {
        return Cow::Borrowed(value);
    };
    if masked == value { Cow::Borrowed(value) } else { Cow::Owned(masked) }
}

fn origin(origin: &Origin, home: &AppLocation, texts: &Texts) -> String {
    match origin {
        Origin::Provider(name) => format!("provider {name}"),
        Origin::Variable(name) => format!("variable {name}"),
        Origin::CommandLine(flag) => format!("argument {flag}"),
        Origin::Deploy(place) => {
            let path = home.shown_file(&place.path);
            match texts.get(&place.path).map(|lines| lines.position(place.span.start)) {
                Some(at) => format!("{path}:{}:{}", at.line, at.column),
                None => path,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{examined, plain_style};
    use super::{human, json};
    use nixpacks_transforms::plan::{Item, Origin, Phase, Place, Plan};
    use nixpacks_transforms::text::Span;

    #[test]
    fn names_the_place_that_each_value_came_from() {
        let mut app = examined(&["safe"]);
        let place = Place { path: "nixpacks.toml".to_owned(), span: Span::new(26, 31) };
        let item = |value: &str, origin| Item { value: value.to_owned(), origin };
        let pkgs = vec![item("python3", Origin::Provider("python")), item("p\x1bip", Origin::Deploy(place))];
        let phase = Phase { nix_pkgs: Some(pkgs), ..Phase::default() };
        if let Ok(outcome) = &mut app.result {
            let phases = std::iter::once(("setup".to_owned(), phase)).collect();
            outcome.plan_before =
                Some(Plan { phases, active_providers: vec!["python".to_owned()], ..Plan::default() });
        }
        let text = human(std::slice::from_ref(&app), plain_style());
        for want in [
            "app: what Nixpacks installs and runs (providers: python)",
            "    nixPkgs  python3    (provider python)",
            "p\\u{1b}ip  (app/nixpacks.toml:2:12)",
        ] {
            assert!(text.contains(want), "{want:?} is not in\n{text}");
        }
        assert!(json(&[app]).is_ok_and(|text| text.contains("\"section\": \"setup\"")));
    }
}
