use super::registry::{Rule, RuleFix};
use super::support::{self, Found};
use super::{RuleInfo, Severity};
use crate::app::Kind;
use crate::context::Context;
use crate::shell::SimpleCommand;

static INFO: RuleInfo = RuleInfo {
    id: "npm-ci-without-lock",
    summary: "`npm ci` has no lock file to install from",
    docs: r#"## What it does
Finds `npm ci` in an app that has a package.json, and no package-lock.json and no npm-shrinkwrap.json beside it.

## Why it fails
`npm ci` installs what the lock file names, and stops without one: ``The `npm ci` command can only install with an existing package-lock.json``.

## Example
For an app with a `package.json`:
```toml
[phases.install]
cmds = ["npm ci"]

[start]
cmd = "node server.js"
```

## Fix
There is no automatic fix. Run `npm install` on your machine and commit the package-lock.json that it writes, or write `npm install` in place of `npm ci`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

const LOCKS: [&str; 2] = ["package-lock.json", "npm-shrinkwrap.json"];

fn check(cx: &Context<'_>) -> Vec<Found> {
    let has = |file: &str| cx.app.kind(&support::in_app(cx, file)) == Some(Kind::File);
    if !has("package.json") || LOCKS.into_iter().any(has) {
        return Vec::new();
    }
    // What runs before may write the lock file, or bring it.
    let mut found = Vec::new();
    for command in cx.simulation.commands.iter().filter(|command| command.phase.is_some()) {
        let Ok(script) = &command.script else { break };
        for simple in script.all_simple_commands() {
            match words(simple).as_slice() {
                ["cd" | "git" | "cp" | "mv" | "curl", ..] | ["npm", "install" | "i" | "shrinkwrap", ..] => {
                    return found;
                }
                ["npm", "ci"] if support::in_file(&command.item) => {
                    let message = "`npm ci` needs a package-lock.json, and the app has none".to_owned();
                    found.extend(Found::at(&command.item, Severity::Warning, message).map(|found| {
                        found.label("installs only from a lock file").note(
                            "commit the package-lock.json that `npm install` writes, or run `npm install` here",
                        )
                    }));
                }
                _ => {}
            }
        }
    }
    found
}

fn words(simple: &SimpleCommand) -> Vec<&str> {
    simple.words.iter().filter_map(|word| word.text.as_deref()).collect()
}
