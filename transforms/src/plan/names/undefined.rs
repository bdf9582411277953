//! Names that people write in `nixPkgs` and that are no attribute of nixpkgs.

use crate::tables::{DEBIAN_NAMES, NIXPKGS_ARCHIVES, UNDEFINED_NIX_NAMES};

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

/// The error with which Nix stops at such a name. One with an operator in it does not even parse.
pub fn error(name: &str) -> String {
    if name.contains("++") {
        return "error: syntax error, unexpected CONCAT".to_owned();
    }
    format!("error: undefined variable '{name}'")
}

/// What there is to say of a name that is no attribute of nixpkgs. `None`: it is one, or the table
/// doesn't have it.
pub fn undefined(name: &str) -> Option<Undefined> {
    const DEBIAN: &str = "that is a Debian package";
    if let Some(attribute) = DEBIAN_NAMES.columns(name).and_then(|mut columns| columns.next()) {
        return Some(Undefined { replacement: Replacement::Rename(attribute), why: DEBIAN });
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

/// As [`undefined`], for a name that came into nixpkgs after the revisions that Nixpacks pins. `archive`: the one that
/// the file asks for.
pub fn undefined_in(name: &str, archive: Option<&str>) -> Option<Undefined> {
    // nixpkgs has it since 2024-11-27 (all-packages.nix).
    if name == "libpq" && archive.is_none_or(|archive| NIXPKGS_ARCHIVES.has(archive)) {
        return Some(Undefined {
            replacement: Replacement::Rename("postgresql"),
            why: "it is younger than the nixpkgs that Nixpacks uses",
        });
    }
    undefined(name)
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
    use super::{Replacement, UNDEFINED_NIX_NAMES, undefined};

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
    fn knows_pip_and_not_python() {
        assert_eq!(undefined("pip").map(|u| u.replacement), Some(Replacement::Drop));
        assert_eq!(undefined("python3.11").map(|u| u.replacement), Some(Replacement::Rename("python311")));
        for defined in ["python311", "python311Packages.pip", "nodejs_20", "nodejs-18_x", "gcc", "..."] {
            assert!(undefined(defined).is_none(), "{defined}");
        }
    }
}
