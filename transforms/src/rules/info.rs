/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Has no effect, or is risky.
    Warning,
    /// A predicted failure.
    Error,
}

impl Severity {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A rule's metadata. `explain`, the list of rules and machine output all read this.
#[derive(Debug)]
pub struct RuleInfo {
    /// Kebab-case; names the problem, and is the stem of the rule's file.
    pub id: &'static str,
    /// One line, lower case.
    pub summary: &'static str,
    /// Markdown with the fixed headings of `explain`.
    pub docs: &'static str,
}
