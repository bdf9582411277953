use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::{Origin, Place, PlanErrorKind, meant_provider};
use std::collections::HashMap;

static INFO: RuleInfo = RuleInfo {
    id: "unknown-provider",
    summary: "`providers` has a name that Nixpacks does not know",
    docs: r#"## What it does
Finds names such as `nodejs`, `Python` or `golang` in `providers`.

## Why it fails
Nixpacks compares the names letter by letter and stops before the build: `Provider nodejs not found`. Its names are lower case: `python`, `node`, `go`, `php`, `ruby`, `rust` and so on.

## Example
```toml
providers = ["Python"]

[start]
cmd = "python main.py"
```
becomes
```toml
providers = ["python"]

[start]
cmd = "python main.py"
```

## Fix
The name is replaced with the one that was meant. If no name is close, choose one yourself or remove the entry.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let errors = cx.model.errors.iter().filter(|error| error.kind == PlanErrorKind::UnknownProvider);
    let refused: HashMap<&Place, &str> =
        errors.filter_map(|error| Some((error.place.as_ref()?, error.message.as_str()))).collect();
    let listed = cx.model.plan.providers.iter().flatten();
    listed
        .filter_map(|item| {
            let Origin::Deploy(place) = &item.origin else { return None };
            let error = refused.get(place)?;
            let message = format!("Nixpacks has no provider named `{}`", item.value);
            let found = Found::at(item, Severity::Error, message)?.label(error);
            Some(match meant_provider(&item.value) {
                Some(_) => found,
                None => found.note("use one of Nixpacks' own names, such as `python`, `node`, `go`, `php`, `ruby` or `rust`, or remove the entry"),
            })
        })
        .collect()
}

fn fix(_: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    support::change_entry(finding, draft, |name| {
        let meant = meant_provider(name)?;
        Some((Some(meant.to_owned()), format!("name the provider `{meant}`")))
    })
}
