use super::registry::{FixStage, Rule, RuleFix};
use super::support::Found;
use super::variables::table;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::document::schema::{APT_PKGS, CMDS, Key, NIX_LIBS, NIX_PKGS};
use crate::fix::Draft;
use crate::plan::Place;

static INFO: RuleInfo = RuleInfo {
    id: "unread-nixpacks-variable",
    summary: "a `NIXPACKS_…` setting under `[variables]`, which Nixpacks does not read there",
    docs: r#"## What it does
Finds `NIXPACKS_INSTALL_CMD`, `NIXPACKS_BUILD_CMD`, `NIXPACKS_START_CMD`, `NIXPACKS_PKGS`, `NIXPACKS_APT_PKGS` and `NIXPACKS_LIBS` under `[variables]`.

## Why it fails
Nixpacks reads these settings from the variables of the service before it reads the file. Under `[variables]` they are variables of the app like any other: the command never runs, and the package is never installed.

See also: https://nixpacks.com/docs/configuration/environment

## Example
```toml
[variables]
NIXPACKS_APT_PKGS = "ffmpeg"

[start]
cmd = "python main.py"
```
becomes
```toml
[phases.setup]
aptPkgs = ["...", "ffmpeg"]

[start]
cmd = "python main.py"
```

## Fix
With `--unsafe-fixes` the setting moves to its place in the file, such as `aptPkgs` under `[phases.setup]`. Where the file has a command of its own there, choose one of them yourself.
"#,
};

pub(super) static RULE: Rule = Rule { info: &INFO, check, fix: RuleFix::Own(FixStage::Config, fix) };

/// Where a setting belongs.
#[derive(Clone, Copy)]
enum Home {
    /// The commands of a phase.
    Commands(&'static str),
    /// The start command.
    Start,
    /// A list of `setup`.
    Packages(Key),
}

const SETTINGS: [(&str, Home); 6] = [
    ("NIXPACKS_APT_PKGS", Home::Packages(APT_PKGS)),
    ("NIXPACKS_BUILD_CMD", Home::Commands("build")),
    ("NIXPACKS_INSTALL_CMD", Home::Commands("install")),
    ("NIXPACKS_LIBS", Home::Packages(NIX_LIBS)),
    ("NIXPACKS_PKGS", Home::Packages(NIX_PKGS)),
    ("NIXPACKS_START_CMD", Home::Start),
];

impl Home {
    fn name(self) -> String {
        match self {
            Home::Commands(phase) => format!("phases.{phase}.cmds"),
            Home::Start => "start.cmd".to_owned(),
            Home::Packages(key) => format!("phases.setup.{}", key.name()),
        }
    }

    /// Whether the file has a command there, which the setting would take the place of.
    fn is_taken(self, cx: &Context<'_>) -> bool {
        let Some(doc) = cx.config() else { return true };
        match self {
            Home::Commands(phase) => CMDS.names.iter().any(|key| {
                let list = doc.get(&["phases", phase, key]);
                // `cmds = []` runs nothing.
                list.is_some_and(|node| node.as_array().is_none_or(|array| !array.elements.is_empty()))
            }),
            Home::Start => doc.get(&["start", "cmd"]).is_some(),
            Home::Packages(_) => false,
        }
    }
}

fn check(cx: &Context<'_>) -> Vec<Found> {
    let Some((doc, _, table)) = table(cx) else { return Vec::new() };
    let set = |name: &str| cx.options.dashboard.env.iter().any(|(own, _)| own == name);
    let found = SETTINGS.iter().filter(|(name, _)| !set(name)).filter_map(|(name, home)| {
        let entry = table.entry(name)?;
        let value = entry.node.as_str()?;
        if value.decoded.trim().is_empty() {
            return None;
        }
        let place = Place { path: doc.path.clone(), span: entry.key.span };
        let message =
            format!("`{name}` has no effect in this file: Nixpacks reads it from the service alone");
        let found = Found::place(place, Severity::Warning, message).keys(&["variables", name]);
        Some(if home.is_taken(cx) {
            found.note(&format!("the file has `{}`, which is used: remove one of them", home.name()))
        } else {
            found.note(&format!("in this file the same is `{}`", home.name()))
        })
    });
    found.collect()
}

fn fix(cx: &Context<'_>, finding: &Finding, draft: &mut Draft<'_>) -> bool {
    let Some((doc, _, table)) = table(cx) else { return false };
    // One at a time: two new tables would come in at one place.
    if draft.removes_for(INFO.id) {
        return false;
    }
    let Some(name) = finding.keys.get(1) else { return false };
    let Some((name, home)) =
        SETTINGS.iter().find(|(own, _)| own == name).filter(|(_, home)| !home.is_taken(cx))
    else {
        return false;
    };
    let Some(value) = table.get(name).and_then(|node| node.as_str()) else { return false };
    let value = value.decoded.as_str();
    let title = format!("move `{name}` to `{}`, where Nixpacks reads it", home.name());
    match *home {
        Home::Commands(phase) => {
            if let Some(list) = draft.list(phase, CMDS) {
                list.insert(list.pieces.len(), value);
                list.rules.insert(INFO.id);
                list.say(&title);
            } else {
                draft.insert(phase, "cmds", &[value], INFO.id);
            }
        }
        Home::Start => draft.insert_string("start", "cmd", value, title.clone(), INFO.id),
        Home::Packages(key) => {
            let packages: Vec<&str> = value.split([' ', ',']).filter(|part| !part.is_empty()).collect();
            if let Some(list) = draft.list("setup", key) {
                for package in packages {
                    list.insert(list.pieces.len(), package);
                }
                list.rules.insert(INFO.id);
                list.say(&title);
            } else {
                // As the variable of a service does, behind what Nixpacks has by itself.
                let values: Vec<&str> = std::iter::once("...").chain(packages).collect();
                draft.insert("setup", key.name(), &values, INFO.id);
            }
        }
    }
    draft.remove_key_for(doc, &["variables", name], title, INFO.id);
    true
}
