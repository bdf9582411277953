use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::{
    CMDS, RAILWAY_BUILD_COMMAND, RAILWAY_BUILDER, RAILWAY_CONFIG_PATH, RAILWAY_PLAN,
    RAILWAY_PRE_DEPLOY_COMMAND, RAILWAY_PRODUCTION, RAILWAY_START_COMMAND,
};
use crate::document::{Document, FileKind, Node};
use crate::fix::{Draft, is_splice};
use crate::plan::{self, Place, Plan, Platform};

static INFO: RuleInfo = RuleInfo {
    id: "railway-config-retired",
    summary: "Railway stops reading railway.json and railway.toml on 2026-12-01, and a setting stands there alone",
    docs: r#"## What it does
Finds the builder, the start command, the build command and the pre-deploy command in `railway.json` or `railway.toml` where no file that Nixpacks reads says the same.

## Why it fails
Railway stops reading `railway.json` and `railway.toml` on 2026-12-01, as its documentation of config as code says. What stands there alone is gone from that day on: the app starts with another command or none, and the service is built with the builder that is set in the dashboard.

## Example
```toml
[deploy]
startCommand = "python stats.py"
```
becomes, in `nixpacks.toml`,
```toml
[start]
cmd = "python stats.py"
```

## Fix
The start command is written to `[start] cmd` of `nixpacks.toml`, and the build command to `[phases.build] cmds`, unless the phase has commands of its own. The file is created where there is none. Today nothing changes by that, because Railway's own file still wins; so the fix is only made with `--unsafe-fixes`.

Only the dashboard can hold the builder and the pre-deploy command: set them in the settings of the service.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Packages, fix) };

/// The Railway file that counts.
fn railway_file<'m>(cx: &Context<'m>) -> Option<&'m Document> {
    let railway = cx.platform() == Platform::Railway;
    let is_broken = |name: &str| cx.model.broken.iter().any(|broken| broken.path == name);
    let mut names = FileKind::RAILWAY.into_iter().filter(|_| railway).map(FileKind::name);
    let name = names.find(|name| is_broken(name) || cx.model.document(name).is_some())?;
    cx.model.document(name)
}

/// The plan from the day on when Railway's own files are not read.
fn plan_without(cx: &Context<'_>) -> Plan {
    plan::model_with(&plan::without_railway_files(cx.app), &cx.options.dashboard, cx.remembered).plan
}

fn text(node: &Node) -> Option<&str> {
    node.as_str().map(|string| string.decoded.trim()).filter(|text| !text.is_empty())
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some(doc) = railway_file(cx) else { return Vec::new() };
    let value = |keys: &[&str]| plan::railway_value(doc, RAILWAY_PRODUCTION, keys);
    let get = |keys: &[&str]| value(keys).and_then(|node| Some((node, text(node)?)));
    let (start, build) = (get(&RAILWAY_START_COMMAND), get(&RAILWAY_BUILD_COMMAND));
    let found = |keys: &[&str], node: &Node, what: &str| {
        // Another builder may build the app as well.
        let severity = if keys == RAILWAY_BUILDER { Severity::Note } else { Severity::Warning };
        let place = Place { path: doc.path.clone(), span: node.span };
        let message = format!("Railway stops reading `{}` on 2026-12-01, and {what} only there", doc.path);
        Found::place(place, severity, message).keys(keys)
    };
    let mut all = Vec::new();
    if let Some((node, builder)) = get(&RAILWAY_BUILDER) {
        let note = format!("set the builder to `{}` in the settings of the service", builder.to_uppercase());
        all.push(found(&RAILWAY_BUILDER, node, "the builder is set").note(&note));
    }
    if let Some(node) = value(&RAILWAY_PRE_DEPLOY_COMMAND) {
        let note = "set the pre-deploy command in the settings of the service: no file that Nixpacks reads can hold it";
        all.push(found(&RAILWAY_PRE_DEPLOY_COMMAND, node, "the pre-deploy command is set").note(note));
    }
    if let Some((node, path)) = get(&RAILWAY_CONFIG_PATH) {
        let note = format!(
            "from then on Nixpacks reads `{path}` only if `NIXPACKS_CONFIG_FILE` is set to it in the dashboard"
        );
        all.push(found(&RAILWAY_CONFIG_PATH, node, "the path of the Nixpacks file is set").note(&note));
    }
    if let Some(node) = value(&RAILWAY_PLAN) {
        let note = "move it to `nixpacks.toml`";
        all.push(found(&RAILWAY_PLAN, node, "this part of the plan stands").note(note));
    }
    if start.is_none() && build.is_none() {
        return all;
    }
    let without = plan_without(cx);
    if let Some((node, command)) = start {
        let other = without.start.as_ref().and_then(|start| start.cmd.as_ref()).map(|cmd| cmd.value.as_str());
        if other.map(str::trim) != Some(command) {
            let note = match other {
                Some(other) => format!("from then on the app starts with `{other}`"),
                None => "from then on the app has no start command".to_owned(),
            };
            all.push(found(&RAILWAY_START_COMMAND, node, "the start command is set").note(&note));
        }
    }
    if let Some((node, command)) = build {
        let phase = without.phases.get("build").and_then(|phase| phase.cmds.as_ref());
        let other: Vec<&str> = phase.into_iter().flatten().map(|item| item.value.trim()).collect();
        if other != [command] {
            let note = match other.as_slice() {
                [] => "from then on nothing is run in the build phase".to_owned(),
                other => format!("from then on the build phase runs `{}`", other.join("`, `")),
            };
            all.push(found(&RAILWAY_BUILD_COMMAND, node, "the build command is set").note(&note));
        }
    }
    all
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let (Some(doc), Some(place)) = (railway_file(cx), &finding.place) else { return false };
    let Some(keys) = doc.path_of(place.span.start) else { return false };
    // Of an environment or of all.
    let keys = keys.get(keys.len().saturating_sub(2)..).unwrap_or_default();
    let Some(command) = doc.string_at(place.span).and_then(text) else { return false };
    let Some(config) = draft.config() else { return false };
    if keys == RAILWAY_START_COMMAND {
        if let Some(node) = config.get(&["start", "cmd"]) {
            let Some(old) = node.as_str() else { return false };
            let place = Place { path: config.path.clone(), span: node.span };
            draft.set_text(&place, &old.decoded, command.to_owned(), INFO.id);
            draft.say_of_text(&place, "change `start.cmd` to the command that Railway uses today".to_owned());
        } else {
            let title = "add the start command as `start.cmd`".to_owned();
            draft.insert_string("start", "cmd", command, title, INFO.id);
        }
        return true;
    }
    if keys != RAILWAY_BUILD_COMMAND {
        return false;
    }
    let has_commands = CMDS.names.iter().any(|name| config.get(&["phases", "build", name]).is_some());
    if !has_commands {
        let title = "add the build command as `phases.build.cmds`".to_owned();
        draft.insert_all("build", CMDS.name(), &[command], title, INFO.id);
        return true;
    }
    // Of several commands nobody knows which one this is.
    let Some(list) = draft.list("build", CMDS) else { return false };
    let [piece] = list.pieces.as_mut_slice() else { return false };
    if is_splice(&piece.text) {
        return false;
    }
    command.clone_into(&mut piece.text);
    list.rules.insert(INFO.id);
    list.say("change `phases.build.cmds` to the command that Railway uses today");
    true
}
