//! Makes text from a repository harmless in messages and titles: it mentions nobody, names and closes no issue, and
//! keeps no checks from running.

/// What a path ends with before the number of an issue or a pull request.
const NUMBERED: [&str; 5] = ["/issues/", "/pull/", "/pulls/", "/merge_requests/", "/work_items/"];
/// The longest text between brackets that is looked at.
const LONGEST_DIRECTIVE: usize = 80;
/// What closes an issue that is named behind it (GitHub's and GitLab's words begin so).
const CLOSING: [&str; 4] = ["clos", "fix", "resolv", "implement"];

/// `text`, a blank put where a forge would see a person or an issue.
pub(crate) fn inert(text: &str) -> String {
    let text = without_directives(text);
    let mut out = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut chars = text.chars().peekable();
    while let Some(ch) = chars.next() {
        out.push(ch);
        let is_number = chars.peek().is_some_and(char::is_ascii_digit);
        let mentions = ch == '@'
            && !before.is_some_and(is_word)
            && chars.peek().is_some_and(|next| is_word(*next) || !next.is_ascii());
        if mentions || (is_number && names_an_issue(&out)) {
            out.push(' ');
        }
        before = Some(ch);
    }
    out
}

/// `text` as Markdown has it between backticks, where people and issues are not looked for. What closes an issue is
/// not named all the same: a squashed commit may get the description for its message.
pub(crate) fn inert_code(text: &str) -> String {
    let mut words = text.split(|ch: char| !ch.is_ascii_alphabetic()).map(str::to_ascii_lowercase);
    let closes = words.any(|word| CLOSING.iter().any(|begin| word.starts_with(begin)));
    if closes { inert(text) } else { without_directives(text) }
}

fn is_word(ch: char) -> bool {
    ch.is_ascii_alphanumeric() || ch == '_'
}

/// Whether a number that follows `text` would be that of an issue: `#1`, `a/b#1`, `!1`, `GH-1`, or an address.
fn names_an_issue(text: &str) -> bool {
    let tail: String = text.chars().rev().take(20).collect::<Vec<_>>().into_iter().rev().collect();
    let lower = tail.to_ascii_lowercase();
    let prefixed = ["gh-", "gl-"].iter().any(|prefix| {
        lower.strip_suffix(prefix).is_some_and(|before| !before.chars().next_back().is_some_and(is_word))
    });
    lower.ends_with(['#', '!']) || prefixed || NUMBERED.iter().any(|path| lower.ends_with(path))
}

/// `text` without `[skip ci]` and its like: between other brackets they say nothing.
fn without_directives(text: &str) -> String {
    let text = text.replace("***", "* * *");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        rest = after;
        match after.split_once(']') {
            Some((inner, behind)) if is_directive(inner) => {
                out.extend(["(", inner, ")"]);
                rest = behind;
            }
            _ => out.push('['),
        }
    }
    out + rest
}

/// `skip ci`, `ci skip`, `no ci`, and the same for one of the services.
fn is_directive(inner: &str) -> bool {
    let plain = |ch: char| ch.is_alphanumeric() || " \t-_".contains(ch);
    if inner.len() > LONGEST_DIRECTIVE || !inner.chars().all(plain) {
        return false;
    }
    let words: Vec<String> = inner
        .split(|ch: char| !ch.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.len() > 1 && words.iter().any(|word| word == "skip" || word == "no")
}

#[cfg(test)]
mod tests {
    use super::{inert, inert_code};

    #[test]
    fn a_forge_sees_nobody_and_nothing_in_it() {
        for (text, want) in [
            ("ask @team-x, @a_b and (@ada)", "ask @ team-x, @ a_b and (@ ada)"),
            ("ü@ada .@ada", "ü@ ada .@ ada"),
            (
                "git@host ada@example.org requests @ https://x",
                "git@host ada@example.org requests @ https://x",
            ),
            ("fixes #12, a/b#1", "fixes # 12, a/b# 1"),
            ("GH-12 gh-1 xgh-1 !3", "GH- 12 gh- 1 xgh-1 ! 3"),
            ("https://h/a/b/-/issues/12 /pull/3 /x/3", "https://h/a/b/-/issues/ 12 /pull/ 3 /x/3"),
            ("[skip ci] [CI-Skip] [no  ci] [actions skip]", "(skip ci) (CI-Skip) (no  ci) (actions skip)"),
            ("***NO_CI*** a[b] [[skip ci]] [x", "* * *NO_CI* * * a[b] [(skip ci)] [x"),
            ("pip install \"flask[async]==3\" 2>&1 # x", "pip install \"flask[async]==3\" 2>&1 # x"),
        ] {
            assert_eq!(inert(text), want);
            assert_eq!(inert(want), want, "twice");
        }
    }

    #[test]
    fn code_keeps_what_is_none_of_a_forges_business() {
        assert_eq!(inert_code("@ada #1 [skip ci]"), "@ada #1 (skip ci)");
        assert_eq!(inert_code("Fixes: #1"), "Fixes: # 1");
    }
}
