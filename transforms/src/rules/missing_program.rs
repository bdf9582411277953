use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::CMDS;
use crate::fix::Draft;
use crate::plan::{Item, Origin};
use crate::requirements::scripts::distributions_with_script;
use crate::simulate::{Command, Invocation, InvocationKind, Outcome, Reason, Stage};

static INFO: RuleInfo = RuleInfo {
    id: "missing-program",
    summary: "the start command runs a program whose Python package is not installed",
    docs: r#"## What it does
Finds start commands that run the program of a well-known Python package, such as `gunicorn`, where Nixpacks installs the Python packages and that one is not among them.

## Why it fails
The image has no such program: `gunicorn: command not found`. Often it is installed on the machine of a developer alone, and not in `requirements.txt`.

## Example
```toml
[start]
cmd = "gunicorn main:app"
```
becomes
```toml
[phases.install]
cmds = ["...", "pip install gunicorn"]

[start]
cmd = "gunicorn main:app"
```

## Fix
The package is installed behind Nixpacks' own install step, or with the pip of your last install command, in its newest version. The better place is `requirements.txt`, where you can name a version: this tool does not change that file.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::AfterStrategy, fix) };

/// A program that the start misses, and the one package that brings it.
pub(super) fn missing<'c>(cx: &Context<'c>) -> Option<(&'c Command, &'c Invocation, &'static str)> {
    // Before that nobody knows what the install would have brought.
    let is_first = matches!(cx.simulation.verdict.outcome, Outcome::Fails { stage: Stage::Start, .. });
    let of_provider = |item: &Item| matches!(item.origin, Origin::Provider("python"));
    let install = cx.model.plan.phases.get("install").and_then(|phase| phase.cmds.as_ref());
    let ends_with_pip = |cmds: &Vec<Item>| cmds.last().is_some_and(|item| pip_of(&item.value).is_some());
    let installs = install.is_some_and(|cmds| cmds.iter().any(of_provider) || ends_with_pip(cmds));
    let start =
        cx.simulation.commands.iter().filter(|command| is_first && installs && command.phase.is_none());
    start.flat_map(|command| command.all_invocations().map(move |call| (command, call))).find_map(
        |(command, call)| {
            let name = match (&call.kind, call.reason()) {
                (InvocationKind::Program { name }, Some(Reason::CommandNotFound)) => name.as_str(),
                // Ex) `python -m uvicorn main:app`
                (_, Some(Reason::ModuleNotFound)) => call.error()?.strip_prefix("No module named ")?,
                _ => return None,
            };
            // It may be installed where the start does not look.
            let uninstalled = cx.simulation.envs.iter().any(|env| env.dists.gone.contains(name));
            if uninstalled || cx.held().has_unknown || cx.held().script(name) {
                return None;
            }
            let mut packages = distributions_with_script(name);
            // Of another name, or in several packages, it may not be the one that is meant.
            let only = packages.next().filter(|package| *package == name)?;
            packages.next().is_none().then_some((command, call, only))
        },
    )
}

/// How a command that does nothing but install with pip calls pip. Ex) `python -m pip` of `python -m pip install flask`
fn pip_of(command: &str) -> Option<&str> {
    let (pip, _) = command.trim().split_once(" install ")?;
    let plain = !command.contains(['&', '|', ';', '\n', '$', '`', '(', '<', '>']);
    (plain && (pip.ends_with("pip") || pip.ends_with("pip3"))).then_some(pip)
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some((command, call, package)) = missing(cx) else { return Vec::new() };
    let message = format!("nothing installs `{package}`, which the start command runs");
    let note = format!("add `{package}` to your requirements file, with a version");
    let found = Found::call(cx, command, call, Severity::Error, message.clone());
    let found = found.unwrap_or_else(|| Found::app(Severity::Error, message));
    let error = call.error().map_or_else(|| format!("{package}: command not found"), str::to_owned);
    vec![found.label(&error).note(&note)]
}

fn fix(cx: &Context<'_>, _: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some((.., package)) = missing(cx) else { return false };
    let command = format!("pip install {package}");
    let title = format!("install `{package}` behind the other packages");
    if let Some(list) = draft.list("install", CMDS) {
        let last = list.pieces.last().map(|piece| piece.text.clone()).unwrap_or_default();
        // Without Nixpacks' own step the pip of the command before is the one to use.
        let command = match pip_of(&last) {
            Some(pip) if !list.has_marker() => format!("{pip} install {package}"),
            _ if list.has_marker() => command,
            _ => return false,
        };
        let end = list.pieces.len();
        list.insert(end, command);
        list.rules.insert(INFO.id);
        list.say(&title);
    } else {
        draft.insert_all("install", CMDS.name(), &["...", &command], title, INFO.id);
    }
    true
}
