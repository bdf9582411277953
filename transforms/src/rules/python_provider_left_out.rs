use super::registry::{FixStage, Rule, RuleFix};
use super::support::{Found, in_app};
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::PYTHON_MANIFESTS;
use crate::simulate::{Command, InvocationKind, Reason};

static INFO: RuleInfo = RuleInfo {
    id: "python-provider-left-out",
    summary: "Nixpacks treats a Python app as an app in another language",
    docs: r#"## What it does
Finds apps with a `requirements.txt` or similar file whose commands need Python, while Nixpacks sees only another language, usually Node.

## Why it fails
Nixpacks uses the first language that it recognises (it calls the steps for one a provider), and it looks for Node before Python. So nothing installs Python or your requirements.

See also: https://nixpacks.com/docs/configuration/file

## Example
```toml
[start]
cmd = "python main.py"
```
becomes
```toml
providers = ["...", "python"]

[start]
cmd = "python main.py"
```

## Fix
Adds Python as a second provider. The first one stays.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Provider, fix) };

/// Whether Python is needed, has a manifest, and no command and no provider sets it up: the manifest.
fn left_out(cx: &Context<'_>) -> Option<&'static str> {
    let plan = &cx.model.plan;
    let missed =
        cx.simulation.commands.iter().find(|command| command.fails())?.all_invocations().any(|call| {
            match &call.kind {
                InvocationKind::Python { .. } => {
                    matches!(
                        call.reason(),
                        Some(Reason::PythonNotFound | Reason::ModuleNotFound | Reason::VenvMissing)
                    )
                }
                InvocationKind::Activate { .. } => call.reason() == Some(Reason::VenvMissing),
                InvocationKind::Program { .. } if call.reason() == Some(Reason::VenvMissing) => true,
                InvocationKind::Program { name } => {
                    call.reason() == Some(Reason::CommandNotFound)
                        && crate::requirements::scripts::distributions_with_script(name).next().is_some()
                }
                _ => false,
            }
        });
    let sets_up = cx.simulation.commands.iter().flat_map(Command::all_invocations).any(|call| {
        matches!(
            call.kind,
            InvocationKind::Pip(_)
                | InvocationKind::MakeVenv { .. }
                | InvocationKind::UvPip { .. }
                | InvocationKind::Manager { .. }
        )
    });
    if !missed
        || sets_up
        || plan.active_providers.is_empty()
        || plan.providers.is_some()
        || plan.active_providers.iter().any(|name| name == "python")
    {
        return None;
    }
    PYTHON_MANIFESTS.into_iter().find(|manifest| cx.app.is_file(&in_app(cx, manifest)))
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(manifest) = left_out(cx) else { return Vec::new() };
    let first = cx.model.plan.active_providers.first().cloned().unwrap_or_default();
    let failing = cx.simulation.commands.iter().find(|command| command.fails());
    let message = format!("Nixpacks treats this as a {first} app only, so nothing installs `{manifest}`");
    let found = failing.and_then(|command| Found::at(&command.item, Severity::Error, message.clone()));
    let label = cx.simulation.verdict.detail.clone();
    vec![found.unwrap_or_else(|| Found::app(Severity::Error, message)).label(&label)]
}

fn fix(_: &Context<'_>, _: &Finding, draft: &mut Draft<'_>) -> bool {
    draft.insert_top("providers", &["...", "python"], INFO.id);
    true
}
