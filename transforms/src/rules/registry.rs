use super::support::Found;
use super::suppress;
use super::{Finding, RuleInfo, Severity};
use crate::context::Context;
use crate::fix::Draft;
use crate::plan::Place;
use std::collections::BTreeSet;

/// A rule: what is said of it, where an app breaks it, and what mends that.
pub(super) struct Rule {
    pub(super) info: &'static RuleInfo,
    pub(super) check: fn(&Context<'_>) -> Vec<Found>,
    pub(super) fix: RuleFix,
}

/// Makes the changes that one finding asks for; whether there were any.
pub(crate) type FixFinding = fn(&Context<'_>, &Finding, &mut Draft<'_>) -> bool;

/// What mends a finding.
#[derive(Clone, Copy)]
pub(crate) enum RuleFix {
    /// No edit does.
    None,
    /// The rule's own edits, made in this stage.
    Own(FixStage, FixFinding),
    /// As `Own`, for what a strategy leaves without a purpose: judged together with the strategy, where one is used.
    OwnBesideStrategy(FixStage, FixFinding),
    /// A strategy, which moves the whole app to one way of installing and answers several rules at once.
    Strategy,
}

impl RuleFix {
    /// The rule's own edits, and when they are made.
    pub(crate) fn own(self) -> Option<(FixStage, FixFinding)> {
        match self {
            RuleFix::Own(stage, fix) | RuleFix::OwnBesideStrategy(stage, fix) => Some((stage, fix)),
            RuleFix::None | RuleFix::Strategy => None,
        }
    }
}

/// When a fix is made: each stage sees what the ones before it did to the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FixStage {
    /// Keys and types: what Nixpacks reads at all. Ends the pass, since the plan is another one then.
    Config,
    /// Entries of package lists and other lists.
    Packages,
    /// Which providers run. Ends the pass.
    Provider,
    /// Which Python the packages bring. Ends the pass.
    Interpreter,
    /// What is left once the strategy has had its turn.
    AfterStrategy,
}

impl FixStage {
    /// In the order in which they are made.
    pub(crate) const ALL: [Self; 5] =
        [Self::Config, Self::Packages, Self::Provider, Self::Interpreter, Self::AfterStrategy];

    /// Whether the plan is so much another one that nothing else can be decided before it is made anew.
    pub(crate) fn ends_pass(self) -> bool {
        matches!(self, FixStage::Config | FixStage::Provider | FixStage::Interpreter)
    }
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
    app_in_subdirectory,
    apt_get_in_command,
    apt_python,
    background_process,
    break_system_packages,
    broken_syntax,
    cached_node_modules,
    cached_venv,
    cd_outside_app,
    comment_as_command,
    dev_dependencies_left_out,
    dropped_provider_packages,
    empty_table,
    ensurepip,
    environment_fails,
    fixed_port,
    get_pip,
    git_at_build,
    inert_nixpkgs,
    install_without_packages,
    interpreter_bypasses_venv,
    key_and_alias,
    line_break_in_command,
    merge_conflict,
    migration_at_build,
    misnamed_file,
    missing_apt_package,
    missing_interpreter,
    missing_native_libs,
    missing_program,
    missing_requirement,
    missing_system_library,
    missing_venv,
    misspelt_dots,
    nix_pip_package,
    nixpkgs_archive_url,
    no_start_command,
    npm_ci_in_build,
    npm_ci_without_lock,
    other_builder,
    package_manager_outside_venv,
    packages_from_nix,
    packages_outside_setup,
    path_variable,
    phase_before_install,
    pip_outside_venv,
    pip_self_upgrade,
    playwright_with_deps,
    pnpm_beside_corepack,
    poetry_2,
    predicted_failure,
    process_name_in_command,
    providers_not_a_list,
    python_provider_left_out,
    python_version_variable,
    quoted_port,
    railway_config_retired,
    repeated_key,
    requirements_beside_start,
    run_image,
    script_line_endings,
    script_not_executable,
    secret_in_variables,
    snap_package,
    source_left_out,
    split_activation,
    split_command,
    string_instead_of_list,
    two_interpreters,
    uncommitted_requirements,
    undefined_nix_package,
    unexpanded_variable,
    unknown_nix_package,
    unknown_provider,
    unquoted_key,
    unread_key,
    unread_nixpacks_variable,
    unused_suppression,
    user_install,
    uv_outside_venv,
    venv_off_path,
    version_variable,
    wrong_type,
}

/// The rule with this id.
pub fn rule(id: &str) -> Option<&'static RuleInfo> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// What mends the findings of a rule.
pub(crate) fn fix_of(info: &'static RuleInfo) -> RuleFix {
    let rule =
        REGISTRY.binary_search_by(|rule| rule.info.id.cmp(info.id)).ok().and_then(|at| REGISTRY.get(at));
    rule.map_or(RuleFix::None, |rule| rule.fix)
}

/// The rule of last resort: it speaks where no other names an error, and of what Nixpacks refuses where no other names
/// that.
const LAST: &str = "predicted-failure";

/// What the rules say of an app.
pub(crate) struct Checked {
    /// What is wrong, in order of place.
    pub(crate) findings: Vec<Finding>,
    /// Rules that comments in the files silence altogether.
    pub(crate) silenced: BTreeSet<&'static str>,
    /// Findings that comments leave out.
    pub(crate) suppressed: usize,
}

/// Runs every rule that takes part.
pub(crate) fn check(cx: &Context<'_>) -> Checked {
    let mut findings: Vec<Finding> = Vec::new();
    let (last, others): (Vec<&Rule>, Vec<&Rule>) =
        REGISTRY.iter().copied().partition(|rule| rule.info.id == LAST);
    for rule in others.into_iter().chain(last) {
        if !cx.has(rule.info.id) {
            continue;
        }
        let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
        let explained: BTreeSet<Option<Place>> = if rule.info.id == LAST {
            errors.map(|finding| finding.place.clone()).collect()
        } else {
            BTreeSet::new()
        };
        if !explained.is_empty() && cx.model.errors.is_empty() {
            continue;
        }
        let found = (rule.check)(cx).into_iter().map(|found| found.by(rule.info));
        findings.extend(found.filter(|finding| !explained.contains(&finding.place)));
    }
    let suppressed = suppress::drop(cx, &mut findings);
    findings.sort_by(|a, b| {
        a.place.cmp(&b.place).then(b.severity.cmp(&a.severity)).then(a.rule.id.cmp(b.rule.id))
    });
    findings.dedup_by(|a, b| a.rule.id == b.rule.id && a.place == b.place && a.message == b.message);
    Checked { findings, silenced: suppressed.rules, suppressed: suppressed.count }
}
