//! What more than one provider needs.

pub(super) mod js;
mod package_json;
mod semver;

use regex::Regex;

/// A pattern of ours.
#[expect(clippy::expect_used, reason = "the patterns are constants, and a test compiles each")]
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours compiles")
}
