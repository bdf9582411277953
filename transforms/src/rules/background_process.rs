use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::shell::Separator;

static INFO: RuleInfo = RuleInfo {
    id: "background-process",
    summary: "the start command leaves a process in the background",
    docs: r#"## What it does
Finds start commands such as `python bot.py & uvicorn main:app`, which start one process in the background and another one in front.

## Why it fails
The platform watches the process in front. If the one in the background ends, nothing says so and nothing starts it again; if the one in front ends, the other one is killed.

## Example
```toml
[start]
cmd = "python stats.py & python main.py"
```

## Fix
There is no automatic fix. Give each process a service of its own. Or write `&` behind each and end the command with `wait -n`: it then ends with the first process that does, and the platform starts it again.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let starts = cx.simulation.commands.iter().filter(|command| command.phase.is_none());
    let found = starts.filter_map(|command| {
        let script = command.script.as_ref().ok()?;
        let (last, before) = script.steps.split_last()?;
        let in_background = before.iter().any(|step| step.separator == Separator::Background);
        let waits = script
            .all_simple_commands()
            .any(|simple| simple.words.first().is_some_and(|word| word.text.as_deref() == Some("wait")));
        // The last one decides what is in front.
        if !in_background || waits || last.separator == Separator::Background {
            return None;
        }
        let message = "the platform does not see when the process in the background ends".to_owned();
        let found = Found::at(&command.item, Severity::Warning, message)?.label("`&` leaves it unwatched");
        Some(found.note("give each process a service of its own, or write `&` behind each and end the command with `wait -n`"))
    });
    found.collect()
}
