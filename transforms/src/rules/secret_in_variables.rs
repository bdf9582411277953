use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::variables::{at_header, enumerated, is_secret, table};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::document::Entry;

static INFO: RuleInfo = RuleInfo {
    id: "secret-in-variables",
    summary: "what looks like a secret under `[variables]`",
    docs: r#"## What it does
Finds values under `[variables]` that look like passwords, keys or tokens, by their name or their form. The value itself is never shown.

## Why it fails
The app works, and everybody who can read the repository or the image can read the secret: Nixpacks writes these variables into the image.

## Example
```toml
[variables]
SECRET_KEY = "3f9c1b7e5d2a4860"

[start]
cmd = "python main.py"
```

## Fix
None: set it as a variable of the service, on the platform, and remove it from the file. A secret that was in a repository that others can read has to be replaced by a new one.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some((doc, entry, table)) = table(cx) else { return Vec::new() };
    let is_found =
        |entry: &&Entry| entry.node.as_str().is_some_and(|value| is_secret(&entry.key.name, &value.decoded));
    let names: Vec<&str> =
        table.entries.iter().filter(is_found).map(|entry| entry.key.name.as_str()).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let (what, it) =
        if names.len() == 1 { ("looks like a secret", "it") } else { ("look like secrets", "them") };
    let message =
        format!("{} {what}: whoever can read `{}` or the image can read {it}", enumerated(&names), doc.path);
    let note = format!("set {it} on the platform, in the variables of the service, and remove {it} here");
    vec![at_header(doc, entry, table, Severity::Warning, message).note(&note)]
}
