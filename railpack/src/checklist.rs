//! What a person does for the move besides the files, in order.

use crate::CONFIG_FILE;
use crate::migrate::Migration;
use crate::release::Platform;

/// The steps, each a sentence. None where the app cannot move.
pub fn checklist(migration: &Migration) -> Vec<String> {
    let mut steps = Vec::new();
    let by_hand = &migration.by_hand;
    let is_stuck = migration.files.is_empty() && !migration.left.is_empty();
    let is_moot = by_hand.dockerfile && migration.target.is_railway();
    let is_refused = migration.before.error.is_some();
    if is_moot || is_stuck && (!by_hand.has_config || is_refused) {
        return steps;
    }
    if !migration.left.is_empty() {
        steps.push("do what is said above for what is still lost".to_owned());
    }
    let platform = migration.target.platform.unwrap_or(Platform::Railway);
    for path in &by_hand.missing {
        steps.push(format!("commit `{path}`: it is installed, but is not in the repository"));
    }
    for program in &by_hand.programs {
        steps.push(format!(
            "add the package of `{program}` to your requirements: nothing that is installed brings it"
        ));
    }
    for name in &by_hand.secrets {
        steps
            .push(format!("set {name} in the dashboard: its value looks like a secret, so it is in no file"));
    }
    for (name, instead) in &by_hand.variables {
        steps.push(format!("instead of the variable `{name}`, use {instead}"));
    }
    if let Some(command) = &by_hand.release {
        let place = match platform {
            Platform::Railway => "Settings, Deploy, Pre-deploy Command",
            _ => "the settings of the service",
        };
        steps.push(format!(
            "set the pre-deploy command to `{command}` ({place}): Railpack does not run `release`"
        ));
    }
    steps.push("remove commands that name /opt/venv from the dashboard: it is not there any more".to_owned());
    if migration.target.is_railway() && !by_hand.railway_settings.is_empty() {
        let names = by_hand.railway_settings.join("`, `");
        steps.push(format!("set `{names}` in the dashboard: Railway stops reading its file on 2026-12-01"));
    }
    steps.push(match platform {
        Platform::Railway => {
            "choose Railpack as the builder (Settings, Build, Builder), and deploy".to_owned()
        }
        platform => format!("choose Railpack as the build pack in {}, and deploy", platform.title()),
    });
    if let Some(config) = migration.nixpacks.config.as_ref() {
        let ignored = if migration.files.contains_key(CONFIG_FILE) {
            format!("; Nixpacks ignores `{CONFIG_FILE}` (on Dokku it chooses Railpack)")
        } else {
            String::new()
        };
        steps.push(format!(
            "delete `{config}` once that runs: until then you can go back to Nixpacks{ignored}"
        ));
    }
    steps
}
