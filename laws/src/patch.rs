//! Applies a unified diff of one file, as `patch` does without fuzz.

/// The text after the patch; an error says which line of the patch does not fit.
pub fn apply(before: &str, patch: &str) -> Result<String, String> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let mut lines = patch.split_inclusive('\n').enumerate().peekable();
    let (mut out, mut at, mut written) = (String::new(), 0, 0);
    for name in ["--- ", "+++ "] {
        lines.next().filter(|(_, line)| line.starts_with(name)).ok_or("no names")?;
    }
    // What is left to read of the hunk: lines of the old text, lines of the new one.
    let mut left = (0, 0);
    while let Some((number, line)) = lines.next() {
        let fail = |why: &str| Err(format!("line {}: {why}: {line:?}", number + 1));
        if left == (0, 0) {
            let Some((from, to, counts)) = header(line) else { return fail("no header") };
            let Some(skipped) = old.get(at..from) else { return fail("hunks out of order") };
            out.extend(skipped.iter().copied());
            written += skipped.len();
            if written != to {
                return fail("another place in the new text");
            }
            (at, left) = (from, counts);
            continue;
        }
        let unended = lines.next_if(|(_, next)| next.starts_with('\\')).is_some();
        let (sign, text) = line.split_at_checked(1).unwrap_or((line, ""));
        let text = if unended { text.strip_suffix('\n').unwrap_or(text) } else { text };
        let (takes, gives) = match sign {
            " " => (1, 1),
            "-" => (1, 0),
            "+" => (0, 1),
            _ => return fail("no sign"),
        };
        let (Some(olds), Some(news)) = (left.0.checked_sub(takes), left.1.checked_sub(gives)) else {
            return fail("more lines than the header says");
        };
        left = (olds, news);
        if takes == 1 {
            if old.get(at) != Some(&text) {
                return fail("not what stands there");
            }
            at += 1;
        }
        if gives == 1 {
            out.push_str(text);
            written += 1;
        }
    }
    if left != (0, 0) {
        return Err("fewer lines than the last header says".to_owned());
    }
    out.extend(old.get(at..).into_iter().flatten().copied());
    Ok(out)
}

/// `@@ -3,2 +3 @@`: lines before the hunk in the old text and in the new one, and how many it has.
fn header(line: &str) -> Option<(usize, usize, (usize, usize))> {
    let mut parts = line.trim_end().strip_prefix("@@ -")?.strip_suffix(" @@")?.split(" +").map(range);
    let ((from, old), (to, new)) = (parts.next()??, parts.next()??);
    // An empty range names the line before it.
    let before = |start: usize, count| if count == 0 { Some(start) } else { start.checked_sub(1) };
    Some((before(from, old)?, before(to, new)?, (old, new)))
}

fn range(text: &str) -> Option<(usize, usize)> {
    let (start, count) = text.split_once(',').unwrap_or((text, "1"));
    Some((start.parse().ok()?, count.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::apply;

    #[test]
    fn applies_what_fits_and_nothing_else() {
        let patch = "--- a/f\n+++ b/f\n@@ -2,2 +2,2 @@\n b\n-c\n\\ No newline at end of file\n+d\n";
        assert_eq!(apply("a\nb\nc", patch).as_deref(), Ok("a\nb\nd\n"));
        assert!(apply("a\nb\nc\n", patch).is_err());
        assert!(apply("b\nc", patch).is_err());
        assert_eq!(apply("", "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+a\n").as_deref(), Ok("a\n"));
        assert!(apply("", "--- a/f\n+++ b/f\n@@ -0,0 +2 @@\n+a\n").is_err());
    }
}
