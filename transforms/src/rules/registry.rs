use super::support::Found;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use std::sync::LazyLock;

/// A rule: what is said of it, and where it stands in an app.
pub(super) struct Rule {
    pub(super) info: &'static RuleInfo,
    pub(super) check: fn(&Context<'_>) -> Vec<Found>,
}

/// Sorted by id.
static REGISTRY: &[&Rule] = &[
    &super::apt_python::RULE,
    &super::break_system_packages::RULE,
    &super::ensurepip::RULE,
    &super::get_pip::RULE,
    &super::inert_nixpkgs::RULE,
    &super::interpreter_bypasses_venv::RULE,
    &super::missing_interpreter::RULE,
    &super::missing_native_libs::RULE,
    &super::missing_venv::RULE,
    &super::nix_pip_package::RULE,
    &super::package_manager_outside_venv::RULE,
    &super::path_variable::RULE,
    &super::pip_outside_venv::RULE,
    &super::pip_self_upgrade::RULE,
    &super::predicted_failure::RULE,
    &super::split_activation::RULE,
    &super::split_command::RULE,
    &super::two_interpreters::RULE,
    &super::uncommitted_requirements::RULE,
    &super::undefined_nix_package::RULE,
    &super::user_install::RULE,
    &super::uv_outside_venv::RULE,
    &super::venv_off_path::RULE,
];

/// Every rule, sorted by id.
pub static RULES: LazyLock<Vec<&'static RuleInfo>> =
    LazyLock::new(|| REGISTRY.iter().map(|rule| rule.info).collect());

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static RuleInfo> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// The rule of last resort: it speaks only where no other names an error.
const LAST: &str = "predicted-failure";

/// What is wrong with the app, in order of place.
pub(crate) fn check(cx: &Context<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let (last, others): (Vec<&Rule>, Vec<&Rule>) =
        REGISTRY.iter().copied().partition(|rule| rule.info.id == LAST);
    for rule in others.into_iter().chain(last) {
        let silent =
            rule.info.id == LAST && findings.iter().any(|finding| finding.severity == Severity::Error);
        if cx.has(rule.info.id) && !silent {
            findings.extend((rule.check)(cx).into_iter().map(|found| found.by(rule.info)));
        }
    }
    findings.sort_by(|a, b| {
        a.place.cmp(&b.place).then(b.severity.cmp(&a.severity)).then(a.rule.id.cmp(b.rule.id))
    });
    findings.dedup_by(|a, b| a.rule.id == b.rule.id && a.place == b.place && a.message == b.message);
    findings
}
