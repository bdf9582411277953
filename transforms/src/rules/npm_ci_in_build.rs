use super::registry::{FixStage, Rule, RuleFix};
use super::support::{self, Found};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::shell::{self, Separator};
use crate::simulate::Command;
use crate::text::Span;

static INFO: RuleInfo = RuleInfo {
    id: "npm-ci-in-build",
    summary: "`npm ci` runs where a cache is mounted in `node_modules`",
    docs: r#"## What it does
Finds `npm ci` in a phase that has a cache directory inside `node_modules`, as the build phase of Nixpacks' Node step has.

## Why it fails
`npm ci` removes `node_modules` first, and a directory that is mounted cannot be removed: `EBUSY: resource busy or locked, rmdir '/app/node_modules/.cache'`.

## Example
For an app with a `package.json` and a `package-lock.json`:
```toml
[phases.build]
cmds = ["npm ci && npm run build"]

[start]
cmd = "node server.js"
```
becomes
```toml
[phases.build]
cmds = ["npm run build"]

[start]
cmd = "node server.js"
```

## Fix
The command is removed if an earlier phase has installed the packages already. Otherwise move it to `[phases.install]`.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

fn check(cx: &Context<'_>) -> Vec<Found> {
    let busy = cx.simulation.commands.iter().filter(|command| {
        command.failure().is_some_and(|failure| failure.contains("EBUSY")) && support::in_file(&command.item)
    });
    let found = busy.filter_map(|command| {
        let message = "`npm ci` cannot empty `node_modules` here: a cache is mounted inside".to_owned();
        let found = Found::at(&command.item, Severity::Error, message)?;
        let found = found.label(command.failure().unwrap_or_default());
        Some(if is_installed_before(cx, command) {
            found
        } else {
            found.note("move it to `[phases.install]`")
        })
    });
    found.collect()
}

/// Whether npm has installed the packages in an earlier phase.
fn is_installed_before(cx: &Context<'_>, command: &Command) -> bool {
    let earlier = cx.simulation.commands.iter().take_while(|other| other.phase != command.phase);
    let installs = |other: &Command| {
        let Ok(script) = &other.script else { return false };
        script.all_simple_commands().any(|simple| {
            let words: Vec<&str> = simple.words.iter().filter_map(|word| word.text.as_deref()).collect();
            matches!(words.as_slice(), ["npm", "ci" | "install" | "i"])
        })
    };
    earlier.filter(|other| !other.fails()).any(installs)
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let command = finding.place.as_ref().and_then(|place| cx.command_at(place));
    if !command.is_some_and(|command| is_installed_before(cx, command)) {
        return false;
    }
    support::change_entry(finding, draft, |text| {
        let gone = leading(text)?;
        let rest = text.get(gone.end..)?.trim();
        let title = "remove `npm ci`: the install phase has installed the packages".to_owned();
        Some(((!rest.is_empty()).then(|| rest.to_owned()), title))
    })
}

/// The `npm ci` at the beginning of a command, with the operator behind it.
fn leading(text: &str) -> Option<Span> {
    let script = shell::parse(text).ok()?;
    let first = script.steps.first()?;
    let shell::Command::Simple(simple) = &first.command else { return None };
    let words: Vec<&str> = simple.words.iter().filter_map(|word| word.text.as_deref()).collect();
    let is_plain = matches!(words.as_slice(), ["npm", "ci" | "clean-install", options @ ..] if options.iter().all(|option| option.starts_with('-')));
    let follows = matches!(first.separator, Separator::And | Separator::Semicolon | Separator::End);
    (is_plain && follows && simple.redirections.is_empty()).then(|| Span::new(0, first.separator_span.end))
}
