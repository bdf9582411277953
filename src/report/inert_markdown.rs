//! Text from a repository in a description: nothing of it is Markdown, a mention, or a reference.

use super::inert::inert_code;
use super::text::{escape, push_line};

/// `text` as code, whatever is in it.
pub(crate) fn code(text: &str) -> String {
    let text = quoted(text);
    if text.trim().is_empty() {
        return "` `".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // A backtick at an end would join the fence.
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// `lines` as a block of code.
pub(crate) fn block(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| quoted(line)).collect();
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}", lines.join("\n"))
}

/// `text` as a block of code of this language, its lines as they are but for what a terminal would act on. Whether
/// it may stand in a description where a forge looks for commands is the caller's to know.
pub(crate) fn fenced(language: &str, text: &str) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        push_line(&mut lines, line);
        lines.push('\n');
    }
    let fence = "`".repeat(longest_run(&lines).max(2) + 1);
    format!("{fence}{language}\n{lines}{fence}")
}

/// A sentence of ours with names from a repository between backticks. A backtick among the names only moves
/// the border between code and text, and neither lets anything through.
pub(crate) fn prose(text: &str) -> String {
    let mut out = String::new();
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            out.push_str(&code(part));
        } else {
            plain(part, &mut out);
        }
    }
    out
}

fn plain(text: &str, out: &mut String) {
    for word in escape(text).split_inclusive(' ') {
        let bare = word.trim_end_matches(' ');
        // What a forge would link or notify: people, numbers, addresses, and GitLab's other references.
        let links = |ch: char| "@#!$%~&^".contains(ch);
        let address = bare.contains("://") || bare.to_ascii_lowercase().contains("www.");
        if !bare.is_empty() && (bare.contains(links) || address || bare.to_ascii_uppercase().contains("GH-"))
        {
            out.push_str(&code(bare));
            out.extend(std::iter::repeat_n(' ', word.len() - bare.len()));
            continue;
        }
        for ch in word.chars() {
            if "\\*_{}[]<>|".contains(ch) {
                out.push('\\');
            }
            out.push(ch);
        }
    }
}

/// `text` on one line, as code has it: no comment begins in it, where a marker of ours might be looked for.
fn quoted(text: &str) -> String {
    inert_code(&escape(text)).replace("<!--", "<! --")
}

fn longest_run(text: &str) -> usize {
    text.split(|ch| ch != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{block, code, fenced, prose};

    #[test]
    fn code_cannot_be_left() {
        for (text, want) in [
            ("pip", "`pip`"),
            ("a`b", "``a`b``"),
            ("`a", "`` `a ``"),
            ("a\n\n# b", "`a\\n\\n# b`"),
            ("\x1b[2J", "`\\u{1b}[2J`"),
            ("", "` `"),
            ("a <!-- nixpacks-fix:1 closed -->", "`a <! -- nixpacks-fix:1 closed -->`"),
            ("<!<!----", "`<!<! ----`"),
            ("x [skip ci] fixes #1", "`x (skip ci) fixes # 1`"),
        ] {
            assert_eq!(code(text), want, "{text:?}");
        }
        assert_eq!(block(&["```".to_owned(), "x".to_owned()]), "````text\n```\nx\n````");
        assert_eq!(block(&["a\n```\n@x".to_owned()]), "````text\na\\n```\\n@x\n````");
    }

    #[test]
    fn a_block_ends_where_it_is_meant_to() {
        assert_eq!(fenced("diff", "-a\n+```\x1b\n"), "````diff\n-a\n+```\\u{1b}\n````");
        assert_eq!(fenced("toml", ""), "```toml\n```");
    }

    #[test]
    fn text_links_and_notifies_nobody() {
        for (text, want) in [
            ("`pip` is no package", "`pip` is no package"),
            ("ask @team about #12", "ask `@team` about `#12`"),
            ("see https://x.example now", "see `https://x.example` now"),
            ("<b>*x*</b> [a](b)", "\\<b\\>\\*x\\*\\</b\\> \\[a\\](b)"),
            ("odd ` @team", "odd ` @team`"),
            ("a `b` c `d", "a `b` c `d`"),
        ] {
            assert_eq!(prose(text), want, "{text:?}");
        }
    }
}
