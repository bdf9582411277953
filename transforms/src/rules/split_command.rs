use super::registry::Rule;
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;

static INFO: RuleInfo = RuleInfo {
    id: "split-command",
    summary: "`cd` or `export` in a command of its own",
    docs: r#"## What it does
Finds entries of `cmds` that only change the directory or set variables.

## Why it fails
Each entry is a shell of its own (one `RUN` each), so the next one starts in `/app` again, without the variables.

## Example
```toml
[phases.build]
cmds = ["cd backend", "python assets.py"]

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.build]
cmds = ["cd backend && python assets.py"]

[start]
cmd = "python main.py"
```

## Fix
`cd` is joined with the entries after it, where one of them does not find its file. Variables are shown and left.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check };

fn check(cx: &Context<'_>) -> Vec<Found> {
    cx.file_commands()
        .into_iter()
        .filter_map(|command| {
            let script = command.script.as_ref().ok()?;
            let lost = script.simples().count() > 0
                && script.simples().all(|at| {
                    matches!(at.simple.text(0), Some("cd" | "export")) || at.simple.words.is_empty()
                });
            if !lost {
                return None;
            }
            let message = "this has no effect on the next command".to_owned();
            Found::at(&command.item, Severity::Warning, message)
                .map(|found| found.label("each entry is a shell of its own"))
        })
        .collect()
}
