use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "other-builder",
    summary: "Railway is told to build with another builder",
    docs: r#"## What it does
Finds `build.builder` in `railway.json` or `railway.toml` that is not `NIXPACKS`.

## Why it fails
Railpack and Dockerfile builds read no `nixpacks.toml`: what it says, and what is mended in it, has no effect there. Railway's default builder is Railpack since September 2025.

## Example
```toml
[build]
builder = "RAILPACK"
```

## Fix
None: which builder is meant is for a person to say. The Nixpacks files are still checked.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some((builder, place)) = &cx.model.builder else { return Vec::new() };
    if builder.eq_ignore_ascii_case("nixpacks") || cx.config().is_none() {
        return Vec::new();
    }
    let message = format!(
        "Railway builds with `{}` here and reads no Nixpacks files: the prediction is for a build with Nixpacks",
        builder.to_uppercase()
    );
    vec![Found::place(place.clone(), Severity::Note, message).label("another builder")]
}
