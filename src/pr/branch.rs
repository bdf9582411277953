//! The names of our branches.

use super::fingerprint::digest;

/// Names that are tried for one branch.
pub(crate) const NAMES: usize = 50;
/// Apps whose branches are looked at: anybody who may push can make any number of such names.
pub(crate) const FAMILIES: usize = 200;

/// The first branch name for a base, or for one app of it.
pub(crate) fn family(prefix: &str, base: &str, app: Option<&str>) -> String {
    let Some(app) = app else { return format!("{prefix}{base}") };
    let plain = |ch: char| ch.is_ascii_alphanumeric() || ch == '_';
    let slug: String = app.chars().map(|ch| if plain(ch) { ch } else { '-' }).take(60).collect();
    // Where a character was lost another app may look the same, and a number at the end is one of ours.
    let digest = if app.chars().all(plain) && slug == app {
        String::new()
    } else {
        format!("-x{}", digest(app.as_bytes()))
    };
    format!("{prefix}{base}--{}{digest}", slug.trim_matches('-'))
}

/// A name of a family, by its number.
pub(crate) fn numbered(family: &str, number: usize) -> String {
    if number == 1 { family.to_owned() } else { format!("{family}-{number}") }
}

/// The family of an app that a branch belongs to, if its base is that of `family`.
pub(crate) fn of_app<'a>(branch: &'a str, family: &str) -> Option<&'a str> {
    branch.strip_prefix(family)?.strip_prefix("--")?;
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match branch.rsplit_once('-') {
        Some((first, end)) if number(end) && !first.ends_with('-') => Some(first),
        _ => Some(branch),
    }
}

#[cfg(test)]
mod tests {
    use super::{family, numbered, of_app};

    #[test]
    fn names_branches_apart() {
        assert_eq!(family("nixpacks-fix/", "release/1.0", None), "nixpacks-fix/release/1.0");
        assert_eq!(family("p/", "main", Some("api")), "p/main--api");
        let (slash, dash) = (family("p/", "main", Some("a/b")), family("p/", "main", Some("a-b")));
        assert_ne!(slash, dash);
        assert_ne!(family("p/", "main", Some("api-2")), numbered(&family("p/", "main", Some("api")), 2));
        for app in ["a/../b", "ü\n", "-x-", ".", &"x".repeat(500)] {
            let name = family("p/", "main", Some(app));
            assert!(git2::Reference::is_valid_name(&format!("refs/heads/{name}")), "{name}");
        }
    }

    #[test]
    fn knows_the_branches_of_apps() {
        for (branch, app) in [
            ("p/main", None),
            ("p/main-2", None),
            ("p/main--api", Some("p/main--api")),
            ("p/main--api-2", Some("p/main--api")),
            ("p/main--2", Some("p/main--2")),
            ("p/other--api", None),
        ] {
            assert_eq!(of_app(branch, "p/main"), app, "{branch}");
        }
        assert_eq!((numbered("a", 1), numbered("a", 3)), ("a".to_owned(), "a-3".to_owned()));
    }
}
