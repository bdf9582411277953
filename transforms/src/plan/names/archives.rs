//! The Python interpreters of the nixpkgs revisions that plans pin.

use crate::tables::{NIX_PYTHONS, NIXPKGS_ARCHIVES};

const DEFAULT: &str = "5148520bfab61f99fd25fb9ff7bfbb50dad3c9db";

/// The Python version that an entry of `nixPkgs` brings from an archive (`None`: the default one),
/// as `3.11`. `None`: the entry is no interpreter, or the archive is known not to have it. Where
/// nothing is known of the archive, the attribute is assumed to exist, and `python3` to be 3.12.
pub fn python(entry: &str, sha: Option<&str>) -> Option<&'static str> {
    let attribute = attribute(entry)?;
    let base =
        attribute.strip_suffix("Full").or_else(|| attribute.strip_suffix("Minimal")).unwrap_or(attribute);
    let archive = || NIXPKGS_ARCHIVES.columns(sha.unwrap_or(DEFAULT)).into_iter().flatten();
    if base == "python3" {
        return Some(archive().nth(1).unwrap_or("3.12"));
    }
    let version = NIX_PYTHONS.words(base)?.next()?;
    let missing = archive().nth(2).is_some_and(|missing| missing.split(' ').any(|gone| gone == version));
    (!missing).then_some(version)
}

/// The attribute of an entry: itself, or what `(python311.withPackages (ps: …))` starts with.
fn attribute(entry: &str) -> Option<&str> {
    let entry = entry.trim();
    let Some(inner) = entry.strip_prefix('(') else {
        let own = entry.strip_suffix("Packages.python").or_else(|| entry.strip_suffix(".pkgs.python"));
        return Some(own.unwrap_or(entry));
    };
    let inner = inner.trim_start();
    let inner = inner.strip_prefix("pkgs.").unwrap_or(inner);
    let (attribute, rest) = inner.split_once('.')?;
    ["withPackages", "buildEnv", "override"].iter().any(|call| rest.starts_with(call)).then_some(attribute)
}

#[cfg(test)]
mod tests {
    use super::python;

    const NEW: &str = "bc8f8d1be58e8c8383e683a06e1e1e57893fff87";

    #[test]
    fn reads_every_form_of_an_interpreter() {
        let cases = [
            ("python311", None, Some("3.11")),
            ("python311Full", Some(NEW), Some("3.11")),
            ("python3Minimal", Some(NEW), Some("3.12")),
            ("python3", None, Some("3.10")),
            ("python3", Some("0000000000000000000000000000000000000000"), Some("3.12")),
            ("(python311.withPackages (ps: with ps; [ pip ]))", None, Some("3.11")),
            ("python38", Some(NEW), None),
            ("python313", None, None),
            ("(python311.override { x = 1; })", None, Some("3.11")),
            ("python311Packages.pip", None, None),
            ("python311Packages.python", None, Some("3.11")),
            ("python3.11", None, None),
            ("gcc", None, None),
        ];
        for (entry, archive, expected) in cases {
            assert_eq!(python(entry, archive), expected, "{entry}");
        }
    }
}
