//! What is wrong, one failure pattern a file, and the registry of them.

mod info;

pub use info::{RULES, RuleInfo, Severity, rule};
