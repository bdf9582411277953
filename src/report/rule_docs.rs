//! Parts of what the rules say of themselves.

use super::json;
use nixpacks_transforms::rules::RuleInfo;
use serde::Serialize;

#[derive(Serialize)]
struct Rules<'a> {
    version: u32,
    rules: Vec<RuleReport<'a>>,
}

#[derive(Serialize)]
struct RuleReport<'a> {
    /// The builder whose check has it.
    builder: &'a str,
    id: &'a str,
    summary: &'a str,
    docs: &'a str,
    page: String,
}

/// The list of rules.
pub(crate) fn rules_json(
    nixpacks: &[&'static RuleInfo],
    railpack: &[&'static RuleInfo],
) -> anyhow::Result<String> {
    let of = |rule: &&'static RuleInfo, builder| RuleReport {
        builder,
        id: rule.id,
        summary: rule.summary,
        docs: rule.docs,
        page: page(rule),
    };
    let nixpacks = nixpacks.iter().map(|rule| of(rule, "nixpacks"));
    let rules = nixpacks.chain(railpack.iter().map(|rule| of(rule, "railpack")));
    json::to_text(&Rules { version: json::VERSION, rules: rules.collect() })
}

/// The address of the page of a rule.
pub(crate) fn page(rule: &RuleInfo) -> String {
    format!("{}/blob/main/docs/rules.md#{}", env!("CARGO_PKG_REPOSITORY"), rule.id)
}

/// What stands below a heading of a rule's documentation; empty where there is none of that name.
pub(super) fn section<'r>(rule: &'r RuleInfo, heading: &str) -> &'r str {
    let mut parts = rule.docs.split("\n## ").map(|part| part.trim_start_matches("## "));
    let found = parts.find_map(|part| part.strip_prefix(heading)?.strip_prefix('\n'));
    found.unwrap_or_default().trim()
}

/// Why what the rule finds fails, in a paragraph: links are on lines of their own.
pub(super) fn why_it_fails(rule: &RuleInfo) -> String {
    let text = section(rule, "Why it fails");
    let is_link = |part: &str| part.trim_start().starts_with("See also: ");
    text.split("\n\n").filter(|part| !is_link(part)).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{section, why_it_fails};
    use nixpacks_transforms::rules::RULES;

    #[test]
    fn every_rule_says_what_it_finds_why_that_fails_and_what_the_fix_does() {
        for rule in RULES.iter().chain(nixpacks_railpack::rules::RULES) {
            for heading in ["What it does", "Fix"] {
                let text = section(rule, heading);
                assert!(!text.is_empty() && !text.contains("\n## "), "{}: {text:?}", rule.id);
            }
            let why = why_it_fails(rule);
            assert!(!why.is_empty() && !why.contains("See also"), "{}: {why:?}", rule.id);
        }
        assert_eq!(section(RULES[0], "No such"), "");
    }
}
