//! The options of pip: its own, and those of `pip install`.

use Effect::{Changes, Constraint, Editable, File, Neutral};

/// What an option does to an install into a fresh environment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// The same packages end up in the same place.
    Neutral,
    /// Something else is installed, or elsewhere, or from elsewhere.
    Changes,
    /// Names a requirements file.
    File,
    /// Names a constraints file.
    Constraint,
    /// Names a package to install in editable mode.
    Editable,
}

/// An option of pip.
pub(super) struct Known {
    /// The long name.
    pub(super) name: &'static str,
    /// Other names.
    pub(super) others: &'static [&'static str],
    /// Whether a value follows.
    pub(super) valued: bool,
    /// What it does.
    pub(super) effect: Effect,
}

const fn flag(name: &'static str, others: &'static [&'static str], effect: Effect) -> Known {
    Known { name, others, valued: false, effect }
}

const fn value(name: &'static str, others: &'static [&'static str], effect: Effect) -> Known {
    Known { name, others, valued: true, effect }
}

pub(super) const OPTIONS: &[Known] = &[
    // Of every command.
    flag("--help", &["-h"], Changes),
    flag("--version", &["-V"], Changes),
    flag("--debug", &[], Neutral),
    flag("--isolated", &[], Changes),
    flag("--require-virtualenv", &["--require-venv"], Changes),
    value("--python", &[], Changes),
    flag("--verbose", &["-v"], Neutral),
    flag("--quiet", &["-q"], Neutral),
    value("--log", &["--log-file", "--local-log"], Neutral),
    flag("--no-input", &[], Neutral),
    value("--keyring-provider", &[], Changes),
    value("--proxy", &[], Changes),
    value("--retries", &[], Changes),
    value("--resume-retries", &[], Changes),
    value("--timeout", &["--default-timeout"], Changes),
    value("--exists-action", &[], Neutral),
    value("--trusted-host", &[], Changes),
    value("--cert", &[], Changes),
    value("--client-cert", &[], Changes),
    value("--cache-dir", &[], Neutral),
    flag("--no-cache-dir", &["--no-cache"], Neutral),
    flag("--disable-pip-version-check", &[], Neutral),
    flag("--no-color", &[], Neutral),
    flag("--no-python-version-warning", &[], Neutral),
    value("--use-feature", &[], Changes),
    value("--use-deprecated", &[], Changes),
    // Of `install`.
    value("--requirement", &["-r", "--requirements"], File),
    value("--constraint", &["-c"], Constraint),
    value("--editable", &["-e"], Editable),
    value("--group", &[], Changes),
    value("--build-constraint", &[], Changes),
    value("--requirements-from-script", &[], Changes),
    flag("--no-deps", &["--no-dependencies"], Changes),
    flag("--pre", &[], Changes),
    flag("--dry-run", &[], Changes),
    value("--target", &["-t"], Changes),
    value("--platform", &[], Changes),
    value("--python-version", &[], Changes),
    value("--implementation", &[], Changes),
    value("--abi", &[], Changes),
    flag("--user", &[], Neutral),
    value("--root", &[], Changes),
    value("--prefix", &[], Changes),
    value("--src", &["--source", "--source-dir", "--source-directory"], Changes),
    flag("--upgrade", &["-U"], Neutral),
    value("--upgrade-strategy", &[], Changes),
    flag("--force-reinstall", &[], Changes),
    flag("--ignore-installed", &["-I"], Changes),
    flag("--ignore-requires-python", &[], Changes),
    flag("--no-build-isolation", &[], Changes),
    flag("--use-pep517", &[], Changes),
    flag("--no-use-pep517", &[], Changes),
    flag("--check-build-dependencies", &[], Changes),
    flag("--break-system-packages", &[], Neutral),
    value("--config-settings", &["-C", "--config-setting"], Changes),
    value("--global-option", &[], Changes),
    value("--install-option", &[], Changes),
    flag("--compile", &[], Neutral),
    flag("--no-compile", &[], Neutral),
    flag("--no-warn-script-location", &[], Neutral),
    flag("--no-warn-conflicts", &[], Neutral),
    value("--no-binary", &[], Changes),
    value("--only-binary", &[], Changes),
    flag("--prefer-binary", &[], Changes),
    flag("--require-hashes", &[], Changes),
    value("--progress-bar", &[], Neutral),
    value("--root-user-action", &[], Neutral),
    value("--report", &[], Changes),
    flag("--no-clean", &[], Neutral),
    value("--index-url", &["-i", "--pypi-url"], Changes),
    value("--extra-index-url", &[], Changes),
    flag("--no-index", &[], Changes),
    value("--find-links", &["-f"], Changes),
    // Of `uninstall`, `download` and `wheel`.
    flag("--yes", &["-y"], Changes),
    value("--dest", &["-d", "--destination-dir", "--destination-directory"], Changes),
    value("--wheel-dir", &["-w"], Changes),
];

/// The option with this name, long or short.
pub(super) fn known(name: &str) -> Option<&'static Known> {
    OPTIONS.iter().find(|option| option.name == name || option.others.contains(&name))
}
