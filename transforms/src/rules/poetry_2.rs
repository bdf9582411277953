use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::CMDS;
use crate::fix::{Draft, is_splice};
use crate::plan::{Item, Origin};
use crate::simulate::Command;

static INFO: RuleInfo = RuleInfo {
    id: "poetry-2",
    summary: "Nixpacks' own install command is not one for Poetry 2",
    docs: r#"## What it does
Finds apps that ask for Poetry 2 with `NIXPACKS_POETRY_VERSION` and leave the install to Nixpacks.

## Why it fails
Nixpacks runs `poetry install --no-dev`. Poetry 2 does not have that option any more: `The option "--no-dev" does not exist`. See https://github.com/railwayapp/nixpacks/issues/1300.

## Example
For an app with a `poetry.lock`:
```toml
[variables]
NIXPACKS_POETRY_VERSION = "2.1.1"

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.install]
cmds = [
    "python -m venv --copies /opt/venv && . /opt/venv/bin/activate && pip install poetry==$NIXPACKS_POETRY_VERSION && poetry install --only main --no-interaction --no-ansi",
]

[variables]
NIXPACKS_POETRY_VERSION = "2.1.1"

[start]
cmd = "python main.py"
```

## Fix
Writes the install command of Nixpacks with `--only main`, which is what `--no-dev` means in Poetry 2. A Poetry before version 2 has both, so you can also set the variable to `1.8.5`, if your lock file is one for that version.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

const VARIABLE: &str = "NIXPACKS_POETRY_VERSION";
const OPTION: &str = "poetry install --no-dev";

/// The provider's command that has the option, where it fails for it.
fn failing<'c>(cx: &Context<'c>) -> Option<&'c Command> {
    let mut commands = cx.simulation.commands.iter();
    commands.find(|command| {
        command.failure().is_some_and(|failure| failure.contains("\"--no-dev\" does not exist"))
            && matches!(command.item.origin, Origin::Provider(_))
            && command.item.value.contains(OPTION)
    })
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(command) = failing(cx) else { return Vec::new() };
    let message = "Nixpacks installs with `--no-dev`, an option that Poetry 2 does not have".to_owned();
    let chosen = cx.model.plan.variables.get(VARIABLE);
    let found = chosen.and_then(|chosen| Found::at(chosen, Severity::Error, message.clone()));
    let found = found.unwrap_or_else(|| Found::app(Severity::Error, message));
    vec![found.label(command.failure().unwrap_or_default())]
}

fn fix(cx: &Context<'_>, _: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some(phase) = failing(cx).and_then(|command| command.phase.as_deref()) else { return false };
    let provided = cx.model.provider_plan.phases.get(phase).and_then(|phase| phase.cmds.as_ref());
    let with_option = |item: &Item| item.value.replace(OPTION, "poetry install --only main");
    let commands: Vec<String> = provided.into_iter().flatten().map(with_option).collect();
    let title = "install with `--only main`, as Poetry 2 has it".to_owned();
    let Some(list) = draft.list(phase, CMDS) else {
        let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
        draft.insert_all(phase, "cmds", &commands, title, INFO.id);
        return true;
    };
    let Some(at) = list.pieces.iter().position(|piece| is_splice(&piece.text)) else { return false };
    list.remove(at);
    for (nth, command) in commands.into_iter().enumerate() {
        list.insert(at + nth, command);
    }
    list.rules.insert(INFO.id);
    list.say(&title);
    true
}
