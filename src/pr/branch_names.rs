//! The names of our branches: a series for each base, or for each app of it, numbered from the second one on.

use crate::report::digest::digest;

/// The most branches of one series that are looked at.
pub(crate) const MAX_NAMES: usize = 50;
/// The most series that are looked at: anybody who may push can make any number of branches with such names.
pub(crate) const MAX_SERIES: usize = 200;

/// The series of branches for a base, or for one app of it: the name of its first branch.
pub(crate) fn branch_series(prefix: &str, base: &str, app: Option<&str>) -> String {
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

/// The branch of a series with this number, from 1.
pub(crate) fn nth_branch(branch_series: &str, number: usize) -> String {
    if number == 1 { branch_series.to_owned() } else { format!("{branch_series}-{number}") }
}

/// The series of an app that a branch belongs to, if that is for the same base as the series `branch_series`.
pub(crate) fn app_series<'a>(branch: &'a str, branch_series: &str) -> Option<&'a str> {
    branch.strip_prefix(branch_series)?.strip_prefix("--")?;
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match branch.rsplit_once('-') {
        Some((first, end)) if number(end) && !first.ends_with('-') => Some(first),
        _ => Some(branch),
    }
}

#[cfg(test)]
mod tests {
    use super::{app_series, branch_series, nth_branch};

    #[test]
    fn names_branches_apart() {
        assert_eq!(branch_series("nixpacks-fix/", "release/1.0", None), "nixpacks-fix/release/1.0");
        assert_eq!(branch_series("p/", "main", Some("api")), "p/main--api");
        let (slash, dash) =
            (branch_series("p/", "main", Some("a/b")), branch_series("p/", "main", Some("a-b")));
        assert_ne!(slash, dash);
        assert_ne!(
            branch_series("p/", "main", Some("api-2")),
            nth_branch(&branch_series("p/", "main", Some("api")), 2)
        );
        for app in ["a/../b", "ü\n", "-x-", ".", &"x".repeat(500)] {
            let name = branch_series("p/", "main", Some(app));
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
            assert_eq!(app_series(branch, "p/main"), app, "{branch}");
        }
        assert_eq!((nth_branch("a", 1), nth_branch("a", 3)), ("a".to_owned(), "a-3".to_owned()));
    }
}
