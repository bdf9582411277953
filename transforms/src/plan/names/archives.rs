//! The nixpkgs revisions that plans pin, and the Python interpreters of each.

/// A revision of nixpkgs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// The commit.
    pub sha: &'static str,
    /// When it was made, `YYYY-MM-DD` or `YYYY-MM`, where a source says.
    pub date: Option<&'static str>,
    /// The version of `python3`, where a source says.
    pub python3: Option<&'static str>,
    /// Versions known to have no attribute there. Any other is assumed to be there.
    pub missing: &'static [&'static str],
}

/// The revision that a plan's `nixpkgsArchive` names, `None` for one that the table doesn't have.
pub fn archive(sha: &str) -> Option<&'static Archive> {
    ARCHIVES.iter().find(|archive| archive.sha == sha)
}

const fn new(sha: &'static str) -> Archive {
    Archive { sha, date: None, python3: None, missing: &[] }
}

/// The revisions that Nixpacks 1.41.0 itself pins and that an app with Python can meet.
///
/// - `5148520` is dated in Nixpacks' `src/nixpacks/nix/mod.rs`. `python3` became 3.11 with NixOS 23.11
///   (`rl-2311`), so it is 3.10 there; 3.6 was gone since 2021 (nixpkgs 846e2b1), 3.13 not yet there.
/// - `bc8f8d1` is Nixpacks' choice for 3.10 to 3.13, `python3` is 3.12 there. 3.8 was removed before
///   NixOS 24.05 (nixpkgs 14a12ca), 3.7 and 3.6 before it.
/// - The others come with Node, Bun and the Debian image. What they have is not looked up.
static ARCHIVES: &[Archive] = &[
    Archive {
        date: Some("2023-09-17"),
        python3: Some("3.10"),
        missing: &["3.6", "3.13", "3.14"],
        ..new("5148520bfab61f99fd25fb9ff7bfbb50dad3c9db")
    },
    Archive {
        date: Some("2024-11"),
        python3: Some("3.12"),
        missing: &["3.6", "3.7", "3.8"],
        ..new("bc8f8d1be58e8c8383e683a06e1e1e57893fff87")
    },
    new("ffeebf0acf3ae8b29f8c7049cd911b9636efd7e7"),
    new("e6f23dc08d3624daab7094b701aa3954923c6bbb"),
    new("23f9169c4ccce521379e602cc82ed873a1f1b52b"),
    new("bf744fe90419885eefced41b3e5ae442d732712d"),
    new("a0b7e70db7a55088d3de0cc370a59f9fbcc906c3"),
    new("31fb21469e34b6b5c7be77b9a35bae43d0c598e9"),
];

const DEFAULT: &str = "5148520bfab61f99fd25fb9ff7bfbb50dad3c9db";

/// Attribute and version. A variant (`python311Full`) has the version of its base.
const VERSIONS: [(&str, &str); 10] = [
    ("python27", "2.7"),
    ("python36", "3.6"),
    ("python37", "3.7"),
    ("python38", "3.8"),
    ("python39", "3.9"),
    ("python310", "3.10"),
    ("python311", "3.11"),
    ("python312", "3.12"),
    ("python313", "3.13"),
    ("python314", "3.14"),
];

/// The Python version that an entry of `nixPkgs` brings from an archive (`None`: the default one),
/// as `3.11`. `None`: the entry is no interpreter, or the archive is known not to have it. Where
/// nothing is known of the archive, the attribute is assumed to exist, and `python3` to be 3.12.
pub fn python(entry: &str, sha: Option<&str>) -> Option<&'static str> {
    let attribute = attribute(entry)?;
    let base =
        attribute.strip_suffix("Full").or_else(|| attribute.strip_suffix("Minimal")).unwrap_or(attribute);
    let archive = archive(sha.unwrap_or(DEFAULT));
    match base {
        "python" | "python2" => Some("2.7"),
        "python3" => Some(archive.and_then(|archive| archive.python3).unwrap_or("3.12")),
        base => {
            let (_, version) = VERSIONS.into_iter().find(|(name, _)| *name == base)?;
            archive.is_none_or(|archive| !archive.missing.contains(&version)).then_some(version)
        }
    }
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
