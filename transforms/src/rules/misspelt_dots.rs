use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema;
use crate::fix::Draft;
use crate::plan::Item;
use crate::plan::names::meant_entries;

static INFO: RuleInfo = RuleInfo {
    id: "misspelt-dots",
    summary: "an entry that is nearly `\"...\"`",
    docs: r#"## What it does
Finds entries such as `"... "`, `"...."`, `"…"` and `"... ffmpeg"` in lists of packages and commands.

## Why it fails
Only an entry that is exactly `"..."` keeps what Nixpacks has by itself. Any other is taken as the name of a package or as a command, and the packages of Nixpacks itself are left out.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[phases.setup]
nixPkgs = ["... ffmpeg"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
nixPkgs = ["...", "ffmpeg"]

[start]
cmd = "python main.py"
```

## Fix
Writes `"..."`, and each other name of the entry as an entry of its own.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

/// So many entries are put right: more are no work of a person, and each new entry moves those behind it.
const MOST_FIXED: usize = 16;

/// What the entry is meant to be. Commands have words of their own.
fn meant<'t>(key: &str, text: &'t str) -> Option<Vec<&'t str>> {
    meant_entries(text).filter(|entries| entries.len() == 1 || !schema::CMDS.names.contains(&key))
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let keys = [schema::NIX_PKGS, schema::NIX_LIBS, schema::APT_PKGS, schema::CMDS];
    let mut found = Vec::new();
    for (phase, own) in &cx.model.plan.phases {
        let lists =
            own.fields().into_iter().filter(|(key, _)| keys.iter().any(|own| own.name() == key.name()));
        for (key, items) in lists {
            let key = key.name();
            let misspelt = items.iter().filter(|item| meant(key, &item.value).is_some());
            found.extend(misspelt.filter_map(|item| Some((phase, key, found_at(item, key)?))));
        }
    }
    let few = found.len() <= MOST_FIXED;
    let keyed = |(phase, key, found): (&String, &str, Found)| {
        if few { found.keys(&["phases", phase, key]) } else { found }
    };
    found.into_iter().map(keyed).collect()
}

fn found_at(item: &Item, key: &str) -> Option<Found> {
    let shown = item.value.trim();
    let message =
        format!("`\"{}\"` is not `\"...\"`, the only entry that keeps what Nixpacks has", item.value);
    let label = match key {
        "cmds" => format!("{shown}: command not found"),
        "aptPkgs" => format!("E: Unable to locate package {shown}"),
        _ => "this is pasted into a Nix expression, which is a syntax error".to_owned(),
    };
    Some(Found::at(item, Severity::Error, message)?.label(&label))
}

fn fix(_: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    if finding.keys.is_empty() {
        return false;
    }
    let Some((list, at)) = finding.place.as_ref().and_then(|place| draft.list_entry(place)) else {
        return false;
    };
    let key = list.keys.last().cloned().unwrap_or_default();
    let text = list.pieces.get(at).map(|piece| piece.text.clone()).unwrap_or_default();
    let Some(entries) = meant(&key, &text) else { return false };
    let mut entries = entries.into_iter();
    let Some(first) = entries.next() else { return false };
    list.replace_or_drop(at, first);
    for (behind, entry) in entries.enumerate() {
        list.insert(at + 1 + behind, entry);
    }
    list.rules.insert(INFO.id);
    list.say(&format!("write `\"...\"` in `{key}` as an entry of its own"));
    true
}
