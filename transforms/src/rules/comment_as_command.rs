use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use std::collections::HashSet;

static INFO: RuleInfo = RuleInfo {
    id: "comment-as-command",
    summary: "an entry of `cmds` that is empty or a comment",
    docs: r##"## What it does
Finds entries of `cmds` that are empty, or in which every line is a comment of the shell.

## Why it fails
It does not fail: Nixpacks makes a build step of the entry, which does nothing and adds a layer to the image. A builder other than Docker's BuildKit may refuse the empty step: Podman stops with `-c requires an argument`.

## Example
```toml
[phases.build]
cmds = ["# static files", "python stats.py"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.build]
cmds = ["python stats.py"]

[start]
cmd = "python main.py"
```

## Fix
With `--unsafe-fixes` the entry is removed. An entry that is alone in its list stays: without it the step of Nixpacks itself would run. Write comments outside the quotes, behind a `#` in the file.
"##,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

fn runs_nothing(text: &str) -> bool {
    text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let commands = cx.file_commands();
    let (nothing, others): (Vec<_>, Vec<_>) =
        commands.into_iter().partition(|command| runs_nothing(&command.item.value));
    let busy: HashSet<&str> = others.iter().filter_map(|command| command.phase.as_deref()).collect();
    let found = nothing.into_iter().filter_map(|command| {
        let phase = command.phase.as_deref()?;
        let message = "this entry runs nothing".to_owned();
        let found =
            Found::at(&command.item, Severity::Note, message)?.label("a build step that does nothing");
        Some(if busy.contains(phase) { found.keys(&["phases", phase, "cmds"]) } else { found })
    });
    found.collect()
}

fn fix(_: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    // Only where the list keeps another entry.
    !finding.keys.is_empty()
        && support::change_entry(finding, draft, |entry| {
            runs_nothing(entry).then(|| (None, "remove what runs nothing from `cmds`".to_owned()))
        })
}
