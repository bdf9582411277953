//! Entries that are meant to be `"..."` and are not: the planner compares the whole entry with it.

/// The entries that such an entry is meant to be. `None`: it is exactly the marker, or nothing like it.
///
/// Ex) `... ` gives `...`, and `... ffmpeg` gives `...` and `ffmpeg`
pub(crate) fn meant_entries(entry: &str) -> Option<Vec<&str>> {
    // Ex) `({ pkgs, ... }: pkgs.ffmpeg)`: dots are a part of Nix's own language
    if matches!(entry, "..." | "@auto") || entry.contains(['(', ')', '[', ']', '{', '}', '=', ';']) {
        return None;
    }
    let words = entry.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty());
    let words: Vec<&str> = words.map(|word| if is_dots(word) { "..." } else { word }).collect();
    if words.iter().all(|word| word.chars().all(|c| c == '.')) {
        // Ex) `. . .`
        let dots: usize = words.iter().map(|word| word.len()).sum();
        return (dots >= 3).then(|| vec!["..."]);
    }
    words.contains(&"...").then_some(words)
}

/// Three dots or more, in quotes or not, or the one character that looks like them.
fn is_dots(word: &str) -> bool {
    let word = word.trim_matches(['"', '\'', '`']);
    let count: usize = word.chars().map(|c| if c == '…' { 3 } else { 1 }).sum();
    count >= 3 && word.chars().all(|c| matches!(c, '.' | '…'))
}

#[cfg(test)]
mod tests {
    use super::meant_entries;

    #[test]
    fn knows_what_is_meant_to_be_the_marker() {
        let cases: [(&str, Option<&[&str]>); 14] = [
            ("... ", Some(&["..."])),
            ("....", Some(&["..."])),
            ("…", Some(&["..."])),
            ("'...'", Some(&["..."])),
            (". . .", Some(&["..."])),
            ("... ffmpeg", Some(&["...", "ffmpeg"])),
            ("..., ffmpeg curl", Some(&["...", "ffmpeg", "curl"])),
            ("...", None),
            ("@auto", None),
            ("..", None),
            (".", None),
            ("", None),
            ("ffmpeg", None),
            ("(python311.withPackages ({ ps, ... }: [ ps.pip ]))", None),
        ];
        for (entry, meant) in cases {
            assert_eq!(meant_entries(entry).as_deref(), meant, "{entry:?}");
        }
    }
}
