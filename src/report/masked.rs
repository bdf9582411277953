//! Secrets out of what is shown of deploy files: values of variables that tell by their name, tokens by their form.

/// Names of public things that look random.
const PUBLIC: [&str; 2] = ["nixpkgsArchive", "nixOverlays"];

/// What is shown in the place of a secret.
const HIDDEN: &str = "…";
/// Bytes of a text that are looked at together.
const PART: usize = 4096;
/// Bytes of the shortest text that a secret makes: a name, a sign and a value.
const SHORTEST: usize = 5;

/// A line of a file without its secrets.
pub(super) fn line(text: &str) -> String {
    let shown = nixpacks_diagnose::mask(text);
    // Of a very long line only the beginning is looked at.
    let is_public = PUBLIC.iter().any(|name| text.contains(name)) || text.starts_with(&shown);
    if is_public { text.to_owned() } else { shown }
}

/// A text of any length without its secrets; `None` where it has none.
pub(super) fn text(text: &str) -> Option<String> {
    // Nothing shorter is taken for one.
    if text.len() < SHORTEST {
        return None;
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(part_length(rest));
        // Of one word that is so long nothing is known.
        if part.len() > PART {
            shown.push_str(HIDDEN);
            shown.push(' ');
        } else {
            shown.push_str(&line(part));
        }
        rest = after;
    }
    (shown != text).then_some(shown)
}

/// The length of the first words of a text that are looked at together, with the blank behind them: no more than
/// [`PART`], where one word alone is no longer.
fn part_length(text: &str) -> usize {
    let end = (0..=PART.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    if end == text.len() {
        return end;
    }
    let blank = |(at, c): (usize, char)| c.is_whitespace().then_some(at + c.len_utf8());
    let within = text.get(..end).and_then(|head| head.char_indices().rev().find_map(blank));
    within.or_else(|| text.char_indices().find_map(blank)).unwrap_or(text.len())
}

/// Lines of a file without their secrets, and where a place in them is then.
pub(super) fn lines(text: &str, place: (usize, usize)) -> (String, (usize, usize)) {
    let shown: String = text.split_inclusive('\n').map(line).collect();
    if shown == text {
        return (shown, place);
    }
    let start = moved(text, &shown, place.0, false);
    let end = moved(text, &shown, place.1, true).max(start);
    (shown, (start, end))
}

/// Where a byte of a text is in what is shown of it. One that is hidden is at the sign that hides it: before it, or
/// `behind` it.
fn moved(text: &str, shown: &str, at: usize, behind: bool) -> usize {
    let (mut old, mut new) = (0, 0);
    for piece in shown.split_inclusive(HIDDEN) {
        let kept = piece.strip_suffix(HIDDEN).unwrap_or(piece);
        let Some(found) = text.get(old..).and_then(|rest| rest.find(kept)) else { break };
        let start = old + found;
        if at < start {
            return if behind { new } else { new.saturating_sub(HIDDEN.len()) };
        }
        if at <= start + kept.len() {
            return new + at - start;
        }
        old = start + kept.len();
        new += piece.len();
    }
    new.min(shown.len())
}

/// Whether a line of a file has a secret in it.
pub(super) fn has_secret(text: &str) -> bool {
    let text = text.trim_end();
    line(text) != text
}

/// The value of a variable, as far as it may be shown.
pub(super) fn value(name: &str, value: &str) -> String {
    let shown = line(&format!("{name}={value}"));
    shown.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).unwrap_or("…").to_owned()
}

#[cfg(test)]
mod tests {
    use super::{PART, has_secret, line, lines, text, value};

    #[test]
    fn hides_what_looks_like_a_secret_and_shows_the_rest() {
        assert_eq!(value("API_KEY", "sk_live_51H8abcdefghijklmnop"), "…");
        assert_eq!(value("NIXPACKS_PYTHON_VERSION", "3.11"), "3.11");
        assert_eq!(value("DATABASE", "postgres://a:b@db/x"), "postgres://…@db/x");
        assert!(has_secret("TOKEN = \"abc\"\n"));
        assert!(!has_secret("cmds = [\"pip install flask\"]\n"));
        let archive = "nixpkgsArchive = \"bc8f8d1be58e8c8383e683a06e1e1e57893fff87\"";
        assert_eq!(line(archive), archive);
    }

    #[test]
    fn finds_a_place_again_beside_what_is_hidden() {
        let source = "cmd = \"A_KEY=abc python x --token=def main.py\"\nPORT = 1";
        let shown = "cmd = \"A_KEY=… python x --token=… main.py\"\nPORT = 1";
        for (part, want) in [
            ("cmd", "cmd"),
            ("python x", "python x"),
            ("main.py", "main.py"),
            ("PORT", "PORT"),
            ("abc", "…"),
            ("A_KEY=abc python", "A_KEY=… python"),
            ("b", "…"),
        ] {
            let start = source.find(part).unwrap_or_default();
            let (text, (from, to)) = lines(source, (start, start + part.len()));
            assert_eq!(text, shown);
            assert_eq!(text.get(from..to), Some(want), "{part}");
        }
        assert_eq!(lines("x = 1", (2, 3)), ("x = 1".to_owned(), (2, 3)));
    }

    #[test]
    fn hides_secrets_wherever_they_are_in_a_long_text() {
        assert_eq!(text("pip install flask"), None);
        assert_eq!(text(&"é ".repeat(PART)), None);
        for before in [0, 100, PART / 2 - 4, PART / 2, PART, 3 * PART] {
            let long = format!("{}API_TOKEN=abc {}", "x ".repeat(before), "y ".repeat(before));
            let shown = text(&long).unwrap_or_default();
            assert_eq!(shown, long.replace("=abc", "=…"), "{before}");
        }
        assert_eq!(text(&format!("a {} b", "é".repeat(PART))).as_deref(), Some("a … b"));
    }
}
