use super::registry::Rule;
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "cached-venv",
    summary: "a virtual environment is in a directory that only the build sees",
    docs: r#"## What it does
Finds virtual environments that `cacheDirectories` covers.

## Why it fails
Cache directories are mounts of the build (builder/docker/dockerfile_generation.rs): what is in them is not in the image, so the start command does not find it.

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
The entry goes; pip's own cache can stay.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Ok(plan) = &cx.model.plan else { return Vec::new() };
    let dirs = crate::repair::kept_out(cx);
    let items = plan.phases.values().flat_map(|phase| phase.cache_directories.iter().flatten());
    items
        .filter(|item| {
            let entry = crate::walk::join("/app", &item.value);
            dirs.iter().any(|dir| dir.starts_with(&entry))
        })
        .filter_map(|item| {
            let message = format!("the virtual environment in `{}` is not in the image", item.value);
            Found::at(item, Severity::Error, message)
        })
        .map(|found| found.label("a cache mount is there only while the phase runs"))
        .collect()
}
