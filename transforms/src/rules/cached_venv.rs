use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::simulate::CACHED;
use std::collections::BTreeSet;

static INFO: RuleInfo = RuleInfo {
    id: "cached-venv",
    summary: "a virtual environment is in a cache directory, which is not part of the image",
    docs: r#"## What it does
Finds virtual environments in a directory that `cacheDirectories` lists.

## Why it fails
Cache directories exist only during the build. What is in them is not part of the image, so the start command does not find it.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[phases.install]
cmds = ["python -m venv /opt/venv", "/opt/venv/bin/pip install -r requirements.txt"]
paths = ["/opt/venv/bin"]
cacheDirectories = ["/root/.cache/pip", "/opt/venv"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.install]
cmds = ["python -m venv /opt/venv", "/opt/venv/bin/pip install -r requirements.txt"]
paths = ["/opt/venv/bin"]
cacheDirectories = ["/root/.cache/pip"]

[start]
cmd = "python main.py"
```

## Fix
Removes the entry. The cache of pip (`/root/.cache/pip`) can stay.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

/// The virtual environments that cache mounts keep out of the image: absolute directories.
fn cached_venv_dirs<'c>(cx: &Context<'c>) -> BTreeSet<&'c str> {
    cx.simulation.envs.iter().filter_map(|env| env.venv_dir()?.strip_prefix(CACHED)).collect()
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let dirs = cached_venv_dirs(cx);
    let items = cx.model.plan.phases.values().flat_map(|phase| phase.cache_directories.iter().flatten());
    items
        .filter(|item| {
            let entry = crate::simulate::join("/app", &item.value);
            let below = format!("{entry}/");
            let first_below = dirs.range(below.as_str()..).next();
            dirs.contains(entry.as_str()) || first_below.is_some_and(|dir| dir.starts_with(&below))
        })
        .filter_map(|item| {
            let message =
                format!("the virtual environment in `{}` is missing when the app starts", item.value);
            Found::at(item, Severity::Error, message)
        })
        .map(|found| found.label("a cache directory is not part of the image"))
        .collect()
}

fn fix(_: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    support::change_entry(finding, draft, |entry| {
        let title = format!("remove `{entry}` from `cacheDirectories`, so that it becomes part of the image");
        Some((None, title))
    })
}
