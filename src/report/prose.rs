//! Sentences. A prediction is always called one.

use super::text::escape;
use nixpacks_transforms::walk::{Outcome, Stage, Verdict};

/// What no verdict covers.
pub(crate) const NOT_CHECKED: &str =
    "not checked: whether packages compile, native libraries, the app's own code, what the dashboard sets";

/// The verdict as a phrase that goes on from the app's name.
pub(crate) fn verdict(verdict: &Verdict) -> String {
    let detail = escape(&verdict.detail);
    let at = match &verdict.command {
        Some(command) => format!(" at `{}`", escape(&shorten(command))),
        None => String::new(),
    };
    match verdict.outcome {
        Outcome::Builds => "predicted to install and start".to_owned(),
        Outcome::Fails { stage, .. } => format!("predicted to fail {}{at}{}", place(stage), after(&detail)),
        Outcome::Unknown => format!("cannot be predicted{at}{}", after(&detail)),
    }
}

fn after(detail: &str) -> String {
    if detail.is_empty() { String::new() } else { format!(": {}", detail.trim_end_matches('.')) }
}

/// Where a run stops, as a phrase.
pub(crate) fn place(stage: Stage) -> &'static str {
    match stage {
        Stage::Plan => "when Nixpacks reads its files",
        Stage::Nix => "when Nix installs the packages",
        Stage::Build => "in the build",
        Stage::Start => "at start",
    }
}

/// A command short enough for a sentence.
pub(crate) fn shorten(command: &str) -> String {
    let mut chars = command.trim().chars();
    let head: String = chars.by_ref().take(120).collect();
    if chars.next().is_some() { format!("{head}…") } else { head }
}

/// `1 finding`, `2 findings`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A word of a shell command, quoted if it must be.
pub(crate) fn shell_word(word: &str) -> String {
    let plain = |ch: char| ch.is_alphanumeric() || "._/-+=@:,%".contains(ch);
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with('-') {
        return word.to_owned();
    }
    format!("'{}'", escape(word).replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{count, list, shell_word, shorten, verdict};
    use nixpacks_transforms::walk::{Outcome, Reason, Stage, Verdict};

    #[test]
    fn calls_a_prediction_one() {
        let said = |outcome| {
            let detail = "pip: command not found.".to_owned();
            verdict(&Verdict { outcome, progress: 0, command: Some("pip install\n-U".to_owned()), detail })
        };
        assert_eq!(said(Outcome::Builds), "predicted to install and start");
        assert_eq!(
            said(Outcome::Fails { stage: Stage::Build, reason: Reason::PipNotFound }),
            "predicted to fail in the build at `pip install\\n-U`: pip: command not found"
        );
        assert!(said(Outcome::Unknown).starts_with("cannot be predicted"));
    }

    #[test]
    fn counts_and_lists_as_people_do() {
        assert_eq!(
            (count(1, "finding"), count(0, "finding")),
            ("1 finding".to_owned(), "0 findings".to_owned())
        );
        let items = |n: usize| ["a", "b", "c"].iter().take(n).map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            (list(&items(1)), list(&items(2)), list(&items(3))),
            ("a".into(), "a and b".into(), "a, b and c".into())
        );
    }

    #[test]
    fn quotes_words_that_a_shell_would_split() {
        assert_eq!(shell_word("a/nixpacks.toml"), "a/nixpacks.toml");
        assert_eq!(shell_word("a b'c"), r"'a b'\''c'");
        assert_eq!(shorten(&"x".repeat(500)).chars().count(), 121);
    }
}
