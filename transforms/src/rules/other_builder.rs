use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::plan::Platform;

static INFO: RuleInfo = RuleInfo {
    id: "other-builder",
    summary: "Nixpacks does not build this app, so nixpacks.toml has no effect",
    docs: r#"## What it does
Finds apps that Railway builds without Nixpacks: those with a `Dockerfile` at their root, and those whose `railway.json` or `railway.toml` sets `build.builder` to another value than `NIXPACKS`. Where no file of Railway's stands, a `Dockerfile` (Railway, EasyPanel) and a `railpack.json` (Dokku) are pointed out.

## Why it fails
Railpack and Dockerfile builds do not read `nixpacks.toml`. What is in it, and what is fixed in it, has no effect on Railway. A `Dockerfile` at the root wins even over `builder = "NIXPACKS"`. Railway's default builder is Railpack since September 2025.

## Example
```toml
[build]
builder = "RAILPACK"
```

## Fix
There is no automatic fix: only you know which builder you want. Set `builder = "NIXPACKS"` and remove the `Dockerfile` to use Nixpacks.

No other problem is shown for such an app, and nothing is changed. `--builder nixpacks` checks and fixes it as Nixpacks would build it.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(other) = cx.other_builder() else { return perhaps(cx).into_iter().collect() };
    let message = match &cx.model.config {
        Some(path) => format!("{}, and does not read `{path}`", other.reason),
        None => format!("{}, not with Nixpacks", other.reason),
    };
    let found = match other.place {
        Some(place) => Found::place(place, Severity::Note, message).label("this setting"),
        None => Found::app(Severity::Note, message),
    };
    vec![found.note(&other.remedy)]
}

/// Where no platform is known: files that some platforms take for the choice of a builder.
fn perhaps(cx: &Context<'_>) -> Option<Found> {
    let config = cx.model.config.as_deref().filter(|_| !cx.options.assume_nixpacks)?;
    if cx.options.platform.is_some() || Platform::of(cx.app) != Platform::Generic {
        return None;
    }
    let (platforms, builder, file) = if cx.app.is_file("Dockerfile") {
        ("Railway and EasyPanel", "the Dockerfile", "Dockerfile")
    } else if cx.app.is_file("railpack.json") {
        ("Dokku", "Railpack", "railpack.json")
    } else {
        return None;
    };
    let message = format!("{platforms} would build this app with {builder}, and not read `{config}`");
    let note = format!("if your app runs there and is to be built with Nixpacks, remove or rename `{file}`");
    Some(Found::app(Severity::Note, message).note(&note))
}
