//! Names in `aptPkgs` that the base image's Ubuntu does not have.

use crate::tables::APT_NAMES_GONE;

/// What takes the place of a name that apt does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    /// Nothing: what it brought is there without it, or is not needed.
    Drop,
    /// Another package.
    Rename(&'static str),
    /// Not known.
    Unknown,
}

/// Whether Ubuntu 24.04 has no package of this name, and what to write instead.
pub(crate) fn gone_from_apt(name: &str) -> Option<Gone> {
    if let Some(replacement) = APT_NAMES_GONE.columns(name).and_then(|mut columns| columns.next()) {
        return Some(match replacement {
            "-" => Gone::Drop,
            "?" => Gone::Unknown,
            package => Gone::Rename(package),
        });
    }
    // Ubuntu 24.04 has Python 3.12 and no other.
    let version = name.strip_prefix("python3.").or_else(|| name.strip_prefix("libpython3."))?;
    let (minor, part) = version.split_once('-').map_or((version, None), |(minor, part)| (minor, Some(part)));
    if minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    (minor != "12" || part == Some("distutils")).then_some(Gone::Unknown)
}

#[cfg(test)]
mod tests {
    use super::{Gone, gone_from_apt};

    #[test]
    fn knows_what_ubuntu_no_longer_has() {
        let cases = [
            ("libgl1-mesa-glx", Some(Gone::Rename("libgl1"))),
            ("python-pip", Some(Gone::Drop)),
            ("python3.11", Some(Gone::Unknown)),
            ("python3.9-venv", Some(Gone::Unknown)),
            ("python3.12-distutils", Some(Gone::Unknown)),
            ("python3.12-venv", None),
            ("python3.12", None),
            ("python3-venv", None),
            ("libgl1", None),
            ("ffmpeg", None),
        ];
        for (name, gone) in cases {
            assert_eq!(gone_from_apt(name), gone, "{name}");
        }
    }
}
