//! The output of `plan`: each value of the build plan, and where it comes from.

use super::json::to_text;
use super::prose;
use super::text::escape;
use super::{Examined, Texts};
use crate::app::AppLocation;
use nixpacks_transforms::document::schema;
use nixpacks_transforms::plan::{Item, Origin, Plan, Start};
use serde::Serialize;
use std::fmt::Write as _;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    apps: Vec<AppReport<'a>>,
}

#[derive(Serialize)]
struct AppReport<'a> {
    path: &'a str,
    error: Option<&'a str>,
    before: Option<PlanReport<'a>>,
    after: Option<PlanReport<'a>>,
}

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
    value: &'a str,
    origin: String,
}

/// The plans of `apps` for programs.
pub(crate) fn json(apps: &[Examined]) -> anyhow::Result<String> {
    let apps = apps.iter().map(|app| AppReport {
        path: &app.home.shown,
        error: app.result.as_ref().err().map(|unsettled| unsettled.message.as_str()),
        before: plans(app).0,
        after: plans(app).1,
    });
    to_text(&Report { version: 1, apps: apps.collect() })
}

/// The plans of `apps` for people.
pub(crate) fn human(apps: &[Examined]) -> String {
    let mut out = String::new();
    for app in apps {
        let name = escape(&app.home.shown);
        let outcome = match &app.result {
            Ok(outcome) => outcome,
            Err(unsettled) => {
                let _ = writeln!(out, "{name}: {}", escape(&unsettled.message));
                continue;
            }
        };
        let (before, after) = plans(app);
        match before {
            Some(plan) => section(&mut out, &format!("{name}: what Nixpacks installs and runs"), &plan),
            None => {
                let _ = writeln!(out, "{name}: there is no build plan: {}", prose::verdict(&outcome.before));
            }
        }
        if let Some(plan) = after.filter(|_| !outcome.changes.is_empty()) {
            section(&mut out, &format!("{name}: what Nixpacks installs and runs after the fix"), &plan);
        }
    }
    out
}

/// The values of one key of the plan as the files stand, each with where it comes from.
pub(crate) fn values_of(app: &Examined, section: &str, key: &str) -> Vec<(String, String)> {
    let Some(plan) = plans(app).0 else { return Vec::new() };
    let values = plan.values.into_iter().filter(|entry| (entry.section, entry.key) == (section, key));
    values.map(|entry| (entry.value.to_owned(), entry.origin)).collect()
}

fn plans(app: &Examined) -> (Option<PlanReport<'_>>, Option<PlanReport<'_>>) {
    let outcome = app.result.as_ref().ok();
    let before = outcome.and_then(|outcome| outcome.plan_before.as_ref());
    let after = outcome.and_then(|outcome| outcome.plan_after.as_ref());
    (
        before.map(|plan| report(plan, &app.home, &app.texts)),
        after.map(|plan| report(plan, &app.home, &app.fixed)),
    )
}

fn section(out: &mut String, title: &str, plan: &PlanReport<'_>) {
    let providers = if plan.providers.is_empty() { "none".to_owned() } else { plan.providers.join(", ") };
    let _ = writeln!(out, "{title} (providers: {})", escape(&providers));
    let (mut last, mut key) = ("", "");
    for value in &plan.values {
        if value.section != last {
            let _ = writeln!(out, "  {}", escape(value.section));
            (last, key) = (value.section, "");
        }
        let shown = if value.key == key { "" } else { value.key };
        key = value.key;
        let _ =
            writeln!(out, "    {:18} {}  ({})", escape(shown), escape(value.value), escape(&value.origin));
    }
}

fn report<'a>(plan: &'a Plan, home: &AppLocation, texts: &Texts) -> PlanReport<'a> {
    let mut values = Vec::new();
    let mut add = |section: &'a str, key: &'a str, items: &'a [Item]| {
        values.extend(items.iter().map(|item| {
            let origin = origin(&item.origin, home, texts);
            Entry { section, key, value: item.value.as_str(), origin }
        }));
    };
    add("", schema::PROVIDERS.name(), plan.providers.as_deref().unwrap_or_default());
    add("", schema::BUILD_IMAGE.name(), plan.build_image.as_slice());
    for (name, item) in &plan.variables {
        add(schema::VARIABLES.name(), name, std::slice::from_ref(item));
    }
    for (name, phase) in &plan.phases {
        phase.fields().into_iter().for_each(|(key, items)| add(name, key.name(), items));
    }
    for (key, items) in plan.start.iter().flat_map(Start::fields) {
        add(schema::START.name(), key.name(), items);
    }
    PlanReport { dir: &plan.dir, providers: &plan.active_providers, values }
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
    use super::super::sample::examined;
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
        let text = human(std::slice::from_ref(&app));
        for want in [
            "app: what Nixpacks installs and runs (providers: python)",
            "nixPkgs            python3  (provider python)",
            "p\\u{1b}ip  (app/nixpacks.toml:2:12)",
        ] {
            assert!(text.contains(want), "{want:?} is not in\n{text}");
        }
        assert!(json(&[app]).is_ok_and(|text| text.contains("\"section\": \"setup\"")));
    }
}
