//! The PHP provider.

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
    let template = if files.has("nginx.template.conf") { "/app" } else { "/assets" };
    let start = if files.has("nginx.conf") {
        "php-fpm -y /assets/php-fpm.conf & nginx -c /app/nginx.conf".to_owned()
    } else {
        format!(
            "node /assets/scripts/prestart.mjs {template}/nginx.template.conf /nginx.conf && (php-fpm -y /assets/php-fpm.conf & nginx -c /nginx.conf)"
        )
    };
    draft::start(&mut plan, &BY, start);
    variables(&mut plan, &BY, [("PORT", "80".to_owned())]);
    if files.has("artisan") {
        let laravel = [("IS_LARAVEL", "yes"), ("NIXPACKS_PHP_ROOT_DIR", "/app/public")];
        variables(&mut plan, &BY, laravel.map(|(name, value)| (name, value.to_owned())));
    }
    // Only the names count here: no decision rests on the content.
    let assets = ["nginx.template.conf", "php-fpm.conf", "scripts/prestart.mjs"];
    plan.static_assets = Some(assets.map(|name| (name.to_owned(), String::new())).into());
    Ok(plan)
}

fn setup(scope: Scope<'_>) -> Result<Draft, PlanError> {
    // Nothing is required where the file does not parse as the planner reads it.
    let required = scope.files.json::<Composer>("composer.json").unwrap_or_default().require;
    let wanted = required.get("php");
    let versions = [
        ("8.0", "php80", LEGACY),
        ("8.1", "php81", ARCHIVE),
        ("8.2", "php", ARCHIVE),
        ("8.3", "php83", ARCHIVE),
        ("8.4", "php84", ARCHIVE),
        ("7.4", "php74", LEGACY),
    ];
    let found = versions.into_iter().find(|(version, ..)| wanted.is_some_and(|w| w.contains(version)));
    let (version, php, archive) = found.unwrap_or(versions[3]);
    let extensions: Vec<&str> = required
        .keys()
        .filter_map(|name| name.strip_prefix("ext-"))
        .filter(|extension| version == "7.4" || !["json", "zend-opcache"].contains(extension))
        .collect();
    let all: Vec<String> = extensions.iter().map(|extension| format!("pe.all.{extension}")).collect();
    let own: Vec<String> =
        extensions.iter().map(|extension| format!("{php}Extensions.{extension}")).collect();
    let mut setup = Draft::setup(
        &BY,
        [
            format!("({php}.withExtensions (pe: pe.enabled ++ [{}]))", all.join(" ")),
            "nginx".to_owned(),
            "libmysqlclient".to_owned(),
            format!("{php}Packages.composer"),
        ],
    );
    setup.pkgs(js::packages(scope)?).pkgs(&own).overlay(js::OVERLAY).archive(archive);
    setup.libs(&own).libs(["libmysqlclient"]);
    Ok(setup)
}
