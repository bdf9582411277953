//! Names of nixpkgs that the tables have, and the nearest of them to one that they have not.

use super::archives::python;
use super::undefined::undefined;
use crate::tables::{NIX_NAMES, PACKAGE_PROGRAMS};

/// Sets of packages whose members are in no table.
const SETS: [&str; 16] = [
    "cudaPackages",
    "darwin",
    "gnome",
    "gst_all_1",
    "haskellPackages",
    "libsForQt5",
    "llvmPackages",
    "nodePackages",
    "nodePackages_latest",
    "perlPackages",
    "php",
    "python",
    "rPackages",
    "rubyPackages",
    "stdenv",
    "xorg",
];

/// Outputs of a package.
const OUTPUTS: [&str; 8] = ["bin", "dev", "doc", "lib", "man", "out", "static", "client"];

/// Whether an entry of `nixPkgs` is known to exist, or is of a kind that no table lists.
pub(crate) fn is_known(entry: &str) -> bool {
    let entry = entry.trim();
    let name = entry.strip_prefix("pkgs.").unwrap_or(entry);
    if python(name, None).is_some() {
        return true;
    }
    if name.is_empty() || name.contains(['(', ' ', '"', '$']) || undefined(name).is_some() {
        return true;
    }
    if let Some((owner, member)) = name.rsplit_once('.') {
        let set = owner.split('.').next().unwrap_or(owner);
        let in_set = SETS.iter().any(|known| set.starts_with(known)) || owner.ends_with("Packages");
        return in_set || (OUTPUTS.contains(&member) && is_known(owner));
    }
    // Ex) `postgresql_15`, `gcc12`, `nodejs-18_x`
    let stem = name.strip_suffix("_x").unwrap_or(name);
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '_' | '-'));
    [name, stem].iter().any(|name| NIX_NAMES.has(name) || PACKAGE_PROGRAMS.has(name))
}

/// The one known name that is nearest to a name that is not known.
pub(crate) fn near(entry: &str) -> Option<&'static str> {
    let name = entry.trim();
    let most = match name.len() {
        0..=3 => return None,
        4..=7 => 1,
        _ => 2,
    };
    let name = name.to_lowercase();
    let mut found = Vec::new();
    for known in NIX_NAMES.names() {
        if known.len().abs_diff(name.len()) > most {
            continue;
        }
        let lower = known.to_lowercase();
        // The distance takes a hundred times as long, and thousands of names may be unknown.
        if lacks(&name, &lower) <= most && lacks(&lower, &name) <= most {
            let distance = strsim::damerau_levenshtein(&name, &lower);
            if distance <= most {
                found.push((distance, known));
            }
        }
    }
    found.sort_unstable();
    match found.as_slice() {
        [(_, only)] => Some(only),
        [(first, nearest), (second, _), ..] if first < second => Some(nearest),
        _ => None,
    }
}

/// How many ASCII characters of `of` are not in `text`, each as often as it is there: no more than the distance between
/// them.
fn lacks(text: &str, of: &str) -> usize {
    let mut left = [0_u32; 256];
    for byte in text.bytes() {
        left[usize::from(byte)] += 1;
    }
    let lacking = of.bytes().filter(u8::is_ascii).filter(|byte| {
        let count = &mut left[usize::from(*byte)];
        let lacks = *count == 0;
        *count = count.saturating_sub(1);
        lacks
    });
    lacking.count()
}

#[cfg(test)]
mod tests {
    use super::{is_known, near};

    #[test]
    fn knows_names_in_every_form() {
        for name in [
            "ffmpeg",
            "postgresql_15",
            "postgresql.lib",
            "nodejs-18_x",
            "python311",
            "xorg.libX11",
            "gcc12",
            "python311Packages.flask",
            "stdenv.cc.cc.lib",
            "(python3.withPackages (ps: [ ]))",
            "libgl1",
            "pip",
        ] {
            assert!(is_known(name), "{name}");
        }
        for name in ["ffmpg", "this-does-not-exist", "chromiun", "tool.thing"] {
            assert!(!is_known(name), "{name}");
        }
    }

    #[test]
    fn offers_the_nearest_name_and_no_other() {
        let cases = [
            ("ffmpg", Some("ffmpeg")),
            ("chromiun", Some("chromium")),
            ("imagemagik", Some("imagemagick")),
            ("postgresq", Some("postgresql")),
            ("this-does-not-exist", None),
            ("abc", None),
            ("ffmpég", Some("ffmpeg")),
        ];
        for (name, nearest) in cases {
            assert_eq!(near(name), nearest, "{name}");
        }
    }
}
