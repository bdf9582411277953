use super::registry::{Rule, RuleFix};
use super::support::{Found, in_file};
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::shell::SimpleCommand;
use crate::simulate::Command;

static INFO: RuleInfo = RuleInfo {
    id: "migration-at-build",
    summary: "database migrations run while the image is built",
    docs: r#"## What it does
Finds `manage.py migrate`, `alembic upgrade` and `flask db upgrade` in the commands of a phase, and in the `release:` line of a Procfile, of which Nixpacks makes a phase.

## Why it fails
A build has no access to the private network of the platform, so it does not reach a database there, and it runs before the deploy is known to succeed.

See also: https://docs.railway.com/guides/pre-deploy-command

## Example
```toml
[phases.build]
cmds = ["python manage.py migrate"]

[start]
cmd = "python main.py"
```

## Fix
None: move it to the platform's pre-deploy command (`deploy.preDeployCommand` in railway.json), or in front of the start command: `python manage.py migrate && …`. A database that is reachable from everywhere works in a build, too.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let commands = &cx.simulation.commands;
    let at_start = commands.iter().any(|command| command.phase.is_none() && migrates(command));
    let at_build = commands.iter().filter(|command| command.phase.is_some() && in_file(&command.item));
    let found = at_build.filter(|command| migrates(command)).filter_map(|command| {
        let message = "a migration in the build does not reach a database in the platform's private network";
        let found = Found::at(&command.item, Severity::Warning, message.to_owned())?;
        Some(found.label("runs while the image is built").note(if at_start {
            "the start command migrates too: remove it here"
        } else {
            "move it to the pre-deploy command of the platform, or in front of the start command"
        }))
    });
    found.collect()
}

fn migrates(command: &Command) -> bool {
    let Ok(script) = &command.script else { return false };
    let is_migration = |simple: &SimpleCommand| {
        let words: Vec<&str> = simple.words.iter().filter_map(|word| word.text.as_deref()).collect();
        words.windows(2).any(|pair| match pair {
            [file, "migrate"] => file.ends_with("manage.py") || matches!(*file, "django" | "django-admin"),
            ["alembic" | "db" | "aerich", "upgrade"] => true,
            _ => false,
        })
    };
    script.all_simple_commands().any(is_migration)
}
