//! The PHP provider, as far as a Python deploy depends on it.

use super::shared::js;
use crate::plan::detect::{Provided, Provider, Scope};
use crate::plan::draft::{self, Draft, variables};
use crate::plan::types::{Origin, Plan, PlanError};
use serde::Deserialize;
use std::collections::BTreeMap;

const BY: Origin = Origin::Provider("php");
const LEGACY: &str = "5148520bfab61f99fd25fb9ff7bfbb50dad3c9db";
const ARCHIVE: &str = "e24b4c09e963677b1beea49d411cd315a024ad3a";

/// What the planner reads of a `composer.json`.
#[derive(Default, Deserialize)]
struct Composer {
    require: BTreeMap<String, String>,
}

pub(super) const PHP: Provider = Provider {
    name: "php",
    detect: |scope| Ok(scope.files.has("composer.json") || scope.files.has("index.php")),
    plan: |scope| plan(scope).map(Provided::from).map(Some),
};

fn plan(scope: Scope<'_>) -> Result<Plan, PlanError> {
    let files = scope.files;
    let mut plan = Plan::default();
    setup(scope)?.put(&mut plan);
    let package = js::package(files);
    let manager = js::manager(files, &package);
    let dirs = "mkdir -p /var/log/nginx && mkdir -p /var/cache/nginx".to_owned();
    let mut install = Draft::install(&BY, Some(dirs));
    if files.has("composer.json") {
        install.cmd("composer install --ignore-platform-reqs");
    }
    if let Some(cmd) = js::install_command(files, manager) {
        install.cmd(cmd);
    }
    install.put(&mut plan);
    if let Some(script) = ["prod", "build"].into_iter().find(|script| package.script(script).is_some()) {
        Draft::build(&BY, Some(format!("{manager} run {script}"))).put(&mut plan);
    }
    draft::start(&mut plan, &BY, "php-fpm -y /assets/php-fpm.conf & nginx -c /app/nginx.conf");
    variables(&mut plan, &BY, [("PORT", "80".to_owned())]);
    Ok(plan)
}

fn setup(scope: Scope<'_>) -> Result<Draft, PlanError> {
    // Nothing is required where the file does not parse as the planner reads it.
    let required = scope.files.json::<Composer>("composer.json").unwrap_or_default().require;
    let asked = |version: &str| required.get("php").is_some_and(|asked| asked.contains(version));
    // The first of these that it names counts.
    let version = ["8.0", "8.1", "8.2", "8.3", "8.4", "7.4"].into_iter().find(|version| asked(version));
    let archive = if matches!(version, Some("8.0" | "7.4")) { LEGACY } else { ARCHIVE };
    let mut setup = Draft::setup(&BY, ["php", "nginx", "libmysqlclient", "phpPackages.composer"]);
    setup.pkgs(js::packages(scope)?).overlay(js::OVERLAY).archive(archive).libs(["libmysqlclient"]);
    Ok(setup)
}
