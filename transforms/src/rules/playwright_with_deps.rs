use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::shell::SimpleCommand;
use crate::simulate::{Command, base_name};

static INFO: RuleInfo = RuleInfo {
    id: "playwright-with-deps",
    summary: "`playwright install --with-deps` runs `apt-get` in a command",
    docs: r#"## What it does
Finds `playwright install --with-deps` and `playwright install-deps` in the commands of a phase.

## Why it fails
Both call `apt-get`. For a Python app, Nixpacks puts libraries of Nix in front of those of Ubuntu in every command, and `apt-get` may not run with them.

See also: https://github.com/railwayapp/nixpacks/issues/1288

## Example
```toml
[phases.build]
cmds = ["pip install playwright && playwright install --with-deps chromium"]

[start]
cmd = "python main.py"
```

## Fix
None: which libraries the browser needs depends on its version. List them as `aptPkgs` under `[phases.setup]` (`playwright install --with-deps --dry-run chromium` on Ubuntu 24.04 prints them) and write `playwright install chromium`, or put `env -u LD_LIBRARY_PATH` before the command.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let found = cx.file_commands().into_iter().filter(|command| installs_libraries(command));
    let found = found.filter_map(|command| {
        let message = "Playwright calls `apt-get` here, which may not run in a command of Nixpacks".to_owned();
        let found = Found::at(&command.item, Severity::Warning, message)?;
        Some(found.label("the libraries of Nix are in front of those of Ubuntu here").note(
            "list the libraries as `aptPkgs` under `[phases.setup]` and leave out `--with-deps`, or put `env -u LD_LIBRARY_PATH` before the command",
        ))
    });
    found.collect()
}

fn installs_libraries(command: &Command) -> bool {
    let Ok(script) = &command.script else { return false };
    let installs = |simple: &SimpleCommand| {
        let unset = simple.unwrapped().prefix.iter().any(|word| word.raw.contains("LD_LIBRARY_PATH"));
        let mut words = simple.words.iter().filter_map(|word| word.text.as_deref());
        let named = words.any(|word| base_name(word) == "playwright");
        let rest: Vec<&str> = words.collect();
        named && !unset && (rest.contains(&"install-deps") || rest.contains(&"--with-deps"))
    };
    command.item.value.contains("playwright") && script.all_simple_commands().any(installs)
}
