use super::registry::Rule;
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::plan::Place;

static INFO: RuleInfo = RuleInfo {
    id: "inert-nixpkgs",
    summary: "a key of a phase is not one that Nixpacks reads",
    docs: r#"## What it does
Finds `nixpkgs`, `nix_pkgs` and other spellings where `nixPkgs` is meant.

## Why it fails
Keys are matched in exact case and unknown ones are ignored without a word (plan/phase.rs), so the packages are never installed.

## Example
```toml
[phases.setup]
nixpkgs = ["python311"]

[phases.install]
cmds = ["python3.11 -m pip install -r requirements.txt"]

[start]
cmd = "python3.11 main.py"
```
becomes
```toml
[phases.setup]
nixPkgs = ["python311"]

[start]
cmd = "python3.11 main.py"
```

## Fix
The key is renamed. Safe only where the app gets further by it, as where the commands need an interpreter that this key alone names; elsewhere unsafe, since packages would come that never did.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(doc) = cx.config() else { return Vec::new() };
    crate::repair::inert_keys(doc)
        .into_iter()
        .map(|(phase, key)| {
            let place = Place { path: doc.path.clone(), span: key.span };
            let message = format!("`{}` is ignored: the key is `nixPkgs`", key.name);
            if crate::repair::inert_key_needed(cx, doc, phase, key) {
                let label = "not read by Nixpacks, and names the interpreter that the commands run";
                Found::place(place, Severity::Error, message).label(label)
            } else {
                Found::place(place, Severity::Warning, message).label("not read by Nixpacks").activating()
            }
        })
        .collect()
}
