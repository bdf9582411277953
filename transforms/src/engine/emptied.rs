//! Which files a repair leaves nothing in.

use crate::document::FileKind;
use crate::text::BOM;

/// Whether a file had something in it, and has nothing left: no key, no comment, nothing but blanks or an empty object.
pub(super) fn is_emptied(path: &str, before: &str, after: &str) -> bool {
    let Some(kind) = FileKind::of_name(path.rsplit('/').next().unwrap_or(path)) else { return false };
    !is_empty(kind, before) && is_empty(kind, after)
}

fn is_empty(kind: FileKind, text: &str) -> bool {
    let text = text.strip_prefix(BOM).unwrap_or(text).trim();
    match kind {
        FileKind::NixpacksJson | FileKind::RailwayJson => {
            let inside = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
            text.is_empty() || inside.is_some_and(|inside| inside.trim().is_empty())
        }
        FileKind::NixpacksToml | FileKind::RailwayToml | FileKind::Procfile => text.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_emptied;

    #[test]
    fn only_blanks_and_an_empty_object_are_nothing() {
        for (path, after, want) in [
            ("nixpacks.toml", "", true),
            ("web/nixpacks.toml", "\u{feff}\r\n\n", true),
            ("nixpacks.toml", "# pinned\n", false),
            ("nixpacks.toml", "{}", false),
            ("railway.json", "{ \n}\n", true),
            ("railway.json", "{\"$schema\": \"x\"}", false),
            ("nixpacks.json", "[]", false),
            ("Procfile", "\n", true),
            ("start.sh", "", false),
        ] {
            assert_eq!(is_emptied(path, "web: python main.py\n", after), want, "{path} {after:?}");
        }
        assert!(!is_emptied("nixpacks.toml", "\n\n", "\n"));
    }
}
