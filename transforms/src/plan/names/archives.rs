//! The nixpkgs revisions that plans pin, and the Python interpreters of each.

/// A revision of nixpkgs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// The commit.
    pub sha: &'static str,
    /// The day of the commit, `YYYY-MM-DD`, where a source says.
    pub date: Option<&'static str>,
    /// Versions with an attribute of their own: `3.11` is `python311`.
    pub pythons: &'static [&'static str],
    /// The version of `python3`.
    pub python3: &'static str,
}

/// The revision that a plan's `nixpkgsArchive` names, `None` for one that the table doesn't have.
pub fn archive(sha: &str) -> Option<&'static Archive> {
    ARCHIVES.iter().find(|archive| archive.sha == sha)
}

static ARCHIVES: &[Archive] = &[
    Archive {
        sha: "5148520bfab61f99fd25fb9ff7bfbb50dad3c9db",
        date: Some("2023-09-17"),
        pythons: &["2.7", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12"],
        python3: "3.10",
    },
    Archive {
        sha: "bc8f8d1be58e8c8383e683a06e1e1e57893fff87",
        date: Some("2024-11-08"),
        pythons: &["2.7", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14"],
        python3: "3.12",
    },
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
/// as `3.11`. `None`: the entry is no interpreter, or the archive is known not to have it. In an
/// archive that the table doesn't have, the attribute is assumed to exist.
pub fn python(entry: &str, sha: Option<&str>) -> Option<&'static str> {
    let attribute = attribute(entry)?;
    let base =
        attribute.strip_suffix("Full").or_else(|| attribute.strip_suffix("Minimal")).unwrap_or(attribute);
    let archive = archive(sha.unwrap_or(DEFAULT));
    match base {
        "python" | "python2" => Some("2.7"),
        "python3" => Some(archive.map_or("3.12", |archive| archive.python3)),
        base => {
            let (_, version) = VERSIONS.into_iter().find(|(name, _)| *name == base)?;
            archive.is_none_or(|archive| archive.pythons.contains(&version)).then_some(version)
        }
    }
}

/// The attribute of an entry: itself, or what `(python311.withPackages (ps: …))` starts with.
fn attribute(entry: &str) -> Option<&str> {
    let entry = entry.trim();
    let Some(inner) = entry.strip_prefix('(') else { return Some(entry) };
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
            ("python311Packages.pip", None, None),
            ("python3.11", None, None),
            ("gcc", None, None),
        ];
        for (entry, archive, expected) in cases {
            assert_eq!(python(entry, archive), expected, "{entry}");
        }
    }
}
