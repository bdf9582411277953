use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::RUN_IMAGE;
use crate::fix::Draft;

static INFO: RuleInfo = RuleInfo {
    id: "run-image",
    summary: "the app starts in an image that gets only a part of what the build made",
    docs: r#"## What it does
Finds `runImage` under `[start]` of an app whose Python comes from Nix.

## Why it fails
Nixpacks starts a new image from `runImage` and copies `/app` into it, and nothing else that the build made. The virtual environment `/opt/venv` and Nix's Python are not there: `gunicorn: command not found`.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[start]
cmd = "python main.py"
runImage = "python:3.11-slim"
```
becomes
```toml
[start]
cmd = "python main.py"
```

## Fix
Removes `runImage`: the app then starts in the image of the build. What is in your image is not known to this tool, so the fix needs `--unsafe-fixes`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let image = cx.model.plan.start.as_ref().and_then(|start| start.run_image.as_ref());
    let Some(image) = image.filter(|_| !cx.simulation.profile.pythons.is_empty()) else { return Vec::new() };
    let message = format!("of all that the build makes, `{}` gets only `/app`", image.value.trim());
    let found = Found::at(image, Severity::Warning, message);
    found.map(|found| found.label("has no /opt/venv, and nothing that Nix installed")).into_iter().collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let doc = finding.place.as_ref().and_then(|place| cx.model.document(&place.path));
    let keys = ["start", RUN_IMAGE.name()];
    let Some(doc) = doc.filter(|doc| doc.get(&keys).is_some()) else { return false };
    draft.remove_key(doc, &keys, INFO.id);
    true
}
