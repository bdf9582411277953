//! Sentences that several formats share. A prediction is always called a prediction.

use super::text::escape;
use nixpacks_transforms::simulate::{Outcome, Verdict};

/// What the prediction does not cover.
pub(crate) const NOT_CHECKED: &str =
    "not checked: whether packages compile, system libraries, the app's own code, settings in the dashboard";

/// What a comparison with Railpack does not cover.
pub(crate) const NOT_COMPARED: &str =
    "not checked: whether it builds, names in private registries, settings in the dashboard";

/// What is said of an app in place of the prediction where another builder takes it.
pub(crate) const OTHER_BUILDER: &str =
    "not built with Nixpacks, so there is nothing to fix (`--builder nixpacks` checks it all the same)";

/// When the second prediction of an app on Railway holds.
pub(crate) const RETIRED: &str = "when Railway no longer reads its railway.json or railway.toml";

/// The prediction with its command and error, as a phrase that goes on from the name of the app.
pub(crate) fn verdict(verdict: &Verdict) -> String {
    let detail = escape(&verdict.detail);
    let at = match &verdict.command {
        Some(command) => format!(", at `{}`", escape(&shorten(command))),
        None => String::new(),
    };
    let (what, detail) = (outcome(verdict.outcome), detail.trim_end_matches('.'));
    match detail {
        "" => what,
        // Ex) `if ffmpg exists in nixpkgs`
        condition if verdict.builds() => format!("{what}, {condition}"),
        detail => format!("{what}{at}: {detail}"),
    }
}

/// What is predicted, as a phrase that goes on from "it is" or stands alone. All output has it from here.
pub(crate) fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Builds => "predicted to install and start".to_owned(),
        Outcome::Fails { stage, .. } => format!("predicted to fail {}", stage.phrase()),
        Outcome::Unknown => "not predictable".to_owned(),
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

/// `text` in lines of at most `width` characters, broken between words; a longer word stays whole. The first line
/// starts with `first`, the others with `other`.
pub(crate) fn wrap(text: &str, width: usize, first: &str, other: &str) -> String {
    let mut out = String::from(first);
    let mut used = first.chars().count();
    let mut empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = columns(word);
        if !empty && used + 1 + length > width {
            out.push('\n');
            out.push_str(other);
            used = other.chars().count();
        } else if !empty {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += length;
        empty = false;
    }
    out
}

/// The characters of a word that are seen: a colour takes up no place.
fn columns(word: &str) -> usize {
    let mut parts = word.split('\x1b');
    let plain = parts.next().map_or(0, |part| part.chars().count());
    plain + parts.map(|part| part.split_once('m').map_or(0, |(_, rest)| rest.chars().count())).sum::<usize>()
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
    use super::{count, list, shell_word, shorten, verdict, wrap};
    use nixpacks_transforms::simulate::{Outcome, Reason, Stage, Verdict};

    #[test]
    fn calls_a_prediction_one() {
        let said = |outcome| {
            let detail = "pip: command not found.".to_owned();
            verdict(&Verdict { outcome, progress: 0, command: Some("pip install\n-U".to_owned()), detail })
        };
        assert_eq!(said(Outcome::Builds), "predicted to install and start, pip: command not found");
        assert_eq!(
            said(Outcome::Fails { stage: Stage::Build, reason: Reason::PipNotFound }),
            "predicted to fail in the build, at `pip install\\n-U`: pip: command not found"
        );
        assert!(said(Outcome::Unknown).starts_with("not predictable, at `pip"));
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
    fn wraps_between_words_and_counts_no_colours() {
        assert_eq!(wrap("one two three", 7, "", "  "), "one two\n  three");
        assert_eq!(wrap("\x1b[31mone\x1b[0m two three", 7, "", ""), "\x1b[31mone\x1b[0m two\nthree");
    }

    #[test]
    fn quotes_words_that_a_shell_would_split() {
        assert_eq!(shell_word("a/nixpacks.toml"), "a/nixpacks.toml");
        assert_eq!(shell_word("a b'c"), r"'a b'\''c'");
        assert_eq!(shorten(&"x".repeat(500)).chars().count(), 121);
    }
}
