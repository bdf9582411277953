use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::plan::Platform;
use crate::shell::SimpleCommand;
use crate::simulate::Command;

static INFO: RuleInfo = RuleInfo {
    id: "git-at-build",
    summary: "a build command asks git about a repository that is not there",
    docs: r#"## What it does
Finds commands of the build such as `git lfs pull`, `git submodule update` and `git rev-parse HEAD`. Apps that are known to run on another platform than Railway are left out.

## Why it fails
Railway builds from a copy of the files without the directory `.git`: `fatal: not a git repository (or any of the parent directories): .git`.

## Example
```toml
[phases.build]
cmds = ["git rev-parse HEAD > version.txt"]

[start]
cmd = "python main.py"
```

## Fix
There is no automatic fix. Railway gives the commit as the variable `RAILWAY_GIT_COMMIT_SHA`. Files of Git LFS and of submodules have to be fetched from a URL, or be committed as they are.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    if !matches!(cx.platform(), Platform::Railway | Platform::Generic) {
        return Vec::new();
    }
    let commands = cx.simulation.commands.iter();
    let found = commands.filter(|command| command.phase.is_some() && support::in_file(&command.item));
    let found = found.filter_map(|command| {
        let asked = asked(command)?;
        let message = format!("`{asked}` needs a repository, and Railway builds from a copy without `.git`");
        let found = Found::at(&command.item, Severity::Warning, message)?.label("not a git repository");
        Some(match asked.as_str() {
            "git lfs" | "git submodule" => {
                found.note("commit these files as they are, or fetch them from a URL")
            }
            _ => found.note("on Railway, use the variable `RAILWAY_GIT_COMMIT_SHA` for the commit"),
        })
    });
    found.collect()
}

/// What a command asks of the repository that it is in. One that makes or clones a repository first may ask it.
fn asked(command: &Command) -> Option<String> {
    let script = command.script.as_ref().ok()?;
    let own = |simple: &SimpleCommand| {
        let mut words = simple.words.iter().filter_map(|word| word.text.as_deref());
        let subcommand = words.next().filter(|name| *name == "git").and_then(|_| words.next())?;
        Some(subcommand.to_owned())
    };
    let subcommands: Vec<String> = script.all_simple_commands().filter_map(own).collect();
    let changes = ["-C", "clone", "init", "config"];
    if subcommands.iter().any(|name| changes.contains(&name.as_str())) || command.item.value.contains("||") {
        return None;
    }
    let asks = ["lfs", "submodule", "rev-parse", "describe", "log", "pull", "fetch", "checkout"];
    let asked = subcommands.into_iter().find(|name| asks.contains(&name.as_str()))?;
    Some(format!("git {asked}"))
}
