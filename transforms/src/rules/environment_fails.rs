use super::registry::{Rule, RuleFix};
use super::support::Found;
use super::{RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::{RAILWAY_BUILD_COMMAND, RAILWAY_ENVIRONMENTS, RAILWAY_START_COMMAND};
use crate::document::{Document, FileKind};
use crate::plan::{self, Place, Platform};
use crate::simulate;

static INFO: RuleInfo = RuleInfo {
    id: "environment-fails",
    summary: "a command of one environment of Railway is predicted to fail",
    docs: r#"## What it does
Looks at each environment that has a build or start command of its own in `railway.json` or `railway.toml`, and finds those in which the app is predicted to fail in another way than in `production`.

## Why it fails
In that environment, Railway uses the command of `environments.<name>` in place of the one that the others have. It needs the same packages and the same paths.

See also: https://docs.railway.com/config-as-code/reference

## Example
```toml
[deploy]
startCommand = "python main.py"

[environments.staging.deploy]
startCommand = "gunicorn main:app"
```
for an app that does not install gunicorn.

## Fix
There is no automatic fix: correct the command of that environment.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::None };

/// Environments that are looked at: each is a plan and a run of its own.
const MOST: usize = 8;

fn check(cx: &Context<'_>) -> Vec<Found> {
    let railway = cx.platform() == Platform::Railway;
    let file = FileKind::RAILWAY.into_iter().find_map(|kind| cx.model.document(kind.name()));
    let Some(doc) = file.filter(|_| railway) else { return Vec::new() };
    plan::other_environments(doc)
        .into_iter()
        .take(MOST)
        .filter_map(|environment| {
            let model = plan::model_in(cx.app, &cx.options.dashboard, cx.remembered, environment);
            let verdict = simulate::simulate(&model, cx.app).verdict;
            if !verdict.fails() || verdict.detail == cx.simulation.verdict.detail {
                return None;
            }
            let place = place(doc, environment, verdict.command.as_deref())?;
            let message = format!("in the environment `{environment}` this command is predicted to fail");
            Some(Found::place(place, Severity::Warning, message).label(&verdict.detail))
        })
        .collect()
}

/// The command of the environment that fails, where it is its own.
fn place(doc: &Document, environment: &str, failing: Option<&str>) -> Option<Place> {
    let own = [RAILWAY_START_COMMAND, RAILWAY_BUILD_COMMAND].into_iter().find_map(|[section, key]| {
        let node = doc.get(&[RAILWAY_ENVIRONMENTS, environment, section, key])?;
        (node.as_str()?.decoded.trim() == failing?.trim()).then_some(node)
    })?;
    Some(Place { path: doc.path.clone(), span: own.span })
}
