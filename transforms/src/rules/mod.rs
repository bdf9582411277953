//! The rules: one kind of mistake for each file, and the registry of all rules.
//!
//! A rule reads the plan and its simulation and reports where the mistake is. Many rules also have a fix of their
//! own; the others are fixed by a strategy, which changes how the whole app installs its packages.

mod app_in_subdirectory;
mod apt_python;
mod break_system_packages;
mod broken_syntax;
mod cached_venv;
mod cd_outside_app;
mod dropped_provider_packages;
mod empty_table;
mod ensurepip;
mod finding;
mod get_pip;
mod inert_nixpkgs;
mod info;
mod install_without_packages;
mod interpreter_bypasses_venv;
mod migration_at_build;
mod misnamed_file;
mod missing_apt_package;
mod missing_interpreter;
mod missing_native_libs;
mod missing_program;
mod missing_requirement;
mod missing_system_library;
mod missing_venv;
mod nix_pip_package;
mod no_start_command;
mod other_builder;
mod package_manager_outside_venv;
mod packages_from_nix;
mod path_variable;
mod phase_before_install;
mod pip_outside_venv;
mod pip_self_upgrade;
mod predicted_failure;
mod process_name_in_command;
mod providers_not_a_list;
mod python_provider_left_out;
mod railway_config_retired;
mod registry;
mod requirements_beside_start;
mod source_left_out;
mod split_activation;
mod split_command;
mod string_instead_of_list;
mod support;
mod suppress;
mod two_interpreters;
mod uncommitted_requirements;
mod undefined_nix_package;
mod unknown_nix_package;
mod unknown_provider;
mod unquoted_key;
mod unread_key;
mod unused_suppression;
mod user_install;
mod uv_outside_venv;
mod venv_off_path;
mod version_variable;

pub use finding::Finding;
pub(crate) use finding::FindingKey;
pub use info::{RuleInfo, Severity};
pub(crate) use registry::{Checked, FixFinding, FixStage, RuleFix, check, fix_of};
pub use registry::{RULES, rule};
