//! Names in `aptPkgs` that the base image's Ubuntu does not have.

use super::Replacement;
use crate::tables::APT_NAMES_GONE;

/// Whether Ubuntu 24.04 has no package of this name, and what to write instead.
pub(crate) fn gone_from_apt(name: &str) -> Option<Replacement> {
    if let Some(replacement) = APT_NAMES_GONE.columns(name).and_then(|mut columns| columns.next()) {
        return Some(Replacement::read(replacement));
    }
    // Ubuntu 24.04 has Python 3.12 and no other.
    let version = name.strip_prefix("python3.").or_else(|| name.strip_prefix("libpython3."))?;
    let (minor, part) = version.split_once('-').map_or((version, None), |(minor, part)| (minor, Some(part)));
    if minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    (minor != "12" || part == Some("distutils")).then_some(Replacement::None)
}

#[cfg(test)]
mod tests {
    use super::{Replacement, gone_from_apt};

    #[test]
    fn knows_what_ubuntu_no_longer_has() {
        let cases = [
            ("libgl1-mesa-glx", Some(Replacement::Rename("libgl1"))),
            ("python-pip", Some(Replacement::Drop)),
            ("python3.11", Some(Replacement::None)),
            ("python3.9-venv", Some(Replacement::None)),
            ("python3.12-distutils", Some(Replacement::None)),
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
