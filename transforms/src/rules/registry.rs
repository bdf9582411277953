use super::support::Found;
use super::suppress;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use std::collections::BTreeSet;

/// A rule: what is said of it, and where it stands in an app.
pub(super) struct Rule {
    pub(super) info: &'static RuleInfo,
    pub(super) check: fn(&Context<'_>) -> Vec<Found>,
}

macro_rules! registry {
    ($($module:ident),* $(,)?) => {
        /// Sorted by id.
        static REGISTRY: &[&Rule] = &[$(&super::$module::RULE),*];

        /// Every rule, sorted by id.
        pub static RULES: &[&RuleInfo] = &[$(super::$module::RULE.info),*];
    };
}

registry! {
    apt_python,
    break_system_packages,
    cached_venv,
    dropped_provider_packages,
    ensurepip,
    get_pip,
    inert_nixpkgs,
    interpreter_bypasses_venv,
    missing_interpreter,
    missing_native_libs,
    missing_venv,
    nix_pip_package,
    other_builder,
    package_manager_outside_venv,
    path_variable,
    pip_outside_venv,
    pip_self_upgrade,
    predicted_failure,
    python_provider_left_out,
    split_activation,
    split_command,
    two_interpreters,
    uncommitted_requirements,
    undefined_nix_package,
    user_install,
    uv_outside_venv,
    venv_off_path,
}

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static RuleInfo> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// The rule of last resort: it speaks only where no other names an error.
const LAST: &str = "predicted-failure";

/// What the rules say of an app.
pub(crate) struct Checked {
    /// What is wrong, in order of place.
    pub(crate) findings: Vec<Finding>,
    /// Rules that comments in the files silence altogether.
    pub(crate) silenced: BTreeSet<&'static str>,
}

/// Runs every rule that takes part.
pub(crate) fn check(cx: &Context<'_>) -> Checked {
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
    let silenced = suppress::drop(cx, &mut findings);
    Checked { findings, silenced }
}
