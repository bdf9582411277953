//! What platforms write in front of a line: time stamps, levels, names of services.

/// A line without what a platform wrote in front of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stripped<'a> {
    pub(crate) text: &'a str,
    /// Railway's stamp, with or without a level.
    pub(crate) railway: bool,
    /// Coolify's stamp.
    pub(crate) coolify: bool,
    /// The service of a compose log.
    pub(crate) service: Option<&'a str>,
}

impl Stripped<'_> {
    /// A platform stamped the line: it is no prose.
    pub(crate) fn is_stamped(&self) -> bool {
        self.railway || self.coolify
    }
}

/// Takes prefixes away until there is none.
pub(crate) fn strip(text: &str) -> Stripped<'_> {
    let mut found = Stripped { text, ..Stripped::default() };
    for _ in 0..3 {
        if let Some(rest) = iso(found.text) {
            found = Stripped { text: rest, railway: true, ..found };
        } else if let Some(rest) = month_in_letters(found.text) {
            found = Stripped { text: rest, coolify: true, ..found };
        } else if let Some(rest) =
            bracketed(found.text).or_else(|| clock(found.text)).or_else(|| level(found.text))
        {
            found.text = rest;
        } else if let Some(rest) = quoted(found.text) {
            found.text = rest;
        } else if let Some((service, rest)) = compose(found.text) {
            found = Stripped { text: rest, service: Some(service), ..found };
        } else {
            break;
        }
    }
    found
}

/// `text` after its first characters, which have to look like `shape`: `0` is a digit, `A` a letter.
fn shaped<'a>(text: &'a str, shape: &str) -> Option<&'a str> {
    let bytes = text.as_bytes().get(..shape.len())?;
    let fits = |(byte, want): (&u8, u8)| match want {
        b'0' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_alphabetic(),
        want => *byte == want,
    };
    bytes.iter().zip(shape.bytes()).all(fits).then(|| text.get(shape.len()..)).flatten()
}

fn without_digits(text: &str) -> &str {
    text.trim_start_matches(|ch: char| ch.is_ascii_digit())
}

/// `2026-01-26T21:33:20.392777550Z [inf]  text`
fn iso(text: &str) -> Option<&str> {
    let rest = shaped(text.trim_start(), "0000-00-00T00:00:00")?;
    let rest = rest.strip_prefix('.').map_or(rest, without_digits);
    let rest =
        rest.strip_prefix('Z').or_else(|| shaped(rest, "+00:00")).or_else(|| shaped(rest, "-00:00"))?;
    let rest = rest.strip_prefix([' ', '\t']).unwrap_or(rest);
    let level = ["[inf]", "[err]", "[wrn]", "[dbg]"].iter().find_map(|level| rest.strip_prefix(level));
    let Some(rest) = level else { return Some(rest) };
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}

/// `2026-Feb-09 09:10:56.747447 text`, also with `[DEBUG]` before the text, also glued to it.
fn month_in_letters(text: &str) -> Option<&str> {
    let rest = shaped(text.trim_start(), "0000-AAA-00 00:00:00")?;
    let rest = rest.strip_prefix('.').map_or(rest, without_digits);
    let rest = rest.trim_start_matches("**").strip_prefix(' ').unwrap_or(rest.trim_start_matches("**"));
    Some(rest.strip_prefix("[DEBUG]").map_or(rest, |rest| rest.strip_prefix(' ').unwrap_or(rest)))
}

/// `[build] [12/24/2025, 9:34:39 AM] text`
fn bracketed(text: &str) -> Option<&str> {
    let rest = ["[build] [", "[deploy] ["].iter().find_map(|start| text.strip_prefix(start))?;
    if !rest.starts_with(|ch: char| ch.is_ascii_digit()) {
        return None;
    }
    let (stamp, rest) = rest.split_once(']')?;
    (stamp.len() < 40).then(|| rest.strip_prefix(' ').unwrap_or(rest))
}

/// `[INFO] text` and `[ERRO] text`, as Railway's command line writes levels.
fn level(text: &str) -> Option<&str> {
    ["[INFO] ", "[ERRO] ", "[WARN] ", "[DEBU] ", "[DBUG] "].iter().find_map(|level| text.strip_prefix(level))
}

/// `2:08:47 PM: text`, or a time alone.
fn clock(text: &str) -> Option<&str> {
    let rest = shaped(text, "00:00:00").or_else(|| shaped(text, "0:00:00"))?;
    let rest = rest.strip_prefix('.').map_or(rest, without_digits);
    let rest = [" AM", " PM"].iter().find_map(|half| rest.strip_prefix(half)).unwrap_or(rest);
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix(": ").or_else(|| rest.strip_prefix(' '))
}

/// A line of a log that a mail or a comment quotes: `> #10 0.3 text`.
fn quoted(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("> ")?;
    let numbered =
        rest.strip_prefix('#').is_some_and(|rest| rest.starts_with(|ch: char| ch.is_ascii_digit()));
    (numbered || shaped(rest, "0000-00-00T").is_some()).then_some(rest)
}

/// `api-1  | text`
fn compose(text: &str) -> Option<(&str, &str)> {
    let start = text.get(..text.len().min(48)).unwrap_or_default();
    let at = start.find(" | ")?;
    let service = start.get(..at)?.trim_end();
    let (name, number) = service.rsplit_once(['-', '_'])?;
    let fits = !name.is_empty()
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    fits.then(|| text.get(at + 3..)).flatten().map(|rest| (service, rest))
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn what_platforms_write_in_front_goes() {
        for (text, want) in [
            ("2026-01-26T21:33:20.392777550Z [inf]  [stage-0 6/9] RUN x", "[stage-0 6/9] RUN x"),
            ("2026-01-26T21:33:20Z [err]  x", "x"),
            ("2026-01-26T21:33:20.39Z [inf]    indented", "  indented"),
            ("2026-01-26T21:33:20.39Z x", "x"),
            ("2026-Feb-09 09:10:56.747447", ""),
            ("2026-Feb-09 09:10:56.747447 text", "text"),
            ("2026-Feb-09 09:10:56.747447 [DEBUG] #1 DONE", "#1 DONE"),
            ("2026-Feb-09 09:10:56.747447**[CMD]: docker", "[CMD]: docker"),
            ("[build] [12/24/2025, 9:34:39 AM] text", "text"),
            ("2:08:47 PM: text", "text"),
            ("11:48:01", ""),
            ("> #10 0.3 text", "#10 0.3 text"),
            ("> [stage-0 6/9] RUN x:", "> [stage-0 6/9] RUN x:"),
            ("[ERRO] [stage-0 6/9] RUN x", "[stage-0 6/9] RUN x"),
            ("api-1  | error", "error"),
            ("  20 | >>> RUN x", "  20 | >>> RUN x"),
            ("| >>> RUN x", "| >>> RUN x"),
            ("#10 40.10 x | y", "#10 40.10 x | y"),
            ("plain", "plain"),
        ] {
            assert_eq!(strip(text).text, want, "{text}");
        }
        assert_eq!(strip("web_1 | x").service, Some("web_1"));
        assert!(strip("2026-Feb-09 09:10:56.747447 x").coolify);
    }
}
