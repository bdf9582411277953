//! Names that people write in `nixPkgs` and that are no attribute of nixpkgs.

use crate::plan::types::{Phase, Plan};
use crate::tables::{DEBIAN_NAMES, NIXPKGS_ARCHIVES, UNDEFINED_NIX_NAMES};
use std::collections::HashSet;

/// What takes the place of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replacement {
    /// Nothing: what it is meant to bring comes with another package.
    Drop,
    /// An attribute.
    Rename(&'static str),
    /// The same name, in `aptPkgs`.
    Apt,
    /// Not known.
    None,
}

impl Replacement {
    /// As the tables have it: `-` for nothing, `@` for `aptPkgs`, `?` for what is not known, else the name.
    pub(super) fn read(column: &'static str) -> Self {
        match column {
            "-" => Self::Drop,
            "@" => Self::Apt,
            "?" => Self::None,
            name => Self::Rename(name),
        }
    }
}

/// A name that is no attribute of nixpkgs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undefined {
    /// What takes its place.
    pub replacement: Replacement,
    /// Why, a clause that can follow "there is no Nix package …:".
    pub why: &'static str,
}

/// The nixpkgs that the packages of a phase come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nixpkgs<'p> {
    /// The revision, where the plan pins one.
    pub archive: Option<&'p str>,
    /// Whether overlays add names to it.
    pub has_overlays: bool,
}

impl<'p> Nixpkgs<'p> {
    /// Of each phase of a plan. Those with one revision are installed together, with the overlays of all of them.
    pub fn of(plan: &'p Plan) -> impl Iterator<Item = (&'p Phase, Self)> {
        let archive = |phase: &'p Phase| phase.nixpkgs_archive.as_ref().map(|item| item.value.as_str());
        let overlays = |phase: &&'p Phase| phase.nix_overlays.as_ref().is_some_and(|list| !list.is_empty());
        let overlaid: HashSet<Option<&str>> = plan.phases.values().filter(overlays).map(archive).collect();
        plan.phases.values().map(move |phase| {
            let archive = archive(phase);
            (phase, Self { archive, has_overlays: overlaid.contains(&archive) })
        })
    }
}

/// The error with which Nix stops at such a name. One with an operator in it does not even parse.
pub fn error(name: &str) -> String {
    if has_no_dev_output(name) {
        return "error: attribute 'dev' missing".to_owned();
    }
    if let Some((_, attribute)) = php_attribute(name) {
        return format!("error: attribute '{attribute}' missing");
    }
    if name.contains("++") {
        return "error: syntax error, unexpected CONCAT".to_owned();
    }
    let name = if is_in_nixpkgs(name) { "nixpkgs" } else { name };
    format!("error: undefined variable '{name}'")
}

/// What there is to say of a name that is no attribute of nixpkgs. `None`: it is one, or the table
/// doesn't have it.
pub fn undefined(name: &str) -> Option<Undefined> {
    const DEBIAN: &str = "that is a Debian package";
    if let Some(attribute) = DEBIAN_NAMES.columns(name).and_then(|mut columns| columns.next()) {
        return Some(Undefined { replacement: Replacement::Rename(attribute), why: DEBIAN });
    }
    if is_in_nixpkgs(name) {
        let why = "every name here is one of nixpkgs already: write it without `nixpkgs.`";
        return Some(Undefined { replacement: Replacement::None, why });
    }
    let find = |name: &str| UNDEFINED_NIX_NAMES.columns(name);
    // Headers are an output of the package in nixpkgs, never a package of their own.
    if find(name).is_none() && name.ends_with("-dev") && !name.contains(['.', '(', ' ']) {
        return Some(Undefined { replacement: Replacement::None, why: DEBIAN });
    }
    // Ex) `python3-numpy`
    if find(name).is_none()
        && name.strip_prefix("python3-").is_some_and(|rest| !rest.contains('.'))
        && !is_spelling_of_pip(name)
    {
        let why = "that is a Debian package: list Python packages in requirements.txt";
        return Some(Undefined { replacement: Replacement::None, why });
    }
    let mut columns = find(name).or_else(|| if is_spelling_of_pip(name) { find("pip") } else { None })?;
    let replacement = Replacement::read(columns.next()?);
    Some(Undefined { replacement, why: columns.next()? })
}

/// Ex) `nixpkgs.ffmpeg`, as `nix-env -iA` has it
fn is_in_nixpkgs(name: &str) -> bool {
    name.strip_prefix("nixpkgs.").is_some_and(|rest| !rest.is_empty() && !rest.contains(['(', ' ']))
}

/// The revision of 2023-09-17, which Nixpacks uses where a plan pins none.
const OLD: &str = "5148520bfab61f99fd25fb9ff7bfbb50dad3c9db";
/// That of 2024-11, of the Python provider.
const NEW: &str = "bc8f8d1be58e8c8383e683a06e1e1e57893fff87";
/// Those of the Node provider for other versions than 24.
const OF_NODE: [&str; 3] = [
    "bf744fe90419885eefced41b3e5ae442d732712d",
    "e6f23dc08d3624daab7094b701aa3954923c6bbb",
    "ffeebf0acf3ae8b29f8c7049cd911b9636efd7e7",
];

/// As [`undefined`], for a name in this nixpkgs: some are younger than the revisions that Nixpacks pins, and some are only
/// in the overlay of its Node provider.
pub fn undefined_in(name: &str, nixpkgs: Nixpkgs<'_>) -> Option<Undefined> {
    const YOUNGER: &str = "it is younger than the nixpkgs that Nixpacks uses";
    let Nixpkgs { archive, has_overlays } = nixpkgs;
    let is_old = archive.is_none_or(|archive| archive == OLD);
    // nixpkgs has it since 2024-11-27 (all-packages.nix).
    if name == "libpq" && archive.is_none_or(|archive| NIXPKGS_ARCHIVES.has(archive)) {
        return Some(Undefined { replacement: Replacement::Rename("postgresql"), why: YOUNGER });
    }
    if is_old && has_no_dev_output(name) {
        let why = "PostgreSQL had no output `dev` in 2023, when this nixpkgs was made: its headers are in the package itself";
        return Some(Undefined { replacement: Replacement::Rename("postgresql"), why });
    }
    if is_younger_node(name, archive) {
        return Some(Undefined { replacement: Replacement::None, why: YOUNGER });
    }
    if !has_overlays && let Some(replacement) = only_in_overlay(name, archive) {
        return Some(Undefined { replacement, why: "only the overlay of Nixpacks' Node provider has it" });
    }
    if php_attribute(name).is_some() {
        let why =
            "PHP loads the extensions that composer.json requires, such as `ext-pdo_mysql`: remove it here";
        return Some(Undefined { replacement: Replacement::None, why });
    }
    undefined(name)
}

/// Extensions of PHP, which are in none of nixpkgs' sets of PHP programs (`pkgs/top-level/php-packages.nix`).
const PHP_EXTENSIONS: [&str; 27] = [
    "bcmath",
    "curl",
    "dom",
    "exif",
    "gd",
    "gmp",
    "iconv",
    "imagick",
    "imap",
    "intl",
    "ldap",
    "mbstring",
    "memcached",
    "mongodb",
    "mysqli",
    "mysqlnd",
    "opcache",
    "openssl",
    "pcntl",
    "pdo",
    "pdo_mysql",
    "pdo_pgsql",
    "pdo_sqlite",
    "pgsql",
    "redis",
    "soap",
    "zip",
];

/// The set and the name of an attribute that it lacks: an extension in a set of programs, or the extension `mysql`, which
/// PHP has had up to version 5.
///
/// Ex) `php82Packages.pdo_mysql`, `php82Extensions.mysql`
fn php_attribute(name: &str) -> Option<(&str, &str)> {
    let (set, attribute) = name.split_once('.')?;
    let kind = set.strip_prefix("php")?.trim_start_matches(|c: char| c.is_ascii_digit());
    let missing = match kind {
        "Packages" => attribute == "mysql" || PHP_EXTENSIONS.contains(&attribute),
        "Extensions" => attribute == "mysql",
        _ => false,
    };
    missing.then_some((set, attribute))
}

/// Ex) `postgresql_16.dev`, which the Python provider adds for psycopg
fn has_no_dev_output(name: &str) -> bool {
    let package = name.strip_suffix(".dev").and_then(|package| package.strip_prefix("postgresql"));
    package.is_some_and(|rest| rest.trim_start_matches('_').bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether this is a version of Node that was released after a revision: 21 on 2023-10-17, 22 on 2024-04-24, 24 on
/// 2025-05-06 (github.com/nodejs/Release). Only the revision that Nixpacks pins for Node 24 has that one.
fn is_younger_node(name: &str, archive: Option<&str>) -> bool {
    let version = name.strip_prefix("nodejs_").and_then(|version| version.parse::<u32>().ok());
    match archive {
        None | Some(OLD) => version.is_some_and(|version| (21..=24).contains(&version)),
        Some(archive) if archive == NEW || OF_NODE.contains(&archive) => version == Some(24),
        Some(_) => false,
    }
}

/// What takes the place of `npm-9_x` and its like, which nixpkgs does not have.
fn only_in_overlay(name: &str, archive: Option<&str>) -> Option<Replacement> {
    let (manager, version) = name.strip_suffix("_x")?.split_once('-')?;
    if version.is_empty() || !version.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match manager {
        "npm" => Some(Replacement::Drop),
        "yarn" => Some(Replacement::Rename("yarn")),
        "pnpm" if archive == Some(NEW) => Some(Replacement::Rename("pnpm")),
        "pnpm" => Some(Replacement::None),
        _ => None,
    }
}

/// The spellings of pip with a version or a prefix: `pip311`, `python311Pip`, `py3-pip`, `pkgs.pip`.
fn is_spelling_of_pip(name: &str) -> bool {
    let name = name.strip_prefix("pkgs.").or_else(|| name.strip_prefix("nixpkgs.")).unwrap_or(name);
    let lower = name.to_ascii_lowercase();
    let Some(at) = lower.rfind("pip") else { return false };
    let (before, after) = (&lower[..at], &lower[at + 3..]);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let stem = before.trim_end_matches('-');
    let prefix = stem.strip_prefix("python").or_else(|| stem.strip_prefix("py")).unwrap_or(stem);
    digits(after) && (digits(prefix) || prefix == "get")
}

#[cfg(test)]
mod tests {
    use super::super::python;
    use super::{Nixpkgs, Replacement, UNDEFINED_NIX_NAMES, undefined, undefined_in};

    #[test]
    fn knows_pip_in_every_spelling() {
        for name in ["pip311", "pip3.11", "python311Pip", "py3-pip", "python3pip", "get-pip", "pkgs.pip"] {
            assert!(undefined(name).is_some(), "{name}");
        }
        for name in ["pipenv", "pipx", "python311Packages.pip", "pipewire", "python311", "gst-pipewire"] {
            assert!(undefined(name).is_none(), "{name}");
        }
    }

    #[test]
    fn every_row_is_understood_and_offers_no_undefined_name() {
        for name in UNDEFINED_NIX_NAMES.names() {
            let replacement = undefined(name).map(|undefined| undefined.replacement);
            assert!(replacement.is_some(), "{name}");
            if let Some(Replacement::Rename(attribute)) = replacement {
                assert!(undefined(attribute).is_none(), "{attribute}");
            }
            assert_eq!(python(name, None), None, "{name}");
        }
    }

    #[test]
    fn knows_what_a_revision_does_not_have_yet() {
        let new = Some(super::NEW);
        for (name, archive, has_overlays, want) in [
            ("npm-9_x", new, false, Some(Replacement::Drop)),
            ("npm-9_x", new, true, None),
            ("yarn-1_x", None, false, Some(Replacement::Rename("yarn"))),
            ("pnpm-9_x", None, false, Some(Replacement::None)),
            ("nodejs-18_x", None, false, None),
            ("nodejs_20", None, false, None),
            ("nodejs_22", None, false, Some(Replacement::None)),
            ("nodejs_22", new, false, None),
            ("nodejs_24", new, true, Some(Replacement::None)),
            ("nodejs_24", Some("0000"), false, None),
            ("postgresql_16.dev", None, false, Some(Replacement::Rename("postgresql"))),
            ("postgresql.dev", new, false, None),
            ("libpq", new, false, Some(Replacement::Rename("postgresql"))),
        ] {
            let found = undefined_in(name, Nixpkgs { archive, has_overlays });
            assert_eq!(found.map(|found| found.replacement), want, "{name} {archive:?}");
        }
    }

    #[test]
    fn knows_pip_and_not_python() {
        assert_eq!(undefined("pip").map(|u| u.replacement), Some(Replacement::Drop));
        assert_eq!(undefined("python3.11").map(|u| u.replacement), Some(Replacement::Rename("python311")));
        for defined in ["python311", "python311Packages.pip", "nodejs_20", "nodejs-18_x", "gcc", "..."] {
            assert!(undefined(defined).is_none(), "{defined}");
        }
    }
}
