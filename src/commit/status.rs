//! Parses what `git status` and `git ls-files` print, and splits long lists of paths over several commands.

use super::FileState;

/// What git writes with `-z`.
pub(super) fn texts(out: &[u8]) -> Vec<String> {
    let texts = out.split(|byte| *byte == 0).filter(|text| !text.is_empty());
    texts.map(|text| String::from_utf8_lossy(text).into_owned()).collect()
}

/// Bytes of paths that one command is given: some systems take 128 KiB in all.
const ARGUMENTS: usize = 64 << 10;

/// The paths in as few commands as can be.
pub(super) fn chunks<'a>(paths: &'a [&'a str]) -> impl Iterator<Item = &'a [&'a str]> {
    let mut rest = paths;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fit = rest.iter().take_while(|path| {
            bytes += path.len() + 16;
            bytes <= ARGUMENTS
        });
        let count = fit.count().max(1).min(rest.len());
        let (some, others) = rest.split_at_checked(count).filter(|_| count > 0)?;
        rest = others;
        Some(some)
    })
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Tracked { staged: bool, path: &'a str },
    Unmerged(&'a str),
    Untracked(&'a str),
    Ignored(&'a str),
    Other,
}

impl<'a> Line<'a> {
    pub(super) fn path(&self) -> Option<&'a str> {
        match self {
            Self::Tracked { path, .. }
            | Self::Unmerged(path)
            | Self::Untracked(path)
            | Self::Ignored(path) => Some(path),
            Self::Other => None,
        }
    }
}

/// What the tag of a file in `ls-files -v` and its line in `status` come to.
pub(super) fn state(tag: Option<char>, line: Option<&Line<'_>>) -> FileState {
    match (tag, line) {
        // `H` is plain; `S` is left out of a sparse checkout, and in lower case it is assumed unchanged.
        (Some('S' | 'a'..='z'), _) => FileState::Hidden,
        (None, Some(Line::Ignored(_))) => FileState::Ignored,
        (None, _) => FileState::Untracked,
        (Some('H'), None) => FileState::Clean,
        (Some(_), _) => FileState::Changed,
    }
}

pub(super) fn parse(line: &str) -> Option<Line<'_>> {
    let mut fields = line.split(' ');
    Some(match fields.next()? {
        "1" => {
            let staged = !fields.next()?.starts_with('.');
            Line::Tracked { staged, path: line.splitn(9, ' ').nth(8)? }
        }
        "u" => Line::Unmerged(line.splitn(11, ' ').nth(10)?),
        "?" => Line::Untracked(line.get(2..)?),
        "!" => Line::Ignored(line.get(2..)?),
        _ => Line::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::{Line, chunks, parse};

    #[test]
    fn reads_the_lines_of_git_status() {
        let line = |xy: &str| format!("1 {xy} N... 100644 100644 100644 aaaa bbbb a b\nc");
        assert_eq!(parse(&line("M.")), Some(Line::Tracked { staged: true, path: "a b\nc" }));
        assert_eq!(parse(&line(".A")), Some(Line::Tracked { staged: false, path: "a b\nc" }));
        assert_eq!(parse("u UU N... 100644 100644 100644 100644 a b c a b"), Some(Line::Unmerged("a b")));
        assert_eq!(parse("? a b"), Some(Line::Untracked("a b")));
        assert_eq!(parse("! a b"), Some(Line::Ignored("a b")));
        assert_eq!((parse("# a b"), parse("")), (Some(Line::Other), Some(Line::Other)));
    }

    #[test]
    fn gives_no_command_more_paths_than_it_takes_and_leaves_none_out() {
        let paths: Vec<String> = (0..10_000).map(|at| format!("apps/number-{at}/nixpacks.toml")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let parts: Vec<&[&str]> = chunks(&paths).collect();
        assert_eq!(parts.concat(), paths);
        assert!(parts.len() < 10, "{}", parts.len());
        let long = "x".repeat(1 << 20);
        assert_eq!(chunks(&["a", &long, "b"]).count(), 3);
        assert_eq!(chunks(&[]).count(), 0);
    }
}
