//! Names in `aptPkgs` that the base image's Ubuntu does not have.

use super::Replacement;
use crate::tables::APT_NAMES_GONE;

/// What apt says to a word that no package can be named: those have small letters, digits, `+`, `-` and `.`.
/// `None` where it may be one, a pattern, or what the shell reads otherwise.
pub(crate) fn refused_by_apt(word: &str) -> Option<String> {
    let pattern =
        ['*', '?', '[', ']', '^', '$', '|', '&', ';', '(', ')', '<', '>', '#', '\'', '"', '`', '\\', '{'];
    if word.contains(pattern) || word.starts_with('-') {
        return None;
    }
    if let Some((name, version)) = word.split_once("==") {
        return Some(format!("E: Version '={version}' for '{name}' was not found"));
    }
    let name = word.split(['=', '/', ':']).next().unwrap_or(word);
    let is_name =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | '~');
    (!name.chars().all(is_name)).then(|| format!("E: Unable to locate package {word}"))
}

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
    use super::{Replacement, gone_from_apt, refused_by_apt};

    #[test]
    fn knows_what_can_be_no_name() {
        for (word, refused) in [
            ("libgl1,", true),
            ("Foo_Bar", true),
            ("curl==7", true),
            ("curl=7.88.1-10", false),
            ("libc6:i386", false),
            ("libstdc++6", false),
            ("python3.*", false),
            ("curl/noble", false),
            ("ffmpeg", false),
        ] {
            assert_eq!(refused_by_apt(word).is_some(), refused, "{word}");
        }
    }

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
