use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::{Platform, empty_tables};

static INFO: RuleInfo = RuleInfo {
    id: "empty-table",
    summary: "an empty table says nothing, and stops a deploy on Coolify",
    docs: r#"## What it does
Finds phases without any key, and an empty `[start]`, in `nixpacks.toml`.

## Why it fails
Coolify reads the plan of Nixpacks and writes it again. In what it writes an empty table has become an empty list, which Nixpacks refuses: `invalid length 0, expected struct Phase with 11 elements`. Other platforms take no notice of an empty table.

## Example
```toml
[phases.build]

[start]
cmd = "python main.py"
```
becomes
```toml
[start]
cmd = "python main.py"
```

## Fix
The table is removed. On other platforms than Coolify that is only done with `--unsafe-fixes`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(doc) = cx.config() else { return Vec::new() };
    let on_coolify = cx.platform() == Platform::Coolify;
    let severity = if on_coolify { Severity::Error } else { Severity::Note };
    let found = empty_tables(doc).into_iter().map(|(keys, place)| {
        let message = format!("the table `{}` is empty", keys.join("."));
        let found = Found::place(place, severity, message).keys(&keys);
        if on_coolify {
            found.label("Coolify makes a list of it, which Nixpacks refuses")
        } else {
            found.label("says nothing, and stops a deploy on Coolify")
        }
    });
    found.collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(doc) = cx.config() else { return false };
    let keys: Vec<&str> = finding.keys.iter().map(String::as_str).collect();
    draft.remove_key(doc, &keys, INFO.id);
    true
}
