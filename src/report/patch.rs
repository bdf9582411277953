//! The patch that `fix` would write, for `git apply` and `patch -p1`.

use super::Examined;
use super::difference::operations;
use super::masked;
use super::text::push_line;
use crate::app::AppLocation;
use crate::terminal::OutputStyle;
use nixpacks_transforms::engine::FileChange;
use similar::{Change, ChangeTag, group_diff_ops};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::Path;

/// Lines of context.
const CONTEXT: usize = 3;

/// The patch of one app. `here` is the canonical current directory.
pub(crate) fn patch(app: &Examined, here: Option<&Path>, style: OutputStyle) -> String {
    let Ok(outcome) = &app.result else { return String::new() };
    of(&app.home, &outcome.changes, here, style)
}

/// The patch of these changes.
pub(crate) fn of(
    home: &AppLocation,
    changes: &[FileChange],
    here: Option<&Path>,
    style: OutputStyle,
) -> String {
    Patches::default().next(home, changes, here, style)
}

/// The patches of several apps, one after the other.
#[derive(Default)]
pub(crate) struct Patches {
    seen: HashSet<String>,
}

impl Patches {
    /// The patch of the next app, without what stood in one before: apps may share a file through links, and git refuses
    /// a patch that changes the same lines twice.
    pub(crate) fn next(
        &mut self,
        home: &AppLocation,
        changes: &[FileChange],
        here: Option<&Path>,
        style: OutputStyle,
    ) -> String {
        let mut out = String::new();
        for change in changes {
            let mut text = String::new();
            file(&name(home, change, here), change, style, &mut text);
            if self.seen.insert(text.clone()) {
                out.push_str(&text);
            }
        }
        out
    }
}

/// The patches of these apps, which together are one.
pub(crate) fn together(apps: &[Examined], here: Option<&Path>, style: OutputStyle) -> Vec<String> {
    let mut patches = Patches::default();
    apps.iter()
        .filter_map(|app| Some((app, app.result.as_ref().ok()?)))
        .map(|(app, outcome)| patches.next(&app.home, &outcome.changes, here, style))
        .collect()
}

/// The path in the patch: from the current directory if the file is below it, else from the top.
fn name(home: &AppLocation, change: &FileChange, here: Option<&Path>) -> String {
    if home.dir.is_none() && !home.stdin {
        // A commit: the patch is for the root of its repository.
        let behind = home.behind.get(&change.path);
        return behind.cloned().unwrap_or_else(|| home.shown_file(&change.path));
    }
    let own = || home.on_disk(&change.path).to_owned();
    // A link cannot be patched, so the patch names the file behind it.
    let Ok(real) = home.real_path(&change.path) else { return own() };
    let below = |dir: &Path| {
        let rest = real.strip_prefix(dir).ok()?;
        let parts: Option<Vec<&str>> = rest.components().map(|part| part.as_os_str().to_str()).collect();
        parts.map(|parts| parts.join("/"))
    };
    here.and_then(below).or_else(|| below(&home.top)).unwrap_or_else(own)
}

fn file(name: &str, change: &FileChange, style: OutputStyle, out: &mut String) {
    // Split at `\n` alone: other line breakers are text to git and patch.
    let before: Vec<&str> = change.before.split_inclusive('\n').collect();
    let after: Vec<&str> = change.written().split_inclusive('\n').collect();
    let groups = group_diff_ops(operations(&before, &after), CONTEXT);
    if groups.is_empty() {
        return;
    }
    let paint = |code: &'static str| if style.color { (code, "\x1b[0m") } else { ("", "") };
    let (bold, plain) = paint("\x1b[1m");
    let old = if change.created { "/dev/null".to_owned() } else { quoted("a/", name) };
    let _ = writeln!(out, "{bold}--- {old}{plain}");
    let new = if change.removed { "/dev/null".to_owned() } else { quoted("b/", name) };
    let _ = writeln!(out, "{bold}+++ {new}{plain}");
    for group in &groups {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let (from, to) = (first.old_range().start, last.old_range().end);
        let (new_from, new_to) = (first.new_range().start, last.new_range().end);
        let lines: Vec<_> = group.iter().flat_map(|op| op.iter_changes(&before[..], &after[..])).collect();
        let (above, below) = secret_context(&lines);
        let old = range(from + above, to - below);
        let new = range(new_from + above, new_to - below);
        let lines = lines.get(above..lines.len() - below).unwrap_or_default();
        let (cyan, plain) = paint("\x1b[36m");
        let _ = writeln!(out, "{cyan}@@ -{old} +{new} @@{plain}");
        for change in lines {
            let (sign, (color, plain)) = match change.tag() {
                ChangeTag::Delete => ('-', paint("\x1b[31m")),
                ChangeTag::Insert => ('+', paint("\x1b[32m")),
                ChangeTag::Equal => (' ', ("", "")),
            };
            let line: &str = change.value();
            let (text, end) =
                line.strip_suffix('\n').map_or((line, "\n\\ No newline at end of file\n"), |t| (t, "\n"));
            let _ = write!(out, "{color}{sign}");
            if style.terminal {
                let text = text.strip_suffix('\r').unwrap_or(text);
                push_line(out, text);
            } else {
                out.push_str(text);
            }
            let _ = write!(out, "{plain}{end}");
        }
    }
}

/// How many lines of context go at both ends of a hunk, so that those with a secret are not shown. One stays below the
/// changes, without which git takes a hunk for the end of its file.
fn secret_context(lines: &[Change<&str>]) -> (usize, usize) {
    let is_context = |line: &&Change<&str>| line.tag() == ChangeTag::Equal;
    let above = lines.iter().take_while(is_context);
    let below: Vec<&Change<&str>> = lines.iter().rev().take_while(is_context).collect();
    let has_secret = |line: &Change<&str>| masked::has_secret(line.value());
    let last = above.enumerate().filter(|(_, line)| has_secret(line)).map(|(at, _)| at + 1).last();
    // From the end of the hunk: the last place that counts is the first secret below the changes.
    let first = below.iter().rposition(|line| has_secret(line)).map(|at| at + 1);
    (last.unwrap_or_default(), first.filter(|count| *count < below.len()).unwrap_or_default())
}

/// A range of a hunk's header.
fn range(start: usize, end: usize) -> String {
    match end - start {
        // An empty range names the line before it.
        0 => format!("{start},0"),
        1 => format!("{}", start + 1),
        count => format!("{},{count}", start + 1),
    }
}

/// A name as git writes it: in quotes with octal bytes if it holds anything odd; a tab closes one that holds a space.
fn quoted(prefix: &str, name: &str) -> String {
    let odd = |byte: u8| !(0x20..0x7f).contains(&byte) || byte == b'"' || byte == b'\\';
    if !name.bytes().any(odd) {
        return format!("{prefix}{name}{}", if name.contains(' ') { "\t" } else { "" });
    }
    let mut out = format!("\"{prefix}");
    for byte in name.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            _ if odd(byte) => {
                let _ = write!(out, "\\{byte:03o}");
            }
            _ => out.push(char::from(byte)),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{FileChange, OutputStyle, file, quoted};

    fn diff(before: &str, after: &str, terminal: bool) -> String {
        let change = FileChange {
            path: "f".to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            edits: Vec::new(),
            created: false,
            removed: false,
        };
        let mut out = String::new();
        file("f", &change, OutputStyle { color: false, terminal, width: None }, &mut out);
        out
    }

    #[test]
    fn writes_hunks_as_git_reads_them() {
        for (before, after, want) in [
            ("a\nb\n", "a\nc\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"),
            ("a\r\n", "b\r\n", "@@ -1 +1 @@\n-a\r\n+b\r\n"),
            ("a", "b\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n"),
            ("a\n", "", "@@ -1 +0,0 @@\n-a\n"),
            ("", "a\n", "@@ -0,0 +1 @@\n+a\n"),
            ("a\rb\n", "a\rc\n", "@@ -1 +1 @@\n-a\rb\n+a\rc\n"),
        ] {
            assert_eq!(diff(before, after, false), format!("--- a/f\n+++ b/f\n{want}"), "{before:?}");
        }
        assert_eq!(diff("a\n", "a\n", false), "");
    }

    #[test]
    fn context_with_a_secret_is_left_out_where_git_can_do_without() {
        let secret = "TOKEN = \"abcdef\"";
        for (before, after, want) in [
            (
                format!("a\n{secret}\nb\nc\nd\n"),
                format!("a\n{secret}\nb\nx\nd\n"),
                "@@ -3,3 +3,3 @@\n b\n-c\n+x\n d\n",
            ),
            (format!("c\nd\n{secret}\ne\n"), format!("x\nd\n{secret}\ne\n"), "@@ -1,2 +1,2 @@\n-c\n+x\n d\n"),
            (
                format!("c\n{secret}\n"),
                format!("x\n{secret}\n"),
                "@@ -1,2 +1,2 @@\n-c\n+x\n TOKEN = \"abcdef\"\n",
            ),
        ] {
            assert_eq!(diff(&before, &after, false), format!("--- a/f\n+++ b/f\n{want}"), "{before:?}");
        }
    }

    #[test]
    fn escapes_only_on_a_terminal() {
        let (before, after) = ("a\x1b[31m\r\n", "b\t\u{202e}\r\n");
        assert!(diff(before, after, false).contains("-a\x1b[31m\r\n+b\t\u{202e}\r\n"));
        assert!(diff(before, after, true).contains("-a\\u{1b}[31m\n+b\t\\u{202e}\n"));
    }

    #[test]
    fn quotes_names_as_git_does() {
        for (name, want) in [
            ("x/y", "a/x/y"),
            ("x y", "a/x y\t"),
            ("ü\n\"\\", "\"a/\\303\\274\\012\\\"\\\\\""),
            ("\x1b", "\"a/\\033\""),
        ] {
            assert_eq!(quoted("a/", name), want);
        }
    }

    #[test]
    fn a_patch_of_a_drawn_app_gives_what_fix_writes() {
        let (mut number, mut patches) = (1_u32, 0);
        for _ in 0..300 {
            let mut next = || {
                number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                number.to_be_bytes()[0]
            };
            let bytes: Vec<u8> = (0..300).map(|_| next()).collect();
            let seen = laws::check(&laws::generate::app(&bytes)).unwrap();
            for change in &seen.changes {
                let mut out = String::new();
                file(
                    &change.path,
                    change,
                    OutputStyle { color: false, terminal: false, width: None },
                    &mut out,
                );
                assert_eq!(laws::patch::apply(&change.before, &out).as_ref(), Ok(&change.after), "{out}");
                patches += 1;
            }
        }
        assert!(patches > 100, "{patches}");
    }
}
