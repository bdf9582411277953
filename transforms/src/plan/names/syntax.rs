//! Entries that Nix cannot read: Nixpacks pastes each into a list of the language Nix, as it stands.

/// The elements that an entry is in that list: blanks stand between elements. An expression in brackets is one.
///
/// Ex) `ffmpeg curl` is two packages
pub(crate) fn elements(entry: &str) -> Vec<&str> {
    if entry.contains(['(', '[', '{', '"', '\'', '#']) {
        return vec![entry.trim()];
    }
    entry.split_whitespace().collect()
}

/// The entries of one list as Nix reads them: Nixpacks sorts them and writes them on one line, so that a `#` comments
/// out the rest of its entry and all entries behind it. The second part are those.
pub(crate) fn read_entries<'e>(entries: impl IntoIterator<Item = &'e str>) -> (Vec<&'e str>, Vec<&'e str>) {
    let mut entries: Vec<&str> = entries.into_iter().collect();
    entries.sort_unstable();
    let (mut read, mut lost) = (Vec::new(), Vec::new());
    let mut commented = false;
    for entry in entries {
        let quotes = |text: &str| text.contains(['"', '\'']);
        match entry.split_once('#').filter(|(before, _)| !quotes(before) && !entry.contains('\n')) {
            _ if commented => lost.push(entry),
            Some((before, _)) => {
                commented = true;
                read.push(before.trim_end());
            }
            None => read.push(entry),
        }
    }
    (read, lost)
}

/// What Nix says to an entry that is no list of expressions; `None` where it may be one.
pub(crate) fn syntax_error(entry: &str) -> Option<String> {
    let fails = |token: &str| Some(format!("error: syntax error, unexpected {token}"));
    let mut open: Vec<char> = Vec::new();
    let mut chars = entry.chars().peekable();
    let mut before = ' ';
    if entry.split_whitespace().any(|word| word == ".." || word == ".") {
        return fails("'.'");
    }
    while let Some(c) = chars.next() {
        match c {
            // Ex) `<nixpkgs>`
            '<' if chars.peek() != Some(&'=') => return None,
            // Strings, comments, names of files and addresses may hold anything.
            '"' | '\'' | '#' | '/' | ':' | '$' | '~' => return None,
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() == Some(c) => {}
            ')' | ']' | '}' => return fails(&format!("'{c}'")),
            _ if !open.is_empty() => {}
            '=' if chars.peek() == Some(&'=') => return fails("EQ"),
            '>' if chars.peek() == Some(&'=') => return fails("GEQ"),
            '<' if chars.peek() == Some(&'=') => return fails("LEQ"),
            '+' if chars.peek() == Some(&'+') => return fails("CONCAT"),
            ',' | ';' | '=' | '@' | '*' | '+' | '?' | '!' | '>' => return fails(&format!("'{c}'")),
            '-' if before.is_whitespace() => return fails("'-'"),
            '&' | '|' | '%' | '^' | '`' | '\\' => return fails("invalid token"),
            _ => {}
        }
        before = c;
    }
    // The list ends before the bracket does.
    open.pop().and_then(|_| fails("']'"))
}

#[cfg(test)]
mod tests {
    use super::{elements, read_entries, syntax_error};

    #[test]
    fn a_comment_goes_to_the_end_of_the_list() {
        let read = |entries: &[&'static str]| read_entries(entries.iter().copied());
        assert_eq!(read(&["python3", "ffmpeg # video", "curl"]), (vec!["curl", "ffmpeg"], vec!["python3"]));
        assert_eq!(read(&["python3 # x", "curl"]), (vec!["curl", "python3"], vec![]));
        assert_eq!(read(&["(f \"#\")", "x"]), (vec!["(f \"#\")", "x"], vec![]));
    }

    #[test]
    fn knows_what_nix_cannot_read() {
        for (entry, token) in [
            ("ffmpeg, curl", Some("','")),
            ("ffmpeg;", Some("';'")),
            ("..", Some("'.'")),
            ("python==3.11", Some("EQ")),
            ("python>=3.11", Some("GEQ")),
            ("ffmpeg@5", Some("'@'")),
            ("(ffmpeg", Some("']'")),
            ("ffmpeg)", Some("')'")),
            ("-ffmpeg", Some("'-'")),
            ("g++", Some("CONCAT")),
            ("libstdc+", Some("'+'")),
            ("a && b", Some("invalid token")),
            ("ffmpeg", None),
            ("ffmpeg curl", None),
            ("postgresql_16.dev", None),
            ("nodejs-18_x", None),
            ("(python3.withPackages (ps: with ps; [ pip ]))", None),
            ("(python3.override { x = 1; })", None),
            ("ffmpeg # video", None),
            ("<nixpkgs>", None),
            ("./x.nix", None),
            ("\"a, b\"", None),
            ("", None),
        ] {
            let want = token.map(|token| format!("error: syntax error, unexpected {token}"));
            assert_eq!(syntax_error(entry), want, "{entry}");
        }
        assert_eq!(elements("ffmpeg  curl"), ["ffmpeg", "curl"]);
        assert_eq!(elements("(a b) c"), ["(a b) c"]);
    }
}
