use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::document::FileKind;

static INFO: RuleInfo = RuleInfo {
    id: "other-builder",
    summary: "Railway uses another builder, so nixpacks.toml has no effect",
    docs: r#"## What it does
Finds `build.builder` in `railway.json` or `railway.toml` that is not `NIXPACKS`.

## Why it fails
Railpack and Dockerfile builds do not read `nixpacks.toml`. What is in it, and what is fixed in it, has no effect on Railway. Railway's default builder is Railpack since September 2025.

## Example
```toml
[build]
builder = "RAILPACK"
```

## Fix
There is no automatic fix: only you know which builder you want. Set `builder = "NIXPACKS"` to use Nixpacks. The Nixpacks files are checked all the same.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let railway = FileKind::RAILWAY.iter().any(|kind| cx.app.is_file(kind.name()));
    if railway && cx.app.is_file("Dockerfile") && cx.config().is_some() {
        let message = "Railway builds the Dockerfile of this app and ignores nixpacks.toml: the prediction is for a build with Nixpacks";
        return vec![
            Found::app(Severity::Note, message.to_owned())
                .note("remove or rename the Dockerfile to build with Nixpacks: it wins even over `builder`"),
        ];
    }
    let Some((builder, place)) = &cx.model.builder else { return Vec::new() };
    if builder.eq_ignore_ascii_case("nixpacks") || cx.config().is_none() {
        return Vec::new();
    }
    let message = format!(
        "Railway builds this app with `{}` and ignores nixpacks.toml: the prediction is for a build with Nixpacks",
        builder.to_uppercase()
    );
    vec![Found::place(place.clone(), Severity::Note, message).label("set this to `NIXPACKS` to use Nixpacks")]
}
