//! Shell patterns as the planner matches them: `*` and `?` cross `/`.

use regex::Regex;

/// The pattern as a regular expression over a whole path, `None` where it is malformed.
pub(super) fn glob(pattern: &str) -> Option<Regex> {
    let mut regex = String::from("(?s)^");
    let mut rest = pattern;
    let mut depth = 0_usize;
    if let Some(tail) = rest.strip_prefix("**/") {
        regex.push_str("(?:/?|.*/)");
        rest = tail;
    }
    while let Some(c) = rest.chars().next() {
        if let Some(tail) = rest.strip_prefix("/**/") {
            regex.push_str("(?:/|/.*/)");
            // The second slash may open the next `/**/`.
            rest = tail;
            continue;
        }
        if rest == "/**" {
            regex.push_str("/.*");
            break;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '{' => {
                regex.push_str("(?:");
                depth += 1;
            }
            '}' => {
                regex.push(')');
                depth = depth.checked_sub(1)?;
            }
            ',' if depth > 0 => regex.push('|'),
            '[' => {
                let end = rest.get(1..)?.find(']')? + 1;
                let class = &rest[..end];
                rest = &rest[end + 1..];
                let (not, class) = match class.strip_prefix(['!', '^']) {
                    Some(class) => ("^", class),
                    None => ("", class),
                };
                regex.push('[');
                regex.push_str(not);
                for c in class.chars() {
                    if c == '-' {
                        regex.push(c);
                    } else {
                        regex.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
                    }
                }
                regex.push(']');
            }
            '\\' => {
                let c = rest.chars().next()?;
                rest = &rest[c.len_utf8()..];
                regex.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
            }
            c => regex.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    regex.push('$');
    if depth == 0 { Regex::new(&regex).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn stars_cross_slashes_and_double_stars_stand_for_directories() {
        let cases = [
            ("packages/*", "packages/a/b", true),
            ("packages/*", "packages", false),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("{apps,libs}/?", "libs/x", true),
            ("x[0-9]", "x7", true),
            ("x[!0-9]", "x7", false),
            ("a.b", "aXb", false),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(glob(pattern).map(|glob| glob.is_match(path)), Some(expected), "{pattern} {path}");
        }
        assert!(glob("{a").is_none() && glob("[a").is_none() && glob("a}").is_none());
    }
}
