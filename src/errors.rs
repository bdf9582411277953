//! Errors as a person reads them: one line from what was tried to why it failed, and below it what git said.

use crate::report::text::{escape, quote};
use anyhow::Error;
use std::io;

/// Nothing was found to look at: the one error that has an exit status of its own.
#[derive(Debug)]
pub(crate) struct NoInput(pub(crate) &'static str);

impl std::fmt::Display for NoInput {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.0)
    }
}

impl std::error::Error for NoInput {}

/// A git command that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GitFailed {
    /// A lower-case phrase that names the command.
    pub(crate) what: String,
    /// What it wrote to standard error, for messages that quote it line by line.
    pub(crate) stderr: String,
}

impl std::fmt::Display for GitFailed {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.what)
    }
}

impl std::error::Error for GitFailed {}

/// Adds `error: a: b: c` and the lines that git wrote, all of it safe to show on a terminal.
pub(crate) fn print(error: &Error, out: &mut String) {
    out.push_str("error: ");
    out.push_str(&escape(&line(error)));
    out.push('\n');
    quote(stderr(error).unwrap_or_default(), out);
}

/// The error and its causes on one line: `a: b: c`.
pub(crate) fn line(error: &Error) -> String {
    error.chain().map(cause).collect::<Vec<_>>().join(": ")
}

/// The same, with the lines that git wrote below it.
pub(crate) fn lines(error: &Error) -> String {
    match stderr(error) {
        Some(stderr) => format!("{}\n{stderr}", line(error)),
        None => line(error),
    }
}

/// What git wrote to standard error, where a git command is among the causes and wrote anything.
fn stderr(error: &Error) -> Option<&str> {
    let failed = error.chain().find_map(|cause| cause.downcast_ref::<GitFailed>())?;
    Some(failed.stderr.trim()).filter(|stderr| !stderr.is_empty())
}

/// One error without its causes, as a lower-case phrase.
pub(crate) fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        let text = error.to_string();
        return lower_case(text.split(" (os error").next().unwrap_or_default());
    }
    if let Some(error) = error.downcast_ref::<git2::Error>() {
        // Its `Display` adds the numbers of libgit2's own classes.
        return lower_case(error.message());
    }
    error.to_string()
}

/// `text` with its first letter in lower case, unless the first word is a name such as `HEAD`.
fn lower_case(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (_, Some(second)) if second.is_uppercase() => text.to_owned(),
        (Some(first), _) => first.to_lowercase().chain(chars).collect(),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{GitFailed, line, lines, print};
    use anyhow::{Context as _, Error, anyhow};
    use std::io;

    fn denied() -> Error {
        Error::new(io::Error::from_raw_os_error(13)).context("failed to read `a\nb`")
    }

    #[test]
    fn names_what_was_tried_and_why_it_failed_without_numbers() {
        let said = line(&denied());
        assert!(said.starts_with("failed to read `a\nb`: "), "{said}");
        assert!(!said.contains("os error") && !said.contains(": P"), "{said}");
        let of_git2 = git2::Repository::open("/no/such/place").map(drop).context("cannot open it");
        let said = of_git2.map_err(|error| line(&error)).err().unwrap_or_default();
        assert!(said.starts_with("cannot open it: failed to") && !said.contains("class="), "{said}");
        let named: Error = git2::Error::from_str("HEAD is odd").into();
        assert_eq!(line(&named), "HEAD is odd");
    }

    #[test]
    fn quotes_git_below_the_line_and_escapes_all_of_it() {
        let failed = GitFailed { what: "`git x` failed".to_owned(), stderr: "one\x1b[31m\ntwo\n".to_owned() };
        let error = Error::new(failed).context("cannot push");
        assert_eq!(lines(&error), "cannot push: `git x` failed\none\x1b[31m\ntwo");
        let mut out = String::new();
        print(&error, &mut out);
        assert_eq!(out, "error: cannot push: `git x` failed\n  | one\\u{1b}[31m\n  | two\n");
        let mut out = String::new();
        print(&denied(), &mut out);
        assert_eq!(out.lines().count(), 1, "{out}");
        assert_eq!(lines(&anyhow!("plain")), "plain");
    }
}
