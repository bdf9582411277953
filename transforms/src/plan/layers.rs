//! The layers above the config file.

use super::config;
use super::deploy::Deploy;
use super::draft::{self, Draft, item, items};
use super::env::Env;
use super::types::{Dashboard, Origin, Phase, Plan, PlanError};
use crate::document::schema;

/// The `NIXPACKS_*` variables of the platform.
pub(super) fn environment(env: &Env) -> Plan {
    let mut plan = Plan::default();
    let mut setup = Phase::default();
    // A list from a variable extends what the layers below say.
    let extended = |name: &'static str, separators: &[char]| {
        let by = Origin::Variable(format!("NIXPACKS_{name}"));
        let value = env.config(name)?;
        let parts = value.split(separators).filter(|part| separators.len() == 1 || !part.is_empty());
        Some(items(&by, parts.chain(["..."])))
    };
    setup.nix_pkgs = extended("PKGS", &[' ', ',']);
    setup.apt_pkgs = extended("APT_PKGS", &[' ', ',']);
    // Libraries are parted at each space and keep the empty parts between two.
    setup.nix_libs = extended("LIBS", &[' ']);
    if setup != Phase::default() {
        plan.phases.insert("setup".to_owned(), setup);
    }
    for (cmd, caches, make) in [
        ("INSTALL_CMD", "INSTALL_CACHE_DIRS", Draft::install as fn(&Origin, Option<String>) -> Draft),
        ("BUILD_CMD", "BUILD_CACHE_DIRS", Draft::build),
    ] {
        let Some(value) = env.config(cmd) else { continue };
        let mut phase = make(&Origin::Variable(format!("NIXPACKS_{cmd}")), Some(value));
        for dir in env.config(caches).iter().flat_map(|dirs| dirs.split([' ', ','])) {
            if !dir.is_empty() {
                phase.cache(dir);
            }
        }
        phase.put(&mut plan);
    }
    if let Some(cmd) = env.config("START_CMD") {
        draft::start(&mut plan, &Origin::Variable("NIXPACKS_START_CMD".to_owned()), cmd);
    }
    plan
}

/// The planner's command line: what Railway's own file says there, else what the dashboard does.
pub(super) fn command_line(deploy: &Deploy, dashboard: &Dashboard, errors: &mut Vec<PlanError>) -> Plan {
    let mut plan = railway_plan(deploy, errors);
    let pick = |keys: Option<[&str; 2]>, own: &Option<String>, flag| {
        let railway = keys.and_then(|keys| deploy.railway(&keys));
        let railway = railway.map(|(value, place)| item(&Origin::Deploy(place), value));
        railway.or_else(|| own.as_ref().map(|value| item(&Origin::CommandLine(flag), value)))
    };
    if let Some(cmd) = pick(None, &dashboard.install_cmd, "--install-cmd") {
        Draft::install(&cmd.origin, Some(cmd.value)).put(&mut plan);
    }
    if let Some(cmd) = pick(Some(schema::RAILWAY_BUILD_COMMAND), &dashboard.build_cmd, "--build-cmd") {
        Draft::build(&cmd.origin, Some(cmd.value)).put(&mut plan);
    }
    if let Some(cmd) = pick(Some(schema::RAILWAY_START_COMMAND), &dashboard.start_cmd, "--start-cmd") {
        draft::start(&mut plan, &cmd.origin, cmd.value);
    }
    plan
}

/// `build.nixpacksPlan` of Railway's own file, which it passes as `--json-plan`.
fn railway_plan(deploy: &Deploy, errors: &mut Vec<PlanError>) -> Plan {
    let Some((document, table)) = deploy.railway_table(&schema::RAILWAY_PLAN) else { return Plan::default() };
    let (plan, refused) = config::decode_table(document, table);
    errors.extend(refused);
    plan
}
