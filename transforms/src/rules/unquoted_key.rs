use super::broken_syntax::{fix, mended};
use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::plan::Place;

static INFO: RuleInfo = RuleInfo {
    id: "unquoted-key",
    summary: "a key in a TOML file needs quotes",
    docs: r#"## What it does
Finds keys such as `phases.python:install` that have other characters than letters, digits, `-` and `_`, and no quotes.

## Why it fails
TOML allows other characters in quoted keys alone. Nixpacks cannot read the file and stops.

See also: https://toml.io/en/v1.0.0#keys

## Example
```toml
[phases.python:install]
cmds = ["..."]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases."python:install"]
cmds = ["..."]

[start]
cmd = "python main.py"
```

## Fix
Puts quotes around the part of the key that needs them.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let found = cx.model.broken.iter().filter_map(|broken| {
        mended(cx, broken).filter(|mended| mended.only_keys)?;
        let place = Place { path: broken.path.clone(), span: broken.span? };
        Some(Found::place(place, Severity::Error, format!("a key needs quotes: {}", broken.message)))
    });
    found.collect()
}
