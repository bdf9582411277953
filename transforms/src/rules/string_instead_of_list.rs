use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::PlanErrorKind;

static INFO: RuleInfo = RuleInfo {
    id: "string-instead-of-list",
    summary: "a string where Nixpacks needs a list",
    docs: r#"## What it does
Finds keys such as `cmds`, `nixPkgs`, `aptPkgs` or `dependsOn` whose value is a string.

## Why it fails
Nixpacks needs lists of strings here. Otherwise it rejects the whole file: `invalid type: string "…", expected a sequence`.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[phases.setup]
aptPkgs = "ffmpeg"

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
aptPkgs = ["ffmpeg"]

[start]
cmd = "python main.py"
```

## Fix
Puts `[` and `]` around the string.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let errors = cx.model.errors.iter().filter(|error| error.kind == PlanErrorKind::StringForList);
    errors
        .filter_map(|error| {
            let place = error.place.clone()?;
            let doc = cx.model.document(&place.path)?;
            let keys = doc.path_of(place.span.start)?;
            let message = format!("the value of `{}` has to be a list", keys.join("."));
            let found = Found::place(place, Severity::Error, message).label("put `[` and `]` around it");
            Some(found.note(&format!("Nixpacks stops with this error: {}", error.message)))
        })
        .collect()
}

fn fix(_: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(place) = &finding.place else { return false };
    draft.wrap_in_list(place, INFO.id);
    true
}
